/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/import_go.h"

#include <string.h>

#include "plan/plan.h"

struct spec {
	struct span text; /* `f "fmt"` */
	struct span path;
	bool foreign; /* no part of the standard library */
};

static bool parse_spec(struct span s, struct spec *out)
{
	ptrdiff_t open, close, dot, slash;

	s = span_trim(s);
	if (span_starts(s, "import ") || span_starts(s, "import\t"))
		s = span_trim(span_cut(s, 6, s.len));
	open = span_findc(s, '"', 0);
	if (open < 0 || span_starts(s, "(") || span_starts(s, "//"))
		return false;
	close = span_findc(s, '"', (size_t)open + 1);
	if (close < 0)
		return false;
	out->text = span_cut(s, 0, (size_t)close + 1);
	out->path = span_cut(s, (size_t)open + 1, (size_t)close);
	dot = span_findc(out->path, '.', 0);
	slash = span_findc(out->path, '/', 0);
	out->foreign = dot >= 0 && (slash < 0 || dot < slash);
	return true;
}

static int compare(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int d = n ? memcmp(a.ptr, b.ptr, n) : 0;

	return d ? d : (a.len > b.len) - (a.len < b.len);
}

static bool same_spec(const struct spec *a, const struct spec *b)
{
	return span_eq(a->text, b->text);
}

/* The line of the first import block's `import (`, and that of its `)`. */
static bool find_block(const struct text *t, struct span code, size_t *open, size_t *close)
{
	for (size_t i = 0; i < t->n_lines; i++) {
		struct span s = span_trim(span_cut(code, t->start[i], t->start[i + 1]));

		if (!span_starts(s, "import"))
			continue;
		s = span_trim(span_cut(s, 6, s.len));
		if (!span_eqs(s, "("))
			continue;
		*open = i;
		for (*close = i + 1; *close < t->n_lines; ++*close) {
			s = span_cut(code, t->start[*close], t->start[*close + 1]);
			if (span_eqs(span_trim(s), ")"))
				return true;
		}
	}
	return false;
}

/* The place in [first, stop) for new, by line; *apart: it makes a group of its own. */
static size_t place_in_block(const struct text *t, size_t first, size_t stop,
			     const struct spec *new, bool *apart)
{
	size_t place = SIZE_MAX;

	for (size_t i = first; i < stop; i++) {
		struct spec old;

		if (!parse_spec(text_line(t, i), &old) || old.foreign != new->foreign)
			continue;
		if (compare(old.path, new->path) > 0 && place == SIZE_MAX)
			return i;
		place = i + 1;
		/* Below a smaller one, unless a larger one follows in its group. */
		for (; place < stop && parse_spec(text_line(t, place), &old); place++) {
			if (old.foreign == new->foreign && compare(old.path, new->path) > 0)
				return place;
		}
		return place;
	}
	*apart = true;
	return new->foreign ? stop : first;
}

static bool has_specs(const struct text *t, size_t first, size_t stop)
{
	struct spec old;

	for (size_t i = first; i < stop; i++) {
		if (parse_spec(text_line(t, i), &old))
			return true;
	}
	return false;
}

static void add_to_block(struct go_change *out, const struct text *t, size_t open,
			 size_t close, const struct spec *new)
{
	bool apart = false;
	size_t line = place_in_block(t, open + 1, close, new, &apart);

	apart &= has_specs(t, open + 1, close);
	out->start = out->end = t->start[line];
	if (apart && new->foreign)
		str_addc(&out->text, '\n');
	str_addc(&out->text, '\t');
	str_add_span(&out->text, new->text);
	str_addc(&out->text, '\n');
	if (apart && !new->foreign)
		str_addc(&out->text, '\n');
}

/* Two single imports become a block: sorted, the standard library first. */
static void make_block(struct go_change *out, const struct spec *old, struct span comment,
		       const struct spec *new)
{
	bool swap = old->foreign != new->foreign ? old->foreign :
						   compare(old->path, new->path) > 0;

	str_adds(&out->text, "import (\n\t");
	if (swap) {
		str_add_span(&out->text, new->text);
		str_adds(&out->text, old->foreign != new->foreign ? "\n\n\t" : "\n\t");
	}
	str_add_span(&out->text, old->text);
	str_add_span(&out->text, comment);
	if (!swap) {
		str_adds(&out->text, old->foreign != new->foreign ? "\n\n\t" : "\n\t");
		str_add_span(&out->text, new->text);
	}
	str_adds(&out->text, "\n)");
}

struct err *import_go(struct go_change *out, const struct text *t, struct span code,
		      struct span spec)
{
	size_t open = 0, close = 0, single = SIZE_MAX, singles = 0;
	struct spec new, old, only = { .foreign = false };
	bool block = find_block(t, code, &open, &close);

	*out = (struct go_change){ .text = STR_INIT(PLAN_MAX_BYTES) };
	if (!parse_spec(spec, &new)) {
		out->general = true;
		return NULL;
	}
	for (size_t i = 0; i < t->n_lines; i++) {
		struct span line = text_line(t, i);
		bool inside = block && i > open && i < close;

		if (!inside && !span_starts(line, "import"))
			continue;
		if (!parse_spec(line, &old))
			continue;
		if (same_spec(&old, &new)) {
			out->satisfied = true;
			return NULL;
		}
		/* cgo's import stays alone below its comment. */
		if (!inside && !span_eqs(old.path, "C")) {
			single = i;
			singles++;
			only = old;
		}
	}
	if (block) {
		add_to_block(out, t, open, close, &new);
	} else if (singles == 1) {
		struct span line = text_line(t, single);

		out->start = t->start[single];
		out->end = text_line_stop(t, single);
		make_block(out, &only, span_cut(line, (size_t)(only.text.ptr + only.text.len -
							       line.ptr), line.len), &new);
	} else {
		out->general = true;
	}
	return str_err(&out->text, "import_line");
}
