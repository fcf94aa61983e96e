/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo-fixture.h"
#include "repo/quarantine.h"

static void paths_of_each_sort(void **state)
{
	struct fixture f;
	struct repo *other = NULL;
	char path[256];
	struct oid head, tree;
	struct str branch = STR_INIT(256);

	(void)state;
	fixture_make(&f, HISTORY_SH);
	fixture_open(&f);
	assert_string_equal(repo_work_tree(f.repo), f.top);
	assert_string_equal(repo_git_dir(f.repo), repo_common_dir(f.repo));
	ok(repo_commit_of(f.repo, "HEAD", &head));
	assert_string_equal(head.hex, sh_out(&f, "git rev-parse HEAD"));
	ok(repo_tree_of(f.repo, &head, &tree));
	assert_string_equal(tree.hex, sh_out(&f, "git rev-parse HEAD^{tree}"));
	ok(repo_head_branch(f.repo, &branch));
	assert_string_equal(branch.buf, "main");
	fails_saying(repo_commit_of(f.repo, "nosuch", &head), ERR_INPUT,
		     "'nosuch' names no commit");
	fails_saying(repo_commit_of(f.repo, "--all", &head), ERR_INPUT,
		     "'--all' names no commit");
	fails_saying(repo_commit_of(f.repo, "HEAD:run.sh", &head), ERR_INPUT, "names no commit");

	/* from below the top */
	snprintf(path, sizeof(path), "%s/src/deep", f.top);
	ok(repo_open(&other, f.loop, path));
	assert_string_equal(repo_work_tree(other), f.top);
	repo_close(other);

	/* a linked work tree, detached */
	sh(&f, "git worktree add -q -d ../linked");
	snprintf(path, sizeof(path), "%s/linked", f.dir);
	ok(repo_open(&other, f.loop, path));
	assert_string_equal(repo_work_tree(other), path);
	assert_string_not_equal(repo_git_dir(other), repo_common_dir(other));
	assert_string_equal(repo_common_dir(other), repo_common_dir(f.repo));
	ok(repo_head_branch(other, &branch));
	assert_string_equal(branch.buf, "");
	ok(repo_commit_of(other, "HEAD", &head));
	ok(repo_tree_of(other, &head, &tree));
	repo_close(other);

	/* bare */
	sh(&f, "git clone -q --bare . ../bare.git");
	snprintf(path, sizeof(path), "%s/bare.git", f.dir);
	ok(repo_open(&other, f.loop, path));
	assert_null(repo_work_tree(other));
	assert_string_equal(repo_git_dir(other), path);
	ok(repo_commit_of(other, "main", &head));
	fails_saying(repo_worktree_tree(other, &tree), ERR_INPUT, "no work tree");
	repo_close(other);

	/* inside the git folder */
	snprintf(path, sizeof(path), "%s/.git", f.top);
	ok(repo_open(&other, f.loop, path));
	assert_null(repo_work_tree(other));
	repo_close(other);

	str_release(&branch);
	fixture_drop(&f);
}

/* As git reads them, whoever it is that does. */
static void whole_names(void **state)
{
	static const char *const revs[] = { "HEAD", "HEAD~", "HEAD^{tree}", "v2", "HEAD:run.sh" };
	struct fixture f;
	struct oid commit;
	char name[80], peel[160];

	(void)state;
	fixture_make(&f, HISTORY_SH " && git commit -q --allow-empty -m more && "
		     "git tag -a -m two v2 HEAD~ && "
		     "git update-ref refs/heads/$(git rev-parse HEAD~) HEAD");
	fixture_open(&f);
	for (size_t i = 0; i < sizeof(revs) / sizeof(*revs); i++) {
		snprintf(peel, sizeof(peel), "git rev-parse %s", revs[i]);
		snprintf(name, sizeof(name), "%.64s", sh_out(&f, peel));
		snprintf(peel, sizeof(peel),
			 "git rev-parse -q --verify %s^{commit} 2>/dev/null || :", name);
		if (!*sh_out(&f, peel)) {
			fails_saying(repo_commit_of(f.repo, name, &commit), ERR_INPUT,
				     "names no commit");
			continue;
		}
		ok(repo_commit_of(f.repo, name, &commit));
		assert_string_equal(commit.hex, sh_out(&f, peel));
	}
	fails_saying(repo_commit_of(f.repo, fixture_variant->id, &commit), ERR_INPUT,
		     "names no commit");
	fixture_drop(&f);
}

