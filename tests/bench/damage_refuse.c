/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plans that are to be refused, and twins that must not be hit.
 *
 * What is asked follows from the texts alone, never from what the engine makes of them.
 * A block stands where its lines do, whatever their blanks, but for empty lines at its
 * edges. Where one place is left at which it stands, changing that is right, and nothing
 * is asked:
 *
 *	misspelt word	a line that stays has a letter wrong, and no lines read like
 *			that; to do what is wanted after all is right too
 *	line left out	find and replace lack a line that stays, and no lines read like
 *			that; to say that the plan is applied is wrong as well
 *	two places	find stands in the file twice, byte for byte
 *	.. but indent	find, dedented, is nowhere byte for byte; the block stands once
 *			in the file, and once more at its end, deeper
 *	another file	some line of find is not in it, and some of replace
 *	region gone	the block stood once, and its lines are gone
 *	applied already	the block stood once, and once the commit is made, nowhere but
 *			there; to say that it is applied is right too
 */
#include "quote.h"

#include <string.h>

#include "base/compiler.h"
#include "edit/region.h"

/* One letter of one context line of both texts. */
struct typo {
	size_t line, at;
};

static void make_typo(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	const struct typo *typo = ctx;

	if (i != typo->line || !context) {
		str_add_span(out, line);
		return;
	}
	str_add_span(out, span_cut(line, 0, typo->at));
	str_addc(out, line.ptr[typo->at] == 'x' ? 'z' : 'x');
	str_add_span(out, span_cut(line, typo->at + 1, line.len));
}

bool damage_misspelt(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	struct typo typo;

	quote_both(s, &find, &replace);
	if (!find.n)
		return false;
	typo.line = roll_below(d, find.n);
	if (!quote_is_context(&find, typo.line))
		return false;
	typo.at = roll_below(d, find.v[typo.line].len);
	if (!char_is_letter(find.v[typo.line].ptr[typo.at]))
		return false;
	/* In a line that goes anyway, as that of a code fence, it does no harm. */
	t->must_refuse = t->may_hit = true;
	return damage_lines(s, t, make_typo, &typo) && !sample_loosely_has(s, &t->find);
}

static void leave_out(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	if (i != *(size_t *)ctx || !context)
		str_add_span(out, line);
}

bool damage_line_left_out(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	size_t which;

	quote_both(s, &find, &replace);
	if (find.n < 4)
		return false;
	which = 1 + roll_below(d, find.n - 2);
	if (!quote_is_context(&find, which) || line_is_empty(find.v[which]))
		return false;
	/* Of two equal lines either may be the one that is missing. */
	for (size_t i = 0; i < find.n; i++)
		if (i != which && span_eq(find.v[which], find.v[i]))
			return false;
	/* Left out next to an empty line at the edge, it may not be missed. */
	t->must_refuse = t->may_hit = true;
	for (size_t i = 0; i < s->fresh.n; i++)
		if (span_eq(find.v[which], s->fresh.v[i]))
			return false;
	return damage_lines(s, t, leave_out, &which) && !sample_loosely_has(s, &t->find);
}

/* The block once more at the end, one word changed: the damage_twin must not be hit. */
bool damage_twin(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	struct str block = STR_INIT(SAMPLE_MAX_BYTES);
	size_t at;

	quote_both(s, &find, &replace);
	quote_put(&block, &find);
	at = roll_below(d, block.len);
	if (!block.len || !char_is_letter(block.buf[at]) || !span_ends(s->before, "\n") ||
	    s->file.n < find.n + 2) {
		str_release(&block);
		return false;
	}
	block.buf[at] = block.buf[at] == 'q' ? 'w' : 'q';
	trial_put(s, t);
	str_addc(&t->file, '\n');
	str_add_span(&t->file, str_span(&block));
	str_addc(&t->want, '\n');
	str_add_span(&t->want, str_span(&block));
	str_release(&block);
	return true;
}

bool damage_twin_dedented(const struct sample *s, struct trial *t, struct dice *d)
{
	size_t n = sample_indent(s);

	if (!n || !damage_twin(s, t, d))
		return false;
	str_reset(&t->find);
	str_reset(&t->replace);
	{
		struct quote find, replace;

		quote_both(s, &find, &replace);
		for (size_t i = 0; i < find.n; i++)
			drop_indent(find.v[i], i, false, &n, &t->find);
		for (size_t i = 0; i < replace.n; i++)
			drop_indent(replace.v[i], i, false, &n, &t->replace);
	}
	return true;
}

bool damage_twice(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	trial_put(s, t);
	if (!span_ends(s->before, "\n"))
		return false;
	str_addc(&t->file, '\n');
	str_add_span(&t->file, str_span(&t->find));
	t->must_refuse = true;
	return true;
}

bool damage_twice_but_indent(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	size_t n = sample_indent(s);

	(void)d;
	quote_both(s, &find, &replace);
	if (!n || !span_ends(s->before, "\n") || !find.n || !sample_stands_once(s))
		return false;
	trial_put_file(s, t);
	str_addc(&t->file, '\n');
	for (size_t i = 0; i < find.n; i++) {
		str_adds(&t->file, line_is_empty(find.v[i]) ? "" : "   ");
		str_add_span(&t->file, find.v[i]);
	}
	for (size_t i = 0; i < find.n; i++)
		drop_indent(find.v[i], i, false, &n, &t->find);
	for (size_t i = 0; i < replace.n; i++)
		drop_indent(replace.v[i], i, false, &n, &t->replace);
	t->must_refuse = true;
	return span_find(str_span(&t->file), str_span(&t->find), 0) < 0;
}

static void squeeze(struct str *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr(" \t\r\n", s.ptr[i]))
			str_addc(out, s.ptr[i]);
}

/* Some line that says something is not in the other file, whatever its blanks. */
static bool is_foreign(struct span other, struct span text)
{
	struct str all = STR_INIT(SAMPLE_MAX_BYTES), one = all;
	bool foreign = false;
	struct span line;

	squeeze(&all, other);
	while (span_line(&text, &line) && !foreign) {
		str_reset(&one);
		squeeze(&one, line);
		foreign = one.len > 3 && span_find(str_span(&all), str_span(&one), 0) < 0;
	}
	str_release(&all);
	str_release(&one);
	return foreign;
}

bool damage_other_file(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	trial_put(s, t);
	if (!s->other.len || span_findc(str_span(&t->find), '&', 0) >= 0 ||
	    !is_foreign(s->other, str_span(&t->find)) ||
	    !is_foreign(s->other, str_span(&t->replace)))
		return false;
	str_reset(&t->file);
	str_add_span(&t->file, s->other);
	t->must_refuse = true;
	return true;
}

bool damage_region_gone(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	if (!sample_stands_once(s))
		return false;
	trial_put(s, t);
	str_reset(&t->file);
	for (size_t i = 0; i < s->file.n; i++)
		if (i < s->first - s->above || i >= s->first + s->taken + s->below)
			str_add_span(&t->file, s->file.v[i]);
	t->must_refuse = true;
	/* Elsewhere it would look applied. */
	return is_foreign(str_span(&t->file), str_span(&t->replace)) ||
	       span_find(str_span(&t->file), str_span(&t->replace), 0) < 0;
}

bool damage_done_already(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	if (!sample_stands_once(s))
		return false;
	trial_put(s, t);
	str_reset(&t->file);
	str_add_span(&t->file, str_span(&t->want));
	t->must_refuse = t->done = true;
	return s->fresh.n && s->taken &&
	       !sample_stands_elsewhere(s, str_span(&t->want));
}
