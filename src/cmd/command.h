/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands: one table, one file each. To add one, write cmd/<name>.c with its
 * function, and a row in command.c.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cmd/session.h"

enum command_needs {
	NEEDS_REPO = 1 << 0, /* a session is opened before it is called */
};

struct command {
	const char *name;
	unsigned options; /* its bit in the option table */
	unsigned needs;
	const char *synopsis; /* lines after "git dualfix", '\n' between them */
	const char *help;
	/*
	 * Returns an err that is shown and sets the exit status, or NULL with
	 * *exit_code set.
	 */
	struct err *(*call)(struct session *s, int *exit_code);
	/* Without a session: gets the raw arguments (hooks decide what they need). */
	struct err *(*call_raw)(const char *const *args, int *exit_code);
};

extern const struct command commands[];
extern const size_t commands_n;

const struct command *command_find(const char *name);

/* All of the usage, or that of one command. */
void command_usage(const struct command *command, struct str *out);

struct err *cmd_run(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_plan(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_apply(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_amend(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_resume(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_verify(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_take(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_drop(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_batch(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_log(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_show(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_init(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_doctor(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_gc(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_check_mail(struct session *s, int *exit_code) MUST_USE;
struct err *cmd_hook(const char *const *args, int *exit_code) MUST_USE;

#endif
