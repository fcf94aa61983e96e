/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo-fixture.h"
#include "repo/checkout.h"
#include "repo/quarantine.h"
#include "repo/tree.h"

struct world {
	struct fixture f;
	struct oid head, tree;
	struct checkout *co;
};

static void make(struct world *w)
{
	fixture_make(&w->f, HISTORY_SH " && echo '*.o' >.gitignore && git add . && "
				       "git commit -q -m ignore && git tag -a -m t v1");
	fixture_open(&w->f);
	ok(repo_commit_of(w->f.repo, "HEAD", &w->head));
	ok(repo_tree_of(w->f.repo, &w->head, &w->tree));
	ok(checkout_take(&w->co, w->f.repo, NULL));
	setenv("CO", checkout_dir(w->co), 1);
}

static void drop(struct world *w)
{
	checkout_release(w->co);
	fixture_drop(&w->f);
}

#define STATUS "cd $CO && git status --porcelain --ignored --ignore-submodules=none"

static void files_and_facade(void **state)
{
	struct world w;
	const char *const *dirs;
	char *before;

	(void)state;
	make(&w);
	before = strdup(
		sh_out(&w.f, "cksum .git/index; git for-each-ref; git worktree list; "
			     "git config --list --local; ls -A .git | grep -v dualfix"));
	ok(checkout_move(w.co, &w.tree, &w.head));
	assert_string_equal(sh_out(&w.f, STATUS), "");
	assert_string_equal(sh_out(&w.f, "cd $CO && git rev-parse --show-toplevel HEAD"),
			    sh_out(&w.f, "echo $CO; git rev-parse HEAD"));
	assert_string_equal(
		sh_out(&w.f, "cd $CO && git describe && readlink link && "
			     "cat src/a.c && test -x run.sh && test -d sub && "
			     "git log --oneline | wc -l && git ls-files -s"),
		sh_out(&w.f, "git describe && readlink link && cat src/a.c && "
			     "git log --oneline | wc -l && git ls-files -s"));
	assert_int_equal(checkout_object_dirs(w.co, &dirs), 1);
	assert_string_equal(dirs[0], sh_out(&w.f, "echo $PWD/.git/objects"));
	assert_null(dirs[1]);
	assert_string_equal(before,
			    sh_out(&w.f, "cksum .git/index; git for-each-ref; "
					 "git worktree list; git config --list --local; "
					 "ls -A .git | grep -v dualfix"));
	assert_string_equal(sh_out(&w.f, "stat -c %a .git/dualfix .git/dualfix/checkout"),
			    "700\n700");
	free(before);
	drop(&w);
}

static void moves_by_the_difference(void **state)
{
	static const struct file_change changes[] = {
		{ "new", SOURCE_FILE, { "n", 1 } },
		{ "run.sh", SOURCE_ABSENT, { 0 } },
		{ "src/a.c", SOURCE_FILE, { "int x;\n", 7 } },
	};
	struct world w;
	struct oid tree;
	struct str dir = STR_INIT(4096);
	const char *const *dirs;

	(void)state;
	make(&w);
	ok(checkout_move(w.co, &w.tree, &w.head));
	sh(&w.f, "cd $CO && touch -d 2001-01-01 src/deep/b.txt && echo out >a.o && echo "
		 "left >left "
		 "&& echo in the way >new && git update-index -q --refresh; true");
	/* The index knows that file by its old time: once more, then it stays. */
	ok(checkout_move(w.co, &w.tree, &w.head));
	sh(&w.f, "cd $CO && stat -c %Y.%y src/deep/b.txt >../stamp");

	ok(repo_private_path(w.f.repo, "runs/r", true, &dir));
	ok(repo_quarantine(w.f.repo, dir.buf));
	ok(candidate_tree(w.f.repo, &w.tree, changes, 3, &tree));
	ok(checkout_move(w.co, &tree, &w.head));
	assert_string_equal(sh_out(&w.f, "cd $CO && stat -c %Y.%y src/deep/b.txt"),
			    sh_out(&w.f, "cat $CO/../stamp"));
	assert_string_equal(
		sh_out(&w.f,
		       "cd $CO && cat new src/a.c a.o left; test ! -e run.sh; "
		       "git status --porcelain; git diff --cached --stat | tail -1"),
		"nint x;\nout\nleft\nA  new\nD  run.sh\nM  src/a.c\n?? left\n"
		" 3 files changed, 2 insertions(+), 3 deletions(-)");
	assert_int_equal(checkout_object_dirs(w.co, &dirs), 2);
	assert_string_equal(dirs[1], repo_quarantine_dir(w.f.repo));

	/* the next run: what was left is gone, what is ignored stays */
	checkout_release(w.co);
	ok(checkout_take(&w.co, w.f.repo, NULL));
	assert_string_equal(checkout_dir(w.co), sh_out(&w.f, "echo $CO"));
	ok(checkout_move(w.co, &w.tree, &w.head));
	assert_string_equal(sh_out(&w.f, STATUS), "!! a.o");
	str_release(&dir);
	drop(&w);
}

