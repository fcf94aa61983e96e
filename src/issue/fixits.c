/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/remedy.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "issue/includes.h"
#include "issue/words.h"

#define LINES_MAX_BYTES ((size_t)1 << 20)

bool fixit_include(const struct fixit *fixit, struct span *line)
{
	struct span text = fixit->text;

	if (fixit->column != 1 || fixit->line != fixit->end_line ||
	    fixit->end_column != 1 || !span_starts(text, "#include ") ||
	    !span_ends(text, "\n"))
		return false;
	text = span_trim(text);
	if (span_findc(text, '\n', 0) >= 0)
		return false;
	*line = text;
	return true;
}

static struct err *range_of(struct remedy *d, const struct fixit *fixit,
			    struct touch *touch, const char **why)
{
	struct err *err = remedy_file(d, fixit->file, &touch->file);

	if (err)
		return err;
	if (touch->file->why) {
		*why = touch->file->why;
		return NULL;
	}
	if (!tree_offset(touch->file, fixit->line, fixit->column, &touch->start) ||
	    !tree_offset(touch->file, fixit->end_line, fixit->end_column, &touch->end) ||
	    touch->end < touch->start)
		*why = "the fix-it points to no place of the file";
	touch->text = fixit->text;
	return NULL;
}

struct err *fixit_words(struct remedy *d, const struct fixit *fixit, bool *both,
			struct span *old)
{
	struct touch touch = { 0 };
	const char *why = NULL;
	struct err *err = range_of(d, fixit, &touch, &why);

	*both = false;
	if (err || why)
		return err;
	*old = span_cut(touch.file->bytes, touch.start, touch.end);
	*both = is_word(*old) && is_word(fixit->text);
	return NULL;
}

static bool same(const struct touch *a, const struct touch *b)
{
	return a->file == b->file && a->start == b->start && a->end == b->end &&
	       span_eq(a->text, b->text);
}

/* Two insertions at one offset meet as well: nothing says which comes first. */
static bool meets(const struct touch *a, const struct touch *b)
{
	if (a->file != b->file)
		return false;
	if (a->start == a->end && b->start == b->end)
		return a->start == b->start;
	return a->start < b->end && b->start < a->end;
}

/* Whether diag's changes agree with those taken before; *again: all are there already. */
static bool fits(const struct remedy *d, const struct touch *v, size_t n, bool *again)
{
	size_t known = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < d->n_touches; k++) {
			if (same(&v[i], &d->touches[k])) {
				known++;
				break;
			}
			if (meets(&v[i], &d->touches[k]))
				return false;
		}
		for (size_t k = 0; k < i; k++) {
			if (v[i].start != v[i].end && meets(&v[i], &v[k]))
				return false;
		}
	}
	*again = known == n;
	return known == 0 || known == n;
}

struct err *remedy_fixits(struct remedy *d, const struct diag *diag,
			  const struct fixit *fixits, size_t n, const char **why)
{
	struct touch *v = arena_array(&d->arena, n, sizeof(*v));
	struct err *err;
	bool again;
	void *more;

	if (!v)
		return arena_err(&d->arena, "plan");
	for (size_t i = 0; i < n; i++) {
		v[i].diag = diag;
		v[i].order = d->n_touches + i;
		err = range_of(d, &fixits[i], &v[i], why);
		if (err || *why)
			return err;
	}
	if (!fits(d, v, n, &again)) {
		*why = "its fix-its overlap another's";
		return NULL;
	}
	for (size_t i = 0; i < n && !again; i++) {
		if (d->n_touches == d->cap_touches) {
			err = remedy_grow(d, d->touches, d->n_touches, &d->cap_touches,
					  sizeof(*d->touches), &more);
			if (err)
				return err;
			d->touches = more;
		}
		d->touches[d->n_touches++] = v[i];
	}
	return NULL;
}

