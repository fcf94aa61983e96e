/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/file.h"
#include "sys/lock.h"

static char top[64], path[80];

static int setup(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/u-lock.XXXXXX");
	if (!mkdtemp(top))
		return -1;
	snprintf(path, sizeof(path), "%s/lock", top);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ok(file_remove_tree(top));
	return 0;
}

static bool taken(struct lock *lock)
{
	bool yes;

	ok(lock_try(lock, path, &yes));
	assert_int_equal(yes, lock->fd >= 0);
	return yes;
}

static void test_one_at_a_time(void **state)
{
	struct lock a = LOCK_INIT, b = LOCK_INIT;

	(void)state;
	assert_true(taken(&a));
	assert_false(taken(&b));
	lock_release(&a);
	assert_int_equal(a.fd, -1);
	lock_release(&a);
	lock_release(NULL);
	assert_true(taken(&b));
	assert_true(file_exists(path));
	lock_release(&b);
}

static void test_removed_file_is_no_lock(void **state)
{
	struct lock a = LOCK_INIT, b = LOCK_INIT;

	(void)state;
	assert_true(taken(&a));
	assert_int_equal(unlink(path), 0);
	assert_true(taken(&b));
	lock_release(&a);
	assert_false(taken(&a));
	lock_release(&b);
}

static void test_ends_with_its_holder(void **state)
{
	struct lock lock = LOCK_INIT;
	int ready[2];
	pid_t child;
	char c;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		bool yes = false;
		struct err *err = lock_try(&lock, path, &yes);

		if (!err && yes && write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_false(taken(&lock));
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(ready[0]);
	assert_true(taken(&lock));
	lock_release(&lock);
}

static void test_fails(void **state)
{
	struct lock lock = LOCK_INIT;
	bool yes = true;

	(void)state;
	fails_saying(lock_try(&lock, "/nonexistent/lock", &yes), ERR_FATAL,
		     "cannot open lock '/nonexistent/lock'");
	assert_false(yes);
	assert_int_equal(symlink("elsewhere", path), 0);
	fails_saying(lock_try(&lock, path, &yes), ERR_FATAL, "cannot open lock");
	assert_int_equal(lock.fd, -1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_one_at_a_time),
		T(test_removed_file_is_no_lock),
		T(test_ends_with_its_holder),
		T(test_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
