/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo-fixture.h"
#include "repo/quarantine.h"
#include "repo/tree.h"

struct world {
	struct fixture f;
	struct oid head, tree;
};

static void make(struct world *w)
{
	fixture_make(&w->f, HISTORY_SH);
	fixture_open(&w->f);
	ok(repo_commit_of(w->f.repo, "HEAD", &w->head));
	ok(repo_tree_of(w->f.repo, &w->head, &w->tree));
}

static void quarantine(struct world *w)
{
	struct str dir = STR_INIT(4096);

	ok(repo_private_path(w->f.repo, "runs/r1/x", true, &dir));
	str_truncate(&dir, dir.len - 2);
	ok(repo_quarantine(w->f.repo, dir.buf));
	str_release(&dir);
}

static struct err *publish(struct repo *repo, const char *branch, const struct oid *commit,
			   const char *message)
{
	enum publish_clash clash;

	return publish_branch(repo, branch, commit, message, NULL, &clash);
}

static void source_reads_entries(void **state)
{
	static const struct {
		const char *path;
		enum source_kind kind;
		const char *bytes;
	} cases[] = {
		{ "src/a.c", SOURCE_FILE, "int one;\nint two;\n" },
		{ "run.sh", SOURCE_EXECUTABLE, "#!/bin/sh\n" },
		{ "link", SOURCE_LINK, "src/a.c" },
		{ "src", SOURCE_FOLDER, NULL },
		{ "sub", SOURCE_SUBMODULE, NULL },
		{ "none", SOURCE_ABSENT, NULL },
		{ "src/none/x", SOURCE_ABSENT, NULL },
		{ "src/a.c/x", SOURCE_BEYOND_FILE, NULL },
		{ "src/a.c/x/y", SOURCE_BEYOND_FILE, NULL },
		{ "dirlink/a.c", SOURCE_BEYOND_LINK, NULL },
		{ "sub/a.c", SOURCE_BEYOND_SUBMODULE, NULL },
		{ "src/a.c", SOURCE_FILE, "int one;\nint two;\n" },
	};
	struct world w;
	struct repo_source *rs;

	(void)state;
	make(&w);
	/* The work tree has no say. */
	sh(&w.f, "rm -rf src dirlink && mkdir dirlink && echo >dirlink/a.c");
	ok(repo_source_new(&rs, w.f.repo, &w.tree));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct source *source = repo_source(rs);
		struct source_entry entry;

		ok(source->read(source->ctx, cases[i].path, &entry));
		if (entry.kind != cases[i].kind)
			print_error("%s: kind %d\n", cases[i].path, entry.kind);
		assert_int_equal(entry.kind, cases[i].kind);
		assert_true(span_eqs(entry.bytes, cases[i].bytes));
	}
	repo_source_free(rs);
	fixture_drop(&w.f);
}

static struct err *collect_path(void *ctx, const char *path)
{
	str_addf(ctx, "%s;", path);
	return NULL;
}

static void source_lists_by_pathspec(void **state)
{
	static const struct {
		const char *pathspec, *paths;
	} cases[] = {
		{ "*.c", "src/a.c;" },
		{ "src", "src/a.c;src/deep/b.txt;" },
		{ ":(glob)*", "bin.dat;dirlink;link;run.sh;" },
		{ "sub", "" },
		{ "nothing*", "" },
	};
	struct world w;
	struct repo_source *rs;
	struct str got = STR_INIT(4096);

	(void)state;
	make(&w);
	ok(repo_source_new(&rs, w.f.repo, &w.tree));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct source *source = repo_source(rs);

		str_reset(&got);
		ok(source->list(source->ctx, cases[i].pathspec, collect_path, &got));
		assert_string_equal(got.buf, cases[i].paths);
	}
	fails_saying(repo_source(rs)->list(repo_source(rs)->ctx, ":(bogus)x", collect_path,
		     &got),
		     ERR_INPUT, "bogus");
	repo_source_free(rs);
	str_release(&got);
	fixture_drop(&w.f);
}

