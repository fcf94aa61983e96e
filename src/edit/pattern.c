/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/pattern.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "edit/current.h"
#include "edit/literal.h"
#include "edit/required.h"
#include "edit/rewrite.h"
#include "sys/regex.h"

struct pattern {
	const struct edit *edit;
	unsigned flags;
	struct span find, replace;
	struct str find_hold, replace_hold;
	struct regex *bytes, *utf; /* made when first needed */
	struct required required;  /* known once a file was asked for by itself */
	bool requires;
	size_t unpaid_bytes;       /* of files that have added no time yet */
};

/* No pattern worth its while is slower than this, on the slowest machine. */
#define SLOWEST_BYTES_PER_MS ((size_t)10 * 1000)

static struct err *compile(struct pattern *p, bool utf, struct regex **out)
{
	struct regex **re = utf ? &p->utf : &p->bytes;
	struct err *err = NULL;

	if (!*re) {
		err = regex_new(re, p->find, p->flags | (utf ? REGEX_UTF : 0));
		err = err_wrap(err, "edits[%zu].find", p->edit->index);
		if (!err) {
			err = regex_check_replacement(*re, p->replace);
			err = err_wrap(err, "edits[%zu].replace", p->edit->index);
		}
	}
	*out = *re;
	return err;
}

struct err *pattern_new(struct pattern **out, const struct edit *edit)
{
	struct pattern *p = calloc(1, sizeof(*p));
	struct regex *re;
	struct err *err;

	*out = p;
	if (!p)
		return err_nomem();
	p->edit = edit;
	p->find = plan_text(edit->find, &p->find_hold);
	p->replace = plan_text(edit->replace, &p->replace_hold);
	if (edit->flags && !regex_flags_of(edit->flags, &p->flags)) {
		err = err_new(ERR_INPUT, "edits[%zu].flags: '%s' is not of imsxe",
			      edit->index, edit->flags);
		goto out;
	}
	err = str_err(&p->find_hold, "find");
	if (!err)
		err = str_err(&p->replace_hold, "replace");
	if (!err)
		err = compile(p, utf8_valid(p->find), &re);
out:
	if (err) {
		pattern_free(p);
		*out = NULL;
	}
	return err;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	regex_free(p->bytes);
	regex_free(p->utf);
	str_release(&p->find_hold);
	str_release(&p->replace_hold);
	free(p);
}

static struct err *find_in_view(struct pattern *p, struct span view, bool *any)
{
	struct regex_match match;
	struct regex *re;
	struct err *err = compile(p, utf8_valid(view), &re);

	if (err)
		return err;
	p->unpaid_bytes += view.len;
	regex_add_budget(re, (int64_t)(p->unpaid_bytes / SLOWEST_BYTES_PER_MS));
	p->unpaid_bytes %= SLOWEST_BYTES_PER_MS;
	return regex_find(re, view, 0, any, &match);
}

struct err *pattern_touches(struct pattern *p, struct span bytes, bool *any)
{
	struct text text;
	struct err *err;

	*any = false;
	if (!p->requires) {
		required_init(&p->required, p->find, p->flags);
		p->requires = true;
	}
	if (!required_holds(&p->required, bytes) || text_refusal(bytes))
		return NULL;
	if (span_findc(bytes, '\r', 0) >= 0 || span_starts(bytes, "\xef\xbb\xbf")) {
		err = text_init(&text, bytes);
		if (!err)
			err = find_in_view(p, text.view, any);
		text_release(&text);
		return err;
	}
	return find_in_view(p, bytes, any);
}

void matches_release(struct matches *m)
{
	places_release(&m->places);
	offsets_release(&m->stops);
	str_release(&m->text);
}

struct err *pattern_find(struct pattern *p, struct draft *d, struct matches *m,
			 struct edit_result *result)
{
	struct current now;
	struct regex *re = NULL;
	struct regex_match hit;
	bool found = false;
	struct err *err = current_read(&now, d);

	*m = (struct matches){ .text = STR_INIT(TEXT_MAX_BYTES) };
	if (!err)
		err = compile(p, utf8_valid(now.text), &re);
	if (!err)
		err = regex_find(re, now.text, 0, &found, &hit);
	while (!err && found) {
		struct change *edge;
		struct place place;

		if (!current_locate(&now, hit.start, hit.end, &place, &edge)) {
			matches_release(m);
			draft_refuse(d, edge, result);
			break;
		}
		places_add(&m->places, place);
		err = regex_expand(re, now.text, p->replace, &m->text);
		if (!err)
			err = str_err(&m->text, "the replaced text");
		offsets_add(&m->stops, m->text.len);
		if (!err)
			err = regex_next(re, now.text, &found, &hit);
	}
	current_release(&now);
	if (!err && (m->places.failed || m->stops.failed))
		err = err_nomem();
	return err;
}

static struct span match_text(const struct matches *m, size_t i)
{
	size_t start = i ? m->stops.v[i - 1] : 0;

	return span_cut(str_span(&m->text), start, m->stops.v[i]);
}

struct err *pattern_write(struct pattern *p, struct draft *d, const struct matches *m,
			  size_t which, struct edit_result *result)
{
	struct rewrites w;
	bool done;
	struct err *err;

	rewrites_init(&w);
	for (size_t i = 0; i < m->places.n; i++) {
		const struct place *at = &m->places.v[i];
		struct span text = match_text(m, i);

		if (which != m->places.n && which != i)
			continue;
		if (!span_eq(text, span_cut(draft_around(d, at), at->start, at->end)))
			rewrites_add(&w, *at, text, NULL);
	}
	err = rewrites_write(&w, d, p->edit, result, &done);
	rewrites_release(&w);
	return err;
}

static bool same_place(const struct place *a, const struct place *b)
{
	return a->in == b->in && a->start == b->start && a->end == b->end;
}

struct err *pattern_replace(struct pattern *p, struct draft *d, struct edit_result *result)
{
	struct matches m;
	struct places chosen = { .n = 0 };
	enum find_verdict verdict;
	size_t which = 0, line;
	struct err *err;

	result->status = EDIT_APPLIED;
	err = pattern_find(p, d, &m, result);
	if (err || result->status == EDIT_REFUSED)
		goto out;
	for (size_t i = 0; i < m.places.n; i++)
		places_add(&chosen, m.places.v[i]);
	if (chosen.failed) {
		err = err_nomem();
		goto out;
	}
	verdict = find_choose(d, p->edit, &chosen, result);
	if (verdict == FIND_NONE)
		edit_result_set(result, EDIT_FAILED, "find matches nowhere in the file");
	if (verdict != FIND_HERE)
		goto out;
	while (!same_place(&m.places.v[which], &chosen.v[0]))
		which++;
	if (p->edit->all)
		which = m.places.n;
	line = draft_line(d, &chosen.v[0]);
	edit_result_done(result, EDIT_APPLIED, "regex", line);
	err = pattern_write(p, d, &m, which, result);
out:
	places_release(&chosen);
	matches_release(&m);
	return err;
}
