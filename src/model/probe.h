/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds an executor on this machine: asks the ports where the known servers listen
 * for their models, all at once, and takes the first, in the order of the profile
 * table, that has a Qwen 2.5 7B. Nothing but GET /models is sent, with no key.
 */
#ifndef MODEL_PROBE_H
#define MODEL_PROBE_H

#include "base/compiler.h"
#include "base/err.h"
#include "sys/http.h"
#include "sys/loop.h"

struct probe;

/*
 * done is called once, from the loop, within PROBE_MS or little more: url and model
 * live until it returns and are NULL when there is none. *out is dead then.
 */
#define PROBE_MS 400

struct err *probe_start(struct probe **out, struct loop *loop, struct http *http,
			void (*done)(void *ctx, const char *url, const char *model),
			void *ctx) MUST_USE;
void probe_cancel(struct probe *probe); /* without calling done; NULL is fine */

#endif
