/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "stats.h"

int main(int argc, char **argv)
{
	struct stats stats = { 0 };
	int mean;

	for (int i = 0; i < argc; i++)
		stats_add(&stats, atoi(argv[i]));
	if (!stats_mean(&stats, &mean)) {
		puts("nothing to average");
		return 1;
	}
	printf("%d\n", mean);
	return 0;
}
