/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/shape.h"

/* A larger number in a log is no count of tests. */
#define NUMBER_MAX 100000000

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool take_number(char field, struct span line, size_t *at, struct shape_sums *sums)
{
	size_t start = *at, n;

	while (*at < line.len && line.ptr[*at] >= '0' && line.ptr[*at] <= '9')
		++*at;
	if (!span_number(span_cut(line, start, *at), NUMBER_MAX, &n))
		return false;
	if (field == 'p')
		sums->passed += n;
	else if (field == 'f')
		sums->failed += n;
	else if (field == 's')
		sums->skipped += n;
	else if (field == 'r')
		sums->run += n;
	return true;
}

static bool match_from(const char *shape, struct span line, size_t at,
		       struct shape_sums *sums, struct span *name);

/* The least from at on that lets the rest of the shape match. */
static bool match_any(const char *shape, struct span line, size_t at,
		      struct shape_sums *sums, struct span *name, bool named)
{
	if (!*shape) { /* to the end: no need to try each place */
		if (named)
			*name = span_cut(line, at, line.len);
		return true;
	}
	for (size_t end = at; end <= line.len; end++) {
		struct shape_sums try = *sums;
		struct span inner = *name;

		/* A literal that does not stand here saves the call. */
		if (*shape != ' ' && *shape != '~' && *shape != '#' &&
		    (end == line.len || line.ptr[end] != *shape))
			continue;
		if (!match_from(shape, line, end, &try, &inner))
			continue;
		*sums = try;
		*name = named ? span_cut(line, at, end) : inner;
		return true;
	}
	return false;
}

static bool match_from(const char *shape, struct span line, size_t at,
		       struct shape_sums *sums, struct span *name)
{
	for (; *shape; shape++) {
		switch (*shape) {
		case ' ':
			if (at == line.len || !is_blank(line.ptr[at]))
				return false;
			while (shape[1] == ' ')
				shape++;
			/* fall through */
		case '~':
			while (at < line.len && is_blank(line.ptr[at]))
				at++;
			break;
		case '#':
			/* "# TOTAL:" is a literal: no field has that name */
			if (shape[1] == ' ') {
				if (at == line.len || line.ptr[at++] != '#')
					return false;
				break;
			}
			if (!take_number(*++shape, line, &at, sums))
				return false;
			break;
		case '*':
			return match_any(shape + 1, line, at, sums, name, false);
		case '%':
			if (shape[1] == 'n')
				return match_any(shape + 2, line, at, sums, name, true);
			/* fall through */
		default:
			if (at == line.len || line.ptr[at++] != *shape)
				return false;
		}
	}
	return at == line.len;
}

bool shape_match(const char *shape, struct span line, struct shape_sums *sums,
		 struct span *name)
{
	struct shape_sums try = sums ? *sums : (struct shape_sums){ 0 };
	struct span found = { 0 };

	if (!match_from(shape, line, 0, &try, &found))
		return false;
	if (sums)
		*sums = try;
	if (name)
		*name = found;
	return true;
}
