/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other ways to read what a model wrote as find and replace, tried when the plain
 * one is nowhere: a numbered listing, one level of escaping too many, HTML
 * entities, a code fence. Both texts must read that way, and find must change by it.
 */
#ifndef EDIT_READING_H
#define EDIT_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/str.h"

struct reading {
	const char *name; /* a rung's word for the report */
	/* Adds what s says, read that way, to out; false if it does not read so. */
	bool (*read)(struct span s, struct str *out);
	bool unfences; /* not to be read, where the file has the fence as well */
};

extern const struct reading readings[];
extern const size_t n_readings;

#endif
