/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "on-loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/capture.h"
#include "sys/clock.h"
#include "sys/proc.h"

#define SHELL "/bin/sh", "-c"

static const char *const env[] = { "PATH=bin::.:/usr/bin:/bin", "GREETING=hello", NULL };

struct run_case {
	const char *argv[5];
	const char *dir;
	const char *input;
	bool merge;
	enum proc_end end;
	int number; /* exit code, signal or errno */
	const char *out, *err;
	const char *say;
};

static const struct run_case run_cases[] = {
	{ { SHELL, "echo a; echo b >&2; exit 3" }, .end = PROC_EXITED, .number = 3,
	  .out = "a\n", .err = "b\n", .say = "exited with 3" },
	{ { SHELL, "echo a; echo b >&2; echo c" }, .merge = true, .out = "a\nb\nc\n",
	  .say = "exited with 0" },
	{ { SHELL, "kill -9 $$" }, .end = PROC_SIGNALED, .number = SIGKILL,
	  .say = "killed by signal 9 (Killed)" },
	{ { "no-such-program-here" }, .end = PROC_NOT_STARTED, .number = ENOENT,
	  .say = "not found" },
	{ { "/no/such/program" }, .end = PROC_NOT_STARTED, .number = ENOENT,
	  .say = "not found" },
	{ { "/" }, .end = PROC_NOT_STARTED, .number = EACCES,
	  .say = "could not be started: Permission denied" },
	{ { SHELL, "no-such-program-here 2>/dev/null" }, .number = 127,
	  .say = "exited with 127" },
	{ { "" }, .end = PROC_NOT_STARTED, .number = ENOENT, .say = "not found" },
	{ { "cat" }, .input = "fed\n", .out = "fed\n", .say = "exited with 0" },
	{ { "cat" }, .input = "", .out = "", .say = "exited with 0" },
	{ { "cat" }, .out = "", .say = "exited with 0" },
	{ { "true" }, .input = "nobody reads this", .say = "exited with 0" },
	{ { "pwd" }, .dir = "/usr", .out = "/usr\n", .say = "exited with 0" },
	{ { SHELL, "echo $GREETING-$HOME" }, .out = "hello-\n", .say = "exited with 0" },
	{ { SHELL, "(echo late; exec sleep 30) & echo soon" }, .out = "soon\nlate\n",
	  .say = "exited with 0" },
};

static int by_line(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Two processes write in no set order. */
static void assert_same_lines(const char *got, const char *want)
{
	char *a[8] = { NULL }, *b[8] = { NULL };
	char *x = strdup(got), *y = strdup(want);
	size_t n = 0, m = 0;

	for (char *p = strtok(x, "\n"); p && n < 8; p = strtok(NULL, "\n"))
		a[n++] = p;
	for (char *p = strtok(y, "\n"); p && m < 8; p = strtok(NULL, "\n"))
		b[m++] = p;
	assert_int_equal(n, m);
	qsort(a, n, sizeof(*a), by_line);
	qsort(b, m, sizeof(*b), by_line);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(a[i], b[i]);
	free(x);
	free(y);
}

static void test_run(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(run_cases); i++) {
		const struct run_case *c = &run_cases[i];
		struct proc_spec spec = {
			.argv = c->argv, .env = env, .dir = c->dir, .merge = c->merge,
			.input = span_of(c->input), .timeout_ms = 10000,
			.out_max_bytes = 1000, .err_max_bytes = 1000,
		};
		struct proc_result r;
		struct str say = STR_INIT(200);

		ok(proc_run(loop, &spec, &r));
		proc_result_say(&r, &say);
		assert_string_equal(say.buf, c->say);
		assert_int_equal(r.end, c->end);
		assert_int_equal(r.end == PROC_EXITED ? r.exit_code :
				 r.end == PROC_SIGNALED ? r.signal : r.exec_errno,
				 c->number);
		assert_same_lines(r.out.buf, c->out ? c->out : "");
		assert_same_lines(r.err.buf, c->err ? c->err : "");
		str_release(&say);
		proc_result_release(&r);
	}
}

