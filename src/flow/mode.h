/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modes: which stages a run may use. One table; run.c asks it.
 */
#ifndef FLOW_MODE_H
#define FLOW_MODE_H

#include <stdbool.h>

enum mode { MODE_SEQUENTIAL, MODE_HYBRID, MODE_ADAPTIVE, MODE_SINGLE };

struct mode_traits {
	bool executor;      /* model edits go to the executor */
	bool planner_edits; /* model edits go to the planner */
	bool rescue;        /* edits that failed directly go to the executor too */
	bool repair;        /* a failed round goes back to the planner */
};

extern const char *const mode_names[]; /* NULL-terminated, by enum mode */

const struct mode_traits *mode_traits(enum mode mode);

#endif
