/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo-fixture.h"
#include "repo/checkout.h"
#include "repo/quarantine.h"
#include "repo/record.h"
#include "sys/clock.h"

static void kept_and_found(void **state)
{
	struct fixture f;
	struct record *a, *b;
	struct str found = STR_INIT(64), text = STR_INIT(64);
	char id[32], prefix[32];

	(void)state;
	fixture_make(&f, HISTORY_SH);
	fixture_open(&f);
	fails_saying(record_find(f.repo, NULL, &found), ERR_INPUT, "no run yet");
	ok(record_new(&a, f.repo));
	snprintf(id, sizeof(id), "%s", record_id(a));
	assert_int_equal(strlen(id), 21);
	ok(record_write(a, "plan.json", SPAN("{}")));
	fails_saying(record_open(&b, f.repo, id), ERR_INPUT, "still going on");
	record_close(a);

	ok(record_find(f.repo, NULL, &found));
	assert_string_equal(found.buf, id);
	ok(record_read(f.repo, id, "plan.json", 100, &text));
	assert_string_equal(text.buf, "{}");
	fails_saying(record_read(f.repo, id, "plan.json", 1, &text), ERR_INPUT, "plan.json");
	fails_saying(record_read(f.repo, id, "none", 100, &text), ERR_INPUT, "has no none");
	fails_saying(record_read(f.repo, "2", "../../../config", 100, &text), ERR_INPUT,
		     "has no");

	ok(record_open(&b, f.repo, NULL));
	assert_string_equal(record_id(b), id);
	record_close(b);

	sh(&f, "mkdir .git/dualfix/runs/20200101-000000-000aa .git/dualfix/runs/other");
	snprintf(prefix, sizeof(prefix), "%.10s", id);
	ok(record_find(f.repo, prefix, &found));
	assert_string_equal(found.buf, id);
	ok(record_find(f.repo, NULL, &found));
	assert_string_equal(found.buf, id);
	fails_saying(record_find(f.repo, "20", &found), ERR_INPUT,
		     "several runs begin with '20'");
	fails_saying(record_find(f.repo, "19", &found), ERR_INPUT, "there is no run '19'");
	fails_saying(record_find(f.repo, "other", &found), ERR_INPUT, "there is no run 'other'");
	str_release(&found);
	str_release(&text);
	fixture_drop(&f);
}

static struct err *collect(void *ctx, const char *id)
{
	str_addf(ctx, "%s;", id);
	return NULL;
}

/* The living are left alone, the dead swept, the old removed. */
static void sweeping(void **state)
{
	struct fixture f;
	struct record *live, *dead, *old;
	struct checkout *co;
	struct str ids = STR_INIT(4096), want = STR_INIT(4096);
	struct oid tree;
	size_t removed;
	char line[512];
	int64_t now = clock_wall_s();

	(void)state;
	fixture_make(&f, HISTORY_SH);
	fixture_open(&f);
	ok(record_new(&live, f.repo));
	ok(record_new(&dead, f.repo));
	ok(record_new(&old, f.repo));
	ok(record_write(dead, "plan.json", SPAN("{}")));
	ok(repo_quarantine(f.repo, record_dir(live)));
	ok(repo_worktree_tree(f.repo, &tree));
	ok(checkout_take(&co, f.repo, NULL));

	/* A run that was killed: its lock is gone, its quarantine is not. */
	record_close(dead);
	snprintf(line, sizeof(line),
		 "cd .git/dualfix/runs && mkdir 20200101-000000-000de/ && "
		 "mkdir -p 20200101-000000-000de/objects/aa && touch "
		 "20200101-000000-000de/lock");
	sh(&f, line);
	snprintf(line, sizeof(line),
		 "cd .git/dualfix/runs && touch -d 2001-01-01 %s/lock", record_id(old));
	record_close(old);
	sh(&f, line);
	str_addf(&want, "%s;", record_id(live));
	ok(record_gc(f.repo, 14 * 86400, now, &removed));
	assert_int_equal(removed, 2);
	ok(record_each(f.repo, collect, &ids));
	assert_true(strstr(ids.buf, want.buf) != NULL);
	assert_true(strstr(ids.buf, "20200101-000000-000de;") != NULL);
	assert_int_not_equal(sh_code(&f, "test -e .git/dualfix/runs/*-000de/objects"), 0);
	snprintf(line, sizeof(line), "test -d .git/dualfix/runs/%s/objects",
		 record_id(live));
	sh(&f, line);

	/* All of it is old now, and what is in use stays. */
	ok(record_gc(f.repo, 0, now + 10, &removed));
	str_reset(&ids);
	ok(record_each(f.repo, collect, &ids));
	assert_string_equal(ids.buf, want.buf);
	assert_true(file_exists(record_dir(live)));
	sh(&f, "test -d .git/dualfix/checkout/0");
	checkout_release(co);
	record_close(live);
	ok(record_gc(f.repo, INT64_MAX, now + 10, &removed));
	assert_int_equal(removed, 0);
	ok(record_gc(f.repo, 0, now + 10, &removed));
	assert_int_equal(removed, 2);
	assert_string_equal(sh_out(&f, "find .git/dualfix -mindepth 2"), "");
	str_release(&ids);
	str_release(&want);
	fixture_drop(&f);
}

static void two_handles(void **state)
{
	struct fixture f;
	struct repo *other;
	struct record *a, *b;
	struct oid head, tree, x, y;
	static const struct file_change change = { "new", SOURCE_FILE, { "a", 1 } };

	(void)state;
	fixture_make(&f, HISTORY_SH);
	fixture_open(&f);
	ok(repo_dup(&other, f.repo));
	ok(record_new(&a, f.repo));
	ok(record_new(&b, other));
	ok(repo_quarantine(f.repo, record_dir(a)));
	ok(repo_quarantine(other, record_dir(b)));
	ok(repo_commit_of(other, "HEAD", &head));
	ok(repo_tree_of(other, &head, &tree));
	ok(candidate_tree(other, &tree, &change, 1, &x));
	fails_saying(repo_tree_of(f.repo, &x, &y), ERR_FATAL, "is missing");
	ok(candidate_tree(f.repo, &tree, &change, 1, &y));
	assert_true(oid_eq(&x, &y));
	assert_string_equal(config_get(repo_config(other), "core.bare"), "false");
	repo_close(other);
	record_close(a);
	record_close(b);
	fixture_drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept_and_found),
		cmocka_unit_test(sweeping),
		cmocka_unit_test(two_handles),
	};

	return fixture_run(tests, sizeof(tests) / sizeof(*tests));
}
