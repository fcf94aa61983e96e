/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "verify/check.h"
#include "verify/landlock.h"
#include "verify/memory.h"

/* A checkout that is a folder: checks only ask for its place. */
struct checkout {
	char dir[128];
};

static struct {
	struct loop *loop;
	struct sandbox box;
	struct checkout checkout;
	char top[64], temp[128];
} w;

const char *checkout_dir(const struct checkout *checkout)
{
	return checkout->dir;
}

size_t checkout_object_dirs(const struct checkout *checkout, const char *const **dirs)
{
	static const char *const none[] = { NULL };

	(void)checkout;
	*dirs = none;
	return 0;
}

size_t checkout_seen_object_dirs(const struct checkout *checkout, const char *const **dirs)
{
	return checkout_object_dirs(checkout, dirs);
}

/* Nor does the cache ask more of a repository than a folder. */
struct repo {
	const char *dir;
};

struct err *repo_private_path(struct repo *repo, const char *name, bool make, struct str *out)
{
	(void)make;
	str_addf(out, "%s/private/%s", repo->dir, name);
	return NULL;
}

bool oid_is_none(const struct oid *oid)
{
	return !oid->hex[0];
}

static int setup(void **state)
{
	char path[160];

	(void)state;
	strcpy(w.top, "/tmp/u-verify-XXXXXX");
	assert_non_null(mkdtemp(w.top));
	snprintf(w.checkout.dir, sizeof(w.checkout.dir), "%s/tree", w.top);
	snprintf(w.temp, sizeof(w.temp), "%s/tmp", w.top);
	ok(file_mkdirs(w.temp, 0700));
	snprintf(path, sizeof(path), "%s/sub/dir", w.checkout.dir);
	ok(file_mkdirs(path, 0755));
	snprintf(path, sizeof(path), "%s/home/bin", w.top);
	ok(file_mkdirs(path, 0755));
	snprintf(path, sizeof(path), "%s/home/bin/hidden-tool", w.top);
	ok(file_write(path, SPAN("#!/bin/sh\necho ran\n"), 0755));
	snprintf(path, sizeof(path), "%s/home", w.top);
	setenv("HOME", path, 1);
	snprintf(path, sizeof(path), "%s/home/bin:/usr/bin:/bin", w.top);
	setenv("PATH", path, 1);
	ok(loop_new(&w.loop));
	ok(sandbox_take(&w.box, w.loop, "auto", NULL));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sandbox_release(&w.box);
	loop_free(w.loop);
	ok(file_remove_tree(w.top));
	return 0;
}

static void on_done(void *ctx, struct err *err)
{
	ok(err);
	*(bool *)ctx = true;
}

static struct check_run *run(const struct check_list *list, const struct check_run_spec *extra)
{
	struct check_run_spec spec = *extra;
	struct check_run *checks;
	bool done = false;

	spec.checks = list;
	spec.checkout = &w.checkout;
	if (!spec.sandbox)
		spec.sandbox = &w.box;
	spec.temp_dir = w.temp;
	if (!spec.deadline_ms)
		spec.deadline_ms = DEADLINE_NEVER;
	ok(check_run_start(&checks, w.loop, &spec, on_done, &done));
	ok(loop_run(w.loop, &done));
	return checks;
}

struct row {
	struct check check;
	enum check_status status;
	int exit_code;
	const char *log; /* somewhere in it */
	const char *why; /* likewise */
};

#define COMMAND(text) { .command = (text), .timeout_ms = 20000 }
#define IN_DIR(folder, text) { .command = (text), .dir = (folder), .timeout_ms = 20000 }

