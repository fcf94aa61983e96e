/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/log.h"

#include <string.h>

#include "base/str.h"
#include "issue/suggestion.h"

/* Lines that a compiler may print below one diagnostic. */
#define BODY_LINES_MAX 200

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t blanks_at(struct span s, size_t i)
{
	size_t n = 0;

	while (i + n < s.len && (s.ptr[i + n] == ' ' || s.ptr[i + n] == '\t'))
		n++;
	return n;
}

/* Reads the digits at *i as a number and moves *i behind them. */
static bool number_at(struct span s, size_t *i, size_t *out)
{
	size_t end = *i;

	while (end < s.len && is_digit(s.ptr[end]))
		end++;
	if (!span_number(span_cut(s, *i, end), 100000000, out))
		return false;
	*i = end;
	return true;
}

static bool byte_at(struct span s, size_t i, char c)
{
	return i < s.len && s.ptr[i] == c;
}

static bool file_like(struct span name)
{
	bool mark = false;

	if (!name.len || name.len > DIAG_PATH_MAX_BYTES || name.ptr[0] == ' ' ||
	    name.ptr[0] == '\t' || name.ptr[0] == '<' || name.ptr[0] == '"')
		return false;
	if (span_find(name, SPAN(": "), 0) >= 0 || span_find(name, SPAN("://"), 0) >= 0)
		return false;
	for (size_t i = 0; i < name.len; i++)
		mark |= name.ptr[i] == '.' || name.ptr[i] == '/';
	return mark || span_ends(name, "akefile");
}

/* "(12,5): ", as TypeScript and C# print it, from the bracket on. */
static bool bracketed(struct span line, size_t i, struct position *p)
{
	i++;
	if (!number_at(line, &i, &p->line) || !byte_at(line, i, ','))
		return false;
	i++;
	if (!number_at(line, &i, &p->column) || !byte_at(line, i, ')') ||
	    !byte_at(line, i + 1, ':'))
		return false;
	p->rest = span_trim(span_cut(line, i + 2, line.len));
	return true;
}

bool log_position(struct span line, struct position *p)
{
	size_t i, after;

	memset(p, 0, sizeof(*p));
	for (i = 1; i < line.len && i <= DIAG_PATH_MAX_BYTES; i++) {
		p->file = span_cut(line, 0, i);
		if (line.ptr[i] == '(' && file_like(p->file) && bracketed(line, i, p))
			return true;
		if (line.ptr[i] != ':')
			continue;
		after = i + 1;
		p->column = 0;
		if (!number_at(line, &after, &p->line) || !byte_at(line, after, ':'))
			continue;
		after++;
		if (number_at(line, &after, &p->column)) {
			if (!byte_at(line, after, ':'))
				continue;
			after++;
		}
		if (!p->line || !file_like(p->file))
			return false;
		if (after < line.len && !blanks_at(line, after))
			return false;
		p->indented = blanks_at(line, after) > 1;
		p->rest = span_trim(span_cut(line, after, line.len));
		return true;
	}
	return false;
}

bool log_gutter(struct span line, size_t *number, struct span *code)
{
	size_t i = blanks_at(line, 0);

	*number = 0;
	if (i < line.len && is_digit(line.ptr[i])) {
		/* rustc puts '+', '-' or '~' where it changes the line. */
		if (!number_at(line, &i, number) || blanks_at(line, i) != 1 ||
		    i + 1 == line.len || !strchr("|+-~", line.ptr[i + 1]))
			return false;
		i++;
	} else if (span_starts(span_cut(line, i, line.len), "+++ |")) {
		i += 4;
	} else if (!i || !byte_at(line, i, '|')) {
		return false;
	}
	if (!byte_at(line, i, '|'))
		*number = 0;
	i++;
	if (byte_at(line, i, ' '))
		i++;
	*code = span_cut(line, i, line.len);
	return true;
}

/* Blanks, carets and tildes, one caret at least. */
static bool is_caret_line(struct span line)
{
	bool caret = false;

	for (size_t i = 0; i < line.len; i++) {
		caret |= line.ptr[i] == '^';
		if (!strchr(" \t^~", line.ptr[i]) || !line.ptr[i])
			return false;
	}
	return caret;
}

