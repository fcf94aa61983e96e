/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/ladder.h"

#include <stdlib.h>
#include <string.h>

#include "edit/reading.h"
#include "edit/region.h"

/* What the rungs of one reading share. */
struct climb {
	struct draft *d;
	const struct query *q;
	struct finding *out;
	struct edit_result *result;
	struct lines find, replace;
	struct offsets blocks; /* where find stands at FOLD_UNICODE, by line */
	bool searched;
};

void finding_init(struct finding *f)
{
	*f = (struct finding){ .find_hold = STR_INIT(PLAN_MAX_BYTES),
			       .replace_hold = STR_INIT(PLAN_MAX_BYTES) };
}

void finding_release(struct finding *f)
{
	for (size_t i = 0; i < f->n_segments; i++)
		segment_release(&f->segments[i]);
	free(f->segments);
	places_release(&f->places);
	str_release(&f->find_hold);
	str_release(&f->replace_hold);
	finding_init(f);
}

typedef struct err *try_rung(struct climb *c, enum fold level, enum find_verdict *verdict);

/* The lines of find that count now. */
static const struct span *block_of(const struct climb *c, size_t *n)
{
	*n = c->find.n - c->out->cut_head - c->out->cut_tail;
	return c->find.v + c->out->cut_head;
}

static bool matches(const struct climb *c, size_t first, enum fold level)
{
	size_t n;
	const struct span *block = block_of(c, &n);

	for (size_t i = 0; i < n; i++) {
		if (!fold_same(text_line(&c->d->text, first + i), block[i], level))
			return false;
	}
	return true;
}

/* All rungs look at the same blocks, each with its own eye. */
static struct err *search_blocks(struct climb *c)
{
	size_t n;
	const struct span *block = block_of(c, &n);

	if (c->searched)
		return NULL;
	c->searched = true;
	c->blocks.n = 0;
	return draft_find_block(c->d, block, n, &c->blocks);
}

/*
 * What an earlier edit wrote holds find to the letter. Lines of the base that read like
 * it are as likely meant: the hit is then one of several.
 */
static struct err *add_alike(struct climb *c, enum find_verdict *verdict)
{
	const struct text *t = &c->d->text;
	struct places *places = &c->out->places;
	size_t n;
	struct err *err = search_blocks(c);

	block_of(c, &n);
	for (size_t i = 0; !err && i < c->blocks.n; i++) {
		size_t first = c->blocks.v[i];
		struct place p = { t->start[first], t->start[first + n], NULL };

		if (!changes_conflict(&c->d->changes, p.start, p.end))
			places_add(places, p);
	}
	if (err || places->failed)
		return err ? err : err_nomem();
	*verdict = find_choose(c->d, c->q->edit, places, c->result);
	if (*verdict == FIND_HERE && !places->v[0].in) {
		/* The edit's hints say so; its rung is another one. */
		places->n = 0;
		*verdict = FIND_NONE;
	}
	return NULL;
}

static struct err *try_literal(struct climb *c, enum fold level, enum find_verdict *verdict)
{
	struct places *places = &c->out->places;
	struct err *err;

	(void)level;
	*verdict = FIND_NONE;
	if (c->q->lines_only)
		return NULL;
	c->out->literal = true;
	err = literal_find(c->d, c->q->edit, c->q->find, NULL, places, c->result, verdict);
	if (!err && *verdict == FIND_HERE && !c->q->edit->all && places->v[0].in)
		err = add_alike(c, verdict);
	return err;
}

static struct err *try_lines(struct climb *c, enum fold level, enum find_verdict *verdict)
{
	const struct text *t = &c->d->text;
	struct places *places = &c->out->places;
	const struct change *taker = NULL;
	size_t n;
	struct err *err = search_blocks(c);

	block_of(c, &n);
	*verdict = FIND_NONE;
	for (size_t i = 0; !err && i < c->blocks.n; i++) {
		size_t first = c->blocks.v[i];
		struct place p = { t->start[first], t->start[first + n], NULL };
		const struct change *conflict;

		if (!matches(c, first, level))
			continue;
		conflict = changes_conflict(&c->d->changes, p.start, p.end);
		if (conflict)
			taker = conflict;
		else
			places_add(places, p);
	}
	if (err || places->failed)
		return err ? err : err_nomem();
	c->out->level = level;
	if (taker && !places->n) {
		draft_refuse(c->d, taker, c->result);
		*verdict = FIND_NOT;
	} else {
		*verdict = find_choose(c->d, c->q->edit, places, c->result);
	}
	return NULL;
}

