/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "greet.h"

static void greet(const struct greeting *g)
{
	printf("hello, %s (%zu)\n", g->name, g->length);
}

int main(int argc, char **argv)
{
	struct greeting g;

	greeting_init(&g, argc > 1 ? argv[1] : "nobody");
	greet(&g);
	return 0;
}
