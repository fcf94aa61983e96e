/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quote.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

uint64_t roll(struct dice *d)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return d->state * 0x2545f4914f6cdd1du;
}

size_t roll_below(struct dice *d, size_t n)
{
	return n ? (size_t)(roll(d) >> 33) % n : 0;
}

void trial_init(struct trial *t)
{
	*t = (struct trial){
		.file = STR_INIT(SAMPLE_MAX_BYTES), .find = STR_INIT(SAMPLE_MAX_BYTES),
		.replace = STR_INIT(SAMPLE_MAX_BYTES), .want = STR_INIT(SAMPLE_MAX_BYTES),
	};
}

void trial_reset(struct trial *t)
{
	str_reset(&t->file);
	str_reset(&t->find);
	str_reset(&t->replace);
	str_reset(&t->want);
	t->must_refuse = t->may_hit = t->unasked = t->done = t->any_ends = false;
}

void trial_release(struct trial *t)
{
	str_release(&t->file);
	str_release(&t->find);
	str_release(&t->replace);
	str_release(&t->want);
}

struct bench_lines bench_split(struct span s)
{
	struct bench_lines lines = { .n = 0 };
	size_t cap = 0;

	while (s.len) {
		ptrdiff_t nl = span_findc(s, '\n', 0);
		size_t stop = nl < 0 ? s.len : (size_t)nl + 1;

		if (lines.n == cap) {
			cap = cap ? cap * 2 : 64;
			lines.v = realloc(lines.v, cap * sizeof(*lines.v));
			if (!lines.v)
				abort();
		}
		lines.v[lines.n++] = span_cut(s, 0, stop);
		s = span_cut(s, stop, s.len);
	}
	return lines;
}

static void quote_add(struct quote *q, struct span line)
{
	if (q->n < ARRAY_SIZE(q->v))
		q->v[q->n++] = line;
}

static void quote_with(const struct sample *s, struct quote *q, bool new, size_t above,
		       size_t below)
{
	q->n = 0;
	q->above = above;
	q->below = below;
	for (size_t i = s->first - above; i < s->first; i++)
		quote_add(q, s->file.v[i]);
	for (size_t i = 0; i < (new ? s->fresh.n : s->taken); i++)
		quote_add(q, new ? s->fresh.v[i] : s->file.v[s->first + i]);
	for (size_t i = 0; i < below; i++)
		quote_add(q, s->file.v[s->first + s->taken + i]);
}

void quote_both(const struct sample *s, struct quote *find, struct quote *replace)
{
	quote_with(s, find, false, s->above, s->below);
	quote_with(s, replace, true, s->above, s->below);
}

struct span line_body(struct span line)
{
	return span_ends(line, "\n") ? span_cut(line, 0, line.len - 1) : line;
}

size_t line_indent(struct span line)
{
	size_t n = 0;

	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	return n;
}

bool line_is_empty(struct span line)
{
	return !span_trim(line).len;
}

/* Context that both quotes share, by line of find: the edges. */
bool quote_is_context(const struct quote *q, size_t i)
{
	return i < q->above || i >= q->n - q->below;
}

void quote_put(struct str *out, const struct quote *q)
{
	for (size_t i = 0; i < q->n; i++)
		str_add_span(out, q->v[i]);
}

void trial_put_file(const struct sample *s, struct trial *t)
{
	str_add_span(&t->file, s->before);
	for (size_t i = 0; i < s->first; i++)
		str_add_span(&t->want, s->file.v[i]);
	for (size_t i = 0; i < s->fresh.n; i++)
		str_add_span(&t->want, s->fresh.v[i]);
	for (size_t i = s->first + s->taken; i < s->file.n; i++)
		str_add_span(&t->want, s->file.v[i]);
}

bool trial_put(const struct sample *s, struct trial *t)
{
	struct quote find, replace;

	quote_both(s, &find, &replace);
	trial_put_file(s, t);
	quote_put(&t->find, &find);
	quote_put(&t->replace, &replace);
	return true;
}

/* Whether some old and new line differ, but not once they are damaged. */
static bool loses_change(const struct sample *s, damage_line *fn, void *ctx)
{
	struct str old = STR_INIT(SAMPLE_MAX_BYTES), new = old;
	bool lost = false;

	for (size_t i = 0; i < s->above + s->taken + s->below; i++) {
		struct span a = s->file.v[s->first - s->above + i];

		str_reset(&old);
		fn(a, 1000 + i, false, ctx, &old);
		for (size_t j = 0; j < s->fresh.n; j++) {
			struct span b = s->fresh.v[j];

			str_reset(&new);
			fn(b, 1000 + i, false, ctx, &new);
			lost |= !span_eq(a, b) && span_eq(str_span(&old), str_span(&new));
		}
	}
	str_release(&old);
	str_release(&new);
	return lost;
}

/* The whole plan, each line put through fn; the file as it is. */
bool damage_lines(const struct sample *s, struct trial *t, damage_line *fn, void *ctx)
{
	struct quote find, replace;

	/* A change that the damage undoes is for no one to find. */
	if (loses_change(s, fn, ctx))
		return false;

	quote_both(s, &find, &replace);
	trial_put_file(s, t);
	for (size_t i = 0; i < find.n; i++)
		fn(find.v[i], i, quote_is_context(&find, i), ctx, &t->find);
	/* Context below counts from the end, so that both texts get the same damage. */
	for (size_t i = 0; i < replace.n; i++) {
		bool context = quote_is_context(&replace, i);
		size_t n = i < replace.above ? i : i >= replace.n - replace.below ?
			   find.n - (replace.n - i) : 1000 + i;

		fn(replace.v[i], n, context, ctx, &t->replace);
	}
	return strcmp(t->find.buf, "") && t->find.len;
}

