/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/deadline.h"
#include "repo-fixture.h"
#include "repo/checkout.h"
#include "repo/quarantine.h"
#include "verify/check.h"
#include "verify/verdict.h"

/* Checks in the box, in a real checkout of a real repository. */

static void on_done(void *ctx, struct err *err)
{
	ok(err);
	*(bool *)ctx = true;
}

static struct check_run *run(struct fixture *f, struct check_run_spec *spec)
{
	struct check_run *checks;
	bool done = false;

	spec->deadline_ms = DEADLINE_NEVER;
	ok(check_run_start(&checks, f->loop, spec, on_done, &done));
	ok(loop_run(f->loop, &done));
	return checks;
}

#define CHECK(text) { .command = (text), .timeout_ms = 30000 }

static void in_the_box(void **state)
{
	struct check checks[] = {
		CHECK("test \"$(git rev-parse --show-toplevel)\" = \"$PWD\""),
		CHECK("git describe --always && git log --oneline && git status --porcelain"),
		CHECK("git cat-file -p HEAD:src/a.c | cmp - src/a.c"),
		CHECK("git commit --allow-empty -m x"), /* the git directory is read-only */
		CHECK("cd \"$TMPDIR\" && git -C .. rev-parse"),
		CHECK("cat ../../../../config"), /* the user's own */
		CHECK("echo 'int x = y;' >x.c; cc -c x.c"),
		CHECK("printf 'int f(void) { return strlen(\"\"); }' >x.c; cc -Werror -c x.c"),
		CHECK("mkdir -p build && echo made >build/o && cat build/o"),
	};
	static const struct {
		enum check_status status;
		const char *log;
	} want[] = {
		{ CHECK_PASS, "" },
		{ CHECK_PASS, "base" },
		{ CHECK_PASS, "" },
		{ CHECK_FAIL, "Read-only file system" },
		{ CHECK_FAIL, "not a git repository" },
		{ CHECK_FAIL, "No such file" },
		{ CHECK_FAIL, "undeclared" },
		{ CHECK_FAIL, "fix-it:\"x.c\":{1:1-1:1}:\"#include <string.h>\\n\"" },
		{ CHECK_PASS, "made" },
	};
	struct check_list list = { .v = checks, .n = ARRAY_SIZE(checks) };
	struct check_run_spec spec = { .checks = &list };
	struct sandbox box;
	struct checkout *checkout;
	struct check_result *results;
	struct check_run *done;
	struct oid head, tree;
	const char *hide_dirs[3] = { NULL };
	struct fixture f;
	char temp[128];

	(void)state;
	fixture_make(&f, HISTORY_SH);
	fixture_open(&f);
	snprintf(temp, sizeof(temp), "%s/tmp", f.dir);
	ok(file_mkdirs(temp, 0700));
	ok(sandbox_take(&box, f.loop, NULL));
	ok(repo_commit_of(f.repo, "HEAD", &head));
	ok(repo_tree_of(f.repo, &head, &tree));
	ok(checkout_take(&checkout, f.repo));
	ok(checkout_move(checkout, &tree, &head));
	hide_dirs[0] = repo_common_dir(f.repo);
	spec.checkout = checkout;
	spec.sandbox = &box;
	spec.temp_dir = temp;
	spec.hide_dirs = hide_dirs;
	done = run(&f, &spec);
	results = check_run_results(done);
	for (size_t i = 0; i < list.n; i++) {
		if (results[i].status != want[i].status ||
		    !strstr(results[i].log.buf, want[i].log))
			fail_msg("%s: %s, '%s'", checks[i].command,
				 check_status_name(results[i].status), results[i].log.buf);
	}
	check_run_free(done);
	checkout_release(checkout);
	sandbox_release(&box);
	fixture_drop(&f);
}

/* A repository below a folder that the box shows is hidden all the same. */
static void below_a_shown_folder(void **state)
{
	struct check checks[] = {
		CHECK("cat ../../../../config"),
		CHECK("cat ../../../../../secret"),
		CHECK("git log --oneline && cat src/a.c"),
	};
	struct check_list list = { .v = checks, .n = ARRAY_SIZE(checks) };
	struct check_run_spec spec = { .checks = &list };
	const char *hide_dirs[2] = { NULL }, *read_dirs[2] = { NULL };
	struct check_result *results;
	struct checkout *checkout;
	struct check_run *done;
	struct oid head, tree;
	struct sandbox box;
	struct fixture f;
	char temp[128];

	(void)state;
	fixture_make(&f, HISTORY_SH " && echo visible >secret");
	fixture_open(&f);
	snprintf(temp, sizeof(temp), "%s/tmp", f.dir);
	ok(file_mkdirs(temp, 0700));
	ok(sandbox_take(&box, f.loop, NULL));
	ok(repo_commit_of(f.repo, "HEAD", &head));
	ok(repo_tree_of(f.repo, &head, &tree));
	ok(checkout_take(&checkout, f.repo));
	ok(checkout_move(checkout, &tree, &head));
	hide_dirs[0] = repo_common_dir(f.repo);
	read_dirs[0] = f.dir;
	spec.checkout = checkout;
	spec.sandbox = &box;
	spec.temp_dir = temp;
	spec.hide_dirs = hide_dirs;
	spec.read_dirs = read_dirs;
	done = run(&f, &spec);
	results = check_run_results(done);
	assert_int_equal(results[0].status, CHECK_FAIL);
	assert_int_equal(results[1].status, CHECK_PASS);
	if (results[2].status != CHECK_PASS)
		fail_msg("%s", results[2].log.buf);
	check_run_free(done);
	checkout_release(checkout);
	sandbox_release(&box);
	fixture_drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_box),
		cmocka_unit_test(below_a_shown_folder),
	};

	return fixture_run(tests, sizeof(tests) / sizeof(*tests));
}
