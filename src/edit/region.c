/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/region.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "edit/literal.h"
#include "edit/resolve.h"

/* Lines above and below a place that no block encloses. */
#define MARGIN_LINES ((size_t)12)

/* An answer may grow by this factor and these lines. */
#define GROWTH_FACTOR 3
#define GROWTH_LINES ((size_t)60)

/* A longer comment says something. */
#define PLACEHOLDER_MAX_BYTES 80

/* Of a region of more lines than this, some lines must come back unchanged. */
#define KEEP_FROM_LINES ((size_t)12)

static bool by_symbol(const struct draft *d, const struct edit *edit,
		      struct line_range *out, size_t *n)
{
	struct symbol_ranges ranges;
	size_t agree = 0;

	symbols_find(&d->text, d->path, edit->symbol, &ranges);
	*n = ranges.n;
	for (size_t i = 0; i < ranges.n; i++) {
		const struct line_range *r = &ranges.v[i];

		if (ranges.n > 1 && edit->line &&
		    (edit->line - 1 < r->first || edit->line - 1 > r->last))
			continue;
		*out = *r;
		agree++;
	}
	return agree == 1;
}

static bool take_whole(const struct draft *d, struct line_range *out, bool *whole)
{
	*out = (struct line_range){ 0, d->text.n_lines ? d->text.n_lines - 1 : 0 };
	*whole = d->text.n_lines <= REGION_MAX_LINES;
	return *whole;
}

bool region_named(const struct draft *d, const struct edit *edit, struct line_range *out,
		  bool *whole, struct edit_result *result)
{
	size_t n = 0, lines = d->text.n_lines;

	*whole = false;
	if (edit->region_start) {
		*out = (struct line_range){ edit->region_start - 1, edit->region_end - 1 };
		if (out->first <= out->last && out->last < lines)
			return true;
		edit_result_set(result, EDIT_FAILED,
				"region %zu-%zu is not in the file, which has %zu lines",
				edit->region_start, edit->region_end, lines);
		return false;
	}
	if (edit->symbol) {
		if (by_symbol(d, edit, out, &n))
			return true;
		if (n || !take_whole(d, out, whole)) {
			edit_result_set(result, EDIT_FAILED, n ?
					"'%s' is defined in %zu places of the file" :
					"'%s' is not defined in the file", edit->symbol, n);
			return false;
		}
		return true;
	}
	if (take_whole(d, out, whole))
		return true;
	edit_result_set(result, EDIT_FAILED,
			"the file has %zu lines: say which region or symbol to rewrite", lines);
	return false;
}

/*
 * Where most lines of a text that is not in the file point, as lines. Lines that
 * stand in more than a few places point nowhere.
 */
static bool by_votes(const struct draft *d, struct span find, struct line_range *out)
{
	struct span rest = find, line;
	size_t best = 0, n = 0, from = 0;
	bool any = false;

	for (; span_line(&rest, &line); n++) {
		struct offsets at = { .n = 0 };

		line = span_trim(line);
		if (line.len < 4)
			continue;
		err_drop(offsets_find(d->text.view, line, &at));
		if (at.n == 1 && line.len > best) {
			size_t hit = text_line_at(&d->text, at.v[0]);

			best = line.len;
			from = hit > n ? hit - n : 0;
			any = true;
		}
		offsets_release(&at);
	}
	if (!any)
		return false;
	out->first = from;
	out->last = from + (n ? n - 1 : 0);
	if (out->last >= d->text.n_lines)
		out->last = d->text.n_lines - 1;
	return out->first <= out->last;
}

static bool point_at(const struct draft *d, size_t line, struct line_range *out)
{
	if (!line || line > d->text.n_lines)
		return false;
	*out = (struct line_range){ line - 1, line - 1 };
	return true;
}

bool region_around(const struct draft *d, const struct edit *edit,
		   const struct edit_result *failed, struct line_range *out, bool *whole)
{
	struct span clue = edit->find.len ? edit->find : edit->anchor;
	struct line_range at, block;
	size_t n;

	*whole = false;
	if (edit->symbol && by_symbol(d, edit, out, &n) &&
	    out->last - out->first < REGION_MAX_LINES)
		return true;
	/* An ambiguous find is as good as none; a line decides, then its words. */
	if (!point_at(d, edit->line, &at) && !by_votes(d, clue, &at) &&
	    !(failed && point_at(d, failed->line, &at)))
		return take_whole(d, out, whole) && d->text.n_lines;
	if (symbols_enclosing(&d->text, d->path, at.first, at.last, REGION_MIN_LINES,
			      REGION_MAX_LINES, &block)) {
		*out = block;
		return true;
	}
	if (take_whole(d, out, whole))
		return true;
	out->first = at.first > MARGIN_LINES ? at.first - MARGIN_LINES : 0;
	out->last = at.last + MARGIN_LINES;
	if (out->last >= d->text.n_lines)
		out->last = d->text.n_lines - 1;
	return out->last - out->first < REGION_MAX_LINES;
}

