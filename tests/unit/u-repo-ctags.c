/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols by ctags: by the real one where it is installed, and by programs of that
 * name that are something else, break off, or hang.
 */
#include "edit/resolve.h"
#include "repo-fixture.h"
#include "repo/tree.h"

#define RUBY                                                                             \
	"class A\\n  def one\\n    if x\\n      go 1\\n    end\\n  end\\n  def two\\n    "  \
	"go 1\\n  end\\nend\\nclass B\\n  def two\\n    go 1\\n  end\\nend\\n"

struct world {
	struct fixture f;
	struct oid head, tree;
	char *path; /* PATH as it was */
};

static void write_text(const struct world *w, const char *name, const char *text)
{
	struct str path = STR_INIT(4096);
	FILE *f;

	str_addf(&path, "%s/bin/%s", w->f.dir, name);
	f = fopen(path.buf, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	str_release(&path);
}

/* body: what a program named ctags does, in a folder where "said" holds said; NULL: none */
static void make(struct world *w, const char *body, const char *said)
{
	w->path = strdup(getenv("PATH"));
	fixture_make(&w->f, "git init -q . && printf '" RUBY "' >a.rb && printf '" RUBY "' "
			    ">b.rb && git add . && git commit -qm x && mkdir ../bin");
	if (body) {
		struct str text = STR_INIT(65536);

		str_addf(&text, "#!/bin/sh\ncd '%s/bin' || exit 1\necho x >>runs\n%s\n",
			 w->f.dir, body);
		write_text(w, "ctags", text.buf);
		write_text(w, "said", said);
		write_text(w, "runs", "");
		sh(&w->f, "chmod +x ../bin/ctags");
		str_reset(&text);
		str_addf(&text, "%s/bin:%s", w->f.dir, w->path);
		setenv("PATH", text.buf, 1);
		str_release(&text);
	}
	fixture_open(&w->f);
	ok(repo_commit_of(w->f.repo, "HEAD", &w->head));
	ok(repo_tree_of(w->f.repo, &w->head, &w->tree));
}

static void drop(struct world *w)
{
	setenv("PATH", w->path, 1);
	free(w->path);
	fixture_drop(&w->f);
}

static enum edit_status edit_symbol(struct resolver *r, const char *file, const char *symbol,
				    size_t *line)
{
	const struct edit edit = { .kind = EDIT_REPLACE, .file = file,
				   .find = SPAN("go 1"), .replace = SPAN("went"),
				   .symbol = symbol };
	struct edit_result result;
	enum edit_status status;

	edit_result_init(&result);
	ok(resolver_apply(r, &edit, &result));
	status = result.status;
	*line = result.line;
	edit_result_release(&result);
	return status;
}

static void with_the_real_one(void **state)
{
	static const struct {
		const char *symbol;
		size_t line; /* 0: not decided */
	} cases[] = {
		{ "one", 4 }, { "A.one", 4 },  { "A#two", 8 }, { "B::two", 13 },
		{ "two", 0 }, { "C.two", 0 }, { "none", 0 },  { "A", 0 },
	};
	struct world w;
	struct repo_source *rs;
	struct resolver *r;
	size_t line;

	(void)state;
	make(&w, NULL, NULL);
	if (sh_code(&w.f, "echo '{\"command\":\"generate-tags\",\"filename\":\"a.rb\",\"size\":0}' "
			  "| ctags --options=NONE --_interactive=sandbox 2>&1 | grep -q completed")) {
		drop(&w);
		skip();
	}
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		enum edit_status status;

		ok(repo_source_new(&rs, w.f.repo, &w.tree));
		ok(resolver_new(&r, repo_source(rs)));
		status = edit_symbol(r, "a.rb", cases[i].symbol, &line);
		if (status != (cases[i].line ? EDIT_APPLIED : EDIT_FAILED) ||
		    (cases[i].line && line != cases[i].line))
			fail_msg("%s: status %d, line %zu", cases[i].symbol, status, line);
		resolver_free(r);
		repo_source_free(rs);
	}
	drop(&w);
}

#define TAG "{\"_type\":\"tag\",\"name\":\"two\",\"line\":7,\"end\":9}\n"
#define FAR "{\"_type\":\"tag\",\"name\":\"two\",\"line\":7,\"end\":900}\n"
#define DONE "{\"_type\":\"completed\"}\n"
#define SAY "cat >/dev/null; cat said"
#define MUCH "cat >/dev/null; yes '{\"_type\":\"x\"}' | head -n 900000; cat said"
#define LONG                                                                             \
	"cat >/dev/null; printf '{\"_type\":\"tag\",\"name\":\"'; head -c 70000 /dev/zero | "    \
	"tr '\\0' x; echo '\",\"line\":1,\"end\":2}'; cat said"