/* gcc and rustc leave out lines between two that they show. */
static bool is_gap_line(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] != '.')
			return false;
	return line.len >= 3;
}

static struct diag *diag_at(struct log *log, size_t index)
{
	return index == DIAG_NONE ? NULL : &log->in->diags->v[index];
}

static void extend(struct diag *diag, struct span line)
{
	if (diag && diag->text.ptr && line.ptr + line.len > diag->text.ptr)
		diag->text.len = (size_t)(line.ptr + line.len - diag->text.ptr);
}

void log_extend(struct log *log, struct span line)
{
	extend(diag_at(log, log->head), line);
	if (log->open != log->head)
		extend(diag_at(log, log->open), line);
	log->body_lines++;
}

void log_close(struct log *log)
{
	log->open = DIAG_NONE;
	log->body_lines = 0;
	log->caret_seen = false;
}

struct err *log_start(struct log *log, const struct position *p, struct diag *diag,
		      const char *start)
{
	struct err *err;
	size_t index;

	log_close(log);
	err = log_resolve(log, p->file, p->line, &diag->file);
	if (!err)
		err = intake_message(log->in, diag->message, &diag->message);
	if (err)
		return err;
	diag->line = p->line;
	diag->column = p->column;
	if (!diag->code)
		diag->code = "";
	diag->text = (struct span){ start, 0 };
	err = intake_add(log->in, diag, &index);
	if (err)
		return err;
	log->open = index;
	if (diag->severity != DIAG_NOTE || log->head == DIAG_NONE)
		log->head = index;
	log->preface = NULL;
	return NULL;
}

static const struct {
	const char *word;
	enum diag_severity severity;
} severities[] = {
	{ "fatal error: ", DIAG_ERROR }, { "internal compiler error: ", DIAG_ERROR },
	{ "sorry, ", DIAG_ERROR },	 { "error: ", DIAG_ERROR },
	{ "warning: ", DIAG_WARNING },	 { "note: ", DIAG_NOTE },
	{ "remark: ", DIAG_NOTE },	 { "info: ", DIAG_NOTE },
};

static bool take_severity(struct span *message, enum diag_severity *severity)
{
	for (size_t i = 0; i < ARRAY_SIZE(severities); i++) {
		if (!span_starts(*message, severities[i].word))
			continue;
		*severity = severities[i].severity;
		*message = span_cut(*message, strlen(severities[i].word), message->len);
		return true;
	}
	return false;
}

static const char *const c_suffixes[] = {
	".c", ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx",
	".C", ".H", ".y",  ".l",   ".m",   ".S",  ".inc", ".def",
};

static const struct {
	const char *suffix;
	const char *tool;
} other_suffixes[] = {
	{ ".py", "python" },  { ".go", "go" },	     { ".rs", "rustc" },
	{ ".java", "javac" }, { ".ts", "tsc" },	     { ".tsx", "tsc" },
	{ ".js", "eslint" },  { "akefile", "make" },
};

static bool is_c_file(struct span file)
{
	for (size_t i = 0; i < ARRAY_SIZE(c_suffixes); i++) {
		if (span_ends(file, c_suffixes[i]))
			return true;
	}
	return false;
}

static const char *tool_of(struct span file)
{
	for (size_t i = 0; i < ARRAY_SIZE(other_suffixes); i++) {
		if (span_ends(file, other_suffixes[i].suffix))
			return other_suffixes[i].tool;
	}
	return "";
}

/* Takes " [-Wfoo]" off message; "-Werror=foo" is the warning "-Wfoo" all the same. */
static struct err *take_option(struct log *log, struct span *message, const char **code)
{
	struct span option;
	size_t i = message->len;

	*code = "";
	if (!i || message->ptr[i - 1] != ']')
		return NULL;
	while (i && message->ptr[i - 1] != '[')
		i--;
	option = span_cut(*message, i, message->len - 1);
	if (!i || !span_starts(option, "-W") || option.len > 100)
		return NULL;
	*message = span_trim(span_cut(*message, 0, i - 1));
	if (span_starts(option, "-Werror=") || span_starts(option, "-Werror,-W"))
		option = span_cut(option, option.ptr[7] == '=' ? 8 : 10, option.len);
	else
		option = span_cut(option, 2, option.len);
	*code = arena_printf(&log->in->diags->arena, "-W%.*s", (int)option.len,
			     option.ptr);
	return *code ? NULL : arena_err(&log->in->diags->arena, "diagnostics");
}

