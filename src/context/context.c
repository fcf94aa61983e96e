/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context/context.h"

#include <stdlib.h>
#include <string.h>

#include "context/excerpt.h"
#include "context/rank.h"
#include "repo/tree.h"

#define ARENA_MAX_BYTES ((size_t)64 << 20)
#define FILE_MAX_BYTES ((size_t)4 << 20)
#define EXCERPTS_MAX (CONTEXT_FILES_MAX * EXCERPT_PARTS_MAX)
#define TREE_LIST_BYTES 6000

/* A file that is named may take so much of the room, one that is only likely less. */
#define NAMED_SHARE 2
#define LIKELY_SHARE 5
#define WHOLE_BYTES 12000

/* Files whose score is below this part of the best one's are not worth their tokens. */
#define SCORE_SHARE 0.2

/* A name as short as "main.c" may fit many files: more than so many name none. */
#define SUFFIX_MATCHES_MAX 3

struct entry {
	const char *path;
	struct oid blob;
	bool excluded;
	bool taken;
};

struct gather {
	const struct context_spec *spec;
	struct context *out;
	struct arena scratch;
	struct entry *entries; /* sorted by path */
	size_t n, cap;
	struct rank *rank;
	size_t room; /* bytes left */
};

static struct err *on_file(void *ctx, const char *path, bool is_link,
			   const struct oid *blob)
{
	struct gather *g = ctx;

	if (is_link)
		return NULL;
	if (g->n == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 256;
		struct entry *grown = realloc(g->entries, cap * sizeof(*grown));

		if (!grown)
			return err_nomem();
		g->entries = grown;
		g->cap = cap;
	}
	g->entries[g->n] =
		(struct entry){ .path = arena_dups(&g->scratch, path), .blob = *blob };
	if (!g->entries[g->n].path)
		return arena_err(&g->scratch, "the list of files");
	g->n++;
	return NULL;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static struct entry *entry_of(struct gather *g, const char *path)
{
	const struct entry key = { .path = path };

	return g->n ? bsearch(&key, g->entries, g->n, sizeof(key), by_path) : NULL;
}

static struct err *on_excluded(void *ctx, const char *path)
{
	struct entry *entry = entry_of(ctx, path);

	if (entry)
		entry->excluded = true;
	return NULL;
}

static struct err *list_files(struct gather *g)
{
	const struct context_spec *spec = g->spec;
	struct err *err = repo_tree_walk(spec->repo, spec->tree, on_file, g);

	if (err)
		return err;
	if (g->n)
		qsort(g->entries, g->n, sizeof(*g->entries), by_path);
	if (!spec->exclude || !spec->exclude[0])
		return NULL;
	err = repo_tree_match(spec->repo, spec->tree, spec->exclude, on_excluded, g);
	return err_wrap(err, "dualfix.exclude");
}

/* ---- a file's excerpt ---- */

static bool is_binary(struct span text)
{
	return memchr(text.ptr, '\0', text.len < 8000 ? text.len : 8000) != NULL;
}

static struct err *add_quote(struct gather *g, const char *path,
			     const struct excerpt_part *part, size_t n_lines)
{
	struct context *out = g->out;
	struct quote *quote = &out->files[out->n_files];
	struct str clean = STR_INIT(part->text.len * 2 + 4096);
	size_t secrets = 0;
	struct err *err = secrets_filter(g->spec->secrets, part->text, &clean, &secrets);

	if (!err && part->first_line == 1 && part->last_line == n_lines)
		quote->title = arena_dups(&out->arena, path);
	else if (!err)
		quote->title =
			arena_printf(&out->arena, "%s (lines %zu-%zu of %zu)", path,
				     part->first_line, part->last_line, n_lines);
	if (!err) {
		quote->text.ptr = arena_dup(&out->arena, str_span(&clean));
		quote->text.len = clean.len;
		if (!quote->title || !quote->text.ptr)
			err = arena_err(&out->arena, "the excerpts");
	}
	if (!err) {
		out->withheld_lines += secrets;
		out->n_files++;
	}
	str_release(&clean);
	return err;
}

static struct err *add_excerpt(struct gather *g, const char *path, struct span text,
			       const size_t *lines, size_t n_lines, size_t most)
{
	const struct terms *terms = g->spec->terms;
	const char *words[TERMS_WORDS_MAX];
	struct excerpt excerpt;
	size_t before = g->out->n_files;
	struct err *err = NULL;

	for (size_t i = 0; i < terms->n_names; i++)
		words[i] = terms->words[i].text;
	excerpt_cut(&excerpt, text, lines, n_lines, words, terms->n_names,
		    most < WHOLE_BYTES ? most : WHOLE_BYTES, most);
	for (size_t i = 0; !err && i < excerpt.n; i++) {
		err = add_quote(g, path, &excerpt.parts[i], excerpt.n_lines);
		g->room -= excerpt.parts[i].text.len < g->room ? excerpt.parts[i].text.len
							       : g->room;
	}
	if (!err && g->out->n_files > before) {
		g->out->paths[g->out->n_paths] = arena_dups(&g->out->arena, path);
		if (!g->out->paths[g->out->n_paths])
			return arena_err(&g->out->arena, "the excerpts");
		g->out->n_paths++;
	}
	return err;
}

static struct err *show(struct gather *g, struct entry *entry, const size_t *lines,
			size_t n_lines, size_t most)
{
	struct str text = STR_INIT(FILE_MAX_BYTES);
	struct err *err;

	if (entry->taken || entry->excluded || g->out->n_paths == CONTEXT_FILES_MAX)
		return NULL;
	entry->taken = true;
	if (secrets_is_key_path(entry->path)) {
		g->out->withheld_files++;
		return NULL;
	}
	err = repo_blob(g->spec->repo, &entry->blob, FILE_MAX_BYTES, &text);
	if (err && err_kind(err) == ERR_INPUT) {
		err_drop(err); /* too large to be anybody's source */
		err = NULL;
	} else if (!err && !is_binary(str_span(&text))) {
		err = add_excerpt(g, entry->path, str_span(&text), lines, n_lines, most);
	}
	str_release(&text);
	return err;
}

/* ---- files that the issue names ---- */

static bool ends_in_path(const char *whole, const char *end)
{
	size_t n = strlen(whole), m = strlen(end);

	return m < n && whole[n - m - 1] == '/' && !strcmp(whole + n - m, end);
}

/*
 * The file that name means: exactly, or the only few that end so, or the longest that
 * an absolute name of another machine ends in. n_matches is 0 if there is none.
 */
static void match_name(struct gather *g, const char *name,
		       struct entry *matches[SUFFIX_MATCHES_MAX], size_t *n_matches)
{
	struct entry *longest = NULL;

	*n_matches = 0;
	matches[0] = entry_of(g, name);
	if (matches[0]) {
		*n_matches = 1;
		return;
	}
	for (size_t i = 0; i < g->n; i++) {
		struct entry *entry = &g->entries[i];

		if (ends_in_path(entry->path, name)) {
			if (*n_matches == SUFFIX_MATCHES_MAX) {
				*n_matches = 0;
				return;
			}
			matches[(*n_matches)++] = entry;
		} else if (strchr(entry->path, '/') && ends_in_path(name, entry->path) &&
			   (!longest || strlen(entry->path) > strlen(longest->path))) {
			longest = entry;
		}
	}
	if (!*n_matches && longest)
		matches[(*n_matches)++] = longest;
}

static struct err *show_named(struct gather *g)
{
	const struct terms *terms = g->spec->terms;
	struct err *err = NULL;

	for (size_t i = 0; !err && i < terms->n_places; i++) {
		struct entry *matches[SUFFIX_MATCHES_MAX];
		size_t lines[TERMS_PLACES_MAX], n_lines = 0, n_matches;
		const char *name = terms->places[i].path;

		match_name(g, name, matches, &n_matches);
		if (!n_matches || matches[0]->taken)
			continue;
		for (size_t j = i; j < terms->n_places; j++)
			if (terms->places[j].line && !strcmp(terms->places[j].path, name))
				lines[n_lines++] = terms->places[j].line;
		for (size_t j = 0; !err && j < n_matches; j++)
			err = show(g, matches[j], lines, n_lines, g->room / NAMED_SHARE);
	}
	return err;
}

/* ---- the likely rest ---- */

static struct err *on_hit(void *ctx, const char *path, size_t word, size_t count)
{
	struct gather *g = ctx;
	const struct entry *entry = entry_of(g, path);

	if (!entry || entry->excluded)
		return NULL;
	return rank_add(g->rank, entry->path, word, count);
}

static struct err *show_likely(struct gather *g)
{
	const struct terms *terms = g->spec->terms;
	const char *words[TERMS_WORDS_MAX];
	const struct ranked *ranked = NULL;
	double best = 0;
	size_t n = 0;
	struct err *err;

	if (!terms->n_words)
		return NULL;
	for (size_t i = 0; i < terms->n_words; i++)
		words[i] = terms->words[i].text;
	err = rank_new(&g->rank, terms->words, terms->n_words, g->n);
	if (!err)
		err = repo_tree_grep(g->spec->repo, g->spec->tree, words, terms->n_words,
				     on_hit, g);
	if (!err)
		err = rank_sort(g->rank, &ranked, &n);
	for (size_t i = 0; !err && i < n; i++) {
		struct entry *entry = entry_of(g, ranked[i].path);

		if (entry->taken)
			continue; /* named: no measure for the others */
		if (!best)
			best = ranked[i].score;
		if (ranked[i].score < best * SCORE_SHARE ||
		    g->out->n_paths == CONTEXT_FILES_MAX ||
		    g->room < g->spec->max_bytes / 20)
			break;
		err = show(g, entry, NULL, 0, g->spec->max_bytes / LIKELY_SHARE < g->room
						      ? g->spec->max_bytes / LIKELY_SHARE
						      : g->room);
	}
	return err;
}

static void list_tree(struct gather *g)
{
	struct str list = STR_INIT(TREE_LIST_BYTES);
	struct context *out = g->out;

	for (size_t i = 0; i < g->n; i++) {
		if (g->entries[i].excluded)
			continue;
		str_adds(&list, g->entries[i].path);
		str_addc(&list, '\n');
	}
	if (!list.failed && list.len) {
		out->tree.title = "Files:";
		out->tree.text.ptr = arena_dup(&out->arena, str_span(&list));
		out->tree.text.len = list.len;
	}
	str_release(&list);
}

struct err *context_make(struct context *out, const struct context_spec *spec)
{
	struct gather g = { .spec = spec, .out = out, .room = spec->max_bytes };
	struct err *err = NULL;

	*out = (struct context){ 0 };
	arena_init(&out->arena, ARENA_MAX_BYTES);
	arena_init(&g.scratch, ARENA_MAX_BYTES);
	out->files = arena_array(&out->arena, EXCERPTS_MAX, sizeof(*out->files));
	out->paths = arena_array(&out->arena, CONTEXT_FILES_MAX + 1, sizeof(*out->paths));
	if (!out->files || !out->paths)
		err = arena_err(&out->arena, "the excerpts");
	if (!err)
		err = list_files(&g);
	if (!err)
		err = show_named(&g);
	if (!err)
		err = show_likely(&g);
	if (!err)
		list_tree(&g);
	rank_free(g.rank);
	free(g.entries);
	arena_release(&g.scratch);
	return err;
}

void context_release(struct context *context)
{
	arena_release(&context->arena);
	*context = (struct context){ 0 };
}
