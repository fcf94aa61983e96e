/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/import_style.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

/* Top-level modules of Python 3.11's standard library: sys.stdlib_module_names. */
static const char *const python_modules[] = {
	"abc", "aifc", "antigravity", "argparse", "array", "ast", "asynchat",
	"asyncio", "asyncore", "atexit", "audioop", "base64", "bdb", "binascii",
	"bisect", "builtins", "bz2", "cProfile", "calendar", "cgi", "cgitb", "chunk",
	"cmath", "cmd", "code", "codecs", "codeop", "collections", "colorsys",
	"compileall", "concurrent", "configparser", "contextlib", "contextvars",
	"copy", "copyreg", "crypt", "csv", "ctypes", "curses", "dataclasses",
	"datetime", "dbm", "decimal", "difflib", "dis", "distutils", "doctest",
	"email", "encodings", "ensurepip", "enum", "errno", "faulthandler", "fcntl",
	"filecmp", "fileinput", "fnmatch", "fractions", "ftplib", "functools", "gc",
	"genericpath", "getopt", "getpass", "gettext", "glob", "graphlib", "grp",
	"gzip", "hashlib", "heapq", "hmac", "html", "http", "idlelib", "imaplib",
	"imghdr", "imp", "importlib", "inspect", "io", "ipaddress", "itertools",
	"json", "keyword", "lib2to3", "linecache", "locale", "logging", "lzma",
	"mailbox", "mailcap", "marshal", "math", "mimetypes", "mmap", "modulefinder",
	"msilib", "msvcrt", "multiprocessing", "netrc", "nis", "nntplib", "nt",
	"ntpath", "nturl2path", "numbers", "opcode", "operator", "optparse", "os",
	"ossaudiodev", "pathlib", "pdb", "pickle", "pickletools", "pipes", "pkgutil",
	"platform", "plistlib", "poplib", "posix", "posixpath", "pprint", "profile",
	"pstats", "pty", "pwd", "py_compile", "pyclbr", "pydoc", "pydoc_data",
	"pyexpat", "queue", "quopri", "random", "re", "readline", "reprlib",
	"resource", "rlcompleter", "runpy", "sched", "secrets", "select", "selectors",
	"shelve", "shlex", "shutil", "signal", "site", "smtpd", "smtplib", "sndhdr",
	"socket", "socketserver", "spwd", "sqlite3", "sre_compile", "sre_constants",
	"sre_parse", "ssl", "stat", "statistics", "string", "stringprep", "struct",
	"subprocess", "sunau", "symtable", "sys", "sysconfig", "syslog", "tabnanny",
	"tarfile", "telnetlib", "tempfile", "termios", "textwrap", "this", "threading",
	"time", "timeit", "tkinter", "token", "tokenize", "tomllib", "trace",
	"traceback", "tracemalloc", "tty", "turtle", "turtledemo", "types", "typing",
	"unicodedata", "unittest", "urllib", "uu", "uuid", "venv", "warnings", "wave",
	"weakref", "webbrowser", "winreg", "winsound", "wsgiref", "xdrlib", "xml",
	"xmlrpc", "zipapp", "zipfile", "zipimport", "zlib", "zoneinfo",
};

