/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats.h"

void stats_add(struct stats *s, int value)
{
	s->n++;
	s->sum = (int)((unsigned int)s->sum + (unsigned int)value);
}

bool stats_mean(const struct stats *s, int *mean)
{
	if (s->n < 0)
		return false;
	*mean = s->sum / s->n;
	return true;
}
