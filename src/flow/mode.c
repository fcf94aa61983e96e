/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/mode.h"

#include <stddef.h>

const char *const mode_names[] = {
	[MODE_SEQUENTIAL] = "sequential",
	[MODE_HYBRID] = "hybrid",
	[MODE_ADAPTIVE] = "adaptive",
	[MODE_SINGLE] = "single",
	NULL,
};

static const struct mode_traits traits[] = {
	[MODE_SEQUENTIAL] = { 0 },
	[MODE_HYBRID] = { .executor = true },
	[MODE_ADAPTIVE] = { .executor = true, .rescue = true, .repair = true },
	[MODE_SINGLE] = { .planner_edits = true },
};

const struct mode_traits *mode_traits(enum mode mode)
{
	return &traits[mode];
}
