/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One GET, to its end: the whole answer, or why there is none. What may go better is
 * tried again (sys/retry.h), twice, and a limit only waited for when it is seconds.
 */
#ifndef FORGE_GET_H
#define FORGE_GET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "forge/head.h"
#include "forge/token.h"
#include "sys/http.h"
#include "sys/loop.h"

struct get;

struct answer {
	int status;
	int64_t retry_after_ms; /* -1: not said */
	struct head head;
	struct str body;
};

struct get_request {
	const char *url;
	const char *const *headers; /* of the dialect; not copied */
	const struct token *token;  /* NULL, or with no secret: none is sent */
	bool allow_http;
	int64_t deadline_ms; /* of the loop's clock */
	size_t max_bytes;
	/*
	 * Called once; the get is dead then. answer lives until it returns. err is
	 * set, and the callee's, when no whole answer came.
	 */
	void (*done)(void *ctx, const struct answer *answer, struct err *err);
	void *ctx;
};

/* Safe from callbacks. */
struct err *get_start(struct get **out, struct loop *loop, struct http *http,
		      const struct get_request *request) MUST_USE;
void get_cancel(struct get *get); /* without calling done; NULL is fine */

#endif