static struct err *try_levels(struct climb *c, enum fold from, enum find_verdict *verdict)
{
	*verdict = FIND_NONE;
	for (enum fold level = from; level <= FOLD_UNICODE && *verdict == FIND_NONE; level++) {
		struct err *err = try_lines(c, level, verdict);

		if (err)
			return err;
	}
	return NULL;
}

static bool is_empty(struct span line)
{
	return text_indent(line) == line.len;
}

/* How many empty lines a list starts with, and how many others it ends with. */
static void count_edges(const struct lines *lines, size_t *head, size_t *tail)
{
	*head = *tail = 0;
	while (*head < lines->n && is_empty(lines->v[*head]))
		++*head;
	while (*tail < lines->n - *head && is_empty(lines->v[lines->n - 1 - *tail]))
		++*tail;
}

/*
 * How many of n empty lines at the edge of find may be left off replace too: as
 * many, if it has the same ones there, or none, if it has none. SIZE_MAX: neither.
 */
static size_t edge_of_replace(const struct span *find, const struct span *replace,
			      size_t n, size_t all, size_t has, int step)
{
	if (!has)
		return n == all ? 0 : SIZE_MAX;
	if (has < n)
		return SIZE_MAX;
	for (size_t i = 0; i < n; i++, find += step, replace += step) {
		if (!span_eq(*find, *replace))
			return SIZE_MAX;
	}
	return n;
}

/*
 * Whether replace goes without the edges cut off find: what is left must differ,
 * but not in the lines at which something was cut.
 */
static bool edges_agree(const struct climb *c, size_t head, size_t tail)
{
	const struct lines *find = &c->find, *replace = &c->replace;
	size_t all_head, all_tail, has_head, has_tail, cut_head, cut_tail, old, new;
	bool same = true;

	if (!c->q->replaces || !replace->n)
		return true;
	count_edges(find, &all_head, &all_tail);
	count_edges(replace, &has_head, &has_tail);
	cut_head = edge_of_replace(find->v, replace->v, head, all_head, has_head, 1);
	cut_tail = edge_of_replace(find->v + find->n - 1, replace->v + replace->n - 1, tail,
				   all_tail, has_tail, -1);
	if (cut_head == SIZE_MAX || cut_tail == SIZE_MAX)
		return false;
	old = find->n - head - tail;
	new = replace->n - cut_head - cut_tail;
	if (new && ((head == all_head && is_empty(replace->v[cut_head])) ||
		    (tail == all_tail && is_empty(replace->v[cut_head + new - 1]))))
		return false;
	for (size_t i = 0; old == new && i < new && same; i++)
		same = span_eq(find->v[head + i], replace->v[cut_head + i]);
	if (old == new)
		return !same;
	return !new || ((!head || fold_same(find->v[head], replace->v[cut_head],
					    FOLD_LEAD)) &&
			(!tail || fold_same(find->v[head + old - 1],
					    replace->v[cut_head + new - 1], FOLD_LEAD)));
}

/* No more edge lines than this are tried one by one. */
#define EDGES_MAX 4

static struct err *try_edges(struct climb *c, enum fold level, enum find_verdict *verdict)
{
	size_t head, tail;

	*verdict = FIND_NONE;
	count_edges(&c->find, &head, &tail);
	if (head == c->find.n || head > EDGES_MAX || tail > EDGES_MAX)
		return NULL;
	for (size_t cut = 1; cut <= head + tail && *verdict == FIND_NONE; cut++) {
		for (size_t h = cut > tail ? cut - tail : 0;
		     h <= head && h <= cut && *verdict == FIND_NONE; h++) {
			struct err *err;

			if (!edges_agree(c, h, cut - h))
				continue;
			c->out->cut_head = h;
			c->out->cut_tail = cut - h;
			c->searched = false;
			c->blocks.n = 0;
			err = try_levels(c, level, verdict);
			if (err)
				return err;
		}
	}
	return NULL;
}

