/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that manage a repository's hooks, and what a user adds to their files.
 * Pure.
 */
#ifndef HOOK_MANAGER_H
#define HOOK_MANAGER_H

#include <stdbool.h>

#include "base/span.h"
#include "base/str.h"

struct manager {
	const char *name;
	const char *mark;   /* in the hooks it writes; NULL: told by the folder alone */
	const char *folder; /* how core.hooksPath ends with it; or NULL */
	bool rewrites;      /* it writes its folder anew: nothing of ours would last there */
	const char *file;   /* what the user edits; "%s" is the event */
	const char *lines;  /* what goes in there; each "%s" is the event */
};

/* The one whose hook has this text, in a folder of this name; NULL if none is known. */
const struct manager *manager_of(struct span hook, const char *folder);

/* Adds file and lines for the event. NULL: those for a script of the user's own. */
void manager_advise(const struct manager *manager, const char *event, struct str *out);

#endif