bool region_settle(const struct draft *d, struct line_range *lines,
		   const struct change **conflict)
{
	const struct text *t = &d->text;
	struct change *c;
	bool moved = true;

	*conflict = NULL;
	while (moved && t->n_lines) {
		size_t start = t->start[lines->first], end = t->start[lines->last + 1];

		moved = false;
		for (c = changes_from(&d->changes, start); c && c->start <= end;
		     c = change_next(c)) {
			if (c->end <= start || c->start >= end)
				continue;
			if (c->kind != CHANGE_DIRECT) {
				*conflict = c;
				return false;
			}
			if (c->start < start) {
				lines->first = text_line_at(t, c->start);
				moved = true;
			}
			if (c->end > end) {
				lines->last = text_line_at(t, c->end - 1);
				moved = true;
			}
		}
	}
	return true;
}

/* What is left of a comment line: its text, without the signs around it. */
static struct span comment_text(struct span line, bool *comment)
{
	static const char *const open[] = { "//", "/*", "#", "--", "<!--", ";", "%", "*",
					    "\"", "{/*" };
	struct span s = span_trim(line);

	*comment = false;
	for (size_t i = 0; i < ARRAY_SIZE(open); i++) {
		if (span_starts(s, open[i])) {
			s = span_trim(span_cut(s, strlen(open[i]), s.len));
			*comment = true;
			i = SIZE_MAX;
		}
	}
	if (span_ends(s, "-->"))
		s.len -= 3;
	else if (span_ends(s, "*/}"))
		s.len -= 3;
	else if (span_ends(s, "*/"))
		s.len -= 2;
	return span_trim(s);
}

static bool has_dots(struct span s, bool at_edge_only)
{
	static const char *const dots[] = { "...", "\xe2\x80\xa6" };

	for (size_t i = 0; i < ARRAY_SIZE(dots); i++) {
		if (at_edge_only ? span_starts(s, dots[i]) || span_ends(s, dots[i]) :
				   span_eqs(s, dots[i]))
			return true;
	}
	return false;
}

bool region_is_placeholder(struct span line)
{
	static const char *const words[] = { "existing", "rest of", "unchanged", "remain",
		"same as", "previous", "omitted", "other ", "as before", "no change" };
	char text[PLACEHOLDER_MAX_BYTES + 1];
	bool comment;
	struct span s = comment_text(line, &comment);

	if (!s.len || s.len > PLACEHOLDER_MAX_BYTES)
		return false;
	if (comment && has_dots(s, false))
		return true;
	if (!has_dots(s, true) || (!comment && !span_starts(s, "...")))
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcasestr(text, words[i]))
			return true;
	}
	return false;
}

bool region_is_elision(struct span line)
{
	return has_dots(span_trim(line), false) || region_is_placeholder(line);
}

static bool has_line(struct span text, struct span wanted)
{
	struct span line;

	while (span_line(&text, &line)) {
		if (span_eq(span_trim(line), span_trim(wanted)))
			return true;
	}
	return false;
}

static bool check_bytes(const struct region *r, struct span answer, struct str *reason)
{
	if (span_findc(answer, '\0', 0) >= 0)
		str_adds(reason, "the answer holds a NUL byte");
	else if (!utf8_valid(answer) && utf8_valid(r->text))
		str_adds(reason, "the answer is not valid UTF-8");
	return !reason->len;
}

static bool check_wrapping(const struct region *r, struct span answer, struct str *reason)
{
	struct span rest = answer, line;

	while (span_line(&rest, &line)) {
		struct span s = span_trim(line);

		if (span_starts(s, "```") && !has_line(r->text, line)) {
			str_adds(reason, "the answer holds a code fence");
			return false;
		}
		if (region_is_elision(line) && !has_line(r->text, line)) {
			str_addf(reason, "the answer leaves code out: '%.*s'",
				 (int)(s.len < 80 ? s.len : 80), s.ptr);
			return false;
		}
	}
	return true;
}

