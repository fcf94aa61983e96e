/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "sys/signals.h"

static struct loop *loop;
static char top[] = "/tmp/u-warden-XXXXXX";
static const struct hold held = { .warden = HOLD_WARDEN_OF_ALL };

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(top));
	assert_int_equal(chdir(top), 0);
	ok(loop_new(&loop));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	loop_free(loop);
	ok(file_remove_tree(top));
	return 0;
}

static const char *const env[] = { "PATH=/usr/bin:/bin", NULL };

static struct proc_spec spec_of(const char *const *argv, const struct hold *hold)
{
	return (struct proc_spec){
		.argv = argv, .env = env, .hold = hold, .timeout_ms = 20000,
		.out_max_bytes = 4096, .merge = true,
	};
}

static void run(const char *command, const struct hold *hold, int64_t timeout_ms,
		struct proc_result *result)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	struct proc_spec spec = spec_of(argv, hold);

	if (timeout_ms)
		spec.timeout_ms = timeout_ms;
	ok(proc_run(loop, &spec, result));
}

/* The pid that a command left in name; waits for it, since it may be slow. */
static pid_t pid_in(const char *name)
{
	int pid = 0;

	for (int i = 0; i < 12000 && pid < 2; i++) {
		FILE *f = fopen(name, "r");

		if (f && fscanf(f, "%d\n", &pid) != 1)
			pid = 0;
		if (f)
			fclose(f);
		usleep(5000);
	}
	assert_true(pid > 1);
	unlink(name);
	return pid;
}

static void assert_gone(pid_t pid)
{
	for (int i = 0; i < 12000; i++) {
		if (kill(pid, 0) && errno == ESRCH)
			return;
		usleep(5000);
	}
	kill(pid, SIGKILL);
	fail_msg("process %d lives on", (int)pid);
}

static void ends_as_its_child(void **state)
{
	static const struct {
		const char *command;
		enum proc_end end;
		int number;
		const char *out;
	} rows[] = {
		{ "echo a; echo b >&2; exit 3", PROC_EXITED, 3, "a\nb\n" },
		{ ":", PROC_EXITED, 0, "" },
		{ "kill -9 $$", PROC_SIGNALED, SIGKILL, "" },
		{ "kill -TERM $$", PROC_SIGNALED, SIGTERM, "" },
		{ "kill -SEGV $$", PROC_SIGNALED, SIGSEGV, "" },
		{ "sleep 0.05 & wait; echo waited", PROC_EXITED, 0, "waited\n" },
		{ "(: </dev/tty) 2>/dev/null || echo no terminal", PROC_EXITED, 0,
		  "no terminal\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct proc_result r;

		run(rows[i].command, &held, 0, &r);
		assert_int_equal(r.end, rows[i].end);
		assert_int_equal(r.end == PROC_EXITED ? r.exit_code : r.signal,
				 rows[i].number);
		assert_string_equal(r.out.buf, rows[i].out);
		proc_result_release(&r);
	}
}

static void not_found_is_told(void **state)
{
	static const char *const argv[] = { "/no/such/program", NULL };
	struct proc_spec spec = spec_of(argv, &held);
	struct proc_result r;

	(void)state;
	ok(proc_run(loop, &spec, &r));
	assert_int_equal(r.end, PROC_NOT_STARTED);
	assert_int_equal(r.exec_errno, ENOENT);
	proc_result_release(&r);
}

/* Where it hides, and what it does not hear. */
static const char *const strays[] = {
	"sh -c 'echo $$ >pid; exec sleep 60' & while ! test -s pid; do sleep 0.01; done",
	"setsid sh -c 'echo $$ >pid; exec sleep 60' & while ! test -s pid; do sleep 0.01; done",
	"setsid sh -c 'trap \"\" TERM HUP INT; echo $$ >pid; sleep 60; sleep 60' &"
	" while ! test -s pid; do sleep 0.01; done",
	"setsid sh -c 'setsid sh -c \"echo \\$\\$ >pid; exec sleep 60\" & exit' &"
	" while ! test -s pid; do sleep 0.01; done",
	"setsid sh -c 'echo $$ >pid; kill -STOP $$' & while ! test -s pid; do sleep 0.01; done",
};

static void strays_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(strays) / sizeof(strays[0]); i++) {
		struct proc_result r;

		run(strays[i], &held, 0, &r);
		assert_int_equal(r.end, PROC_EXITED);
		assert_gone(pid_in("pid"));
		proc_result_release(&r);
	}
}

