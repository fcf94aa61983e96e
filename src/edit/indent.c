/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/indent.h"

#include <string.h>

#define WIDTH_MAX 8u

/* No sane line starts deeper. */
#define INDENT_MAX_BYTES ((size_t)4096)

/* A file with fewer indented lines has no habit. */
#define HABIT_LINES 4u

struct indent_habit indent_habit(const struct text *t)
{
	struct indent_habit h = { HABIT_NONE, 0 };
	size_t tabs = 0, blanks = 0, other = 0, steps[WIDTH_MAX + 1] = { 0 }, last = 0;

	for (size_t i = 0; i < t->n_lines; i++) {
		struct span line = text_line(t, i);
		size_t n = text_indent(line), tab_n = 0;

		if (n == line.len)
			continue;
		while (tab_n < n && line.ptr[tab_n] == '\t')
			tab_n++;
		if (n && tab_n == n)
			tabs++;
		else if (n > 1 && !memchr(line.ptr, '\t', n))
			blanks++;
		else if (n > 1)
			other++;
		if (n > last && n - last <= WIDTH_MAX)
			steps[n - last]++;
		last = n;
	}
	if (tabs >= HABIT_LINES && !blanks && !other)
		h.habit = HABIT_TABS;
	if (blanks >= HABIT_LINES && !tabs && !other)
		h.habit = HABIT_BLANKS;
	for (unsigned w = 1; w <= WIDTH_MAX; w++) {
		if (steps[w] > steps[h.width])
			h.width = w;
	}
	return h;
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

static bool explains(const struct indent_rule *rule, const struct indent_pair *pairs,
		     size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!gives(rule, pairs[i].plan, pairs[i].is_first, pairs[i].file))
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
static bool keeps_habit(const struct indent_rule *rule, const struct indent_fresh *fresh,
			size_t n, enum habit habit)
{
	bool good = true;

	for (size_t i = 0; i < n && good; i++) {
		struct str out = STR_INIT(INDENT_MAX_BYTES);

		if (indent_apply(rule, fresh[i].plan, fresh[i].is_first, &out)) {
			if (habit == HABIT_TABS)
				good = !strstr(out.buf, "  ");
			else if (habit == HABIT_BLANKS)
				good = !strchr(out.buf, '\t');
		}
		str_release(&out);
	}
	return good;
}

/*
 * One line says as well that all lines lack a prefix as that the first alone does.
 * The later new lines tell: at least as deep as the file's line, they were copied
 * as they stand.
 */
static bool prefix_or_first(struct indent_rule *rule, const struct indent_pair *pair,
			    const struct indent_fresh *fresh, size_t n)
{
	bool all_deep = true, any_deep = false, nested = true;

	for (size_t i = 0; i < n; i++) {
		struct span in = fresh[i].plan;
		bool deep = in.len >= pair->file.len &&
			    span_eq(span_cut(in, 0, pair->file.len), pair->file);

		if (fresh[i].is_first)
			continue;
		all_deep &= deep;
		any_deep |= deep;
		nested &= in.len > pair->file.len;
	}
	if (!any_deep)
		return true;
	if (!all_deep || !pair->is_first)
		return false;
	rule->shift = INDENT_FIRST;
	/* Below a header, a line as deep as the header fits neither reading. */
	return nested || !n || !fresh[0].opens;
}

static struct span least(const struct span *v, size_t n)
{
	struct span min = v[0];

