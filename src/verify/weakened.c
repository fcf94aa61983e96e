/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/weakened.h"

#include <stdlib.h>
#include <string.h>

#include "edit/block.h"
#include "edit/language.h"
#include "edit/linediff.h"
#include "edit/symbols.h"
#include "issue/words.h"
#include "verify/testfiles.h"

#define LINE_SHOWN_BYTES 80

/* A side of a file: its lines, and the same with comments and strings blanked. */
struct side {
	struct lines lines, bare;
	char *blanked;
};

struct file {
	const struct changed_file *change;
	enum test_file kind;
	bool failed; /* a test in it may be one that failed */
	bool shell;
	struct side before, after;
	size_t *from; /* by line of after: that of before, or LINEDIFF_NEW */
	bool *kept;   /* by line of before */
};

struct weighing {
	const struct weakened_spec *spec;
	struct file *files;
	struct str *out;
	size_t n;
};

static void tell(struct weighing *w, const char *path, size_t line, const char *what,
		 struct span text)
{
	text = span_cut(span_trim(text), 0, LINE_SHOWN_BYTES);
	if (w->n++ >= WEAKENED_TOLD_MAX)
		return;
	str_adds(w->out, path);
	if (line)
		str_addf(w->out, ":%zu", line);
	str_addf(w->out, ": %s", what);
	if (text.len)
		str_addf(w->out, ": %.*s", (int)text.len, text.ptr);
	str_addc(w->out, '\n');
}

static struct err *read_side(struct side *side, struct span text, enum language language)
{
	struct span blanked;
	struct err *err = lines_split(&side->lines, text);

	if (err || !text.len)
		return err;
	side->blanked = symbols_blank(text, language);
	if (!side->blanked)
		return err_nomem();
	blanked = (struct span){ side->blanked, text.len };
	return lines_split(&side->bare, blanked);
}

static void release_side(struct side *side)
{
	lines_release(&side->lines);
	lines_release(&side->bare);
	free(side->blanked);
}

static bool is_comment(struct span line)
{
	return span_starts(line, "//") || span_starts(line, "# ") || span_eqs(line, "#") ||
	       span_starts(line, "/*") || span_starts(line, "* ") || span_eqs(line, "*/") ||
	       span_starts(line, "#!");
}

/* Whether a line says anything; of a shell script the tests are in its strings. */
static bool is_live(const struct file *file, const struct side *side, size_t i)
{
	struct span line = span_trim(side->lines.v[i]);

	if (!line.len || is_comment(line))
		return false;
	return file->kind == TEST_FILE_DATA || file->shell || i >= side->bare.n ||
	       span_trim(side->bare.v[i]).len || strchr("\"'`", line.ptr[0]);
}

/* The part of a line where a word counts: not in a comment, nor in a string. */
static struct span words_of(const struct file *file, const struct side *side, size_t i)
{
	return file->shell || i >= side->bare.n ? side->lines.v[i] : side->bare.v[i];
}

static bool has_word(const struct file *file, const struct side *side, size_t i,
		     enum test_word kind)
{
	return is_live(file, side, i) && test_word_in(kind, words_of(file, side, i));
}

/* Runners name a test "dir/file.py::Class::name", "pkg.Class.name", "file.sh". */
static bool is_of_file(const char *name, const struct changed_file *change)
{
	const char *slash = strrchr(change->path, '/');
	struct span stem = span_of(slash ? slash + 1 : change->path);
	struct span rest = span_of(name), last = rest;
	ptrdiff_t dot = span_findc(stem, '.', 0);

	if (dot > 0)
		stem.len = (size_t)dot;
	if (holds_word(rest, stem))
		return true;
	for (size_t i = 0; i < rest.len; i++)
		if (strchr(" :./[(", rest.ptr[i])) {
			if (rest.ptr[i] == '[' || rest.ptr[i] == '(' || rest.ptr[i] == ' ') {
				last = span_cut(last, 0, last.len - (rest.len - i));
				break;
			}
			last = span_cut(rest, i + 1, rest.len);
		}
	return holds_word(change->before, last);
}

static bool may_have_failed(const struct weakened_spec *spec, const struct changed_file *change)
{
	if (!spec->named)
		return true;
	for (size_t i = 0; i < spec->n_failing; i++)
		if (is_of_file(spec->failing[i], change))
			return true;
	return false;
}

static struct err *pair_lines(struct file *file)
{
	size_t n = file->after.lines.n;
	bool exact;
	struct err *err;

	file->from = calloc(n + 1, sizeof(*file->from));
	file->kept = calloc(file->before.lines.n + 1, sizeof(*file->kept));
	if (!file->from || !file->kept)
		return err_nomem();
	err = linediff(&file->before.lines, &file->after.lines, file->from, &exact);
	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		if (file->from[i] != LINEDIFF_NEW &&
		    is_live(file, &file->after, i) ==
			    is_live(file, &file->before, file->from[i]))
			file->kept[file->from[i]] = true;
	return NULL;
}

