/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which checks a project seems to have, told by the files at its root. Pure: the
 * tree is read through a struct source.
 *
 * A proposal is no more than that: whoever runs one does so in a sandbox, and
 * whoever configures one has asked the user. The commands are ours, from a table;
 * nothing that a file holds becomes a part of one.
 */
#ifndef VERIFY_DETECT_H
#define VERIFY_DETECT_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "edit/source.h"

#define PROPOSALS_MAX 16

enum proposal_strength {
	PROPOSAL_TESTS,
	PROPOSAL_TESTS_AGAIN, /* those of a row before it, reached in another way */
	PROPOSAL_BUILD,
	PROPOSAL_SYNTAX,
};

/* Static texts. */
struct proposal {
	enum proposal_strength strength;
	const char *check;  /* for sh -c, at the root */
	const char *setup;  /* what fetches its dependencies; NULL: nothing does */
	const char *file;   /* what told it */
	const char *reason; /* what that file has */

	/* Where its program may be in the home ("~/..."), NULL-terminated; or NULL. */
	const char *const *reads;

	/* Where its packages may be in the work tree, ignored; NULL-terminated, or NULL. */
	const char *const *lends;
};

/*
 * The best first: tests before builds, builds before a look at the syntax.
 * Returns how many there are, 0 for a project of no known kind.
 */
struct err *detect_checks(struct proposal out[PROPOSALS_MAX], size_t *n,
			  const struct source *tree) MUST_USE;

#endif
