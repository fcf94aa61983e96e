/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a forge answers, read into a thread. Pure.
 *
 * Errors are ERR_SERVICE for an answer that is no issue, and ERR_INPUT for one that
 * is a pull request.
 */
#ifndef FORGE_DECODE_H
#define FORGE_DECODE_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "forge/dialect.h"
#include "forge/thread.h"

/* Of one answer. */
#define DECODE_MAX_BYTES ((size_t)8 << 20)

struct err *decode_issue(struct thread *thread, const struct dialect *dialect,
			 struct span json) MUST_USE;

/*
 * Adds a page of comments. What the forge itself noted ("changed the title") and
 * what is for the project's members alone is passed over.
 */
struct err *decode_comments(struct thread *thread, const struct dialect *dialect,
			    struct span json) MUST_USE;

/* What a refusal says of itself, as one clean line; maybe none. */
void decode_message(struct span body, struct str *out);

#endif
