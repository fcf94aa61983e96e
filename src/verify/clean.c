/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/clean.h"

#include <stdint.h>

#include "base/utf8.h"

#define ESC 0x1b
#define BEL 0x07

/* The end of the escape sequence that starts at i. */
static size_t skip_escape(struct span line, size_t i)
{
	unsigned char c;

	if (++i >= line.len)
		return i;
	c = (unsigned char)line.ptr[i++];
	if (c == '[') { /* CSI: parameters, then a final byte */
		while (i < line.len && (line.ptr[i] < 0x40 || line.ptr[i] > 0x7e))
			i++;
		return i < line.len ? i + 1 : i;
	}
	if (c == ']' || c == 'P' || c == '_' || c == '^') { /* up to BEL or ESC \ */
		for (; i < line.len; i++) {
			if (line.ptr[i] == BEL)
				return i + 1;
			if (line.ptr[i] == ESC)
				return i + 1 < line.len ? i + 2 : i + 1;
		}
		return i;
	}
	if (c >= 0x20 && c < 0x30) /* such as ESC ( B */
		return i < line.len ? i + 1 : i;
	return i;
}

/* What a last carriage return left: a progress line wrote over itself. */
static struct span overwritten(struct span line)
{
	size_t from;

	while (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	for (from = line.len; from; from--) {
		if (line.ptr[from - 1] == '\r')
			break;
	}
	return span_cut(line, from, line.len);
}

bool clean_already(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];

		if ((c < 0x20 && c != '\t') || c >= 0x7f)
			return false;
	}
	return true;
}

/* Where the last character of text begins; not before start. */
static size_t last_character(struct span text, size_t start)
{
	size_t at = text.len;

	while (at > start) {
		at--;
		if (((unsigned char)text.ptr[at] & 0xc0) != 0x80)
			break;
	}
	return at;
}

void clean_line(struct span line, struct str *out)
{
	size_t start = out->len;

	line = overwritten(line);
	if (clean_already(line)) {
		str_add_span(out, line);
		return;
	}
	for (size_t i = 0; i < line.len;) {
		uint32_t cp;
		size_t n;

		if (line.ptr[i] == ESC) {
			i = skip_escape(line, i);
			continue;
		}
		n = utf8_next(line, i, &cp);
		if (cp == UTF8_BAD)
			str_addc(out, '?');
		else if (cp == '\b')
			str_truncate(out, last_character(str_span(out), start));
		else if (cp == '\t' || !(utf8_is_control(cp) || utf8_is_ignorable(cp) ||
					 (cp >= 0x2028 && cp <= 0x202e)))
			str_add(out, line.ptr + i, n);
		i += n;
	}
}
