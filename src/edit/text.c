/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/text.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static const char bom[] = "\xef\xbb\xbf";

const char *text_refusal(struct span bytes)
{
	if (span_starts(bytes, "\xff\xfe") || span_starts(bytes, "\xfe\xff"))
		return "is UTF-16 or UTF-32 text; only UTF-8 and 8-bit text can be edited";
	if (bytes.len > TEXT_MAX_BYTES)
		return "is larger than 64 MiB";
	if (span_findc(bytes, '\0', 0) >= 0)
		return "is a binary file";
	if (bytes.len > TEXT_MAX_LINES && text_count(bytes, '\n') > TEXT_MAX_LINES)
		return "has more than 2,000,000 lines";
	return NULL;
}

size_t text_count(struct span s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == c;
	return n;
}

/* Bytes looked at together: a bit of a word for each. */
#define BLOCK_BYTES ((size_t)64)

/* Starts of lines that are written before it is known how many there are. */
#define STARTS_AT_ONCE 4u

/* How many bits are set, where no instruction tells. */
static unsigned count_bits(uint64_t v)
{
	v -= v >> 1 & 0x5555555555555555u;
	v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return (unsigned)(v * 0x0101010101010101u >> 56);
}

/* What a pass over the bytes of a text finds on its way. */
struct facts {
	unsigned beyond_ascii, cr;
};

#ifdef __SSE2__
/* Which of 16 bytes are c, by bits. */
static inline uint64_t bits_of(__m128i bytes, __m128i c)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, c));
}

/* Where in the 64 bytes at p an LF stands, by bits from the lowest on. */
static inline uint64_t lf_bits(const char *p, struct facts *facts)
{
	const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
	const __m128i *v = (const __m128i *)(const void *)p;
	__m128i a = _mm_loadu_si128(v), b = _mm_loadu_si128(v + 1);
	__m128i c = _mm_loadu_si128(v + 2), d = _mm_loadu_si128(v + 3);
	__m128i crs = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(a, cr), _mm_cmpeq_epi8(b, cr)),
				   _mm_or_si128(_mm_cmpeq_epi8(c, cr), _mm_cmpeq_epi8(d, cr)));
	__m128i all = _mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d));

	facts->cr |= (unsigned)_mm_movemask_epi8(crs);
	facts->beyond_ascii |= (unsigned)_mm_movemask_epi8(all);
	return bits_of(a, lf) | bits_of(b, lf) << 16 | bits_of(c, lf) << 32 |
	       bits_of(d, lf) << 48;
}
#else
static uint64_t lf_bits(const char *p, struct facts *facts)
{
	uint64_t lf = 0;

	for (unsigned i = 0; i < BLOCK_BYTES; i++) {
		lf |= (uint64_t)(p[i] == '\n') << i;
		facts->beyond_ascii |= (unsigned char)p[i] >= 0x80;
		facts->cr |= p[i] == '\r';
	}
	return lf;
}
#endif

static struct err *grow_lines(struct text *t, size_t *cap)
{
	uint32_t *start;

	*cap += *cap / 2 + t->view.len / 32 + 2 * BLOCK_BYTES;
	start = realloc(t->start, *cap * sizeof(*start));
	if (!start)
		return err_nomem();
	t->start = start;
	return NULL;
}

static inline uint64_t add_start(uint32_t **out, size_t at, uint64_t lf)
{
	*(*out)++ = (uint32_t)at + 1 + (uint32_t)__builtin_ctzll(lf | (uint64_t)1 << 63);
	return lf & (lf - 1);
}

/*
 * Adds where the lines start that the LFs end, the bytes of which begin at offset at.
 * Four are written whether there are as many or not: a jump for each cannot be foreseen.
 */
static inline void add_starts(struct text *t, size_t at, uint64_t lf)
{
	uint32_t *out = t->start + t->n_lines;

	t->n_lines += count_bits(lf);
	lf = add_start(&out, at, lf);
	lf = add_start(&out, at, lf);
	lf = add_start(&out, at, lf);
	lf = add_start(&out, at, lf);
	while (lf)
		lf = add_start(&out, at, lf);
}

/* Lines of s, by their starts; one more for where the last one ends. */
static struct err *index_lines(struct text *t, struct span s, struct facts *facts)
{
	size_t cap = 0;
	struct err *err = grow_lines(t, &cap);

