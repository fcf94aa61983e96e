/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What git tells a pre-push hook on stdin (githooks(5)): a line for each ref,
 *
 *	<local ref> SP <local oid> SP <remote ref> SP <remote oid> LF
 *
 * where an oid of zeros is none, the local ref is "(delete)" for a deletion, and
 * may be any revision expression ("HEAD~"), with blanks in it. Pure.
 */
#ifndef HOOK_PUSH_H
#define HOOK_PUSH_H

#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

/* So many commits are looked at; a push of all branches may have thousands. */
#define PUSH_TIPS_MAX 64

struct push_tip {
	const char *oid;    /* commit that a branch is to point to */
	const char *branch; /* its name on the other side, without refs/heads/ */
};

struct push {
	struct arena arena;
	struct push_tip *tips; /* each commit once */
	size_t n;
	size_t left_out; /* commits past PUSH_TIPS_MAX */
};

/* Deletions, tags and other refs that are no branch are not among the tips. */
struct err *push_parse(struct push *out, struct span text) MUST_USE;
void push_release(struct push *push);

#endif
