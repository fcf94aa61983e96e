/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs, driven to their ends and told of.
 */
#ifndef CMD_DRIVE_H
#define CMD_DRIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cmd/input.h"
#include "cmd/session.h"
#include "flow/run.h"

/*
 * A run for each of the n inputs. print: the results go to stdout. *exit_code is
 * the first that is not 0.
 */
struct err *drive(struct session *s, const struct run_options *options,
		  struct input *inputs, size_t n, bool print, int *exit_code) MUST_USE;

#endif