/* Takes a linter's "F821 " off message. */
static struct err *take_rule_id(struct log *log, struct span *message, const char **code)
{
	size_t letters = 0, i;

	*code = "";
	while (letters < message->len && message->ptr[letters] >= 'A' &&
	       message->ptr[letters] <= 'Z')
		letters++;
	i = letters;
	while (i < message->len && is_digit(message->ptr[i]))
		i++;
	if (!letters || letters > 5 || i < letters + 3 || !byte_at(*message, i, ' '))
		return NULL;
	*code = arena_dup(&log->in->diags->arena, span_cut(*message, 0, i));
	*message = span_trim(span_cut(*message, i, message->len));
	return *code ? NULL : arena_err(&log->in->diags->arena, "diagnostics");
}

static struct err *start_positioned(struct log *log, const struct position *p,
				    struct span line, bool *taken)
{
	const char *start = log->preface ? log->preface : line.ptr;
	struct diag diag = { .message = p->rest, .severity = DIAG_ERROR };
	struct position at = *p;
	struct err *err;
	bool worded;

	/* "t.cc:5:3:   required from here" continues what came before. */
	if (p->indented && is_c_file(p->file)) {
		log_extend(log, line);
		return NULL;
	}
	if (span_starts(at.file, "vet: "))
		at.file = span_cut(at.file, 5, at.file.len);
	worded = take_severity(&diag.message, &diag.severity);
	diag.tool = tool_of(at.file);
	if (worded && is_c_file(at.file))
		diag.tool = "gcc"; /* until a source line without gutter shows clang */
	if (!strcmp(diag.tool, "make") && span_starts(diag.message, "*** "))
		diag.message = span_cut(diag.message, 4, diag.message.len);
	err = worded ? take_option(log, &diag.message, &diag.code)
		     : take_rule_id(log, &diag.message, &diag.code);
	if (err)
		return err;
	/* pytest: "m.py:5: NameError" below the source and the message */
	if (log->pytest_message.len && !strcmp(diag.tool, "python") && diag.message.len &&
	    span_findc(diag.message, ' ', 0) < 0) {
		diag.message = log->pytest_message;
		diag.source = log->pytest_source;
	}
	*taken = true;
	err = log_start(log, &at, &diag, diag.severity == DIAG_NOTE ? line.ptr : start);
	if (!err)
		log_extend(log, line);
	return err;
}

static struct err *position_line(struct log *log, struct span line, bool *taken)
{
	struct position p;

	*taken = false;
	if (span_starts(line, "vet: "))
		line = span_cut(line, 5, line.len);
	if (!log_position(line, &p) || !p.rest.len)
		return NULL;
	return start_positioned(log, &p, line, taken);
}

/* "... undefined reference to `foo'": file and line are the linker's best guess. */
static struct err *linker_line(struct log *log, struct span line, bool *taken)
{
	ptrdiff_t at = span_find(line, SPAN("undefined reference to "), 0);
	struct diag diag = { .tool = "ld", .severity = DIAG_ERROR };
	struct position p = { 0 };
	struct span place;
	ptrdiff_t cut;
	struct err *err;

	*taken = at >= 0;
	if (!*taken)
		return NULL;
	diag.message = span_cut(line, (size_t)at, line.len);
	place = span_cut(line, 0, (size_t)at);
	cut = span_find(place, SPAN("ld: "), 0);
	if (cut >= 0)
		place = span_cut(place, (size_t)cut + 4, place.len);
	cut = span_find(place, SPAN(":(."), 0);
	if (cut >= 0)
		p.file = span_cut(place, 0, (size_t)cut);
	else if (!log_position(place, &p))
		p.file = SPAN("");
	err = log_start(log, &p, &diag, line.ptr);
	if (err)
		return err;
	log_extend(log, line);
	log_close(log);
	log->head = DIAG_NONE;
	return NULL;
}

