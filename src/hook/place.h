/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where git looks for a hook, and what stands there.
 */
#ifndef HOOK_PLACE_H
#define HOOK_PLACE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "repo/repo.h"

/* What a hook of somebody else's is called while ours stands in front of it. */
#define PLACE_ORIG ".dualfix-orig"

enum standing {
	HOOK_NONE,
	HOOK_OURS,
	HOOK_CHAINED, /* ours, with another's behind it */
	HOOK_OTHER,
	HOOK_IN_CONFIG,
};

struct manager;

struct hook_place {
	struct str path; /* of the hook's file */
	struct str orig; /* of what stood there before ours was chained */
	enum standing standing;
	const struct manager *manager; /* of HOOK_OTHER; NULL: none that is known */
	bool shared;       /* by all of the user's repositories: not to be written to */
	bool by_name;      /* the file goes by the name it is called by */
	bool config_hooks; /* git runs hooks from its configuration */
	struct str remark; /* one line for the user, or empty */
};

/* The events that there is a hook of ours for; NULL-terminated. */
extern const char *const hook_events[];

/* The text of our hook for the event; none for an event that is not ours. */
struct span place_our_hook(const char *event);
struct span place_chained_hook(void);

struct err *place_look(struct hook_place *out, struct repo *repo, const char *event) MUST_USE;
void place_release(struct hook_place *place);

#endif