/* Cuts lines at those that are elisions, which must not stand at an edge. */
static size_t count_segments(const struct lines *lines)
{
	size_t n = 1;

	for (size_t i = 0; i < lines->n; i++) {
		if (!region_is_elision(lines->v[i]))
			continue;
		if (!i || i + 1 == lines->n || region_is_elision(lines->v[i - 1]))
			return 0;
		n++;
	}
	return n;
}

/* The lines of segment k of lines, and the marker below it, with its indentation. */
static struct lines segment_of(const struct lines *lines, size_t k, struct span *marker)
{
	struct lines part = { .v = lines->v, .ended = true };

	*marker = SPAN("");
	for (size_t i = 0; i <= lines->n; i++) {
		if (i < lines->n && !region_is_elision(lines->v[i])) {
			part.n++;
			continue;
		}
		if (i < lines->n)
			*marker = span_cut(lines->v[i], 0,
					   lines->v[i].len - text_trail(lines->v[i]));
		else
			part.ended = lines->ended;
		if (!k--)
			return part;
		part.v += part.n + 1;
		part.n = 0;
	}
	return part;
}

static struct err *own_lines(struct lines *out, const struct lines *from)
{
	*out = (struct lines){ .v = calloc(from->n + 1, sizeof(*out->v)), .n = from->n,
			       .ended = from->ended };
	if (!out->v)
		return err_nomem();
	for (size_t i = 0; i < from->n; i++)
		out->v[i] = from->v[i];
	return NULL;
}

/* Whether lines [from, to) are but one line that reads as a marker: it stands for itself. */
static bool is_no_gap(const struct text *t, size_t from, size_t to)
{
	return to == from + 1 && region_is_elision(text_line(t, from));
}

/* Where a segment stands, once in the whole file, at its strictest level. */
static struct err *place_segment(struct climb *c, struct segment *s, enum fold *level,
				 bool *placed)
{
	const struct text *t = &c->d->text;
	struct offsets at = { .n = 0 };
	struct err *err = draft_find_block(c->d, s->find.v, s->find.n, &at);

	*placed = false;
	for (enum fold l = FOLD_NONE; !err && l <= FOLD_UNICODE && at.n; l++) {
		size_t n = 0;

		for (size_t i = 0; i < at.n; i++) {
			bool same = true;

			for (size_t k = 0; k < s->find.n && same; k++)
				same = fold_same(text_line(t, at.v[i] + k), s->find.v[k], l);
			if (same) {
				s->at = at.v[i];
				n++;
			}
		}
		if (n) {
			*placed = n == 1;
			*level = l > *level ? l : *level;
			break;
		}
	}
	offsets_release(&at);
	return err;
}

static struct err *split_segments(struct climb *c, size_t n, bool *same)
{
	struct finding *out = c->out;

	*same = true;
	out->segments = calloc(n, sizeof(*out->segments));
	if (!out->segments)
		return err_nomem();
	for (size_t k = 0; k < n; k++) {
		struct segment *s = &out->segments[out->n_segments++];
		struct span a, b;
		struct lines find = segment_of(&c->find, k, &a);
		struct lines replace = segment_of(&c->replace, k, &b);
		struct err *err;

		segment_init(s);
		err = own_lines(&s->find, &find);
		if (!err)
			err = own_lines(&s->replace, &replace);
		if (err)
			return err;
		*same &= span_eq(a, b);
	}
	return NULL;
}

static struct err *try_elision(struct climb *c, enum fold level, enum find_verdict *verdict)
{
	struct finding *out = c->out;
	const struct text *t = &c->d->text;
	size_t n = count_segments(&c->find), after = 0;
	struct change *conflict = NULL;
	bool good, placed = true;
	struct err *err;

	*verdict = FIND_NONE;
	out->level = level;
	out->cut_head = out->cut_tail = 0;
	if (!c->q->replaces || n < 2 || count_segments(&c->replace) != n)
		return NULL;
	err = split_segments(c, n, &good);
	for (size_t k = 0; k < n && good && placed && !err; k++) {
		struct segment *s = &out->segments[k];

		err = place_segment(c, s, &out->level, &placed);
		if (err || !placed)
			break;
		good = s->at >= after && (!k || !is_no_gap(t, after, s->at));
		after = s->at + s->find.n;
		if (!conflict)
			conflict = changes_conflict(&c->d->changes, t->start[s->at],
						    t->start[after]);
	}
	if (err || !good || !placed)
		return err;
	if (conflict) {
		draft_refuse(c->d, conflict, c->result);
		*verdict = FIND_NOT;
		return NULL;
	}
	places_add(&out->places, (struct place){ t->start[out->segments[0].at],
						 t->start[after], NULL });
	*verdict = FIND_HERE;
	return out->places.failed ? err_nomem() : NULL;
}

