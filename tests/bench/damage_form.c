/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "edit/region.h"

bool damage_exact(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	return trial_put(s, t);
}

/* More context than is needed, its middle damage_elided, above or below. */
bool damage_elided(const struct sample *s, struct trial *t, struct dice *d)
{
	static const char *const marks[] = { "...\n", "// ... existing code ...\n",
		"\t/* ... */\n", "    # ... rest of the code ...\n", "        ...\n" };
	const char *mark = marks[roll_below(d, ARRAY_SIZE(marks))];
	size_t gap = 2 + roll_below(d, 4), lead = 2;
	struct quote find, replace;

	if (s->first < s->above + gap + lead ||
	    !sample_once(s, s->first - s->above - gap - lead, lead))
		return false;
	quote_both(s, &find, &replace);
	trial_put_file(s, t);
	for (size_t k = 0; k < lead; k++) {
		struct span line = s->file.v[s->first - s->above - gap - lead + k];

		if (region_is_elision(line))
			return false;
		str_add_span(&t->find, line);
		str_add_span(&t->replace, line);
	}
	str_adds(&t->find, mark);
	str_adds(&t->replace, mark);
	quote_put(&t->find, &find);
	quote_put(&t->replace, &replace);
	return s->fresh.n || s->above || s->below;
}

static void to_typographic(struct str *out, struct span s)
{
	bool open = true;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"') {
			str_adds(out, open ? "\xe2\x80\x9c" : "\xe2\x80\x9d");
			open = !open;
		} else if (s.ptr[i] == '\'') {
			str_adds(out, "\xe2\x80\x99");
		} else if (s.ptr[i] == '\n') {
			str_addc(out, '\n');
			open = true;
		} else {
			str_addc(out, s.ptr[i]);
		}
	}
}

bool damage_typographic_plan(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	trial_put(s, t);
	if (!span_is_ascii(s->before) || !span_is_ascii(str_span(&t->replace)))
		return false;
	str_through(&t->find, to_typographic);
	str_through(&t->replace, to_typographic);
	return trial_changed(s, t);
}

bool damage_typographic_file(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	trial_put(s, t);
	if (!span_is_ascii(s->before) || !span_is_ascii(str_span(&t->want)))
		return false;
	/* The file is no more as quoted: then a change of blanks alone is not asked for. */
	if (sample_is_vague(s))
		return false;
	/* Which of the two a new line would have is for no one to tell. */
	for (size_t i = 0; i < s->fresh.n; i++)
		if (span_findc(s->fresh.v[i], '"', 0) >= 0 ||
		    span_findc(s->fresh.v[i], '\'', 0) >= 0)
			return false;
	str_through(&t->file, to_typographic);
	str_through(&t->want, to_typographic);
	return !span_is_ascii(str_span(&t->file));
}

static void to_composed(struct str *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == 'e')
			str_adds(out, "\xc3\xa9");
		else
			str_addc(out, s.ptr[i]);
	}
}

static void to_decomposed(struct str *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == 'e')
			str_adds(out, "e\xcc\x81");
		else
			str_addc(out, s.ptr[i]);
	}
}

bool damage_decomposed_plan(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	if (!span_is_ascii(s->before))
		return false;
	trial_put(s, t);
	if (!span_is_ascii(str_span(&t->want)))
		return false;
	str_through(&t->file, to_composed);
	str_through(&t->want, to_composed);
	str_through(&t->find, to_decomposed);
	str_through(&t->replace, to_decomposed);
	return span_findc(str_span(&t->find), '\xcc', 0) >= 0;
}

static void escape(struct str *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '\n')
			str_adds(out, "\\n");
		else if (c == '\r')
			str_adds(out, "\\r");
		else if (c == '\t')
			str_adds(out, "\\t");
		else if (c == '"' || c == '\\')
			str_addf(out, "\\%c", c);
		else
			str_addc(out, c);
	}
}

bool damage_escaped(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	trial_put(s, t);
	str_through(&t->find, escape);
	str_through(&t->replace, escape);
	return trial_changed(s, t);
}

static void to_entities(struct str *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '<')
			str_adds(out, "&lt;");
		else if (s.ptr[i] == '>')
			str_adds(out, "&gt;");
		else if (s.ptr[i] == '&')
			str_adds(out, "&amp;");
		else
			str_addc(out, s.ptr[i]);
	}
}

bool damage_entities(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	trial_put(s, t);
	str_through(&t->find, to_entities);
	str_through(&t->replace, to_entities);
	return trial_changed(s, t);
}

static void number(struct str *out, const struct quote *q, size_t from, const char *form)
{
	for (size_t i = 0; i < q->n; i++) {
		str_addf(out, form, from + i);
		str_add_span(out, q->v[i]);
	}
}

