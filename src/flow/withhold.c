/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/withhold.h"

#include <stdlib.h>
#include <string.h>

#include "base/argv.h"
#include "context/secrets.h"
#include "repo/tree.h"

#define TEXT_MAX_BYTES ((size_t)64 << 20)
#define NAMES_MAX_BYTES ((size_t)16 << 20)

/* git is named each file: an argument list has an end. */
#define NAMED_MAX 2000

/* Shorter lines say nothing, or stand everywhere. */
#define QUOTE_MIN_BYTES 8
/* Logs cut longer lines. */
#define QUOTE_MAX_BYTES 200
#define QUOTED_FILES_MAX_BYTES ((size_t)8 << 20)

/* Lines that may stand in a shown file as well, and files that are read for them. */
#define COMMON_LINES_MAX 256
#define NAMED_FILES_MAX 64
#define NAMED_FILES_MAX_BYTES ((size_t)8 << 20)

struct withhold {
	struct repo *repo;
	struct oid tree;
	struct argv excluded; /* paths, sorted */
	struct secrets *secrets; /* made at first use */
};

static struct err *on_excluded(void *ctx, const char *path)
{
	struct withhold *w = ctx;

	argv_push(&w->excluded, path);
	return argv_err(&w->excluded);
}

struct err *withhold_new(struct withhold **out, struct repo *repo, const struct oid *tree,
			 const char *const *exclude)
{
	struct withhold *w = calloc(1, sizeof(*w));
	struct err *err = NULL;

	*out = w;
	if (!w)
		return err_nomem();
	w->repo = repo;
	w->tree = *tree;
	argv_init(&w->excluded);
	if (exclude && exclude[0])
		err = repo_tree_match(repo, tree, exclude, on_excluded, w);
	return err_wrap(err, "dualfix.exclude");
}

void withhold_free(struct withhold *w)
{
	if (!w)
		return;
	argv_release(&w->excluded);
	secrets_free(w->secrets);
	free(w);
}

static int by_name(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

const char *withhold_file(const struct withhold *w, const char *path)
{
	if (secrets_is_key_path(path))
		return "is a key, which no model is shown";
	if (w->excluded.n && bsearch(path, w->excluded.v, w->excluded.n,
				     sizeof(w->excluded.v[0]), by_name))
		return "is kept from models by dualfix.exclude";
	return NULL;
}

static int order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct err *withhold_moved(struct withhold *w, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_edits; i++) {
		const struct edit *edit = &plan->edits[i];

		if (edit->kind != EDIT_RENAME_FILE || !withhold_file(w, edit->file) ||
		    withhold_file(w, edit->to))
			continue;
		argv_push(&w->excluded, edit->to);
		qsort(w->excluded.v, w->excluded.n, sizeof(w->excluded.v[0]), order);
	}
	return argv_err(&w->excluded);
}

/* The next name of a list that git printed with -z. */
static const char *next_name(struct span *rest)
{
	const char *name = rest->ptr;
	ptrdiff_t end = rest->len ? span_findc(*rest, '\0', 0) : -1;

	if (end < 0)
		return NULL;
	*rest = span_cut(*rest, (size_t)end + 1, rest->len);
	return name;
}

/* Of "M\0path\0" and "R100\0from\0to\0": what may be shown goes to shown. */
static size_t sort_out(const struct withhold *w, struct span names, struct argv *shown)
{
	size_t left_out = 0;

	for (;;) {
		const char *status = next_name(&names), *from, *to;

		from = status ? next_name(&names) : NULL;
		to = status && (*status == 'R' || *status == 'C') ? next_name(&names) : from;
		if (!from || !to)
			return left_out;
		if (withhold_file(w, from) || withhold_file(w, to)) {
			left_out++;
			continue;
		}
		argv_pushf(shown, ":(top,literal)%s", from);
		if (to != from)
			argv_pushf(shown, ":(top,literal)%s", to);
	}
}

