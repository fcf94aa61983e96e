/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo-fixture.h"
#include "repo/tree.h"

struct world {
	struct fixture f;
	struct oid head, tree;
};

static void make(struct world *w, const char *script)
{
	fixture_make(&w->f, script);
	fixture_open(&w->f);
	ok(repo_commit_of(w->f.repo, "HEAD", &w->head));
	ok(repo_tree_of(w->f.repo, &w->head, &w->tree));
}

static struct err *collect(void *ctx, const char *path, size_t word, size_t count)
{
	str_addf(ctx, "%s:%zu:%zu;", path, word, count);
	return NULL;
}

static struct err *stop(void *ctx, const char *path, size_t word, size_t count)
{
	(void)ctx;
	(void)word;
	(void)count;
	return err_new(ERR_NO_FIX, "stopped at %s", path);
}

static void words_of_a_tree(void **state)
{
	static const char *const words[] = { "alpha", "int",  "alph", "foo.bar", "x->y",
					     "größe", "größ", "beta", "none",	 "->" };
	struct world w;
	struct str got = STR_INIT(1 << 20);

	(void)state;
	make(&w, HISTORY_SH
	     " && printf 'foo.bar foo.barn afoo.bar p.foo.bar x->y->z größe 1alpha "
	     "alpha_ (alpha)' >words && (printf alpha; head -c 1048576 /dev/zero | "
	     "tr '\\0' a) >large && git add . && git commit -q -m w");
	ok(repo_tree_grep(w.f.repo, &w.tree, words, ARRAY_SIZE(words), collect, &got));
	assert_string_equal(got.buf,
			    "src/a.c:1:2;src/deep/b.txt:0:2;src/deep/b.txt:7:1;"
			    "words:0:1;words:3:2;words:4:1;words:5:1;words:9:2;");
	fails_saying(repo_tree_grep(w.f.repo, &w.tree, words, 2, stop, NULL), ERR_NO_FIX,
		     "stopped at src/a.c");
	str_reset(&got);
	ok(repo_tree_grep(w.f.repo, &w.tree, words, 0, collect, &got));
	assert_int_equal(got.len, 0);
	str_release(&got);
	fixture_drop(&w.f);
}

/* Enough files for several threads: the same answers, in order, each time. */
static void many_files(void **state)
{
	static const char *const words[] = { "needle", "every" };
	struct world w;
	struct str got = STR_INIT(1 << 20), again = STR_INIT(1 << 20);

	(void)state;
	make(&w, "git init -q . && mkdir d && i=0 && while test $i -lt 1500; do "
		 "echo every $i >d/$(printf %04d $i); i=$((i+1)); done && "
		 "echo needle >>d/0007 && echo needle >>d/1499 && git add . && git "
		 "commit -q -m x");
	ok(repo_tree_grep(w.f.repo, &w.tree, words, 1, collect, &got));
	assert_string_equal(got.buf, "d/0007:0:1;d/1499:0:1;");
	str_reset(&got);
	ok(repo_tree_grep(w.f.repo, &w.tree, words, 2, collect, &got));
	ok(repo_tree_grep(w.f.repo, &w.tree, words, 2, collect, &again));
	assert_string_equal(got.buf, again.buf);
	assert_true(strstr(got.buf, "d/0006:1:1;d/0007:0:1;d/0007:1:1;d/0008:1:1;") !=
		    NULL);
	str_release(&got);
	str_release(&again);
	fixture_drop(&w.f);
}

static struct err *collect_path(void *ctx, const char *path)
{
	str_addf(ctx, "%s;", path);
	return NULL;
}

static void evidence(void **state)
{
	static const char *const prime[] = { "alpha", "beta", "alpha" };
	static const struct {
		const char *word;
		bool removed;
	} history[] = {
		{ "gone", true },     { "go", false },	   { "gone_too", true },
		{ "alpha", false },   { "changed", true }, { "in.dash", true },
		{ "inxdash", false }, { "never", false },
	};
	struct world w;
	struct repo_evidence *re;
	const struct evidence *e;
	struct str got = STR_INIT(4096);
	size_t n;

	(void)state;
	make(&w, HISTORY_SH " && printf 'void gone(void);\\n-- gone_too --\\nin.dash\\n' "
			    ">src/c.c && git add . "
			    "&& git commit -q -m add && sed -i 1d src/c.c && git commit "
			    "-qam less && git rm -q src/c.c "
			    "&& git commit -q -m none && echo 'a changed line' >>src/a.c "
			    "&& git commit -qam c1 && "
			    "sed -i s/changed/other/ src/a.c && git commit -qam c2");
	ok(repo_evidence_new(&re, w.f.repo, &w.head, &w.tree));
	e = repo_evidence(re);
	ok(repo_evidence_prime(re, prime, 3));
	ok(e->count_word(e->ctx, "alpha", 10, &n));
	assert_int_equal(n, 2);
	ok(e->count_word(e->ctx, "alpha", 1, &n));
	assert_int_equal(n, 1);
	ok(e->count_word(e->ctx, "int", 10, &n));
	assert_int_equal(n, 2);
	ok(e->count_word(e->ctx, "gone", 10, &n));
	assert_int_equal(n, 0);
	ok(e->files_with(e->ctx, "alpha", collect_path, &got));
	ok(e->files_with(e->ctx, "gone", collect_path, &got));
	assert_string_equal(got.buf, "src/deep/b.txt;");
	for (size_t i = 0; i < ARRAY_SIZE(history); i++) {
		bool was = !history[i].removed;

		ok(e->removed_word(e->ctx, history[i].word, &was));
		if (was != history[i].removed)
			print_error("%s\n", history[i].word);
		assert_int_equal(was, history[i].removed);
	}
	repo_evidence_free(re);

	/* A history that cannot be read rules nothing out. */
	sh(&w.f, "rm -f .git/objects/$(git rev-parse HEAD~3:src/c.c | sed 's,..,&/,')");
	ok(repo_evidence_new(&re, w.f.repo, &w.head, &w.tree));
	e = repo_evidence(re);
	{
		bool was = false;

		ok(e->removed_word(e->ctx, "never", &was));
		assert_true(was);
	}
	repo_evidence_free(re);
	str_release(&got);
	fixture_drop(&w.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_a_tree),
		cmocka_unit_test(many_files),
		cmocka_unit_test(evidence),
	};

	return fixture_run(tests, sizeof(tests) / sizeof(*tests));
}
