/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blanks written for tabs, and tabs for blanks.
 *
 * Such a plan is that of several commits: eight blanks were a tab, or eight blanks. So
 * that its lines say what the commit did, the file has to. A new line's sources are
 * the indentations that the damage makes the new line's:
 *
 *   1. of the quoted lines;
 *   2. if none is, of all lines of the file;
 *   3. if none is, and the file is indented by tabs alone (but for one blank after
 *      them) or by blanks alone, the one that is of this kind.
 *
 * CLEAR: each new line has one source, and that is what the commit wrote; to be right.
 * UNCLEAR: some line has several, or none; to be refused, even where a guess would hit.
 * UNLIKE: some line has one source, and the commit wrote something else there. The plan
 * is the same, byte for byte, as one that must be right: nothing is asked of it, and
 * its line says only how many were refused, and how many written as their source is.
 *
 * A damaged indentation in which there is nothing to undo (no tab; fewer blanks than
 * make one) has itself as its one source. A new line of blanks alone has the one that is
 * of the kind which the damage takes away.
 */
#include "quote.h"

#include <string.h>

struct tabs {
	size_t width;
	bool to_tabs;
};

static void to_blanks(struct span line, size_t width, struct str *out)
{
	size_t n = line_indent(line);

	for (size_t k = 0; k < n; k++) {
		if (line.ptr[k] == '\t')
			for (size_t w = 0; w < width; w++)
				str_addc(out, ' ');
		else
			str_addc(out, line.ptr[k]);
	}
	str_add_span(out, span_cut(line, n, line.len));
}

static void to_tabs(struct span line, size_t width, struct str *out)
{
	size_t n = line_indent(line), run = 0;

	for (size_t k = 0; k < n; k++) {
		run = line.ptr[k] == ' ' ? run + 1 : 0;
		str_addc(out, line.ptr[k]);
		if (run == width) {
			str_truncate(out, out->len - width);
			str_addc(out, '\t');
			run = 0;
		}
	}
	str_add_span(out, span_cut(line, n, line.len));
}

static void exchange(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	const struct tabs *tabs = ctx;

	(void)i, (void)context;
	(tabs->to_tabs ? to_tabs : to_blanks)(line, tabs->width, out);
}

static bool damaged_alike(struct span a, struct span b, struct tabs *tabs)
{
	struct str x = STR_INIT(SAMPLE_MAX_BYTES), y = x;
	bool alike;

	exchange(a, 0, false, tabs, &x);
	exchange(b, 0, false, tabs, &y);
	alike = span_eq(str_span(&x), str_span(&y));
	str_release(&x);
	str_release(&y);
	return alike;
}

static struct span indent_of(struct span line)
{
	return span_cut(line, 0, line_indent(line));
}

enum clarity { CLEAR, UNLIKE, UNCLEAR, NO_SOURCE };

/* What lines say of a new line's indentation. */
static enum clarity ask(const struct span *lines, size_t n, struct span indent,
			struct tabs *tabs)
{
	struct span source = { NULL, 0 };

	for (size_t i = 0; i < n; i++) {
		struct span own = indent_of(lines[i]);

		if (line_is_empty(lines[i]) || !damaged_alike(own, indent, tabs))
			continue;
		if (source.ptr && !span_eq(source, own))
			return UNCLEAR;
		source = own;
	}
	return !source.ptr ? NO_SOURCE : span_eq(source, indent) ? CLEAR : UNLIKE;
}

/* Of tabs alone, but for one blank after them; of blanks alone. */
static bool is_of_kind(struct span indent, char kind)
{
	size_t n = 0;

	while (n < indent.len && indent.ptr[n] == kind)
		n++;
	return n == indent.len || (kind == '\t' && n + 1 == indent.len);
}

