/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A loop of its own for each test: setup and teardown.
 */
#ifndef ON_LOOP_H
#define ON_LOOP_H

#include "sys/loop.h"
#include "unit.h"

static struct loop *loop;

static inline int setup(void **state)
{
	(void)state;
	ok(loop_new(&loop));
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

#endif
