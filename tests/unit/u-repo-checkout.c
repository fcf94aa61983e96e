/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo-fixture.h"
#include "repo/audit.h"
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

/* The tree with other contents in files that it has: no file comes or goes. */
static void change(struct world *w, const char *text, struct oid *tree)
{
	const struct file_change changes[] = {
		{ "link", SOURCE_LINK, { "run.sh", 6 } },
		{ "run.sh", SOURCE_FILE, { text, strlen(text) } },
		{ "src/deep/b.txt", SOURCE_FILE, { text, strlen(text) } },
	};
	struct str dir = STR_INIT(4096);

	ok(repo_private_path(w->f.repo, "runs/r", true, &dir));
	ok(repo_quarantine(w->f.repo, dir.buf));
	ok(candidate_tree(w->f.repo, &w->tree, changes, ARRAY_SIZE(changes), tree));
	str_release(&dir);
}

static void reopen(struct world *w)
{
	checkout_release(w->co);
	ok(checkout_take(&w->co, w->f.repo, NULL));
}

/* Index and files hold this tree, and there is nothing else; sub is a submodule. */
static void assert_holds(struct world *w, const struct oid *tree)
{
	char expected[256];

	snprintf(expected, sizeof(expected), "./sub\n%s", tree->hex);
	assert_string_equal(
		sh_out(&w->f, "cd $CO && git diff-files && git ls-files -o -d -m && "
			      "find . -path ./.git -prune -o -type d -empty -print && "
			      "git add . && git write-tree"),
		expected);
}

/* No file is now as young as the index, so that git has no doubts about it. */
#define SETTLE "touch -d '+2 seconds' $CO/../git/index"

/* From now on $CO/../asked has what is asked of git. */
static void watch_git(struct world *w)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/bin:%s", w->f.dir, getenv("PATH"));
	sh(&w->f, "mkdir ../bin && printf '#!/bin/sh\\necho \"$*\" >>%s/../asked\\n"
		  "exec %s \"$@\"\\n' \"$CO\" \"$(command -v git)\" >../bin/git && "
		  "chmod +x ../bin/git");
	setenv("PATH", path, 1);
}

static void what_differs_alone_is_written(void **state)
{
	char *path = strdup(getenv("PATH"));
	struct world w;
	struct oid other;

	(void)state;
	make(&w);
	change(&w, "other\n", &other);
	ok(checkout_move(w.co, &w.tree, &w.head));
	watch_git(&w);
	for (int i = 0; i < 4; i++) {
		const struct oid *tree = i % 2 ? &w.tree : &other;

		sh(&w.f, SETTLE " && cd $CO && stat -c %y.%Z src/a.c bin.dat >../was && "
			 "touch ../then && rm -f ../asked");
		reopen(&w);
		ok(checkout_move(w.co, tree, &w.head));
		assert_string_equal(sh_out(&w.f, "grep -c read-tree $CO/../asked"), "0");
		assert_holds(&w, tree);
		assert_string_equal(sh_out(&w.f, "cd $CO && stat -c %y.%Z src/a.c bin.dat"),
				    sh_out(&w.f, "cat $CO/../was"));
		/* make compares the times */
		assert_string_equal(
			sh_out(&w.f, "cd $CO && stat -c %y run.sh src/deep/b.txt | uniq | "
				     "wc -l; readlink link; find run.sh -newer ../then"),
			i % 2 ? "1\nsrc/a.c\nrun.sh" : "1\nrun.sh\nrun.sh");
	}
	setenv("PATH", path, 1);
	free(path);
	drop(&w);
}

/*
 * What is done to the files between two moves by what differs. Where there is more, the
 * index lies, or the tree that it holds is not known.
 */