static bool is_name(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* Takes word and the blanks after it off s, if s starts with just that word. */
static bool take_word(struct span *s, const char *word)
{
	size_t n = strlen(word);

	if (!span_starts(*s, word) || (s->len > n && is_name(s->ptr[n]) &&
				       is_name(word[n - 1])))
		return false;
	*s = span_trim(span_cut(*s, n, s->len));
	return true;
}

/* The part of s before the first of stops. */
static struct span up_to(struct span s, const char *stops)
{
	size_t n = 0;

	while (n < s.len && (!s.ptr[n] || !strchr(stops, s.ptr[n])))
		n++;
	return span_cut(s, 0, n);
}

/* What stands between the first pair of the given quotes in s. */
static bool quoted(struct span s, const char *quotes, struct span *out)
{
	size_t start = up_to(s, quotes).len;
	ptrdiff_t end;

	if (start == s.len)
		return false;
	end = span_findc(s, s.ptr[start], start + 1);
	if (end < 0)
		return false;
	*out = span_cut(s, start + 1, (size_t)end);
	return true;
}

static int by_name(const void *key, const void *member)
{
	const struct span *name = key;
	const char *const *module = member;
	int order = strncmp(name->ptr, *module, name->len);

	return order ? order : (*module)[name->len] ? -1 : 0;
}

static int python_class(struct span module)
{
	struct span top = up_to(module, ".");

	if (span_eqs(module, "__future__"))
		return 0;
	if (module.len && module.ptr[0] == '.')
		return 3;
	return top.len && bsearch(&top, python_modules, ARRAY_SIZE(python_modules),
				  sizeof(python_modules[0]), by_name) ? 1 : 2;
}

static bool parse_python(struct span s, struct import *out)
{
	if (take_word(&s, "from")) {
		out->form = 1;
		out->key = up_to(s, " \t\\");
		s = span_trim(span_cut(s, out->key.len, s.len));
		if (!take_word(&s, "import"))
			return false;
	} else if (take_word(&s, "import")) {
		out->form = 0;
		out->key = up_to(s, " \t,;#");
	} else {
		return false;
	}
	out->class = python_class(out->key);
	return out->key.len;
}

static bool passes_python(struct span line)
{
	static const char *const words[] = { "try:", "except", "else:", "finally:", "if" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct span rest = line;

		if (take_word(&rest, words[i]))
			return true;
	}
	/* __all__ = ..., __version__ = ... */
	return span_starts(line, "__") && span_findc(line, '=', 0) > 0;
}

/* Words that tell the comment of a file from that of its first function. */
static bool is_file_comment(struct span block)
{
	static const char *const words[] = { "opyright", "icense", "SPDX", "coding",
		"vim:", "-*-", "eslint", "@file", "@flow", "@ts-", "Author", "author" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (span_find(block, span_of(words[i]), 0) >= 0)
			return true;
	}
	return false;
}

static bool is_comment_line(const struct text *t, struct span code, size_t i)
{
	struct span raw = span_trim(text_line(t, i));

	return raw.len && !span_trim(span_cut(code, t->start[i], t->start[i + 1])).len &&
	       raw.ptr[0] != '"' && raw.ptr[0] != '\'' && raw.ptr[0] != '`';
}

/*
 * The line below what any file may start with: shebang, encoding line, license
 * or other comment that is not the comment of what follows it.
 */
static size_t after_header(const struct text *t, struct span code)
{
	size_t line = 0, start, stop;

	if (t->n_lines && span_starts(t->view, "#!") && !span_starts(t->view, "#!["))
		line = 1;
	start = line;
	while (start < t->n_lines && !span_trim(text_line(t, start)).len)
		start++;
	stop = start;
	while (stop < t->n_lines && is_comment_line(t, code, stop))
		stop++;
	if (stop == start)
		return line;
	/* Right above code it may be that code's own. */
	if (stop < t->n_lines && span_trim(text_line(t, stop)).len &&
	    !is_file_comment(span_cut(t->view, t->start[start], t->start[stop])))
		return line;
	return stop;
}

static bool is_quote_at(struct span s, size_t at)
{
	return at < s.len && (s.ptr[at] == '"' || s.ptr[at] == '\'');
}

static size_t after_docstring(const struct text *t, size_t line)
{
	struct span view = t->view, s;
	size_t at, n;
	ptrdiff_t end;

	while (line < t->n_lines && !span_trim(text_line(t, line)).len)
		line++;
	if (line >= t->n_lines)
		return line;
	at = t->start[line];
	if (at + 1 < view.len && strchr("rRuUbB", view.ptr[at]) && is_quote_at(view, at + 1))
		at++;
	if (!is_quote_at(view, at))
		return SIZE_MAX;
	s = span_cut(view, at, at + 3);
	n = s.len == 3 && s.ptr[0] == s.ptr[1] && s.ptr[1] == s.ptr[2] ? 3 : 1;
	end = span_find(view, span_cut(s, 0, n), at + n);
	return end < 0 ? t->n_lines : text_line_at(t, (size_t)end) + 1;
}

static size_t first_python(const struct text *t, struct span code)
{
	size_t header = after_header(t, code);
	size_t doc = after_docstring(t, header);

	/* A comment right above a docstring is no reason to overlook it. */
	for (size_t i = 0; doc == SIZE_MAX && i < t->n_lines; i++) {
		struct span line = span_trim(text_line(t, i));

		if (line.len && line.ptr[0] != '#') {
			doc = after_docstring(t, i);
			break;
		}
	}
	return doc == SIZE_MAX ? header : doc;
}

static bool parse_c(struct span s, struct import *out)
{
	struct span rest = s;

	if (!span_starts(s, "#"))
		return false;
	rest = span_trim(span_cut(s, 1, s.len));
	if (!take_word(&rest, "include") && !take_word(&rest, "import") &&
	    !take_word(&rest, "include_next"))
		return false;
	if (span_starts(rest, "<")) {
		out->key = up_to(span_cut(rest, 1, rest.len), ">");
		out->class = 0;
	} else if (quoted(rest, "\"", &out->key)) {
		out->class = 1;
	} else {
		return false;
	}
	out->form = 0;
	return out->key.len;
}

static bool passes_c(struct span line)
{
	return span_starts(line, "#");
}

/* The name that a directive of this kind is about, or the empty span. */
static struct span directive(struct span line, const char *kind)
{
	struct span s = span_trim(line);

	if (!span_starts(s, "#"))
		return SPAN("");
	s = span_trim(span_cut(s, 1, s.len));
	return take_word(&s, kind) ? up_to(s, " \t(") : SPAN("");
}

static size_t first_c(const struct text *t, struct span code)
{
	size_t line = after_header(t, code), next;
	struct span guard;

	while (line < t->n_lines && !span_trim(text_line(t, line)).len)
		line++;
	next = line;
	if (line < t->n_lines) {
		guard = directive(text_line(t, line), "ifndef");
		if (span_eqs(directive(text_line(t, line), "pragma"), "once"))
			next = line + 1;
		else if (guard.len && line + 1 < t->n_lines &&
			 span_eq(guard, directive(text_line(t, line + 1), "define")))
			next = line + 2;
	}
	/* _GNU_SOURCE and its kin say something only above every include. */
	while (next < t->n_lines &&
	       span_starts(directive(text_line(t, next), "define"), "_"))
		next++;
	return next > line ? next : after_header(t, code);
}

static bool parse_js(struct span s, struct import *out)
{
	struct span rest = s;
	ptrdiff_t at;

	if (take_word(&rest, "import")) {
		if (span_starts(rest, "(") || span_starts(rest, "."))
			return false;
		at = span_find(s, SPAN("from"), 0);
		rest = at < 0 ? rest : span_cut(s, (size_t)at, s.len);
		out->form = 0;
	} else if (take_word(&rest, "const") || take_word(&rest, "let") ||
		   take_word(&rest, "var")) {
		at = span_find(rest, SPAN("require("), 0);
		if (at < 0)
			return false;
		rest = span_cut(rest, (size_t)at, rest.len);
		out->form = 1;
	} else {
		return false;
	}
	if (!quoted(rest, "'\"", &out->key))
		return false;
	out->class = span_starts(out->key, ".") || span_starts(out->key, "/") ? 1 : 0;
	return true;
}

static bool is_directive_js(struct span line)
{
	struct span word;

	return (span_starts(line, "'use ") || span_starts(line, "\"use ")) &&
	       quoted(line, "'\"", &word) && word.len + 3 >= span_trim(line).len;
}

static size_t first_js(const struct text *t, struct span code)
{
	size_t line = after_header(t, code), i;

	for (i = line; i < t->n_lines; i++) {
		struct span s = span_trim(text_line(t, i));

		if (is_directive_js(s))
			line = i + 1;
		else if (s.len)
			break;
	}
	return line;
}

static bool parse_go(struct span s, struct import *out)
{
	struct span rest = s;

	if (!take_word(&rest, "import") || span_starts(rest, "("))
		return false;
	if (!quoted(rest, "\"`", &out->key))
		return false;
	out->class = span_findc(up_to(out->key, "/"), '.', 0) >= 0;
	out->form = span_eqs(out->key, "C");
	return true;
}

/* Below the line that starts with word, if there is one before other code. */
static size_t below(const struct text *t, struct span code, const char *word)
{
	for (size_t i = 0; i < t->n_lines; i++) {
		struct span s = span_trim(span_cut(code, t->start[i], t->start[i + 1]));

		if (!s.len)
			continue;
		return take_word(&s, word) ? i + 1 : SIZE_MAX;
	}
	return SIZE_MAX;
}

static size_t first_packaged(const struct text *t, struct span code)
{
	size_t line = below(t, code, "package");

	return line == SIZE_MAX ? after_header(t, code) : line;
}

static bool parse_rust(struct span s, struct import *out)
{
	struct span root;

	if (take_word(&s, "pub") && span_starts(s, "("))
		s = span_trim(span_cut(s, up_to(s, ")").len + 1, s.len));
	out->form = 0;
	if (take_word(&s, "extern")) {
		if (!take_word(&s, "crate"))
			return false;
		out->form = 1;
	} else if (!take_word(&s, "use")) {
		return false;
	}
	out->key = span_trim(up_to(s, ";"));
	root = up_to(out->key, ":;{ ");
	out->class = span_eqs(root, "std") || span_eqs(root, "core") ||
		     span_eqs(root, "alloc") ? 0 :
		     span_eqs(root, "crate") || span_eqs(root, "self") ||
		     span_eqs(root, "super") ? 2 : 1;
	return out->key.len;
}

static bool passes_rust(struct span line)
{
	return take_word(&line, "mod") || take_word(&line, "pub mod") ||
	       span_starts(line, "#[");
}

static size_t first_rust(const struct text *t, struct span code)
{
	size_t line = after_header(t, code);

	for (size_t i = 0; i < t->n_lines; i++) {
		struct span s = span_trim(text_line(t, i));

		if (span_starts(s, "#![") || span_starts(s, "//!"))
			line = i + 1 > line ? i + 1 : line;
		else if (s.len && !span_starts(s, "//"))
			break;
	}
	return line;
}

static bool parse_java(struct span s, struct import *out)
{
	if (!take_word(&s, "import") && !take_word(&s, "using"))
		return false;
	out->form = take_word(&s, "static");
	out->key = span_trim(up_to(s, ";"));
	out->class = out->form;
	return out->key.len;
}

static bool parse_shell(struct span s, struct import *out)
{
	if (!take_word(&s, "source") && !(span_starts(s, ". ") && take_word(&s, ".")))
		return false;
	out->key = s;
	out->class = out->form = 0;
	return s.len;
}

static bool passes_shell(struct span line)
{
	return take_word(&line, "set");
}

static bool parse_other(struct span s, struct import *out)
{
	static const char *const words[] = { "import", "require", "require_relative",
		"use", "include", "@import", "using", "load", "library", "open", "from",
		"#include", "require_once", "include_once", "local" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		out->key = s;
		if (take_word(&out->key, words[i])) {
			out->class = 0;
			out->form = (int)i;
			return out->key.len;
		}
	}
	return false;
}

static bool passes_nothing(struct span line)
{
	(void)line;
	return false;
}

static const struct import_style styles[LANGUAGES] = {
	[LANGUAGE_OTHER] = { parse_other, passes_nothing, after_header,
			     false, false, false },
	[LANGUAGE_C] = { parse_c, passes_c, first_c, true, true, false },
	[LANGUAGE_PYTHON] = { parse_python, passes_python, first_python, true, false, true },
	[LANGUAGE_JS] = { parse_js, passes_nothing, first_js, false, false, false },
	[LANGUAGE_GO] = { parse_go, passes_nothing, first_packaged, false, true, false },
	[LANGUAGE_RUST] = { parse_rust, passes_rust, first_rust, false, false, false },
	[LANGUAGE_JAVA] = { parse_java, passes_nothing, first_packaged, false, false, false },
	[LANGUAGE_SHELL] = { parse_shell, passes_shell, after_header,
			     false, false, false },
};

const struct import_style *import_style(enum language language)
{
	return &styles[language];
}