static struct err *collect_file(void *ctx, const char *path, bool is_link,
				const struct oid *blob)
{
	str_addf(ctx, "%s%s:%.4s;", path, is_link ? "@" : "", blob->hex);
	return NULL;
}

static struct err *stop(void *ctx, const char *path, bool is_link, const struct oid *blob)
{
	(void)ctx;
	(void)is_link;
	(void)blob;
	return err_new(ERR_NO_FIX, "stopped at %s", path);
}

static void walk_and_blob(void **state)
{
	struct world w;
	struct str got = STR_INIT(4096);
	struct oid blob;

	(void)state;
	make(&w);
	ok(repo_tree_walk(w.f.repo, &w.tree, collect_file, &got));
	assert_string_equal(got.buf,
			    sh_out(&w.f, "git ls-tree -r --format='%(objectmode) %(path):"
					 "%(objectname)' HEAD | grep -v ^160000 | "
					 "sed 's/^120000 \\(.*\\):/\\1@:/; s/^[0-9]* //; "
					 "s/\\(:....\\).*/\\1;/' | tr -d '\\n'"));
	fails_saying(repo_tree_walk(w.f.repo, &w.tree, stop, NULL), ERR_NO_FIX,
		     "stopped at bin.dat");
	memset(&blob, 0, sizeof(blob));
	memcpy(blob.hex, sh_out(&w.f, "git rev-parse HEAD:run.sh"),
	       fixture_id_len());
	str_reset(&got);
	ok(repo_blob(w.f.repo, &blob, 100, &got));
	assert_string_equal(got.buf, "#!/bin/sh\n");
	fails_saying(repo_blob(w.f.repo, &blob, 9, &got), ERR_INPUT, "10 bytes, more than 9");
	memset(blob.hex, '1', fixture_id_len());
	fails_saying(repo_blob(w.f.repo, &blob, 9, &got), ERR_FATAL, "is missing");
	fails_saying(repo_blob(w.f.repo, &w.tree, 900, &got), ERR_FATAL, "is not a file");
	str_release(&got);
	fixture_drop(&w.f);
}

/* What git itself would not have written. */
static void hostile_objects(void **state)
{
	static const char *const trees[] = {
		"'100644 a/b\\0'; cat ../id",	"'40000 ..\\0'; cat ../id",
		"'100644 \\0'; cat ../id",	"'100644 a\\0short'",
		"'x a\\0'; cat ../id",
	};
	struct world w;
	struct oid made = { "" }, tree;
	struct str got = STR_INIT(4096);
	struct repo_source *rs;
	char line[256];

	(void)state;
	make(&w);
	sh(&w.f, "git cat-file tree HEAD:src/deep | tail -c $((${#FIXTURE_ID} / 2)) >../id");
	for (size_t i = 0; i < sizeof(trees) / sizeof(*trees); i++) {
		snprintf(line, sizeof(line), "(printf %s) >../t; git hash-object -t tree "
			 "-w --literally ../t", trees[i]);
		memcpy(made.hex, sh_out(&w.f, line), fixture_id_len());
		fails_saying(repo_tree_walk(w.f.repo, &made, collect_file, &got), ERR_FATAL,
			     "is damaged");
		fails_saying(repo_source_new(&rs, w.f.repo, &made), ERR_FATAL, "is damaged");
	}
	memcpy(made.hex,
	       sh_out(&w.f, "printf 'tree x\n' >../t; "
			    "git hash-object -t commit -w --literally ../t"),
	       fixture_id_len());
	fails_saying(repo_tree_of(w.f.repo, &made, &tree), ERR_FATAL, "is damaged");
	fails_saying(repo_tree_of(w.f.repo, &w.tree, &tree), ERR_FATAL, "is no commit");
	fails_saying(repo_tree_walk(w.f.repo, &w.head, collect_file, &got), ERR_FATAL,
		     "is no tree");
	/* and what is asked next is answered */
	ok(repo_tree_of(w.f.repo, &w.head, &tree));
	assert_true(oid_eq(&tree, &w.tree));
	made.hex[fixture_id_len() - 1] = '\0';
	fails_saying(repo_tree_of(w.f.repo, &made, &tree), ERR_FATAL, "is no object name");
	str_release(&got);
	fixture_drop(&w.f);
}

