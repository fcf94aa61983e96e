/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/adapt.h"

#include <stdlib.h>
#include <string.h>

#include "edit/indent.h"
#include "edit/linediff.h"

struct adapter {
	const struct text *t;
	struct segment *segments;
	size_t n;
	size_t **from;    /* by segment: linediff() of its lines */
	size_t **partner; /* by segment: the find line that a new line replaces */
	struct indent_pair *pairs;
	struct indent_fresh *fresh;
	size_t n_pairs, n_fresh;
	bool kept;
	bool loose; /* some line of find is not quite the file's */
	bool swapped; /* a line of blanks has tabs in the plan and none in the file, or back */
	bool drop_trail; /* the plan added trailing blanks that the file has not */
	struct retouch retouch;
	struct indent_rule rule;
	struct str rule_hold;
};

void segment_init(struct segment *s)
{
	*s = (struct segment){ .text = STR_INIT(TEXT_MAX_BYTES),
			       .ends = STR_INIT(TEXT_MAX_BYTES) };
}

void segment_release(struct segment *s)
{
	lines_release(&s->find);
	lines_release(&s->replace);
	str_release(&s->text);
	str_release(&s->ends);
}

static bool is_blank_line(struct span line)
{
	return text_indent(line) == line.len;
}

static struct span indent_part(struct span line)
{
	return span_cut(line, 0, text_indent(line));
}

static enum indent_opens opens(struct span line)
{
	static const char *const words[] = { "if", "for", "while", "else", "do", "switch",
					     "try", "with", "def", "case" };
	struct span s = span_trim(line);
	char last = s.len ? s.ptr[s.len - 1] : ';';

	if (strchr("{:", last))
		return OPENS_BLOCK;
	if (strchr("([,=+-*/&|?\\", last))
		return OPENS_MAYBE;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (span_starts(s, words[i]) &&
		    (s.len == n || strchr(" (", s.ptr[n])) && last != ';')
			return last == ')' || s.len == n ? OPENS_BLOCK : OPENS_MAYBE;
	}
	return OPENS_NOT;
}

/* Whether a line may stand further out than its neighbours. holds: a bracket has the next. */
static bool stands_out(struct span line, bool holds)
{
	struct span s = span_trim(line);

	return s.len && (strchr("})]#<-*+_>@|.", s.ptr[0]) || s.ptr[s.len - 1] == ':' ||
			 (!holds && opens(line) != OPENS_NOT));
}

/* New lines of a hunk replace its old ones one by one if they are as many. */
static void pair_hunk(const struct segment *s, size_t *partner, size_t old, size_t old_end,
		      size_t new, size_t new_end)
{
	bool even = old_end - old == new_end - new;

	for (size_t j = new; j < new_end; j++) {
		partner[j] = LINEDIFF_NEW;
		if (even)
			partner[j] = old + (j - new);
		for (size_t i = old; !even && i < old_end; i++) {
			if (retouch_alike(s->find.v[i], s->replace.v[j])) {
				partner[j] = i;
				break;
			}
		}
	}
}

static void pair_lines(const struct segment *s, const size_t *from, size_t *partner)
{
	size_t old = 0, new = 0;

	for (size_t j = 0; j <= s->replace.n; j++) {
		size_t i = j < s->replace.n ? from[j] : s->find.n;

		if (i == LINEDIFF_NEW)
			continue;
		pair_hunk(s, partner, old, i, new, j);
		if (j < s->replace.n)
			partner[j] = i;
		old = i + 1;
		new = j + 1;
	}
}

static struct err *compare(struct adapter *a, const char **why)
{
	for (size_t k = 0; k < a->n; k++) {
		struct segment *s = &a->segments[k];
		bool exact;
		struct err *err;

		a->from[k] = calloc(s->replace.n + 1, sizeof(size_t));
		a->partner[k] = calloc(s->replace.n + 1, sizeof(size_t));
		if (!a->from[k] || !a->partner[k])
			return err_nomem();
		err = linediff(&s->find, &s->replace, a->from[k], &exact);
		if (err)
			return err;
		if (!exact)
			*why = "find and replace differ in too many lines";
		pair_lines(s, a->from[k], a->partner[k]);
	}
	return NULL;
}

static void gather_pairs(struct adapter *a, const struct segment *s, bool is_first)
{
	for (size_t i = 0; i < s->find.n; i++) {
		struct span plan = s->find.v[i], file = text_line(a->t, s->at + i);

		a->loose |= !span_eq(plan, file);
		if (is_blank_line(plan)) {
			a->swapped |= plan.len && file.len && plan.ptr[0] != file.ptr[0];
			continue;
		}
		a->pairs[a->n_pairs++] = (struct indent_pair){
			indent_part(plan), indent_part(file), is_first && i == 0
		};
		a->drop_trail |= text_trail(plan) > text_trail(file);
		retouch_learn(&a->retouch, plan, file);
	}
}

