/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user names on the command line, read: an issue or a plan.
 *
 * An issue is "-" (stdin), the text of -m, a number or address of a forge, or a
 * file: text, mail (mbox or .eml), SARIF, gcc JSON, clang-tidy, cargo, ruff or ESLint
 * output, or a log.
 */
#ifndef CMD_INPUT_H
#define CMD_INPUT_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cmd/session.h"
#include "flow/run.h"
#include "issue/text.h"
#include "plan/plan.h"

struct input {
	struct run_input run; /* borrows from what follows */
	struct str raw, address, message_id;
	struct issue_text text;
	struct plan plan;
};

void input_init(struct input *input);
void input_release(struct input *input);

/*
 * A file, "-" for stdin, or a number or address of a forge (forge/read.h), which
 * turns the loop. s stays open as long as input.
 */
struct err *input_read_issue(struct input *input, struct session *s,
			     const char *argument) MUST_USE;

/* The same for a text itself: what a log says in it is found, too. */
struct err *input_take_message(struct input *input, struct session *s,
			       struct span message) MUST_USE;
struct err *input_take_failing(struct input *input) MUST_USE;

/* Adds the plan in path ("-": stdin) to what input has. */
struct err *input_read_plan(struct input *input, const char *path) MUST_USE;

#endif