static const struct row rows[] = {
	{ COMMAND("echo out; echo err >&2; echo out"), CHECK_PASS, 0, "out\nerr\nout\n", "" },
	{ COMMAND("exit 3"), CHECK_FAIL, 3, "", "" },
	{ COMMAND("kill -9 $$"), CHECK_FAIL, 137, "", "" },
	{ COMMAND("echo x >made && rm made"), CHECK_PASS, 0, "", "" },
	{ IN_DIR("sub/dir", "pwd"), CHECK_PASS, 0, "/tree/sub/dir\n", "" },
	{ IN_DIR(".", "pwd"), CHECK_PASS, 0, "/tree\n", "" },
	{ IN_DIR("gone", "pwd"), CHECK_ERROR, 0, "", "'gone' is not in this tree" },

	/* what cannot run */
	{ COMMAND("no-such-tool --check"), CHECK_ERROR, 127, "not found", "no-such-tool" },
	{ COMMAND("hidden-tool"), CHECK_ERROR, 127, "", "dualfix.sandboxRead '/tmp/u-verify-" },
	{ COMMAND("/etc/passwd"), CHECK_ERROR, 126, "", "Permission denied" },
	{ COMMAND("exit 127"), CHECK_ERROR, 127, "", "exited with 127" },
	{ COMMAND("echo \"curl: (6) Could not resolve host: example.org\"; exit 6"), CHECK_ERROR, 6,
	  "", "there is no network" },
	{ { .command = "echo 'Could not resolve host: x'; exit 6", .timeout_ms = 20000,
	    .network = true }, CHECK_FAIL, 6, "", "" },
	{ COMMAND("echo 'bwrap: Can not mount'; exit 1"), CHECK_ERROR, 1, "", "Can not mount" },
	{ COMMAND("echo 'bwrap: Can not mount'; echo more; exit 1"), CHECK_FAIL, 1, "", "" },
	{ COMMAND("printf 'x: x:\\n\\tno-such-tool\\n' >m; make -f m; c=$?; rm m; exit $c"),
	  CHECK_FAIL, 2, "", "" },

	{ { .command = "echo begun; sleep 30", .timeout_ms = 300 }, CHECK_TIMEOUT, 0, "begun", "" },
};

static void statuses(void **state)
{
	struct check checks[ARRAY_SIZE(rows)];
	struct check_list list = { .v = checks, .n = ARRAY_SIZE(rows) };
	struct check_run_spec none = { 0 };
	struct check_result *results;
	struct check_run *done;

	(void)state;
	for (size_t i = 0; i < list.n; i++)
		checks[i] = rows[i].check;
	done = run(&list, &none);
	results = check_run_results(done);
	for (size_t i = 0; i < list.n; i++) {
		if (results[i].status != rows[i].status ||
		    results[i].exit_code != rows[i].exit_code ||
		    !strstr(results[i].log.buf, rows[i].log) ||
		    (rows[i].why[0] ? !strstr(results[i].why.buf, rows[i].why) :
				      results[i].why.len > 0))
			fail_msg("%s: %s, %d, '%s', '%s'", rows[i].check.command,
				 check_status_name(results[i].status), results[i].exit_code,
				 results[i].log.buf, results[i].why.buf);
		assert_false(results[i].cut_short);
		assert_false(results[i].cached);
	}
	check_run_free(done);
}

/* In the box without sockets a check that needs one could not run. */
static void refused_sockets(void **state)
{
	struct check checks[] = {
		COMMAND("python3 -c 'import socket; socket.create_server((\"127.0.0.1\", 0))'"),
		COMMAND("echo \"listen tcp 127.0.0.1:0: socket: operation not permitted\"; exit 1"),
		COMMAND("cat ../outside; exit 1"),
		COMMAND("echo 'bind: Operation not permitted'; yes | head -n 3000; exit 1"),
		{ .command = "echo 'bind: Operation not permitted'; exit 1",
		  .timeout_ms = 20000, .network = true },
		COMMAND("echo 'bind: Operation not permitted'"),
	};
	static const enum check_status want[] = { CHECK_ERROR, CHECK_ERROR, CHECK_FAIL, CHECK_FAIL,
						  CHECK_FAIL, CHECK_PASS };
	struct check_list list = { .v = checks, .n = ARRAY_SIZE(checks) };
	struct check_run_spec spec = { 0 };
	struct check_result *results;
	struct check_run *done;
	struct sandbox box;

	(void)state;
	if (!landlock_version())
		return; /* not here */
	ok(sandbox_take(&box, w.loop, "landlock", NULL));
	spec.sandbox = &box;
	done = run(&list, &spec);
	results = check_run_results(done);
	for (size_t i = 0; i < list.n; i++) {
		assert_int_equal(results[i].status, want[i]);
		if (want[i] == CHECK_ERROR)
			assert_non_null(strstr(results[i].why.buf, "no sockets in this sandbox"));
	}
	check_run_free(done);
	sandbox_release(&box);
}