#define CHANGE(p, k, b)                                                  \
	{                                                                \
		.path = (p), .kind = (k), .bytes = {(b), sizeof(b) - 1 } \
	}

static void candidates(void **state)
{
	static const struct {
		struct file_change changes[4];
		size_t n;
		const char *raw; /* of diff-tree, or */
		const char *refused;
	} cases[] = {
		{ { CHANGE("src/a.c", SOURCE_FILE, "changed\n") },
		  1,
		  "M 100644 src/a.c",
		  NULL },
		{ { CHANGE("new/x/y", SOURCE_EXECUTABLE, "n") },
		  1,
		  "A 100755 new/x/y",
		  NULL },
		{ { CHANGE("run.sh", SOURCE_FILE, "#!/bin/sh\n") },
		  1,
		  "M 100644 run.sh",
		  NULL },
		{ { CHANGE("l2", SOURCE_LINK, "run.sh") }, 1, "A 120000 l2", NULL },
		{ { CHANGE("src/deep/b.txt", SOURCE_ABSENT, "") },
		  1,
		  "D 000000 src/deep/b.txt",
		  NULL },
		/* a file becomes a folder, a folder a file */
		{ { CHANGE("run.sh", SOURCE_ABSENT, ""),
		    CHANGE("run.sh/in", SOURCE_FILE, "x") },
		  2,
		  "D 000000 run.sh A 100644 run.sh/in",
		  NULL },
		{ { CHANGE("src/deep", SOURCE_FILE, "x"),
		    CHANGE("src/deep/b.txt", SOURCE_ABSENT, "") },
		  2,
		  "A 100644 src/deep D 000000 src/deep/b.txt",
		  NULL },
		{ { CHANGE("link", SOURCE_FILE, "x") }, 1, "T 100644 link", NULL },
		/* and what must not be */
		{ { CHANGE("src/deep", SOURCE_FILE, "x") },
		  1,
		  NULL,
		  "'src/deep' is a folder" },
		{ { CHANGE("dirlink/a.c", SOURCE_FILE, "x") },
		  1,
		  NULL,
		  "through a symbolic link" },
		{ { CHANGE("dirlink/a.c", SOURCE_ABSENT, "") },
		  1,
		  NULL,
		  "through a symbolic link" },
		{ { CHANGE("sub", SOURCE_FILE, "x") }, 1, NULL, "'sub' is a submodule" },
		{ { CHANGE("sub/x", SOURCE_FILE, "x") }, 1, NULL, "into a submodule" },
		{ { CHANGE("src/a.c/x", SOURCE_FILE, "x") }, 1, NULL, "through a file" },
		{ { CHANGE("none", SOURCE_ABSENT, "") },
		  1,
		  NULL,
		  "'none' does not exist" },
		{ { CHANGE(".GIT/config", SOURCE_FILE, "x") }, 1, NULL, ".GIT/config" },
		{ { CHANGE("../x", SOURCE_FILE, "x") }, 1, NULL, "../x" },
	};
	struct world w;
	struct oid tree;
	char *objects;

	(void)state;
	make(&w);
	fails_saying(candidate_tree(w.f.repo, &w.tree, cases[0].changes, 1, &tree), ERR_FATAL,
		     "no quarantine");
	quarantine(&w);
	objects = strdup(sh_out(&w.f, "git count-objects -v"));
	setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", repo_quarantine_dir(w.f.repo), 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err *err = candidate_tree(w.f.repo, &w.tree, cases[i].changes,
						 cases[i].n, &tree);

		if (cases[i].refused) {
			fails_saying(err, ERR_INPUT, cases[i].refused);
			continue;
		}
		ok(err);
		setenv("TREE", tree.hex, 1);
		assert_string_equal(sh_out(&w.f,
					   "git diff-tree -r --no-renames HEAD $TREE | "
					   "awk '{print $5, $2, $6}' | tr '\\n' ' ' | "
					   "sed 's/ $//'"),
				    cases[i].raw);
		sh(&w.f, "git fsck --strict --no-dangling $TREE 2>../fsck || { cat "
			 "../fsck; false; }");
	}
	unsetenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
	/* The user's store is as it was. */
	assert_string_equal(objects, sh_out(&w.f, "git count-objects -v"));
	free(objects);
	fixture_drop(&w.f);
}

