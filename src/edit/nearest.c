/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/nearest.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "edit/block.h"
#include "edit/fold.h"

/* A line that stands in more places than this points nowhere. */
#define VOTERS_MAX 12

#define NEAREST_SHOWN 3

/* Lines shorter than this are braces and the like. */
#define TELLING_BYTES 4

/* What is shown of a line that differs. */
#define SHOWN_BYTES 100

/* A file is read word by word for a failed edit only up to this size. */
#define WORDS_MAX_BYTES ((size_t)16 << 20)

/* And for no more than so many edits of a file. */
#define WORD_SCANS_MAX 20

/* Of the words of a line and its likeness so many must be shared, in percent. */
#define ALIKE_PERCENT 60

struct candidate {
	size_t first;  /* line where the text would start; may miss by lines left out */
	size_t votes;
};

static int by_first(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* Every telling line votes for the starts that would put it where it stands. */
static struct err *collect_votes(struct draft *d, const struct lines *find,
				 struct offsets *starts)
{
	for (size_t i = 0; i < find->n; i++) {
		struct offsets at = { .n = 0 };
		struct err *err;

		if (span_trim(find->v[i]).len < TELLING_BYTES)
			continue;
		err = block_lines(&d->line_index, &d->text, find->v[i], VOTERS_MAX, &at);
		for (size_t k = 0; !err && at.n < VOTERS_MAX && k < at.n; k++) {
			if (at.v[k] >= i)
				offsets_add(starts, at.v[k] - i);
		}
		offsets_release(&at);
		if (err || starts->failed)
			return err ? err : err_nomem();
	}
	if (starts->n > 1)
		qsort(starts->v, starts->n, sizeof(*starts->v), by_first);
	return NULL;
}

static void insert_best(struct candidate *best, size_t *n, struct candidate c)
{
	size_t at = *n;

	while (at && best[at - 1].votes < c.votes)
		at--;
	if (at == NEAREST_SHOWN)
		return;
	if (*n < NEAREST_SHOWN)
		++*n;
	memmove(best + at + 1, best + at, (*n - 1 - at) * sizeof(*best));
	best[at] = c;
}

static size_t count_votes(const struct offsets *starts, struct candidate *best)
{
	size_t n = 0;

	for (size_t i = 0; i < starts->n;) {
		size_t k = i;

		while (k < starts->n && starts->v[k] == starts->v[i])
			k++;
		insert_best(best, &n, (struct candidate){ starts->v[i], k - i });
		i = k;
	}
	return n;
}

static void add_shown(struct str *out, struct span line)
{
	line = span_trim(line);
	str_addc(out, '\'');
	str_add_span(out, span_cut(line, 0, SHOWN_BYTES));
	str_adds(out, line.len > SHOWN_BYTES ? "...'" : "'");
}

/* By byte, a bit for each: letters, digits, _ and all beyond ASCII. */
static const uint32_t word_bytes[8] = { 0, 0x03ff0000, 0x87fffffe, 0x07fffffe, UINT32_MAX,
					UINT32_MAX, UINT32_MAX, UINT32_MAX };

static bool is_word(char c)
{
	unsigned char b = (unsigned char)c;

	return word_bytes[b >> 5] >> (b & 31) & 1;
}

static bool next_word(struct span s, size_t *at, struct span *word)
{
	size_t start;

	while (*at < s.len && !is_word(s.ptr[*at]))
		++*at;
	start = *at;
	while (*at < s.len && is_word(s.ptr[*at]))
		++*at;
	*word = span_cut(s, start, *at);
	return word->len;
}

/* Whether the lines differ in one word that find has and the file nowhere. */
static bool is_misspelt(const struct draft *d, struct span find, struct span file)
{
	size_t i = 0, j = 0, differ = 0;
	struct span a, b, odd = SPAN("");

	for (;;) {
		bool more = next_word(find, &i, &a);

		if (next_word(file, &j, &b) != more)
			return false;
		if (!more)
			break;
		if (span_eq(a, b))
			continue;
		odd = a;
		differ++;
	}
	return differ == 1 && odd.len > 2 && span_find(d->text.view, odd, 0) < 0;
}

struct likeness {
	size_t same, stop;     /* lines alike; the line after the last one compared */
	size_t odd_find, odd_file;
	bool left_out;         /* the file has a line that find has not */
};

/* Follows find down the file from first on, over at most one line left out. */
static struct likeness follow(const struct draft *d, const struct lines *find, size_t first)
{
	const struct text *t = &d->text;
	struct likeness l = { .odd_find = SIZE_MAX };
	size_t line = first;

	for (size_t i = 0; i < find->n && line < t->n_lines; i++, line++) {
		if (fold_same(find->v[i], text_line(t, line), FOLD_UNICODE)) {
			l.same++;
			continue;
		}
		if (!l.left_out && line + 1 < t->n_lines && i &&
		    fold_same(find->v[i], text_line(t, line + 1), FOLD_UNICODE)) {
			l.left_out = true;
			l.odd_file = line++;
			l.odd_find = i;
			l.same++;
			continue;
		}
		if (l.odd_find == SIZE_MAX) {
			l.odd_find = i;
			l.odd_file = line;
		}
	}
	l.stop = line;
	return l;
}

static void describe(const struct draft *d, const struct lines *find,
		     const struct candidate *c, struct edit_result *result)
{
	struct likeness l = follow(d, find, c->first);
	size_t last = l.stop > c->first ? l.stop : c->first + 1;
	struct str detail = STR_INIT(EDIT_REASON_MAX_BYTES);
	const char *lead = "near";

	if (l.odd_find == SIZE_MAX)
		l.odd_find = 0;
	if (l.left_out && l.same == find->n && find->n >= 4) {
		lead = "did you mean";
		str_addf(&detail, "find leaves out line %zu: ", l.odd_file + 1);
		add_shown(&detail, text_line(&d->text, l.odd_file));
	} else if (l.odd_file < d->text.n_lines && l.same < find->n) {
		if (l.same + 1 == find->n && find->n >= 4 &&
		    is_misspelt(d, find->v[l.odd_find], text_line(&d->text, l.odd_file)))
			lead = "did you mean";
		str_addf(&detail, "line %zu is ", l.odd_file + 1);
		add_shown(&detail, text_line(&d->text, l.odd_file));
		str_adds(&detail, ", find has ");
		add_shown(&detail, find->v[l.odd_find]);
	}
	edit_result_note(result, "%s lines %zu-%zu (%zu of %zu lines alike): %s", lead,
			 c->first + 1, last, l.same, find->n, detail.buf);
	str_release(&detail);
}

/* The share of words, in percent, that line has in common with a sorted list. */
struct word_set {
	uint32_t hash[64];
	uint64_t seen; /* a bit for the lowest six of each */
	size_t n;
};

static bool next_hash(struct span s, size_t *at, uint32_t *hash)
{
	size_t i = *at;
	uint32_t h = 0x811c9dc5u;

	while (i < s.len && !is_word(s.ptr[i]))
		i++;
	if (i == s.len)
		return false;
	for (; i < s.len && is_word(s.ptr[i]); i++)
		h = (h ^ (unsigned char)s.ptr[i]) * 0x01000193u;
	*at = i;
	*hash = h ^ h >> 16;
	return true;
}

static void read_words(struct word_set *set, struct span line)
{
	size_t at = 0;

	while (set->n < ARRAY_SIZE(set->hash) && next_hash(line, &at, &set->hash[set->n]))
		set->seen |= (uint64_t)1 << (set->hash[set->n++] & 63);
}

static size_t share(const struct word_set *set, struct span line)
{
	size_t at = 0, words = 0, known = 0;
	uint32_t h;

	while (next_hash(line, &at, &h)) {
		size_t i = set->seen >> (h & 63) & 1 ? 0 : set->n;

		words++;
		while (i < set->n && set->hash[i] != h)
			i++;
		known += i < set->n;
	}
	return set->n + words ? 200 * known / (set->n + words) : 0;
}

/* Bytes looked at together: a bit of a word for each. */
#define BLOCK_BYTES ((size_t)64)

/* Which of the 64 bytes at p belong to words, by bits from the lowest on. */
#ifdef __SSE2__
static inline uint64_t word_bits_16(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i low = _mm_or_si128(v, _mm_set1_epi8(0x20));
	/* A range, moved to the lowest of the signed bytes, is what is below its length. */
	__m128i letter = _mm_cmplt_epi8(_mm_add_epi8(low, _mm_set1_epi8((char)(0x80 - 'a'))),
					_mm_set1_epi8(-128 + 26));
	__m128i digit = _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8((char)(0x80 - '0'))),
				       _mm_set1_epi8(-128 + 10));
	__m128i line = _mm_cmpeq_epi8(v, _mm_set1_epi8('_'));

	/* The highest bit is set in what is beyond ASCII as well. */
	return (uint64_t)(unsigned)_mm_movemask_epi8(
		_mm_or_si128(_mm_or_si128(letter, digit), _mm_or_si128(line, v)));
}

