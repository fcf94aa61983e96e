/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/block.h"

#include <stdlib.h>

#include "edit/fold.h"

struct err *lines_split(struct lines *out, struct span s)
{
	size_t n = text_count(s, '\n') + 1;

	*out = (struct lines){ .v = calloc(n, sizeof(struct span)) };
	if (!out->v)
		return err_nomem();
	out->ended = span_ends(s, "\n");
	while (s.len) {
		ptrdiff_t nl = span_findc(s, '\n', 0);
		size_t stop = nl < 0 ? s.len : (size_t)nl;

		out->v[out->n++] = span_cut(s, 0, stop);
		s = span_cut(s, stop + (nl >= 0), s.len);
	}
	return NULL;
}

void lines_release(struct lines *lines)
{
	free(lines->v);
	*lines = (struct lines){ .n = 0 };
}

void line_index_release(struct line_index *index)
{
	free(index->hash);
	free(index->next);
	free(index->head);
	free(index->count);
	*index = (struct line_index){ .n_lines = 0 };
}

static struct err *build(struct line_index *index, const struct text *t)
{
	size_t n = t->n_lines, buckets = 64;

	if (index->hash)
		return NULL;
	while (buckets < n)
		buckets *= 2;
	index->n_buckets = buckets;
	index->n_lines = n;
	index->hash = malloc((n + 1) * sizeof(uint32_t));
	index->next = malloc((n + 1) * sizeof(uint32_t));
	index->head = calloc(buckets, sizeof(uint32_t));
	index->count = calloc(buckets, sizeof(uint32_t));
	if (!index->hash || !index->next || !index->head || !index->count) {
		line_index_release(index);
		return err_nomem();
	}
	for (size_t i = n; i-- > 0;) {
		uint32_t h = fold_hash(text_line(t, i));
		size_t b = h & (buckets - 1);

		index->hash[i] = h;
		index->next[i] = index->head[b];
		index->head[b] = (uint32_t)i + 1;
		index->count[b]++;
	}
	return NULL;
}

static bool is_block(const struct line_index *index, const struct text *t, size_t first,
		     const struct span *block, const uint32_t *hash, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (index->hash[first + i] != hash[i])
			return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (!fold_same(text_line(t, first + i), block[i], FOLD_UNICODE))
			return false;
	}
	return true;
}

/* The line of the block that stands most rarely in the file; n if all are blank. */
static size_t rarest(const struct line_index *index, const uint32_t *hash, size_t n)
{
	uint32_t blank = fold_hash(SPAN("")), least = UINT32_MAX;
	size_t which = n;

	for (size_t i = 0; i < n; i++) {
		uint32_t count = index->count[hash[i] & (index->n_buckets - 1)];

		if (hash[i] != blank && count < least) {
			least = count;
			which = i;
		}
	}
	return which;
}

struct err *block_find(struct line_index *index, const struct text *t,
		       const struct span *block, size_t n, struct offsets *out)
{
	struct err *err = build(index, t);
	uint32_t *hash;
	size_t key;

	if (err || !n || n > t->n_lines)
		return err;
	hash = malloc(n * sizeof(*hash));
	if (!hash)
		return err_nomem();
	for (size_t i = 0; i < n; i++)
		hash[i] = fold_hash(block[i]);
	key = rarest(index, hash, n);
	if (key < n) {
		uint32_t at = index->head[hash[key] & (index->n_buckets - 1)];

		for (; at; at = index->next[at - 1]) {
			size_t line = at - 1;

			if (line < key || line - key > t->n_lines - n)
				continue;
			if (is_block(index, t, line - key, block, hash, n))
				offsets_add(out, line - key);
		}
	}
	free(hash);
	return out->failed ? err_nomem() : NULL;
}

struct err *block_lines(struct line_index *index, const struct text *t, struct span line,
			size_t max, struct offsets *out)
{
	struct err *err = build(index, t);
	uint32_t hash = fold_hash(line), at;

	if (err)
		return err;
	at = index->head[hash & (index->n_buckets - 1)];
	for (; at && out->n < max; at = index->next[at - 1]) {
		if (index->hash[at - 1] == hash &&
		    fold_same(text_line(t, at - 1), line, FOLD_UNICODE))
			offsets_add(out, at - 1);
	}
	return out->failed ? err_nomem() : NULL;
}
