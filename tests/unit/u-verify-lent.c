/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "repo-fixture.h"
#include "verify/lent.h"

/* A work tree with what may be lent and what may not. */
static void make(struct fixture *f)
{
	fixture_make(f, HISTORY_SH
		     " && printf 'deps/\\n.env\\nmixed/\\nlink\\nodd\\n/top\\n' >.gitignore && "
		     "mkdir -p deps/a/b deps/.cache pkg/x/deps pkg/y/deps deps-more mixed real "
		     "top :/top && "
		     "echo 1 >deps/a/b/f && echo 2 >.env && echo t >mixed/t && git add -f mixed/t && "
		     "git add .gitignore && git commit -q -m ignore && mkfifo odd && "
		     "ln -s real leads && echo 'deps-more/' >>.git/info/exclude");
	fixture_open(f);
}

static struct err *take(struct lent **lent, struct fixture *f, const char *a, const char *b)
{
	const char *const paths[] = { a, b, NULL };

	return lent_take(lent, f->repo, paths);
}

static void what_may_be_lent(void **state)
{
	static const struct {
		const char *a, *b;
		const char *want; /* NULL: refused */
	} rows[] = {
		{ NULL, NULL, "" },
		{ "deps", NULL, "deps " },
		{ "deps//", "deps/a", "deps " },
		{ "deps/a", "deps/a/b/f", "deps/a " },
		{ "deps", "deps-more", "deps deps-more " },
		{ "deps-more", "deps/a", "deps-more deps/a " },
		{ "pkg/*/deps", ".env", ".env pkg/x/deps pkg/y/deps " },
		{ "*/deps", NULL, NULL },
		{ "absent", NULL, NULL },
		{ "deps", "absent", NULL },
		{ "pkg", NULL, NULL },
		{ "src/a.c", NULL, NULL },
		{ "mixed", NULL, NULL },
		{ "leads", NULL, NULL },
		{ "odd", NULL, NULL },
		{ "top", NULL, "top " },
		{ ":/top", NULL, NULL },
		{ "", NULL, NULL },
		{ "/", NULL, NULL },
		{ "deps/../deps", NULL, NULL },
	};
	struct fixture f;

	(void)state;
	make(&f);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct lent *lent;
		struct err *err = take(&lent, &f, rows[i].a, rows[i].b);
		struct str got = STR_INIT(4096);

		for (size_t j = 0; lent && j < lent->paths.n; j++)
			str_addf(&got, "%s ", lent->paths.v[j]);
		if (!err != !!rows[i].want || (err && err_kind(err) != ERR_CONFIG) ||
		    (rows[i].want && strcmp(got.buf, rows[i].want)))
			fail_msg("row %zu: '%s', %s", i, got.buf, err ? err_text(err) : "taken");
		err_drop(err);
		str_release(&got);
		lent_free(lent);
	}
	fixture_drop(&f);
}

static void more_than_are_mounted(void **state)
{
	struct fixture f;
	struct lent *lent;
	struct err *err;

	(void)state;
	make(&f);
	sh(&f, "for i in $(seq 70); do mkdir deps/n$i; done");
	err = take(&lent, &f, "deps/n*", NULL);
	assert_non_null(err);
	assert_non_null(strstr(err_text(err), "more than 64"));
	err_drop(err);
	ok(take(&lent, &f, "deps", NULL));
	lent_free(lent);
	fixture_drop(&f);
}

