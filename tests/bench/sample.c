/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "edit/region.h"

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
	t->must_refuse = t->may_hit = t->done = t->any_ends = false;
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

/* The quoted lines: context, old or new lines, context. */
struct quote {
	struct span v[512];
	size_t n, above, below; /* context lines at the edges */
};

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

static void quotes(const struct sample *s, struct quote *find, struct quote *replace)
{
	quote_with(s, find, false, s->above, s->below);
	quote_with(s, replace, true, s->above, s->below);
}

static struct span body_of(struct span line)
{
	return span_ends(line, "\n") ? span_cut(line, 0, line.len - 1) : line;
}

static size_t indent_of(struct span line)
{
	size_t n = 0;

	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	return n;
}

static bool is_empty(struct span line)
{
	return !span_trim(line).len;
}

/* Context that both quotes share, by line of find: the edges. */
static bool is_context(const struct quote *q, size_t i)
{
	return i < q->above || i >= q->n - q->below;
}

static void put(struct str *out, const struct quote *q)
{
	for (size_t i = 0; i < q->n; i++)
		str_add_span(out, q->v[i]);
}

static void put_file(const struct sample *s, struct trial *t)
{
	str_add_span(&t->file, s->before);
	for (size_t i = 0; i < s->first; i++)
		str_add_span(&t->want, s->file.v[i]);
	for (size_t i = 0; i < s->fresh.n; i++)
		str_add_span(&t->want, s->fresh.v[i]);
	for (size_t i = s->first + s->taken; i < s->file.n; i++)
		str_add_span(&t->want, s->file.v[i]);
}

static bool put_all(const struct sample *s, struct trial *t)
{
	struct quote find, replace;

	quotes(s, &find, &replace);
	put_file(s, t);
	put(&t->find, &find);
	put(&t->replace, &replace);
	return true;
}

static bool exact(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	return put_all(s, t);
}

typedef void damage_line(struct span line, size_t i, bool context, void *ctx,
			 struct str *out);

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
static bool damage_lines(const struct sample *s, struct trial *t, damage_line *fn, void *ctx)
{
	struct quote find, replace;

	/* A change that the damage undoes is for no one to find. */
	if (loses_change(s, fn, ctx))
		return false;

	quotes(s, &find, &replace);
	put_file(s, t);
	for (size_t i = 0; i < find.n; i++)
		fn(find.v[i], i, is_context(&find, i), ctx, &t->find);
	/* Context below counts from the end, so that both texts get the same damage. */
	for (size_t i = 0; i < replace.n; i++) {
		bool context = is_context(&replace, i);
		size_t n = i < replace.above ? i : i >= replace.n - replace.below ?
			   find.n - (replace.n - i) : 1000 + i;

		fn(replace.v[i], n, context, ctx, &t->replace);
	}
	return strcmp(t->find.buf, "") && t->find.len;
}

static bool changed(const struct sample *s, const struct trial *t)
{
	struct quote find, replace;
	struct str plain = STR_INIT(SAMPLE_MAX_BYTES);
	bool differs;

	quotes(s, &find, &replace);
	put(&plain, &find);
	differs = !span_eq(str_span(&plain), str_span(&t->find));
	str_release(&plain);
	return differs;
}

static void add_eol(struct str *out, struct span line)
{
	if (span_ends(line, "\n"))
		str_addc(out, '\n');
}

static void lose_trail(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	struct span b = body_of(line);

	(void)i, (void)context, (void)ctx;
	while (b.len && (b.ptr[b.len - 1] == ' ' || b.ptr[b.len - 1] == '\t'))
		b.len--;
	str_add_span(out, b);
	add_eol(out, line);
}

static bool has_trail(struct span line)
{
	struct span b = body_of(line);

	return b.len && (b.ptr[b.len - 1] == ' ' || b.ptr[b.len - 1] == '\t');
}

