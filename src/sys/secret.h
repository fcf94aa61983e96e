/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys. The one reader of key variables and of git's credentials, and the one
 * place that can blank them out of what is about to be shown or written.
 *
 * secret_scrub_env() runs first thing in main: it takes the known key variables
 * out of our environment into memory of this room, so that no child can inherit
 * them whatever its spec says.
 */
#ifndef SYS_SECRET_H
#define SYS_SECRET_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "sys/loop.h"

struct secret;

/*
 * Takes variables whose name says key, token, secret or password out of environ,
 * and their bytes out of what /proc shows of us. Earlier getenv() results die.
 */
void secret_scrub_env(void);

/*
 * The key for url: the variable own_variable, then named_variable (either may
 * be NULL), then git credential fill for url, which asks nobody. *out is NULL
 * when there is none; source (static text, or the variable's name) says where
 * it was found. Turns the loop: not from a callback.
 */
struct err *secret_find(struct secret **out, struct loop *loop, const char *url,
			const char *own_variable, const char *named_variable,
			const char **source) MUST_USE;

/* The value of a variable as a secret, scrubbed from now on; NULL if it has none. */
struct secret *secret_from_variable(const char *name);

void secret_free(struct secret *secret);

/* For sys/http.c alone. */
const char *secret_reveal(const struct secret *secret);

/* Every known key in s becomes "[key]". For all that is written or shown of replies. */
void secret_redact(struct str *s);
void secret_redact_word(char *word, size_t size); /* in a buffer; what is too long is cut */

#endif
