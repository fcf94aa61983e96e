/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/draft.h"

#include <stdlib.h>
#include <string.h>

#include "edit/fold.h"

/* Searches that have read a text this often over pay for an index of it. */
#define SCANS_BEFORE_INDEX 24

/* Shorter parts of lines are too common to look for. */
#define KEY_MIN_BYTES ((size_t)4)

/* With more hits than this an index of all lines is cheaper, and lasts. */
#define KEY_MAX_HITS ((size_t)128)

/* A straddle is looked for in no more than this much text around changes. */
#define STRADDLE_MAX_BYTES ((size_t)16 << 20)

struct err *draft_init(struct draft *d, const char *path, struct span bytes)
{
	struct err *err;

	*d = (struct draft){ .path = path };
	changes_init(&d->changes);
	err = text_init(&d->text, bytes);
	d->now_bytes = d->text.view.len;
	return err;
}

void draft_release(struct draft *d)
{
	text_release(&d->text);
	changes_release(&d->changes);
	grams_release(&d->base_grams);
	grams_release(&d->log_grams);
	line_index_release(&d->line_index);
}

void places_add(struct places *p, struct place place)
{
	if (p->failed)
		return;
	if (p->n == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 8;
		struct place *v = realloc(p->v, cap * sizeof(*v));

		if (!v) {
			p->failed = true;
			return;
		}
		p->v = v;
		p->cap = cap;
	}
	p->v[p->n++] = place;
}

void places_release(struct places *p)
{
	free(p->v);
	*p = (struct places){ .n = 0 };
}

struct span draft_around(const struct draft *d, const struct place *p)
{
	return p->in ? change_text(&d->changes, p->in) : d->text.view;
}

size_t draft_line(const struct draft *d, const struct place *p)
{
	return text_line_at(&d->text, p->in ? p->in->start : p->start) + 1;
}

struct err *draft_find_base(struct draft *d, struct span needle, struct offsets *out)
{
	struct span view = d->text.view;
	struct err *err;

	if (!d->base_grams.n_samples && d->scanned_bytes / SCANS_BEFORE_INDEX < view.len) {
		d->scanned_bytes += view.len;
		return offsets_find(view, needle, out);
	}
	err = grams_extend(&d->base_grams, view);
	return err ? err : grams_find(&d->base_grams, view, needle, out);
}

/* The part of the block that search is for; i is its line. */
static struct span choose_key(const struct span *block, size_t n, size_t *line)
{
	struct span best = { NULL, 0 };

	for (size_t i = 0; i < n; i++) {
		struct span key = fold_plain(block[i]);

		if (key.len > best.len) {
			best = key;
			*line = i;
		}
	}
	return best;
}

static bool is_block(const struct text *t, size_t first, const struct span *block, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!fold_same(text_line(t, first + i), block[i], FOLD_UNICODE))
			return false;
	}
	return true;
}

static bool hides_nothing(struct draft *d)
{
	if (d->hides == HIDES_UNKNOWN)
		d->hides = !d->text.ascii && fold_hides(d->text.view) ? HIDES_SOME :
									HIDES_NOTHING;
	return d->hides == HIDES_NOTHING;
}

struct err *draft_find_block(struct draft *d, const struct span *block, size_t n,
			     struct offsets *out)
{
	const struct text *t = &d->text;
	struct offsets hits = { .n = 0 };
	size_t line = 0, last = SIZE_MAX;
	struct span key = choose_key(block, n, &line);
	struct err *err;

	if (!n || n > t->n_lines)
		return NULL;
	/* An index of all lines is dear: one search spares it, where one will do. */
	if (d->line_index.hash || key.len < KEY_MIN_BYTES || !hides_nothing(d))
		return block_find(&d->line_index, t, block, n, out);
	err = draft_find_base(d, key, &hits);
	if (!err && hits.n > KEY_MAX_HITS) {
		offsets_release(&hits);
		return block_find(&d->line_index, t, block, n, out);
	}
	for (size_t i = 0; !err && i < hits.n; i++) {
		size_t at = text_line_at(t, hits.v[i]);

		if (at == last || at < line || at - line > t->n_lines - n)
			continue;
		last = at;
		if (is_block(t, at - line, block, n))
			offsets_add(out, at - line);
	}
	offsets_release(&hits);
	return err || !out->failed ? err : err_nomem();
}