static int by_place(const void *pa, const void *pb)
{
	const struct touch *a = pa, *b = pb;
	int order = strcmp(a->file->path, b->file->path);

	if (order)
		return order;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* LF for CRLF, as a plan's text has it. */
static void add_text(struct str *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '\r' || i + 1 == text.len || text.ptr[i + 1] != '\n')
			str_addc(out, text.ptr[i]);
	}
}

static struct err *keep(struct plan *plan, struct span text, struct span *out)
{
	out->ptr = arena_dup(&plan->arena, text);
	out->len = text.len;
	return out->ptr ? NULL : arena_err(&plan->arena, "plan");
}

static struct err *add_edit(struct plan *plan, const struct edit *edit, const char *file)
{
	struct edit *e;

	if (plan->n_edits == PLAN_MAX_EDITS)
		return NULL;
	e = &plan->edits[plan->n_edits];
	*e = *edit;
	e->index = plan->n_edits;
	e->file = arena_dups(&plan->arena, file);
	if (!e->file)
		return arena_err(&plan->arena, "plan");
	plan->n_edits++;
	return NULL;
}

static bool blank_line(const struct tree_file *file, size_t line)
{
	struct span text = { NULL, 0 };

	return tree_line(file, line, &text) && !span_trim(text).len;
}

/* Whether the changes leave nothing of the lines [first, last]. */
static bool empties(const struct touch *v, size_t n, size_t first, size_t last)
{
	const struct tree_file *file = v[0].file;
	size_t at = file->start[first - 1];
	struct span text;

	for (size_t i = 0; i < n; i++) {
		if (v[i].start > at || v[i].text.len)
			return false;
		at = v[i].end;
	}
	return tree_line(file, last, &text) &&
	       file->bytes.ptr + at >= text.ptr + text.len;
}

/*
 * The lines [first, last] that v's n changes touch. A find with nothing but
 * blanks names no place, and an empty replace would leave an empty line: then a
 * neighbour is taken along.
 */
static void touched_lines(const struct touch *v, size_t n, size_t *first, size_t *last)
{
	const struct tree_file *file = v[0].file;
	size_t end = v[0].end;

	for (size_t i = 1; i < n; i++) {
		if (v[i].end > end)
			end = v[i].end;
	}
	*first = tree_line_at(file, v[0].start);
	*last = tree_line_at(file, end);
	while (blank_line(file, *last) && *last < file->n_lines)
		++*last;
	while (blank_line(file, *first) && *first > 1)
		--*first;
	if (!empties(v, n, *first, *last))
		return;
	if (*first > 1)
		--*first;
	else if (*last < file->n_lines)
		++*last;
}

static struct err *replace_edit(struct plan *plan, const struct touch *v, size_t n)
{
	const struct tree_file *file = v[0].file;
	struct edit edit = { .kind = EDIT_REPLACE };
	struct str find = STR_INIT(LINES_MAX_BYTES), replace = STR_INIT(LINES_MAX_BYTES);
	size_t first, last, at, end;
	struct span text;
	struct err *err;

	touched_lines(v, n, &first, &last);
	at = file->start[first - 1];
	tree_line(file, last, &text);
	end = (size_t)(text.ptr - file->bytes.ptr) + text.len;
	add_text(&find, span_cut(file->bytes, at, end));
	for (size_t i = 0; i < n; i++) {
		add_text(&replace, span_cut(file->bytes, at, v[i].start));
		add_text(&replace, v[i].text);
		at = v[i].end;
	}
	if (at < end)
		add_text(&replace, span_cut(file->bytes, at, end));
	/* The line end behind the last line stays the file's. */
	if (replace.len && replace.buf[replace.len - 1] == '\n' && end < file->bytes.len)
		str_truncate(&replace, replace.len - 1);
	err = err_first(str_err(&find, "edit"), str_err(&replace, "edit"));
	if (!err)
		err = keep(plan, str_span(&find), &edit.find);
	if (!err)
		err = keep(plan, str_span(&replace), &edit.replace);
	edit.line = first;
	if (!err)
		err = add_edit(plan, &edit, file->path);
	str_release(&find);
	str_release(&replace);
	return err;
}

