/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What models an endpoint has: for finding the executor, checking a key, and
 * opening the connection while there is something else to do.
 */
#ifndef MODEL_MODELS_H
#define MODEL_MODELS_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "model/endpoint.h"
#include "sys/http.h"

struct models;

/*
 * Asks once. done is called once; ids are sorted and live until it returns, err is
 * the callee's (ERR_SERVICE, or ERR_CONFIG for 401 and 403). A server on loopback
 * has 3 seconds, others 20. *out is dead when done is called.
 */
struct err *models_start(struct models **out, struct http *http,
			 const struct endpoint *endpoint,
			 void (*done)(void *ctx, const char *const *ids, size_t n,
				      struct err *err),
			 void *ctx) MUST_USE;
void models_cancel(struct models *models); /* without calling done; NULL is fine */

/*
 * The one to take for an executor: Qwen 2.5 Coder 7B, else Qwen 2.5 7B, in whatever
 * way the server spells it; instruct before others. NULL: there is none.
 */
const char *models_pick_executor(const char *const *ids, size_t n);

#endif
