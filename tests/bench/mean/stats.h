/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>

struct stats {
	int n;
	int sum;
};

void stats_add(struct stats *s, int value);

/* False: nothing was added yet. */
bool stats_mean(const struct stats *s, int *mean);

#endif