static inline uint64_t word_bits(const char *p)
{
	return word_bits_16(p) | word_bits_16(p + 16) << 16 | word_bits_16(p + 32) << 32 |
	       word_bits_16(p + 48) << 48;
}
#else
static uint64_t word_bits(const char *p)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < BLOCK_BYTES; i++)
		bits |= (uint64_t)is_word(p[i]) << i;
	return bits;
}
#endif

/* What is known of a word before it is read: a bit for its first byte and its length. */
static uint64_t look_bit(char first, size_t len)
{
	return (uint64_t)1 << (((unsigned char)first ^ len * 7) & 63);
}

static uint64_t looks_of(struct span line)
{
	struct span word;
	uint64_t looks = 0;
	size_t at = 0;

	while (next_word(line, &at, &word))
		looks |= look_bit(word.ptr[0], word.len);
	return looks;
}

/* Words of a text that may be some of a set, counted line by line. */
struct word_scan {
	const struct text *t;
	uint64_t looks;
	size_t least; /* that a line must have to be of interest */
	size_t line, hits;
	struct offsets *out; /* such lines */
};

static void count_word(struct word_scan *w, size_t start, size_t end)
{
	if (!(w->looks & look_bit(w->t->view.ptr[start], end - start)))
		return;
	if (start >= w->t->start[w->line + 1]) {
		while (start >= w->t->start[w->line + 1])
			w->line++;
		w->hits = 0;
	}
	if (++w->hits == w->least)
		offsets_add(w->out, w->line);
}