static enum clarity ask_kind(const struct sample *s, struct span indent,
			     struct span undone, char kind)
{
	for (size_t i = 0; i < s->file.n; i++)
		if (!line_is_empty(s->file.v[i]) && !is_of_kind(indent_of(s->file.v[i]), kind))
			return UNCLEAR;
	if (!is_of_kind(undone, kind))
		return UNCLEAR;
	return span_eq(undone, indent) ? CLEAR : UNLIKE;
}

/* What the lines quoted, else all lines, else the kind of the file say. */
static enum clarity ask_all(const struct sample *s, struct span line, struct tabs *tabs)
{
	struct tabs undo = { tabs->width, !tabs->to_tabs };
	struct str damaged = STR_INIT(SAMPLE_MAX_BYTES), undone = damaged;
	struct span indent = indent_of(line);
	struct quote find, replace;
	char kind = tabs->to_tabs ? ' ' : '\t';
	enum clarity c = CLEAR;

	if (line_is_empty(line))
		return is_of_kind(indent, kind) ? CLEAR : UNLIKE;
	exchange(indent, 0, false, tabs, &damaged);
	exchange(str_span(&damaged), 0, false, &undo, &undone);
	if (!span_eq(str_span(&damaged), str_span(&undone))) {
		quote_both(s, &find, &replace);
		c = ask(find.v, find.n, indent, tabs);
		if (c == NO_SOURCE)
			c = ask(s->file.v, s->file.n, indent, tabs);
		if (c == NO_SOURCE)
			c = ask_kind(s, indent, str_span(&undone), kind);
	}
	str_release(&damaged);
	str_release(&undone);
	return c;
}

static enum clarity clarity_of(const struct sample *s, struct tabs *tabs)
{
	enum clarity worst = CLEAR;

	for (size_t i = 0; i < s->fresh.n; i++) {
		enum clarity c = ask_all(s, s->fresh.v[i], tabs);

		if (c > worst)
			worst = c;
	}
	return worst;
}

/* A plan whose tabs and blanks are exchanged, if it is of that clarity. */
static bool make(const struct sample *s, struct trial *t, struct tabs tabs,
		 enum clarity wanted)
{
	struct quote find, replace;
	bool any = false;

	quote_both(s, &find, &replace);
	for (size_t i = 0; i < find.n; i++)
		any |= !line_is_empty(find.v[i]) &&
		       find.v[i].ptr[0] == (tabs.to_tabs ? ' ' : '\t');
	t->must_refuse = wanted == UNCLEAR;
	t->unasked = wanted == UNLIKE;
	return any && damage_lines(s, t, exchange, &tabs) && trial_changed(s, t) &&
	       clarity_of(s, &tabs) == wanted;
}

static struct tabs blanks_for_tabs(struct dice *d)
{
	return (struct tabs){ roll_below(d, 2) ? 4 : roll_below(d, 2) ? 8 : 2, false };
}

static struct tabs tabs_for_blanks(struct dice *d)
{
	return (struct tabs){ roll_below(d, 2) ? 4 : 2, true };
}

bool damage_tabs_to_blanks(const struct sample *s, struct trial *t, struct dice *d)
{
	return make(s, t, blanks_for_tabs(d), CLEAR);
}

bool damage_blanks_to_tabs(const struct sample *s, struct trial *t, struct dice *d)
{
	return make(s, t, tabs_for_blanks(d), CLEAR);
}

bool damage_tabs_unclear(const struct sample *s, struct trial *t, struct dice *d)
{
	return make(s, t, blanks_for_tabs(d), UNCLEAR);
}

bool damage_blanks_unclear(const struct sample *s, struct trial *t, struct dice *d)
{
	return make(s, t, tabs_for_blanks(d), UNCLEAR);
}

bool damage_tabs_unlike(const struct sample *s, struct trial *t, struct dice *d)
{
	return make(s, t, blanks_for_tabs(d), UNLIKE);
}

bool damage_blanks_unlike(const struct sample *s, struct trial *t, struct dice *d)
{
	return make(s, t, tabs_for_blanks(d), UNLIKE);
}