static bool trail_lost(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	/* What the commit itself did to trailing blanks is lost with them. */
	for (size_t i = 0; i < s->taken; i++)
		if (has_trail(s->file.v[s->first + i]))
			return false;
	for (size_t i = 0; i < s->fresh.n; i++)
		if (has_trail(s->fresh.v[i]))
			return false;
	return damage_lines(s, t, lose_trail, NULL) && changed(s, t);
}

static void gain_trail(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	const uint64_t *seed = ctx;

	(void)context;
	str_add_span(out, body_of(line));
	if (!is_empty(line) && (*seed >> (i % 60) & 1))
		str_adds(out, *seed & 4 ? "  " : " ");
	add_eol(out, line);
}

static bool trail_added(const struct sample *s, struct trial *t, struct dice *d)
{
	uint64_t seed = roll(d) | 1u << 3;

	/* What the commit itself did cannot be told from the damage. */
	for (size_t i = 0; i < s->taken; i++)
		if (has_trail(s->file.v[s->first + i]))
			return false;
	for (size_t i = 0; i < s->fresh.n; i++)
		if (has_trail(s->fresh.v[i]))
			return false;
	return damage_lines(s, t, gain_trail, &seed) && changed(s, t);
}

static size_t common_indent(const struct sample *s)
{
	struct quote q[2];
	struct span base = { NULL, 0 };
	size_t common = SIZE_MAX;

	quotes(s, &q[0], &q[1]);
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < q[k].n; i++) {
			struct span line = q[k].v[i];
			size_t n = indent_of(line), same = 0;

			if (is_empty(line))
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

static void drop_indent(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	size_t n = *(size_t *)ctx;

	(void)i, (void)context;
	str_add_span(out, is_empty(line) ? line : span_cut(line, n, line.len));
}

static bool dedented(const struct sample *s, struct trial *t, struct dice *d)
{
	size_t n = common_indent(s);

	(void)d;
	return n && damage_lines(s, t, drop_indent, &n);
}

static void more_indent(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	(void)i, (void)context;
	if (!is_empty(line))
		str_adds(out, ctx);
	str_add_span(out, line);
}

static bool indented(const struct sample *s, struct trial *t, struct dice *d)
{
	static const char *const by[] = { "  ", "    ", "\t", "        " };

	return damage_lines(s, t, more_indent, (void *)by[roll_below(d, 4)]);
}

static void strip_first(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	(void)context, (void)ctx;
	str_add_span(out, i ? line : span_cut(line, indent_of(line), line.len));
}

static bool first_stripped(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	return s->above && damage_lines(s, t, strip_first, NULL) && changed(s, t);
}

static void to_blanks(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	size_t n = indent_of(line), width = *(size_t *)ctx;

	(void)i, (void)context;
	for (size_t k = 0; k < n; k++) {
		if (line.ptr[k] == '\t')
			for (size_t w = 0; w < width; w++)
				str_addc(out, ' ');
		else
			str_addc(out, line.ptr[k]);
	}
	str_add_span(out, span_cut(line, n, line.len));
}

static bool has_indent(const struct sample *s, char c)
{
	struct quote find, replace;

	quotes(s, &find, &replace);
	for (size_t i = 0; i < find.n; i++)
		if (!is_empty(find.v[i]) && find.v[i].ptr[0] == c)
			return true;
	return false;
}

static bool tabs_to_blanks(const struct sample *s, struct trial *t, struct dice *d)
{
	size_t width = roll_below(d, 2) ? 4 : roll_below(d, 2) ? 8 : 2;

	/* Where blanks follow tabs, what was which is lost. */
	for (size_t i = 0; i < s->fresh.n; i++) {
		size_t n = indent_of(s->fresh.v[i]);

		if (n > 1 && memchr(s->fresh.v[i].ptr, ' ', n))
			return false; /* and so is whether there were tabs */
	}
	return has_indent(s, '\t') && damage_lines(s, t, to_blanks, &width) && changed(s, t);
}

static void to_tabs(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	size_t n = indent_of(line), width = *(size_t *)ctx, run = 0;

	(void)i, (void)context;
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

static bool blanks_to_tabs(const struct sample *s, struct trial *t, struct dice *d)
{
	size_t width = roll_below(d, 2) ? 4 : 2;

	for (size_t i = 0; i < s->fresh.n; i++)
		if (memchr(s->fresh.v[i].ptr, '\t', indent_of(s->fresh.v[i])))
			return false;
	return has_indent(s, ' ') && damage_lines(s, t, to_tabs, &width) && changed(s, t);
}

static void put_edges(struct str *out, unsigned where)
{
	if (where & 2)
		str_adds(out, "\n");
	if (where & 1)
		str_splice(out, 0, 0, SPAN("\n"));
}

static bool edge_lines(const struct sample *s, struct trial *t, struct dice *d)
{
	unsigned where = 1 + (unsigned)roll_below(d, 3);

	if (!s->above || !s->below || !s->fresh.n)
		return false;
	put_all(s, t);
	put_edges(&t->find, where);
	put_edges(&t->replace, where);
	return true;
}

static bool edge_lines_find(const struct sample *s, struct trial *t, struct dice *d)
{
	if (!s->above || !s->below)
		return false;
	/* One empty line of two less is what such a plan says. */
	if (is_empty(s->file.v[s->first - s->above]) ||
	    is_empty(s->file.v[s->first + s->taken + s->below - 1]))
		return false;
	put_all(s, t);
	/* Where such a line is in the file, it would be meant. */
	if (s->first + s->taken + s->below < s->file.n &&
	    is_empty(s->file.v[s->first + s->taken + s->below]))
		return false;
	if (s->first > s->above && is_empty(s->file.v[s->first - s->above - 1]))
		return false;
	put_edges(&t->find, 1 + (unsigned)roll_below(d, 3));
	return true;
}

/* With an empty line last, one newline less is one line less. */
static bool ends_empty(const struct str *s)
{
	return s->len < 2 || span_ends(str_span(s), "\n\n");
}

static bool newline_find_only(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	if (ends_empty(&t->find) || ends_empty(&t->replace))
		return false;
	if (!span_ends(str_span(&t->find), "\n") || !span_ends(str_span(&t->replace), "\n"))
		return false;
	str_truncate(&t->replace, t->replace.len - 1);
	return t->replace.len;
}

static bool newline_replace_only(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	if (ends_empty(&t->find) || ends_empty(&t->replace))
		return false;
	if (!span_ends(str_span(&t->find), "\n") || !span_ends(str_span(&t->replace), "\n"))
		return false;
	str_truncate(&t->find, t->find.len - 1);
	return t->find.len;
}

static bool newline_neither(const struct sample *s, struct trial *t, struct dice *d)
{
	return newline_find_only(s, t, d) && (str_truncate(&t->find, t->find.len - 1), 1);
}

static void add_crlf(struct str *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\n' && (!i || s.ptr[i - 1] != '\r'))
			str_addc(out, '\r');
		str_addc(out, s.ptr[i]);
	}
}

static void swap_in(struct str *s, void (*fn)(struct str *out, struct span s))
{
	struct str out = STR_INIT(SAMPLE_MAX_BYTES);

	fn(&out, str_span(s));
	str_reset(s);
	str_add_span(s, str_span(&out));
	str_release(&out);
}

static bool crlf_file(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	if (span_findc(s->before, '\r', 0) >= 0 || s->file.n < 2)
		return false;
	put_all(s, t);
	swap_in(&t->file, add_crlf);
	swap_in(&t->want, add_crlf);
	return true;
}

static bool crlf_plan(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	swap_in(&t->find, add_crlf);
	swap_in(&t->replace, add_crlf);
	return true;
}

static void add_mixed(struct str *out, struct span line, size_t salt)
{
	struct span b = body_of(line);

	str_add_span(out, b);
	if (b.len < line.len)
		str_adds(out, (salt * 2654435761u >> 7) & 1 ? "\r\n" : "\n");
}

static bool mixed_file(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	size_t salt = roll_below(d, 1 << 20);

	if (span_findc(s->before, '\r', 0) >= 0)
		return false;
	quotes(s, &find, &replace);
	put(&t->find, &find);
	put(&t->replace, &replace);
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

static bool same_solid(struct span a, struct span b)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < a.len && strchr(" \t\n", a.ptr[i]))
			i++;
		while (j < b.len && strchr(" \t\n", b.ptr[j]))
			j++;
		if (i == a.len || j == b.len)
			return i == a.len && j == b.len;
		if (a.ptr[i++] != b.ptr[j++])
			return false;
	}
}

