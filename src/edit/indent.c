/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/indent.h"

#include <string.h>

#define WIDTH_MAX 8u

/* No sane line starts deeper. */
#define INDENT_MAX_BYTES ((size_t)4096)

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

static bool compute(const struct indent_rule *rule, struct span plan, bool is_first,
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
	same = compute(rule, plan, is_first, &out) && span_eq(str_span(&out), wanted);
	str_release(&out);
	return same;
}

/* Whether a plan that has exchanged tabs and blanks so would quote the file's as plan. */
static bool gives_back(const struct indent_rule *rule, struct span file, struct span plan)
{
	struct indent_rule back = { .convert = rule->convert == INDENT_TO_TABS ?
					    INDENT_TO_BLANKS : INDENT_TO_TABS,
				    .width = rule->width };

	return gives(&back, file, false, plan);
}

enum seen { SEEN_NOT, SEEN_ONE, SEEN_MORE };

static enum seen see(enum seen seen, struct span *out, struct span file)
{
	if (seen == SEEN_NOT)
		*out = file;
	return seen == SEEN_NOT || span_eq(*out, file) ? SEEN_ONE : SEEN_MORE;
}

/*
 * Which was a tab and which a blank is lost where one was written for the other, so
 * it is not computed but looked up: what the matched lines have that the plan indents
 * like this; if none, what those of the file have that it would quote like this.
 */
static enum seen look_up(const struct indent_rule *rule, struct span plan, struct span *out)
{
	const struct indent_case *c = rule->from;
	enum seen seen = SEEN_NOT;

	for (size_t i = 0; i < c->n_pairs && seen != SEEN_MORE; i++) {
		if (span_eq(c->pairs[i].plan, plan))
			seen = see(seen, out, c->pairs[i].file);
	}
	if (seen)
		return seen;
	indents_read(c->indents, c->t);
	for (size_t i = 0; i < c->indents->n && seen != SEEN_MORE; i++) {
		struct span file = indents_get(c->indents, c->t, i);

		if (gives_back(rule, file, plan))
			seen = see(seen, out, file);
	}
	return c->indents->more ? SEEN_MORE : seen;
}

static bool is_looked_up(const struct indent_rule *rule)
{
	return rule->from && rule->convert != INDENT_AS_IS && rule->shift == INDENT_STAY;
}

bool indent_apply(const struct indent_rule *rule, struct span plan, bool is_first,
		  struct str *out)
{
	enum seen seen = SEEN_NOT;
	struct span file;

	if (is_looked_up(rule))
		seen = look_up(rule, plan, &file);
	if (seen == SEEN_ONE)
		str_add_span(out, file);
	return seen == SEEN_ONE || (seen == SEEN_NOT && compute(rule, plan, is_first, out));
}

static bool explains(const struct indent_rule *rule, const struct indent_pair *pairs,
		     size_t n)
{
	bool converts = rule->convert != INDENT_AS_IS && rule->shift == INDENT_STAY;

	for (size_t i = 0; i < n; i++) {
		const struct indent_pair *pair = &pairs[i];

		if (converts ? !gives_back(rule, pair->file, pair->plan) :
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

static bool has_habit(const struct indent_case *c, enum habit habit)
{
	indents_read(c->indents, c->t);
	return indents_habit(c->indents) == habit;
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
	/* A line half as deep is as likely one that hangs: a comment, an item. */
	if (first && !prefix && next.len < pair->file.len)
		return false;
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

static struct indent_rule conversion(unsigned i, const struct indent_case *c)
{
	return (struct indent_rule){
		.from = c,
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
			agrees &= try_rule(out, &found, conversion(0, c), forms[f], c, hold);
	}
	if (found)
		return true;
	for (unsigned i = 1; i <= 2 * WIDTH_MAX; i++)
		agrees &= try_rule(out, &found, conversion(i, c), INDENT_STAY, c, hold);
	for (unsigned i = 1; i <= 2 * WIDTH_MAX && (!found || out->shift); i++) {
		for (size_t f = 0; f < ARRAY_SIZE(forms); f++)
			agrees &= try_rule(out, &found, conversion(i, c), forms[f], c, hold);
	}
	*why = found ? "the indentation of the new lines can be read in two ways" :
		       "its lines are indented unlike those of the file, by no one rule";
	return found && agrees;
}

/*
 * Whether all new lines are found, or the file does one thing only and so tells what
 * lines would be that are deeper than any it has.
 */
static bool can_convert(const struct indent_rule *rule, const struct indent_case *c,
			const char **why)
{
	enum habit habit = rule->convert == INDENT_TO_TABS ? HABIT_TABS : HABIT_BLANKS;

	*why = "the file is indented by tabs and by blanks";
	for (size_t i = 0; i < c->n_fresh; i++) {
		const struct indent_fresh *fresh = &c->fresh[i];
		enum seen seen = SEEN_NOT;
		struct span file;

		if (fresh->blank || gives(rule, fresh->plan, false, fresh->plan))
			continue;
		if (is_looked_up(rule))
			seen = look_up(rule, fresh->plan, &file);
		if (seen == SEEN_MORE || (!seen && !has_habit(c, habit)))
			return false;
	}
	return true;
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
	if (!search(out, c, hold, why) ||
	    (out->convert != INDENT_AS_IS && !can_convert(out, c, why)))
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