/* How many brackets are open after line, if depth were before it. */
static size_t follow_brackets(size_t depth, struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		char c = line.ptr[i];

		if (c == '(' || c == '[' || c == '{')
			depth++;
		else if ((c == ')' || c == ']' || c == '}') && depth)
			depth--;
	}
	return depth;
}

/*
 * Of two equal lines in replace one is the file's and the other new. Which is which
 * cannot be told, so they must come out alike: the new one as written.
 */
static bool slides(const struct adapter *a, const struct segment *s, const size_t *from,
		   size_t new, struct span written)
{
	for (size_t j = 0; j < s->replace.n; j++) {
		if (from[j] != LINEDIFF_NEW &&
		    span_eq(s->replace.v[j], s->replace.v[new]) &&
		    !span_eq(text_line(a->t, s->at + from[j]), written))
			return true;
	}
	return false;
}

/*
 * Whether line j of replace, line from[j] of find, may be another one of [low, end) as
 * well, which the file writes otherwise. *first and *last: the outermost it may be.
 */
static bool may_be_other(const struct adapter *a, const struct segment *s, size_t j,
			 size_t own, size_t low, size_t end, size_t *first, size_t *last)
{
	struct span file = text_line(a->t, s->at + own);

	*first = *last = own;
	for (size_t i = low; i < end; i++) {
		if (!span_eq(s->find.v[i], s->replace.v[j]))
			continue;
		if (!span_eq(text_line(a->t, s->at + i), file))
			return true;
		*first = i < *first ? i : *first;
		*last = i > *last ? i : *last;
	}
	return false;
}

/*
 * Likewise of equal lines in find of which some go: those of the file must be alike, or
 * which of them stays cannot be told.
 */
static bool goes_unclearly(const struct adapter *a, const struct segment *s,
			   const size_t *from)
{
	size_t low = 0, end = s->find.n, first, last;

	for (size_t j = 0; j < s->replace.n; j++) {
		if (from[j] == LINEDIFF_NEW)
			continue;
		if (may_be_other(a, s, j, from[j], low, from[j], &first, &last))
			return true;
		low = first + 1;
	}
	for (size_t j = s->replace.n; j-- > 0;) {
		if (from[j] == LINEDIFF_NEW)
			continue;
		if (may_be_other(a, s, j, from[j], from[j] + 1, end, &first, &last))
			return true;
		end = last;
	}
	return false;
}

static void gather_fresh(struct adapter *a, size_t k)
{
	const struct segment *s = &a->segments[k];
	const size_t *from = a->from[k];
	size_t first = a->n_fresh, open = 0;

	for (size_t j = 0; j < s->replace.n; j++) {
		struct span line = s->replace.v[j];
		size_t depth = open;

		open = follow_brackets(depth, line);
		if (from[j] != LINEDIFF_NEW) {
			a->kept |= !is_blank_line(line);
			continue;
		}
		if (!line.len)
			continue;
		a->fresh[a->n_fresh++] = (struct indent_fresh){
			indent_part(line), k == 0 && j == 0, is_blank_line(line), depth > 0,
			stands_out(line, open > depth)
		};
	}
	/* Brackets that do not come out even say nothing. */
	while (open && first < a->n_fresh)
		a->fresh[first++].outer = true;
}

static struct err *gather(struct adapter *a)
{
	size_t old = 1, new = 1;

	for (size_t k = 0; k < a->n; k++) {
		old += a->segments[k].find.n;
		new += a->segments[k].replace.n;
	}
	a->pairs = calloc(old, sizeof(*a->pairs));
	a->fresh = calloc(new, sizeof(*a->fresh));
	if (!a->pairs || !a->fresh)
		return err_nomem();
	for (size_t k = 0; k < a->n; k++) {
		gather_pairs(a, &a->segments[k], k == 0);
		gather_fresh(a, k);
	}
	return NULL;
}

/*
 * A new line of blanks, if one of the same blanks was quoted, is what that is in
 * the file. False if that was said in two ways.
 */
static bool write_blank(struct adapter *a, struct segment *s, struct span line)
{
	struct indent_rule tabs = a->rule;
	struct span file = { NULL, 0 };

	if (!line.len || a->drop_trail)
		return true;
	for (size_t i = 0; i < s->find.n; i++) {
		struct span own = text_line(a->t, s->at + i);

		if (!span_eq(s->find.v[i], line))
			continue;
		if (file.ptr && !span_eq(file, own))
			return false;
		file = own.len ? own : SPAN("");
	}
	tabs.shift = INDENT_STAY;
	tabs.from = NULL;
	if (!file.ptr)
		return indent_apply(&tabs, line, false, &s->text);
	str_add_span(&s->text, file);
	return true;
}

