/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context/rank.h"

#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORDS_MAX RANK_WORDS_MAX
#define FILES_MAX 100000

/* A word that so many of the files hold says nothing. */
#define COMMON_SHARE 0.25
#define COMMON_LEAST 20

/* A path that holds the word is worth so many more occurrences. */
#define PATH_BONUS 3.0
#define STEM_MIN 4

static const double kind_weights[] = {
	[PATH_CODE] = 1.0, [PATH_TEST] = 0.5, [PATH_DATA] = 0.3,
	[PATH_PROSE] = 0.15, [PATH_MADE] = 0.05,
};

static const struct {
	const char *pattern; /* of the name, or with a slash of the path */
	enum path_kind kind;
} kinds[] = {
	{ "*.lock", PATH_MADE }, { "package-lock.json", PATH_MADE },
	{ "go.sum", PATH_MADE }, { "*.min.js", PATH_MADE }, { "*.min.css", PATH_MADE },
	{ "*.map", PATH_MADE }, { "*.po", PATH_MADE }, { "*.pot", PATH_MADE },
	{ "*.svg", PATH_MADE }, { "configure", PATH_MADE }, { "*.snap", PATH_MADE },
	{ "*vendor/*", PATH_MADE }, { "*node_modules/*", PATH_MADE },
	{ "*third_party/*", PATH_MADE },
	{ "changelog*", PATH_PROSE }, { "changes*", PATH_PROSE }, { "news*", PATH_PROSE },
	{ "authors*", PATH_PROSE }, { "copying*", PATH_PROSE },
	{ "license*", PATH_PROSE }, { "readme*", PATH_PROSE },
	{ "*.md", PATH_PROSE }, { "*.rst", PATH_PROSE },
	{ "*.adoc", PATH_PROSE }, { "*.txt", PATH_PROSE }, { "*.html", PATH_PROSE },
	{ "*.texi", PATH_PROSE }, { "*.[1-8]", PATH_PROSE }, { "*.tex", PATH_PROSE },
	{ "test_*", PATH_TEST }, { "*_test.*", PATH_TEST }, { "*.test.*", PATH_TEST },
	{ "*.spec.*", PATH_TEST }, { "*_spec.rb", PATH_TEST }, { "t/*", PATH_TEST },
	{ "test/*", PATH_TEST }, { "tests/*", PATH_TEST }, { "*/test/*", PATH_TEST },
	{ "*/tests/*", PATH_TEST }, { "*/testdata/*", PATH_TEST },
	{ "*.json", PATH_DATA }, { "*.y*ml", PATH_DATA }, { "*.toml", PATH_DATA },
	{ "*.xml", PATH_DATA }, { "*.csv", PATH_DATA }, { "*.css", PATH_DATA },
};

enum path_kind path_kind_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		bool whole = strchr(kinds[i].pattern, '/') != NULL;

		if (!fnmatch(kinds[i].pattern, whole ? path : name, FNM_CASEFOLD))
			return kinds[i].kind;
	}
	return PATH_CODE;
}

struct hits {
	const char *path;
	uint16_t counts[WORDS_MAX]; /* no more than it holds */
};

struct rank {
	const struct rank_word *words;
	size_t n_words, n_files;
	size_t holders[WORDS_MAX]; /* files that hold the word */
	struct hits *hits;
	size_t n, cap;
	size_t *slots; /* open hash of indexes + 1 into hits */
	size_t n_slots;
	struct ranked *sorted;
};

struct err *rank_new(struct rank **out, const struct rank_word *words, size_t n_words,
		     size_t n_files)
{
	struct rank *rank = calloc(1, sizeof(*rank));

	*out = rank;
	if (!rank)
		return err_nomem();
	rank->words = words;
	rank->n_words = n_words < WORDS_MAX ? n_words : WORDS_MAX;
	rank->n_files = n_files;
	return NULL;
}

void rank_free(struct rank *rank)
{
	if (!rank)
		return;
	free(rank->hits);
	free(rank->slots);
	free(rank->sorted);
	free(rank);
}

static size_t hash(const char *path)
{
	size_t h = 5381;

	while (*path)
		h = h * 33 ^ (unsigned char)*path++;
	return h;
}

static struct err *grow(struct rank *rank)
{
	size_t cap = rank->cap ? rank->cap * 2 : 64;
	struct hits *hits = realloc(rank->hits, cap * sizeof(*hits));
	size_t *slots;

