/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/fold.h"

#include <string.h>

#include "base/compiler.h"
#include "base/utf8.h"
#include "edit/compose.h"
#include "edit/text.h"

/* Above all characters: the bytes that are none. */
#define RAW_BYTES 0x110000u

static const struct {
	uint32_t first, last;
	char ascii;
} kin[] = {
	{ 0x00a0, 0x00a0, ' ' },  { 0x2000, 0x200a, ' ' },   { 0x2010, 0x2015, '-' },
	{ 0x2018, 0x201b, '\'' }, { 0x201c, 0x201f, '"' },   { 0x202f, 0x202f, ' ' },
	{ 0x2032, 0x2032, '\'' }, { 0x2033, 0x2033, '"' },   { 0x205f, 0x205f, ' ' },
	{ 0x2212, 0x2212, '-' },  { 0x3000, 0x3000, ' ' },   { 0xfe58, 0xfe58, '-' },
	{ 0xfe63, 0xfe63, '-' },  { 0xff0d, 0xff0d, '-' },
};

char fold_ascii(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_SIZE(kin); i++) {
		if (cp >= kin[i].first && cp <= kin[i].last)
			return kin[i].ascii;
	}
	return '\0';
}

bool fold_is_widthless(uint32_t cp)
{
	return cp == 0x00ad || (cp >= 0x200b && cp <= 0x200d) || cp == 0x2060 ||
	       cp == 0xfeff || cp == 0x180e;
}

/* The character at *at, folded but not composed; RAW_BYTES and up for a bad byte. */
static uint32_t read_char(struct span line, size_t *at)
{
	uint32_t cp;
	size_t n;
	char ascii;

	if ((unsigned char)line.ptr[*at] < 0x80)
		return (unsigned char)line.ptr[(*at)++];
	n = utf8_next(line, *at, &cp);
	if (cp == UTF8_BAD)
		return RAW_BYTES + (unsigned char)line.ptr[(*at)++];
	*at += n;
	ascii = fold_ascii(cp);
	return ascii ? (uint32_t)ascii : cp;
}

static bool is_blank(uint32_t cp)
{
	return cp == ' ' || cp == '\t';
}

bool fold_next(struct span line, size_t *at, struct fold_unit *out)
{
	size_t next = *at, after;
	uint32_t cp = 0, mark, whole;

	do {
		if (next >= line.len) {
			*at = line.len;
			return false;
		}
		out->start = next;
		cp = read_char(line, &next);
	} while (fold_is_widthless(cp));
	out->end = next;
	for (after = next; after < line.len; out->end = next = after) {
		mark = read_char(line, &after);
		if (fold_is_widthless(mark))
			continue;
		if (is_blank(cp)) {
			if (!is_blank(mark))
				break;
			continue;
		}
		whole = compose(cp, mark);
		if (!whole)
			break;
		cp = whole;
	}
	out->cp = is_blank(cp) ? ' ' : cp;
	*at = next;
	return true;
}

/* What a character adds to the hash of its line: blanks nothing, order does not count. */
#define WEIGHT(cp) (((cp) == ' ' || (cp) == '\t') ? 0u : \
		    ((uint32_t)(cp) * 0x9e3779b1u) ^ ((uint32_t)(cp) * 0x85ebca6bu >> 7))
#define WEIGHTS_4(c) WEIGHT(c), WEIGHT((c) + 1), WEIGHT((c) + 2), WEIGHT((c) + 3)
#define WEIGHTS_16(c) WEIGHTS_4(c), WEIGHTS_4((c) + 4), WEIGHTS_4((c) + 8), WEIGHTS_4((c) + 12)
#define WEIGHTS_64(c) WEIGHTS_16(c), WEIGHTS_16((c) + 16), WEIGHTS_16((c) + 32), \
		      WEIGHTS_16((c) + 48)

static const uint32_t byte_weight[256] = { WEIGHTS_64(0), WEIGHTS_64(64), WEIGHTS_64(128),
					   WEIGHTS_64(192) };

static uint32_t hash_units(struct span line)
{
	struct fold_unit unit;
	size_t at = 0;
	uint32_t h = 0;

	while (fold_next(line, &at, &unit))
		h += WEIGHT(unit.cp);
	return h;
}

/*
 * A sum, since what it finds is compared anyway: no byte has to wait for the one
 * before it, and blanks need no care.
 */