static void test_dir_that_is_not_there(void **state)
{
	const char *argv[] = { "true", NULL };
	struct proc_spec spec = { .argv = argv, .env = env, .dir = "/no/such/folder" };
	struct proc_result r;
	struct err *err = proc_run(loop, &spec, &r);

	(void)state;
	assert_non_null(err);
	assert_non_null(strstr(err_text(err), "cannot enter '/no/such/folder'"));
	err_drop(err);
}

/* The working folder may be anybody's, so PATH's "" and "." mean nothing. */
static void test_no_program_of_the_working_folder(void **state)
{
	const char *argv[] = { "only-here", NULL };
	struct proc_spec spec = { .argv = argv, .env = env };
	char folder[] = "/tmp/u-proc-XXXXXX";
	char *back = getcwd(NULL, 0);
	struct proc_result r;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(symlink("/bin/true", "only-here"), 0);
	ok(proc_run(loop, &spec, &r));
	unlink("only-here");
	assert_int_equal(chdir(back), 0);
	rmdir(folder);
	free(back);
	assert_int_equal(r.end, PROC_NOT_STARTED);
	proc_result_release(&r);
}

static bool alive(pid_t pid)
{
	char path[64], state = 'Z';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(f);
	return state != 'Z';
}

static bool gone_soon(pid_t pid)
{
	for (int i = 0; i < 200 && alive(pid); i++)
		usleep(5000);
	return !alive(pid);
}