struct err *withhold_diff(const struct withhold *w, struct repo *repo, const struct oid *a,
			  const struct oid *b, struct str *out)
{
	const char *const list[] = { "diff-tree", "-r", "-M", "--name-status", "-z",
				     "--no-ext-diff", a->hex, b->hex, "--", NULL };
	struct str names = STR_INIT(NAMES_MAX_BYTES);
	struct argv shown = ARGV_INIT;
	size_t left_out;
	struct err *err = repo_git(repo, list, (struct span){ 0 }, &names, NULL);

	if (err)
		goto out;
	left_out = sort_out(w, str_span(&names), &shown);
	err = argv_err(&shown);
	if (err || (left_out && (!shown.n || shown.n > NAMED_MAX)))
		goto out;
	err = repo_diff_text(repo, a, b, left_out ? argv_list(&shown) : NULL, out);
out:
	str_release(&names);
	argv_release(&shown);
	return err;
}

/* A log, and which of its lines quote a file that is not shown. */
struct quoted {
	const struct withhold *w;
	struct span log;
	bool *line_at; /* by the offset of a line's start */
	size_t room;
	struct argv doubtful; /* quoted lines of such files; others may have them as well */
	bool common[COMMON_LINES_MAX]; /* of these, which a shown file has */
	size_t named, named_room; /* shown files that were read, what more may be */
};

static bool is_quoted(const struct quoted *q, struct span needle)
{
	return span_find(q->log, span_cut(needle, 0, QUOTE_MAX_BYTES), 0) >= 0;
}

/* Goes on behind a line that has it: many have the same text often. */
static void leave_out(struct quoted *q, struct span needle)
{
	struct span rest = q->log, line;
	ptrdiff_t at;

	needle = span_cut(needle, 0, QUOTE_MAX_BYTES);
	while ((at = span_find(rest, needle, 0)) >= 0) {
		while (at && rest.ptr[at - 1] != '\n')
			at--;
		rest = span_cut(rest, (size_t)at, rest.len);
		q->line_at[rest.ptr - q->log.ptr] = true;
		(void)span_line(&rest, &line);
	}
}

static ptrdiff_t find_doubtful(const struct quoted *q, struct span line)
{
	for (size_t i = 0; i < q->doubtful.n; i++)
		if (span_eqs(line, q->doubtful.v[i]))
			return (ptrdiff_t)i;
	return -1;
}

/* False: there is no room for it, and it counts as a quote. */
static bool doubt(struct quoted *q, struct span line)
{
	if (find_doubtful(q, line) >= 0)
		return true;
	if (q->doubtful.n == COMMON_LINES_MAX || span_findc(line, '\0', 0) >= 0)
		return false;
	argv_pushf(&q->doubtful, "%.*s", (int)line.len, line.ptr);
	return true;
}

static void look_for(struct quoted *q, struct span text, bool is_key)
{
	struct span line = span_trim(text);

	if (line.len >= QUOTE_MIN_BYTES && is_quoted(q, line) && (is_key || !doubt(q, line)))
		leave_out(q, line);
}

/* Of "NAME=value" in a file of keys the value says it all. */
static void look_for_value(struct quoted *q, struct span line)
{
	size_t i = 0;

	while (i < line.len && line.ptr[i] != '=' && line.ptr[i] != ':')
		i++;
	if (i < line.len)
		look_for(q, span_cut(line, i + 1, line.len), true);
}

/* What is too large is as if it were empty. */
static struct err *read_blob(const struct quoted *q, const struct oid *blob, size_t *room,
			     struct str *text)
{
	struct err *err = repo_blob(q->w->repo, blob, *room, text);

	if (err && err_kind(err) == ERR_INPUT) {
		err_drop(err);
		err = NULL;
	}
	*room -= text->len;
	return err;
}

