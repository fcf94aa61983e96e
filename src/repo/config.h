/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What git config says, read once through git itself, so that scopes, includes
 * and `git -c` count as the user expects.
 *
 * A key is "section.name" or "section.<subsection>.name". Section and name are
 * compared without case, the subsection (which may hold dots) with it, as git
 * does. A name without "=" is the value "" to everything but config_get_bool(),
 * where it is true.
 */
#ifndef REPO_CONFIG_H
#define REPO_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

struct config;

/* From the output of `git config --list -z`: "key\nvalue\0" or "key\0" each. */
struct err *config_parse(struct config **out, struct span listing) MUST_USE;
void config_free(struct config *config);

/* The last value, or NULL. Borrowed from config, as all values here. */
const char *config_get(const struct config *config, const char *key);

/* All values after the last empty one, in order. *values is borrowed. */
size_t config_get_all(const struct config *config, const char *key,
		      const char *const **values);

/*
 * The last value as git reads it: true, yes, on or a number other than 0;
 * false, no, off, 0 or nothing. Absent leaves *out; anything else is ERR_CONFIG
 * naming the key as it is spelt here, the hint how to see where it was set.
 */
struct err *config_get_bool(const struct config *config, const char *key,
			    bool *out) MUST_USE;

/* A whole number, with k, m or g for its 1024s. Absent leaves *out. */
struct err *config_get_int(const struct config *config, const char *key, int64_t min,
			   int64_t max, int64_t *out) MUST_USE;

/*
 * Calls fn for each distinct name in "<section>.<name>.<anything>", in order of
 * first appearance: "dualfix.check" gives the names of the checks.
 */
void config_subsections(const struct config *config, const char *section,
			void (*fn)(void *ctx, const char *name), void *ctx);

#endif
