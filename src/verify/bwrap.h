/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The box that bubblewrap makes: namespaces of its own, and a root folder that
 * has only what is shown in it. What it promises, its arguments say; they stand
 * in one table (bwrap.c).
 *
 * Folders of the box itself (/tmp, /var/tmp, /run, home) are empty, in memory,
 * and gone with the command. Inside, TMPDIR has a short name, so that paths of
 * sockets fit and logs of two runs can be compared.
 */
#ifndef VERIFY_BWRAP_H
#define VERIFY_BWRAP_H

#include <stdbool.h>

#include "base/argv.h"
#include "verify/box.h"
#include "verify/premises.h"

/* Adds bwrap and its arguments, up to where the command follows. */
void bwrap_args(const struct sandbox *sandbox, const struct premises *at, struct argv *args);

/* Whether path, which has no link in it, is seen in the box as it is outside. */
bool bwrap_shows(const struct premises *at, const char *path);

#endif
