/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user's repository: opened, trusted, read.
 *
 * git decides trust: `git rev-parse` is asked first, so safe.directory counts as
 * it does for git itself. Refs, configuration, index and work tree are asked of
 * git; objects are read by one of two backends, libgit2 or git (dualfix.backend).
 * No type of either is named here.
 *
 * Nothing in this room writes HEAD, index, work tree, or a ref that exists.
 *
 * Functions that run git turn the loop: not from a callback. Reading objects does
 * not, with either backend.
 */
#ifndef REPO_REPO_H
#define REPO_REPO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "repo/config.h"
#include "sys/loop.h"
#include "sys/proc.h"

struct repo;

/* An object id in hex, NUL-terminated; "" is none. Room for sha256. */
struct oid {
	char hex[65];
};

bool oid_is_none(const struct oid *oid);
bool oid_eq(const struct oid *a, const struct oid *b);

/*
 * What ends the process where libgit2 finds no memory for something small, which it
 * does not survive. end does not return; it may be called in any thread, and finds no
 * memory either. To be said before a repository is opened, or libgit2 is left to itself.
 */
void repo_at_nomem(void (*end)(void));

/*
 * Opens the repository that dir (NULL: here, or GIT_DIR) is in. ERR_FATAL with
 * git's own words when there is none or git does not trust it, or naming the
 * extension when it cannot be read.
 */
struct err *repo_open(struct repo **out, struct loop *loop, const char *dir) MUST_USE;
void repo_close(struct repo *repo);

/*
 * Another handle of the same repository with a quarantine of its own, for runs at
 * once. Starts no process. from must stay open for as long.
 */
struct err *repo_dup(struct repo **out, const struct repo *from) MUST_USE;

/*
 * Borrowed; absolute paths without links or a trailing slash. work_tree is NULL in
 * a bare one and when we were started inside the git folder.
 */
const char *repo_git_dir(const struct repo *repo);
const char *repo_common_dir(const struct repo *repo);
const char *repo_work_tree(const struct repo *repo);
const char *repo_backend(const struct repo *repo); /* that reads objects, by name */
const struct config *repo_config(const struct repo *repo);
struct loop *repo_loop(const struct repo *repo);

/* Adds the name and version of the library that reads objects. */
void repo_library(struct str *out);

/* <common dir>/dualfix/<name>, its parents made with mode 0700 if make is set. */
struct err *repo_private_path(struct repo *repo, const char *name, bool make,
			      struct str *out) MUST_USE;

/*
 * Runs git on the repository, in its work tree (a bare one: in its folder), with
 * an environment of its own: no hooks, fsmonitor, prompts, pager, optional locks,
 * replaced objects or transports; LC_ALL=C; the GIT_* of a hook gone. The user's
 * configuration counts, `git -c` too. Objects in the quarantine are seen. Filters
 * run where git reads the work tree, nowhere else.
 *
 * args is NULL-terminated, without "git". out (NULL: not wanted) gets stdout. An
 * exit other than 0 is ERR_FATAL with git's words, unless code is given: then it
 * gets the exit code.
 */
struct err *repo_git(struct repo *repo, const char *const *args, struct span input,
		     struct str *out, int *code) MUST_USE;

/* As repo_git(); variables "NAME=value" are added, or stand for those it would set. */
struct err *repo_git_env(struct repo *repo, const char *const *args,
			 const char *const *env, struct span input, struct str *out,
			 int *code) MUST_USE;

/*
 * A revision to a commit, and its tree. ERR_INPUT for a revision that names none,
 * ERR_FATAL in a repository without any commit.
 */
struct err *repo_commit_of(struct repo *repo, const char *rev, struct oid *out) MUST_USE;
struct err *repo_tree_of(struct repo *repo, const struct oid *commit,
			 struct oid *out) MUST_USE;

/* The short name of the branch HEAD is on, into out; empty when detached or unborn. */
struct err *repo_head_branch(struct repo *repo, struct str *out) MUST_USE;

/*
 * Tracked files with uncommitted changes, at most max of them, one a line, quoted
 * as git does; *n counts all. None without a work tree.
 */
struct err *repo_dirty_files(struct repo *repo, size_t max, struct str *out,
			     size_t *n) MUST_USE;

/*
 * The tree of HEAD plus the uncommitted changes of tracked files, in the
 * quarantine, which must be there. ERR_INPUT without a work tree, and while
 * conflicts are unresolved.
 */
struct err *repo_worktree_tree(struct repo *repo, struct oid *out) MUST_USE;

/* The tree of what is staged; index is another file than the user's, or NULL. As above. */
struct err *repo_index_tree(struct repo *repo, const char *index, struct oid *out) MUST_USE;

/*
 * "Name <mail>" of author and committer as git takes them, and " seconds zone" where
 * GIT_AUTHOR_DATE or GIT_COMMITTER_DATE is set; ERR_CONFIG if it has none.
 */
struct err *repo_identity(struct repo *repo, struct str *author,
			  struct str *committer) MUST_USE;

#endif