/* Whether the stamp sees what a script does. */
static void stamps(void **state)
{
	static const struct {
		const char *script;
		bool seen;
	} rows[] = {
		{ ":", false },
		{ "touch deps/a", false }, /* what comes and goes in a folder is what counts */
		{ "echo 2 >deps/a/b/f", true },
		{ "touch -d 2001-01-01 deps/a/b/f", true },
		{ "chmod +x deps/a/b/f", true },
		{ "cp -p deps/a/b/f deps/a/b/g && mv deps/a/b/g deps/a/b/f", true },
		{ "mkdir deps/new", true },
		{ "mv deps/new deps/other", true },
		{ "rmdir deps/other", true },
		{ "ln -s a deps/l", true },
		{ "echo x >deps/.cache/x && mkdir deps/a/__pycache__", false },
		{ "echo x >>.env", true },
		{ "echo x >elsewhere", false },
		{ "rm -r deps", true },
	};
	struct fixture f;

	(void)state;
	make(&f);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct lent *lent;
		struct err *err;

		ok(take(&lent, &f, "deps", ".env"));
		sh(&f, rows[i].script);
		err = lent_still(lent);
		if (!err == rows[i].seen)
			fail_msg("'%s' is %sseen", rows[i].script, err ? "" : "not ");
		assert_true(!err || err_kind(err) == ERR_CONFIG);
		err_drop(err);
		lent_free(lent);
	}
	fixture_drop(&f);
}

/* What a check may have left where the places go; nothing outside is touched. */
static void places(void **state)
{
	static const struct {
		const char *script;
		bool made;
	} rows[] = {
		{ ":", true },
		{ "mkdir -p pkg/x/deps deps && touch .env deps/left", true },
		{ "ln -s $OUT pkg", true },
		{ "mkdir pkg && ln -s $OUT pkg/x && echo >pkg/y", true },
		{ "mkdir -p pkg/x && ln -s $OUT pkg/x/deps && ln -s $OUT/victim .env", true },
		{ "ln -s $OUT/new deps && ln -s $OUT/new .env", true },
		{ "mkfifo deps .env", true },
		{ "mkdir .env", true },
		{ "mkdir -p .env/full", false },
	};
	const char *const paths[] = { "deps", ".env", "pkg/*/deps", NULL };
	struct fixture f;
	struct lent *lent;

	(void)state;
	make(&f);
	ok(lent_take(&lent, f.repo, paths));
	sh(&f, "mkdir ../out && echo victim >../out/victim");
	setenv("OUT", sh_out(&f, "cd ../out && pwd"), 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err *err;

		sh(&f, "rm -rf ../tree && mkdir ../tree");
		setenv("TREE", sh_out(&f, "cd ../tree && pwd"), 1);
		setenv("SCRIPT", rows[i].script, 1);
		sh(&f, "cd $TREE && eval \"$SCRIPT\"");
		err = lent_make_places(lent, getenv("TREE"));
		if (!err != rows[i].made)
			fail_msg("'%s': %s", rows[i].script, err ? err_text(err) : "made");
		err_drop(err);
		if (rows[i].made)
			sh(&f, "cd $TREE && for d in deps pkg pkg/x pkg/x/deps pkg/y pkg/y/deps; do "
			       "test -d $d && test ! -L $d || exit 1; done && "
			       "test -f .env && test ! -L .env");
		assert_string_equal(sh_out(&f, "ls $OUT && cat $OUT/victim"), "victim\nvictim");
	}
	lent_free(lent);
	fixture_drop(&f);
}

static void trees_that_have_it(void **state)
{
	struct fixture f;
	struct oid head, tree;
	struct lent *lent;
	struct err *err;

	(void)state;
	make(&f);
	sh(&f, "git add -f deps && git commit -q -m deps && git rm -q -r --cached deps && "
	       "git commit -q -m none");
	ok(take(&lent, &f, "deps", NULL));
	ok(repo_commit_of(f.repo, "HEAD", &head));
	ok(repo_tree_of(f.repo, &head, &tree));
	ok(lent_fits(lent, f.repo, &tree));
	ok(repo_commit_of(f.repo, "HEAD^", &head));
	ok(repo_tree_of(f.repo, &head, &tree));
	err = lent_fits(lent, f.repo, &tree);
	assert_non_null(err);
	assert_int_equal(err_kind(err), ERR_CONFIG);
	err_drop(err);
	lent_free(lent);
	fixture_drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_be_lent),
		cmocka_unit_test(more_than_are_mounted),
		cmocka_unit_test(stamps),
		cmocka_unit_test(places),
		cmocka_unit_test(trees_that_have_it),
	};

	return fixture_run(tests, ARRAY_SIZE(tests));
}
