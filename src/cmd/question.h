/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions to the user, on /dev/tty whatever the standard streams are. Turns the
 * loop, so that Ctrl-C is heard.
 */
#ifndef CMD_QUESTION_H
#define CMD_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "sys/loop.h"

/* Whether there is anybody to ask. */
bool question_possible(void);

/*
 * Prints text, cleaned, with a blank behind it and reads a line, trimmed. ERR_CONFIG
 * when there is no terminal or it is closed.
 */
struct err *question_ask(struct loop *loop, const char *text, struct str *answer) MUST_USE;

/*
 * The line that is typed on tty, its newline with it. False: there is none, as after
 * Ctrl-C, which the next loop_run() returns.
 */
bool question_read(struct loop *loop, FILE *tty, char *line, size_t size);

#endif
