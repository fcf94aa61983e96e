/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/dollars.h"

void dollars_next(struct span s, size_t *at, struct span *literal, struct span *ref)
{
	size_t start = *at, end = start + 1;
	ptrdiff_t hit = span_findc(s, '$', start);

	*literal = (struct span){ NULL, 0 };
	*ref = SPAN("");
	if (hit != (ptrdiff_t)start) {
		*at = hit < 0 ? s.len : (size_t)hit;
		*literal = span_cut(s, start, *at);
		return;
	}
	if (end < s.len && s.ptr[end] == '$') {
		*at = end + 1;
		*literal = SPAN("$");
	} else if (end < s.len && s.ptr[end] == '{') {
		hit = span_findc(s, '}', end);
		*at = hit < 0 ? s.len : (size_t)hit + 1;
		*ref = hit < 0 ? *ref : span_cut(s, end + 1, (size_t)hit);
	} else {
		while (end < s.len && s.ptr[end] >= '0' && s.ptr[end] <= '9')
			end++;
		*at = end;
		*ref = span_cut(s, start + 1, end);
	}
}