uint32_t fold_hash(struct span line)
{
	const unsigned char *p = (const unsigned char *)line.ptr;
	uint32_t h = 0, high = 0;
	size_t i = 0;

	for (; line.len - i >= 4; i += 4) {
		uint32_t a = p[i], b = p[i + 1], c = p[i + 2], d = p[i + 3];

		high |= a | b | c | d;
		h += byte_weight[a] + byte_weight[b] + byte_weight[c] + byte_weight[d];
	}
	for (; i < line.len; i++) {
		high |= p[i];
		h += byte_weight[p[i]];
	}
	return high & 0x80 ? hash_units(line) : h;
}

static struct span trim_right(struct span s)
{
	return span_cut(s, 0, s.len - text_trail(s));
}

static struct span trim(struct span s)
{
	s = trim_right(s);
	return span_cut(s, text_indent(s), s.len);
}

static bool same_inner(struct span a, struct span b)
{
	size_t i = 0, j = 0;

	while (i < a.len && j < b.len) {
		if (a.ptr[i] != b.ptr[j] &&
		    !(is_blank((unsigned char)a.ptr[i]) && is_blank((unsigned char)b.ptr[j])))
			return false;
		if (is_blank((unsigned char)a.ptr[i])) {
			i += text_indent(span_cut(a, i, a.len));
			j += text_indent(span_cut(b, j, b.len));
		} else {
			i++;
			j++;
		}
	}
	return i == a.len && j == b.len;
}

/* The next unit that is no blank; *gap tells whether blanks stand before it. */
static bool next_solid(struct span line, size_t *at, struct fold_unit *unit, bool *gap)
{
	*gap = false;
	while (fold_next(line, at, unit)) {
		if (unit->cp != ' ')
			return true;
		*gap = true;
	}
	return false;
}

static bool same_units(struct span a, struct span b)
{
	size_t i = 0, j = 0;
	bool first = true;

	for (;;) {
		struct fold_unit x, y;
		bool gap_x, gap_y;
		bool more = next_solid(a, &i, &x, &gap_x);

		if (next_solid(b, &j, &y, &gap_y) != more)
			return false;
		if (!more)
			return true;
		if (x.cp != y.cp || (!first && gap_x != gap_y))
			return false;
		first = false;
	}
}

static bool is_ascii(struct span s)
{
	uint64_t word, all = 0;
	size_t i = 0;

	for (; s.len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s.ptr + i, sizeof(word));
		all |= word;
	}
	for (; i < s.len; i++)
		all |= (unsigned char)s.ptr[i];
	return !(all & 0x8080808080808080u);
}

bool fold_same(struct span a, struct span b, enum fold level)
{
	switch (level) {
	case FOLD_NONE:
		return span_eq(a, b);
	case FOLD_TRAIL:
		return span_eq(trim_right(a), trim_right(b));
	case FOLD_LEAD:
		return span_eq(trim(a), trim(b));
	case FOLD_INNER:
		return same_inner(trim(a), trim(b));
	case FOLD_UNICODE:
		/* What differs in ASCII at the level below does so here. */
		return same_inner(trim(a), trim(b)) ||
		       (!(is_ascii(a) && is_ascii(b)) && same_units(a, b));
	}
	return false;
}

bool fold_hides(struct span text)
{
	/* The bytes that what has no width starts with. */
	static const char leads[] = "\xc2\xe1\xe2\xef";

	for (size_t k = 0; leads[k]; k++) {
		ptrdiff_t at = -1;

		while ((at = span_findc(text, leads[k], (size_t)(at + 1))) >= 0) {
			uint32_t cp;

			utf8_next(text, (size_t)at, &cp);
			if (cp != UTF8_BAD && fold_is_widthless(cp))
				return true;
		}
	}
	return false;
}

/* A character that is found at every level as it is: no blank, no kin of others. */
static bool is_plain(char c)
{
	return c > ' ' && c < 0x7f && !strchr("'\"-", c);
}

struct span fold_plain(struct span line)
{
	struct span best = { line.ptr, 0 };
	size_t at = 0;

	while (at < line.len) {
		size_t start = at;

		while (at < line.len && is_plain(line.ptr[at]))
			at++;
		/* A mark may follow that makes another character of the last one. */
		if (at < line.len && at > start && (unsigned char)line.ptr[at] >= 0x80)
			best = at - 1 - start > best.len ? span_cut(line, start, at - 1) : best;
		else if (at - start > best.len)
			best = span_cut(line, start, at);
		at++;
	}
	return best;
}
