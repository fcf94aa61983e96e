/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a child that runs somebody else's code is held to, besides its process
 * group and its deadline. Applied between fork and exec (sys/spawn.c): all of it
 * is made beforehand, and must live until spawn() returned.
 */
#ifndef SYS_HOLD_H
#define SYS_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hold_limit {
	int resource;   /* RLIMIT_*, as setrlimit(2) takes it */
	uint64_t max;   /* in its unit; what is lower already stays */
};

/* Who ends what the child leaves behind (sys/warden.h). */
enum hold_warden {
	HOLD_NO_WARDEN,
	HOLD_WARDEN_OF_GROUP, /* should we die: a child that itself ends the rest */
	HOLD_WARDEN_OF_ALL,   /* in any session, whatever ends the child */
};

struct hold {
	const struct hold_limit *limits;
	size_t n_limits;

	/* When memory runs out the kernel ends it before anything of the user's. */
	bool first_to_go;

	enum hold_warden warden;

	/*
	 * Called last before exec; gives 0 or an errno, as which the child then
	 * failed to start. Only async-signal-safe calls. NULL: nothing.
	 */
	int (*confine)(const void *ctx);
	const void *confine_ctx;
};

#endif
