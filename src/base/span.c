/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/span.h"

#include <string.h>

#include "base/search.h"

struct span span_of(const char *s)
{
	return (struct span){ s, s ? strlen(s) : 0 };
}

struct span span_cut(struct span s, size_t start, size_t end)
{
	if (end > s.len)
		end = s.len;
	if (start > end)
		start = end;
	if (!s.ptr)
		return s;
	return (struct span){ s.ptr + start, end - start };
}

bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (!a.len || !memcmp(a.ptr, b.ptr, a.len));
}

bool span_eqs(struct span a, const char *s)
{
	return span_eq(a, span_of(s));
}

bool span_starts(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && (!n || !memcmp(s.ptr, prefix, n));
}

bool span_ends(struct span s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.len >= n && (!n || !memcmp(s.ptr + s.len - n, suffix, n));
}

ptrdiff_t span_find(struct span s, struct span needle, size_t from)
{
	const char *hit;

	if (!needle.len || from > s.len || needle.len > s.len - from)
		return -1;
	hit = search_bytes(s.ptr + from, s.len - from, needle.ptr, needle.len);
	return hit ? hit - s.ptr : -1;
}

ptrdiff_t span_findc(struct span s, char c, size_t from)
{
	const char *hit;

	if (from >= s.len)
		return -1;
	hit = memchr(s.ptr + from, c, s.len - from);
	return hit ? hit - s.ptr : -1;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span s)
{
	while (s.len && is_blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool span_line(struct span *rest, struct span *line)
{
	ptrdiff_t nl;

	if (!rest->len)
		return false;
	nl = span_findc(*rest, '\n', 0);
	if (nl < 0) {
		*line = *rest;
		*rest = span_cut(*rest, rest->len, rest->len);
	} else {
		*line = span_cut(*rest, 0, (size_t)nl);
		*rest = span_cut(*rest, (size_t)nl + 1, rest->len);
	}
	if (nl >= 0 && line->len && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}

bool span_split(struct span *rest, char sep, struct span *part)
{
	ptrdiff_t at;

	if (!rest->ptr)
		return false;
	at = span_findc(*rest, sep, 0);
	if (at < 0) {
		*part = *rest;
		*rest = (struct span){ NULL, 0 };
	} else {
		*part = span_cut(*rest, 0, (size_t)at);
		*rest = span_cut(*rest, (size_t)at + 1, rest->len);
	}
	return true;
}

bool span_number(struct span s, size_t max, size_t *out)
{
	size_t n = 0;

	if (!s.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		size_t digit;

		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		digit = (size_t)(s.ptr[i] - '0');
		if (digit > max || n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}
