/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/rewrite.h"

#include <stdint.h>
#include <stdlib.h>

void rewrites_init(struct rewrites *w)
{
	*w = (struct rewrites){ .texts = STR_INIT(CHANGE_LOG_MAX_BYTES),
				.ends = STR_INIT(CHANGE_LOG_MAX_BYTES) };
}

void rewrites_release(struct rewrites *w)
{
	free(w->v);
	str_release(&w->texts);
	str_release(&w->ends);
	rewrites_init(w);
}

void rewrites_add(struct rewrites *w, struct place at, struct span text, const char *ends)
{
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 8;
		struct rewrite *v = realloc(w->v, cap * sizeof(*v));

		if (!v) {
			w->failed = true;
			return;
		}
		w->v = v;
		w->cap = cap;
	}
	w->v[w->n++] = (struct rewrite){ at, w->texts.len, text.len,
					 ends ? w->ends.len : NO_ENDS };
	str_add_span(&w->texts, text);
	if (ends)
		str_add(&w->ends, ends, text_count(text, '\n'));
}

/*
 * By the change they are in, then by offset. Those in the base come last: they make
 * changes let go of context, which moves offsets in them.
 */
static int by_place(const void *a, const void *b)
{
	const struct rewrite *x = a, *y = b;
	uintptr_t in_x = (uintptr_t)x->at.in, in_y = (uintptr_t)y->at.in;

	if (in_x != in_y)
		return in_x > in_y ? -1 : 1;
	if (x->at.start != y->at.start)
		return x->at.start < y->at.start ? -1 : 1;
	return (x->at.end > y->at.end) - (x->at.end < y->at.end);
}

static struct span text_of(const struct rewrites *w, const struct rewrite *r)
{
	return span_cut(str_span(&w->texts), r->text, r->text + r->len);
}

static const char *ends_of(const struct rewrites *w, const struct rewrite *r)
{
	return r->ends == NO_ENDS ? NULL : w->ends.buf + r->ends;
}

bool rewrites_stand(const struct rewrites *w, const struct draft *d)
{
	if (!w->n || w->failed || w->texts.failed)
		return false;
	for (size_t i = 0; i < w->n; i++) {
		const struct place *p = &w->v[i].at;

		if (!span_eq(span_cut(draft_around(d, p), p->start, p->end),
			     text_of(w, &w->v[i])))
			return false;
	}
	return true;
}

static bool can_write(const struct rewrites *w, struct draft *d, struct edit_result *result)
{
	size_t gone = 0;

	for (size_t i = 0; i < w->n; i++) {
		const struct place *p = &w->v[i].at;
		struct change *c = p->in ? NULL :
				   changes_conflict(&d->changes, p->start, p->end);

		if (c) {
			draft_refuse(d, c, result);
			return false;
		}
		gone += p->end - p->start;
	}
	return draft_may_grow(d, gone, w->texts.len, result);
}

/* Copies [from, to) of a text with its line ends; *line counts them. */
static void copy_part(struct span old, struct span old_ends, size_t from, size_t to,
		      size_t *line, struct str *text, struct str *ends)
{
	struct span part = span_cut(old, from, to);
	size_t n = text_count(part, '\n');

	str_add_span(text, part);
	str_add_span(ends, span_cut(old_ends, *line, *line + n));
	*line += n;
}

/* One new version of a change for all places in it: a version each would be quadratic. */
static struct err *write_group(struct rewrites *w, struct draft *d, size_t first, size_t stop,
			       const struct edit *edit, struct edit_result *result, bool *done)
{
	struct change *c = w->v[first].at.in;
	struct span old = change_text(&d->changes, c), old_ends = change_ends(&d->changes, c);
	struct str text = STR_INIT(CHANGE_LOG_MAX_BYTES), ends = text;
	struct place whole = { w->v[first].at.start, w->v[stop - 1].at.end, c };
	size_t at = whole.start;
	size_t line = text_count(span_cut(old, 0, at), '\n');
	char near = text_end_near(&d->text, c->start);
	struct err *err;

	for (size_t i = first; i < stop; i++) {
		const struct rewrite *r = &w->v[i];
		struct span new = text_of(w, r);
		size_t n = text_count(new, '\n');

		copy_part(old, old_ends, at, r->at.start, &line, &text, &ends);
		if (ends.len)
			near = ends.buf[ends.len - 1];
		str_add_span(&text, new);
		for (size_t k = 0; k < n; k++)
			str_addc(&ends, ends_of(w, r) ? ends_of(w, r)[k] : near);
		line += text_count(span_cut(old, r->at.start, r->at.end), '\n');
		at = r->at.end;
	}
	err = err_first(str_err(&text, "edits"), str_err(&ends, "edits"));
	if (!err)
		err = draft_write(d, &whole, str_span(&text), ends.buf, edit, result, done);
	str_release(&text);
	str_release(&ends);
	return err;
}

struct err *rewrites_write(struct rewrites *w, struct draft *d, const struct edit *edit,
			   struct edit_result *result, bool *done)
{
	struct err *err = err_first(str_err(&w->texts, "edits"), str_err(&w->ends, "edits"));

	*done = false;
	if (!err && w->failed)
		err = err_nomem();
	if (err || !can_write(w, d, result))
		return err;
	if (w->n > 1)
		qsort(w->v, w->n, sizeof(*w->v), by_place);
	*done = true;
	for (size_t i = 0; i < w->n && *done && !err;) {
		struct rewrite *r = &w->v[i];
		size_t stop = i + 1;

		while (r->at.in && stop < w->n && w->v[stop].at.in == r->at.in)
			stop++;
		if (stop == i + 1)
			err = draft_write(d, &r->at, text_of(w, r), ends_of(w, r), edit,
					  result, done);
		else
			err = write_group(w, d, i, stop, edit, result, done);
		i = stop;
	}
	return err;
}