	for (size_t i = 1; i < n; i++) {
		if (v[i].len < min.len)
			min = v[i];
	}
	return min;
}

/* Whether replace is written as the file is although find is not: 1 yes, 0 no, -1 unclear. */
static int reads_as_file(const struct indent_pair *pairs, size_t n,
			 const struct indent_fresh *fresh, size_t n_fresh)
{
	struct span plan = pairs[0].plan, file = pairs[0].file, new = fresh[0].plan;

	for (size_t i = 1; i < n; i++) {
		plan = least((struct span[]){ plan, pairs[i].plan }, 2);
		file = least((struct span[]){ file, pairs[i].file }, 2);
	}
	for (size_t i = 1; i < n_fresh; i++)
		new = least((struct span[]){ new, fresh[i].plan }, 2);
	if (span_eq(new, plan))
		return 0;
	return span_eq(new, file) ? 1 : -1;
}

static bool by_habit(struct indent_rule *rule, const struct indent_fresh *fresh, size_t n,
		     const struct text *t, const char **why)
{
	struct indent_habit h;
	size_t tabs = 0, blanks = 0, min = SIZE_MAX;

	*rule = (struct indent_rule){ .convert = INDENT_AS_IS };
	for (size_t i = 0; i < n; i++) {
		struct span in = fresh[i].plan;

		if (!in.len)
			continue;
		tabs += memchr(in.ptr, '\t', in.len) != NULL;
		blanks += memchr(in.ptr, ' ', in.len) != NULL;
		if (in.len < min)
			min = in.len;
	}
	if (!tabs && !blanks)
		return true;
	h = indent_habit(t);
	if (h.habit == HABIT_TABS && blanks) {
		rule->convert = INDENT_TO_TABS;
		rule->width = min >= 2 && min <= WIDTH_MAX ? (unsigned)min : 0;
	} else if (h.habit == HABIT_BLANKS && tabs) {
		rule->convert = INDENT_TO_BLANKS;
		rule->width = h.width;
	} else {
		return true;
	}
	*why = "the new lines are not indented as the file is";
	return rule->width && keeps_habit(rule, fresh, n, h.habit);
}

static bool has_depth(const struct indent_pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (pairs[i].plan.len)
			return true;
	}
	return false;
}

/*
 * The first rule that explains the pairs. Simpler readings of the prefix come
 * before changes of tabs; among the latter all that explain must agree.
 */
static bool search(struct indent_rule *out, const struct indent_pair *pairs, size_t n,
		   const struct indent_fresh *fresh, size_t n_fresh, struct str *hold,
		   const char **why)
{
	static const int forms[] = { INDENT_STAY, INDENT_FIRST, INDENT_ADD, INDENT_DROP };
	bool found = false;

	for (unsigned c = 0; c <= 2 * WIDTH_MAX; c++) {
		struct indent_rule rule = {
			.convert = !c ? INDENT_AS_IS :
				   c <= WIDTH_MAX ? INDENT_TO_BLANKS : INDENT_TO_TABS,
			.width = c <= WIDTH_MAX ? c : c - WIDTH_MAX,
		};

		for (size_t f = 0; f < ARRAY_SIZE(forms); f++) {
			struct str own = STR_INIT(INDENT_MAX_BYTES);

			if (n == 1 && forms[f] == INDENT_FIRST)
				continue;
			if (!derive(&rule, forms[f], &pairs[0], &own) ||
			    !explains(&rule, pairs, n)) {
				str_release(&own);
				continue;
			}
			if (found) {
				bool same = same_output(out, &rule, fresh, n_fresh);

				str_release(&own);
				if (same)
					continue;
				*why = "the indentation of the new lines can be read in two ways";
				return false;
			}
			/* What the rule refers to must outlive own. */
			str_reset(hold);
			str_add_span(hold, rule.by);
			str_add_span(hold, rule.stripped);
			*out = rule;
			out->by = span_cut(str_span(hold), 0, rule.by.len);
			out->stripped = span_cut(str_span(hold), rule.by.len, hold->len);
			found = true;
			str_release(&own);
			if (!c)
				return true;
		}
	}
	if (!found)
		*why = "its lines are indented unlike those of the file, by no one rule";
	return found;
}

bool indent_choose(struct indent_rule *out, const struct indent_pair *pairs, size_t n,
		   const struct indent_fresh *fresh, size_t n_fresh, bool kept,
		   const struct text *t, struct str *hold, const char **why)
{
	enum habit habit;

	*out = (struct indent_rule){ .convert = INDENT_AS_IS };
	if (!n_fresh)
		return true;
	if (!n)
		return by_habit(out, fresh, n_fresh, t, why);
	if (explains(out, pairs, n))
		return has_depth(pairs, n) || by_habit(out, fresh, n_fresh, t, why);
	if (!search(out, pairs, n, fresh, n_fresh, hold, why))
		return false;
	if (!kept && out->shift != INDENT_FIRST) {
		switch (reads_as_file(pairs, n, fresh, n_fresh)) {
		case 1:
			*out = (struct indent_rule){ .convert = INDENT_AS_IS };
			return true;
		case -1:
			if (n == 1 && out->shift == INDENT_ADD)
				break;
			*why = "find and replace are not indented alike";
			return false;
		}
	}
	*why = "the indentation of the new lines can be read in two ways";
	if (n == 1 && out->shift == INDENT_ADD &&
	    !prefix_or_first(out, &pairs[0], fresh, n_fresh))
		return false;
	habit = indent_habit(t).habit;
	return habit == HABIT_NONE || keeps_habit(out, fresh, n_fresh, habit);
}
