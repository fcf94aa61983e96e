/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which remote of a repository has the issues, and what kind of forge it is.
 *
 * The remote is that of the branch one is on, else "upstream", "origin", or the only
 * one there is. Its URL is the one git fetches from (url.<base>.insteadOf); where no
 * forge can be seen in that, say because it is a local mirror, the one that was
 * configured. The host of an ssh URL may be a name of the user's own: then ssh is
 * asked what it stands for.
 */
#ifndef FORGE_SOURCE_H
#define FORGE_SOURCE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "forge/dialect.h"
#include "forge/remote.h"
#include "repo/repo.h"

/* Turns the loop. ERR_CONFIG when there is no such remote, or no forge in it. */
struct err *source_remote(struct remote *out, struct repo *repo) MUST_USE;

/*
 * The kind of remote's host, as far as it can be told without asking it: *dialect is
 * NULL when not. *declared: dualfix.<host>.forge says so.
 */
struct err *source_kind(const struct dialect **dialect, bool *declared,
			const struct remote *remote,
			const struct config *config) MUST_USE;

#endif