/* The test can fail: without a warden, one in a session of its own stays. */
static void without_a_warden_they_stay(void **state)
{
	struct proc_result r;
	pid_t pid;

	(void)state;
	run("setsid sh -c 'echo $$ >pid; exec sleep 60' >/dev/null 2>&1 &"
	    " while ! test -s pid; do sleep 0.01; done", NULL, 0, &r);
	pid = pid_in("pid");
	assert_int_equal(kill(pid, 0), 0);
	kill(pid, SIGKILL);
	proc_result_release(&r);
}

static void deadline_ends_all(void **state)
{
	struct proc_result r;

	(void)state;
	run("trap '' TERM; setsid sh -c 'trap \"\" TERM; echo $$ >pid; sleep 60; sleep 60' &"
	    " echo $$ >own; sleep 60; sleep 60", &held, 300, &r);
	assert_int_equal(r.end, PROC_TIMED_OUT);
	assert_true(r.ms < 6000);
	assert_gone(pid_in("pid"));
	assert_gone(pid_in("own"));
	proc_result_release(&r);
}

/* A command that heeds SIGTERM has the time to say so. */
static void deadline_is_told(void **state)
{
	struct proc_result r;

	(void)state;
	run("trap 'echo cleaned; exit 0' TERM; while :; do sleep 0.02; done", &held, 200, &r);
	assert_int_equal(r.end, PROC_TIMED_OUT);
	assert_non_null(strstr(r.out.buf, "cleaned\n"));
	proc_result_release(&r);
}

/* A process that runs a held command as a user's would, and is killed. */
static void dies_with_us(const struct hold *hold, const char *command)
{
	pid_t us = fork();
	int status;

	if (!us) {
		struct proc_result r;

		loop_free(loop);
		loop = NULL;
		if (loop_new(&loop))
			_exit(1);
		run(command, hold, 0, &r);
		_exit(0);
	}
	assert_true(us > 0);
	for (int i = 0; i < 2000 && (access("pid", F_OK) || access("own", F_OK)); i++)
		usleep(5000);
	kill(us, SIGKILL);
	assert_int_equal(waitpid(us, &status, 0), us);
	assert_gone(pid_in("pid"));
	assert_gone(pid_in("own"));
}

static void they_die_with_us(void **state)
{
	const struct hold group = { .warden = HOLD_WARDEN_OF_GROUP };

	(void)state;
	dies_with_us(&held, "setsid sh -c 'trap \"\" TERM; echo $$ >pid; sleep 60; sleep 60' &"
			    " echo $$ >own; sleep 60");
	dies_with_us(&group, "sh -c 'trap \"\" TERM; echo $$ >pid; sleep 60; sleep 60' &"
			     " echo $$ >own; sleep 60");
}

