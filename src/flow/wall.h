/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The outer wall of a run: what only a person can answer.
 */
#ifndef FLOW_WALL_H
#define FLOW_WALL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "model/endpoint.h"

struct wall {
	void *ctx;
	/*
	 * Whether text of files (NULL-terminated; so many tokens in all) may be sent
	 * to endpoint. ERR_CONFIG with the line to type when not.
	 */
	struct err *(*consent)(void *ctx, const struct endpoint *endpoint,
			       const char *const *files, size_t tokens);
	/* Whether consent() would say yes without asking anybody. */
	bool (*has_consent)(void *ctx, const struct endpoint *endpoint);
	/* Lets the user change the plan, in a file in dir, before it is executed; NULL: no. */
	struct err *(*edit_plan)(void *ctx, const char *dir, struct str *json);
};

#endif