static struct err *look_for_file(void *ctx, const char *path, bool is_link,
				 const struct oid *blob)
{
	struct quoted *q = ctx;
	struct str text = STR_INIT(q->room);
	bool is_key = secrets_is_key_path(path);
	struct span rest, line;
	struct err *err;

	if (is_link || !q->room || !withhold_file(q->w, path))
		return NULL;
	err = read_blob(q, blob, &q->room, &text);
	rest = str_span(&text);
	while (!err && span_line(&rest, &line)) {
		look_for(q, line, is_key);
		if (is_key)
			look_for_value(q, line);
	}
	str_release(&text);
	return err;
}

/* A line that this file shows anyway tells nothing of another. */
static struct err *look_for_common(void *ctx, const char *path, bool is_link,
				   const struct oid *blob)
{
	struct quoted *q = ctx;
	struct str text = STR_INIT(q->named_room);
	struct span rest, line;
	struct err *err;

	if (is_link || q->named == NAMED_FILES_MAX || !q->named_room ||
	    withhold_file(q->w, path) || span_find(q->log, span_of(path), 0) < 0)
		return NULL;
	q->named++;
	err = read_blob(q, blob, &q->named_room, &text);
	rest = str_span(&text);
	while (!err && span_line(&rest, &line)) {
		ptrdiff_t i = find_doubtful(q, span_trim(line));

		if (i >= 0)
			q->common[i] = true;
	}
	str_release(&text);
	return err;
}

/* A quote is left out unless a shown file that the log names has that line, too. */
static struct err *settle_doubts(struct quoted *q)
{
	struct err *err = argv_err(&q->doubtful);

	if (!err && q->doubtful.n)
		err = repo_tree_walk(q->w->repo, &q->w->tree, look_for_common, q);
	for (size_t i = 0; !err && i < q->doubtful.n; i++)
		if (!q->common[i])
			leave_out(q, span_of(q->doubtful.v[i]));
	return err;
}

static void add_lines(const struct quoted *q, struct str *out)
{
	struct span rest = q->log, line;

	while (rest.len) {
		const char *start = rest.ptr;

		if (!span_line(&rest, &line))
			return;
		if (q->line_at[start - q->log.ptr])
			str_adds(out, "[a line of a file that is not shown]");
		else
			str_add_span(out, line);
		str_addc(out, '\n');
	}
}

struct err *withhold_quoted(struct withhold *w, struct span log, struct str *out)
{
	struct quoted q = { .w = w, .log = log, .room = QUOTED_FILES_MAX_BYTES,
			    .doubtful = ARGV_INIT, .named_room = NAMED_FILES_MAX_BYTES };
	struct err *err;

	if (!log.len)
		return NULL;
	q.line_at = calloc(log.len, sizeof(*q.line_at));
	err = q.line_at ? repo_tree_walk(w->repo, &w->tree, look_for_file, &q) : err_nomem();
	if (!err)
		err = settle_doubts(&q);
	if (!err)
		add_lines(&q, out);
	argv_release(&q.doubtful);
	free(q.line_at);
	return err ? err : str_err(out, "the log");
}

struct err *withhold_region(struct withhold *w, const struct region *region,
			    struct span action, struct edit_result *result,
			    bool *withheld)
{
	const struct span parts[] = { region->before, region->text, region->after, action };
	size_t lines = 0;
	struct err *err = w->secrets ? NULL : secrets_new(&w->secrets);

	for (size_t i = 0; !err && i < ARRAY_SIZE(parts); i++) {
		struct str clean = STR_INIT(TEXT_MAX_BYTES);

		err = secrets_filter(w->secrets, parts[i], &clean, &lines);
		str_release(&clean);
	}
	*withheld = lines > 0;
	if (!err && lines)
		edit_result_set(result, EDIT_REFUSED,
				"needs a model, and what looks like a secret stands in or near "
				"lines %zu-%zu of '%s', or in what is to be done there",
				region->first_line, region->last_line, region->file);
	return err;
}
