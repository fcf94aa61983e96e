/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quote.h"

#include <string.h>

#include "base/compiler.h"

static void lose_trail(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	struct span b = line_body(line);

	(void)i, (void)context, (void)ctx;
	while (b.len && (b.ptr[b.len - 1] == ' ' || b.ptr[b.len - 1] == '\t'))
		b.len--;
	str_add_span(out, b);
	add_eol(out, line);
}

bool damage_trail_lost(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	/* What the commit itself did to trailing blanks is lost with them. */
	for (size_t i = 0; i < s->taken; i++)
		if (line_has_trail(s->file.v[s->first + i]))
			return false;
	for (size_t i = 0; i < s->fresh.n; i++)
		if (line_has_trail(s->fresh.v[i]))
			return false;
	return damage_lines(s, t, lose_trail, NULL) && trial_changed(s, t);
}

static void gain_trail(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	const uint64_t *seed = ctx;
	struct span body = line_body(line);
	size_t cr = span_ends(body, "\r");

	(void)context;
	str_add_span(out, span_cut(body, 0, body.len - cr));
	if (!line_is_empty(line) && (*seed >> (i % 60) & 1))
		str_adds(out, *seed & 4 ? "  " : " ");
	str_adds(out, cr ? "\r" : "");
	add_eol(out, line);
}

bool damage_trail_added(const struct sample *s, struct trial *t, struct dice *d)
{
	uint64_t seed = roll(d) | 1u << 3;

	/* What the commit itself did cannot be told from the damage. */
	for (size_t i = 0; i < s->taken; i++)
		if (line_has_trail(s->file.v[s->first + i]))
			return false;
	for (size_t i = 0; i < s->fresh.n; i++)
		if (line_has_trail(s->fresh.v[i]))
			return false;
	return damage_lines(s, t, gain_trail, &seed) && trial_changed(s, t);
}

bool damage_dedented(const struct sample *s, struct trial *t, struct dice *d)
{
	size_t n = sample_indent(s);

	(void)d;
	return n && damage_lines(s, t, drop_indent, &n);
}

static void more_indent(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	(void)i, (void)context;
	if (!line_is_empty(line))
		str_adds(out, ctx);
	str_add_span(out, line);
}

bool damage_indented(const struct sample *s, struct trial *t, struct dice *d)
{
	static const char *const by[] = { "  ", "    ", "\t", "        " };

	return damage_lines(s, t, more_indent, (void *)by[roll_below(d, 4)]);
}

static void strip_first(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	(void)context, (void)ctx;
	str_add_span(out, i ? line : span_cut(line, line_indent(line), line.len));
}

bool damage_first_stripped(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	return s->above && damage_lines(s, t, strip_first, NULL) && trial_changed(s, t);
}

static void put_edges(struct str *out, unsigned where)
{
	if (where & 2)
		str_adds(out, "\n");
	if (where & 1)
		str_splice(out, 0, 0, SPAN("\n"));
}

bool damage_edge_lines(const struct sample *s, struct trial *t, struct dice *d)
{
	unsigned where = 1 + (unsigned)roll_below(d, 3);

	if (!s->above || !s->below || !s->fresh.n)
		return false;
	trial_put(s, t);
	put_edges(&t->find, where);
	put_edges(&t->replace, where);
	return true;
}

bool damage_edge_lines_find(const struct sample *s, struct trial *t, struct dice *d)
{
	if (!s->above || !s->below)
		return false;
	/* One empty line of two less is what such a plan says. */
	if (line_is_empty(s->file.v[s->first - s->above]) ||
	    line_is_empty(s->file.v[s->first + s->taken + s->below - 1]))
		return false;
	trial_put(s, t);
	/* Where such a line is in the file, it would be meant. */
	if (s->first + s->taken + s->below < s->file.n &&
	    line_is_empty(s->file.v[s->first + s->taken + s->below]))
		return false;
	if (s->first > s->above && line_is_empty(s->file.v[s->first - s->above - 1]))
		return false;
	put_edges(&t->find, 1 + (unsigned)roll_below(d, 3));
	return true;
}

/* With an empty line last, one newline less is one line less. */
static bool ends_empty(const struct str *s)
{
	return s->len < 2 || span_ends(str_span(s), "\n\n");
}

/* Whether find and replace both end in one newline, which can be taken from either. */
static bool put_with_newlines(const struct sample *s, struct trial *t)
{
	trial_put(s, t);
	return !ends_empty(&t->find) && !ends_empty(&t->replace) &&
	       span_findc(s->before, '\r', 0) < 0 && span_ends(str_span(&t->find), "\n") &&
	       span_ends(str_span(&t->replace), "\n");
}

bool damage_newline_find_only(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	if (!put_with_newlines(s, t))
		return false;
	str_truncate(&t->replace, t->replace.len - 1);
	return t->replace.len;
}

bool damage_newline_replace_only(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	if (!put_with_newlines(s, t))
		return false;
	str_truncate(&t->find, t->find.len - 1);
	return t->find.len;
}

bool damage_newline_neither(const struct sample *s, struct trial *t, struct dice *d)
{
	return damage_newline_find_only(s, t, d) && (str_truncate(&t->find, t->find.len - 1), 1);
}

bool damage_crlf_file(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	if (span_findc(s->before, '\r', 0) >= 0 || s->file.n < 2)
		return false;
	trial_put(s, t);
	str_through(&t->file, add_crlf);
	str_through(&t->want, add_crlf);
	return true;
}

bool damage_crlf_plan(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	trial_put(s, t);
	str_through(&t->find, add_crlf);
	str_through(&t->replace, add_crlf);
	return true;
}

static void add_mixed(struct str *out, struct span line, size_t salt)
{
	struct span b = line_body(line);

	str_add_span(out, b);
	if (b.len < line.len)
		str_adds(out, (salt * 2654435761u >> 7) & 1 ? "\r\n" : "\n");
}

bool damage_mixed_file(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	size_t salt = roll_below(d, 1 << 20);

	if (span_findc(s->before, '\r', 0) >= 0)
		return false;
	quote_both(s, &find, &replace);
	quote_put(&t->find, &find);
	quote_put(&t->replace, &replace);
	for (size_t i = 0; i < s->file.n; i++)
		add_mixed(&t->file, s->file.v[i], i + salt);
	for (size_t i = 0; i < s->first; i++)
		add_mixed(&t->want, s->file.v[i], i + salt);
	for (size_t i = 0; i < s->fresh.n; i++)
		str_add_span(&t->want, s->fresh.v[i]);
	for (size_t i = s->first + s->taken; i < s->file.n; i++)
		add_mixed(&t->want, s->file.v[i], i + salt);
	t->any_ends = true;
	return true;
}