static struct err *read_file(struct file *file, const struct weakened_spec *spec,
			     const struct changed_file *change)
{
	struct span head = span_cut(change->before.ptr ? change->before : change->after, 0, 256);
	enum language language = language_of(change->path, head);
	struct err *err;

	file->change = change;
	file->kind = test_file_of(change->path, spec->commands, spec->n_commands);
	if (file->kind == TEST_FILE_NONE && language == LANGUAGE_OTHER)
		return NULL;
	if (file->kind == TEST_FILE_DATA && language != LANGUAGE_OTHER)
		file->kind = TEST_FILE_CODE;
	file->shell = language == LANGUAGE_SHELL || language == LANGUAGE_OTHER;
	file->failed = file->kind == TEST_FILE_RUNNER || may_have_failed(spec, change);
	err = read_side(&file->before, change->before, language);
	if (!err)
		err = read_side(&file->after, change->after, language);
	return err ? err : pair_lines(file);
}

/* Whether a new line somewhere is this one: then it only moved. */
static bool stands_elsewhere(const struct weighing *w, struct span line)
{
	line = span_trim(line);
	for (size_t f = 0; f < w->spec->n_files; f++) {
		const struct file *file = &w->files[f];

		if (file->kind == TEST_FILE_NONE)
			continue;
		for (size_t i = 0; i < file->after.lines.n; i++)
			if (file->from[i] == LINEDIFF_NEW && is_live(file, &file->after, i) &&
			    span_eq(span_trim(file->after.lines.v[i]), line))
				return true;
	}
	return false;
}

/* Every word of line, in its order, in some new line: a list that only grew. */
static bool only_grew(const struct file *file, struct span line)
{
	for (size_t i = 0; i < file->after.lines.n; i++) {
		struct span rest = span_trim(line), part;
		size_t at = 0;
		bool all = file->from[i] == LINEDIFF_NEW;

		while (all && span_split(&rest, ' ', &part)) {
			ptrdiff_t hit = span_find(file->after.lines.v[i], part, at);

			all = hit >= 0;
			at = all ? (size_t)hit + part.len : at;
		}
		if (all && !test_word_in(TEST_WORD_SKIP, file->after.lines.v[i]))
			return true;
	}
	return false;
}

static bool stands_before(const struct file *file, struct span line)
{
	line = span_trim(line);
	for (size_t i = 0; i < file->before.lines.n; i++)
		if (span_eq(span_trim(file->before.lines.v[i]), line))
			return true;
	return false;
}

static size_t count_words(const struct file *file, const struct side *side,
			  enum test_word kind)
{
	size_t n = 0;

	for (size_t i = 0; i < side->lines.n; i++)
		n += has_word(file, side, i, kind);
	return n;
}

/* The line of before that a gone one of a Makefile belongs to. */
static struct span target_of(const struct side *side, size_t i)
{
	while (i--) {
		struct span line = side->lines.v[i];

		if (line.len && line.ptr[0] != '\t' && line.ptr[0] != ' ')
			return line;
	}
	return (struct span){ 0 };
}

static void weigh_gone(struct weighing *w, const struct file *file, size_t i)
{
	struct span line = file->before.lines.v[i];
	const char *what = NULL;

	if (file->kept[i] || !is_live(file, &file->before, i))
		return;
	if (file->kind == TEST_FILE_RECIPE) {
		bool indented = line.len && (line.ptr[0] == '\t' || line.ptr[0] == ' ');
		struct span target = indented ? target_of(&file->before, i) : (struct span){ 0 };

		if (test_recipe_line(target, line) && !only_grew(file, line))
			what = "no longer says of the tests";
	} else if (file->kind == TEST_FILE_DATA) {
		what = "what a test expects is altered";
	} else if (file->failed) {
		what = "changes a test that failed";
	} else if (has_word(file, &file->before, i, TEST_WORD_DECLARATION)) {
		what = "a test is gone";
	} else if (has_word(file, &file->before, i, TEST_WORD_ASSERTION)) {
		what = "an assertion is gone or altered";
	}
	if (what && !stands_elsewhere(w, line))
		tell(w, file->change->path, i + 1, what, line);
}

/* "int f(void)": where C defines something, and not "int x = 4;". */
static bool defines(struct span line)
{
	return line.len && line.ptr[0] != ' ' && line.ptr[0] != '\t' &&
	       span_findc(line, '(', 0) > 0 && span_findc(line, '=', 0) < 0 &&
	       !span_ends(span_trim(line), ";");
}

/* A line of a table of cases: more of them ask more. */
static bool is_row(struct span line)
{
	line = span_trim(line);
	return line.len > 1 && strchr("{([\"'", line.ptr[0]) && span_ends(line, ",");
}

/*
 * New lines [i, end) of a file whose tests failed: assertions, or something that
 * begins anew. What else is put into such a test may decide it.
 */
