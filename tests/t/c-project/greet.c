/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "greet.h"

#include <string.h>

void greeting_init(struct greeting *g, const char *name)
{
	g->name = name;
	g->length = strlen(name);
}
