/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/compiler.h"
#include "context/context.h"
#include "repo-fixture.h"

#define PROJECT                                                                         \
	"git init -q -b main . && mkdir -p src lib/util doc tests && "                  \
	"printf '#include \"parse.h\"\\nint parse_line(char *s)\\n{\\n\\treturn "       \
	"s[0];\\n}\\n' "                                                                \
	">src/parse.c && "                                                              \
	"printf 'int parse_line(char *s);\\n' >src/parse.h && "                         \
	"printf 'int main(void)\\n{\\n\\treturn parse_line(0);\\n}\\n' >src/main.c && " \
	"printf 'int other(void);\\n' >lib/util/other.c && "                            \
	"printf 'parse_line reads a line.\\n' >doc/parse.md && "                        \
	"printf 'parse_line x\\n' >tests/check.sh && "                                  \
	"printf 'parse_line\\n' >secret.key && "                                        \
	"printf 'password = \"abc123def456\"\\nparse_line\\n' >src/conf.c && "          \
	"printf 'parse_line\\0\\n' >bin.c && "                                          \
	"ln -s src/parse.c link.c && "                                                  \
	"printf 'parse_line in private\\n' >src/private.c && "                          \
	"for i in a b c d; do mkdir $i && printf 'int x;\\n' >$i/same.c; done && "      \
	"{ i=0; while test $i -lt 400; do echo \"int filler_$i;\"; i=$((i+1)); done; "  \
	"printf 'int far_away(void)\\n{\\n\\treturn 1;\\n}\\n'; } >src/long.c && "      \
	"git add . && git commit -q -m base"

struct made {
	struct secrets *secrets;
	struct terms terms;
	struct context context;
};

static void make(struct made *made, struct fixture *f, const char *issue,
		 const char *const *exclude, size_t max_bytes)
{
	struct oid commit, tree;
	struct context_spec spec = { .repo = f->repo,
				     .tree = &tree,
				     .terms = &made->terms,
				     .exclude = exclude,
				     .max_bytes = max_bytes };

	ok(repo_commit_of(f->repo, "HEAD", &commit));
	ok(repo_tree_of(f->repo, &commit, &tree));
	ok(secrets_new(&made->secrets));
	terms_init(&made->terms);
	ok(terms_read(&made->terms, span_of(issue)));
	spec.secrets = made->secrets;
	ok(context_make(&made->context, &spec));
}

static void unmake(struct made *made)
{
	context_release(&made->context);
	terms_release(&made->terms);
	secrets_free(made->secrets);
}

static void chooses(void **state)
{
	static const struct {
		const char *issue;
		const char *exclude[3];
		size_t max_bytes;
		const char *paths; /* of the files shown, in order */
		size_t key_files;
	} cases[] = {
		{ "parse_line crashes in src/main.c:3", { NULL }, 80000,
		  "src/main.c src/parse.c src/parse.h src/conf.c src/private.c",
		  1 },
		{ "parse_line crashes", { "src/private.c", "*.key" }, 80000,
		  "src/parse.c src/parse.h src/conf.c src/main.c", 0 },
		{ "see src/private.c", { "src/private.c" }, 80000, "", 0 },
		{ "other.c is wrong", { NULL }, 80000, "lib/util/other.c", 0 },
		{ "/home/me/build/lib/util/other.c:1: bad", { NULL }, 80000,
		  "lib/util/other.c", 0 },
		{ "same.c is wrong", { NULL }, 80000, "", 0 }, /* four of them */
		{ "a/same.c is wrong", { NULL }, 80000, "a/same.c", 0 },
		{ "link.c bin.c", { NULL }, 80000, "", 0 },
		{ "nothing of it is here", { NULL }, 80000, "", 0 },
		{ "", { NULL }, 80000, "", 0 },
	};
	struct fixture f;

	(void)state;
	fixture_make(&f, PROJECT);
	fixture_open(&f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str paths = STR_INIT(4096);
		struct made made;

		make(&made, &f, cases[i].issue, cases[i].exclude, cases[i].max_bytes);
		for (size_t j = 0; j < made.context.n_paths; j++)
			str_addf(&paths, "%s%s", j ? " " : "", made.context.paths[j]);
		if (strcmp(paths.buf, cases[i].paths))
			fail_msg("'%s': %s", cases[i].issue, paths.buf);
		assert_null(made.context.paths[made.context.n_paths]);
		assert_int_equal(made.context.withheld_files, cases[i].key_files);
		str_release(&paths);
		unmake(&made);
	}
	fixture_drop(&f);
}

static void shows_and_withholds(void **state)
{
	const char *const exclude[] = { "src/private.c", NULL };
	struct fixture f;
	struct made made;
	const struct quote *quote;

	(void)state;
	fixture_make(&f, PROJECT);
	fixture_open(&f);
	make(&made, &f, "src/conf.c src/long.c:403", exclude, 10000);
	assert_int_equal(made.context.n_files, 2);
	quote = &made.context.files[0];
	assert_string_equal(quote->title, "src/conf.c");
	assert_string_equal(quote->text.ptr, "[a secret was here]\nparse_line\n");
	assert_int_equal(made.context.withheld_lines, 1);
	quote = &made.context.files[1];
	assert_string_equal(quote->title, "src/long.c (lines 391-404 of 404)");
	assert_true(span_ends(quote->text, "\treturn 1;\n}\n"));

	assert_non_null(made.context.tree.text.ptr);
	assert_non_null(strstr(made.context.tree.text.ptr, "src/parse.c\n"));
	assert_null(strstr(made.context.tree.text.ptr, "private"));
	unmake(&made);
	fixture_drop(&f);
}

/* The room is a ceiling, whatever is asked for. */
static void keeps_to_its_room(void **state)
{
	struct fixture f;

	(void)state;
	fixture_make(&f, PROJECT);
	fixture_open(&f);
	for (size_t room = 0; room < 12000; room += 500) {
		struct made made;
		size_t shown = 0;

		make(&made, &f,
		     "src/long.c:2 src/long.c:200 src/long.c:403 src/main.c parse_line",
		     NULL, room);
		for (size_t i = 0; i < made.context.n_files; i++)
			shown += made.context.files[i].text.len;
		assert_true(shown <= room);
		assert_true(!shown || made.context.n_paths);
		unmake(&made);
	}
	fixture_drop(&f);
}

static void same_input_same_bytes(void **state)
{
	struct fixture f;
	struct made a, b;

	(void)state;
	fixture_make(&f, PROJECT);
	fixture_open(&f);
	make(&a, &f, "parse_line filler_7 far_away main", NULL, 30000);
	make(&b, &f, "parse_line filler_7 far_away main", NULL, 30000);
	assert_int_equal(a.context.n_files, b.context.n_files);
	assert_true(a.context.n_files > 2);
	for (size_t i = 0; i < a.context.n_files; i++) {
		assert_string_equal(a.context.files[i].title, b.context.files[i].title);
		assert_true(span_eq(a.context.files[i].text, b.context.files[i].text));
	}
	unmake(&a);
	unmake(&b);
	fixture_drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses),
		cmocka_unit_test(shows_and_withholds),
		cmocka_unit_test(keeps_to_its_room),
		cmocka_unit_test(same_input_same_bytes),
	};

	return fixture_run(tests, sizeof(tests) / sizeof(*tests));
}
