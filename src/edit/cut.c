/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/cut.h"

/* Lines above and below a place that no block encloses. */
#define MARGIN_LINES ((size_t)12)

static bool by_symbol(const struct draft *d, const struct edit *edit,
		      struct line_range *out, size_t *n)
{
	struct symbol_ranges ranges;
	size_t agree = 0;

	symbols_find(&d->text, d->path, edit->symbol, d->tags, &ranges);
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
	*whole = d->text.n_lines <= CUT_MAX_LINES;
	return *whole;
}

bool cut_named(const struct draft *d, const struct edit *edit, struct line_range *out,
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

bool cut_around(const struct draft *d, const struct edit *edit,
		   const struct edit_result *failed, struct line_range *out, bool *whole)
{
	struct span clue = edit->find.len ? edit->find : edit->anchor;
	struct line_range at, block;
	size_t n;

	*whole = false;
	if (edit->symbol && by_symbol(d, edit, out, &n) &&
	    out->last - out->first < CUT_MAX_LINES)
		return true;
	/* An ambiguous find is as good as none; a line decides, then its words. */
	if (!point_at(d, edit->line, &at) && !by_votes(d, clue, &at) &&
	    !(failed && point_at(d, failed->line, &at)))
		return take_whole(d, out, whole) && d->text.n_lines;
	if (symbols_enclosing(&d->text, d->path, at.first, at.last, CUT_MIN_LINES,
			      CUT_MAX_LINES, &block)) {
		*out = block;
		return true;
	}
	if (take_whole(d, out, whole))
		return true;
	out->first = at.first > MARGIN_LINES ? at.first - MARGIN_LINES : 0;
	out->last = at.last + MARGIN_LINES;
	if (out->last >= d->text.n_lines)
		out->last = d->text.n_lines - 1;
	return out->last - out->first < CUT_MAX_LINES;
}

bool cut_settle(const struct draft *d, struct line_range *lines,
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
