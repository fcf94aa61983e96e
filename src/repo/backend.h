/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of struct repo; for this room alone.
 *
 * Refs, configuration, index and work tree are asked of git. Objects are read
 * and written through a backend, a table of functions over bytes and their type:
 *
 *	libgit2   as a library of objects alone. It gets object folders and never
 *	          sees the user's repository: so no extension that it does not know
 *	          (reftable, worktree configuration) makes it wrong or stops it.
 *	git       `git cat-file --batch` and `git hash-object`, which stay and are
 *	          asked: sha256, object folders that libgit2 refuses, and partial
 *	          clones whose missing objects git may fetch.
 *
 * What is in a tree or a commit is taken from its bytes (repo/content.h), one
 * parser for both. What libgit2 does with bytes alone (comparing, the names of
 * branches) is used with either.
 */
#ifndef REPO_BACKEND_H
#define REPO_BACKEND_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/source.h"
#include "repo/content.h"
#include "repo/repo.h"

/* No tree or commit is larger; what is refuses to be read. */
#define OBJECT_MAX_BYTES ((size_t)1 << 30)

enum object_type {
	OBJECT_NONE, /* there is no such object */
	OBJECT_BLOB,
	OBJECT_TREE,
	OBJECT_COMMIT,
	OBJECT_OTHER,
};

const char *object_type_name(enum object_type type);

/* Of size bytes, which are not there if more were found than asked for. */
struct object {
	enum object_type type;
	size_t size;
	struct span bytes;
	void *held; /* what keeps the bytes */
	void (*drop)(void *held);
};

void object_release(struct object *object);

enum store_use {
	STORE_FOR_RUN,  /* what is asked for next is often new */
	STORE_FOR_BULK, /* a great many objects, most of them the user's */
};

struct backend {
	const char *name;

	/* Whether threads may read, each through a store of its own. */
	bool parallel;

	/*
	 * Objects as of now: the user's, and if quarantine (its objects folder) is
	 * not NULL that one above them, as the only place that is written to. An err
	 * when this backend cannot read the repository.
	 */
	struct err *(*open)(void **store, const struct repo *repo,
			    const char *quarantine, enum store_use use) MUST_USE;
	void (*close)(void *store); /* NULL is fine */

	/* An object that is not there is a type, not an err. */
	struct err *(*read)(void *store, const struct id *id, size_t max_bytes,
			    struct object *out) MUST_USE;
	struct err *(*write)(void *store, enum object_type type, struct span bytes,
			     struct id *out) MUST_USE;
};

extern const struct backend backend_libgit2, backend_git;

struct repo {
	struct loop *loop;
	char *git_dir;
	char *common_dir;
	char *work_tree;   /* or NULL */
	char *objects_dir; /* the user's */
	char *quarantine;  /* its objects folder, or NULL */
	struct config *config;
	bool is_dup; /* config is the original's */
	size_t id_bytes; /* ID_SHA1_BYTES or ID_SHA256_BYTES */
	bool may_fetch;  /* git may fetch what a partial clone lacks */
	struct argv env; /* of git on this repository */
	char *author, *committer; /* once asked for; without a date */
	const struct backend *backend;
	void *store; /* the backend's */
	bool library; /* git_libgit2_init() is to be undone */
};

/* Why git2 returned rc: "<fmt>: <its words>". Out of memory is err_nomem(). */
struct err *backend_err(enum err_kind kind, int rc, const char *fmt, ...)
	PRINTF_LIKE(3, 4) MUST_USE;

/* That id is not there, and what to do about it. */
struct err *backend_missing(const struct repo *repo, const struct id *id) MUST_USE;

/* Whether this is a clone that may lack objects and fetch them. */
bool backend_is_partial(const struct repo *repo);

/* hex is checked: ERR_FATAL when it is no object name of this repository. */
struct err *backend_id(const struct repo *repo, const struct oid *oid,
		       struct id *out) MUST_USE;
void backend_hex(const struct repo *repo, const struct id *id, struct oid *out);

/* Picks the backend by what the repository is and dualfix.backend says, and opens it. */
struct err *backend_open(struct repo *repo) MUST_USE;

/* Reopens it with this quarantine (NULL: none). */
struct err *backend_use(struct repo *repo, const char *quarantine) MUST_USE;
void backend_close(struct repo *repo);

/*
 * Another store of the same objects, to read many: threads that share one wait for
 * each other most of the time. For one thread, unless the backend is parallel;
 * closed with repo->backend->close().
 */
struct err *backend_bulk(const struct repo *repo, void **store) MUST_USE;

/*
 * Adds objects_dir and all that it borrows from (info/alternates, theirs too)
 * to dirs, without links in them.
 */
struct err *object_dirs(struct argv *dirs, const char *objects_dir) MUST_USE;

/* *type is OBJECT_NONE where it is not there. */
struct err *backend_exists(const struct repo *repo, const struct id *id,
			   enum object_type *type) MUST_USE;
struct err *backend_write(const struct repo *repo, enum object_type type,
			  struct span bytes, struct id *out) MUST_USE;

/* A tree whose bytes are known to be well formed, for tree_next(). */
struct err *backend_tree(const struct repo *repo, const struct id *id,
			 struct object *out) MUST_USE;

/* What a commit names. */
struct err *backend_commit(const struct repo *repo, const struct id *id,
			   struct commit_names *out) MUST_USE;

/*
 * What path is in root, and its id unless it is absent or beyond something. By
 * tree entries alone: what the work tree holds there does not matter.
 */
struct err *backend_entry(const struct repo *repo, const struct object *root,
			  const char *path, enum source_kind *kind,
			  struct id *id) MUST_USE;

/*
 * Calls fn for each path whose entry differs between the trees a and b (NULL: the
 * empty one), with the entry of either side or NULL; trees themselves are not
 * among them. Sorted as git sorts.
 */
struct err *backend_compare(const struct repo *repo, const struct id *a,
			    const struct id *b,
			    struct err *(*fn)(void *ctx, const char *path,
					      const struct tree_entry *before,
					      const struct tree_entry *after),
			    void *ctx) MUST_USE;

/* Reads a blob of at most max_bytes; a larger one is ERR_INPUT naming path. */
struct err *backend_blob(const struct repo *repo, const struct id *id, const char *path,
			 size_t max_bytes, struct object *out) MUST_USE;

/* The tree without an entry, which git knows without having it. */
const char *backend_empty_tree(const struct repo *repo);

/* One file, link or submodule of a listing. */
struct listed {
	const char *path; /* lives as long as the listing */
	enum source_kind kind;
	struct id id;
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
					   struct object *object),
			 void *ctx) MUST_USE;

/*
 * struct source's tags, by ctags. *useless: it cannot be run, and should not be tried
 * again. What it prints not being understood is ERR_NO_FIX. Turns the loop.
 */
struct err *backend_ctags(struct loop *loop, const char *path, struct span text, bool *useless,
			  struct err *(*fn)(void *ctx, const struct source_tag *tag),
			  void *ctx) MUST_USE;

/* Has git fetch at once what a partial clone lacks of tree, where it may. */
struct err *backend_prefetch(struct repo *repo, const struct oid *tree) MUST_USE;

#endif