/* One string of a fix-it line: quotes around, C escapes within. */
static bool quoted_string(struct span line, size_t *i, struct str *out)
{
	str_reset(out);
	if (!byte_at(line, *i, '"'))
		return false;
	for (++*i; *i < line.len && line.ptr[*i] != '"'; ++*i) {
		char c = line.ptr[*i];
		unsigned value = 0;
		int digits = 0;

		if (c != '\\') {
			str_addc(out, c);
			continue;
		}
		if (++*i >= line.len)
			return false;
		while (digits < 3 && *i < line.len && line.ptr[*i] >= '0' &&
		       line.ptr[*i] <= '7') {
			value = value * 8 + (unsigned)(line.ptr[(*i)++] - '0');
			digits++;
		}
		if (digits) {
			str_addc(out, (char)value);
			--*i;
			continue;
		}
		c = line.ptr[*i];
		str_addc(out, c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
	}
	if (!byte_at(line, *i, '"'))
		return false;
	++*i;
	return !out->failed && !memchr(out->buf, '\0', out->len);
}

static bool skip(struct span line, size_t *i, char c)
{
	if (!byte_at(line, *i, c))
		return false;
	++*i;
	return true;
}

/* fix-it:"file":{line:column-line:column}:"text" */
static struct err *fixit_line(struct log *log, struct span line)
{
	struct str file = STR_INIT(DIAG_PATH_MAX_BYTES);
	struct str text = STR_INIT(64 << 10);
	struct fixit f = { 0 };
	struct err *err = NULL;
	size_t i = strlen("fix-it:");
	bool ok;

	ok = quoted_string(line, &i, &file) && skip(line, &i, ':') &&
	     skip(line, &i, '{') && number_at(line, &i, &f.line) && skip(line, &i, ':') &&
	     number_at(line, &i, &f.column) && skip(line, &i, '-') &&
	     number_at(line, &i, &f.end_line) && skip(line, &i, ':') &&
	     number_at(line, &i, &f.end_column) && skip(line, &i, '}') &&
	     skip(line, &i, ':') && quoted_string(line, &i, &text);
	if (ok && log->open != DIAG_NONE) {
		err = log_resolve(log, str_span(&file), f.line, &f.file);
		if (!err)
			err = intake_copy(log->in, str_span(&text), 0, &f.text);
		if (!err)
			err = intake_fixit(log->in, log->open, &f);
	}
	str_release(&file);
	str_release(&text);
	return err;
}

/* Lines between which a compiler says where the next diagnostic stands. */
static bool preface_line(struct log *log, struct span line)
{
	static const char *const starts[] = { "In file included from ",
					      "                 from ",
					      "In module imported at " };

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		if (!span_starts(line, starts[i]))
			continue;
		log_close(log);
		if (!log->preface)
			log->preface = line.ptr;
		return true;
	}
	if (span_ends(line, ":") && (span_find(line, SPAN(": In "), 0) > 0 ||
				     span_find(line, SPAN(": At "), 0) > 0)) {
		log_close(log);
		return true;
	}
	return false;
}

/* The source line of clang, javac and pyflakes: a caret line follows at once. */
static bool plain_source(struct log *log, struct span line)
{
	struct span rest = log->rest, next;
	struct diag *diag = diag_at(log, log->open);

	if (log->body_lines != 1 || !span_line(&rest, &next) || !is_caret_line(next))
		return false;
	if (!diag->source.ptr)
		diag->source = line;
	if (!strcmp(diag->tool, "gcc"))
		diag->tool = "clang";
	return true;
}

/*
 * gcc counts the columns that a terminal shows, a tab to the next multiple of
 * eight; wide characters aside that is what stands in the file.
 */
static void byte_column(struct log *log, struct diag *diag)
{
	struct span bytes, text;
	size_t shown = 1, i = 0;

	if (strcmp(diag->tool, "gcc") || !intake_bytes(log->in, diag->file, &bytes) ||
	    !line_of(bytes, diag->line, &text))
		return;
	while (i < text.len && shown < diag->column) {
		shown = text.ptr[i] == '\t' ? (shown + 7) / 8 * 8 + 1 : shown + 1;
		for (i++; i < text.len && ((unsigned char)text.ptr[i] & 0xc0) == 0x80;)
			i++;
	}
	if (shown == diag->column)
		diag->column = i + 1;
}

