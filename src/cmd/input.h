/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user names on the command line, read: an issue or a plan.
 *
 * An issue is "-" (stdin), the text of -m, a number or address of a forge, or a
 * file: text, SARIF, gcc JSON, clang-tidy, cargo, ruff or ESLint output, or a log.
 */
#ifndef CMD_INPUT_H
#define CMD_INPUT_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "flow/run.h"
#include "forge/read.h"
#include "issue/text.h"
#include "plan/plan.h"

struct input {
	struct run_input run; /* borrows from what follows */
	struct str raw, address;
	struct issue_text text;
	struct plan plan;
};

void input_init(struct input *input);
void input_release(struct input *input);

/* A file, or "-"; root is the folder that paths in logs are relative to. */
struct err *input_read_issue(struct input *input, const char *path,
			     const char *root) MUST_USE;
/* One that forge_is_issue(). Turns the loop. */
struct err *input_fetch_issue(struct input *input, const char *argument,
			      const struct forge_env *forge) MUST_USE;
struct err *input_take_message(struct input *input, struct span message) MUST_USE;
struct err *input_take_failing(struct input *input) MUST_USE;

/* Adds the plan in path ("-": stdin) to what input has. */
struct err *input_read_plan(struct input *input, const char *path) MUST_USE;

#endif