static void diffs(void **state)
{
	static const struct file_change changes[] = {
		CHANGE("bin.dat", SOURCE_FILE, "x\0z"),
		CHANGE("new", SOURCE_FILE, "1\n2\n3\n"),
		CHANGE("run.sh", SOURCE_ABSENT, ""),
		CHANGE("src/a.c", SOURCE_FILE, "int one;\nint 2;\n"),
	};
	struct world w;
	struct oid tree;
	struct repo_diffstat stat;
	struct str paths = STR_INIT(4096), text = STR_INIT(1 << 20);
	char patch[128];

	(void)state;
	make(&w);
	sh(&w.f, "git config diff.noprefix true; git config diff.external false;"
		 "git config color.ui always; git config diff.suppressBlankEmpty true");
	fixture_open(&w.f);
	quarantine(&w);
	ok(candidate_tree(w.f.repo, &w.tree, changes, ARRAY_SIZE(changes), &tree));
	ok(repo_diff_stat(w.f.repo, &w.tree, &tree, &stat, collect_path, &paths));
	assert_string_equal(paths.buf, "bin.dat;new;run.sh;src/a.c;");
	assert_int_equal(stat.files, 4);
	assert_int_equal(stat.added, 4);
	assert_int_equal(stat.removed, 2);
	ok(repo_diff_text(w.f.repo, &w.tree, &tree, NULL, &text));
	assert_non_null(strstr(text.buf, "diff --git a/src/a.c b/src/a.c\n"));
	assert_non_null(strstr(text.buf, "\n-int two;\n+int 2;\n"));
	assert_non_null(strstr(text.buf, "GIT binary patch"));
	snprintf(patch, sizeof(patch), "%s/patch", w.f.dir);
	ok(file_write(patch, str_span(&text), 0600));
	sh(&w.f, "git apply --index ../patch");
	assert_string_equal(sh_out(&w.f, "git write-tree"), tree.hex);
	ok(repo_diff_stat(w.f.repo, &w.tree, &w.tree, &stat, NULL, NULL));
	assert_int_equal(stat.files, 0);
	str_release(&paths);
	str_release(&text);
	fixture_drop(&w.f);
}

static void commit_on(struct world *w, const char *text, struct oid *commit)
{
	struct file_change change = { .path = "src/a.c",
				      .kind = SOURCE_FILE,
				      .bytes = span_of(text) };
	struct oid tree;
	struct commit_request request = {
		.tree = &tree,
		.parent = &w->head,
		.author = "Ä U <a@example.com> 1700000000 +0130",
		.committer = "C <c@example.com>",
		.message = SPAN("subject\n\nbody\n"),
	};

	ok(candidate_tree(w->f.repo, &w->tree, &change, 1, &tree));
	ok(candidate_commit(w->f.repo, &request, commit));
	request.message = SPAN("a\0b");
	fails_saying(candidate_commit(w->f.repo, &request, &tree), ERR_INPUT, "NUL");
	request.message = SPAN("a");
	request.author = "A <a@b>\nparent 1";
	fails_saying(candidate_commit(w->f.repo, &request, &tree), ERR_INPUT,
		     "cannot be an author");
}