/* In a session with a terminal: the child has none, and gets none. */
static void terminal_is_left(void **state)
{
	char text[256] = "";
	size_t n = 0;
	ssize_t got;
	int fd, status;
	pid_t us = forkpty(&fd, NULL, NULL, NULL);

	(void)state;
	if (!us) {
		struct proc_result r;

		loop = NULL;
		/* The handlers of the parent's loop are ours as well. */
		signals_give_back();
		if (access("/dev/tty", R_OK) || loop_new(&loop))
			_exit(1);
		run("(: </dev/tty) 2>/dev/null || echo no terminal", &held, 0, &r);
		dprintf(1, "%s", r.out.buf);
		run("(: </dev/tty) 2>/dev/null && echo a terminal", NULL, 0, &r);
		dprintf(1, "%s", r.out.buf);
		_exit(0);
	}
	assert_true(us > 0);
	while (n < sizeof(text) - 1 && (got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	assert_int_equal(waitpid(us, &status, 0), us);
	assert_int_equal(status, 0);
	assert_string_equal(text, "no terminal\r\na terminal\r\n");
}

/* One who does not wait for the warden takes the group along all the same. */
static void group_is_killed_with_it(void **state)
{
	const char *const argv[] = { "/bin/sh", "-c",
		"trap '' TERM; (trap '' TERM; echo >started; sleep 61; sleep 61) & sleep 61;"
		" sleep 61", NULL };
	struct proc_spec spec = spec_of(argv, &held);
	struct proc *proc;
	bool never = false;
	pid_t warden;

	(void)state;
	ok(proc_start(loop, &spec, NULL, &never, &proc));
	for (int i = 0; i < 2000 && access("started", F_OK); i++)
		usleep(5000);
	unlink("started");
	warden = proc_pid(proc);
	kill(-warden, SIGKILL);
	proc_free(proc);
	loop_free(loop);
	for (int i = 0; i < 2000 && !kill(-warden, 0); i++)
		usleep(5000);
	assert_int_equal(kill(-warden, 0), -1);
	ok(loop_new(&loop));
}

static void proc_free_ends_all(void **state)
{
	const char *const argv[] = { "/bin/sh", "-c",
		"setsid sh -c 'echo $$ >pid; exec sleep 60' & sleep 60", NULL };
	struct proc_spec spec = spec_of(argv, &held);
	struct proc *proc;
	bool never = false;
	pid_t pid;

	(void)state;
	ok(proc_start(loop, &spec, NULL, &never, &proc));
	pid = pid_in("pid");
	proc_free(proc);
	loop_free(loop);
	assert_gone(pid);
	ok(loop_new(&loop));
}

static void limits_hold(void **state)
{
	static const struct hold_limit limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_FSIZE, 4096 },
		{ RLIMIT_NOFILE, 64 },
		{ RLIMIT_NOFILE, 128 }, /* more than there is changes nothing */
	};
	const struct hold hold = { .limits = limits, .n_limits = 4, .first_to_go = true };
	struct proc_result r;

	(void)state;
	run("ulimit -c; ulimit -Hn; cat /proc/self/oom_score_adj", &hold, 0, &r);
	assert_string_equal(r.out.buf, "0\n64\n1000\n");
	proc_result_release(&r);
	run("exec head -c 8192 /dev/zero >big", &hold, 0, &r);
	assert_true(r.end == PROC_SIGNALED && r.signal == SIGXFSZ);
	proc_result_release(&r);
}

static int refuse(const void *ctx)
{
	return *(const int *)ctx;
}

static void confinement_that_fails_starts_nothing(void **state)
{
	static const int errnum = EXDEV;
	struct hold hold = { .confine = refuse, .confine_ctx = &errnum };
	struct proc_result r;

	(void)state;
	for (int i = 0; i < 2; i++) {
		hold.warden = i;
		run("echo ran", &hold, 0, &r);
		assert_int_equal(r.end, PROC_NOT_STARTED);
		assert_int_equal(r.exec_errno, EXDEV);
		assert_string_equal(r.out.buf, "");
		proc_result_release(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_as_its_child),
		cmocka_unit_test(not_found_is_told),
		cmocka_unit_test(strays_end),
		cmocka_unit_test(without_a_warden_they_stay),
		cmocka_unit_test(deadline_ends_all),
		cmocka_unit_test(deadline_is_told),
		cmocka_unit_test(they_die_with_us),
		cmocka_unit_test(terminal_is_left),
		cmocka_unit_test(group_is_killed_with_it),
		cmocka_unit_test(proc_free_ends_all),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(confinement_that_fails_starts_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
