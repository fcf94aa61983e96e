/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An issue on a forge, by number or address, to text: the door of the room.
 *
 * A number is one of the repository's remote (forge/source.h). No token is asked of
 * git before the forge wants one: what is public costs no credential helper.
 *
 * Nothing but the requests is sent, and a key to its own host only (forge/token.h).
 */
#ifndef FORGE_READ_H
#define FORGE_READ_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/events.h"
#include "base/str.h"
#include "forge/token.h"
#include "repo/repo.h"
#include "sys/http.h"
#include "sys/loop.h"

struct forge_env {
	struct loop *loop;
	struct http *http;
	struct repo *repo;
	const struct events *events;
	variable_fn variable;
};

/* Whether argument is "7", "#7" or a web address, and so never a file. */
bool forge_is_issue(const char *argument);

/*
 * Adds the issue to text (forge/thread.h) and its https address to address. Turns
 * the loop. Errors name the argument.
 */
struct err *forge_read(struct str *text, struct str *address, const char *argument,
		       const struct forge_env *env) MUST_USE;

#endif
