/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "repo/repo.h"
#include "sys/secret.h"

/* What was asked for goes to stdout. */
static int answer(struct span text)
{
	struct err *err = terminal_out(text, false);
	struct terminal terminal;
	int code;

	if (!err)
		return 0;
	code = err_exit_code(err_kind(err));
	terminal_init(&terminal, false, 0, NULL, NULL);
	terminal_error(&terminal, err);
	err_drop(err);
	return code;
}

static int usage(const struct command *command, int code)
{
	struct str text = STR_INIT(64 * 1024);

	command_usage(command, &text);
	if (code)
		fputs(text.buf, stderr);
	else
		code = answer(str_span(&text));
	str_release(&text);
	return code;
}

static bool is_help(const char *arg)
{
	return !strcmp(arg, "-h") || !strcmp(arg, "--help");
}

/* Shows err, frees it, gives the exit status it stands for. */
static int report(struct terminal *terminal, const struct command *command, struct err *err)
{
	int code = err_exit_code(err_kind(err));
	bool is_usage = err_kind(err) == ERR_USAGE;

	terminal_error(terminal, err);
	err_drop(err);
	if (is_usage)
		fprintf(stderr, "hint: git dualfix %s -h\n", command->name);
	return code;
}

static int with_session(const struct command *command, const char *const *args)
{
	struct session session;
	bool help;
	int code = 0;
	struct err *err = session_open(&session, command->options, args, &help);

	if (!err && help) {
		code = usage(command, 0);
		goto out;
	}
	if (!err)
		err = command->call(&session, &code);
	terminal_clear(&session.terminal);
	if (err)
		code = report(&session.terminal, command, err);
	err = trace_close(session.trace, &session.events, command->name, code);
	if (err && code)
		(void)report(&session.terminal, command, err);
	else if (err)
		code = report(&session.terminal, command, err);
out:
	session_release(&session);
	return code;
}

static int without_session(const struct command *command, const char *const *args)
{
	struct terminal terminal;
	int code = 0;
	struct err *err;

	if (args[0] && is_help(args[0]))
		return usage(command, 0);
	err = command->call_raw(args, &code);
	if (!err)
		return code;
	terminal_init(&terminal, false, 0, NULL, NULL);
	return report(&terminal, command, err);
}

/*
 * A closed descriptor would be given to the next file that is opened, and what is
 * printed would go into that. As git does it.
 */
static bool fill_std_fds(void)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd < STDERR_FILENO)
		fd = dup(fd);
	if (fd > STDERR_FILENO)
		close(fd);
	return fd >= 0;
}

static void end_without_memory(void)
{
	static const char text[] = "fatal: out of memory\n";
	ssize_t done = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)done;
	_exit(128);
}

int main(int argc, char **argv)
{
	const struct command *command = NULL;
	const char *const *args = (const char *const *)argv + (argc > 0);

	if (!fill_std_fds()) {
		fprintf(stderr, "fatal: cannot open '/dev/null': %s\n", strerror(errno));
		return 128;
	}
	repo_at_nomem(end_without_memory);
	secret_scrub_env();
	if (!args[0])
		return usage(NULL, 129);
	if (is_help(args[0]))
		return usage(NULL, 0);
	if (!strcmp(args[0], "--version"))
		return answer(span_of("git-dualfix version " DUALFIX_VERSION "\n"));
	command = command_find(args[0]);
	if (command)
		args++;
	else
		command = &commands[0];
	if (command->call_raw)
		return without_session(command, args);
	return with_session(command, args);
}
