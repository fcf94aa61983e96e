/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/lines.h"

#include <string.h>

#include "edit/ladder.h"
#include "edit/literal.h"
#include "edit/nearest.h"
#include "edit/rewrite.h"

static size_t line_start(struct span s, size_t at)
{
	const char *nl = at ? memrchr(s.ptr, '\n', at) : NULL;

	return nl ? (size_t)(nl - s.ptr) + 1 : 0;
}

/* Past the LF of the line that holds at; the end of s if it has none. */
static size_t line_stop(struct span s, size_t at)
{
	ptrdiff_t nl = span_findc(s, '\n', at);

	return nl < 0 ? s.len : (size_t)nl + 1;
}

/* Whether a base offset is where a line starts, or where the file ends. */
static bool is_boundary(const struct text *t, size_t at)
{
	return !at || at == t->view.len || t->view.ptr[at - 1] == '\n';
}

/* Widens p to whole lines, the last LF included; false if they are not all in around. */
static bool lines_widen(const struct draft *d, struct span around, struct place *p)
{
	size_t last = p->end > p->start ? p->end - 1 : p->start;

	p->start = line_start(around, p->start);
	p->end = line_stop(around, last);
	if (!p->in)
		return true;
	if (!p->start && !is_boundary(&d->text, p->in->start))
		return false;
	return around.ptr[p->end - 1] == '\n' || is_boundary(&d->text, p->in->end);
}

/*
 * Text as lines for a spot of around: closed by an LF, unless it goes after a
 * last line that has none, where the LF goes in front.
 */
static void close_lines(struct span text, bool after_open_end, struct str *out)
{
	bool closed = text.len && text.ptr[text.len - 1] == '\n';

	if (after_open_end) {
		str_addc(out, '\n');
		str_add_span(out, span_cut(text, 0, text.len - closed));
	} else {
		str_add_span(out, text);
		if (!closed)
			str_addc(out, '\n');
	}
}

struct err *lines_put(struct draft *d, const struct place *p, struct span text,
		      const struct edit *edit, struct edit_result *result, bool *done)
{
	struct span around = draft_around(d, p);
	struct str lines = STR_INIT(PLAN_MAX_BYTES + 2);
	bool open = p->start && p->start == around.len &&
		    around.ptr[around.len - 1] != '\n';
	struct err *err;

	close_lines(text, open, &lines);
	err = str_err(&lines, "line_content");
	if (!err)
		err = draft_write(d, p, str_span(&lines), NULL, edit, result, done);
	str_release(&lines);
	return err;
}

/* A change in [start, end) that takes or brings a line end. */
static struct change *break_between(struct draft *d, size_t start, size_t end)
{
	struct change *c = changes_from(&d->changes, start);

	for (; c && c->start < end; c = change_next(c)) {
		size_t from = change_hard_start(c), to = change_hard_end(c);
		struct span text = change_text(&d->changes, c);

		if (to <= start || from >= end)
			continue;
		text = span_cut(text, c->head, text.len - c->tail);
		if (text_count(text, '\n') ||
		    span_findc(span_cut(d->text.view, from, to), '\n', 0) >= 0)
			return c;
	}
	return NULL;
}

/*
 * The spot above or below the lines that hold p. A change that starts or ends
 * amid a line has its line's rest in the base.
 */
static struct change *find_spot(struct draft *d, enum edit_position position,
				struct place *p)
{
	struct span around = draft_around(d, p), view = d->text.view;
	struct place lines = *p;
	size_t from;

	lines_widen(d, around, &lines);
	*p = lines;
	if (position == POSITION_BEFORE) {
		p->end = p->start;
		if (!p->in || p->start || is_boundary(&d->text, p->in->start))
			return NULL;
		from = p->in->start;
		p->start = p->end = line_start(view, from);
		p->in = NULL;
		return break_between(d, p->start, from);
	}
	p->start = p->end;
	if (!p->in)
		return break_between(d, lines.start, lines.end);
	if (around.ptr[p->end - 1] == '\n' || is_boundary(&d->text, p->in->end))
		return NULL;
	from = p->in->end;
	p->start = p->end = line_stop(view, from);
	p->in = NULL;
	return break_between(d, from, p->end);
}