static void weigh_added(struct weighing *w, const struct file *file, size_t i, size_t end)
{
	bool asserts = true, opened = false;
	size_t first = end;

	for (; i < end; i++) {
		struct span line = file->after.lines.v[i];

		if (!is_live(file, &file->after, i))
			continue;
		if (first == end) {
			first = i;
			opened = test_word_in(TEST_WORD_OPENER, line) || defines(line);
		}
		asserts = asserts && (has_word(file, &file->after, i, TEST_WORD_ASSERTION) ||
				      has_word(file, &file->after, i, TEST_WORD_DECLARATION) ||
				      is_row(line) || span_starts(span_trim(line), "test_"));
	}
	if (first < end && !opened && !asserts)
		tell(w, file->change->path, first + 1, "puts something into a test that failed",
		     file->after.lines.v[first]);
}

/* Code that is no test: what it must not be is aware of them. */
static void weigh_code(struct weighing *w, const struct file *file)
{
	for (size_t i = 0; i < file->after.lines.n; i++) {
		const char *what = NULL;

		if (file->from[i] != LINEDIFF_NEW || !is_live(file, &file->after, i))
			continue;
		if (test_word_in(TEST_WORD_EVASION, file->after.lines.v[i]))
			what = "asks whether it is tested, or ends the process";
		else if (!w->spec->named && has_word(file, &file->after, i, TEST_WORD_SUCCESS))
			what = "ends the process with success, and no log counts the tests";
		if (what && !stands_before(file, file->after.lines.v[i]))
			tell(w, file->change->path, i + 1, what, file->after.lines.v[i]);
	}
}

static void weigh_new(struct weighing *w, const struct file *file)
{
	const char *path = file->change->path, *slash = strrchr(path, '/');
	bool decides = file->kind == TEST_FILE_RECIPE ||
		       !strcmp(slash ? slash + 1 : path, "conftest.py");

	for (size_t i = 0; decides && i < file->after.lines.n; i++)
		if (has_word(file, &file->after, i, TEST_WORD_SKIP))
			tell(w, path, i + 1, "leaves a test out", file->after.lines.v[i]);
}

static void weigh_file(struct weighing *w, const struct file *file)
{
	size_t gone = w->n, begin = 0;
	const struct lines *after = &file->after.lines;

	if (!file->change->after.ptr && file->kind != TEST_FILE_RECIPE) {
		for (size_t i = 0; i < file->before.lines.n; i++)
			if (is_live(file, &file->before, i) &&
			    !stands_elsewhere(w, file->before.lines.v[i])) {
				tell(w, file->change->path, 0, "a file of tests is removed",
				     (struct span){ 0 });
				return;
			}
		return;
	}
	if (!file->change->before.ptr) {
		weigh_new(w, file);
		return;
	}
	for (size_t i = 0; i < file->before.lines.n; i++)
		weigh_gone(w, file, i);
	if (count_words(file, &file->after, TEST_WORD_SKIP) >
	    count_words(file, &file->before, TEST_WORD_SKIP)) {
		for (size_t i = 0; i < after->n; i++)
			if (file->from[i] == LINEDIFF_NEW &&
			    has_word(file, &file->after, i, TEST_WORD_SKIP))
				tell(w, file->change->path, i + 1, "skips a test", after->v[i]);
		return;
	}
	if (!file->failed || w->n > gone ||
	    (file->kind != TEST_FILE_CODE && file->kind != TEST_FILE_RUNNER))
		return;
	for (size_t i = 0; i <= after->n; i++) {
		if (i < after->n && file->from[i] == LINEDIFF_NEW)
			continue;
		weigh_added(w, file, begin, i);
		begin = i + 1;
	}
}

struct err *weakened(const struct weakened_spec *spec, struct str *out, size_t *n)
{
	struct weighing w = { .spec = spec, .out = out };
	struct err *err = NULL;

	*n = 0;
	w.files = calloc(spec->n_files + 1, sizeof(*w.files));
	if (!w.files)
		return err_nomem();
	for (size_t i = 0; !err && i < spec->n_files; i++)
		err = read_file(&w.files[i], spec, &spec->files[i]);
	for (size_t i = 0; !err && i < spec->n_files; i++) {
		const struct file *file = &w.files[i];

		if (!file->change->before.ptr && test_file_shadows(file->change->path))
			tell(&w, file->change->path, 0,
			     "takes the place of what tests are run with", (struct span){ 0 });
		if (file->kind != TEST_FILE_NONE)
			weigh_file(&w, file);
		else if (file->from)
			weigh_code(&w, file);
	}
	*n = w.n;
	for (size_t i = 0; i < spec->n_files; i++) {
		release_side(&w.files[i].before);
		release_side(&w.files[i].after);
		free(w.files[i].from);
		free(w.files[i].kept);
	}
	free(w.files);
	return err;
}