static void publishing(void **state)
{
	struct world w;
	struct oid commit;
	struct str name = STR_INIT(256);
	char *refs, *reflog;

	(void)state;
	make(&w);
	sh(&w.f, "mkdir -p .git/hooks && printf '#!/bin/sh\\nexit 1\\n' "
		 ">.git/hooks/reference-transaction && chmod +x "
		 ".git/hooks/reference-transaction");
	quarantine(&w);
	commit_on(&w, "fixed\n", &commit);
	assert_int_not_equal(sh_code(&w.f, "git cat-file -e $COMMIT 2>/dev/null"), 0);
	refs = strdup(
		sh_out(&w.f, "git for-each-ref; git status -s; git symbolic-ref HEAD"));
	reflog = strdup(sh_out(&w.f, "cat .git/logs/HEAD"));

	ok(publish_free_name(w.f.repo, NULL, "slug", &name));
	assert_string_equal(name.buf, "dualfix/slug");
	ok(publish(w.f.repo, name.buf, &commit, "dualfix: run x"));
	setenv("COMMIT", commit.hex, 1);
	assert_string_equal(sh_out(&w.f, "git rev-parse dualfix/slug"), commit.hex);
	sh(&w.f, "git fsck --strict --full 2>&1 | grep -v dangling || true; "
		 "test -z \"$(git fsck --strict --full 2>/dev/null)\"");
	assert_string_equal(
		sh_out(&w.f, "git log -1 --format='%an <%ae> %ad|%cn|%B' dualfix/slug"),
		"Ä U <a@example.com> Tue Nov 14 23:43:20 2023 +0130|C|subject\n\nbody");
	assert_string_equal(sh_out(&w.f, "git reflog --format=%gs dualfix/slug"),
			    "dualfix: run x");
	sh(&w.f, "git for-each-ref | grep -v dualfix >../refs; git status -s >>../refs; "
		 "git symbolic-ref HEAD >>../refs");
	assert_string_equal(refs, sh_out(&w.f, "cat ../refs"));
	assert_string_equal(reflog, sh_out(&w.f, "cat .git/logs/HEAD"));

	/* a ref that is there is never moved */
	sh(&w.f, "rm .git/hooks/reference-transaction");
	fails_saying(publish(w.f.repo, "dualfix/slug", &w.head, "again"), ERR_INPUT, "exists");
	fails_saying(publish(w.f.repo, "dualfix/slug/x", &w.head, "again"), ERR_INPUT,
		     "cannot create");
	assert_string_equal(sh_out(&w.f, "git rev-parse dualfix/slug"), commit.hex);

	ok(publish_free_name(w.f.repo, NULL, "slug", &name));
	assert_string_equal(name.buf, "dualfix/slug-2");
	sh(&w.f, "git branch dualfix/slug-2/x");
	ok(publish_free_name(w.f.repo, NULL, "slug", &name));
	assert_string_equal(name.buf, "dualfix/slug-3");
	fails_saying(publish_free_name(w.f.repo, "main", "slug", &name), ERR_INPUT,
		     "'main' exists already");
	fails_hinting(publish_free_name(w.f.repo, "main", "slug", &name), "another name");
	fails_saying(publish_free_name(w.f.repo, "main/x", "slug", &name), ERR_INPUT,
		     "beside 'main'");
	fails_saying(publish_free_name(w.f.repo, "dualfix", "slug", &name), ERR_INPUT,
		     "beside 'dualfix/");
	fails_saying(publish_free_name(w.f.repo, "-x", "slug", &name), ERR_INPUT, "not a valid");
	fails_saying(publish_free_name(w.f.repo, "a..b", "slug", &name), ERR_INPUT,
		     "not a valid");
	sh(&w.f, "git branch -q -D dualfix/slug dualfix/slug-2/x && git branch dualfix");
	fails_saying(publish_free_name(w.f.repo, NULL, "slug", &name), ERR_INPUT,
		     "beside 'dualfix'");
	fails_hinting(publish_free_name(w.f.repo, NULL, "slug", &name), "--branch");
	ok(publish_free_name(w.f.repo, "other", "slug", &name));
	free(refs);
	free(reflog);
	str_release(&name);
	fixture_drop(&w.f);
}