static void none_or_not_trusted(void **state)
{
	struct fixture f;
	struct repo *repo;

	(void)state;
	fixture_make(&f, "true");
	setenv("GIT_CEILING_DIRECTORIES", f.dir, 1);
	fails_saying(repo_open(&repo, f.loop, f.top), ERR_FATAL, "not a git repository");
	assert_null(repo);
	sh(&f,
	   "git init -q --object-format=sha1 . && git config core.repositoryformatversion 1 && "
	   "git config extensions.fromTheFuture true");
	fails_saying(repo_open(&repo, f.loop, f.top), ERR_FATAL, "fromthefuture");
	unsetenv("GIT_CEILING_DIRECTORIES");
	fixture_drop(&f);
}

static void git_decides_trust(void **state)
{
	struct fixture f;
	struct repo *repo;
	char path[128];

	(void)state;
	if (geteuid()) {
		fixture_skip("only root can give a folder away");
		return;
	}
	fixture_make(&f, HISTORY_SH);
	sh(&f, "chown -R 12345 .");
	fails_saying(repo_open(&repo, f.loop, f.top), ERR_FATAL, "dubious ownership");
	sh(&f, "git config --file ../global safe.directory '*'");
	snprintf(path, sizeof(path), "%s/global", f.dir);
	setenv("GIT_CONFIG_GLOBAL", path, 1);
	fixture_open(&f);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	fixture_drop(&f);
}

static void no_commit_yet(void **state)
{
	struct fixture f;
	struct oid head;
	struct str branch = STR_INIT(256);

	(void)state;
	fixture_make(&f, "git init -q .");
	fixture_open(&f);
	fails_saying(repo_commit_of(f.repo, "HEAD", &head), ERR_FATAL, "no commit yet");
	fails_saying(repo_commit_of(f.repo, "v1", &head), ERR_INPUT, "'v1' names no commit");
	ok(repo_head_branch(f.repo, &branch));
	assert_string_equal(branch.buf, "");
	str_release(&branch);
	fixture_drop(&f);
}

/* What libgit2 1.5 cannot open, and we read all the same. */
static void odd_but_readable(void **state)
{
	static const char *const scripts[] = {
		HISTORY_SH " && git config core.repositoryformatversion 1 && "
			   "git config extensions.worktreeConfig true",
		HISTORY_SH " && git config core.repositoryformatversion 1 && "
			   "git config extensions.partialClone origin",
		HISTORY_SH " && git config core.repositoryformatversion 1 && "
			   "git config extensions.preciousObjects true",
		"git init -q ../up && cd ../up && " HISTORY_SH
		" && git commit -q --allow-empty -m 2"
		" && cd ../top && git clone -q --depth 1 file://$PWD/../up .",
		"git init -q ../up && cd ../up && " HISTORY_SH
		" && cd ../top && git clone -q --shared ../up .",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		struct fixture f;
		struct oid head, tree;

		fixture_make(&f, scripts[i]);
		fixture_open(&f);
		ok(repo_commit_of(f.repo, "HEAD", &head));
		ok(repo_tree_of(f.repo, &head, &tree));
		fixture_drop(&f);
	}
}

static void identity(void **state)
{
	struct fixture f;
	struct str author = STR_INIT(256), committer = STR_INIT(256);

	(void)state;
	fixture_make(&f, HISTORY_SH " && git config user.useConfigOnly true");
	fixture_open(&f);
	ok(repo_identity(f.repo, &author, &committer));
	assert_string_equal(author.buf, "A U Thor <author@example.com>");
	assert_string_equal(committer.buf, "C O Mitter <committer@example.com>");
	unsetenv("GIT_COMMITTER_EMAIL");
	unsetenv("EMAIL");
	fixture_open(&f);
	fails_saying(repo_identity(f.repo, &author, &committer), ERR_CONFIG,
		     "no name to commit as");
	setenv("GIT_CONFIG_PARAMETERS", "'user.email'='c@example.com'", 1);
	fixture_open(&f);
	ok(repo_identity(f.repo, &author, &committer));
	assert_string_equal(committer.buf, "C O Mitter <c@example.com>");
	assert_string_equal(config_get(repo_config(f.repo), "user.email"),
			    "c@example.com");
	unsetenv("GIT_CONFIG_PARAMETERS");
	str_release(&author);
	str_release(&committer);
	fixture_drop(&f);
}