	if (err)
		return err;
	t->start[t->n_lines++] = 0;
	for (size_t at = 0; at < s.len; at += BLOCK_BYTES) {
		char rest[BLOCK_BYTES];
		const char *p = s.ptr + at;

		if (s.len - at < BLOCK_BYTES) {
			memset(rest, 0, sizeof(rest));
			p = memcpy(rest, p, s.len - at);
		}
		if (cap - t->n_lines < BLOCK_BYTES + STARTS_AT_ONCE) {
			err = grow_lines(t, &cap);
			if (err)
				return err;
		}
		add_starts(t, at, lf_bits(p, facts));
	}
	/* What follows the last LF is a line only if there is something. */
	if (t->start[t->n_lines - 1] == s.len)
		t->n_lines--;
	t->start[t->n_lines] = (uint32_t)s.len;
	return NULL;
}

/* Copies without the CRs of CRLFs, noting where they were. */
static struct err *copy_view(struct text *t)
{
	struct span body = t->view;
	uint32_t out = 0, crs = 0;

	t->copy = malloc(body.len + BLOCK_BYTES);
	t->cr = malloc((t->n_lines + 1) * sizeof(*t->cr));
	if (!t->copy || !t->cr)
		return err_nomem();
	for (size_t i = 0; i < t->n_lines; i++) {
		size_t at = t->start[i], len = t->start[i + 1] - at;
		bool crlf = len > 1 && body.ptr[at + len - 1] == '\n' &&
			    body.ptr[at + len - 2] == '\r';

		/* Of a short line more is copied: that much at once takes no decision. */
		if (len <= BLOCK_BYTES && body.len - at >= BLOCK_BYTES)
			memcpy(t->copy + out, body.ptr + at, BLOCK_BYTES);
		else
			memcpy(t->copy + out, body.ptr + at, len);
		if (crlf)
			t->copy[out + len - 2] = '\n';
		t->start[i] = out;
		t->cr[i] = crs;
		out += (uint32_t)(len - crlf);
		crs += crlf;
	}
	t->start[t->n_lines] = out;
	t->cr[t->n_lines] = crs;
	t->view = (struct span){ t->copy, out };
	return NULL;
}

struct err *text_init(struct text *t, struct span bytes)
{
	struct facts facts = { .cr = 0 };
	struct span body;
	struct err *err;

	*t = (struct text){ .base = bytes };
	if (span_starts(bytes, bom))
		t->bom_bytes = strlen(bom);
	body = span_cut(bytes, t->bom_bytes, bytes.len);
	if (!body.ptr)
		body = SPAN("");
	t->view = body;
	err = index_lines(t, body, &facts);
	t->ascii = !facts.beyond_ascii;
	if (!err && facts.cr && span_find(body, SPAN("\r\n"), 0) >= 0)
		err = copy_view(t);
	return err;
}

void text_release(struct text *t)
{
	free(t->copy);
	free(t->start);
	free(t->cr);
	*t = (struct text){ .n_lines = 0 };
}

bool text_final_newline(const struct text *t)
{
	return !t->view.len || t->view.ptr[t->view.len - 1] == '\n';
}

size_t text_line_at(const struct text *t, size_t at)
{
	size_t low = 0, high = t->n_lines;

	if (at >= t->view.len)
		return text_final_newline(t) ? t->n_lines : t->n_lines - 1;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (t->start[mid] <= at)
			low = mid;
		else
			high = mid;
	}
	return low;
}

size_t text_line_stop(const struct text *t, size_t i)
{
	size_t stop = t->start[i + 1];

	if (stop > t->start[i] && t->view.ptr[stop - 1] == '\n')
		stop--;
	return stop;
}

struct span text_line(const struct text *t, size_t i)
{
	return span_cut(t->view, t->start[i], text_line_stop(t, i));
}

size_t text_base_at(const struct text *t, size_t at)
{
	size_t crs = t->cr ? t->cr[text_line_at(t, at)] : 0;

	return t->bom_bytes + at + crs;
}

char text_end(const struct text *t, size_t i)
{
	if (!t->cr)
		return '\n';
	if (i + 1 == t->n_lines && i && !text_final_newline(t))
		i--;
	return t->cr[i + 1] > t->cr[i] ? '\r' : '\n';
}

char text_end_near(const struct text *t, size_t at)
{
	size_t line;

	if (!t->cr || !t->n_lines)
		return '\n';
	line = text_line_at(t, at);
	if (line && (line == t->n_lines || t->start[line] == at))
		line--;
	return text_end(t, line);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t text_indent(struct span line)
{
	size_t n = 0;

	while (n < line.len && is_blank(line.ptr[n]))
		n++;
	return n;
}

size_t text_trail(struct span line)
{
	size_t n = 0;

	while (n < line.len && is_blank(line.ptr[line.len - 1 - n]))
		n++;
	return n;
}