/* A line that is new, as the file would have it. */
static bool write_new(struct adapter *a, size_t k, size_t j, const char **why)
{
	struct segment *s = &a->segments[k];
	struct span line = s->replace.v[j];
	size_t indent = text_indent(line), partner = a->partner[k][j];
	struct span body = span_cut(line, indent, line.len);
	struct span old = SPAN(""), file = SPAN("");

	*why = "a new line of blanks can be read in two ways";
	if (is_blank_line(line))
		return write_blank(a, s, line);
	if (!indent_apply(&a->rule, span_cut(line, 0, indent), k == 0 && j == 0, &s->text)) {
		*why = "a new line is indented less than the lines that matched";
		return false;
	}
	if (a->drop_trail)
		body = span_cut(body, 0, body.len - text_trail(body));
	if (partner != LINEDIFF_NEW) {
		old = s->find.v[partner];
		file = text_line(a->t, s->at + partner);
	}
	return retouch_write(&a->retouch, old, file, body, &s->text, why);
}

/* Whether line i of the file is its last and has no line end. */
static bool is_open_end(const struct text *t, size_t i)
{
	return i + 1 == t->n_lines && !text_final_newline(t);
}

static bool write_segment(struct adapter *a, size_t k, const char **why)
{
	struct segment *s = &a->segments[k];
	size_t start = a->t->start[s->at];
	char end = s->find.n ? text_end(a->t, s->at) : text_end_near(a->t, start);

	if (a->loose && goes_unclearly(a, s, a->from[k])) {
		*why = "which of two equal lines of find is to stay is not clear";
		return false;
	}
	for (size_t j = 0; j < s->replace.n; j++) {
		size_t i = a->partner[k][j], line = s->text.len;

		if (i != LINEDIFF_NEW)
			end = text_end(a->t, s->at + i);
		if (a->from[k][j] != LINEDIFF_NEW)
			str_add_span(&s->text, text_line(a->t, s->at + i));
		else if (!write_new(a, k, j, why))
			return false;
		if (a->loose && a->from[k][j] == LINEDIFF_NEW &&
		    slides(a, s, a->from[k], j,
			   span_cut(str_span(&s->text), line, s->text.len))) {
			*why = "which of two equal lines of replace is the file's is not clear";
			return false;
		}
		/*
		 * The end of the file stays as it was. Where its last line goes, the one
		 * above it keeps its own end, if replace says no other.
		 */
		if (j + 1 == s->replace.n && s->find.n &&
		    is_open_end(a->t, s->at + s->find.n - 1) &&
		    (a->from[k][j] == LINEDIFF_NEW || i + 1 == s->find.n ||
		     !s->replace.ended))
			break;
		str_addc(&s->text, '\n');
		str_addc(&s->ends, end);
	}
	return true;
}

/* The blanks of the line that will stand below the new ones; ptr is NULL if there is none. */
static struct span blanks_below(const struct adapter *a)
{
	const struct segment *s = &a->segments[a->n - 1];
	size_t i = s->at + s->find.n;

	for (size_t j = s->replace.n; j-- > 0;) {
		if (is_blank_line(s->replace.v[j]))
			continue;
		if (a->from[a->n - 1][j] != LINEDIFF_NEW)
			i = s->at + a->from[a->n - 1][j];
		break;
	}
	while (i < a->t->n_lines && is_blank_line(text_line(a->t, i)))
		i++;
	return i < a->t->n_lines ? indent_part(text_line(a->t, i)) :
				   (struct span){ NULL, 0 };
}

static void adapter_release(struct adapter *a)
{
	for (size_t k = 0; k < a->n; k++) {
		if (a->from)
			free(a->from[k]);
		if (a->partner)
			free(a->partner[k]);
	}
	free(a->from);
	free(a->partner);
	free(a->pairs);
	free(a->fresh);
	str_release(&a->rule_hold);
}

struct err *adapt(const struct text *t, struct adapt_file *file, struct segment *segments,
		  size_t n, enum fold level, const char **why)
{
	struct adapter a = { .t = t, .segments = segments, .n = n,
			     .rule_hold = STR_INIT(TEXT_MAX_BYTES) };
	struct indent_case c;
	struct err *err = NULL;

	*why = NULL;
	retouch_init(&a.retouch, t, &file->chars, level);
	a.from = calloc(n, sizeof(*a.from));
	a.partner = calloc(n, sizeof(*a.partner));
	if (!a.from || !a.partner)
		err = err_nomem();
	if (!err)
		err = compare(&a, why);
	if (!err)
		err = gather(&a);
	if (err || *why)
		goto out;
	c = (struct indent_case){
		.t = t, .indents = &file->indents, .pairs = a.pairs, .n_pairs = a.n_pairs,
		.fresh = a.fresh, .n_fresh = a.n_fresh, .exact = level == FOLD_NONE, .kept = a.kept,
		.swapped = a.swapped, .below = blanks_below(&a),
		.first_opens = opens(segments[0].replace.n ? segments[0].replace.v[0] :
							     SPAN("")),
	};
	if (!indent_choose(&a.rule, &c, &a.rule_hold, why))
		goto out;
	for (size_t k = 0; k < n; k++) {
		if (!write_segment(&a, k, why))
			goto out;
		err = err_first(str_err(&segments[k].text, "replace"),
				str_err(&segments[k].ends, "replace"));
		if (err)
			goto out;
	}
	*why = NULL;
out:
	adapter_release(&a);
	return err;
}
