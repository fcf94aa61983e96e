/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/indent.h"

#include <string.h>

#define WIDTH_MAX 8u

/* No sane line starts deeper. */
#define INDENT_MAX_BYTES ((size_t)4096)

/* One line in so many may go against what a file else does. */
#define MOSTLY 20u

/* Lines above and below the matched ones that tell of a part of a file. */
#define NEAR_LINES ((size_t)25)

/* A file with fewer indented lines has no habit. */
#define HABIT_LINES 4u

static void count_line(const struct text *t, size_t i, struct indent_habit *h)
{
	const char *p = t->view.ptr + t->start[i];
	size_t len = t->start[i + 1] - t->start[i], tabs = 0, n;

	/* The LF of the line, or its end, stops both. */
	while (tabs < len && p[tabs] == '\t')
		tabs++;
	for (n = tabs; n < len && (p[n] == ' ' || p[n] == '\t');)
		n++;
	if (!n || n == len || p[n] == '\n')
		return;
	if (n == tabs)
		h->tabs++;
	else if (n > 1 && !memchr(p, '\t', n))
		h->blanks++;
	else if (n > 1)
		h->both++;
}

static enum habit habit_in(const struct indent_habit *h)
{
	if (h->tabs >= HABIT_LINES && !h->blanks && !h->both)
		return HABIT_TABS;
	if (h->blanks >= HABIT_LINES && !h->tabs && !h->both)
		return HABIT_BLANKS;
	return HABIT_NONE;
}

/* How the whole file is indented. */
static const struct indent_habit *habit_of(const struct indent_case *c)
{
	struct indent_habit *h = c->habit;

	for (; h->counted < c->t->n_lines; h->counted++)
		count_line(c->t, h->counted, h);
	return h;
}

/* Whether the file has that habit: it is read to the first line that goes against it. */
static bool has_habit(const struct indent_case *c, enum habit habit)
{
	struct indent_habit *h = c->habit;
	const size_t *against = habit == HABIT_TABS ? &h->blanks : &h->tabs;

	while (h->counted < c->t->n_lines && !*against && !h->both)
		count_line(c->t, h->counted++, h);
	return !*against && !h->both && habit_in(h) == habit;
}

static void convert(const struct indent_rule *rule, struct span s, struct str *out)
{
	size_t run = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (rule->convert == INDENT_TO_BLANKS && s.ptr[i] == '\t') {
			for (unsigned b = 0; b < rule->width; b++)
				str_addc(out, ' ');
		} else if (rule->convert == INDENT_TO_TABS && s.ptr[i] == ' ') {
			str_addc(out, ' ');
			if (++run < rule->width)
				continue;
			str_truncate(out, out->len - rule->width);
			str_addc(out, '\t');
		} else {
			str_addc(out, s.ptr[i]);
		}
		run = 0;
	}
}

static bool shift(const struct indent_rule *rule, struct span s, bool is_first,
		  struct str *out)
{
	switch (rule->shift) {
	case INDENT_STAY:
		break;
	case INDENT_ADD:
		str_add_span(out, rule->by);
		break;
	case INDENT_DROP:
		if (s.len < rule->by.len ||
		    !span_eq(span_cut(s, 0, rule->by.len), rule->by))
			return false;
		s = span_cut(s, rule->by.len, s.len);
		break;
	case INDENT_FIRST:
		if (is_first && span_eq(s, rule->stripped))
			str_add_span(out, rule->by);
		else if (is_first && s.len < rule->by.len + rule->stripped.len)
			return false;
		break;
	}
	str_add_span(out, s);
	return true;
}

bool indent_apply(const struct indent_rule *rule, struct span plan, bool is_first,
		  struct str *out)
{
	struct str converted = STR_INIT(INDENT_MAX_BYTES);
	bool done;

	if (rule->convert == INDENT_AS_IS)
		return shift(rule, plan, is_first, out);
	convert(rule, plan, &converted);
	done = !converted.failed && shift(rule, str_span(&converted), is_first, out);
	str_release(&converted);
	return done;
}

static bool gives(const struct indent_rule *rule, struct span plan, bool is_first,
		  struct span wanted)
{
	struct str out = STR_INIT(INDENT_MAX_BYTES);
	bool same;

	if (rule->convert == INDENT_AS_IS && rule->shift == INDENT_STAY)
		return span_eq(plan, wanted);
	same = indent_apply(rule, plan, is_first, &out) && span_eq(str_span(&out), wanted);
	str_release(&out);
	return same;
}