/* Whether [start, end) of the text of c is nothing but quoted base text. */
static bool is_context(const struct change *c, size_t start, size_t end)
{
	return end <= c->head || start >= c->len - c->tail;
}

struct err *draft_find_written(struct draft *d, struct span needle, struct places *out)
{
	struct changes *ch = &d->changes;
	struct span log = str_span(&ch->log);
	struct offsets at = { .n = 0 };
	struct err *err;

	if (needle.len > log.len)
		return NULL;
	err = grams_extend(&d->log_grams, log);
	if (!err)
		err = grams_find(&d->log_grams, log, needle, &at);
	for (size_t i = 0; !err && i < at.n; i++) {
		struct change *c = changes_at_log(ch, at.v[i], needle.len);
		size_t start = c ? at.v[i] - c->at : 0;

		if (c && c->kind != CHANGE_RESERVED &&
		    !is_context(c, start, start + needle.len))
			places_add(out, (struct place){ start, start + needle.len, c });
	}
	offsets_release(&at);
	if (!err && out->failed)
		err = err_nomem();
	return err;
}

/* Which pairs of bytes needle holds: 65,536 bits. */
static void note_pairs(struct span needle, unsigned char *bits)
{
	memset(bits, 0, 8192);
	for (size_t i = 0; i + 1 < needle.len; i++) {
		unsigned pair = (unsigned)(unsigned char)needle.ptr[i] << 8 |
				(unsigned char)needle.ptr[i + 1];

		bits[pair >> 3] |= (unsigned char)(1u << (pair & 7));
	}
}

static bool has_pair(const unsigned char *bits, char a, char b)
{
	unsigned pair = (unsigned)(unsigned char)a << 8 | (unsigned char)b;

	return bits[pair >> 3] >> (pair & 7) & 1;
}

/* Whether needle could run over an edge of c, by the two bytes that meet there. */
static bool may_cross(const struct draft *d, const struct change *c,
		      const unsigned char *bits)
{
	struct span view = d->text.view, text = change_text(&d->changes, c);
	const struct change *next = change_next(c);
	char first, last, after;

	/* Changes that touch have no base byte between them to look at. */
	if ((next && next->start == c->end) || !text.len || !c->start)
		return true;
	first = text.ptr[0];
	last = text.ptr[text.len - 1];
	after = c->end < view.len ? view.ptr[c->end] : '\0';
	return has_pair(bits, view.ptr[c->start - 1], first) ||
	       has_pair(bits, last, after);
}

/* Searches the file as it is now within reach of the edges of c. */
static struct err *search_around(struct draft *d, const struct change *c,
				 struct span needle, size_t *spent, bool *hit)
{
	size_t reach = needle.len - 1, len = d->text.view.len;
	size_t start = c->start > reach ? c->start - reach : 0;
	size_t end = len - c->end > reach ? c->end + reach : len;
	struct str now = STR_INIT(CHANGE_LOG_MAX_BYTES), ends = now;
	struct change *first;
	struct err *err;
	ptrdiff_t at = -1;

	/* No window may begin or end inside a change. */
	first = changes_from(&d->changes, start);
	if (first && first->start < start)
		start = first->start;
	first = changes_from(&d->changes, end);
	if (first && first->start < end)
		end = first->end;
	changes_view(&d->changes, &d->text, start, end, &now, &ends);
	err = str_err(&now, "edits");
	*spent += now.len;
	while (!err && !*hit && (at = span_find(str_span(&now), needle,
						(size_t)(at + 1))) >= 0)
		*hit = true;
	str_release(&now);
	str_release(&ends);
	return err;
}

struct err *draft_find_straddle(struct draft *d, struct span needle,
				const struct change **edge)
{
	unsigned char bits[8192];
	struct change *c = changes_first(&d->changes);
	size_t spent = 0;
	bool hit = false;

	*edge = NULL;
	if (!c || needle.len < 2)
		return NULL;
	note_pairs(needle, bits);
	for (; c && spent < STRADDLE_MAX_BYTES; c = change_next(c)) {
		struct err *err;

		if (c->kind == CHANGE_RESERVED || !may_cross(d, c, bits))
			continue;
		err = search_around(d, c, needle, &spent, &hit);
		if (err)
			return err;
		if (hit) {
			*edge = c;
			return NULL;
		}
	}
	return NULL;
}

