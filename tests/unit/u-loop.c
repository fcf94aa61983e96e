/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/loop.h"

static struct loop *loop;
static struct loop_watch *watches[2];
static struct loop_timer *timers[2];
static char trail[64]; /* what was called, one letter each */
static bool done;
static int pipes[2][2];

static void leave(char c)
{
	size_t n = strlen(trail);

	assert_true(n + 1 < sizeof(trail));
	trail[n] = c;
	trail[n + 1] = '\0';
}

static int setup(void **state)
{
	(void)state;
	ok(loop_new(&loop));
	trail[0] = '\0';
	done = false;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pipe(pipes[i]), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	loop_free(loop);
	for (int i = 0; i < 2; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	return 0;
}

static void on_letter(void *ctx)
{
	leave(*(const char *)ctx);
}

static void on_finish(void *ctx)
{
	(void)ctx;
	leave('!');
	done = true;
}

static void timer_at(int64_t ms, const char *letter)
{
	ok(loop_timer(loop, loop_now_ms(loop) + ms, on_letter, (void *)letter, NULL));
}

static void finish_at(int64_t ms)
{
	ok(loop_timer(loop, loop_now_ms(loop) + ms, on_finish, NULL, NULL));
}

static void test_timers_in_order(void **state)
{
	struct loop_timer *timer;

	(void)state;
	timer_at(6, "c");
	timer_at(0, "a");
	timer_at(3, "b");
	ok(loop_timer(loop, loop_now_ms(loop) + 4, on_letter, (void *)"x", &timer));
	finish_at(9);
	loop_cancel(loop, timer);
	ok(loop_run(loop, &done));
	assert_string_equal(trail, "abc!");
}

static void on_again(void *ctx)
{
	leave('r');
	ok(loop_timer(loop, 0, on_again, ctx, NULL));
	ok(loop_post(loop, on_finish, NULL));
}

/* A timer that is always due must not keep posts and descriptors waiting. */
static void test_timer_of_a_timer_waits_a_turn(void **state)
{
	(void)state;
	ok(loop_timer(loop, 0, on_again, NULL, NULL));
	ok(loop_run(loop, &done));
	assert_string_equal(trail, "r!");
}

static void on_cancel_other(void *ctx)
{
	leave(*(const char *)ctx);
	for (int i = 0; i < 2; i++) {
		loop_cancel(loop, timers[i]);
		timers[i] = NULL;
	}
}

static void test_timer_cancels_due_timer(void **state)
{
	int64_t now_ms = loop_now_ms(loop);

	(void)state;
	ok(loop_timer(loop, now_ms, on_cancel_other, (void *)"1", &timers[0]));
	ok(loop_timer(loop, now_ms, on_cancel_other, (void *)"2", &timers[1]));
	finish_at(2);
	timers[0] = NULL; /* dead once it runs */
	ok(loop_run(loop, &done));
	assert_string_equal(trail, "1!");
}

static void on_unwatch_both(void *ctx, short revents)
{
	assert_true(revents & POLLIN);
	leave(*(const char *)ctx);
	for (int i = 0; i < 2; i++) {
		loop_unwatch(loop, watches[i]);
		watches[i] = NULL;
	}
}

static void test_watch_unwatches_ready_watch(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(write(pipes[i][1], "x", 1), 1);
		ok(loop_watch(loop, pipes[i][0], POLLIN, on_unwatch_both,
			      (void *)(i ? "2" : "1"), &watches[i]));
	}
	finish_at(3);
	ok(loop_run(loop, &done));
	assert_string_equal(trail, "1!");
}

static void on_hang_up(void *ctx, short revents)
{
	(void)ctx;
	assert_true(revents & POLLHUP);
	on_finish(NULL);
}

static void test_hang_up_is_told(void **state)
{
	(void)state;
	ok(loop_watch(loop, pipes[0][0], POLLIN, on_hang_up, NULL, &watches[0]));
	close(pipes[0][1]);
	pipes[0][1] = dup(2);
	ok(loop_run(loop, &done));
}

static void on_never(void *ctx, short revents)
{
	(void)ctx;
	(void)revents;
	fail_msg("called for a closed descriptor");
}

static void test_closed_descriptor_is_an_error(void **state)
{
	int fd = dup(2);

	(void)state;
	ok(loop_watch(loop, fd, POLLIN, on_never, NULL, &watches[0]));
	close(fd);
	fails_saying(loop_run(loop, &done), ERR_FATAL, "");
	loop_unwatch(loop, watches[0]);
}

static void on_post_more(void *ctx)
{
	(void)ctx;
	leave('p');
	ok(loop_post(loop, on_finish, NULL));
}

static void test_posts(void **state)
{
	(void)state;
	ok(loop_post(loop, on_letter, (void *)"a"));
	ok(loop_post(loop, on_letter, trail));
	ok(loop_post(loop, on_post_more, NULL));
	ok(loop_post(loop, on_letter, (void *)"b"));
	loop_unpost(loop, on_letter, trail);
	ok(loop_run(loop, &done));
	assert_string_equal(trail, "apb!");
}

static void on_post_again(void *ctx)
{
	if (!done)
		ok(loop_post(loop, on_post_again, ctx));
}

/* Nor may a post that posts itself keep anything waiting. */
static void test_post_of_a_post_waits_a_turn(void **state)
{
	(void)state;
	ok(loop_post(loop, on_post_again, NULL));
	ok(loop_post(loop, on_post_again, NULL));
	finish_at(2);
	ok(loop_run(loop, &done));
}