/* Blanks alone for tabs lose which of the blanks were tabs: only back can be checked. */
static bool gives_back(const struct indent_rule *rule, const struct indent_pair *pair)
{
	struct indent_rule back = { .convert = INDENT_TO_BLANKS, .width = rule->width };

	return gives(&back, pair->file, false, pair->plan);
}

static bool explains(const struct indent_rule *rule, const struct indent_pair *pairs,
		     size_t n)
{
	bool to_tabs = rule->convert == INDENT_TO_TABS && rule->shift == INDENT_STAY;

	for (size_t i = 0; i < n; i++) {
		const struct indent_pair *pair = &pairs[i];

		if (to_tabs ? !gives_back(rule, pair) :
			      !gives(rule, pair->plan, pair->is_first, pair->file))
			return false;
	}
	return true;
}

static bool same_output(const struct indent_rule *a, const struct indent_rule *b,
			const struct indent_fresh *fresh, size_t n)
{
	bool same = true;

	for (size_t i = 0; i < n && same; i++) {
		struct str x = STR_INIT(INDENT_MAX_BYTES), y = x;
		bool ok = indent_apply(a, fresh[i].plan, fresh[i].is_first, &x);

		same = indent_apply(b, fresh[i].plan, fresh[i].is_first, &y) == ok &&
		       span_eq(str_span(&x), str_span(&y));
		str_release(&x);
		str_release(&y);
	}
	return same;
}

/*
 * Fills rule's shift so that it explains the first pair, in one of its forms.
 * hold keeps what the rule refers to.
 */
static bool derive(struct indent_rule *rule, int form, const struct indent_pair *pair,
		   struct str *hold)
{
	struct span plan, file = pair->file;

	str_reset(hold);
	convert(rule, pair->plan, hold);
	plan = str_span(hold);
	rule->shift = form;
	rule->by = rule->stripped = SPAN("");
	if (form == INDENT_STAY)
		return true;
	if (form == INDENT_DROP) {
		if (plan.len <= file.len ||
		    !span_eq(span_cut(plan, plan.len - file.len, plan.len), file))
			return false;
		rule->by = span_cut(plan, 0, plan.len - file.len);
		return true;
	}
	if (file.len <= plan.len ||
	    !span_eq(span_cut(file, file.len - plan.len, file.len), plan))
		return false;
	rule->by = span_cut(file, 0, file.len - plan.len);
	rule->stripped = plan;
	return form == INDENT_ADD || pair->is_first;
}

/* A rule that mixes tabs and blanks where the file never does is no reading. */
static bool keeps_habit(const struct indent_rule *rule, const struct indent_case *c)
{
	bool tabs = false, blanks = false;

	for (size_t i = 0; i < c->n_fresh; i++) {
		const struct indent_fresh *fresh = &c->fresh[i];
		struct str out = STR_INIT(INDENT_MAX_BYTES);

		if (!fresh->blank && indent_apply(rule, fresh->plan, fresh->is_first, &out)) {
			tabs |= strchr(out.buf, '\t') != NULL;
			blanks |= strstr(out.buf, "  ") != NULL;
		}
		str_release(&out);
	}
	return !(blanks && has_habit(c, HABIT_TABS)) && !(tabs && has_habit(c, HABIT_BLANKS));
}

/*
 * Whether plain new lines, left as the plan has them, would all stand further out than
 * both the line that matched and the one that follows: a block left and entered again.
 */
static bool breaks_block(const struct indent_case *c)
{
	struct span file = c->pairs[0].file;
	bool any = false;

	if (!c->below.ptr || c->below.len < file.len ||
	    memcmp(c->below.ptr, file.ptr, file.len))
		return false;
	for (size_t i = 0; i < c->n_fresh; i++) {
		const struct indent_fresh *fresh = &c->fresh[i];

		if (fresh->blank || fresh->is_first || fresh->nested)
			continue;
		if (fresh->outer || fresh->plan.len >= file.len)
			return false;
		any = true;
	}
	return any;
}

/*
 * One line says as well that all lines lack a prefix as that the first alone does.
 * What comes after it tells, if it makes sense one way only: a line is deeper than
 * the one above it where that opens a block, and nowhere else.
 */
