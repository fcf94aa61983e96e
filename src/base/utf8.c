/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8.h"

#include <string.h>

#include "base/compiler.h"

struct range {
	uint32_t first, last;
};

/* Sorted. Source: Default_Ignorable_Code_Point in DerivedCoreProperties.txt. */
static const struct range ignorable[] = {
	{ 0x00ad, 0x00ad },   { 0x034f, 0x034f },   { 0x061c, 0x061c },
	{ 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
	{ 0x200b, 0x200f },   { 0x202a, 0x202e },   { 0x2060, 0x206f },
	{ 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },   { 0xfff0, 0xfff8 },   { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

static unsigned char byte_at(struct span s, size_t at)
{
	return at < s.len ? (unsigned char)s.ptr[at] : 0;
}

size_t utf8_next(struct span s, size_t at, uint32_t *cp)
{
	unsigned char b = byte_at(s, at);
	unsigned char low = 0x80, high = 0xbf; /* what the second byte may be */
	size_t len, i;
	uint32_t value;

	if (b < 0x80) {
		*cp = b;
		return 1;
	}
	*cp = UTF8_BAD;
	if (b < 0xc2 || b > 0xf4)
		return 1;
	if (b < 0xe0) {
		len = 2;
		value = b & 0x1f;
	} else if (b < 0xf0) {
		len = 3;
		value = b & 0x0f;
		low = b == 0xe0 ? 0xa0 : low;
		high = b == 0xed ? 0x9f : high;
	} else {
		len = 4;
		value = b & 0x07;
		low = b == 0xf0 ? 0x90 : low;
		high = b == 0xf4 ? 0x8f : high;
	}
	for (i = 1; i < len; i++) {
		b = byte_at(s, at + i);
		if (b < low || b > high)
			return i;
		value = value << 6 | (b & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*cp = value;
	return len;
}

void utf8_add(struct str *out, uint32_t cp)
{
	char b[4];
	size_t len = 0;

	if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		cp = UTF8_REPLACEMENT;
	if (cp < 0x80) {
		b[len++] = (char)cp;
	} else if (cp < 0x800) {
		b[len++] = (char)(0xc0 | cp >> 6);
		b[len++] = (char)(0x80 | (cp & 0x3f));
	} else if (cp < 0x10000) {
		b[len++] = (char)(0xe0 | cp >> 12);
		b[len++] = (char)(0x80 | (cp >> 6 & 0x3f));
		b[len++] = (char)(0x80 | (cp & 0x3f));
	} else {
		b[len++] = (char)(0xf0 | cp >> 18);
		b[len++] = (char)(0x80 | (cp >> 12 & 0x3f));
		b[len++] = (char)(0x80 | (cp >> 6 & 0x3f));
		b[len++] = (char)(0x80 | (cp & 0x3f));
	}
	str_add(out, b, len);
}

/* From at over ASCII, by the word: most of most files is nothing else. */
static size_t skip_ascii(struct span s, size_t at)
{
	uint64_t w[4];

	for (; s.len - at >= sizeof(w); at += sizeof(w)) {
		memcpy(w, s.ptr + at, sizeof(w));
		if ((w[0] | w[1] | w[2] | w[3]) & 0x8080808080808080u)
			break;
	}
	while (at < s.len && (unsigned char)s.ptr[at] < 0x80)
		at++;
	return at;
}

size_t utf8_check(struct span s)
{
	size_t at = 0;
	uint32_t cp;

	while (at < s.len) {
		size_t len;

		if ((unsigned char)s.ptr[at] < 0x80) {
			at = skip_ascii(s, at);
			continue;
		}
		len = utf8_next(s, at, &cp);
		if (cp == UTF8_BAD)
			return at;
		at += len;
	}
	return s.len;
}

bool utf8_valid(struct span s)
{
	return utf8_check(s) == s.len;
}

bool utf8_is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

bool utf8_is_ignorable(uint32_t cp)
{
	if (cp < ignorable[0].first)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(ignorable); i++)
		if (cp <= ignorable[i].last)
			return cp >= ignorable[i].first;
	return false;
}

static bool is_hidden(uint32_t cp)
{
	if (cp >= 0xfe00 && cp <= 0xfe0f)
		return false;
	return utf8_is_control(cp) || utf8_is_ignorable(cp) || cp == 0x2028 ||
	       cp == 0x2029 || (cp >= 0xfff9 && cp <= 0xfffb);
}

void utf8_clean(struct str *out, struct span text, enum utf8_form form)
{
	size_t at = 0, clean = 0; /* [clean, at) needs no change */

	while (at < text.len) {
		uint32_t cp;
		size_t len = utf8_next(text, at, &cp);

		if (cp != UTF8_BAD && !is_hidden(cp)) {
			at += len;
			continue;
		}
		str_add_span(out, span_cut(text, clean, at));
		if (cp == '\r' && byte_at(text, at + 1) == '\n') {
			cp = '\n';
			len = 2;
		}
		if (cp == UTF8_BAD)
			utf8_add(out, UTF8_REPLACEMENT);
		else if (cp == '\n' || cp == '\t')
			str_addc(out, form == UTF8_TEXT ? (char)cp : ' ');
		else
			str_addc(out, '?');
		at += len;
		clean = at;
	}
	str_add_span(out, span_cut(text, clean, at));
}
