/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GREET_H
#define GREET_H

#include <stddef.h>

struct greeting {
	const char *name;
	size_t length;
};

void greeting_init(struct greeting *g, const char *name);

#endif
