/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of boxes, which an ordinary user must have, too: where they run as root, all of
 * them run once more as nobody before that, in a process of its own. The test
 * ordinary_user is what became of it.
 */
#ifndef AS_USER_H
#define AS_USER_H

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static int user_status = -1; /* -1: there was no other user */

static inline void ordinary_user(void **state)
{
	(void)state;
	if (user_status >= 0)
		assert_int_equal(user_status, 0);
}

static inline void run_as_user(int (*tests)(void))
{
	const struct passwd *pw = getpwnam("nobody");
	int status;
	pid_t pid;

	if (geteuid() || !pw)
		return;
	pid = fork();
	if (!pid) {
		/* Dumpable, as a program that was started by nobody would be, and where it may be. */
		if (dup2(2, 1) < 0 || setgroups(0, NULL) || setgid(pw->pw_gid) ||
		    setuid(pw->pw_uid) || prctl(PR_SET_DUMPABLE, 1) || chdir("/tmp"))
			_exit(99);
		unsetenv("TMPDIR");
		cmocka_set_message_output(CM_OUTPUT_STDOUT);
		exit(tests());
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		user_status = 98;
	else
		user_status = WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

#endif
