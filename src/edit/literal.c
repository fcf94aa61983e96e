/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/literal.h"

#include <string.h>

#include "edit/current.h"
#include "edit/symbols.h"

#define LISTED_PLACES 5

struct span plan_text(struct span s, struct str *hold)
{
	size_t from = 0;
	ptrdiff_t at;

	if (span_find(s, SPAN("\r\n"), 0) < 0)
		return s;
	*hold = (struct str)STR_INIT(PLAN_MAX_BYTES);
	while ((at = span_find(s, SPAN("\r\n"), from)) >= 0) {
		str_add_span(hold, span_cut(s, from, (size_t)at));
		from = (size_t)at + 1;
	}
	str_add_span(hold, span_cut(s, from, s.len));
	return str_span(hold);
}

static bool on_line(const struct draft *d, const struct place *p, size_t line)
{
	size_t start = p->in ? p->in->start : p->start;
	size_t end = p->in ? p->in->end : p->end;
	size_t first = text_line_at(&d->text, start);
	size_t last = end > start ? text_line_at(&d->text, end - 1) : first;

	return line - 1 >= first && line - 1 <= last;
}

static bool in_symbol(const struct draft *d, const struct place *p,
		      const struct symbol_ranges *ranges)
{
	size_t start = p->in ? p->in->start : p->start;
	size_t end = p->in ? p->in->end : p->end;

	for (size_t i = 0; i < ranges->n; i++) {
		size_t first = ranges->v[i].first, stop = ranges->v[i].last + 1;

		if (start >= d->text.start[first] && end <= d->text.start[stop])
			return true;
	}
	return false;
}

/* Keeps the one place that agrees with every hint the edit gives, if it is one. */
static bool break_tie(struct draft *d, const struct edit *edit, struct places *places)
{
	struct symbol_ranges ranges = { .n = 0 };
	size_t agree = 0, which = 0;

	if (!edit->line && !edit->symbol)
		return false;
	if (edit->symbol)
		symbols_find(&d->text, d->path, edit->symbol, d->tags, &ranges);
	for (size_t i = 0; i < places->n; i++) {
		const struct place *p = &places->v[i];

		if (edit->line && !on_line(d, p, edit->line))
			continue;
		if (edit->symbol && !in_symbol(d, p, &ranges))
			continue;
		which = i;
		agree++;
	}
	if (agree != 1)
		return false;
	places->v[0] = places->v[which];
	places->n = 1;
	return true;
}

static void list_places(const struct draft *d, const struct places *places,
			struct edit_result *result)
{
	struct str lines = STR_INIT(256);

	for (size_t i = 0; i < places->n && i < LISTED_PLACES; i++)
		str_addf(&lines, "%s%zu", i ? ", " : "", draft_line(d, &places->v[i]));
	if (places->n > LISTED_PLACES)
		str_adds(&lines, ", ...");
	edit_result_set(result, EDIT_FAILED, "stands in %zu places (lines %s)", places->n,
			lines.buf);
	edit_result_note(result, "quote more lines around it, or say line or symbol");
	result->line = draft_line(d, &places->v[0]);
	str_release(&lines);
}

enum find_verdict find_choose(struct draft *d, const struct edit *edit,
			      struct places *places, struct edit_result *result)
{
	if (!places->n)
		return FIND_NONE;
	if (places->n == 1 || edit->all || break_tie(d, edit, places))
		return FIND_HERE;
	list_places(d, places, result);
	return FIND_NOT;
}

/* Two hits on one line are one place when the line is what counts. */
static bool is_again(const struct places *places, const struct place *p)
{
	const struct place *last = places->n ? &places->v[places->n - 1] : NULL;

	return last && last->in == p->in && last->start == p->start && last->end == p->end;
}

/*
 * Sorts what stands in the base into what still does and what a change, *taker,
 * has taken. Returns how many places there were.
 */
static size_t keep_intact(struct draft *d, const struct offsets *at, size_t len,
			  find_shape *shape, struct places *places, struct change **taker)
{
	struct place last = { .end = 0 };
	size_t n = 0;

	for (size_t i = 0; i < at->n; i++) {
		struct place p = { at->v[i], at->v[i] + len, NULL };
		struct change *c;

		if (shape && !shape(d, d->text.view, &p))
			continue;
		if (n && last.start == p.start && last.end == p.end)
			continue;
		last = p;
		n++;
		c = changes_conflict(&d->changes, p.start, p.end);
		if (c)
			*taker = c;
		else
			places_add(places, p);
	}
	return n;
}

/* What an executor wrote is its own, unless the whole file was given to it. */
static bool is_foreign(const struct change *c)
{
	return c->kind == CHANGE_RESERVED || (c->kind == CHANGE_ANSWERED && !c->whole_file);
}

