/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What git config says, read once through git itself, so that scopes, includes
 * and `git -c` count as the user expects.
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

/* From the output of `git config --list -z`. */
struct err *config_parse(struct config **out, struct span listing) MUST_USE;
void config_free(struct config *config);

/* The last value, or NULL. Section and name in lower case, subsection as it is. */
const char *config_get(const struct config *config, const char *key);

/* All values after the last empty one, in order. *values is borrowed. */
size_t config_get_all(const struct config *config, const char *key,
		      const char *const **values);

/* ERR_CONFIG naming the key when the value is not of the type; absent leaves *out. */
struct err *config_get_bool(const struct config *config, const char *key, bool *out) MUST_USE;
struct err *config_get_int(const struct config *config, const char *key, int64_t min,
			   int64_t max, int64_t *out) MUST_USE;

/* Calls fn for each distinct subsection of section ("dualfix.check": the names). */
void config_subsections(const struct config *config, const char *section,
			void (*fn)(void *ctx, const char *name), void *ctx);

#endif
