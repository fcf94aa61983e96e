/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scratch checkout: where checks run.
 *
 * <common dir>/dualfix/checkout/<n>/ holds
 *	tree/   the files, with a git directory tree/.git that is a facade
 *	        (repo/facade.h) made afresh for every use, never read by us
 *	git/    our own git directory and index for it, out of reach of the checks
 *	lock    one user at a time; the next run takes the next n
 *	prepared, home/   what dualfix.setup left (verify/setup.h)
 *	exclude   where some of the files are lent: the user's info/exclude and they
 *
 * One that checks see in another place, with files of the user's lent to them, is
 * <n>-<id>: builds keep absolute paths, so it is of no use for other checks.
 *
 * It stays between runs, so that builds are incremental: moving it to another
 * tree touches what differs and nothing else. Each file is looked at before, since a
 * check may have changed any.
 *
 * What a check leaves behind, untracked, is treated so: what is ignored stays
 * for good (that is where builds put their output). The rest stays while one
 * run holds the checkout, since a project without a .gitignore would else be
 * built from nothing for each check of the run; it is removed when the next run
 * makes its first move, and after a check that changed tracked files, which are put
 * back. A path that the new tree has is written whatever is there. A .gitattributes
 * beside tracked files is removed by the next move: git would go by it.
 *
 * No configuration of the user's counts in it but core.autocrlf and core.eol, so
 * no filter runs: files under Git LFS and the like are their pointers.
 * Submodules are empty folders. Links are made, never followed.
 */
#ifndef REPO_CHECKOUT_H
#define REPO_CHECKOUT_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "repo/repo.h"

struct checkout;

/* How checks see a checkout that they see elsewhere; borrowed while it is taken. */
struct checkout_view {
	const char *dir;         /* where, absolute */
	const char *const *lent; /* paths from the root, NULL-terminated: ignored there */
	const char *id;          /* one word for all that */
};

/* view is NULL when they see it where it is. */
struct err *checkout_take(struct checkout **out, struct repo *repo,
			  const struct checkout_view *view) MUST_USE;
void checkout_release(struct checkout *checkout);

/* The next move makes all files anew, and nothing that a build or setup left stays. */
struct err *checkout_clear(struct checkout *checkout) MUST_USE;

/*
 * Makes the files be those of tree, HEAD of the facade head, its index tree.
 * Files that a check changed are put back. What cannot be moved (a check may have
 * left anything there) is made anew. Turns the loop.
 */
struct err *checkout_move(struct checkout *checkout, const struct oid *tree,
			  const struct oid *head) MUST_USE;

/*
 * The next move writes these files anew, the same bytes: to whatever builds there
 * they have changed.
 */
struct err *checkout_renew(struct checkout *checkout, const char *const *paths,
			   size_t n) MUST_USE;

/* Absolute, without links in it: the files, and where checks see them. */
const char *checkout_dir(const struct checkout *checkout);
const char *checkout_seen_dir(const struct checkout *checkout);

/*
 * Adds <checkout>/<name>, a place beside the files that no check sees unless it is
 * shown it. What is called CHECKOUT_STAMP is removed with files that are not
 * tracked: when they are made anew, or swept.
 */
#define CHECKOUT_STAMP "prepared"
struct err *checkout_beside(const struct checkout *checkout, const char *name,
			    struct str *path) MUST_USE;

/*
 * Object folders that the facade needs to read, NULL-terminated: the user's, what
 * they borrow from, and the quarantine's. As of the last move.
 */
size_t checkout_object_dirs(const struct checkout *checkout, const char *const **dirs);

/*
 * Where the facade looks for them, one for each. In a view they may lie below the
 * work tree that it covers, so it gives them names of its own.
 */
#define CHECKOUT_OBJECTS "/run/dualfix/objects"
size_t checkout_seen_object_dirs(const struct checkout *checkout,
				 const char *const **dirs);

#endif