/* The bytes of whole lines that a and b share at their start, and at their end. */
static void shared_lines(struct span a, struct span b, size_t *head, size_t *tail)
{
	size_t most = a.len < b.len ? a.len : b.len, i = 0;

	*head = *tail = 0;
	for (; i < most && a.ptr[i] == b.ptr[i]; i++) {
		if (a.ptr[i] == '\n')
			*head = i + 1;
	}
	for (i = 0; i < most - *head; i++) {
		if (a.ptr[a.len - 1 - i] != b.ptr[b.len - 1 - i])
			return;
		if (i + 1 == a.len || i + 1 == b.len) {
			/* All of one: a line start only if the other breaks there. */
			const struct span *longer = a.len > b.len ? &a : &b;

			if (a.len == b.len || longer->ptr[longer->len - i - 2] == '\n')
				*tail = i + 1;
		} else if (a.ptr[a.len - 2 - i] == '\n' && b.ptr[b.len - 2 - i] == '\n') {
			*tail = i + 1;
		}
	}
}

/* The base's line ends, one for every LF of [start, end). */
static void base_ends(const struct text *t, size_t start, size_t end, struct str *out)
{
	for (size_t i = text_line_at(t, start); i < t->n_lines; i++) {
		size_t stop = text_line_stop(t, i);

		if (stop >= end || stop == t->view.len)
			break;
		str_addc(out, text_end(t, i));
	}
}

/* Line ends for text in the place of [start, end): replaced lines lend theirs. */
static void borrow_ends(const struct text *t, size_t start, size_t end,
			struct span text, size_t tail, struct str *out)
{
	size_t want = text_count(text, '\n');
	size_t kept = text_count(span_cut(text, text.len - tail, text.len), '\n');
	struct str old = STR_INIT(CHANGE_LOG_MAX_BYTES);
	char near = text_end_near(t, start);

	base_ends(t, start, end, &old);
	if (start == end && t->n_lines && !start)
		near = text_end(t, 0);
	for (size_t i = 0; i < want; i++) {
		if (i >= want - kept)
			near = old.buf[old.len - (want - i)];
		else if (i + kept < old.len)
			near = old.buf[i];
		str_addc(out, near);
	}
	if (old.failed)
		out->failed = true;
	str_release(&old);
}

void draft_refuse(const struct draft *d, const struct change *conflict,
		  struct edit_result *result)
{
	struct place p = { conflict->start, conflict->end, NULL };
	bool ours = conflict->kind == CHANGE_DIRECT;

	edit_result_set(result, EDIT_REFUSED, ours ?
			"edits[%zu] reaches into text that edits[%zu] wrote" :
			"edits[%zu] reaches into text that edits[%zu] gave to the executor",
			d->editing, conflict->edit);
	result->line = draft_line(d, &p);
}

bool draft_may_grow(const struct draft *d, size_t gone, size_t come,
		    struct edit_result *result)
{
	if (come <= gone || d->now_bytes - gone + come <= TEXT_MAX_BYTES)
		return true;
	edit_result_set(result, EDIT_REFUSED, "the file would be larger than %zu bytes",
			TEXT_MAX_BYTES);
	return false;
}

struct err *draft_write(struct draft *d, const struct place *p, struct span text,
			const char *ends, const struct edit *edit,
			struct edit_result *result, bool *done)
{
	struct written w = { .text = text, .edit = edit->index };
	struct str own = STR_INIT(CHANGE_LOG_MAX_BYTES);
	size_t start = p->in ? p->in->start : p->start;
	size_t end = p->in ? p->in->end : p->end;
	struct change *made, *conflict = NULL;
	struct err *err;

	*done = false;
	if (!draft_may_grow(d, p->end - p->start, text.len, result))
		return NULL;
	if (!p->in)
		shared_lines(span_cut(d->text.view, start, end), text, &w.head, &w.tail);
	if (ends)
		str_add(&own, ends, text_count(text, '\n'));
	else
		borrow_ends(&d->text, start, end, text, p->in ? 0 : w.tail, &own);
	err = str_err(&own, "edits");
	w.ends = str_span(&own);
	if (err)
		goto out;
	if (p->in) {
		w.kind = p->in->kind;
		err = changes_rewrite(&d->changes, p->in, p->start, p->end, &w);
	} else {
		err = changes_add(&d->changes, start, end, &w, &made, &conflict);
	}
	if (conflict)
		draft_refuse(d, conflict, result);
	*done = !err && !conflict;
	if (*done)
		d->now_bytes = d->now_bytes - (p->end - p->start) + text.len;
out:
	str_release(&own);
	return err;
}
