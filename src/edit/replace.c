/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/replace.h"

#include <string.h>

#include "edit/ladder.h"
#include "edit/literal.h"
#include "edit/nearest.h"
#include "edit/region.h"
#include "edit/rewrite.h"

/* Of fewer characters of words nothing is said. */
#define SAYING_CHARS 3

struct replacement {
	struct draft *d;
	const struct edit *edit;
	struct finding found;
	struct edit_result *result;
	struct rewrites writes;
};

/* How a literal hit lies in its lines. */
enum cover {
	COVER_PART,
	COVER_BLANKS, /* all of them but blanks at their ends */
	COVER_LINES,  /* all of them */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static enum cover cover_of(struct span around, const struct place *p, struct span find)
{
	size_t start = p->start, stop = p->end - span_ends(find, "\n"), end;

	while (start && is_blank(around.ptr[start - 1]))
		start--;
	for (end = stop; end < around.len && is_blank(around.ptr[end]);)
		end++;
	if ((start && around.ptr[start - 1] != '\n') ||
	    (end < around.len && around.ptr[end] != '\n'))
		return COVER_PART;
	return start == p->start && end == stop ? COVER_LINES : COVER_BLANKS;
}

/* Whether the lines that p lies in are the base's own, as far as they go. */
static bool has_own_lines(const struct draft *d, const struct place *p)
{
	const struct text *t = &d->text;
	size_t first, last;

	if (p->in)
		return false;
	first = text_line_at(t, p->start);
	last = text_line_at(t, p->end > p->start ? p->end - 1 : p->end);
	return !changes_conflict(&d->changes, t->start[first], text_line_stop(t, last));
}

static bool is_word(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static size_t count_words(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += is_word(s.ptr[i]);
	return n;
}

/* At p, text must not be the middle of a longer word, and it must say something. */
static bool stands_alone(struct span around, const struct place *p)
{
	if (count_words(span_cut(around, p->start, p->end)) < SAYING_CHARS)
		return false;
	if (p->start && is_word(around.ptr[p->start]) && is_word(around.ptr[p->start - 1]))
		return false;
	return p->end == around.len || !is_word(around.ptr[p->end - 1]) ||
	       !is_word(around.ptr[p->end]);
}

/*
 * Whether replace has a line that find has not and that says something: only then
 * does it tell something that it stands in the file.
 */
static bool brings_something(struct span find, struct span replace)
{
	struct span line;

	if (text_count(replace, '\n') < 2 && text_count(find, '\n') < 2)
		return count_words(replace) >= SAYING_CHARS && span_find(find, replace, 0) < 0;
	while (span_line(&replace, &line)) {
		line = span_trim(line);
		if (count_words(line) >= SAYING_CHARS && span_find(find, line, 0) < 0)
			return true;
	}
	return false;
}

/* Whether the file still has a line of find that says something and that goes. */
static bool has_old_line(const struct draft *d, struct span find, struct span replace)
{
	struct span line;

	while (span_line(&find, &line)) {
		line = span_trim(line);
		if (count_words(line) >= SAYING_CHARS &&
		    span_find(replace, line, 0) < 0 && span_find(d->text.view, line, 0) >= 0)
			return true;
	}
	return false;
}

/* Trims a line of find; whether replace has it too, and it says something. */
static bool is_shared(struct span *line, struct span replace)
{
	*line = span_trim(*line);
	return count_words(*line) >= SAYING_CHARS && span_find(replace, *line, 0) >= 0;
}

/* Whether the lines that find and replace share stand in order among lines [at, end). */
static bool stand_within(const struct text *t, size_t at, size_t end, struct span find,
			 struct span replace)
{
	struct span line;

	while (span_line(&find, &line)) {
		if (!is_shared(&line, replace))
			continue;
		while (at < end && !span_eq(span_trim(text_line(t, at)), line))
			at++;
		if (at++ >= end)
			return false;
	}
	return true;
}

/*
 * Whether the lines that find and replace share stand close together outside of p as
 * well: find may misquote those, and replace stand at p for its own reasons.
 */
static bool may_misquote(const struct draft *d, const struct place *p, struct span find,
			 struct span replace)
{
	const struct text *t = &d->text;
	size_t close = 2 * text_count(find, '\n') + 4, first = t->n_lines, next = first;
	struct span rest = find, line = SPAN("");
	bool shares = false;

	while (!shares && span_line(&rest, &line))
		shares = is_shared(&line, replace);
	if (!p->in) {
		first = text_line_at(t, p->start);
		next = text_line_at(t, p->end > p->start ? p->end - 1 : p->end) + 1;
	}
	for (size_t i = 0; shares && i < t->n_lines; i++) {
		size_t end = i < first ? first : t->n_lines;

		if (i >= first && i < next)
			continue;
		if (span_eq(span_trim(text_line(t, i)), line) &&
		    stand_within(t, i, end - i < close ? end : i + close, find, replace))
			return true;
	}
	return false;
}

/* find is nowhere: whether replace stands in the file already, once. */
static struct err *look_for_done(struct replacement *r, struct span find, struct span replace)
{
	struct edit one = *r->edit;
	struct query q = { .edit = &one, .find = replace, .replace = SPAN("") };
	enum find_verdict verdict = FIND_NONE;
	struct err *err = NULL;
	bool done = false;

	one.all = false;
	one.line = 0;
	one.symbol = NULL;
	if (!r->found.about_form && brings_something(find, replace) &&
	    !has_old_line(r->d, find, replace)) {
		finding_release(&r->found);
		err = ladder_find(r->d, &q, &r->found, r->result, &verdict);
	}
	if (err)
		return err;
	if (verdict == FIND_HERE) {
		const struct place *p = &r->found.places.v[0];

		done = r->found.literal ? stands_alone(draft_around(r->d, p), p) :
					  r->found.level <= FOLD_TRAIL &&
					  !r->found.cut_head && !r->found.cut_tail;
		done = done && !may_misquote(r->d, p, find, replace);
		if (done)
			edit_result_done(r->result, EDIT_SATISFIED, NULL,
					 draft_line(r->d, p));
	}
	if (done)
		return NULL;
	edit_result_set(r->result, EDIT_FAILED, "find stands nowhere in the file");
	return nearest_explain(r->d, find, r->result);
}

enum doneness { DONE_NOT, DONE_YES, DONE_MAYBE };

/*
 * Whether the lines around a place read like replace already: find and what is
 * added to it, which then was added before. Maybe, where replace has the lines of
 * find in another form, as if it were to wrap them.
 */
static enum doneness done_lines(const struct text *t, const struct segment *s,
				enum fold level)
{
	size_t n = s->find.n, m = s->replace.n;

	for (size_t k = 0; n && m > n && k + n <= m; k++) {
		size_t words = 0, i;
		bool again = true;

		for (i = 0; i < n && fold_same(s->find.v[i], s->replace.v[k + i], level); i++)
			again &= span_eq(s->find.v[i], s->replace.v[k + i]);
		if (i < n || s->at < k || s->at - k + m > t->n_lines)
			continue;
		for (i = 0; i < m; i++) {
			if (!fold_same(text_line(t, s->at - k + i), s->replace.v[i], level))
				break;
			if (i < k || i >= k + n)
				words += count_words(s->replace.v[i]);
		}
		if (i == m && !again)
			return DONE_MAYBE;
		if (i == m && words >= SAYING_CHARS)
			return DONE_YES;
	}
	return DONE_NOT;
}

/*
 * Whether replace, which brings something, stands in the file and find has loosely
 * matched lines of it: what was added looks like find itself.
 */
static bool lies_in_replace(const struct text *t, const struct segment *s)
{
	size_t m = s->replace.n, low = s->at + 1 > m ? s->at + 1 - m : 0;

	for (size_t at = low; m && at < s->at + s->find.n; at++) {
		size_t i = 0;

		while (i < m && at + i < t->n_lines &&
		       fold_same(text_line(t, at + i), s->replace.v[i], FOLD_TRAIL))
			i++;
		if (i == m)
			return true;
	}
	return false;
}

/* Whether more than blanks stands on the last line of head, or on the first of tail. */
static bool goes_on(struct span head, struct span tail)
{
	size_t start = head.len, stop = 0;

	while (start && head.ptr[start - 1] != '\n')
		start--;
	while (stop < tail.len && tail.ptr[stop] != '\n')
		stop++;
	return span_trim(span_cut(head, start, head.len)).len ||
	       span_trim(span_cut(tail, 0, stop)).len;
}

/* The same of a part of a line: maybe, where few words or only signs were added. */
static enum doneness done_part(struct span around, const struct place *p, struct span find,
			       struct span replace)
{
	ptrdiff_t k = -1;

	while ((k = span_find(replace, find, (size_t)(k + 1))) >= 0) {
		size_t before = (size_t)k, end = before + find.len;

		if (p->start < before || p->start - before + replace.len > around.len ||
		    memcmp(around.ptr + p->start - before, replace.ptr, replace.len))
			continue;
		if (count_words(replace) >= count_words(find) + SAYING_CHARS)
			return DONE_YES;
		if (goes_on(span_cut(replace, 0, before),
			    span_ends(find, "\n") ? SPAN("") :
						    span_cut(replace, end, replace.len)))
			return DONE_MAYBE;
	}
	return DONE_NOT;
}

/* The lines of find and replace for a place, without the edges that were cut. */
static struct err *make_segment(const struct replacement *r, const struct place *p,
				struct segment *s)
{
	const struct finding *f = &r->found;
	struct err *err = lines_split(&s->find, f->find);
	size_t head = 0, tail = 0;

	if (!err)
		err = lines_split(&s->replace, f->replace);
	if (err)
		return err;
	while (head < f->cut_head && head < s->replace.n &&
	       text_indent(s->replace.v[head]) == s->replace.v[head].len)
		head++;
	while (tail < f->cut_tail && tail < s->replace.n - head &&
	       text_indent(s->replace.v[s->replace.n - 1 - tail]) ==
	       s->replace.v[s->replace.n - 1 - tail].len)
		tail++;
	/* What is cut is cut off the front of lists that own their arrays. */
	memmove(s->replace.v, s->replace.v + head,
		(s->replace.n - head) * sizeof(s->replace.v[0]));
	s->replace.n -= head + tail;
	s->replace.ended |= tail > 0;
	memmove(s->find.v, s->find.v + f->cut_head,
		(s->find.n - f->cut_head) * sizeof(s->find.v[0]));
	s->find.n -= f->cut_head + f->cut_tail;
	s->at = text_line_at(&r->d->text, p->start);
	return NULL;
}

static void add_segment(struct replacement *r, const struct segment *s)
{
	const struct text *t = &r->d->text;
	struct place p = { t->start[s->at], t->start[s->at + s->find.n], NULL };

	rewrites_add(&r->writes, p, str_span(&s->text), s->ends.buf);
}

static const char reads_done[] = "what is around it reads like replace already";

static void say_unclear(struct replacement *r, const char *why, size_t line)
{
	edit_result_set(r->result, EDIT_FAILED, "find matches at line %zu, but %s", line, why);
	r->result->line = line;
}

/* *good is false when the result says why this place is not to be written. */
static struct err *plan_lines(struct replacement *r, const struct place *p,
			      enum fold level, bool *good)
{
	enum doneness applied = DONE_NOT;
	struct segment s;
	const char *why = NULL;
	struct err *err;

	segment_init(&s);
	*good = false;
	err = make_segment(r, p, &s);
	if (!err && !r->edit->all)
		applied = done_lines(&r->d->text, &s, level);
	if (applied == DONE_YES) {
		edit_result_done(r->result, EDIT_SATISFIED, NULL, draft_line(r->d, p));
		goto out;
	}
	if (applied == DONE_MAYBE)
		why = reads_done;
	else if (!err && !r->edit->all && level > FOLD_NONE &&
		 brings_something(r->found.find, r->found.replace) &&
		 lies_in_replace(&r->d->text, &s))
		why = reads_done;
	else if (!err)
		err = adapt(&r->d->text, &r->d->file, &s, 1, level, &why);
	if (!err && why)
		say_unclear(r, why, draft_line(r->d, p));
	else if (!err)
		add_segment(r, &s);
	*good = !err && !why;
out:
	segment_release(&s);
	return err;
}

static struct err *plan_literal(struct replacement *r, const struct place *p, bool *good)
{
	const struct finding *f = &r->found;
	struct span around = draft_around(r->d, p), text;
	enum cover cover = cover_of(around, p, f->find);
	enum doneness applied = DONE_NOT;
	struct str hold = STR_INIT(0);
	struct err *err;

	*good = false;
	if (cover == COVER_BLANKS && f->about_form) {
		edit_result_set(r->result, EDIT_FAILED, "find and replace differ in blanks "
				"alone, and find has not all blanks of line %zu",
				draft_line(r->d, p));
		return NULL;
	}
	if (cover != COVER_PART && has_own_lines(r->d, p) &&
	    (cover == COVER_BLANKS || (r->d->text.cr && p->end < around.len)))
		return plan_lines(r, p, cover == COVER_BLANKS ? FOLD_LEAD : FOLD_NONE, good);
	if (!r->edit->all)
		applied = done_part(around, p, f->find, f->replace);
	if (applied == DONE_YES)
		edit_result_done(r->result, EDIT_SATISFIED, NULL, draft_line(r->d, p));
	else if (applied == DONE_MAYBE)
		say_unclear(r, reads_done, draft_line(r->d, p));
	if (applied != DONE_NOT)
		return NULL;
	text = literal_text(r->d, p, f->find, f->replace, &hold);
	err = str_err(&hold, "replace");
	if (!err)
		rewrites_add(&r->writes, *p, text, NULL);
	*good = !err;
	str_release(&hold);
	return err;
}

static struct err *plan_elision(struct replacement *r, bool *good)
{
	struct finding *f = &r->found;
	const char *why;
	struct err *err = adapt(&r->d->text, &r->d->file, f->segments, f->n_segments,
				f->level, &why);

	*good = !err && !why;
	if (!err && why)
		say_unclear(r, why, draft_line(r->d, &f->places.v[0]));
	for (size_t k = 0; *good && k < f->n_segments; k++)
		add_segment(r, &f->segments[k]);
	return err;
}

/* Of places that overlap each other, all means every other one, from the left. */
static void drop_overlaps(struct places *places)
{
	size_t n = 0;

	for (size_t i = 0; i < places->n; i++) {
		const struct place *p = &places->v[i];

		if (n && places->v[n - 1].in == p->in && places->v[n - 1].end > p->start)
			continue;
		places->v[n++] = *p;
	}
	places->n = n;
}

static struct err *plan_places(struct replacement *r, bool *good)
{
	struct finding *f = &r->found;
	struct err *err = NULL;

	*good = true;
	drop_overlaps(&f->places);
	for (size_t i = 0; i < f->places.n && *good && !err; i++) {
		const struct place *p = &f->places.v[i];

		err = f->literal ? plan_literal(r, p, good) :
				   plan_lines(r, p, f->level, good);
	}
	return err;
}

/* What goes where is known for all places before the first is written. */
static struct err *write_all(struct replacement *r)
{
	bool good, done;
	struct err *err = r->found.n_segments ? plan_elision(r, &good) :
						plan_places(r, &good);

	if (!err && good && rewrites_stand(&r->writes, r->d))
		edit_result_done(r->result, EDIT_SATISFIED, NULL, r->result->line);
	else if (!err && good)
		err = rewrites_write(&r->writes, r->d, r->edit, r->result, &done);
	return err;
}

/* A line of replace that stands for code left out, while find has it not. */
static bool leaves_out(struct span find, struct span replace, struct span *which)
{
	struct span rest = replace, line, old, other;

	while (span_line(&rest, &line)) {
		bool known = false;

		if (!region_is_placeholder(line))
			continue;
		other = find;
		while (!known && span_line(&other, &old))
			known = span_eq(span_trim(old), span_trim(line));
		if (!known) {
			*which = span_trim(line);
			return true;
		}
	}
	return false;
}

static struct err *find_and_write(struct replacement *r, struct span find,
				  struct span replace)
{
	struct query q = { .edit = r->edit, .find = find, .replace = replace,
			   .replaces = true };
	enum find_verdict verdict;
	struct span which;
	struct err *err;
	size_t line;

	if (leaves_out(find, replace, &which)) {
		edit_result_set(r->result, EDIT_FAILED, "replace leaves code out: '%.*s'",
				(int)(which.len < 80 ? which.len : 80), which.ptr);
		return NULL;
	}
	err = ladder_find(r->d, &q, &r->found, r->result, &verdict);
	if (err || verdict == FIND_NOT)
		return err;
	if (verdict == FIND_NONE)
		return look_for_done(r, find, replace);
	line = draft_line(r->d, &r->found.places.v[0]);
	edit_result_done(r->result, EDIT_APPLIED, r->found.rung, line);
	if (!span_eq(r->found.find, r->found.replace))
		return write_all(r);
	r->result->status = EDIT_SATISFIED;
	return NULL;
}

struct err *replace_apply(struct draft *d, const struct edit *edit,
			  struct edit_result *result)
{
	struct replacement r = { .d = d, .edit = edit, .result = result };
	struct str find_hold = STR_INIT(0), replace_hold = STR_INIT(0);
	struct span find = plan_text(edit->find, &find_hold);
	struct span replace = plan_text(edit->replace, &replace_hold);
	struct err *err = err_first(str_err(&find_hold, "find"),
				    str_err(&replace_hold, "replace"));

	finding_init(&r.found);
	rewrites_init(&r.writes);
	if (!err)
		err = find_and_write(&r, find, replace);
	finding_release(&r.found);
	rewrites_release(&r.writes);
	str_release(&find_hold);
	str_release(&replace_hold);
	return err;
}