static const struct rung {
	const char *name;
	try_rung *try;
	enum fold level;
} rungs[] = {
	{ "literal", try_literal, FOLD_NONE },   { "lines", try_lines, FOLD_NONE },
	{ "trailing", try_lines, FOLD_TRAIL },   { "indent", try_lines, FOLD_LEAD },
	{ "blanks", try_lines, FOLD_INNER },     { "unicode", try_lines, FOLD_UNICODE },
	{ "edges", try_edges, FOLD_NONE },       { "elision", try_elision, FOLD_NONE },
};

/* Rungs that an edit about blanks may climb. */
#define STRICT_RUNGS 2

static bool is_about_form(const struct climb *c)
{
	if (!c->q->replaces || c->find.n != c->replace.n ||
	    span_eq(c->out->find, c->out->replace))
		return false;
	for (size_t i = 0; i < c->find.n; i++) {
		if (!fold_same(c->find.v[i], c->replace.v[i], FOLD_UNICODE))
			return false;
	}
	return true;
}

static struct err *climb_all(struct climb *c, enum find_verdict *verdict)
{
	struct err *err = lines_split(&c->find, c->q->find);

	if (!err)
		err = lines_split(&c->replace, c->q->replace);
	c->out->about_form = !err && is_about_form(c);
	for (size_t i = 0; !err && *verdict == FIND_NONE && i < ARRAY_SIZE(rungs); i++) {
		if (c->out->about_form && i >= STRICT_RUNGS)
			break;
		c->out->rung = rungs[i].name;
		c->out->literal = false;
		err = rungs[i].try(c, rungs[i].level, verdict);
	}
	lines_release(&c->find);
	lines_release(&c->replace);
	offsets_release(&c->blocks);
	return err;
}

static struct err *climb_reading(struct draft *d, const struct query *q,
				 struct finding *out, struct edit_result *result,
				 enum find_verdict *verdict)
{
	struct climb c = { .d = d, .q = q, .out = out, .result = result };

	out->find = q->find;
	out->replace = q->replace;
	return climb_all(&c, verdict);
}

/* Whether find starts with a code fence that the file has too, and is thus its own. */
static struct err *has_own_fence(struct draft *d, struct span find, bool *own)
{
	struct offsets at = { .n = 0 };
	struct span line = SPAN("");
	struct err *err = NULL;

	if (span_line(&find, &line) && span_starts(span_trim(line), "```"))
		err = draft_find_block(d, &line, 1, &at);
	*own = at.n > 0;
	offsets_release(&at);
	return err;
}

struct err *ladder_find(struct draft *d, const struct query *q, struct finding *out,
			struct edit_result *result, enum find_verdict *verdict)
{
	struct err *err;
	bool about_form, own = false;

	*verdict = FIND_NONE;
	err = climb_reading(d, q, out, result, verdict);
	about_form = out->about_form;
	if (!err && *verdict == FIND_NONE)
		err = has_own_fence(d, q->find, &own);
	for (size_t i = 0; i < n_readings && !err && *verdict == FIND_NONE; i++) {
		struct query other = *q;

		finding_release(out);
		if ((own && readings[i].unfences) ||
		    !readings[i].read(q->find, &out->find_hold) ||
		    !readings[i].read(q->replace, &out->replace_hold) ||
		    span_eq(str_span(&out->find_hold), q->find) || !out->find_hold.len)
			continue;
		err = err_first(str_err(&out->find_hold, "find"),
				str_err(&out->replace_hold, "replace"));
		if (err)
			break;
		other.find = str_span(&out->find_hold);
		other.replace = str_span(&out->replace_hold);
		err = climb_reading(d, &other, out, result, verdict);
		out->rung = readings[i].name;
	}
	if (*verdict == FIND_NONE)
		out->about_form = about_form;
	return err;
}