/* bwrap turns a signal into an exit status; whoever has no bwrap sees the signal. */
static void a_signal_is_a_failure(void **state)
{
	static const char *const boxes[] = { "none", "landlock" };
	struct check checks[] = { COMMAND("kill -9 $$"), COMMAND("kill -TERM $$") };
	struct check_list list = { .v = checks, .n = ARRAY_SIZE(checks) };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(boxes); i++) {
		struct check_run_spec spec = { 0 };
		struct check_result *results;
		struct check_run *done;
		struct sandbox box;

		if (!strcmp(boxes[i], "landlock") && !landlock_version())
			continue;
		ok(sandbox_take(&box, w.loop, boxes[i], NULL));
		spec.sandbox = &box;
		done = run(&list, &spec);
		results = check_run_results(done);
		assert_int_equal(results[0].status, CHECK_FAIL);
		assert_int_equal(results[0].exit_code, 137);
		assert_int_equal(results[1].status, CHECK_FAIL);
		assert_int_equal(results[1].exit_code, 143);
		check_run_free(done);
		sandbox_release(&box);
	}
}

static void counts_and_long_logs(void **state)
{
	struct check checks[] = {
		COMMAND("echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1"),
		COMMAND("yes 0123456789abcdef | head -c 17000000; echo 5 passed, 1 failed; exit 1"),
	};
	struct check_list list = { .v = checks, .n = ARRAY_SIZE(checks) };
	struct check_run_spec none = { 0 };
	struct check_run *done = run(&list, &none);
	struct check_result *results = check_run_results(done);

	(void)state;
	assert_true(results[0].tests.known);
	assert_int_equal(results[0].tests.run, 2);
	assert_int_equal(results[0].tests.failed, 1);
	assert_int_equal(results[1].tests.run, 6);
	assert_true(results[1].log.len <= 8 * 1024 * 1024 + 256);
	assert_true(span_ends(str_span(&results[1].log), "5 passed, 1 failed\n"));
	check_run_free(done);
}

/* One that holds too much fails, whatever it makes of being told to end. */
#define MANY 1500

/* More of them than the kernel lists at one read. */
static void memory_of_many_children(void **state)
{
	static pid_t children[MANY];
	const pid_t parent = getpid();
	uint64_t sum = 0, held;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (!children[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			while (getppid() == parent)
				pause();
			_exit(0);
		}
	}
	for (size_t i = 0; i < MANY; i++)
		sum += memory_held_bytes(children[i]);
	held = memory_held_bytes(parent);
	for (size_t i = 0; i < MANY; i++)
		kill(children[i], SIGKILL);
	for (size_t i = 0; i < MANY; i++)
		waitpid(children[i], NULL, 0);
	assert_true(sum > 0);
	assert_in_range(held, sum / 10 * 9, sum * 2);
}

static void too_much_memory(void **state)
{
	struct check checks[] = {
		COMMAND("x=$(head -c 120000000 /dev/zero | tr '\\0' a); sleep 30"),
		COMMAND("trap 'exit 0' TERM; sh -c 'x=$(head -c 120000000 /dev/zero | tr \"\\0\" a);"
			" sleep 30' & wait"),
		COMMAND("echo small"),
	};
	struct check_list list = { .v = checks, .n = ARRAY_SIZE(checks) };
	struct check_run_spec spec = { .memory_max_bytes = (uint64_t)64 << 20 };
	static const char *const boxes[] = { "bwrap", "landlock", "none" };

	(void)state;
	for (size_t b = 0; b < ARRAY_SIZE(boxes); b++) {
		struct check_result *results;
		struct check_run *done;
		struct sandbox box;
		struct err *err = sandbox_take(&box, w.loop, boxes[b], NULL);

		err_drop(err);
		if (err)
			continue; /* not here */
		spec.sandbox = &box;
		done = run(&list, &spec);
		results = check_run_results(done);
		for (size_t i = 0; i < 2; i++) {
			if (results[i].status != CHECK_FAIL || results[i].exit_code != 137 ||
			    results[i].ms > 15000 ||
			    !strstr(results[i].log.buf, "more than 64 MiB of memory"))
				fail_msg("%s %zu: %s, %d, '%s'", boxes[b], i,
					 check_status_name(results[i].status),
					 results[i].exit_code, results[i].log.buf);
		}
		assert_int_equal(results[2].status, CHECK_PASS);
		check_run_free(done);
		sandbox_release(&box);
	}
}