static void scan_words(struct word_scan *w)
{
	struct span view = w->t->view;
	uint64_t last = 0; /* whether the byte before the block is a word's */
	size_t start = 0;

	for (size_t at = 0; at <= view.len; at += BLOCK_BYTES) {
		char rest[BLOCK_BYTES];
		const char *p = view.ptr + at;
		uint64_t bits, edges;

		if (view.len - at < BLOCK_BYTES) {
			memset(rest, 0, sizeof(rest));
			memcpy(rest, p, view.len - at);
			p = rest;
		}
		bits = word_bits(p);
		/* Where words start and where they have ended, in turn. */
		edges = bits ^ (bits << 1 | last);
		if (last && edges) {
			count_word(w, start, at + (size_t)__builtin_ctzll(edges));
			edges &= edges - 1;
		}
		while (edges) {
			start = at + (size_t)__builtin_ctzll(edges);
			edges &= edges - 1;
			if (!edges)
				break;
			count_word(w, start, at + (size_t)__builtin_ctzll(edges));
			edges &= edges - 1;
		}
		last = bits >> 63;
	}
}

/* No line of find is in the file: lines with the words of its longest one. */
static struct err *explain_by_words(struct draft *d, const struct lines *find,
				    struct edit_result *result)
{
	struct candidate best[NEAREST_SHOWN + 1];
	struct word_set set = { .n = 0 };
	struct offsets lines = { .n = 0 };
	struct word_scan scan = { .t = &d->text, .out = &lines };
	struct span longest = SPAN("");
	size_t n = 0;

	for (size_t i = 0; i < find->n; i++) {
		if (span_trim(find->v[i]).len > longest.len)
			longest = span_trim(find->v[i]);
	}
	read_words(&set, longest);
	if (!set.n || d->text.view.len > WORDS_MAX_BYTES ||
	    d->n_word_scans++ >= WORD_SCANS_MAX)
		return NULL;
	scan.looks = looks_of(longest);
	/* What is shared cannot be more than all words of the line. */
	scan.least = (ALIKE_PERCENT * set.n + 199 - ALIKE_PERCENT) / (200 - ALIKE_PERCENT);
	scan_words(&scan);
	for (size_t i = 0; i < lines.n; i++) {
		struct span line = text_line(&d->text, lines.v[i]);
		size_t percent = line.len < 4 * longest.len + 40 ? share(&set, line) : 0;

		if (percent >= ALIKE_PERCENT)
			insert_best(best, &n, (struct candidate){ lines.v[i], percent });
	}
	for (size_t i = 0; i < n; i++) {
		struct str shown = STR_INIT(EDIT_REASON_MAX_BYTES);

		add_shown(&shown, text_line(&d->text, best[i].first));
		edit_result_note(result, "near line %zu: %s", best[i].first + 1, shown.buf);
		str_release(&shown);
	}
	if (n)
		result->line = best[0].first + 1;
	n = lines.failed;
	offsets_release(&lines);
	return n ? err_nomem() : NULL;
}

struct err *nearest_explain(struct draft *d, struct span find, struct edit_result *result)
{
	struct candidate best[NEAREST_SHOWN + 1];
	struct offsets starts = { .n = 0 };
	struct lines lines;
	size_t n = 0;
	struct err *err = lines_split(&lines, find);

	if (!err && lines.n)
		err = collect_votes(d, &lines, &starts);
	if (!err)
		n = count_votes(&starts, best);
	for (size_t i = 0; !err && i < n; i++)
		describe(d, &lines, &best[i], result);
	if (!err && n)
		result->line = best[0].first + 1;
	else if (!err)
		err = explain_by_words(d, &lines, result);
	offsets_release(&starts);
	lines_release(&lines);
	return err;
}
