/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "repo/backend.h"
#include "repo/git.h"
#include "repo/tree.h"

#define FACTS_MAX_BYTES ((size_t)256 << 20)
#define WORD_MAX_BYTES ((size_t)256)

/* How far back "recent" reaches, and how long a look at it may take. */
#define HISTORY_COMMITS "200"
#define HISTORY_TIMEOUT_MS 5000
#define HISTORY_MAX_BYTES ((size_t)16 << 20)

struct place {
	struct place *next;
	const char *path;
};

/* What is known of one word. A search costs the whole tree, so nothing is asked twice. */
struct fact {
	struct fact *next;
	const char *word;
	bool searched, looked_back;
	size_t count;
	struct place *places, **end;
	bool removed;
};

struct repo_evidence {
	struct evidence evidence;
	struct repo *repo;
	struct oid commit, tree;
	struct arena arena;
	struct fact *facts;
	struct str recent; /* commits to look back at, one a line */
};

static struct err *fact_of(struct repo_evidence *re, const char *word, struct fact **out)
{
	struct fact *f = re->facts;

	while (f && strcmp(f->word, word))
		f = f->next;
	*out = f;
	if (f)
		return NULL;
	f = arena_alloc(&re->arena, sizeof(*f));
	if (f)
		f->word = arena_dups(&re->arena, word);
	if (!f || !f->word)
		return arena_err(&re->arena, "words looked up");
	f->end = &f->places;
	f->next = re->facts;
	re->facts = f;
	*out = f;
	return NULL;
}

struct filling {
	struct repo_evidence *re;
	struct fact **facts;
};

static struct err *add_place(void *ctx, const char *path, size_t word, size_t count)
{
	struct filling *filling = ctx;
	struct arena *arena = &filling->re->arena;
	struct fact *f = filling->facts[word];
	struct place *place = arena_alloc(arena, sizeof(*place));

	if (place)
		place->path = arena_dups(arena, path);
	if (!place || !place->path)
		return arena_err(arena, "words looked up");
	f->count += count;
	*f->end = place;
	f->end = &place->next;
	return NULL;
}

struct err *repo_evidence_prime(struct repo_evidence *re, const char *const *words,
				size_t n)
{
	struct filling filling = { .re = re,
				   .facts = calloc(n + 1, sizeof(struct fact *)) };
	const char **open = calloc(n + 1, sizeof(*open));
	struct err *err = filling.facts && open ? NULL : err_nomem();
	size_t n_open = 0;

	for (size_t i = 0; i < n && !err; i++) {
		struct fact *f;

		err = fact_of(re, words[i], &f);
		if (err || f->searched)
			continue;
		f->searched = true; /* at once, so that a word given twice counts once */
		open[n_open] = f->word;
		filling.facts[n_open++] = f;
	}
	if (!err && n_open)
		err = repo_tree_grep(re->repo, &re->tree, open, n_open, add_place,
				     &filling);
	for (size_t i = 0; i < n_open && err; i++) {
		filling.facts[i]->searched = false;
		filling.facts[i]->count = 0;
		filling.facts[i]->places = NULL;
		filling.facts[i]->end = &filling.facts[i]->places;
	}
	free(filling.facts);
	free(open);
	return err;
}

static struct err *search_word(struct repo_evidence *re, const char *word,
			       struct fact **out)
{
	struct err *err = repo_evidence_prime(re, &word, 1);

	return err ? err : fact_of(re, word, out);
}

static struct err *count_word(void *ctx, const char *word, size_t max, size_t *n)
{
	struct fact *f;
	struct err *err = search_word(ctx, word, &f);

	*n = 0;
	if (!err)
		*n = f->count < max ? f->count : max;
	return err;
}

static struct err *files_with(void *ctx, const char *word,
			      struct err *(*fn)(void *fn_ctx, const char *path),
			      void *fn_ctx)
{
	struct fact *f;
	struct err *err = search_word(ctx, word, &f);

	for (struct place *p = err ? NULL : f->places; p && !err; p = p->next)
		err = fn(fn_ctx, p->path);
	return err;
}

