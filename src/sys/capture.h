/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a child prints, under a ceiling. Either passing it is an overflow, or
 * the first and the last half are kept: a log begins with what was run and ends
 * with what went wrong.
 */
#ifndef SYS_CAPTURE_H
#define SYS_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct capture {
	struct str head;
	struct str tail;    /* once full, a ring */
	size_t oldest;      /* where the ring begins */
	uint64_t total_bytes;
	size_t max_bytes;
	bool overflown;     /* more came than may be kept, and it does not cut */
};

void capture_init(struct capture *c, size_t max_bytes, bool cuts);
void capture_release(struct capture *c);

void capture_add(struct capture *c, const char *bytes, size_t len);

/*
 * Hands over what was kept; if something was left out, a line between the
 * halves says how much. c is empty then. out need not be initialised.
 */
struct err *capture_take(struct capture *c, struct str *out) MUST_USE;

#endif