static void what_speaks_of_rewritten_files_goes(void **state)
{
	struct world w;

	(void)state;
	make(&w);
	ok(checkout_move(w.co, &w.tree, &w.head));
	sh(&w.f, "cd $CO && echo stamp >stamp && echo out >a.o && touch src/a.c");
	ok(checkout_move(w.co, &w.tree, &w.head));
	assert_string_equal(sh_out(&w.f, STATUS), "?? stamp\n!! a.o");
	sh(&w.f, "cd $CO && echo configured >>src/a.c");
	ok(checkout_move(w.co, &w.tree, &w.head));
	assert_string_equal(sh_out(&w.f, STATUS), "!! a.o");
	drop(&w);
}

static void renewed_files_are_newer(void **state)
{
	static const char *const paths[] = { "src/deep/b.txt", "no such file" };
	struct world w;

	(void)state;
	make(&w);
	ok(checkout_move(w.co, &w.tree, &w.head));
	sh(&w.f, "cd $CO && touch -d 2001-01-01 src/a.c src/deep/b.txt");
	/* As above: the index learns the times. */
	ok(checkout_move(w.co, &w.tree, &w.head));
	sh(&w.f, "cd $CO && touch -d 2001-01-01 ../old && touch -r ../old src/a.c "
		 "src/deep/b.txt && stat -c %y src/a.c >../stamp");
	ok(checkout_renew(w.co, paths, 2));
	ok(checkout_move(w.co, &w.tree, &w.head));
	assert_string_equal(sh_out(&w.f, "cd $CO && find . -name b.txt -newer ../old; "
					 "git status --porcelain"),
			    "./src/deep/b.txt");

	/* A folder that became a link: nothing behind it is touched. */
	sh(&w.f, "mkdir ../out && touch -d 2001-01-01 ../out/b.txt && cd $CO && "
		 "rm -rf src/deep && ln -s $OLDPWD/../out src/deep");
	ok(checkout_renew(w.co, paths, 1));
	ok(checkout_move(w.co, &w.tree, &w.head));
	assert_string_equal(sh_out(&w.f, "find ../out -newer $CO/../old -name b.txt; "
					 "cd $CO && git status --porcelain"), "");
	drop(&w);
}

static void two_at_once(void **state)
{
	struct world w;
	struct checkout *other;

	(void)state;
	make(&w);
	ok(checkout_take(&other, w.f.repo, NULL));
	assert_string_not_equal(checkout_dir(other), checkout_dir(w.co));
	checkout_release(other);
	drop(&w);
}

/* Seen elsewhere it is another one, and the places of what is lent are nobody's litter. */
static void a_view(void **state)
{
	const char *const lent[] = { "deps", "we*ird [x] \\", NULL };
	const struct checkout_view view = { .dir = "/seen", .lent = lent, .id = "0f" };
	struct world w;
	struct checkout *co;
	const char *const *dirs;

	(void)state;
	make(&w);
	sh(&w.f, "mkdir -p .git/info && echo mine >.git/info/exclude");
	ok(checkout_take(&co, w.f.repo, &view));
	assert_string_not_equal(checkout_dir(co), checkout_dir(w.co));
	assert_string_equal(checkout_seen_dir(w.co), checkout_dir(w.co));
	assert_string_equal(checkout_seen_dir(co), "/seen");
	ok(checkout_move(co, &w.tree, &w.head));
	assert_int_equal(checkout_seen_object_dirs(co, &dirs), 1);
	assert_string_equal(dirs[0], CHECKOUT_OBJECTS "/0");
	setenv("CO", checkout_dir(co), 1);
	assert_string_equal(sh_out(&w.f, "cat $CO/.git/objects/info/alternates"),
			    CHECKOUT_OBJECTS "/0");
	assert_int_equal(checkout_object_dirs(co, &dirs), 1);
	assert_string_equal(dirs[0], sh_out(&w.f, "echo $PWD/.git/objects"));
	sh(&w.f, "cd $CO && mkdir deps 'we*ird [x] \\' && touch deps/f 'we*ird [x] \\/f' "
		 "mine weird && mkdir sub2 && touch sub2/deps && touch ../prepared");
	assert_string_equal(
		sh_out(&w.f, "cd $CO && GIT_OBJECT_DIRECTORY=$OLDPWD/.git/objects "
			     "git -c core.excludesFile=$CO/.git/info/exclude status --porcelain"),
		"?? sub2/\n?? weird");
	sh(&w.f, "cd $CO && rm -r sub2 weird");
	checkout_release(co);
	ok(checkout_take(&co, w.f.repo, &view));
	assert_string_equal(checkout_dir(co), sh_out(&w.f, "echo $CO"));
	ok(checkout_move(co, &w.tree, &w.head));
	assert_string_equal(sh_out(&w.f, "cd $CO && ls -d deps we* mine ../prepared"),
			    "../prepared\ndeps\nmine\nwe*ird [x] \\");
	checkout_release(co);
	drop(&w);
}

