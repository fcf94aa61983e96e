/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An issue and its comments, fetched on the loop.
 *
 * At most ten pages are read, and the next is looked for on the same site only. One
 * move is followed, on the same site as well. All of it has one deadline.
 */
#ifndef FORGE_FETCH_H
#define FORGE_FETCH_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "forge/dialect.h"
#include "forge/thread.h"
#include "forge/token.h"
#include "sys/http.h"
#include "sys/loop.h"

#define FETCH_TIMEOUT_MS 60000

struct fetch;

struct fetch_request {
	const struct place *place; /* borrowed until done, as all here */
	const struct token *token;
	bool declared;             /* for hints: token.h */
	/*
	 * Called once; the fetch is dead then. thread lives until it returns; it is
	 * NULL with err (the callee's), where wants_token says that one could help.
	 */
	void (*done)(void *ctx, const struct thread *thread, struct err *err,
		     bool wants_token);
	void *ctx;
};

struct err *fetch_start(struct fetch **out, struct loop *loop, struct http *http,
			const struct fetch_request *request) MUST_USE;
void fetch_cancel(struct fetch *fetch); /* without calling done; NULL is fine */

#endif
