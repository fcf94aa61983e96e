/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nothing leaves the machine without consent.
 *
 * Loopback needs none. dualfix.send=always gives it, never refuses. ask asks on
 * /dev/tty the first time for each repository and endpoint, naming host, files
 * and tokens, and remembers a yes in <common dir>/dualfix/consent; where there
 * is no terminal it is ERR_CONFIG with the line to type.
 */
#ifndef CMD_CONSENT_H
#define CMD_CONSENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "model/endpoint.h"

/* For struct wall; ctx is a struct person. */
struct err *consent_ask(void *ctx, const struct endpoint *endpoint, const char *const *files,
			size_t tokens) MUST_USE;

/* Whether consent_ask() would say yes without asking. */
bool consent_has(void *ctx, const struct endpoint *endpoint);

#endif
