/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a scratch checkout (repo/checkout.h), for the files that it is made of:
 * checkout.c owns it, move.c makes its files be those of a tree.
 */
#ifndef REPO_CHECKOUT_STATE_H
#define REPO_CHECKOUT_STATE_H

#include <stdbool.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "repo/repo.h"
#include "sys/lock.h"

struct checkout_view;

struct checkout {
	struct repo *repo;
	struct lock lock;
	char *dir; /* <common dir>/dualfix/checkout/<n>, <n>-<id of view> */
	struct str tree_dir, git_dir, index, holds, exclude, shallow, stamp;
	struct str tags; /* for packed-refs */
	struct argv object_dirs, seen_object_dirs;
	const struct checkout_view *view; /* or NULL */
	bool used; /* what an earlier run left is gone */
};

/*
 * Runs git on the checkout; its configuration is the one that checkout.c wrote. Paths
 * are paths, no patterns. out and code as in struct git_job.
 */
struct err *checkout_git(struct checkout *checkout, const char *const *args,
			 struct span input, struct str *out, int *code) MUST_USE;

/* The files become those of tree, at the cost of what differs and a look at the rest. */
struct err *move_files(struct checkout *checkout, const struct oid *tree) MUST_USE;

/* Removes all of them: the next move begins with nothing. */
struct err *move_forget(struct checkout *checkout) MUST_USE;

#endif
