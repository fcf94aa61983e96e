/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/file.h"

static char top[64];

/* The path of name in this test's folder; the next call but three reuses it. */
static const char *in(const char *name)
{
	static char buf[4][512];
	static unsigned next;
	char *p = buf[next++ % 4];

	snprintf(p, sizeof(buf[0]), "%s/%s", top, name);
	return p;
}

static int setup(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/u-file.XXXXXX");
	return mkdtemp(top) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	ok(file_remove_tree(top));
	assert_false(file_exists(top));
	return 0;
}

static void put(const char *path, const char *text)
{
	ok(file_write(path, span_of(text), 0644));
}

static size_t count_entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static void test_read(void **state)
{
	struct str s = STR_INIT(10);

	(void)state;
	put(in("a"), "12345");
	str_adds(&s, "x");
	ok(file_read(in("a"), &s));
	assert_string_equal(s.buf, "x12345");
	fails_saying(file_read(in("a"), &s), ERR_INPUT, "a: larger than 10 bytes");
	str_reset(&s);
	ok(file_read("/dev/null", &s));
	assert_int_equal(s.len, 0);
	fails_saying(file_read(in("none"), &s), ERR_INPUT, "No such file");
	fails_saying(file_read(top, &s), ERR_INPUT, "Is a directory");
	fails_saying(file_read("/dev/zero", &s), ERR_INPUT, "larger than 10 bytes");
	str_release(&s);
}

static void test_read_stdin(void **state)
{
	struct str s = STR_INIT(100);
	int saved = dup(STDIN_FILENO), fd;

	(void)state;
	put(in("a"), "from stdin");
	fd = open(in("a"), O_RDONLY);
	dup2(fd, STDIN_FILENO);
	close(fd);
	ok(file_read("-", &s));
	assert_string_equal(s.buf, "from stdin");
	dup2(saved, STDIN_FILENO);
	close(saved);
	str_release(&s);
}

