/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a tree: as a source for the edit engine, as a list of files, and
 * searched for words. Cost grows with what is asked, not with the repository,
 * except where a search must look at every file.
 */
#ifndef REPO_TREE_H
#define REPO_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/source.h"
#include "issue/rules.h"
#include "repo/repo.h"

/* A tree as a struct source; the bytes read stay until it is freed. */
struct repo_source;

struct err *repo_source_new(struct repo_source **out, struct repo *repo,
			    const struct oid *tree) MUST_USE;
void repo_source_free(struct repo_source *rs);
const struct source *repo_source(struct repo_source *rs);

/*
 * What the rules ask of the repository: words in this tree, and in the last 200
 * commits up to commit. Answers are kept. A history that cannot be searched (it
 * takes too long, a partial clone lacks objects) counts as having removed the
 * word: the rules then refuse to guess. Turns the loop.
 */
struct repo_evidence;

struct err *repo_evidence_new(struct repo_evidence **out, struct repo *repo,
			      const struct oid *commit, const struct oid *tree) MUST_USE;
void repo_evidence_free(struct repo_evidence *re);
const struct evidence *repo_evidence(struct repo_evidence *re);

/* Looks the words up in the tree in one pass; asking for each would cost one each. */
struct err *repo_evidence_prime(struct repo_evidence *re, const char *const *words,
				size_t n) MUST_USE;

/* Every file of the tree (not submodules), sorted by path. */
struct err *repo_tree_walk(struct repo *repo, const struct oid *tree,
			   struct err *(*fn)(void *ctx, const char *path, bool is_link,
					     const struct oid *blob),
			   void *ctx) MUST_USE;

/*
 * Every file of the tree that one of the pathspecs (NULL-terminated; none: all)
 * matches, sorted by path. They mean what they mean to git, from the root;
 * ERR_INPUT with git's words when one is bad.
 */
struct err *repo_tree_match(struct repo *repo, const struct oid *tree,
			    const char *const *pathspecs,
			    struct err *(*fn)(void *ctx, const char *path),
			    void *ctx) MUST_USE;

/*
 * For each word, the files that hold it as a whole word and how often, sorted by
 * path. Binary files, links and files over 1 MiB are skipped. A word is bounded
 * where it begins or ends with a letter, digit, underscore or non-ASCII byte and
 * so does what is beside it. Uses worker threads; fn is called from this one.
 */
struct err *repo_tree_grep(struct repo *repo, const struct oid *tree,
			   const char *const *words, size_t n_words,
			   struct err *(*fn)(void *ctx, const char *path, size_t word,
					     size_t count),
			   void *ctx) MUST_USE;

struct err *repo_blob(struct repo *repo, const struct oid *blob, size_t max_bytes,
		      struct str *out) MUST_USE;

/* Paths that differ between two trees, with lines added and removed. */
struct repo_diffstat {
	size_t files, added, removed;
};
struct err *repo_diff_stat(struct repo *repo, const struct oid *a, const struct oid *b,
			   struct repo_diffstat *stat,
			   struct err *(*fn)(void *ctx, const char *path),
			   void *ctx) MUST_USE;

/*
 * The unified diff of two trees as git prints it, with the user's diff settings off,
 * of all files or of what the pathspecs match (NULL-terminated; NULL: all).
 */
struct err *repo_diff_text(struct repo *repo, const struct oid *a, const struct oid *b,
			   const char *const *paths,
			   struct str *out) MUST_USE;

#endif
