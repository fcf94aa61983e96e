/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/indents.h"

#include <string.h>

/* A file with fewer indented lines has no habit. */
#define HABIT_LINES 4u

static void count_line(struct indents *in, struct span indent)
{
	size_t tabs = 0;

	while (tabs < indent.len && indent.ptr[tabs] == '\t')
		tabs++;
	if (tabs && tabs == indent.len)
		in->tabs++;
	else if (indent.len > 1 && !memchr(indent.ptr, '\t', indent.len))
		in->blanks++;
	else if (indent.len > 1)
		in->both++;
}

struct span indents_get(const struct indents *in, const struct text *t, size_t i)
{
	return span_cut(t->view, in->v[i].at, in->v[i].at + in->v[i].len);
}

static void keep_indent(struct indents *in, const struct text *t, size_t at, size_t len)
{
	for (size_t i = 0; i < in->n; i++) {
		if (span_eq(indents_get(in, t, i), span_cut(t->view, at, at + len)))
			return;
	}
	if (in->n == INDENTS_MAX) {
		in->more = true;
		return;
	}
	in->v[in->n].at = (uint32_t)at;
	in->v[in->n++].len = (uint32_t)len;
}

void indents_read(struct indents *in, const struct text *t)
{
	if (in->known)
		return;
	in->known = true;
	for (size_t i = 0; i < t->n_lines; i++) {
		struct span line = text_line(t, i);
		size_t n = text_indent(line);

		if (n == line.len)
			continue;
		count_line(in, span_cut(line, 0, n));
		keep_indent(in, t, t->start[i], n);
	}
}

enum habit indents_habit(const struct indents *in)
{
	if (in->tabs >= HABIT_LINES && !in->blanks && !in->both)
		return HABIT_TABS;
	if (in->blanks >= HABIT_LINES && !in->tabs && !in->both)
		return HABIT_BLANKS;
	return HABIT_NONE;
}