bool damage_numbered(const struct sample *s, struct trial *t, struct dice *d)
{
	static const char *const forms[] = { "%zu: ", "%4zu| ", "%6zu\t", "%zu | " };
	const char *form = forms[roll_below(d, 3)];
	struct quote find, replace;

	quote_both(s, &find, &replace);
	trial_put_file(s, t);
	number(&t->find, &find, s->first - s->above + 1, form);
	number(&t->replace, &replace, s->first - s->above + 1, form);
	return true;
}

bool damage_fenced(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	trial_put(s, t);
	str_splice(&t->find, 0, 0, SPAN("```c\n"));
	str_splice(&t->replace, 0, 0, SPAN("```c\n"));
	if (!span_ends(str_span(&t->find), "\n") || !span_ends(str_span(&t->replace), "\n"))
		return false;
	str_adds(&t->find, "```\n");
	str_adds(&t->replace, "```\n");
	return true;
}

bool damage_open_end(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	trial_put(s, t);
	if (!span_ends(s->before, "\n") || !span_ends(str_span(&t->want), "\n") ||
	    t->want.len < 2)
		return false;
	if (span_ends(s->before, "\n\n"))
		return false;
	/* Only where the hunk reaches the end is there anything to see. */
	if (s->first + s->taken + s->below + 3 < s->file.n)
		return false;
	if (s->first + s->taken == s->file.n && !s->fresh.n)
		return false;
	str_truncate(&t->file, t->file.len - 1);
	str_truncate(&t->want, t->want.len - 1);
	return true;
}

bool damage_with_bom(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	trial_put(s, t);
	if (!span_is_ascii(span_cut(s->before, 0, 3)))
		return false;
	str_splice(&t->file, 0, 0, SPAN("\xef\xbb\xbf"));
	str_splice(&t->want, 0, 0, SPAN("\xef\xbb\xbf"));
	return true;
}

bool damage_bad_bytes(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	trial_put(s, t);
	if (s->first < s->above + 1)
		return false;
	str_splice(&t->file, 0, 0, SPAN("\xe9\xff caf\xe9\n"));
	str_splice(&t->want, 0, 0, SPAN("\xe9\xff caf\xe9\n"));
	return true;
}

bool damage_dollars(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	struct sample own = *s;
	struct span line;
	char buf[600];
	int n;

	(void)d;
	if (!s->fresh.n || s->fresh.v[0].len > 500 || span_findc(s->before, '\r', 0) >= 0)
		return false;
	line = line_body(s->fresh.v[0]);
	n = snprintf(buf, sizeof(buf), "%.*s $& $1 \\1 $$ $'\n", (int)line.len, line.ptr);
	own.fresh.v = malloc(s->fresh.n * sizeof(*own.fresh.v));
	memcpy(own.fresh.v, s->fresh.v, s->fresh.n * sizeof(*own.fresh.v));
	own.fresh.v[0] = (struct span){ buf, (size_t)n };
	trial_put_file(&own, t);
	quote_both(&own, &find, &replace);
	quote_put(&t->find, &find);
	quote_put(&t->replace, &replace);
	free(own.fresh.v);
	return true;
}

static void dedent_and_trail(struct str *out, const struct quote *q, size_t n)
{
	for (size_t i = 0; i < q->n; i++) {
		bool empty = line_is_empty(q->v[i]);

		str_add_span(out, line_body(empty ? q->v[i] :
						    span_cut(q->v[i], n, q->v[i].len)));
		str_adds(out, empty ? "" : " ");
		add_eol(out, q->v[i]);
	}
}

bool damage_dedented_and_trail(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	size_t n = sample_indent(s);

	quote_both(s, &find, &replace);
	if (!n || !damage_trail_added(s, t, d))
		return false;
	str_reset(&t->find);
	str_reset(&t->replace);
	str_reset(&t->file);
	str_reset(&t->want);
	trial_put_file(s, t);
	dedent_and_trail(&t->find, &find, n);
	dedent_and_trail(&t->replace, &replace, n);
	return true;
}

bool damage_crlf_and_dedented(const struct sample *s, struct trial *t, struct dice *d)
{
	if (span_findc(s->before, '\r', 0) >= 0 || !damage_dedented(s, t, d))
		return false;
	str_through(&t->file, add_crlf);
	str_through(&t->want, add_crlf);
	return true;
}

bool damage_numbered_and_crlf(const struct sample *s, struct trial *t, struct dice *d)
{
	if (!damage_numbered(s, t, d))
		return false;
	str_through(&t->find, add_crlf);
	str_through(&t->replace, add_crlf);
	return true;
}
