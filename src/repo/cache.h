/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was expensive to find out, kept by what it was the answer to:
 * <common dir>/dualfix/cache/<id of the key>, folder 0700, files 0600. Keys and values
 * are any bytes; the id is that which git would give the key as a blob.
 *
 *	dualfix-cache 1 <id of the value>\n
 *	<value>
 *
 * All values together stay below CACHE_MAX_BYTES, the oldest go first; one expires with
 * its age. It is a cache: what cannot be read, or is not what was written, is not there,
 * and what cannot be written is not kept; neither is an error.
 */
#ifndef REPO_CACHE_H
#define REPO_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "repo/repo.h"

#define CACHE_MAX_BYTES ((size_t)64 << 20)
#define CACHE_VALUE_MAX_BYTES ((size_t)16 << 20)

struct cache;

/* expire_s: how old a value may be (INT64_MAX: any age). Nothing is made yet. */
struct err *cache_open(struct cache **out, struct repo *repo, int64_t expire_s) MUST_USE;
void cache_free(struct cache *cache);

/* Adds the value to out; false: it is not there. */
bool cache_get(const struct cache *cache, struct span key, struct str *out);
/* What a crash of the machine damages is not there any more. cache_trim() follows. */
void cache_put(const struct cache *cache, struct span key, struct span value);
void cache_trim(const struct cache *cache); /* to CACHE_MAX_BYTES */
void cache_forget(const struct cache *cache, struct span key);

/* Removes what is older than expire_s seconds, and what is too much. *removed: how many. */
struct err *cache_gc(struct repo *repo, int64_t expire_s, int64_t now_s,
		     size_t *removed) MUST_USE;

#endif
