/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of a quarantine, into the user's store. For this room alone.
 *
 * They stay loose, each a link to the file in the quarantine, which keeps its own; where
 * no link can be made, a copy. Blobs go first, then trees, then commits, so that whoever
 * looks in between, or after we were killed, finds nothing that names what is not there.
 * All are on the disk before the first is seen.
 */
#ifndef REPO_MIGRATE_H
#define REPO_MIGRATE_H

#include "base/compiler.h"
#include "base/err.h"
#include "repo/repo.h"

/* What the store has already is left alone, so it can be called again. */
struct err *migrate_objects(struct repo *repo) MUST_USE;

#endif
