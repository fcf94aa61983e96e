/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tokens, and which of them is whose: one is sent to its own host and to no other.
 *
 * A variable that tools of the forge read belongs to the host that another variable
 * names (GH_HOST, GITLAB_HOST, ...), else to the public forge it is for, or to a host
 * that the user declared to be of that kind with dualfix.<host>.forge. What a remote
 * says counts for nothing: who is cloned from has not earned a key.
 */
#ifndef FORGE_TOKEN_H
#define FORGE_TOKEN_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "forge/dialect.h"
#include "sys/loop.h"
#include "sys/secret.h"

struct token {
	struct secret *secret; /* NULL: none */
	const char *source;    /* the variable, or "git credential" */
	const char *as;        /* sys/http.h bearer_as */
};

/* The value of a variable that is no secret; NULL if it is not set. */
typedef const char *(*variable_fn)(const char *name);

/* One from the environment that belongs to the place, if there is one. */
void token_from_variables(struct token *out, const struct place *place, bool declared,
			  variable_fn variable);

/* What git credential has for the site. Turns the loop. */
struct err *token_from_git(struct token *out, struct loop *loop,
			   const struct place *place) MUST_USE;

void token_release(struct token *token);

/* What to type so that one is found, for a hint. */
void token_hint(const struct place *place, bool declared, struct str *out);

#endif