static struct err *find_written(struct draft *d, struct span needle, find_shape *shape,
				struct places *places, struct change **taker)
{
	struct places raw = { .n = 0 };
	struct err *err = draft_find_written(d, needle, &raw);

	for (size_t i = 0; !err && i < raw.n; i++) {
		struct place *p = &raw.v[i];

		if (shape && !shape(d, draft_around(d, p), p))
			continue;
		if (is_foreign(p->in))
			*taker = p->in;
		else if (!is_again(places, p))
			places_add(places, *p);
	}
	places_release(&raw);
	return err;
}

/*
 * Every place in the file as it is now, for an edit that wants all of them. One that
 * lies over the edge of a change is *edge.
 */
static struct err *find_now(struct draft *d, struct span needle, find_shape *shape,
			    struct places *places, struct change **edge)
{
	struct offsets at = { .n = 0 };
	struct current now;
	struct err *err = current_read(&now, d);

	if (!err)
		err = offsets_find(now.text, needle, &at);
	for (size_t i = 0; !err && i < at.n && !*edge; i++) {
		struct change *in_way = NULL;
		struct place p;

		if (!current_locate(&now, at.v[i], at.v[i] + needle.len, &p, &in_way)) {
			*edge = in_way;
			break;
		}
		if (shape && !shape(d, draft_around(d, &p), &p))
			continue;
		if (!p.in)
			*edge = changes_conflict(&d->changes, p.start, p.end);
		if (!is_again(places, &p))
			places_add(places, p);
	}
	offsets_release(&at);
	current_release(&now);
	return err || !places->failed ? err : err_nomem();
}

/* The place of an edit that wants one. *edge is a change in its way. */
static struct err *find_one(struct draft *d, struct span needle, find_shape *shape,
			    struct places *places, const struct change **edge)
{
	struct offsets base = { .n = 0 };
	struct change *taker = NULL;
	struct err *err = draft_find_base(d, needle, &base);
	size_t n = err ? 0 : keep_intact(d, &base, needle.len, shape, places, &taker);

	/* Alone in the base: meant, whatever earlier edits wrote elsewhere. */
	if (!err && (n != 1 || taker))
		err = find_written(d, needle, shape, places, &taker);
	if (!err && places->failed)
		err = err_nomem();
	if (!err && d->changes.n && !shape && !places->n)
		err = draft_find_straddle(d, needle, edge);
	if (!*edge && !places->n)
		*edge = taker;
	offsets_release(&base);
	return err;
}

struct err *literal_find(struct draft *d, const struct edit *edit, struct span needle,
			 find_shape *shape, struct places *places,
			 struct edit_result *result, enum find_verdict *verdict)
{
	const struct change *edge = NULL;
	struct change *in_way = NULL;
	struct err *err;

	*verdict = FIND_NONE;
	if (edit->all && d->changes.n) {
		err = find_now(d, needle, shape, places, &in_way);
		edge = in_way;
	} else {
		err = find_one(d, needle, shape, places, &edge);
	}
	if (err)
		return err;
	if (edge) {
		draft_refuse(d, edge, result);
		*verdict = FIND_NOT;
	} else {
		*verdict = find_choose(d, edit, places, result);
	}
	return NULL;
}

static bool ends_in_lf(struct span s)
{
	return s.len && s.ptr[s.len - 1] == '\n';
}

/* Whether the byte after p is an LF; it may lie beyond the change that p is in. */
static bool lf_follows(const struct draft *d, const struct place *p)
{
	struct span around = draft_around(d, p);
	size_t at = p->end;

	if (p->in && at == around.len) {
		around = d->text.view;
		at = p->in->end;
	}
	return at < around.len && around.ptr[at] == '\n';
}

struct span literal_text(const struct draft *d, const struct place *p, struct span find,
			 struct span replace, struct str *hold)
{
	struct span around = draft_around(d, p);
	bool at_start = !p->start || around.ptr[p->start - 1] == '\n';
	bool lf_before = span_starts(find, "\n") && !span_starts(replace, "\n") &&
			 !at_start && replace.len;
	bool lf_after = ends_in_lf(find) && !ends_in_lf(replace) &&
			(replace.len || !at_start);

	/* Nothing else to be done but that: at the end of the file it is meant. */
	if (!p->in && p->end == around.len && find.len == replace.len + 1 &&
	    span_eq(span_cut(find, 0, replace.len), replace))
		lf_after = false;
	if (lf_before || lf_after) {
		*hold = (struct str)STR_INIT(PLAN_MAX_BYTES + 2);
		str_adds(hold, lf_before ? "\n" : "");
		str_add_span(hold, replace);
		str_adds(hold, lf_after ? "\n" : "");
		return str_span(hold);
	}
	if (!ends_in_lf(find) && ends_in_lf(replace) && lf_follows(d, p))
		return span_cut(replace, 0, replace.len - 1);
	return replace;
}
