/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of struct repo; for this room alone.
 *
 * libgit2 is used as an object library: it gets object folders and never sees
 * the user's repository. So nothing it does not know (extensions, reftable,
 * worktree configuration, safe.directory) can make it wrong or stop it; refs,
 * configuration, index and work tree are asked of git. What is left that it
 * cannot read is sha256, which repo_open() refuses by name.
 */
#ifndef REPO_BACKEND_H
#define REPO_BACKEND_H

#include <git2.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "edit/source.h"
#include "repo/repo.h"

struct repo {
	struct loop *loop;
	char *git_dir;
	char *common_dir;
	char *work_tree;   /* or NULL */
	char *objects_dir; /* the user's */
	char *quarantine;  /* its objects folder, or NULL */
	struct config *config;
	bool is_dup; /* config is the original's */
	struct argv env;     /* of git on this repository */
	char *author, *committer; /* once asked for; without a date */
	git_repository *git; /* what libgit2's functions want; it has objects alone */
	git_odb *odb;
	bool library; /* git_libgit2_init() is to be undone */
};

/* Why git2 returned rc: "<fmt>: <its words>". Out of memory is err_nomem(). */
struct err *backend_err(enum err_kind kind, int rc, const char *fmt, ...)
	PRINTF_LIKE(3, 4) MUST_USE;

/* As backend_err(), for reading object id; one that is absent is said to be so. */
struct err *backend_missing(const struct repo *repo, int rc, const git_oid *id) MUST_USE;

/* hex is checked: ERR_FATAL when it is no object name. */
struct err *backend_oid(git_oid *out, const struct oid *oid) MUST_USE;
void backend_hex(struct oid *out, const git_oid *id);

/*
 * Objects from now on: the user's, and if quarantine (its objects folder) is not
 * NULL that one above them, as the only place that is written to.
 */
struct err *backend_use(struct repo *repo, const char *quarantine) MUST_USE;

/*
 * Another handle of the same objects, for a thread of its own: threads that share
 * one wait for each other most of the time.
 */
struct err *backend_odb(const struct repo *repo, git_odb **out) MUST_USE;

/*
 * Adds objects_dir and all that it borrows from (info/alternates, theirs too)
 * to dirs, without links in them.
 */
struct err *object_dirs(struct argv *dirs, const char *objects_dir) MUST_USE;

/* dir as it stands in info/alternates and GIT_ALTERNATE_OBJECT_DIRECTORIES. */
void object_dir_quote(struct str *out, const char *dir);

struct err *backend_tree(const struct repo *repo, const struct oid *oid,
			 git_tree **out) MUST_USE;
struct err *backend_commit(const struct repo *repo, const struct oid *oid,
			   git_commit **out) MUST_USE;

/*
 * What path is in root, and its id unless it is absent or beyond something. By
 * tree entries alone: what the work tree holds there does not matter.
 */
struct err *backend_entry(const struct repo *repo, const git_tree *root, const char *path,
			  enum source_kind *kind, git_oid *id) MUST_USE;

/*
 * Calls fn for each path whose entry differs between the trees a and b (NULL: the
 * empty one), with the entry of either side or NULL; trees themselves are not
 * among them. Sorted as git sorts.
 */
struct err *backend_compare(const struct repo *repo, const git_oid *a, const git_oid *b,
			    struct err *(*fn)(void *ctx, const char *path,
					      const git_tree_entry *before,
					      const git_tree_entry *after),
			    void *ctx) MUST_USE;

/*
 * Reads a blob of at most max_bytes; a larger one is ERR_INPUT naming path. The object
 * outlives odb.
 */
struct err *backend_object(const struct repo *repo, git_odb *odb, const git_oid *id,
			   const char *path, size_t max_bytes,
			   git_odb_object **out) MUST_USE;
struct err *backend_blob(const struct repo *repo, const git_oid *id, const char *path,
			 size_t max_bytes, git_blob **out) MUST_USE;

/* One file, link or submodule of a listing. */
struct listed {
	const char *path; /* lives as long as the listing */
	git_filemode_t mode;
	git_oid id;
};

/*
 * Calls fn for all that one of the pathspecs matches, sorted by path; the text that the
 * paths stand in goes to listing, which is initialised. ERR_INPUT with git's words for a
 * bad pathspec. Turns the loop.
 */
struct err *backend_list(struct repo *repo, const struct oid *tree,
			 const char *const *pathspecs, struct str *listing,
			 struct err *(*fn)(void *ctx, const struct listed *file),
			 void *ctx) MUST_USE;

/*
 * struct source's sift: fn gets each file that is wanted, and its object to keep. Files
 * of more than max_bytes are passed over.
 */
struct err *backend_sift(struct repo *repo, const struct oid *tree, const char *pathspec,
			 size_t max_bytes, const struct sieve *sieve,
			 struct err *(*fn)(void *ctx, const struct listed *file,
					   git_odb_object *object),
			 void *ctx) MUST_USE;

/*
 * struct source's tags, by ctags. *useless: it cannot be run, and should not be tried
 * again. What it prints not being understood is ERR_NO_FIX. Turns the loop.
 */
struct err *backend_ctags(struct loop *loop, const char *path, struct span text, bool *useless,
			  struct err *(*fn)(void *ctx, const struct source_tag *tag),
			  void *ctx) MUST_USE;

/* Of an entry, by its mode alone. */
enum source_kind backend_kind(git_filemode_t mode);

#endif
