/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of one edit.
 */
#ifndef EDIT_RESULT_H
#define EDIT_RESULT_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/str.h"

#define EDIT_REASON_MAX_BYTES ((size_t)4096)

enum edit_status {
	EDIT_APPLIED,
	EDIT_SATISFIED, /* what it wants is there already */
	EDIT_FAILED,    /* no place, or more than one: a model may try */
	EDIT_REFUSED,   /* must not be done, whoever asks: conflict, binary, link, ... */
	EDIT_WAITING,   /* needs a model: resolver_region() says for what */
	EDIT_SKIPPED,   /* not tried, because another failed */
};

struct edit_result {
	enum edit_status status;
	const char *rung; /* static word for what matched: "literal", ...; NULL: none */
	size_t line;      /* 1-based line of the base where it landed, or is nearest; 0: none */
	struct str reason; /* why not, in a few lines for a person or a model; may be empty */
};

void edit_result_init(struct edit_result *result);
void edit_result_release(struct edit_result *result);
const char *edit_status_name(enum edit_status status);

/* Sets the status and the first line of the reason; what stood there is dropped. */
void edit_result_set(struct edit_result *result, enum edit_status status,
		     const char *fmt, ...) PRINTF_LIKE(3, 4);

/* One more line of the reason. Past its ceiling a reason grows no more. */
void edit_result_note(struct edit_result *result, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Done at line (1-based). */
void edit_result_done(struct edit_result *result, enum edit_status status,
		      const char *rung, size_t line);

#endif