static bool wants_a(void *ctx, const struct check *check)
{
	(void)ctx;
	return !strcmp(check->path, "a/");
}

static void which_run(void **state)
{
	struct check checks[] = {
		{ .command = "true", .path = "a/", .timeout_ms = 20000 },
		{ .command = "true", .path = "b/", .timeout_ms = 20000 },
		{ .command = "false", .timeout_ms = 20000 },
		{ .command = "true", .timeout_ms = 20000 },
	};
	static const enum check_status go_on[] = { CHECK_PASS, CHECK_NOT_RUN, CHECK_FAIL,
						   CHECK_PASS };
	static const enum check_status stop[] = { CHECK_PASS, CHECK_NOT_RUN, CHECK_FAIL,
						  CHECK_NOT_RUN };
	struct check_list list = { .v = checks, .n = ARRAY_SIZE(checks) };
	struct check_run_spec spec = { .wanted = wants_a };
	struct check_run *done;

	(void)state;
	done = run(&list, &spec);
	for (size_t i = 0; i < list.n; i++)
		assert_int_equal(check_run_results(done)[i].status, go_on[i]);
	check_run_free(done);
	spec.stop_at_failure = true;
	done = run(&list, &spec);
	for (size_t i = 0; i < list.n; i++)
		assert_int_equal(check_run_results(done)[i].status, stop[i]);
	check_run_free(done);
}

static void deadline_of_all(void **state)
{
	struct check checks[] = {
		COMMAND("true"),
		COMMAND("sleep 30"),
		COMMAND("true"),
	};
	struct check_list list = { .v = checks, .n = ARRAY_SIZE(checks) };
	struct check_run_spec spec = { .deadline_ms = clock_mono_ms() + 700 };
	struct check_run *done = run(&list, &spec);
	struct check_result *results = check_run_results(done);

	(void)state;
	assert_int_equal(results[0].status, CHECK_PASS);
	assert_int_equal(results[1].status, CHECK_TIMEOUT);
	assert_true(results[1].cut_short);
	assert_int_equal(results[2].status, CHECK_TIMEOUT);
	assert_true(results[2].cut_short);
	check_run_free(done);
}