static bool prefix_or_first(struct indent_rule *rule, const struct indent_case *c)
{
	const struct indent_pair *pair = &c->pairs[0];
	struct span next = { NULL, 0 };
	bool prefix, first;

	for (size_t i = 0; i < c->n_fresh && !next.ptr; i++) {
		if (!c->fresh[i].is_first && !c->fresh[i].blank)
			next = c->fresh[i].plan.len ? c->fresh[i].plan : SPAN("");
	}
	if (!next.ptr || !pair->is_first)
		return true;
	prefix = c->first_opens == OPENS_MAYBE ||
		 (c->first_opens == OPENS_BLOCK) == (next.len > pair->plan.len);
	first = c->first_opens == OPENS_MAYBE ||
		(c->first_opens == OPENS_BLOCK) == (next.len > pair->file.len);
	if (first && !prefix)
		rule->shift = INDENT_FIRST;
	return first != prefix || (first && breaks_block(c));
}

static struct span least(struct span a, struct span b)
{
	return b.len < a.len ? b : a;
}

/*
 * Whether replace looks written as the file is, though find is not: its least
 * indentation is that of the file's lines.
 */
static bool reads_as_file(const struct indent_case *c)
{
	struct span plan = c->pairs[0].plan, file = c->pairs[0].file;
	struct span new = { NULL, SIZE_MAX };

	for (size_t i = 1; i < c->n_pairs; i++) {
		plan = least(plan, c->pairs[i].plan);
		file = least(file, c->pairs[i].file);
	}
	for (size_t i = 0; i < c->n_fresh; i++) {
		if (!c->fresh[i].blank)
			new = least(new, c->fresh[i].plan);
	}
	return new.len != SIZE_MAX && !span_eq(new, plan) && span_eq(new, file);
}

static bool has_depth(const struct indent_case *c)
{
	for (size_t i = 0; i < c->n_pairs; i++) {
		if (c->pairs[i].plan.len)
			return true;
	}
	return false;
}

static bool has_fresh_depth(const struct indent_case *c)
{
	for (size_t i = 0; i < c->n_fresh; i++) {
		if (!c->fresh[i].blank && c->fresh[i].plan.len)
			return true;
	}
	return false;
}

/* With nothing to go by, new lines that go against the file's habit are unclear. */
static bool suits_habit(const struct indent_rule *rule, const struct indent_case *c,
			const char **why)
{
	*why = "the new lines are not indented as the file is";
	return keeps_habit(rule, c);
}

/* Copies rule, and what it refers to into hold. */
static void keep_rule(struct indent_rule *out, const struct indent_rule *rule,
		      struct str *hold)
{
	str_reset(hold);
	str_add_span(hold, rule->by);
	str_add_span(hold, rule->stripped);
	*out = *rule;
	out->by = span_cut(str_span(hold), 0, rule->by.len);
	out->stripped = span_cut(str_span(hold), rule->by.len, hold->len);
}

/* Tries one conversion with one form; false when it contradicts what was found. */
static bool try_rule(struct indent_rule *out, bool *found, struct indent_rule rule, int form,
		     const struct indent_case *c, struct str *hold)
{
	struct str own = STR_INIT(INDENT_MAX_BYTES);
	bool agrees = true;

	if (derive(&rule, form, &c->pairs[0], &own) &&
	    explains(&rule, c->pairs, c->n_pairs)) {
		if (!*found)
			keep_rule(out, &rule, hold);
		else
			agrees = same_output(out, &rule, c->fresh, c->n_fresh);
		*found = true;
	}
	str_release(&own);
	return agrees;
}

static struct indent_rule conversion(unsigned i)
{
	return (struct indent_rule){
		.convert = !i ? INDENT_AS_IS :
			   i <= WIDTH_MAX ? INDENT_TO_BLANKS : INDENT_TO_TABS,
		.width = i <= WIDTH_MAX ? i : i - WIDTH_MAX,
	};
}

/*
 * The simplest rule that explains the pairs: a prefix, then tabs for blanks, then
 * both. Among rules as simple all must write the new lines alike.
 */
static bool search(struct indent_rule *out, const struct indent_case *c, struct str *hold,
		   const char **why)
{
	static const int forms[] = { INDENT_FIRST, INDENT_ADD, INDENT_DROP };
	bool found = false, agrees = true;

	for (size_t f = 0; f < ARRAY_SIZE(forms) && !found; f++) {
		if (c->n_pairs > 1 || forms[f] != INDENT_FIRST)
			agrees &= try_rule(out, &found, conversion(0), forms[f], c, hold);
	}
	if (found)
		return true;
	for (unsigned i = 1; i <= 2 * WIDTH_MAX; i++)
		agrees &= try_rule(out, &found, conversion(i), INDENT_STAY, c, hold);
	for (unsigned i = 1; i <= 2 * WIDTH_MAX && (!found || out->shift); i++) {
		for (size_t f = 0; f < ARRAY_SIZE(forms); f++)
			agrees &= try_rule(out, &found, conversion(i), forms[f], c, hold);
	}
	*why = found ? "the indentation of the new lines can be read in two ways" :
		       "its lines are indented unlike those of the file, by no one rule";
	return found && agrees;
}

