/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our hooks, put into a repository and taken out again.
 *
 * git 2.54 and later runs hooks that its configuration names: no file is needed, and
 * other hooks go on beside ours. Else the file is written where git looks for it
 * (core.hooksPath counts), if none is there. A hook of somebody else's is moved
 * aside and called after ours if the user wants that (chain); else it is not touched,
 * and ERR_CONFIG says so.
 *
 * said gets how it was done, or what the user adds to which file: lines, the first
 * one for the eye, the rest as they are to be typed.
 */
#ifndef HOOK_INSTALL_H
#define HOOK_INSTALL_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "repo/repo.h"

/* event: one of hook_events (hook/place.h). Again is no error. */
struct err *hook_install(struct repo *repo, const char *event, bool chain,
			 struct str *said) MUST_USE;

/*
 * Takes out what hook_install() put in, and nothing else: folder and configuration
 * are byte for byte what they were. said stays empty if ours was not there.
 */
struct err *hook_uninstall(struct repo *repo, const char *event, struct str *said) MUST_USE;

/* What stands there now: ours, another's, or none. */
struct err *hook_describe(struct repo *repo, const char *event, struct str *out) MUST_USE;

#endif