/* An object that the user's store had, and we therefore did not write, is pruned. */
static void publish_refuses_holes(void **state)
{
	struct world w;
	struct oid commit;

	(void)state;
	make(&w);
	quarantine(&w);
	setenv("BLOB", sh_out(&w.f, "echo pruned | git hash-object -w --stdin"), 1);
	commit_on(&w, "pruned\n", &commit);
	sh(&w.f, "git gc -q --prune=now");
	fails_saying(publish(w.f.repo, "dualfix/x", &commit, "m"), ERR_FATAL, "is missing");
	assert_int_not_equal(sh_code(&w.f, "git rev-parse -q --verify dualfix/x"), 0);
	fixture_drop(&w.f);
}

/* No link leads there: the objects are copied. */
static void publish_to_another_file_system(void **state)
{
	struct world w;
	struct oid commit;

	(void)state;
	make(&w);
	if (sh_code(&w.f, "d=$(mktemp -d /dev/shm/u-repo-XXXXXX 2>/dev/null) && "
			  "test \"$(stat -c %d $d)\" != \"$(stat -c %d .)\" && "
			  "cp -a .git/objects/. $d && rm -rf .git/objects && "
			  "ln -s $d .git/objects")) {
		fixture_drop(&w.f);
		fixture_skip("no other file system at /dev/shm");
		return;
	}
	fixture_open(&w.f);
	quarantine(&w);
	commit_on(&w, "elsewhere\n", &commit);
	ok(publish(w.f.repo, "dualfix/x", &commit, "m"));
	assert_string_equal(sh_out(&w.f, "git show dualfix/x:src/a.c"), "elsewhere");
	assert_string_equal(
		sh_out(&w.f, "git fsck --strict 2>&1; find .git/objects/ -name 'tmp*'; "
			     "find .git/objects/?? -type f ! -perm 444"),
		"");
	sh(&w.f, "rm -rf $(readlink .git/objects)");
	fixture_drop(&w.f);
}

static void many_objects(void **state)
{
	enum { N = 300 };
	struct file_change changes[N];
	char names[N][32], bytes[N][32];
	struct world w;
	struct oid tree, commit;

	(void)state;
	make(&w);
	quarantine(&w);
	for (int i = 0; i < N; i++) {
		snprintf(names[i], sizeof(names[i]), "many/%03d", i);
		snprintf(bytes[i], sizeof(bytes[i]), "file %d\n", i);
		changes[i] =
			(struct file_change){ names[i], SOURCE_FILE, span_of(bytes[i]) };
	}
	ok(candidate_tree(w.f.repo, &w.tree, changes, N, &tree));
	ok(candidate_commit(w.f.repo,
			    &(struct commit_request){ &tree, &w.head, "A <a@b>",
						      "A <a@b>", SPAN("m\n") },
			    &commit));
	ok(publish(w.f.repo, "dualfix/many", &commit, "m"));
	assert_string_equal(sh_out(&w.f, "git ls-tree -r dualfix/many many | wc -l"),
			    "300");
	assert_string_equal(sh_out(&w.f, "git show dualfix/many:many/299"), "file 299");
	fixture_drop(&w.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(source_reads_entries),
		cmocka_unit_test(source_lists_by_pathspec),
		cmocka_unit_test(walk_and_blob),
		cmocka_unit_test(hostile_objects),
		cmocka_unit_test(candidates),
		cmocka_unit_test(diffs),
		cmocka_unit_test(publishing),
		cmocka_unit_test(publish_refuses_holes),
		cmocka_unit_test(publish_to_another_file_system),
		cmocka_unit_test(many_objects),
	};

	return fixture_run(tests, sizeof(tests) / sizeof(*tests));
}