static struct err *add_beside_anchor(struct draft *d, const struct edit *edit,
				     struct span text, struct edit_result *result)
{
	struct str hold = STR_INIT(0);
	struct query q = { .edit = edit, .find = plan_text(edit->anchor, &hold) };
	struct finding found;
	enum find_verdict verdict = FIND_NONE;
	struct change *conflict;
	struct err *err = str_err(&hold, "anchor");
	struct place *p;
	bool done;
	size_t line;

	finding_init(&found);
	if (!err)
		err = ladder_find(d, &q, &found, result, &verdict);
	if (err || verdict == FIND_NOT)
		goto out;
	if (verdict == FIND_NONE) {
		edit_result_set(result, EDIT_FAILED, "anchor stands nowhere in the file");
		err = nearest_explain(d, q.find, result);
		goto out;
	}
	p = &found.places.v[0];
	line = draft_line(d, p);
	conflict = find_spot(d, edit->position, p);
	if (conflict) {
		draft_refuse(d, conflict, result);
		goto out;
	}
	edit_result_done(result, EDIT_APPLIED, found.rung, line);
	err = lines_put(d, p, text, edit, result, &done);
out:
	finding_release(&found);
	str_release(&hold);
	return err;
}

struct err *lines_add(struct draft *d, const struct edit *edit, struct edit_result *result)
{
	struct str hold = STR_INIT(0);
	struct span text = plan_text(edit->line_content, &hold);
	struct err *err = str_err(&hold, "line_content");
	struct place p = { 0, 0, NULL };
	bool done;

	if (err)
		goto out;
	if (edit->position == POSITION_BEFORE || edit->position == POSITION_AFTER) {
		err = add_beside_anchor(d, edit, text, result);
		goto out;
	}
	if (edit->position == POSITION_END)
		p.start = p.end = d->text.view.len;
	edit_result_done(result, EDIT_APPLIED, NULL, draft_line(d, &p));
	err = lines_put(d, &p, text, edit, result, &done);
out:
	str_release(&hold);
	return err;
}

/* The hit is all of its lines but for blanks at their ends. */
static bool is_whole(const struct draft *d, struct span around, struct place *p)
{
	struct place hit = *p;
	struct span before, after;

	if (!lines_widen(d, around, p))
		return false;
	before = span_cut(around, p->start, hit.start);
	after = span_cut(around, hit.end, p->end);
	return !span_trim(before).len && !span_trim(after).len;
}

static struct err *find_line(struct draft *d, const struct edit *edit, struct span find,
			     struct finding *found, struct edit_result *result,
			     enum find_verdict *verdict)
{
	static find_shape *const steps[] = { is_whole, lines_widen };
	struct query q = { .edit = edit, .find = find, .lines_only = true };
	struct err *err = NULL;

	*verdict = FIND_NONE;
	found->rung = "literal";
	for (size_t i = 0; i < ARRAY_SIZE(steps) && !err && *verdict == FIND_NONE; i++)
		err = literal_find(d, edit, find, steps[i], &found->places, result, verdict);
	if (!err && *verdict == FIND_NONE)
		err = ladder_find(d, &q, found, result, verdict);
	return err;
}

struct err *lines_remove(struct draft *d, const struct edit *edit,
			 struct edit_result *result)
{
	struct str hold = STR_INIT(0);
	struct span find = span_trim(plan_text(edit->find, &hold));
	struct finding found;
	struct rewrites lines;
	enum find_verdict verdict = FIND_NONE;
	struct err *err = str_err(&hold, "find");
	bool done;

	finding_init(&found);
	rewrites_init(&lines);
	if (!err && find.len)
		err = find_line(d, edit, find, &found, result, &verdict);
	if (err || verdict == FIND_NOT)
		goto out;
	if (verdict == FIND_NONE) {
		edit_result_set(result, EDIT_FAILED, "find stands on no line of the file");
		err = nearest_explain(d, find, result);
		goto out;
	}
	edit_result_done(result, EDIT_APPLIED, found.rung, draft_line(d, &found.places.v[0]));
	for (size_t i = 0; i < found.places.n; i++)
		rewrites_add(&lines, found.places.v[i], SPAN(""), NULL);
	err = rewrites_write(&lines, d, edit, result, &done);
out:
	finding_release(&found);
	rewrites_release(&lines);
	str_release(&hold);
	return err;
}