/* How many of the changes from v on lie in lines that touch. */
static size_t one_group(const struct touch *v, size_t n)
{
	size_t first, last, first2, last2, k = 1;

	touched_lines(v, 1, &first, &last);
	for (; k < n && v[k].file == v->file; k++) {
		touched_lines(v + k, 1, &first2, &last2);
		if (first2 > last)
			break;
		if (last2 > last)
			last = last2;
	}
	return k;
}

/* The first #include of file that no #if encloses; its line number, or 0. */
static size_t first_include(const struct tree_file *file, struct span *line)
{
	size_t at = 0, depth = 0;
	struct c_token token;
	struct include inc;

	while (c_next(file->bytes, &at, &token)) {
		struct span word = token.text;
		size_t i = 0;

		if (token.kind != C_DIRECTIVE || !word_next(token.text, &i, &word))
			continue;
		if (include_of(token.text, &inc)) {
			i = tree_line_at(file,
					 (size_t)(token.text.ptr - file->bytes.ptr));
			return !depth && tree_line(file, i, line) ? i : 0;
		}
		if (span_starts(word, "if"))
			depth++;
		else if (span_eqs(word, "endif") && depth)
			depth--;
	}
	return 0;
}

/* An #include that goes before all others says so; the rest is the edit engine's. */
static struct err *place_import(struct remedy *d, const struct cure *cure,
				struct plan *plan, struct edit *edit)
{
	const struct tree_file *file;
	struct span anchor;
	struct err *err;
	bool first = false;

	err = remedy_file(d, cure->file, &file);
	if (!err && cure->kind == CURE_INCLUDE)
		err = include_comes_first(d, cure->file, cure->what, &first);
	if (err)
		return err;
	edit->line = first ? first_include(file, &anchor) : 0;
	if (!edit->line)
		return keep(plan, cure->what, &edit->import_line);
	edit->kind = EDIT_ADD_LINE;
	edit->position = POSITION_BEFORE;
	err = keep(plan, anchor, &edit->anchor);
	return err ? err : keep(plan, cure->what, &edit->line_content);
}

static struct err *import_edits(struct remedy *d, struct plan *plan)
{
	for (size_t i = 0; i < d->n_cures; i++) {
		const struct cure *cure = &d->cures[i];
		struct edit edit = { .kind = EDIT_ADD_IMPORT };
		struct err *err;
		bool again = false;

		if (cure->dropped ||
		    (cure->kind != CURE_INCLUDE && cure->kind != CURE_IMPORT))
			continue;
		for (size_t k = 0; k < i && !again; k++)
			again = d->cures[k].kind == cure->kind && !d->cures[k].dropped &&
				!strcmp(d->cures[k].file, cure->file) &&
				span_eq(d->cures[k].what, cure->what);
		if (again)
			continue;
		err = place_import(d, cure, plan, &edit);
		if (!err)
			err = add_edit(plan, &edit, cure->file);
		if (err)
			return err;
	}
	return NULL;
}

struct err *remedy_edits(struct remedy *d, struct plan *plan)
{
	size_t room = d->n_touches + d->n_cures;
	struct err *err;

	plan->edits = arena_array(&plan->arena,
				  room > PLAN_MAX_EDITS ? PLAN_MAX_EDITS : room + 1,
				  sizeof(*plan->edits));
	if (!plan->edits)
		return arena_err(&plan->arena, "plan");
	if (d->n_touches)
		qsort(d->touches, d->n_touches, sizeof(*d->touches), by_place);
	for (size_t i = 0; i < d->n_touches;) {
		size_t n = one_group(d->touches + i, d->n_touches - i);

		err = replace_edit(plan, d->touches + i, n);
		if (err)
			return err;
		i += n;
	}
	return import_edits(d, plan);
}