/*
 * Whether a matched line that the plan indents as it does the new one has in the file
 * what the rule gives; no other one may have something else.
 */
static bool was_matched(const struct indent_rule *rule, const struct indent_case *c,
			const struct indent_fresh *fresh)
{
	bool any = false;

	for (size_t i = 0; i < c->n_pairs; i++) {
		if (!span_eq(c->pairs[i].plan, fresh->plan))
			continue;
		if (!gives(rule, fresh->plan, fresh->is_first, c->pairs[i].file))
			return false;
		any = true;
	}
	return any;
}

/* Whether the file's lines around the matched ones are all indented as the rule writes. */
static bool suits_part(const struct indent_rule *rule, const struct indent_case *c)
{
	size_t first = c->first > NEAR_LINES ? c->first - NEAR_LINES : 0, stop = c->stop;
	struct indent_habit h = { .counted = 0 };

	stop = c->t->n_lines - stop > NEAR_LINES ? stop + NEAR_LINES : c->t->n_lines;
	for (size_t i = first; i < stop; i++)
		count_line(c->t, i, &h);
	return habit_in(&h) == (rule->convert == INDENT_TO_TABS ? HABIT_TABS : HABIT_BLANKS);
}

/*
 * Where a file is indented both ways, a line is indented as the one that it replaces
 * if the plan says so. Where the part around it is indented one way it is of that kind,
 * if it can be: by whole widths of a tab, aligned with nothing.
 */
static bool suits_lines(const struct indent_rule *rule, const struct indent_case *c)
{
	bool to_tabs = rule->convert == INDENT_TO_TABS, replaced = true, plain = true;
	char plan = to_tabs ? ' ' : '\t', other = to_tabs ? '\t' : ' ';

	for (size_t i = 0; i < c->n_fresh; i++) {
		const struct indent_fresh *fresh = &c->fresh[i];
		bool matched = was_matched(rule, c, fresh);

		if (fresh->blank || !fresh->plan.len)
			continue;
		replaced &= matched && fresh->instead.ptr &&
			    span_eq(fresh->instead, fresh->plan);
		plain &= matched || (!fresh->inside && fresh->plan.ptr[0] == plan &&
				     !memchr(fresh->plan.ptr, other, fresh->plan.len) &&
				     (!to_tabs || fresh->plan.len % rule->width == 0));
	}
	return replaced || (plain && suits_part(rule, c));
}

/* A file that does both keeps it open what a new line of the plan would have been. */
static bool can_convert(const struct indent_rule *rule, const struct indent_case *c,
			const char **why)
{
	const struct indent_habit *h;
	bool clear;

	*why = "the file is indented by tabs and by blanks";
	if (rule->convert == INDENT_AS_IS)
		return true;
	h = habit_of(c);
	clear = h->blanks * MOSTLY <= h->tabs;
	if (rule->convert == INDENT_TO_BLANKS)
		clear = (h->tabs + h->both) * MOSTLY <= h->blanks;
	for (size_t i = 0; rule->convert == INDENT_TO_TABS && h->both && i < c->n_fresh; i++) {
		if (c->fresh[i].inside && c->fresh[i].plan.len >= rule->width)
			clear = false;
	}
	return clear || suits_lines(rule, c);
}

bool indent_choose(struct indent_rule *out, const struct indent_case *c, struct str *hold,
		   const char **why)
{
	*out = (struct indent_rule){ .convert = INDENT_AS_IS };
	if (!c->n_fresh || c->exact)
		return true;
	*why = "a line of blanks is quoted as one of tabs, or the other way round";
	if (explains(out, c->pairs, c->n_pairs))
		return c->swapped ? !has_fresh_depth(c) : has_depth(c) || suits_habit(out, c, why);
	if (!search(out, c, hold, why) || !can_convert(out, c, why))
		return false;
	*why = "find and replace are not indented alike";
	if (!c->kept && (out->shift == INDENT_ADD || out->shift == INDENT_DROP) &&
	    reads_as_file(c))
		return false;
	*why = "the indentation of the new lines can be read in two ways";
	if (c->n_pairs == 1 && out->shift == INDENT_ADD && !prefix_or_first(out, c))
		return false;
	return keeps_habit(out, c);
}