/* The whole group ends: with the deadline, and with its leader. */
static void test_group_is_killed(void **state)
{
	static const struct {
		const char *script;
		int64_t timeout_ms;
		enum proc_end end;
		int64_t least_ms, most_ms;
	} cases[] = {
		{ "sleep 60 & echo $!; sleep 60", 60, PROC_TIMED_OUT, 60, 5000 },
		{ "sleep 60 >/dev/null 2>&1 & echo $!", 9000, PROC_EXITED, 0, 490 },
		{ "sleep 60 & echo $!", 9000, PROC_EXITED, 500, 5000 },
		{ "kill -STOP $$; echo", 60, PROC_TIMED_OUT, 60, 1000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *argv[] = { SHELL, cases[i].script, NULL };
		struct proc_spec spec = {
			.argv = argv, .env = env, .timeout_ms = cases[i].timeout_ms,
			.out_max_bytes = 100,
		};
		struct proc_result r;
		pid_t pid;

		ok(proc_run(loop, &spec, &r));
		assert_int_equal(r.end, cases[i].end);
		assert_in_range(r.ms, cases[i].least_ms, cases[i].most_ms);
		pid = (pid_t)atoi(r.out.buf);
		if (pid > 0)
			assert_true(gone_soon(pid));
		proc_result_release(&r);
	}
}

/* A child that does not heed SIGTERM gets SIGKILL after the grace time. */
static void test_deaf_child_is_killed(void **state)
{
	const char *argv[] = { SHELL, "trap '' TERM; while :; do sleep 1; done", NULL };
	struct proc_spec spec = { .argv = argv, .env = env, .timeout_ms = 30 };
	struct proc_result r;

	(void)state;
	ok(proc_run(loop, &spec, &r));
	assert_int_equal(r.end, PROC_TIMED_OUT);
	assert_in_range(r.ms, 1000, 8000);
	proc_result_release(&r);
}

static void test_overflow_fails(void **state)
{
	const char *argv[] = { SHELL, "yes", NULL };
	struct proc_spec spec = {
		.argv = argv, .env = env, .timeout_ms = 9000, .out_max_bytes = 1000,
	};
	struct proc_result r;
	struct err *err = proc_run(loop, &spec, &r);

	(void)state;
	assert_non_null(err);
	assert_string_equal(err_text(err), "'/bin/sh' printed more than 1000 bytes");
	err_drop(err);
}

static void test_overflow_cuts(void **state)
{
	const char *argv[] = { SHELL, "seq 1 100000; echo end", NULL };
	struct proc_spec spec = {
		.argv = argv, .env = env, .timeout_ms = 9000, .out_max_bytes = 40,
		.overflow = PROC_OVERFLOW_CUTS,
	};
	struct proc_result r;

	(void)state;
	ok(proc_run(loop, &spec, &r));
	assert_string_equal(r.out.buf, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"
			    "[... 588859 bytes left out ...]\n98\n99999\n100000\nend\n");
	proc_result_release(&r);
}

/* However the bytes arrive, the same is kept. */
static void test_capture(void **state)
{
	static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	static const struct {
		size_t max_bytes, len;
		const char *want;
	} cases[] = {
		{ 40, 36, "0123456789abcdefghijklmnopqrstuvwxyz" },
		{ 36, 36, "0123456789abcdefghijklmnopqrstuvwxyz" },
		{ 35, 36, "0123456789abcdefgh\n[... 1 bytes left out ...]\n"
			  "jklmnopqrstuvwxyz" },
		{ 5, 36, "012\n[... 31 bytes left out ...]\nyz" },
		{ 5, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t step = 1; step <= sizeof(text); step++) {
			struct capture c;
			struct str out;
			size_t at = 0;

			capture_init(&c, cases[i].max_bytes, true);
			while (at < cases[i].len) {
				size_t left = cases[i].len - at;
				size_t n = left < step ? left : step;

				capture_add(&c, text + at, n);
				at += n;
			}
			assert_false(c.overflown);
			ok(capture_take(&c, &out));
			assert_string_equal(out.buf, cases[i].want);
			str_release(&out);
			capture_release(&c);
		}
	}
}

struct seen {
	struct proc *proc;
	bool done;
	int calls;
	size_t len;
	enum proc_end end;
};

static void on_done(void *ctx, struct proc_result *result)
{
	struct seen *seen = ctx;

	seen->calls++;
	seen->end = result->end;
	seen->len = result->out.len;
	seen->done = true;
	proc_free(seen->proc); /* harmless: the loop frees it */
	seen->proc = NULL;
}

/* Both pipes full at once must not lock parent and child against each other. */
static void test_large_input_comes_back(void **state)
{
	const char *argv[] = { "cat", NULL };
	size_t len = 3 << 20;
	char *bytes = calloc(1, len);
	struct proc_spec spec = {
		.argv = argv, .env = env, .timeout_ms = 20000, .out_max_bytes = len,
		.input = { bytes, len },
	};
	struct seen seen = { .done = false };

	(void)state;
	ok(proc_start(loop, &spec, on_done, &seen, &seen.proc));
	free(bytes);
	ok(loop_run(loop, &seen.done));
	assert_int_equal(seen.end, PROC_EXITED);
	assert_int_equal(seen.len, len);
}

static void test_kill_and_free(void **state)
{
	const char *argv[] = { "sleep", "600", NULL };
	const char *none[] = { "no-such-program-here", NULL };
	struct proc_spec spec = { .argv = argv, .env = env };
	struct seen killed = { .done = false }, freed = killed, absent = killed;
	int64_t begin_ms = clock_mono_ms();

	(void)state;
	ok(proc_start(loop, &spec, on_done, &killed, &killed.proc));
	ok(proc_start(loop, &spec, on_done, &freed, &freed.proc));
	spec.argv = none;
	ok(proc_start(loop, &spec, on_done, &absent, &absent.proc));
	proc_kill(killed.proc);
	proc_kill(killed.proc);
	proc_free(freed.proc);
	proc_free(absent.proc);
	ok(loop_run(loop, &killed.done));
	assert_int_equal(killed.calls, 1);
	assert_int_equal(killed.end, PROC_SIGNALED);
	assert_int_equal(freed.calls + absent.calls, 0);
	loop_free(loop); /* reaps what is left */
	loop = NULL;
	assert_true(clock_mono_ms() - begin_ms < 60000);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_interrupt_ends_the_wait(void **state)
{
	static const struct {
		const char *script;
		bool foreground;
		enum err_kind kind;
	} cases[] = {
		{ "kill -INT $PPID; sleep 60", false, ERR_INTERRUPTED },
		{ "kill -TERM $PPID; sleep 60", false, ERR_TERMINATED },
		{ "kill -TERM $PPID; exec sleep 60", true, ERR_TERMINATED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *argv[] = { SHELL, cases[i].script, NULL };
		struct proc_spec spec = {
			.argv = argv, .env = env, .foreground = cases[i].foreground,
		};
		struct proc_result r;
		struct err *err = proc_run(loop, &spec, &r);

		assert_non_null(err);
		assert_int_equal(err_kind(err), cases[i].kind);
		err_drop(err);
	}
}

static void run_out(const char *const *argv, struct proc_result *r)
{
	struct proc_spec spec = {
		.argv = argv, .env = env, .timeout_ms = 9000, .out_max_bytes = 1000,
	};

	ok(proc_run(loop, &spec, r));
	assert_int_equal(r->end, PROC_EXITED);
	assert_int_equal(r->exit_code, 0);
}

/* An editor's Ctrl-C is the editor's; it has our streams and our group. */
static void test_foreground(void **state)
{
	static const char script[] = "kill -INT $PPID; sleep 0.05; "
		"test $(cut -d' ' -f5 /proc/$$/stat) = $(cut -d' ' -f5 /proc/$PPID/stat)";
	const char *argv[] = { SHELL, script, NULL };
	struct proc_spec spec = { .argv = argv, .env = env, .foreground = true };
	struct proc_result r;
	bool done = true;

	(void)state;
	ok(proc_run(loop, &spec, &r));
	assert_int_equal(r.end, PROC_EXITED);
	assert_int_equal(r.exit_code, 0);
	proc_result_release(&r);
	ok(loop_run(loop, &done)); /* nor does it come later */
}

/* Nothing of ours reaches a child but its three streams; ls opens one itself. */
static void test_child_inherits_nothing(void **state)
{
	static const char *const fds[] = { "ls", "/proc/self/fd", NULL };
	static const char *const blocked[] = {
		"grep", "SigBlk", "/proc/self/status", NULL,
	};
	static const char *const ignored[] = {
		"grep", "SigIgn", "/proc/self/status", NULL,
	};
	static const char *const group[] = {
		"cut", "-d ", "-f1,5", "/proc/self/stat", NULL,
	};
	int fd = open("/", O_RDONLY); /* not close-on-exec */
	struct proc_result r;
	sigset_t usr1;
	int pid, pgid;

	(void)state;
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	run_out(fds, &r);
	assert_string_equal(r.out.buf, "0\n1\n2\n3\n");
	proc_result_release(&r);
	run_out(blocked, &r);
	assert_string_equal(r.out.buf, "SigBlk:\t0000000000000000\n");
	proc_result_release(&r);
	run_out(ignored, &r);
	assert_false(strtoull(r.out.buf + strlen("SigIgn:\t"), NULL, 16) &
		     (1ULL << (SIGPIPE - 1)));
	proc_result_release(&r);
	run_out(group, &r);
	assert_int_equal(sscanf(r.out.buf, "%d %d", &pid, &pgid), 2);
	assert_int_equal(pid, pgid);
	proc_result_release(&r);
	sigprocmask(SIG_UNBLOCK, &usr1, NULL);
	close(fd);
}

static void test_env_by_name(void **state)
{
	static const char *const names[] = {
		"DUALFIX_T_A", "DUALFIX_T", "DUALFIX_T_X*", NULL,
	};
	struct argv list = ARGV_INIT;

	(void)state;
	setenv("DUALFIX_T_A", "1", 1);
	setenv("DUALFIX_T_AB", "2", 1);
	setenv("DUALFIX_T_X1", "3", 1);
	setenv("DUALFIX_T_X2", "4", 1);
	proc_env(&list, names);
	ok(argv_err(&list));
	assert_int_equal(list.n, 3);
	assert_string_equal(list.v[0], "DUALFIX_T_A=1");
	argv_release(&list);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_run),
		T(test_dir_that_is_not_there),
		T(test_no_program_of_the_working_folder),
		T(test_group_is_killed),
		T(test_deaf_child_is_killed),
		T(test_overflow_fails),
		T(test_overflow_cuts),
		T(test_capture),
		T(test_large_input_comes_back),
		T(test_kill_and_free),
		T(test_interrupt_ends_the_wait),
		T(test_foreground),
		T(test_child_inherits_nothing),
		T(test_env_by_name),
	};

	signal(SIGINT, SIG_DFL); /* a background job ignores it */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