/* Whether n lines from first on stand in the file once, whatever their indentation. */
static bool once(const struct sample *s, size_t first, size_t n)
{
	size_t hits = 0;

	while (n && is_empty(s->file.v[first])) {
		first++;
		n--;
	}
	while (n && is_empty(s->file.v[first + n - 1]))
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

/* More context than is needed, its middle elided, above or below. */
static bool elided(const struct sample *s, struct trial *t, struct dice *d)
{
	static const char *const marks[] = { "...\n", "// ... existing code ...\n",
		"\t/* ... */\n", "    # ... rest of the code ...\n", "        ...\n" };
	const char *mark = marks[roll_below(d, ARRAY_SIZE(marks))];
	size_t gap = 2 + roll_below(d, 4), lead = 2;
	struct quote find, replace;

	if (s->first < s->above + gap + lead ||
	    !once(s, s->first - s->above - gap - lead, lead))
		return false;
	quotes(s, &find, &replace);
	put_file(s, t);
	for (size_t k = 0; k < lead; k++) {
		struct span line = s->file.v[s->first - s->above - gap - lead + k];

		if (region_is_elision(line))
			return false;
		str_add_span(&t->find, line);
		str_add_span(&t->replace, line);
	}
	str_adds(&t->find, mark);
	str_adds(&t->replace, mark);
	put(&t->find, &find);
	put(&t->replace, &replace);
	return s->fresh.n || s->above || s->below;
}

/* Whether the damaged text stands somewhere in the file, but for blanks at its edges. */
static bool is_loosely_in(const struct sample *s, const struct str *find)
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
	if (!once(s, s->first - s->above, s->above + s->taken + s->below))
		return true;
	if (s->taken != s->fresh.n)
		return false;
	for (size_t i = 0; i < s->taken; i++)
		if (!same_solid(s->file.v[s->first + i], s->fresh.v[i]))
			return false;
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One letter of one long word doubled, in a context line of both texts. */
struct typo {
	size_t line, at;
};

static void make_typo(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	const struct typo *typo = ctx;

	if (i != typo->line || !context) {
		str_add_span(out, line);
		return;
	}
	str_add_span(out, span_cut(line, 0, typo->at));
	str_addc(out, line.ptr[typo->at] == 'x' ? 'z' : 'x');
	str_add_span(out, span_cut(line, typo->at + 1, line.len));
}

static bool misspelt(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	struct typo typo;

	quotes(s, &find, &replace);
	if (!find.n)
		return false;
	typo.line = roll_below(d, find.n);
	if (!is_context(&find, typo.line))
		return false;
	typo.at = roll_below(d, find.v[typo.line].len);
	if (!is_letter(find.v[typo.line].ptr[typo.at]))
		return false;
	t->must_refuse = true;
	return damage_lines(s, t, make_typo, &typo) && !is_loosely_in(s, &t->find);
}

static void leave_out(struct span line, size_t i, bool context, void *ctx, struct str *out)
{
	if (i != *(size_t *)ctx || !context)
		str_add_span(out, line);
}

static bool line_left_out(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	size_t which;

	quotes(s, &find, &replace);
	if (find.n < 4)
		return false;
	which = 1 + roll_below(d, find.n - 2);
	if (!is_context(&find, which) || is_empty(find.v[which]))
		return false;
	/* Of two equal lines either may be the one that is missing. */
	for (size_t i = 0; i < find.n; i++)
		if (i != which && span_eq(find.v[which], find.v[i]))
			return false;
	/* Left out next to an empty line at the edge, it may not be missed. */
	t->must_refuse = t->may_hit = true;
	return damage_lines(s, t, leave_out, &which) && !is_loosely_in(s, &t->find);
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

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	return true;
}

static bool typographic_plan(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	if (!is_ascii(s->before) || !is_ascii(str_span(&t->replace)))
		return false;
	swap_in(&t->find, to_typographic);
	swap_in(&t->replace, to_typographic);
	return changed(s, t);
}

static bool typographic_file(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	if (!is_ascii(s->before) || !is_ascii(str_span(&t->want)))
		return false;
	/* Which of the two a new line would have is for no one to tell. */
	for (size_t i = 0; i < s->fresh.n; i++)
		if (span_findc(s->fresh.v[i], '"', 0) >= 0 ||
		    span_findc(s->fresh.v[i], '\'', 0) >= 0)
			return false;
	swap_in(&t->file, to_typographic);
	swap_in(&t->want, to_typographic);
	return !is_ascii(str_span(&t->file));
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

static bool decomposed_plan(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	if (!is_ascii(s->before))
		return false;
	put_all(s, t);
	if (!is_ascii(str_span(&t->want)))
		return false;
	swap_in(&t->file, to_composed);
	swap_in(&t->want, to_composed);
	swap_in(&t->find, to_decomposed);
	swap_in(&t->replace, to_decomposed);
	return span_findc(str_span(&t->find), '\xcc', 0) >= 0;
}

static void escape(struct str *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '\n')
			str_adds(out, "\\n");
		else if (c == '\t')
			str_adds(out, "\\t");
		else if (c == '"' || c == '\\')
			str_addf(out, "\\%c", c);
		else
			str_addc(out, c);
	}
}

