/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers that need not be paid for twice: one run's view of the cache (repo/cache.h).
 *
 * The key is the body as it is sent, with the endpoint's URL before it (of executors:
 * their role). Whatever an answer hangs on stands in there: model, templates, issue, the
 * text of the files shown. Only whole answers count.
 *
 * An answer is no better than what came of it. So what a run was told is kept only when
 * the run says that it was good, and what it found is removed when it was not: a plan
 * that fails its checks is asked for anew, never played for ever.
 */
#ifndef MODEL_CACHE_H
#define MODEL_CACHE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "model/chat.h"
#include "model/endpoint.h"
#include "repo/cache.h"

struct chat_cache;

/* store is borrowed. */
struct err *chat_cache_new(struct chat_cache **out, const struct cache *store) MUST_USE;
void chat_cache_free(struct chat_cache *cache); /* keeps nothing more */

/*
 * The answer to body, into reply: its usage is a hit, with what asking would cost by
 * the endpoint's prices. False: a miss, which its usage says.
 */
bool chat_cache_find(struct chat_cache *cache, const struct endpoint *endpoint,
		     struct span body, struct chat_reply *reply);

/* An answer that was given; copied. */
void chat_cache_note(struct chat_cache *cache, const struct endpoint *endpoint,
		     struct span body, const struct chat_reply *reply);

/* What was noted came to something: it is stored. */
void chat_cache_keep(struct chat_cache *cache);

/* What was noted, and what was found, came to nothing: neither will be found again. */
void chat_cache_fail(struct chat_cache *cache);

#endif