/* What a check may leave; each time the move puts everything right. */
static void hostile_checks(void **state)
{
	static const char *const scripts[] = {
		"rm -rf src && ln -s $OUT src",
		"rm -rf src/deep && ln -s $OUT src/deep && rm src/a.c && ln -s "
		"$OUT/victim src/a.c",
		"rm -rf .git && ln -s $OUT .git",
		"rm -rf .git && echo 'gitdir: $OUT' >.git",
		"rm .git/config && printf '[core]\\n\\tfsmonitor = touch $OUT/ran\\n"
		"[filter \"x\"]\\n\\tsmudge = touch $OUT/ran\\n' >.git/config "
		"&& echo '* filter=x' >.git/info/attributes",
		"mkdir -p .git/hooks && printf '#!/bin/sh\\ntouch $OUT/ran\\n' "
		">.git/hooks/post-checkout"
		" && chmod +x .git/hooks/post-checkout",
		"rm run.sh && mkdir -p run.sh/d && echo >run.sh/d/f",
		"git init -q nested && mkdir -p nested/sub && git -C nested commit -q "
		"--allow-empty -m x",
		"rmdir sub && git init -q sub",
		"chmod 000 src/deep src",
		"echo '*' >.gitignore && echo >hidden",
		"cd .. && rm -rf tree && ln -s $OUT tree",
		"cd .. && rm -rf tree && echo >tree",
		"echo broken >../git/index",
		"echo stale >../git/index.lock",
		"chmod 000 . && true",
	};
	struct world w;

	(void)state;
	make(&w);
	sh(&w.f, "mkdir ../out && echo victim >../out/victim && echo c >../out/a.c && "
		 "mkdir ../out/deep && echo b >../out/deep/b.txt");
	setenv("OUT", sh_out(&w.f, "cd ../out && pwd"), 1);
	ok(checkout_move(w.co, &w.tree, &w.head));
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		char line[1024];

		snprintf(line, sizeof(line), "cd $CO && %s", scripts[i]);
		sh(&w.f, line);
		checkout_release(w.co);
		ok(checkout_take(&w.co, w.f.repo, NULL));
		ok(checkout_move(w.co, &w.tree, &w.head));
		assert_string_equal(sh_out(&w.f, STATUS), "");
		assert_string_equal(
			sh_out(&w.f, "cd $CO && git ls-files -s && cat src/a.c"),
			sh_out(&w.f, "git ls-files -s && cat src/a.c"));
		assert_string_equal(
			sh_out(&w.f, "cat $OUT/victim $OUT/a.c $OUT/deep/b.txt; ls $OUT"),
			"victim\nc\nb\na.c\ndeep\nvictim");
	}
	drop(&w);
}

static void hostile_trees(void **state)
{
	struct world w;
	struct oid tree = { "" };

	(void)state;
	make(&w);
	memcpy(tree.hex,
	       sh_out(&w.f, "b=$(echo x | git hash-object -w --stdin); "
			    "t=$(printf '100644 blob %s\\tconfig\\n' $b | git mktree); "
			    "printf '040000 tree %s\\t.GIT\\n' $t | git mktree"),
	       fixture_id_len());
	fails_saying(checkout_move(w.co, &tree, &w.head), ERR_FATAL,
		     "invalid path '.GIT/config'");
	ok(checkout_move(w.co, &w.tree, &w.head));
	assert_string_equal(sh_out(&w.f, STATUS), "");
	drop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_and_facade),
		cmocka_unit_test(moves_by_the_difference),
		cmocka_unit_test(what_speaks_of_rewritten_files_goes),
		cmocka_unit_test(renewed_files_are_newer),
		cmocka_unit_test(two_at_once),
		cmocka_unit_test(a_view),
		cmocka_unit_test(hostile_checks),
		cmocka_unit_test(hostile_trees),
	};

	return fixture_run(tests, sizeof(tests) / sizeof(*tests));
}
