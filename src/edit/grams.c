/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/grams.h"

#include <stdlib.h>
#include <string.h>

#define GRAM_BYTES 6
#define STRIDE 3

void offsets_add(struct offsets *o, size_t at)
{
	if (o->failed)
		return;
	if (o->n == o->cap) {
		size_t cap = o->cap ? o->cap * 2 : 16;
		size_t *v = realloc(o->v, cap * sizeof(*v));

		if (!v) {
			o->failed = true;
			return;
		}
		o->v = v;
		o->cap = cap;
	}
	o->v[o->n++] = at;
}

void offsets_release(struct offsets *o)
{
	free(o->v);
	*o = (struct offsets){ .n = 0 };
}

void grams_release(struct grams *g)
{
	free(g->head);
	free(g->count);
	free(g->next);
	*g = (struct grams){ .n_samples = 0 };
}

static size_t bucket_of(const struct grams *g, const char *p)
{
	uint64_t gram = 0;

	memcpy(&gram, p, GRAM_BYTES);
	gram *= 0x9e3779b97f4a7c15u;
	return (size_t)(gram >> 32) & (g->n_buckets - 1);
}

static void file_sample(struct grams *g, struct span text, size_t sample)
{
	size_t b = bucket_of(g, text.ptr + sample * STRIDE);

	g->next[sample] = g->head[b];
	g->head[b] = (uint32_t)sample + 1;
	g->count[b]++;
}

static struct err *grow(struct grams *g, size_t samples)
{
	size_t cap = samples + samples / 2 + 64, buckets = 1024;
	uint32_t *next = realloc(g->next, cap * sizeof(*next));

	if (!next)
		return err_nomem();
	g->next = next;
	g->cap_samples = cap;
	while (buckets < cap)
		buckets *= 2;
	free(g->head);
	free(g->count);
	g->head = calloc(buckets, sizeof(*g->head));
	g->count = calloc(buckets, sizeof(*g->count));
	g->n_buckets = buckets;
	if (g->head && g->count)
		return NULL;
	grams_release(g);
	return err_nomem();
}

struct err *grams_extend(struct grams *g, struct span text)
{
	size_t samples, first = g->n_samples;

	if (text.len < GRAM_BYTES)
		return NULL;
	samples = (text.len - GRAM_BYTES) / STRIDE + 1;
	if (samples > g->cap_samples) {
		struct err *err = grow(g, samples);

		if (err)
			return err;
		first = 0;
	}
	for (size_t s = first; s < samples; s++)
		file_sample(g, text, s);
	g->n_samples = samples;
	return NULL;
}

struct err *offsets_find(struct span text, struct span needle, struct offsets *out)
{
	ptrdiff_t at = -1;

	while ((at = span_find(text, needle, (size_t)(at + 1))) >= 0)
		offsets_add(out, (size_t)at);
	return out->failed ? err_nomem() : NULL;
}

static int by_offset(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* For each phase the offset in needle whose gram is rarest. */
static size_t choose(const struct grams *g, struct span needle, size_t best[STRIDE])
{
	size_t total = 0;

	for (size_t phase = 0; phase < STRIDE; phase++) {
		uint32_t least = UINT32_MAX;

		for (size_t i = phase; i + GRAM_BYTES <= needle.len; i += STRIDE) {
			uint32_t n = g->count[bucket_of(g, needle.ptr + i)];

			if (n < least) {
				least = n;
				best[phase] = i;
			}
		}
		total += least;
	}
	return total;
}

struct err *grams_find(const struct grams *g, struct span text, struct span needle,
		       struct offsets *out)
{
	size_t best[STRIDE] = { 0 };

	if (needle.len > text.len)
		return NULL;
	/* Following more than one chain entry per 16 bytes is dearer than a scan. */
	if (needle.len < GRAM_BYTES + STRIDE - 1 || !g->n_samples ||
	    choose(g, needle, best) > text.len / 16 + 8)
		return offsets_find(text, needle, out);
	for (size_t phase = 0; phase < STRIDE; phase++) {
		size_t b = bucket_of(g, needle.ptr + best[phase]);

		for (uint32_t s = g->head[b]; s; s = g->next[s - 1]) {
			size_t at = (size_t)(s - 1) * STRIDE;

			if (at < best[phase] || at - best[phase] > text.len - needle.len)
				continue;
			at -= best[phase];
			if (!memcmp(text.ptr + at, needle.ptr, needle.len))
				offsets_add(out, at);
		}
	}
	if (out->failed)
		return err_nomem();
	if (out->n > 1)
		qsort(out->v, out->n, sizeof(*out->v), by_offset);
	return NULL;
}