	if (!hits)
		return err_nomem();
	rank->hits = hits;
	slots = calloc(cap * 2, sizeof(*slots));
	if (!slots)
		return err_nomem();
	free(rank->slots);
	rank->slots = slots;
	rank->n_slots = cap * 2;
	rank->cap = cap;
	for (size_t i = 0; i < rank->n; i++) {
		size_t at = hash(hits[i].path) % rank->n_slots;

		while (slots[at])
			at = (at + 1) % rank->n_slots;
		slots[at] = i + 1;
	}
	return NULL;
}

static struct err *hits_of(struct rank *rank, const char *path, struct hits **out)
{
	size_t at;
	struct err *err;

	if (rank->n == rank->cap) {
		err = grow(rank);
		if (err)
			return err;
	}
	for (at = hash(path) % rank->n_slots; rank->slots[at];
	     at = (at + 1) % rank->n_slots) {
		*out = &rank->hits[rank->slots[at] - 1];
		if (!strcmp((*out)->path, path))
			return NULL;
	}
	*out = &rank->hits[rank->n];
	**out = (struct hits){ .path = path };
	rank->slots[at] = ++rank->n;
	return NULL;
}

struct err *rank_add(struct rank *rank, const char *path, size_t word, size_t count)
{
	struct hits *hits;
	struct err *err;

	if (word >= rank->n_words || !count || rank->n >= FILES_MAX)
		return NULL;
	err = hits_of(rank, path, &hits);
	if (err)
		return err;
	if (!hits->counts[word])
		rank->holders[word]++;
	count += hits->counts[word];
	hits->counts[word] = count < UINT16_MAX ? (uint16_t)count : UINT16_MAX;
	return NULL;
}

/* Near enough to the binary logarithm of x >= 1, and the same on every machine. */
static double log_of(double x)
{
	double whole = 0;

	for (; x >= 2; x /= 2)
		whole++;
	return whole + x - 1;
}

static double rarity(const struct rank *rank, size_t word)
{
	double files = (double)(rank->n_files > rank->n ? rank->n_files : rank->n);
	double holders = (double)rank->holders[word];

	if (rank->holders[word] > COMMON_LEAST && holders > files * COMMON_SHARE)
		return 0;
	return holders ? log_of(1 + files / holders) * rank->words[word].weight : 0;
}

/* "src/main.c" is about main; "lib/parse.c" about parse_line, too. */
static bool path_is_about(const char *path, const char *word)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t stem = strcspn(name, ".");

	if (strcasestr(path, word))
		return true;
	return stem >= STEM_MIN && !strncasecmp(word, name, stem) && word[stem] == '_';
}

static double score(const struct rank *rank, const double *rarities,
		    const struct hits *hits)
{
	double sum = 0;

	for (size_t i = 0; i < rank->n_words; i++) {
		double times = hits->counts[i];

		if (!hits->counts[i])
			continue;
		if (path_is_about(hits->path, rank->words[i].text))
			times += PATH_BONUS;
		sum += rarities[i] * (1 + log_of(times));
	}
	return sum * kind_weights[path_kind_of(hits->path)];
}

static int better_first(const void *va, const void *vb)
{
	const struct ranked *a = va, *b = vb;

	if (a->score != b->score)
		return a->score < b->score ? 1 : -1;
	return strcmp(a->path, b->path);
}

struct err *rank_sort(struct rank *rank, const struct ranked **out, size_t *n)
{
	double rarities[WORDS_MAX];
	size_t kept = 0;

	*out = NULL;
	*n = 0;
	free(rank->sorted);
	rank->sorted = calloc(rank->n ? rank->n : 1, sizeof(*rank->sorted));
	if (!rank->sorted)
		return err_nomem();
	for (size_t i = 0; i < rank->n_words; i++)
		rarities[i] = rarity(rank, i);
	for (size_t i = 0; i < rank->n; i++) {
		double points = score(rank, rarities, &rank->hits[i]);

		if (points > 0)
			rank->sorted[kept++] =
				(struct ranked){ rank->hits[i].path, points };
	}
	qsort(rank->sorted, kept, sizeof(*rank->sorted), better_first);
	*out = rank->sorted;
	*n = kept;
	return NULL;
}
