/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a log says is not installed. To be asked where nothing is known of the machine
 * yet: of a check that has run here before, what it prints is about the tree.
 */
#ifndef VERIFY_LACKS_H
#define VERIFY_LACKS_H

#include <stdbool.h>

#include "base/span.h"
#include "base/str.h"

/*
 * Whether a failing log says that the machine lacks something (a library, a
 * package, a tool), which tells nothing about the tree. why gets the line.
 */
bool log_names_lack(struct span log, struct str *why);

/* Whether a log, of a pass too, says that a program was not found. why gets the line. */
bool log_names_no_program(struct span log, struct str *why);

#endif
