/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a forge did not give an issue, in words, and what to type next.
 *
 *	401, 403		ERR_CONFIG: the token, or that there is none
 *	404, 410, 3xx, 5xx	ERR_SERVICE; a forge says 404 of what is private, too
 *	429, and 403 at a limit	ERR_SERVICE, with when it ends
 */
#ifndef FORGE_REFUSAL_H
#define FORGE_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "forge/dialect.h"
#include "forge/get.h"
#include "forge/token.h"

/* Never NULL. now_s: seconds since 1970. */
struct err *refusal_make(const struct place *place, const struct answer *answer,
			 const struct token *token, bool declared,
			 int64_t now_s) MUST_USE;

/* Whether a token could change it. */
bool refusal_wants_token(const struct answer *answer);

#endif