static void test_write(void **state)
{
	struct str s = STR_INIT(100);
	mode_t mask = umask(077);
	struct stat st;

	(void)state;
	ok(file_write(in("a"), SPAN("one\0two"), 0755));
	umask(mask);
	assert_int_equal(stat(in("a"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	ok(file_write(in("a"), SPAN("new"), 0600));
	assert_int_equal(stat(in("a"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	ok(file_read(in("a"), &s));
	assert_string_equal(s.buf, "new");
	ok(file_write(in("empty"), (struct span){ NULL, 0 }, 0600));
	assert_int_equal(count_entries(top), 2);
	str_release(&s);
}

static void test_write_replaces_a_link(void **state)
{
	struct str s = STR_INIT(100);
	struct stat st;

	(void)state;
	put(in("target"), "kept");
	assert_int_equal(symlink("target", in("link")), 0);
	ok(file_write(in("link"), SPAN("new"), 0600));
	assert_int_equal(lstat(in("link"), &st), 0);
	assert_true(S_ISREG(st.st_mode));
	ok(file_read(in("target"), &s));
	assert_string_equal(s.buf, "kept");
	str_release(&s);
}

static void test_failed_write_leaves_nothing(void **state)
{
	(void)state;
	fails_saying(file_write(in("none/a"), SPAN("x"), 0600), ERR_FATAL,
		     "cannot create");
	assert_int_equal(mkdir(in("dir"), 0700), 0);
	put(in("dir/x"), "x");
	fails_saying(file_write(in("dir"), SPAN("x"), 0600), ERR_FATAL, "cannot rename");
	assert_int_equal(count_entries(top), 1);
}

/* A file system that is full: the old file stays. */
static void test_no_room(void **state)
{
	struct str s = STR_INIT(100);
	struct rlimit old, small;

	(void)state;
	put(in("a"), "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){ 2, old.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	fails_saying(file_write(in("a"), SPAN("longer"), 0600), ERR_FATAL,
		     "cannot write");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_DFL);
	ok(file_read(in("a"), &s));
	assert_string_equal(s.buf, "old");
	assert_int_equal(count_entries(top), 1);
	str_release(&s);
}

static void test_kinds(void **state)
{
	(void)state;
	put(in("f"), "");
	assert_int_equal(symlink("nowhere", in("dangling")), 0);
	assert_int_equal(symlink(".", in("dot")), 0);
	assert_true(file_exists(in("f")));
	assert_true(file_exists(in("dangling")));
	assert_false(file_exists(in("none")));
	assert_false(file_is_dir(in("f")));
	assert_false(file_is_dir(in("dangling")));
	assert_true(file_is_dir(in("dot")));
	assert_true(file_is_dir(top));
}

static void test_mkdirs(void **state)
{
	struct stat st;

	(void)state;
	ok(file_mkdirs(in("a/b//c/"), 0700));
	assert_int_equal(stat(in("a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	ok(file_mkdirs(in("a/b/c"), 0700));
	ok(file_mkdirs("/", 0700));
	put(in("f"), "");
	fails_saying(file_mkdirs(in("f/x"), 0700), ERR_FATAL, "cannot create folder");
	fails_saying(file_mkdirs(in("f"), 0700), ERR_FATAL, "File exists");
}

static void test_try_dirs(void **state)
{
	struct str name = STR_INIT(400);

	(void)state;
	ok(file_mkdirs(in("there"), 0700));
	ok(file_try_dirs(in("there/")));
	ok(file_try_dirs(in("new//a/b/")));
	ok(file_try_dirs(in("new/../other")));
	assert_true(file_is_dir(in("there")));
	assert_false(file_exists(in("new")) || file_exists(in("other")));
	put(in("file"), "");
	fails_saying(file_try_dirs(in("file")), ERR_FATAL, "cannot create");
	fails_saying(file_try_dirs(in("file/x")), ERR_FATAL, "cannot create");
	assert_true(file_exists(in("file")));
	str_adds(&name, in("part/"));
	for (int i = 0; i < 300; i++)
		str_addc(&name, 'x');
	fails_saying(file_try_dirs(name.buf), ERR_FATAL, "too long");
	assert_false(file_exists(in("part")));
	fails_saying(file_try_dirs("/proc/none"), ERR_FATAL, "cannot create");
	fails_saying(file_try_dirs(""), ERR_FATAL, "cannot create");
	str_release(&name);
}

static void test_temp_dir(void **state)
{
	struct str a = STR_INIT(200), b = STR_INIT(200);
	struct stat st;

	(void)state;
	ok(file_temp_dir(top, "run-", &a));
	ok(file_temp_dir(top, "run-", &b));
	assert_string_not_equal(a.buf, b.buf);
	assert_true(span_starts(str_span(&a), in("run-")));
	assert_int_equal(stat(a.buf, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	fails_saying(file_temp_dir(in("none"), "x", &a), ERR_FATAL,
		     "cannot create a folder");
	str_release(&a);
	str_release(&b);
}

static void test_remove(void **state)
{
	(void)state;
	ok(file_remove_tree(in("none")));
	put(in("file"), "");
	ok(file_remove_tree(in("file")));
	ok(file_mkdirs(in("out/keep"), 0700));
	put(in("out/keep/x"), "x");
	ok(file_mkdirs(in("t/a/b"), 0700));
	put(in("t/a/x"), "x");
	put(in("t/.removed-0"), "x");
	assert_int_equal(symlink("../../out", in("t/a/link")), 0);
	assert_int_equal(symlink("out", in("link")), 0);
	assert_int_equal(mkfifo(in("t/fifo"), 0600), 0);
	ok(file_remove_tree(in("link")));
	assert_false(file_exists(in("link")));
	ok(file_remove_tree(in("t")));
	assert_false(file_exists(in("t")));
	assert_true(file_exists(in("out/keep/x")));
}

/* Also as a user whom modes bind; root is bound by none. */
static void test_remove_read_only(void **state)
{
	(void)state;
	ok(file_mkdirs(in("t/ro/sub"), 0700));
	put(in("t/ro/sub/f"), "x");
	ok(file_mkdirs(in("t/dark/sub"), 0700));
	assert_int_equal(chmod(in("t/ro/sub"), 0500), 0);
	assert_int_equal(chmod(in("t/ro"), 0500), 0);
	assert_int_equal(chmod(in("t/dark"), 0), 0);
	ok(file_remove_tree(in("t")));
	assert_false(file_exists(in("t")));
}

/* Deeper than there are descriptors, longer than PATH_MAX. */
static void test_remove_deep(void **state)
{
	struct rlimit old, few;
	int here = open(".", O_RDONLY | O_DIRECTORY), n;

	(void)state;
	assert_int_equal(mkdir(in("t"), 0700), 0);
	assert_int_equal(chdir(in("t")), 0);
	for (n = 0; n < 300; n++) {
		close(open("f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
		assert_int_equal(mkdir("a_long_name_for_a_folder", 0700), 0);
		assert_int_equal(chdir("a_long_name_for_a_folder"), 0);
	}
	assert_int_equal(fchdir(here), 0);
	close(here);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = (struct rlimit){ 50, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	ok(file_remove_tree(in("t")));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_false(file_exists(in("t")));
}

static void test_remove_wide(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in("t"), 0700), 0);
	for (int i = 0; i < 400; i++) {
		char path[600];

		snprintf(path, sizeof(path), "%s/%d", in("t"), i);
		assert_int_equal(i % 3 ? symlink("x", path) : mkdir(path, 0700), 0);
	}
	ok(file_remove_tree(in("t")));
	assert_false(file_exists(in("t")));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_read),
		T(test_read_stdin),
		T(test_write),
		T(test_write_replaces_a_link),
		T(test_failed_write_leaves_nothing),
		T(test_no_room),
		T(test_kinds),
		T(test_mkdirs),
		T(test_try_dirs),
		T(test_temp_dir),
		T(test_remove),
		T(test_remove_read_only),
		T(test_remove_deep),
		T(test_remove_wide),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