static struct span first_line(struct span s)
{
	struct span line = { NULL, 0 };

	while (span_line(&s, &line)) {
		if (span_trim(line).len)
			return line;
	}
	return SPAN("");
}

static struct span last_line(struct span s)
{
	struct span line, last = SPAN("");

	while (span_line(&s, &line)) {
		if (span_trim(line).len)
			last = line;
	}
	return last;
}

/* The lines around the region were shown to be read, not to be written again. */
static bool check_edges(const struct region *r, struct span answer, struct str *reason)
{
	struct span above = last_line(r->before), below = first_line(r->after);
	struct span first = first_line(answer), last = last_line(answer);

	if (span_trim(above).len > 3 && span_eq(first, above) &&
	    !span_eq(first, first_line(r->text)))
		str_adds(reason, "the answer repeats the lines above the region");
	else if (span_trim(below).len > 3 && span_eq(last, below) &&
		 !span_eq(last, last_line(r->text)))
		str_adds(reason, "the answer repeats the lines below the region");
	return !reason->len;
}

/* The least indentation of all lines; SIZE_MAX when no line says anything. */
static size_t base_indent(struct span s, struct span *sample)
{
	struct span line;
	size_t least = SIZE_MAX;

	while (span_line(&s, &line)) {
		size_t indent = text_indent(line);

		if (!span_trim(line).len || indent >= least)
			continue;
		least = indent;
		*sample = span_cut(line, 0, indent);
	}
	return least;
}

static bool check_indent(const struct region *r, struct span answer, struct str *reason)
{
	struct span old = SPAN(""), new = SPAN("");
	size_t a = base_indent(r->text, &old), b = base_indent(answer, &new);

	if (a == SIZE_MAX || b == SIZE_MAX || span_eq(old, new))
		return true;
	str_adds(reason, "the answer is not indented as the region is");
	return false;
}

struct balance {
	long round, square, curly;
};

static bool count_brackets(struct span s, enum language language, struct balance *out)
{
	char *code = symbols_blank(s, language);

	*out = (struct balance){ 0, 0, 0 };
	if (!code)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		out->round += (code[i] == '(') - (code[i] == ')');
		out->square += (code[i] == '[') - (code[i] == ']');
		out->curly += (code[i] == '{') - (code[i] == '}');
	}
	free(code);
	return true;
}

static bool check_balance(const struct region *r, struct span answer, struct str *reason)
{
	enum language language = language_of(r->file, r->text);
	struct balance a, b;

	if (language == LANGUAGE_OTHER || language == LANGUAGE_SHELL)
		return true;
	if (!count_brackets(r->text, language, &a) || !count_brackets(answer, language, &b))
		return true;
	if (a.round == b.round && a.square == b.square && a.curly == b.curly)
		return true;
	/* What did not balance may be what the edit is to cure. */
	if (!b.round && !b.square && !b.curly)
		return true;
	str_adds(reason, "the brackets of the answer do not balance as the region's do");
	return false;
}

static bool check_extent(const struct region *r, struct span answer, struct str *reason)
{
	size_t old = text_count(r->text, '\n') + 1, new = text_count(answer, '\n') + 1;
	struct span rest = r->text, line;
	size_t said = 0, kept = 0;

	if (span_eq(answer, r->text)) {
		str_adds(reason, "the answer is the region unchanged");
		return false;
	}
	if (new > old * GROWTH_FACTOR + GROWTH_LINES) {
		str_addf(reason, "the answer has %zu lines where the region has %zu", new, old);
		return false;
	}
	while (span_line(&rest, &line)) {
		if (span_trim(line).len < 3)
			continue;
		said++;
		kept += has_line(answer, line);
	}
	if (said > KEEP_FROM_LINES && kept * 8 < said) {
		str_addf(reason, "only %zu of the region's %zu lines came back: keep what "
			 "the change does not touch", kept, said);
		return false;
	}
	return true;
}

bool region_check(const struct region *region, struct span answer, struct str *reason)
{
	static bool (*const checks[])(const struct region *, struct span, struct str *) = {
		check_bytes,  check_wrapping, check_extent,
		check_edges,  check_indent,   check_balance,
	};

	if (!answer.len)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		if (!checks[i](region, answer, reason))
			return false;
	}
	return true;
}