static void body_line(struct log *log, struct span line)
{
	struct diag *diag = diag_at(log, log->open);
	struct span code;
	size_t number;

	if (!diag)
		return;
	if (log->body_lines >= BODY_LINES_MAX) {
		log_close(log);
		return;
	}
	code = SPAN("");
	if (is_gap_line(line)) {
		log_extend(log, line);
		return;
	}
	if (log_gutter(line, &number, &code)) {
		if (number && number == diag->line && !diag->source.ptr) {
			diag->source = code;
			byte_column(log, diag);
		}
		log_extend(log, line);
		return;
	}
	if (plain_source(log, line) || is_caret_line(line)) {
		log->caret_seen |= is_caret_line(line);
		log_extend(log, line);
		return;
	}
	/* Below clang's carets stands what it would put there. */
	if (log->caret_seen && blanks_at(line, 0) && log->body_lines < 4) {
		log_extend(log, line);
		return;
	}
	log_close(log);
}

static void pytest_line(struct log *log, struct span line)
{
	if (span_starts(line, "E  ")) {
		if (!log->pytest_message.len)
			log->pytest_message = span_trim(span_cut(line, 1, line.len));
	} else if (span_starts(line, ">  ")) {
		log->pytest_source = span_cut(line, 1, line.len);
		log->pytest_message = SPAN("");
	}
}

static struct err *one_line(struct log *log, struct span line)
{
	struct err *err;
	bool taken;

	if (span_starts(line, "fix-it:"))
		return fixit_line(log, line);
	err = log_folder(log, line, &taken);
	if (err || taken || preface_line(log, line))
		return err;
	err = log_rust(log, line, &taken);
	if (err || taken)
		return err;
	err = log_python(log, line, &taken);
	if (err || taken)
		return err;
	err = linker_line(log, line, &taken);
	if (err || taken)
		return err;
	err = position_line(log, line, &taken);
	if (err || taken)
		return err;
	pytest_line(log, line);
	body_line(log, line);
	return NULL;
}

/*
 * Without terminal codes (colours, links), control characters and the carriage
 * returns with which progress bars overwrite themselves.
 */
static size_t strip_terminal(char *out, struct span text)
{
	size_t n = 0, i = 0;

	while (i < text.len) {
		unsigned char c = (unsigned char)text.ptr[i++];

		if (c == 0x1b && i < text.len && text.ptr[i] == '[') {
			for (i++;
			     i < text.len && (text.ptr[i] < 0x40 || text.ptr[i] > 0x7e);)
				i++;
			i += i < text.len;
		} else if (c == 0x1b && i < text.len && text.ptr[i] == ']') {
			for (i++; i < text.len && text.ptr[i] != 0x07 &&
				  text.ptr[i] != '\n' &&
				  !(text.ptr[i] == 0x1b && byte_at(text, i + 1, '\\'));)
				i++;
			if (byte_at(text, i, 0x1b))
				i++;
			i += i < text.len && text.ptr[i] != '\n';
		} else if (c == 0x1b) {
			i += i < text.len && text.ptr[i] != '\n';
		} else if (c == '\r') {
			if (!byte_at(text, i, '\n'))
				out[n++] = '\n';
		} else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f)) {
			out[n++] = (char)c;
		}
	}
	return n;
}

struct err *log_parse(struct intake *in, struct span text)
{
	struct log log = { .in = in, .head = DIAG_NONE, .open = DIAG_NONE };
	size_t first = in->diags->n;
	struct err *err = NULL;
	struct span line;
	char *clean;

	text = span_cut(text, 0, LOG_MAX_BYTES);
	clean = arena_alloc(&in->diags->arena, text.len + 1);
	if (!clean)
		return arena_err(&in->diags->arena, "log");
	log.rest = (struct span){ clean, strip_terminal(clean, text) };
	while (!err && span_line(&log.rest, &line))
		err = one_line(&log, line);
	return err ? err : suggestions_add(in, first);
}