static void with_another(void **state)
{
	static const struct {
		const char *name, *body, *said;
		enum edit_status status;
		size_t runs; /* for two files */
	} cases[] = {
		{ "as it should be", SAY, TAG DONE, EDIT_APPLIED, 2 },
		{ "breaks off", SAY, TAG, EDIT_FAILED, 2 },
		{ "no JSON", SAY, TAG "two a.rb /x/\n" DONE, EDIT_FAILED, 2 },
		{ "more than fits", MUCH, TAG DONE, EDIT_FAILED, 2 },
		{ "a line that is too long", LONG, TAG DONE, EDIT_FAILED, 2 },
		{ "an end beyond the text", SAY, FAR DONE, EDIT_FAILED, 2 },
		{ "another ctags", "echo 'Unknown option' >&2; exit 1", "", EDIT_FAILED, 1 },
		{ "one that fails at its end", SAY "; exit 3", TAG DONE, EDIT_FAILED, 1 },
		{ "one that reads nothing", "exit 0", "", EDIT_FAILED, 2 },
		{ "one that hangs", "exec sleep 60", "", EDIT_FAILED, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct repo_source *rs;
		struct resolver *r;
		struct world w;
		size_t line;

		make(&w, cases[i].body, cases[i].said);
		ok(repo_source_new(&rs, w.f.repo, &w.tree));
		ok(resolver_new(&r, repo_source(rs)));
		for (size_t k = 0; k < 4; k++) {
			const char *file = k < 2 ? "a.rb" : "b.rb";
			/* Once applied, two places are left and neither is in it. */
			enum edit_status want = k % 2 ? EDIT_FAILED : cases[i].status;
			enum edit_status got = edit_symbol(r, file, "two", &line);

			if (got != want)
				fail_msg("%s: edit %zu: %d, not %d", cases[i].name, k, got, want);
			if (got == EDIT_APPLIED)
				assert_int_equal(line, 8);
		}
		if (strtoul(sh_out(&w.f, "wc -l <../bin/runs"), NULL, 10) != cases[i].runs)
			fail_msg("%s: started %s times, not %zu", cases[i].name,
				 sh_out(&w.f, "wc -l <../bin/runs"), cases[i].runs);
		resolver_free(r);
		repo_source_free(rs);
		drop(&w);
	}
}

/* In a language that nobody here knows, tags come before braces; without, braces do. */
static void without_tags_braces_tell(void **state)
{
	static const struct {
		const char *name, *body;
		size_t line;
	} cases[] = {
		{ "as it should be", SAY, 5 },
		{ "not there", "exit 127", 2 },
		{ "more than fits", MUCH, 2 },
		{ "a line that is too long", LONG, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct repo_source *rs;
		struct resolver *r;
		struct world w;
		size_t line;

		make(&w, cases[i].body,
		     "{\"_type\":\"tag\",\"name\":\"two\",\"line\":4,\"end\":6}\n" DONE);
		sh(&w.f, "printf 'fn two() {\\n\\tgo 1\\n}\\nfn one() {\\n\\tgo 1\\n}\\n' "
			 ">c.zig && git add . && git commit -qm c");
		ok(repo_commit_of(w.f.repo, "HEAD", &w.head));
		ok(repo_tree_of(w.f.repo, &w.head, &w.tree));
		ok(repo_source_new(&rs, w.f.repo, &w.tree));
		ok(resolver_new(&r, repo_source(rs)));
		if (edit_symbol(r, "c.zig", "two", &line) != EDIT_APPLIED || line != cases[i].line)
			fail_msg("%s: line %zu, not %zu", cases[i].name, line, cases[i].line);
		resolver_free(r);
		repo_source_free(rs);
		drop(&w);
	}
}

/* What needs no tags starts nothing; what does is told beforehand. */
static void only_when_needed(void **state)
{
	static const struct {
		struct edit edit;
		bool may_turn;
	} cases[] = {
		{ { .kind = EDIT_REPLACE, .file = "a.rb", .find = SPAN("if x") }, false },
		{ { .kind = EDIT_REPLACE, .file = "a.rb", .find = SPAN("if x"),
		    .symbol = "one" }, true },
		{ { .kind = EDIT_MODEL, .file = "a.c", .symbol = "f" }, false },
		{ { .kind = EDIT_MODEL, .file = "a.c", .symbol = "g" }, true },
		{ { .kind = EDIT_MODEL, .file = "none.rb", .symbol = "g" }, false },
		{ { .kind = EDIT_MODEL, .file = "../x", .symbol = "g" }, false },
		{ { .kind = EDIT_REPLACE, .file = "*", .find = SPAN("x"), .regex = true }, true },
	};
	const struct edit made = { .kind = EDIT_CREATE_FILE, .file = "a.c",
				   .content = SPAN("int f(void)\n{\n\treturn 1;\n}\n") };
	struct edit unique = { .kind = EDIT_REPLACE, .file = "a.rb", .find = SPAN("if x"),
			       .replace = SPAN("if y"), .symbol = "one" };
	struct edit_result result;
	struct repo_source *rs;
	struct resolver *r;
	struct world w;

	(void)state;
	make(&w, "exit 0", "");
	ok(repo_source_new(&rs, w.f.repo, &w.tree));
	ok(resolver_new(&r, repo_source(rs)));
	edit_result_init(&result);
	ok(resolver_apply(r, &made, &result));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (resolver_may_turn(r, &cases[i].edit) != cases[i].may_turn)
			fail_msg("case %zu", i);
	ok(resolver_apply(r, &unique, &result));
	assert_int_equal(result.status, EDIT_APPLIED);
	assert_string_equal(sh_out(&w.f, "wc -l <../bin/runs"), "0");
	edit_result_release(&result);
	resolver_free(r);
	repo_source_free(rs);
	drop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_the_real_one),
		cmocka_unit_test(with_another),
		cmocka_unit_test(without_tags_braces_tell),
		cmocka_unit_test(only_when_needed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return fixture_end(cmocka_run_group_tests(tests, NULL, NULL));
}