static bool escaped(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	swap_in(&t->find, escape);
	swap_in(&t->replace, escape);
	return changed(s, t);
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

static bool entities(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	swap_in(&t->find, to_entities);
	swap_in(&t->replace, to_entities);
	return changed(s, t);
}

static void number(struct str *out, const struct quote *q, size_t from, const char *form)
{
	for (size_t i = 0; i < q->n; i++) {
		str_addf(out, form, from + i);
		str_add_span(out, q->v[i]);
	}
}

static bool numbered(const struct sample *s, struct trial *t, struct dice *d)
{
	static const char *const forms[] = { "%zu: ", "%4zu| ", "%6zu\t", "%zu | " };
	const char *form = forms[roll_below(d, 3)];
	struct quote find, replace;

	quotes(s, &find, &replace);
	put_file(s, t);
	number(&t->find, &find, s->first - s->above + 1, form);
	number(&t->replace, &replace, s->first - s->above + 1, form);
	return true;
}

static bool fenced(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	str_splice(&t->find, 0, 0, SPAN("```c\n"));
	str_splice(&t->replace, 0, 0, SPAN("```c\n"));
	if (!span_ends(str_span(&t->find), "\n") || !span_ends(str_span(&t->replace), "\n"))
		return false;
	str_adds(&t->find, "```\n");
	str_adds(&t->replace, "```\n");
	return true;
}

static bool open_end(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
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

static bool with_bom(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	if (!is_ascii(span_cut(s->before, 0, 3)))
		return false;
	str_splice(&t->file, 0, 0, SPAN("\xef\xbb\xbf"));
	str_splice(&t->want, 0, 0, SPAN("\xef\xbb\xbf"));
	return true;
}

static bool bad_bytes(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	if (s->first < s->above + 1)
		return false;
	str_splice(&t->file, 0, 0, SPAN("\xe9\xff caf\xe9\n"));
	str_splice(&t->want, 0, 0, SPAN("\xe9\xff caf\xe9\n"));
	return true;
}

static bool dollars(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	struct sample own = *s;
	struct span line;
	char buf[600];
	int n;

	(void)d;
	if (!s->fresh.n || s->fresh.v[0].len > 500)
		return false;
	line = body_of(s->fresh.v[0]);
	n = snprintf(buf, sizeof(buf), "%.*s $& $1 \\1 $$ $'\n", (int)line.len, line.ptr);
	own.fresh.v = malloc(s->fresh.n * sizeof(*own.fresh.v));
	memcpy(own.fresh.v, s->fresh.v, s->fresh.n * sizeof(*own.fresh.v));
	own.fresh.v[0] = (struct span){ buf, (size_t)n };
	put_file(&own, t);
	quotes(&own, &find, &replace);
	put(&t->find, &find);
	put(&t->replace, &replace);
	free(own.fresh.v);
	return true;
}

static bool dedented_and_trail(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	size_t n = common_indent(s);

	quotes(s, &find, &replace);
	if (!n || !trail_added(s, t, d))
		return false;
	str_reset(&t->find);
	str_reset(&t->replace);
	str_reset(&t->file);
	str_reset(&t->want);
	put_file(s, t);
	for (size_t i = 0; i < find.n; i++) {
		struct span line = find.v[i];

		str_add_span(&t->find, body_of(is_empty(line) ? line :
						span_cut(line, n, line.len)));
		str_adds(&t->find, is_empty(line) ? "\n" : " \n");
	}
	for (size_t i = 0; i < replace.n; i++) {
		struct span line = replace.v[i];

		str_add_span(&t->replace, body_of(is_empty(line) ? line :
						   span_cut(line, n, line.len)));
		str_adds(&t->replace, is_empty(line) ? "\n" : " \n");
	}
	return true;
}

static bool crlf_and_dedented(const struct sample *s, struct trial *t, struct dice *d)
{
	if (span_findc(s->before, '\r', 0) >= 0 || !dedented(s, t, d))
		return false;
	swap_in(&t->file, add_crlf);
	swap_in(&t->want, add_crlf);
	return true;
}

static bool numbered_and_crlf(const struct sample *s, struct trial *t, struct dice *d)
{
	if (!numbered(s, t, d))
		return false;
	swap_in(&t->find, add_crlf);
	swap_in(&t->replace, add_crlf);
	return true;
}

/* The block once more at the end, one word changed: the twin must not be hit. */
static bool twin(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	struct str block = STR_INIT(SAMPLE_MAX_BYTES);
	size_t at;

	quotes(s, &find, &replace);
	put(&block, &find);
	at = roll_below(d, block.len);
	if (!block.len || !is_letter(block.buf[at]) || !span_ends(s->before, "\n") ||
	    s->file.n < find.n + 2) {
		str_release(&block);
		return false;
	}
	block.buf[at] = block.buf[at] == 'q' ? 'w' : 'q';
	put_all(s, t);
	str_addc(&t->file, '\n');
	str_add_span(&t->file, str_span(&block));
	str_addc(&t->want, '\n');
	str_add_span(&t->want, str_span(&block));
	str_release(&block);
	return true;
}

static bool twin_dedented(const struct sample *s, struct trial *t, struct dice *d)
{
	size_t n = common_indent(s);

	if (!n || !twin(s, t, d))
		return false;
	str_reset(&t->find);
	str_reset(&t->replace);
	{
		struct quote find, replace;

		quotes(s, &find, &replace);
		for (size_t i = 0; i < find.n; i++)
			drop_indent(find.v[i], i, false, &n, &t->find);
		for (size_t i = 0; i < replace.n; i++)
			drop_indent(replace.v[i], i, false, &n, &t->replace);
	}
	return true;
}

static bool twice(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	if (!span_ends(s->before, "\n"))
		return false;
	str_addc(&t->file, '\n');
	str_add_span(&t->file, str_span(&t->find));
	t->must_refuse = true;
	return true;
}

static bool twice_but_indent(const struct sample *s, struct trial *t, struct dice *d)
{
	struct quote find, replace;
	size_t n = common_indent(s);

	(void)d;
	quotes(s, &find, &replace);
	if (!n || !span_ends(s->before, "\n") || !find.n)
		return false;
	put_file(s, t);
	str_addc(&t->file, '\n');
	for (size_t i = 0; i < find.n; i++) {
		str_adds(&t->file, is_empty(find.v[i]) ? "" : "   ");
		str_add_span(&t->file, find.v[i]);
	}
	for (size_t i = 0; i < find.n; i++)
		drop_indent(find.v[i], i, false, &n, &t->find);
	for (size_t i = 0; i < replace.n; i++)
		drop_indent(replace.v[i], i, false, &n, &t->replace);
	t->must_refuse = true;
	/* Byte for byte it may be a third text of the file. */
	return span_find(str_span(&t->file), str_span(&t->find), 0) < 0;
}

/* Some line that says something is not in the other file. */
static bool is_foreign(struct span other, struct span text)
{
	struct span line;

	while (span_line(&text, &line)) {
		line = span_trim(line);
		if (line.len > 3 && span_find(other, line, 0) < 0)
			return true;
	}
	return false;
}

static bool other_file(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	put_all(s, t);
	if (!s->other.len || !is_foreign(s->other, str_span(&t->find)) ||
	    !is_foreign(s->other, str_span(&t->replace)))
		return false;
	str_reset(&t->file);
	str_add_span(&t->file, s->other);
	t->must_refuse = true;
	return true;
}

static bool region_gone(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	if (!once(s, s->first - s->above, s->above + s->taken + s->below))
		return false;
	put_all(s, t);
	str_reset(&t->file);
	for (size_t i = 0; i < s->file.n; i++)
		if (i < s->first - s->above || i >= s->first + s->taken + s->below)
			str_add_span(&t->file, s->file.v[i]);
	t->must_refuse = true;
	/* Elsewhere it would look applied. */
	return is_foreign(str_span(&t->file), str_span(&t->replace)) ||
	       span_find(str_span(&t->file), str_span(&t->replace), 0) < 0;
}

static bool done_already(const struct sample *s, struct trial *t, struct dice *d)
{
	(void)d;
	if (!once(s, s->first - s->above, s->above + s->taken + s->below))
		return false;
	put_all(s, t);
	str_reset(&t->file);
	str_add_span(&t->file, str_span(&t->want));
	t->must_refuse = t->done = true;
	/* What comes to stand there twice is for no one to tell. */
	return s->fresh.n && s->taken;
}

const struct damage damages[] = {
	{ "exact", exact },
	{ "trailing blanks lost", trail_lost },
	{ "trailing blanks added", trail_added },
	{ "dedented", dedented },
	{ "indented", indented },
	{ "first line stripped", first_stripped },
	{ "tabs to blanks", tabs_to_blanks },
	{ "blanks to tabs", blanks_to_tabs },
	{ "empty edge lines", edge_lines },
	{ "empty edge lines, find", edge_lines_find },
	{ "final newline, find", newline_find_only },
	{ "final newline, replace", newline_replace_only },
	{ "final newline, neither", newline_neither },
	{ "CRLF file", crlf_file },
	{ "CRLF plan", crlf_plan },
	{ "mixed file", mixed_file },
	{ "elided", elided },
	{ "typographic plan", typographic_plan },
	{ "typographic file", typographic_file },
	{ "decomposed plan", decomposed_plan },
	{ "escaped twice", escaped },
	{ "HTML entities", entities },
	{ "line numbers", numbered },
	{ "code fence", fenced },
	{ "no final newline", open_end },
	{ "BOM", with_bom },
	{ "invalid UTF-8 elsewhere", bad_bytes },
	{ "dollars in replace", dollars },
	{ "dedented, trailing blanks", dedented_and_trail },
	{ "CRLF file, dedented", crlf_and_dedented },
	{ "CRLF plan, line numbers", numbered_and_crlf },
	{ "near twin", twin },
	{ "near twin, dedented", twin_dedented },
	{ "!misspelt word", misspelt },
	{ "!line left out", line_left_out },
	{ "!two places", twice },
	{ "!two places but indent", twice_but_indent },
	{ "!another file", other_file },
	{ "!region gone", region_gone },
	{ "!applied already", done_already },
};

const size_t n_damages = ARRAY_SIZE(damages);