/* What we set for the git commands that we run is no setting of the user's. */
static void settings_of_ours(void **state)
{
	struct fixture f;

	(void)state;
	fixture_make(&f, HISTORY_SH " && git config core.quotePath true");
	fixture_open(&f);
	assert_null(config_get(repo_config(f.repo), "core.hookspath"));
	assert_string_equal(config_get(repo_config(f.repo), "core.quotepath"), "true");
	fixture_drop(&f);
}

static void dirty_files(void **state)
{
	struct fixture f;
	struct str list = STR_INIT(4096);
	size_t n;

	(void)state;
	fixture_make(&f, HISTORY_SH);
	fixture_open(&f);
	ok(repo_dirty_files(f.repo, 10, &list, &n));
	assert_int_equal(n, 0);
	sh(&f, "echo more >>src/a.c; git rm -q --cached run.sh; echo new >untracked; "
	       "git mv link 'l i\nnk'");
	ok(repo_dirty_files(f.repo, 2, &list, &n));
	assert_int_equal(n, 4);
	assert_string_equal(list.buf, "\"l i\\nnk\"\nlink\n");
	str_release(&list);
	fixture_drop(&f);
}

/* A hook's variables, and programs that configuration names, do not reach our git. */
static void hostile_surroundings(void **state)
{
	struct fixture f;
	struct oid head;
	struct str list = STR_INIT(4096);
	size_t n;

	(void)state;
	fixture_make(
		&f, HISTORY_SH
		" && printf '#!/bin/sh\\ntouch %s/ran\\n' \"$PWD\" >../evil && chmod +x "
		"../evil"
		" && git config core.fsmonitor \"$PWD/../evil\""
		" && mkdir -p .git/hooks && cp ../evil .git/hooks/reference-transaction"
		" && cp ../evil .git/hooks/post-index-change");
	setenv("GIT_INDEX_FILE", "/nonexistent/index", 1);
	setenv("GIT_OBJECT_DIRECTORY", "/nonexistent/objects", 1);
	fixture_open(&f);
	ok(repo_commit_of(f.repo, "HEAD", &head));
	ok(repo_dirty_files(f.repo, 10, &list, &n));
	assert_int_equal(n, 0);
	unsetenv("GIT_INDEX_FILE");
	unsetenv("GIT_OBJECT_DIRECTORY");
	assert_int_not_equal(sh_code(&f, "test -e ran"), 0);
	str_release(&list);
	fixture_drop(&f);
}

/* The user's index, objects and files stay as they are, filters count. */
static void worktree_tree(void **state)
{
	struct fixture f;
	struct oid tree;
	struct str dir = STR_INIT(4096);
	char *before;

	(void)state;
	fixture_make(&f,
		     HISTORY_SH " && git config filter.up.clean 'tr a-z A-Z' && echo "
				"'*.txt filter=up' >.gitattributes"
				" && git add .gitattributes && git commit -q -m attr");
	fixture_open(&f);
	sh(&f, "echo changed >src/deep/b.txt; rm run.sh; echo new >untracked; "
	       "echo staged >staged; git add staged");
	before = strdup(
		sh_out(&f, "cksum .git/index; git count-objects -v; git status -s"));
	ok(repo_private_path(f.repo, "runs/x", true, &dir));
	ok(repo_quarantine(f.repo, dir.buf));
	ok(repo_worktree_tree(f.repo, &tree));
	assert_string_equal(before, sh_out(&f, "cksum .git/index; git count-objects -v; "
					       "git status -s"));
	free(before);
	setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", repo_quarantine_dir(f.repo), 1);
	setenv("TREE", tree.hex, 1);
	assert_string_equal(sh_out(&f, "git diff-tree -r --name-status HEAD $TREE"),
			    "D\trun.sh\nM\tsrc/deep/b.txt\nA\tstaged");
	assert_string_equal(sh_out(&f, "git show $TREE:src/deep/b.txt"), "CHANGED");
	unsetenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");

	sh(&f, "git reset -q --hard && git checkout -q -b x && echo x >src/a.c && "
	       "git commit -qam x && git checkout -q main && echo y >src/a.c && "
	       "git commit -qam y && ! git merge x >/dev/null");
	fails_saying(repo_worktree_tree(f.repo, &tree), ERR_INPUT, "unresolved conflicts");
	str_release(&dir);
	fixture_drop(&f);
}

