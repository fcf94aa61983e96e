/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tree with some of its paths replaced, written to the quarantine.
 */
#ifndef REPO_GRAFT_H
#define REPO_GRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "repo/backend.h"

struct graft {
	const char *path;
	bool gone; /* no entry any more; else: */
	unsigned mode;
	struct id id;
};

/*
 * The tree base with the n grafts in it, which are sorted in place. Folders that
 * become empty are left out. Reads and writes the folders on the way to a graft
 * and no others. ERR_INPUT if a graft leads through what is no folder, or one of
 * them through another.
 */
struct err *graft(const struct repo *repo, const struct id *base, struct graft *grafts,
		  size_t n, struct id *out) MUST_USE;

#endif
