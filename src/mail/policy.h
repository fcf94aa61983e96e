/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a project says, in the files in which projects say it, that it takes no
 * contributions that a model made. Pure.
 *
 * A guess by words, made to be shown and not to be obeyed: one sentence that names
 * such contributions, forbids them, and makes no exception. What is found is quoted.
 */
#ifndef MAIL_POLICY_H
#define MAIL_POLICY_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/source.h"

#define POLICY_QUOTE_MAX_BYTES 300

/* Adds the first sentence of text that bans them, on one line and clean. */
bool policy_bans(struct span text, struct str *sentence);

/*
 * Looks into CONTRIBUTING, AGENTS.md, README and their kin. *file (static) is NULL
 * where none bans them. A file that is not there says nothing. One that cannot be
 * read (it may be missing in a partial clone) does not hide what others say; where
 * none of these bans them, its err is returned. That is a thing to be told and no
 * reason to end a run, unless err_is_signal().
 */
struct err *policy_look(const struct source *tree, const char **file,
			struct str *sentence) MUST_USE;

#endif
