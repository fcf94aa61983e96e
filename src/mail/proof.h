/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proof that patches are the commits they were made of: `git am` in a repository
 * of its own, with no configuration, on the base.
 *
 * Nothing is checked out: the index is the base, and git takes from it the files
 * that a patch touches. So it costs by the number of files in the index and the
 * size of the patches, not by the size of the tree.
 */
#ifndef MAIL_PROOF_H
#define MAIL_PROOF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "repo/repo.h"

struct proof_spec {
	const struct oid *base, *tip;
	const char *const *files; /* of the patches, in order */
	size_t n;
	const char *dir; /* absolute, empty or missing; left for the caller to remove */
};

/*
 * why (emptied by the caller) gets what does not survive, one line; nothing when
 * tree, author and message of each commit do. *keep_cr: they do with --keep-cr.
 */
struct err *proof_run(struct repo *repo, const struct proof_spec *spec, bool *keep_cr,
		      struct str *why) MUST_USE;

#endif
