/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/language.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"

static const struct {
	const char *suffix;
	enum language language;
} suffixes[] = {
	{ ".c", LANGUAGE_C },       { ".h", LANGUAGE_C },
	{ ".cc", LANGUAGE_C },      { ".cpp", LANGUAGE_C },
	{ ".cxx", LANGUAGE_C },     { ".c++", LANGUAGE_C },
	{ ".hh", LANGUAGE_C },      { ".hpp", LANGUAGE_C },
	{ ".hxx", LANGUAGE_C },     { ".h++", LANGUAGE_C },
	{ ".inl", LANGUAGE_C },     { ".ipp", LANGUAGE_C },
	{ ".m", LANGUAGE_C },       { ".mm", LANGUAGE_C },
	{ ".cu", LANGUAGE_C },      { ".py", LANGUAGE_PYTHON },
	{ ".pyi", LANGUAGE_PYTHON }, { ".pyw", LANGUAGE_PYTHON },
	{ ".pyx", LANGUAGE_PYTHON }, { ".js", LANGUAGE_JS },
	{ ".jsx", LANGUAGE_JS },    { ".mjs", LANGUAGE_JS },
	{ ".cjs", LANGUAGE_JS },    { ".ts", LANGUAGE_JS },
	{ ".tsx", LANGUAGE_JS },    { ".mts", LANGUAGE_JS },
	{ ".cts", LANGUAGE_JS },    { ".go", LANGUAGE_GO },
	{ ".rs", LANGUAGE_RUST },   { ".java", LANGUAGE_JAVA },
	{ ".kt", LANGUAGE_JAVA },   { ".kts", LANGUAGE_JAVA },
	{ ".scala", LANGUAGE_JAVA }, { ".groovy", LANGUAGE_JAVA },
	{ ".cs", LANGUAGE_JAVA },   { ".swift", LANGUAGE_JAVA },
	{ ".sh", LANGUAGE_SHELL },  { ".bash", LANGUAGE_SHELL },
	{ ".zsh", LANGUAGE_SHELL }, { ".ksh", LANGUAGE_SHELL },
	{ ".bats", LANGUAGE_SHELL },
};

static const struct {
	const char *program;
	enum language language;
} programs[] = {
	{ "python", LANGUAGE_PYTHON }, { "pypy", LANGUAGE_PYTHON },
	{ "node", LANGUAGE_JS },       { "deno", LANGUAGE_JS },
	{ "bun", LANGUAGE_JS },        { "sh", LANGUAGE_SHELL },
	{ "bash", LANGUAGE_SHELL },    { "dash", LANGUAGE_SHELL },
	{ "ksh", LANGUAGE_SHELL },     { "zsh", LANGUAGE_SHELL },
};

static const struct language_traits traits[LANGUAGES] = {
	[LANGUAGE_OTHER] = { "other", "#", "/*", "*/", "\"", NULL, false, true },
	[LANGUAGE_C] = { "c", "//", "/*", "*/", "\"'", NULL, false, true },
	[LANGUAGE_PYTHON] = { "python", "#", NULL, NULL, "\"'", NULL, true, false },
	[LANGUAGE_JS] = { "javascript", "//", "/*", "*/", "\"'", "`", false, true },
	[LANGUAGE_GO] = { "go", "//", "/*", "*/", "\"'", "`", false, true },
	[LANGUAGE_RUST] = { "rust", "//", "/*", "*/", NULL, "\"", false, true },
	[LANGUAGE_JAVA] = { "java", "//", "/*", "*/", "\"'", NULL, true, true },
	[LANGUAGE_SHELL] = { "shell", "#", NULL, NULL, NULL, "\"'", false, true },
};

const struct language_traits *language_traits(enum language language)
{
	return &traits[language];
}

/* The program of "#!/usr/bin/env -S python3.11 -u": "python". */
static enum language by_shebang(struct span head)
{
	struct span line, word, rest = head, name;

	if (!span_starts(head, "#!") || !span_line(&rest, &line))
		return LANGUAGE_OTHER;
	rest = span_trim(span_cut(line, 2, line.len));
	while (span_split(&rest, ' ', &word)) {
		const char *slash = memrchr(word.ptr, '/', word.len);

		name = slash ? span_cut(word, (size_t)(slash + 1 - word.ptr), word.len) : word;
		if (!name.len || name.ptr[0] == '-' || span_eqs(name, "env"))
			continue;
		while (name.len && strchr("0123456789.", name.ptr[name.len - 1]))
			name.len--;
		for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
			if (span_eqs(name, programs[i].program))
				return programs[i].language;
		}
		break;
	}
	return LANGUAGE_OTHER;
}

enum language language_of(const char *path, struct span head)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash ? slash + 1 : path, '.');

	for (size_t i = 0; dot && i < ARRAY_SIZE(suffixes); i++) {
		if (!strcasecmp(dot, suffixes[i].suffix))
			return suffixes[i].language;
	}
	return by_shebang(span_cut(head, 0, 256));
}
