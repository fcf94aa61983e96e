/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scratch checkout: where checks run.
 *
 * <common dir>/dualfix/checkout/<n>/ holds
 *	tree/   the files, with a git directory tree/.git that is a facade made
 *	        afresh for every use: a shared clone that `git describe` and `git
 *	        ls-files` work in, never read by us
 *	git/    our own git directory and index for it, out of reach of the checks
 *	lock    one user at a time; the next run takes the next n
 * It stays between runs, so that builds are incremental: moving it to another
 * tree touches what differs and nothing else. Ignored files stay.
 */
#ifndef REPO_CHECKOUT_H
#define REPO_CHECKOUT_H

#include "base/compiler.h"
#include "base/err.h"
#include "repo/repo.h"

struct checkout;

struct err *checkout_take(struct checkout **out, struct repo *repo) MUST_USE;
void checkout_release(struct checkout *checkout);

/*
 * Makes the files be those of tree, HEAD of the facade head, its index tree.
 * Files that a check changed are put back; what it left beside them, untracked
 * and not ignored, is removed when it was not there before the first check.
 */
struct err *checkout_move(struct checkout *checkout, const struct oid *tree,
			  const struct oid *head) MUST_USE;

/* Absolute, without links in it. */
const char *checkout_dir(const struct checkout *checkout);

/* Object folders that the facade needs to read: the user's and the quarantine's. */
size_t checkout_object_dirs(const struct checkout *checkout, const char *const **dirs);

#endif