/* A pass is known: on that tree, for that check, in that environment; a failure never. */
static void known_passes(void **state)
{
	struct check checks[] = {
		COMMAND("echo 3 passed in 0.1s; echo x >>$TMPDIR/ran"),
		COMMAND("false"),
		COMMAND("true"),
	};
	struct check_list list = { .v = checks, .n = ARRAY_SIZE(checks) };
	struct oid tree = { "0123456789012345678901234567890123456789" };
	struct oid other = { "1123456789012345678901234567890123456789" };
	const char *const pass_env[] = { "KNOWN_VARIABLE", NULL };
	struct repo repo = { w.top };
	struct check_run_spec spec = { .tree = &tree };
	static const struct {
		const char *variable;
		bool other_tree, in_sub, cached;
		int64_t expire_s;
		const char *read_dirs[2];
	} turns[] = {
		{ "1", false, false, false, 1000, { NULL } },
		{ "1", false, false, true, 1000, { NULL } },
		{ "2", false, false, false, 1000, { NULL } },
		{ "2", false, false, true, 1000, { NULL } },
		{ "1", false, false, true, 1000, { NULL } },
		{ "1", true, false, false, 1000, { NULL } },
		{ "1", false, true, false, 1000, { NULL } },
		{ "1", false, true, true, 1000, { NULL } },
		{ "3", false, false, false, 0, { NULL } },
		{ "3", false, false, false, 1000, { NULL } },
		{ "3", false, false, false, 1000, { "/opt/x" } },
		{ "3", false, false, true, 1000, { "/opt/x" } },
		{ "3", false, false, true, 1000, { NULL } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(turns); i++) {
		struct check_result *results;
		struct check_run *done;

		setenv("KNOWN_VARIABLE", turns[i].variable, 1);
		ok(known_new(&spec.known, &repo, &w.box, pass_env,
			     turns[i].read_dirs, turns[i].expire_s));
		spec.tree = turns[i].other_tree ? &other : &tree;
		checks[0].dir = turns[i].in_sub ? "sub" : NULL;
		done = run(&list, &spec);
		results = check_run_results(done);
		if (results[0].cached != turns[i].cached)
			fail_msg("turn %zu: %scached", i, results[0].cached ? "" : "not ");
		assert_int_equal(results[0].status, CHECK_PASS);
		assert_int_equal(results[0].tests.run, 3);
		assert_int_equal(results[1].status, CHECK_FAIL);
		assert_false(results[1].cached);
		check_run_free(done);
		known_free(spec.known);
	}
}

static bool passes_known(const struct check_list *list, const struct sandbox *box)
{
	static const struct oid tree = { "3123456789012345678901234567890123456789" };
	struct repo repo = { w.top };
	struct check_run_spec spec = { .tree = &tree, .sandbox = box };
	struct check_run *done;
	bool cached;

	ok(known_new(&spec.known, &repo, box, NULL, NULL, 1000));
	done = run(list, &spec);
	assert_int_equal(check_run_results(done)[0].status, CHECK_PASS);
	cached = check_run_results(done)[0].cached;
	check_run_free(done);
	known_free(spec.known);
	return cached;
}

/* A pass elsewhere is none here: with a network, another setup, other tools, another box. */
static void known_by_all_of_it(void **state)
{
	struct check check = COMMAND("true"), setup = COMMAND("make deps");
	struct check_list list = { .v = &check, .n = 1 };
	char *path = strdup(getenv("PATH"));
	struct sandbox none;

	(void)state;
	ok(sandbox_take(&none, w.loop, "none", NULL));
	assert_false(passes_known(&list, &w.box));
	assert_true(passes_known(&list, &w.box));
	check.network = true;
	assert_false(passes_known(&list, &w.box));
	check.network = false;
	list.setup = &setup;
	list.n_setup = 1;
	assert_false(passes_known(&list, &w.box));
	list.n_setup = 0;
	setenv("PATH", "/usr/bin:/bin", 1);
	assert_false(passes_known(&list, &w.box));
	setenv("PATH", path, 1);
	assert_false(passes_known(&list, &none));
	assert_true(passes_known(&list, &w.box));
	sandbox_release(&none);
	free(path);
}

/* What stands in the file is read with suspicion. */
static void known_damaged(void **state)
{
	static const char *const texts[] = {
		"", "\n\n", "garbage", "99999999999 x", "99999999999 0000 1 0 0 - . true",
		"99999999999999999999999999 0 1 0 0 -%20.%20true\n",
		"-5 0123456789abcdef - - - -%20.%20true\n",
	};
	struct oid tree = { "2123456789012345678901234567890123456789" }, none = { "" };
	struct test_counts tests = { 0 };
	struct repo repo = { w.top };
	struct known *known;
	char path[256];

	(void)state;
	ok(known_new(&known, &repo, &w.box, NULL, NULL, 1000));
	snprintf(path, sizeof(path), "%s/private/known/%s", w.top, tree.hex);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		ok(file_write(path, span_of(texts[i]), 0600));
		assert_false(known_pass(known, &tree, SPAN("- . true"), &tests));
		known_note(known, &tree, SPAN("- . true"), &tests);
		assert_true(known_pass(known, &tree, SPAN("- . true"), &tests));
		assert_false(known_pass(known, &tree, SPAN("- . true "), &tests));
	}
	known_note(known, &none, SPAN("x"), &tests);
	assert_false(known_pass(known, &none, SPAN("x"), &tests));
	known_free(known);
	known_free(NULL);
}

