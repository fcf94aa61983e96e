/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of our own environment counts for a box: where programs are, where home
 * is, where temporary files go.
 */
#ifndef VERIFY_SURROUNDINGS_H
#define VERIFY_SURROUNDINGS_H

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"

struct surroundings {
	struct argv env; /* "NAME=value" */
};

struct err *surroundings_take(struct surroundings *out) MUST_USE;
void surroundings_release(struct surroundings *s);

/* The value of name in a list of "NAME=value"; NULL if it has none. */
const char *env_value(const struct argv *env, const char *name);

/* Absolute; NULL when the user has none. */
const char *surroundings_home(const struct surroundings *s);

/* An absolute folder for temporary files: TMPDIR, else /tmp. */
const char *surroundings_temp(const struct surroundings *s);

#endif
