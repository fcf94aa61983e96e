/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "repo/backend.h"
#include "repo/tree.h"
#include "sys/workers.h"

/* Larger files are data, however they look. */
#define FILE_MAX_BYTES ((size_t)1 << 20)

/* A NUL among the first bytes makes a file binary, to git as to us. */
#define BINARY_PEEK_BYTES 8000

#define PATHS_MAX_BYTES ((size_t)512 << 20)
#define FILES_PER_THREAD 256 /* less is not worth one */
#define FILES_PER_STEP 32

struct file {
	const char *path;
	struct id blob;
};

struct hit {
	size_t file, word, count;
};

/*
 * Words of one sort are found by cutting the text into identifiers and looking
 * each up in a hash table, all words in one pass. Words with other characters in
 * them are searched one by one.
 */
struct words {
	const char *const *v;
	size_t *len;
	size_t n;
	size_t *slot; /* index + 1; a power of two of them */
	size_t mask;
	bool first[256]; /* some word begins so */
};

struct search {
	struct repo *repo;
	struct words words;
	struct arena arena;
	struct file *files;
	size_t n_files, cap;
	struct worker *workers;
};

struct worker {
	struct search *search;
	void *store;
	size_t *count; /* of each word in the file at hand */
	struct hit *hits;
	size_t n, cap;
	struct worker *next;
};