/* Indexes that only git reads: none of them is touched, all give the right tree. */
static void worktree_tree_of_odd_indexes(void **state)
{
	static const char *const scripts[] = {
		"git update-index --split-index",
		"git config core.splitIndex true && git update-index --split-index",
		"git update-index --index-version 4 && git update-index "
		"--untracked-cache",
		"git sparse-checkout set --cone src && echo '*' >>.git/info/exclude",
		"git sparse-checkout set --cone --sparse-index src",
		"git config core.autocrlf input && git config core.safecrlf true && "
		"printf 'a\r\n' >src/a.c",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		struct fixture f;
		struct oid tree;
		struct str dir = STR_INIT(4096);
		char *before;

		fixture_make(&f, HISTORY_SH);
		sh(&f, scripts[i]);
		fixture_open(&f);
		sh(&f, "echo changed >>src/a.c");
		before = strdup(sh_out(&f,
				       "cksum .git/index; ls -A .git | grep -v dualfix; "
				       "git count-objects -v"));
		ok(repo_private_path(f.repo, "runs/x", true, &dir));
		ok(repo_quarantine(f.repo, dir.buf));
		ok(repo_worktree_tree(f.repo, &tree));
		assert_string_equal(
			before,
			sh_out(&f, "cksum .git/index; ls -A .git | grep -v dualfix; "
				   "git count-objects -v"));
		free(before);
		sh(&f, "git -c core.safecrlf=false commit -qam all");
		assert_string_equal(tree.hex, sh_out(&f, "git rev-parse HEAD^{tree}"));
		str_release(&dir);
		fixture_drop(&f);
	}
}

/* As git calls a hook: GIT_DIR set, relative in a main work tree. */
static void called_from_a_hook(void **state)
{
	struct fixture f;
	struct repo *repo;
	char here[4096], linked[128];
	struct oid head;

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	fixture_make(&f, HISTORY_SH " && git worktree add -q ../linked");
	assert_int_equal(chdir(f.top), 0);
	setenv("GIT_DIR", ".git", 1);
	setenv("GIT_PREFIX", "src/", 1);
	ok(repo_open(&repo, f.loop, NULL));
	assert_string_equal(repo_work_tree(repo), f.top);
	ok(repo_commit_of(repo, "HEAD", &head));
	repo_close(repo);

	snprintf(linked, sizeof(linked), "%s/linked", f.dir);
	assert_int_equal(chdir(linked), 0);
	setenv("GIT_DIR", sh_out(&f, "echo $PWD/.git/worktrees/linked"), 1);
	ok(repo_open(&repo, f.loop, NULL));
	assert_string_equal(repo_work_tree(repo), linked);
	assert_string_equal(repo_common_dir(repo), sh_out(&f, "echo $PWD/.git"));
	repo_close(repo);

	/* A folder that is named wins over what the hook says. */
	setenv("GIT_DIR", "/nonexistent", 1);
	fails_saying(repo_open(&repo, f.loop, NULL), ERR_FATAL, "not a git repository");
	ok(repo_open(&repo, f.loop, f.top));
	repo_close(repo);
	unsetenv("GIT_DIR");
	unsetenv("GIT_PREFIX");
	assert_int_equal(chdir(here), 0);
	fixture_drop(&f);
}

static void a_submodule(void **state)
{
	struct fixture f;
	struct repo *repo;
	struct oid head;
	char path[128];

	(void)state;
	fixture_make(
		&f, "git init -q ../up && cd ../up && " HISTORY_SH " && cd ../top && "
		    "git init -q . && git -c protocol.file.allow=always submodule add -q "
		    "../up mod && git commit -q -m mod");
	snprintf(path, sizeof(path), "%s/mod", f.top);
	ok(repo_open(&repo, f.loop, path));
	assert_string_equal(repo_work_tree(repo), path);
	ok(repo_commit_of(repo, "HEAD", &head));
	repo_close(repo);
	fixture_drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_of_each_sort),
		cmocka_unit_test(whole_names),
		cmocka_unit_test(none_or_not_trusted),
		cmocka_unit_test(git_decides_trust),
		cmocka_unit_test(no_commit_yet),
		cmocka_unit_test(odd_but_readable),
		cmocka_unit_test(identity),
		cmocka_unit_test(settings_of_ours),
		cmocka_unit_test(dirty_files),
		cmocka_unit_test(hostile_surroundings),
		cmocka_unit_test(worktree_tree),
		cmocka_unit_test(worktree_tree_of_odd_indexes),
		cmocka_unit_test(called_from_a_hook),
		cmocka_unit_test(a_submodule),
	};

	return fixture_run(tests, sizeof(tests) / sizeof(*tests));
}