bool trial_changed(const struct sample *s, const struct trial *t)
{
	struct quote find, replace;
	struct str plain = STR_INIT(SAMPLE_MAX_BYTES);
	bool differs;

	quote_both(s, &find, &replace);
	quote_put(&plain, &find);
	differs = !span_eq(str_span(&plain), str_span(&t->find));
	str_release(&plain);
	return differs;
}

void add_eol(struct str *out, struct span line)
{
	if (span_ends(line, "\n"))
		str_addc(out, '\n');
}

bool line_has_trail(struct span line)
{
	struct span b = line_body(line);

	return b.len && (b.ptr[b.len - 1] == ' ' || b.ptr[b.len - 1] == '\t');
}

size_t sample_indent(const struct sample *s)
{
	struct quote q[2];
	struct span base = { NULL, 0 };
	size_t common = SIZE_MAX;

	quote_both(s, &q[0], &q[1]);
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < q[k].n; i++) {
			struct span line = q[k].v[i];
			size_t n = line_indent(line), same = 0;

			if (line_is_empty(line))
				continue;
			if (!base.ptr)
				base = line;
			while (same < n && same < base.len && same < common &&
			       line.ptr[same] == base.ptr[same])
				same++;
			if (same < common)
				common = same;
		}
	}
	return common == SIZE_MAX ? 0 : common;
}

void drop_indent(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	size_t n = *(size_t *)ctx;

	(void)i, (void)context;
	str_add_span(out, line_is_empty(line) ? line : span_cut(line, n, line.len));
}

void add_crlf(struct str *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\n' && (!i || s.ptr[i - 1] != '\r'))
			str_addc(out, '\r');
		str_addc(out, s.ptr[i]);
	}
}

void str_through(struct str *s, void (*fn)(struct str *out, struct span s))
{
	struct str out = STR_INIT(SAMPLE_MAX_BYTES);

	fn(&out, str_span(s));
	str_reset(s);
	str_add_span(s, str_span(&out));
	str_release(&out);
}

static bool same_solid(struct span a, struct span b)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < a.len && strchr(" \t\r\n", a.ptr[i]))
			i++;
		while (j < b.len && strchr(" \t\r\n", b.ptr[j]))
			j++;
		if (i == a.len || j == b.len)
			return i == a.len && j == b.len;
		if (a.ptr[i++] != b.ptr[j++])
			return false;
	}
}

/* Whether n lines from first on stand in the file once, whatever their indentation. */
bool sample_once(const struct sample *s, size_t first, size_t n)
{
	size_t hits = 0;

	while (n && line_is_empty(s->file.v[first])) {
		first++;
		n--;
	}
	while (n && line_is_empty(s->file.v[first + n - 1]))
		n--;

	for (size_t i = 0; i + n <= s->file.n; i++) {
		size_t k = 0;

		while (k < n && span_eq(span_trim(s->file.v[i + k]),
					span_trim(s->file.v[first + k])))
			k++;
		hits += k == n;
	}
	return hits == 1;
}

/* How often the quoted lines stand in a text, or elsewhere in it, whatever their blanks. */
static size_t count_block(const struct sample *s, const struct bench_lines *text,
			  bool elsewhere)
{
	size_t first = s->first - s->above, n = s->above + s->taken + s->below, hits = 0;

	for (; n && line_is_empty(s->file.v[first]); n--)
		first++;
	while (n && line_is_empty(s->file.v[first + n - 1]))
		n--;
	for (size_t i = 0; n && i + n <= text->n; i++) {
		size_t k = 0;

		while (k < n && same_solid(text->v[i + k], s->file.v[first + k]))
			k++;
		hits += k == n && !(elsewhere && i == first);
	}
	return hits;
}

bool sample_stands_once(const struct sample *s)
{
	return count_block(s, &s->file, false) == 1;
}

bool sample_stands_elsewhere(const struct sample *s, struct span text)
{
	struct bench_lines lines = bench_split(text);
	bool stands = count_block(s, &lines, true) > 0;

	free(lines.v);
	return stands;
}

/* Whether the damaged text stands somewhere in the file, but for blanks at its edges. */
bool sample_loosely_has(const struct sample *s, const struct str *find)
{
	struct bench_lines lines = bench_split(span_trim(str_span(find)));
	bool found = false;

	for (size_t i = 0; i + lines.n <= s->file.n && !found; i++) {
		size_t k = 0;

		while (k < lines.n && span_eq(span_trim(s->file.v[i + k]),
					      span_trim(lines.v[k])))
			k++;
		found = k == lines.n;
	}
	free(lines.v);
	return found;
}

bool sample_is_vague(const struct sample *s)
{
	if (!sample_once(s, s->first - s->above, s->above + s->taken + s->below))
		return true;
	if (s->taken != s->fresh.n)
		return false;
	for (size_t i = 0; i < s->taken; i++)
		if (!same_solid(s->file.v[s->first + i], s->fresh.v[i]))
			return false;
	return true;
}

bool char_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool span_is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	return true;
}
