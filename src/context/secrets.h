/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must not be shown to a model although it stands in the repository, the
 * issue or a log: private keys, tokens, passwords. One table of patterns
 * (secrets.c), applied line by line.
 *
 * It finds what looks like a secret, not every secret: what a check must not be
 * able to leak, it must not be able to read (verify/sandbox.h).
 */
#ifndef CONTEXT_SECRETS_H
#define CONTEXT_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

struct secrets;

struct err *secrets_new(struct secrets **out) MUST_USE;
void secrets_free(struct secrets *secrets);

/* Whether path names a file that is one: id_rsa, .env, *.pem, ... Not shown at all. */
bool secrets_is_key_path(const char *path);

/*
 * Adds text to out, with "[a secret was here]" for each line that holds one
 * (and for the whole of a private key's block), and adds their number to
 * *withheld. Line ends and numbers stay as they are.
 */
struct err *secrets_filter(struct secrets *secrets, struct span text, struct str *out,
			   size_t *withheld) MUST_USE;

#endif