static void fail_if_called(void *ctx, struct err *err)
{
	(void)ctx;
	err_drop(err);
	fail_msg("done was called after free");
}

static void on_timer(void *ctx)
{
	*(bool *)ctx = true;
}

/* Freed before the first turn, and in the middle. */
static void freed_early(void **state)
{
	struct check checks[] = { COMMAND("sleep 30") };
	struct check_list list = { .v = checks, .n = 1 };
	struct check_run_spec spec = { .checks = &list, .checkout = &w.checkout,
				       .sandbox = &w.box, .temp_dir = w.temp,
				       .deadline_ms = DEADLINE_NEVER };

	(void)state;
	for (int delay = 0; delay <= 200; delay += 200) {
		struct check_run *checks_run;
		struct loop_timer *timer;
		bool done = false;

		ok(check_run_start(&checks_run, w.loop, &spec, fail_if_called, NULL));
		if (!delay)
			check_run_free(checks_run);
		ok(loop_timer(w.loop, clock_mono_ms() + 200, on_timer, &done, &timer));
		ok(loop_run(w.loop, &done));
		if (delay)
			check_run_free(checks_run);
	}
	check_run_free(NULL);
}

static void no_checks(void **state)
{
	struct check_list list = { 0 };
	struct check_run_spec none = { 0 };

	(void)state;
	check_run_free(run(&list, &none));
}

/* Each run counts itself in a file; flaky: its status is that of the failure. */
static const struct {
	const char *command;
	int repeat;
	enum check_status status;
	bool flaky;
	size_t runs;
} repeats[] = {
	{ "echo >>n", 0, CHECK_PASS, false, 1 },
	{ "echo >>n", 1, CHECK_PASS, false, 1 },
	{ "echo >>n", 3, CHECK_PASS, false, 3 },
	{ "echo >>n; echo no; exit 1", 3, CHECK_FAIL, false, 3 },
	{ "echo >>n; echo no; test $(wc -l <n) != 1", 5, CHECK_FAIL, true, 2 },
	{ "echo >>n; test $(wc -l <n) = 1 || { echo no; exit 1; }", 5, CHECK_FAIL, true, 2 },
	{ "echo >>n; exit 127", 5, CHECK_ERROR, false, 1 },
};

static void repeated(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(repeats); i++) {
		struct check check = COMMAND(repeats[i].command);
		struct check_list list = { .v = &check, .n = 1 };
		struct check_run_spec spec = { .repeat = repeats[i].repeat };
		struct str runs = STR_INIT(64);
		char path[160];
		struct check_run *checks = run(&list, &spec);
		struct check_result *result = check_run_results(checks);

		snprintf(path, sizeof(path), "%s/n", w.checkout.dir);
		ok(file_read(path, &runs));
		if (result->status != repeats[i].status || result->flaky != repeats[i].flaky ||
		    runs.len != repeats[i].runs)
			fail_msg("'%s': %s, %d, after %zu", repeats[i].command,
				 check_status_name(result->status), result->flaky, runs.len);
		if (result->flaky)
			assert_non_null(strstr(result->log.buf, "no"));
		str_release(&runs);
		check_run_free(checks);
		ok(file_remove_tree(path));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses),
		cmocka_unit_test(a_signal_is_a_failure),
		cmocka_unit_test(counts_and_long_logs),
		cmocka_unit_test(refused_sockets),
		cmocka_unit_test(memory_of_many_children),
		cmocka_unit_test(too_much_memory),
		cmocka_unit_test(which_run),
		cmocka_unit_test(deadline_of_all),
		cmocka_unit_test(known_passes),
		cmocka_unit_test(known_by_all_of_it),
		cmocka_unit_test(known_damaged),
		cmocka_unit_test(repeated),
		cmocka_unit_test(freed_early),
		cmocka_unit_test(no_checks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