static void nothing_done_between_escapes(void **state)
{
	static const char *const scripts[] = {
		/* in place, of one size, and no older or younger: the ctime tells */
		"touch -r src/a.c ../ref && tr one eno <src/a.c >../x && cat ../x >src/a.c && "
		"touch -r ../ref src/a.c",
		"touch -r run.sh ../ref && tr h x <run.sh >../x && cat ../x >run.sh && "
		"touch -r ../ref run.sh",
		"chmod +x src/a.c",
		"rm src/a.c",
		"mv src/deep ../away && mkdir src/deep && cp -p ../away/b.txt src/deep",
		"echo new >src/new",
		"mkdir -p src/none/at/all",
		"mkdir src/deep/er && echo new >src/deep/er/new",
		"echo new >.hidden",
		"ln -s /etc src/etc",
		"rmdir sub && ln -s /etc sub",
		"cp -p run.sh ../x && rm run.sh && mv ../x run.sh",
		"cp ../git/index ../old-index",
		"cp ../old-index ../git/index",
		"echo nonsense >../git/holds",
		"rm ../git/holds",
	};
	struct world w;
	struct oid trees[2];

	(void)state;
	make(&w);
	trees[0] = w.tree;
	change(&w, "other\n", &trees[1]);
	ok(checkout_move(w.co, &w.tree, &w.head));
	for (size_t i = 0; i < 2 * ARRAY_SIZE(scripts); i++) {
		char line[1024];

		snprintf(line, sizeof(line), SETTLE " && cd $CO && { %s; }", scripts[i / 2]);
		sh(&w.f, line);
		/* Once by what differs, once with nothing else to do. */
		reopen(&w);
		ok(checkout_move(w.co, &trees[(i + i / 2) % 2], &w.head));
		assert_holds(&w, &trees[(i + i / 2) % 2]);
	}
	drop(&w);
}

/*
 * Of a clock that ticks by the second, say: what is done to a file in the tick in which
 * its mtime was set and the index written leaves no trace.
 */
static void a_state_as_young_as_the_index_says_nothing(void **state)
{
	static const struct {
		const char *when;
		bool untouched;
	} cases[] = {
		{ "$(stat -c %z src/a.c)", false },
		{ "+2 seconds", true },
	};
	struct world w;
	struct str index = STR_INIT(4096);

	(void)state;
	make(&w);
	ok(checkout_move(w.co, &w.tree, &w.head));
	str_addf(&index, "%s/../git/index", checkout_dir(w.co));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct audit audit = { .untouched = false };
		struct index_file file;
		char line[1024];

		str_init(&audit.misfits, 4096);
		str_init(&audit.attributes, 4096);
		snprintf(line, sizeof(line),
			 "cd $CO && touch -d '+2 seconds' ../git/index && "
			 "touch -d 200%zu-01-01 src/a.c && GIT_DIR=../git GIT_WORK_TREE=. "
			 "git update-index -q --refresh && touch -d \"%s\" ../git/index",
			 i, cases[i].when);
		sh(&w.f, line);
		ok(index_file_read(&file, index.buf, strlen(w.tree.hex) / 2));
		audit_run(&audit, &file, checkout_dir(w.co), true);
		assert_int_equal(audit.untouched, cases[i].untouched);
		assert_int_equal(!!strstr(audit.misfits.buf, "src/a.c"), !cases[i].untouched);
		index_file_release(&file);
		str_release(&audit.misfits);
		str_release(&audit.attributes);
	}
	str_release(&index);
	drop(&w);
}

/* Files are what the tree has, whatever a check would have git write. */
static void attributes_that_are_left_count_for_nothing(void **state)
{
	static const char *const scripts[] = {
		"echo '* text eol=crlf' >.gitattributes",
		"echo '* text eol=crlf' >src/deep/.gitattributes && touch src/a.c",
		"ln -s /etc/passwd src/.gitattributes",
	};
	struct world w;
	struct oid trees[2];

	(void)state;
	make(&w);
	trees[0] = w.tree;
	change(&w, "other\n", &trees[1]);
	ok(checkout_move(w.co, &w.tree, &w.head));
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		char line[1024];

		snprintf(line, sizeof(line), SETTLE " && cd $CO && { %s; }", scripts[i]);
		sh(&w.f, line);
		ok(checkout_move(w.co, &trees[(i + 1) % 2], &w.head));
		assert_string_equal(sh_out(&w.f, "cd $CO && grep -rlI \"$(printf '\\r')\" src run.sh "
						 "|| find . -name .gitattributes"), "");
	}
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
		cmocka_unit_test(what_differs_alone_is_written),
		cmocka_unit_test(nothing_done_between_escapes),
		cmocka_unit_test(a_state_as_young_as_the_index_says_nothing),
		cmocka_unit_test(attributes_that_are_left_count_for_nothing),
		cmocka_unit_test(what_speaks_of_rewritten_files_goes),
		cmocka_unit_test(renewed_files_are_newer),
		cmocka_unit_test(two_at_once),
		cmocka_unit_test(a_view),
		cmocka_unit_test(hostile_checks),
		cmocka_unit_test(hostile_trees),
	};

	return fixture_run(tests, sizeof(tests) / sizeof(*tests));
}
