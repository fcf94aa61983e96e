/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checks are lent from the user's work tree: ignored files and folders that a
 * build needs and no commit has, such as node_modules or a venv. dualfix.overlay
 * names them.
 *
 * Only what git ignores, what holds nothing tracked and is reached through no link
 * is lent, so no change of the user's that is not committed can be in it. Each lies
 * in its place in the checkout, and the checkout is seen where the work tree is: a
 * venv has that path in its scripts, and what is installed as a pointer to the
 * sources then leads to the checkout's, never to the user's.
 *
 * Nothing is copied, nothing is linked; how it is shown, the box says (bwrap.c).
 */
#ifndef VERIFY_LENT_H
#define VERIFY_LENT_H

#include <stdint.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "repo/checkout.h"
#include "repo/repo.h"

/* Each is a mount or two of each check. */
#define LENT_MAX 64

struct lent {
	char *root;         /* the work tree */
	struct argv paths;  /* from there, sorted; none lies in another */
	struct argv dirs, files; /* the same, absolute */
	uint64_t stamp;     /* of all that lies there */
	char id[17];        /* one word for root and paths */
	struct checkout_view view;
};

/*
 * lend.c: what paths (NULL-terminated, or NULL) name, each from the root, or as a
 * glob of sh. ERR_CONFIG naming the one that is not there, not ignored, tracked or a
 * link, and without a work tree. *out is NULL when there are none. Turns the loop.
 */
struct err *lent_take(struct lent **out, struct repo *repo,
		      const char *const *paths) MUST_USE;
void lent_free(struct lent *lent);

/* lend.c: ERR_CONFIG when tree itself has something in one of the places. */
struct err *lent_fits(const struct lent *lent, struct repo *repo,
		      const struct oid *tree) MUST_USE;

/*
 * Makes the empty folders and files in tree_dir that the box covers. A check may have
 * left links on the way: they are removed, never followed.
 */
struct err *lent_make_places(const struct lent *lent, const char *tree_dir) MUST_USE;

/* Sets the stamp. */
struct err *lent_mark(struct lent *lent) MUST_USE;

/* ERR_CONFIG if what is there is not what the stamp was made of. */
struct err *lent_still(const struct lent *lent) MUST_USE;

/* Of a checkout for checks that are lent this; NULL for NULL. */
const struct checkout_view *lent_view(const struct lent *lent);

#endif