static void on_fail(void *ctx)
{
	(void)ctx;
	leave('f');
	loop_fail(loop, err_new(ERR_SERVICE, "first"));
	loop_fail(loop, err_new(ERR_INPUT, "second"));
}

static void test_failure_stops_and_work_goes_on_later(void **state)
{
	(void)state;
	ok(loop_post(loop, on_fail, NULL));
	ok(loop_post(loop, on_finish, NULL));
	fails_saying(loop_run(loop, &done), ERR_SERVICE, "");
	assert_string_equal(trail, "f");
	ok(loop_run(loop, &done));
	assert_string_equal(trail, "f!");
}

static void on_run(void *ctx)
{
	(void)ctx;
	fails_saying(loop_run(loop, &done), ERR_FATAL, "");
	done = true;
}

static void test_no_run_within_a_run(void **state)
{
	(void)state;
	ok(loop_post(loop, on_run, NULL));
	ok(loop_run(loop, &done));
}

static void on_raise(void *ctx)
{
	raise(*(const int *)ctx);
}

static void test_stop_signals(void **state)
{
	static const struct {
		int sig;
		enum err_kind kind;
		bool before;
	} cases[] = {
		{ SIGINT, ERR_INTERRUPTED, true },
		{ SIGINT, ERR_INTERRUPTED, false },
		{ SIGTERM, ERR_TERMINATED, true },
		{ SIGTERM, ERR_TERMINATED, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int sig = cases[i].sig;

		if (cases[i].before)
			raise(sig);
		else
			ok(loop_post(loop, on_raise, &sig));
		fails_saying(loop_run(loop, &done), cases[i].kind, "");
	}
	ok(loop_post(loop, on_finish, NULL));
	ok(loop_run(loop, &done)); /* each was told once */
}

/* A signal that came before the wait ends it, as one that comes after. */
static void test_wait_for_input(void **state)
{
	bool finished = true;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	raise(SIGINT);
	assert_false(loop_wait_input(loop, fds[0]));
	assert_false(loop_wait_input(loop, fds[0]));
	fails_saying(loop_run(loop, &finished), ERR_INTERRUPTED, "");
	raise(SIGCHLD);
	assert_int_equal(write(fds[1], "y", 1), 1);
	assert_true(loop_wait_input(loop, fds[0]));
	close(fds[1]);
	close(fds[0]);
}

static void test_deaf_process_can_be_stopped(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		for (int i = 0; i < 3; i++)
			raise(SIGINT);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static void on_child(void *ctx)
{
	pid_t pid = *(const pid_t *)ctx;
	int status;

	assert_int_equal(kill(pid, 0), 0); /* still there to be named */
	status = loop_reap(loop, pid);
	assert_true(WIFEXITED(status));
	leave((char)('0' + WEXITSTATUS(status)));
	done = true;
}

static pid_t child_exiting_with(int code)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(code);
	return pid;
}

static void test_children_are_told_once(void **state)
{
	pid_t pid = child_exiting_with(3);

	(void)state;
	ok(loop_timer(loop, loop_now_ms(loop) + 20, on_finish, NULL, NULL));
	ok(loop_run(loop, &done));
	for (int i = 0; i < 2; i++) {
		/* the first one's SIGCHLD came and went before it is known */
		if (i)
			pid = child_exiting_with(4);
		done = false;
		ok(loop_child(loop, pid, on_child, &pid));
		ok(loop_run(loop, &done));
	}
	assert_string_equal(trail, "!34");
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
}

/* A buried child that does not heed SIGTERM is killed after its grace. */
static void test_bury(void **state)
{
	int64_t begin_ms = clock_mono_ms();
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	usleep(20000);
	ok(loop_child(loop, pid, on_child, &pid));
	loop_bury(loop, pid, pid, 60);
	loop_free(loop);
	loop = NULL;
	assert_true(clock_mono_ms() - begin_ms >= 60);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_string_equal(trail, "");
}

static void test_one_loop_and_old_handlers(void **state)
{
	struct loop *second = NULL;
	struct sigaction sa;

	(void)state;
	fails_saying(loop_new(&second), ERR_FATAL, "");
	assert_null(second);
	loop_free(loop);
	loop = NULL;
	sigaction(SIGINT, NULL, &sa);
	assert_true(sa.sa_handler == SIG_DFL);
	sigaction(SIGPIPE, NULL, &sa);
	assert_true(sa.sa_handler == SIG_DFL);
	signal(SIGINT, SIG_IGN);
	ok(loop_new(&loop));
	raise(SIGINT); /* ignored since before us */
	ok(loop_post(loop, on_finish, NULL));
	ok(loop_run(loop, &done));
	signal(SIGINT, SIG_DFL);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_timers_in_order),
		T(test_timer_of_a_timer_waits_a_turn),
		T(test_timer_cancels_due_timer),
		T(test_watch_unwatches_ready_watch),
		T(test_hang_up_is_told),
		T(test_closed_descriptor_is_an_error),
		T(test_posts),
		T(test_post_of_a_post_waits_a_turn),
		T(test_failure_stops_and_work_goes_on_later),
		T(test_no_run_within_a_run),
		T(test_stop_signals),
		T(test_wait_for_input),
		T(test_deaf_process_can_be_stopped),
		T(test_children_are_told_once),
		T(test_bury),
		T(test_one_loop_and_old_handlers),
	};

	signal(SIGINT, SIG_DFL); /* a background job ignores it */
	signal(SIGPIPE, SIG_DFL); /* and some who start one, this */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
