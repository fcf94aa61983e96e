/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our hook, put into a repository and taken out again.
 *
 * git 2.54 and later runs hooks that its configuration names (hook.dualfix.*): no
 * file is needed, and other hooks go on beside it. Else the file is written where
 * git looks for it (core.hooksPath counts), if none is there. A hook of somebody
 * else's is never touched: ERR_CONFIG says which line to add to it.
 */
#ifndef HOOK_INSTALL_H
#define HOOK_INSTALL_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "repo/repo.h"

/* event: "pre-push". How it was done goes to said, one line. Again is no error. */
struct err *hook_install(struct repo *repo, const char *event, struct str *said) MUST_USE;

/* Takes out what hook_install() put in, and nothing else. */
struct err *hook_uninstall(struct repo *repo, const char *event, struct str *said) MUST_USE;

/* What stands there now: ours, another's, or none. */
struct err *hook_describe(struct repo *repo, const char *event, struct str *out) MUST_USE;

#endif