static bool is_word_char(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool has_word(struct span line, struct span word)
{
	for (ptrdiff_t at = 0; (at = span_find(line, word, (size_t)at)) >= 0; at++) {
		size_t end = (size_t)at + word.len;

		if ((!at || !is_word_char(line.ptr[at - 1])) &&
		    (end == line.len || !is_word_char(line.ptr[end])))
			return true;
	}
	return false;
}

/* "@@ -<line>[,<n>] +..." : how many lines the hunk removes. */
static size_t removed_in_hunk(struct span header)
{
	struct span part, rest = span_cut(header, strlen("@@ -"), header.len);
	size_t n = 1;

	if (!span_split(&rest, ' ', &part))
		return 0;
	rest = part;
	if (span_split(&rest, ',', &part) && rest.ptr &&
	    !span_number(rest, SIZE_MAX / 2, &n))
		return 0;
	return n;
}

/* In a diff without context the removed lines follow their hunk's header. */
static bool removes_word(struct span diff, const char *word)
{
	struct span line;
	size_t left = 0;

	while (span_line(&diff, &line)) {
		if (left) {
			left--;
			if (has_word(line, span_of(word)))
				return true;
		} else if (span_starts(line, "@@ -")) {
			left = removed_in_hunk(line);
		}
	}
	return false;
}

/* The word as a POSIX extended regular expression that stands alone. */
static void add_pattern(struct str *out, const char *word)
{
	str_adds(out, "-G(^|[^A-Za-z0-9_])");
	for (; *word; word++) {
		if (!is_word_char(*word))
			str_addc(out, '\\');
		str_addc(out, *word);
	}
	str_adds(out, "([^A-Za-z0-9_]|$)");
}

/* Read once; -n of `git log` would count only the commits it shows. */
static struct err *list_recent(struct repo_evidence *re)
{
	const char *const args[] = {
		"rev-list", "-n", HISTORY_COMMITS, "--no-merges", re->commit.hex, "--", NULL,
	};

	return re->recent.len ? NULL
			      : repo_git(re->repo, args, NO_INPUT, &re->recent, NULL);
}

static struct err *look_back(struct repo_evidence *re, const char *word, bool *was)
{
	struct str pattern = STR_INIT(4 * WORD_MAX_BYTES);
	struct str diff = STR_INIT(HISTORY_MAX_BYTES);
	struct err *err = list_recent(re);

	add_pattern(&pattern, word);
	err = err_first(err, str_err(&pattern, "word"));
	if (!err) {
		const char *const args[] = {
			"diff-tree", "--stdin", "-r", "-p", "--unified=0", "--no-color",
			"--no-ext-diff", "--no-textconv", "--no-renames",
			"--src-prefix=a/", "--dst-prefix=b/", pattern.buf, NULL,
		};
		const struct git_job job = {
			.args = args,
			.input = str_span(&re->recent),
			.out = &diff,
			.timeout_ms = HISTORY_TIMEOUT_MS,
		};

		err = git_run_on(re->repo, &job);
	}
	*was = !err && removes_word(str_span(&diff), word);
	str_release(&pattern);
	str_release(&diff);
	return err;
}

static struct err *removed_word(void *ctx, const char *word, bool *was)
{
	struct repo_evidence *re = ctx;
	struct fact *f;
	struct err *err = fact_of(re, word, &f);

	*was = false;
	if (err)
		return err;
	if (!f->looked_back) {
		err = look_back(re, word, &f->removed);
		/*
		 * Too long, too much, or objects that a partial clone lacks: then it
		 * cannot be ruled out, and the rules must hear so.
		 */
		if (err && !err_is_signal(err)) {
			err_drop(err);
			err = NULL;
			f->removed = true;
		}
		f->looked_back = !err;
	}
	*was = f->removed;
	return err;
}

struct err *repo_evidence_new(struct repo_evidence **out, struct repo *repo,
			      const struct oid *commit, const struct oid *tree)
{
	struct repo_evidence *re = calloc(1, sizeof(*re));

	*out = re;
	if (!re)
		return err_nomem();
	re->repo = repo;
	re->commit = *commit;
	re->tree = *tree;
	re->evidence = (struct evidence){
		.ctx = re,
		.count_word = count_word,
		.removed_word = removed_word,
		.files_with = files_with,
	};
	arena_init(&re->arena, FACTS_MAX_BYTES);
	str_init(&re->recent, HISTORY_MAX_BYTES);
	return NULL;
}

void repo_evidence_free(struct repo_evidence *re)
{
	if (!re)
		return;
	arena_release(&re->arena);
	str_release(&re->recent);
	free(re);
}

const struct evidence *repo_evidence(struct repo_evidence *re)
{
	return &re->evidence;
}
