/* SPDX-License-Identifier: GPL-2.0-or-later */
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

/* A repository, a checkout of its HEAD, and a box. */
struct place {
	struct fixture f;
	struct sandbox box;
	struct checkout *checkout;
	char temp[128];
};

static void place_make(struct place *p, const char *script)
{
	struct oid head, tree;

	fixture_make(&p->f, script);
	fixture_open(&p->f);
	snprintf(p->temp, sizeof(p->temp), "%s/tmp", p->f.dir);
	ok(file_mkdirs(p->temp, 0700));
	ok(sandbox_take(&p->box, p->f.loop, NULL, NULL));
	ok(repo_commit_of(p->f.repo, "HEAD", &head));
	ok(repo_tree_of(p->f.repo, &head, &tree));
	ok(checkout_take(&p->checkout, p->f.repo, NULL));
	ok(checkout_move(p->checkout, &tree, &head));
}

static void place_drop(struct place *p)
{
	checkout_release(p->checkout);
	sandbox_release(&p->box);
	fixture_drop(&p->f);
}

/* The checks there; read_dirs are shown to them, the git directory is hidden. */
static struct check_run *run(struct place *p, struct check *checks, size_t n,
			     const char *const *read_dirs)
{
	const char *const hide_dirs[] = { repo_common_dir(p->f.repo), NULL };
	struct check_list list = { .v = checks, .n = n };
	struct check_run_spec spec = {
		.checks = &list, .checkout = p->checkout, .sandbox = &p->box,
		.temp_dir = p->temp, .hide_dirs = hide_dirs, .read_dirs = read_dirs,
		.deadline_ms = DEADLINE_NEVER,
	};
	struct check_run *run;
	bool done = false;

	ok(check_run_start(&run, p->f.loop, &spec, on_done, &done));
	ok(loop_run(p->f.loop, &done));
	return run;
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
	struct check_result *results;
	struct check_run *done;
	struct place p;

	(void)state;
	place_make(&p, HISTORY_SH);
	done = run(&p, checks, ARRAY_SIZE(checks), NULL);
	results = check_run_results(done);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		if (results[i].status != want[i].status ||
		    !strstr(results[i].log.buf, want[i].log))
			fail_msg("%s: %s, '%s'", checks[i].command,
				 check_status_name(results[i].status), results[i].log.buf);
	}
	check_run_free(done);
	place_drop(&p);
}

/* A repository below a folder that the box shows is hidden all the same. */
static void below_a_shown_folder(void **state)
{
	struct check checks[] = {
		CHECK("cat ../../../../config"),
		CHECK("cat ../../../../../secret"),
		CHECK("git log --oneline && cat src/a.c"),
	};
	const char *read_dirs[2] = { NULL };
	struct check_result *results;
	struct check_run *done;
	struct place p;

	(void)state;
	place_make(&p, HISTORY_SH " && echo visible >secret");
	read_dirs[0] = p.f.dir;
	done = run(&p, checks, ARRAY_SIZE(checks), read_dirs);
	results = check_run_results(done);
	assert_int_equal(results[0].status, CHECK_FAIL);
	assert_int_equal(results[1].status, CHECK_PASS);
	if (results[2].status != CHECK_PASS)
		fail_msg("%s", results[2].log.buf);
	check_run_free(done);
	place_drop(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_box),
		cmocka_unit_test(below_a_shown_folder),
	};

	return fixture_run(tests, sizeof(tests) / sizeof(*tests));
}
