/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Known passes: a check that passed on a tree, in an environment, need not run
 * again on it. Only passes are known: a failure may have had a cause outside.
 *
 * <common dir>/dualfix/known/<tree> holds a line for each:
 *
 *	<expiry, seconds since the epoch> <environment> <run> <failed> <skipped> <check>
 *
 * <environment> is a fingerprint of what the check sees besides the tree; <check>
 * is the caller's name for it, escaped to one word. A line that cannot be
 * read counts as absent. At most KNOWN_TREES_MAX trees are kept, the oldest go.
 *
 * It is a cache: what cannot be read or written is not known, and no error.
 */
#ifndef VERIFY_KNOWN_H
#define VERIFY_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "repo/repo.h"
#include "verify/counts.h"
#include "verify/sandbox.h"

#define KNOWN_TREES_MAX 512

struct known;

/*
 * pass_env: dualfix.sandboxEnv; the values are part of the fingerprint, not kept.
 * read_dirs: dualfix.sandboxRead, its names are. Both NULL-terminated, or NULL.
 */
struct err *known_new(struct known **out, struct repo *repo,
		      const struct sandbox *sandbox, const char *const *pass_env,
		      const char *const *read_dirs,
		      int64_t expire_s) MUST_USE;
void known_free(struct known *known);

/* check says all that makes it differ from others: command, folder, network. */
bool known_pass(struct known *known, const struct oid *tree, struct span check,
		struct test_counts *tests); /* filled if it passed */
void known_note(struct known *known, const struct oid *tree, struct span check,
		const struct test_counts *tests);

#endif
