/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The git directory that checks see in a scratch checkout; for this room alone.
 *
 * A shared clone with a detached HEAD, the tags, an index that agrees with the
 * files, and no remote, hooks or identity: `git describe`, `git ls-files` and
 * `git status` work. Checks may do to it what they can: it is made afresh for
 * every use, and no git of ours runs in it.
 */
#ifndef REPO_FACADE_H
#define REPO_FACADE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

struct facade_spec {
	const char *const *object_dirs; /* NULL-terminated; the first levels suffice */
	const char *head;    /* commit in hex; "": none */
	const char *index;   /* file to copy */
	const char *exclude; /* file to copy as info/exclude, or NULL */
	const char *shallow; /* file to copy, or NULL */
	struct span tags;    /* as in packed-refs */
	bool sha256;         /* of what kind the object ids are */
};

/* Begins a configuration: what git has to know before it reads any object. */
void facade_begin_config(struct str *text, bool sha256);

/*
 * Makes <tree_dir>/.git, in place of whatever is there; links are removed, not
 * followed.
 */
struct err *facade_make(const char *tree_dir, const struct facade_spec *spec) MUST_USE;

/* Writes <dir>/<name>, without a sync: for what is made afresh anyway. */
struct err *facade_put(const char *dir, const char *name, struct span bytes) MUST_USE;

#endif