/* Letters, digits, underscore, and whatever is not ASCII. */
static bool is_word_char(unsigned char c)
{
	return c >= 0x80 || c == '_' || (c >= '0' && c <= '9') ||
	       (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t hash(const char *s, size_t len)
{
	size_t h = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 1099511628211u;
	return h ^ h >> 32;
}

static bool is_identifier(const char *word)
{
	for (const char *p = word; *p; p++) {
		if (!is_word_char((unsigned char)*p))
			return false;
	}
	return *word != '\0';
}

static struct err *words_init(struct words *words, const char *const *v, size_t n)
{
	size_t size = 16;

	while (size < 4 * n)
		size *= 2;
	words->v = v;
	words->n = n;
	words->mask = size - 1;
	words->len = calloc(n + 1, sizeof(*words->len));
	words->slot = calloc(size, sizeof(*words->slot));
	if (!words->len || !words->slot)
		return err_nomem();
	for (size_t i = 0; i < n; i++) {
		size_t at;

		words->len[i] = strlen(v[i]);
		if (!is_identifier(v[i]))
			continue;
		at = hash(v[i], words->len[i]) & words->mask;
		while (words->slot[at])
			at = (at + 1) & words->mask;
		words->slot[at] = i + 1;
		words->first[(unsigned char)*v[i]] = true;
	}
	return NULL;
}

static void words_release(struct words *words)
{
	free(words->len);
	free(words->slot);
}

/* A word given twice counts twice. */
static void count_token(const struct words *words, const char *token, size_t len,
			size_t *count)
{
	size_t at = hash(token, len) & words->mask;

	for (; words->slot[at]; at = (at + 1) & words->mask) {
		size_t i = words->slot[at] - 1;

		if (words->len[i] == len && !memcmp(words->v[i], token, len))
			count[i]++;
	}
}

static void count_identifiers(const struct words *words, struct span text, size_t *count)
{
	const char *p = text.ptr, *end = p + text.len;

	while (p < end) {
		const char *start = p;

		while (p < end && is_word_char((unsigned char)*p))
			p++;
		if (p > start && words->first[(unsigned char)*start])
			count_token(words, start, (size_t)(p - start), count);
		while (p < end && !is_word_char((unsigned char)*p))
			p++;
	}
}

/* Whether a word that is no identifier ends at its edges, where they are word-like. */
static bool stands_alone(struct span text, size_t at, size_t len)
{
	if (at && is_word_char((unsigned char)text.ptr[at]) &&
	    is_word_char((unsigned char)text.ptr[at - 1]))
		return false;
	return at + len == text.len || !is_word_char((unsigned char)text.ptr[at + len]) ||
	       !is_word_char((unsigned char)text.ptr[at + len - 1]);
}

static size_t count_phrase(struct span text, struct span phrase)
{
	size_t n = 0;
	ptrdiff_t at = 0;

	while ((at = span_find(text, phrase, (size_t)at)) >= 0) {
		n += stands_alone(text, (size_t)at, phrase.len);
		at++;
	}
	return n;
}

static struct err *add_hit(struct worker *w, size_t file, size_t word)
{
	if (w->n == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 64;
		struct hit *hits = realloc(w->hits, cap * sizeof(*hits));

		if (!hits)
			return err_nomem();
		w->hits = hits;
		w->cap = cap;
	}
	w->hits[w->n++] = (struct hit){ file, word, w->count[word] };
	return NULL;
}

static struct err *count_text(struct worker *w, size_t file, struct span text)
{
	const struct words *words = &w->search->words;
	struct err *err = NULL;

	if (span_findc(span_cut(text, 0, BINARY_PEEK_BYTES), '\0', 0) >= 0)
		return NULL;
	memset(w->count, 0, words->n * sizeof(*w->count));
	count_identifiers(words, text, w->count);
	for (size_t i = 0; i < words->n && !err; i++) {
		if (!is_identifier(words->v[i]))
			w->count[i] = count_phrase(
				text, (struct span){ words->v[i], words->len[i] });
		if (w->count[i])
			err = add_hit(w, file, i);
	}
	return err;
}

static struct err *search_file(void *ctx, void *worker, size_t i)
{
	struct search *s = ctx;
	struct worker *w = worker;
	const struct id *id = &s->files[i].blob;
	struct object object;
	struct err *err = s->repo->backend->read(w->store, id, FILE_MAX_BYTES, &object);

	if (err)
		return err;
	if (object.type == OBJECT_NONE)
		err = backend_missing(s->repo, id);
	else if (object.size <= FILE_MAX_BYTES)
		err = count_text(w, i, object.bytes);
	object_release(&object);
	return err;
}

static struct err *add_file(void *ctx, const char *path, bool is_link,
			    const struct oid *blob)
{
	struct search *s = ctx;
	struct file *f;

	if (is_link)
		return NULL;
	if (s->n_files == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 256;
		struct file *files = realloc(s->files, cap * sizeof(*files));

		if (!files)
			return err_nomem();
		s->files = files;
		s->cap = cap;
	}
	f = &s->files[s->n_files];
	f->path = arena_dups(&s->arena, path);
	if (!f->path)
		return arena_err(&s->arena, "list of files");
	s->n_files++;
	return backend_id(s->repo, blob, &f->blob);
}

static struct err *begin_worker(void *ctx, void **worker)
{
	struct search *s = ctx;
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		return err_nomem();
	w->search = s;
	w->next = s->workers;
	s->workers = w;
	*worker = w;
	w->count = calloc(s->words.n + 1, sizeof(*w->count));
	return w->count ? backend_bulk(s->repo, &w->store) : err_nomem();
}

static void free_workers(struct search *s)
{
	while (s->workers) {
		struct worker *w = s->workers;

		s->workers = w->next;
		s->repo->backend->close(w->store);
		free(w->count);
		free(w->hits);
		free(w);
	}
}

static int hit_cmp(const void *pa, const void *pb)
{
	const struct hit *a = pa, *b = pb;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return a->word < b->word ? -1 : a->word > b->word;
}

static struct err *report(struct search *s,
			  struct err *(*fn)(void *ctx, const char *path, size_t word,
					    size_t count),
			  void *ctx)
{
	struct hit *all;
	size_t total = 0, at = 0;
	struct err *err = NULL;

	for (const struct worker *w = s->workers; w; w = w->next)
		total += w->n;
	all = calloc(total + 1, sizeof(*all));
	if (!all)
		return err_nomem();
	for (const struct worker *w = s->workers; w; w = w->next) {
		if (w->n)
			memcpy(all + at, w->hits, w->n * sizeof(*all));
		at += w->n;
	}
	qsort(all, total, sizeof(*all), hit_cmp);
	for (size_t i = 0; i < total && !err; i++)
		err = fn(ctx, s->files[all[i].file].path, all[i].word, all[i].count);
	free(all);
	return err;
}

struct err *repo_tree_grep(struct repo *repo, const struct oid *tree,
			   const char *const *words, size_t n_words,
			   struct err *(*fn)(void *ctx, const char *path, size_t word,
					     size_t count),
			   void *ctx)
{
	struct search s = { .repo = repo };
	struct workers_job job = {
		.step = FILES_PER_STEP,
		.worth = repo->backend->parallel ? FILES_PER_THREAD : SIZE_MAX,
		.ctx = &s,
		.begin = begin_worker,
		.item = search_file,
	};
	struct err *err;

	arena_init(&s.arena, PATHS_MAX_BYTES);
	err = words_init(&s.words, words, n_words);
	if (!err)
		err = backend_prefetch(repo, tree);
	if (!err)
		err = repo_tree_walk(repo, tree, add_file, &s);
	job.n = s.n_files;
	if (!err)
		err = workers_run(&job);
	if (!err)
		err = report(&s, fn, ctx);
	free_workers(&s);
	words_release(&s.words);
	arena_release(&s.arena);
	free(s.files);
	return err;
}
