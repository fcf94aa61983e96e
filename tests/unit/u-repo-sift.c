/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regex edits over a repository: with the sieve, which works on several threads, as
 * without it.
 */
#include "edit/resolve.h"
#include "repo-fixture.h"
#include "repo/tree.h"

struct world {
	struct fixture f;
	struct oid head, tree;
};

/* Enough for several threads, and one of everything that a glob has to pass by. */
#define TREE_SH                                                                          \
	"git init -q . && mkdir -p d/e && i=0 && while test $i -lt 400; do "             \
	"echo \"file $i\" >d/$(printf %04d $i).c; i=$((i+1)); done && "                  \
	"for i in 0003 0016 0017 0399; do echo 'old_call(1); old_call(2);' >>d/$i.c; "   \
	"done && printf 'old_call(3);\\r\\nx\\r\\n' >d/crlf.c && "                       \
	"printf '\\357\\273\\277old_call(4);\\n' >d/bom.c && "                           \
	"printf 'old_call(5);\\000' >d/binary.c && printf '\\351old_call(6);' >d/8bit.c && " \
	"printf '\\377\\376o\\000' >d/utf16.c && : >d/empty.c && "                       \
	"echo 'old_call(7);' >d/run.c && chmod +x d/run.c && ln -s 0003.c d/link.c && "  \
	"echo 'old_call(8);' >d/e/deep.c && echo 'old_call(9);' >other.h && "            \
	"echo 'old_call(10);' >gone.c && echo 'old_call(11);' >moved.c && "              \
	"git add . && git update-index --add --cacheinfo "                               \
	"160000,$FIXTURE_ID,sub.c && git commit -q -m x"

static void make(struct world *w)
{
	fixture_make(&w->f, TREE_SH);
	fixture_open(&w->f);
	ok(repo_commit_of(w->f.repo, "HEAD", &w->head));
	ok(repo_tree_of(w->f.repo, &w->head, &w->tree));
}

#define REGEX(glob, pattern, with)                                                       \
	{ .kind = EDIT_REPLACE, .file = glob, .find = SPAN(pattern), .replace = SPAN(with), \
	  .regex = true, .all = true }

#define MAX_EDITS 8

/* What became of the edits, and of the files, as one text. */
static void apply(struct world *w, const struct edit *edits, bool sift, struct str *out)
{
	const struct file_change *changes;
	struct repo_source *rs;
	struct source source;
	struct resolver *r;
	size_t n;

	ok(repo_source_new(&rs, w->f.repo, &w->tree));
	source = *repo_source(rs);
	assert_non_null(source.sift);
	if (!sift)
		source.sift = NULL;
	ok(resolver_new(&r, &source));
	for (size_t i = 0; i < MAX_EDITS && edits[i].file; i++) {
		struct edit edit = edits[i];
		struct edit_result result;
		struct err *err;

		edit.index = i;
		edit_result_init(&result);
		err = resolver_apply(r, &edit, &result);
		str_addf(out, "%zu: %d %zu %s %s\n", i, result.status, result.line,
			 result.reason.buf ? result.reason.buf : "",
			 err ? err_text(err) : "");
		err_drop(err);
		edit_result_release(&result);
	}
	ok(resolver_changes(r, &changes, &n));
	for (size_t i = 0; i < n; i++)
		str_addf(out, "%s %d '%.*s'\n", changes[i].path, changes[i].kind,
			 (int)changes[i].bytes.len, changes[i].bytes.ptr);
	ok(str_err(out, "result"));
	resolver_free(r);
	repo_source_free(rs);
}

static void same_as_one_by_one(void **state)
{
	static const struct {
		struct edit edits[MAX_EDITS];
		const char *holds;
		size_t changes; /* lines with a quote that begins the text */
	} cases[] = {
		{ { REGEX("*.c", "\\bold_call\\(", "new_call(") }, "d/run.c 2 'new_call(7);",
		  11 },
		{ { REGEX("d/*.c", "^old_call\\((\\d)\\)", "x$1") }, "d/bom.c 1 '\xef\xbb\xbfx4;",
		  4 },
		{ { REGEX("d/*", "(?m);$", ".") }, "d/crlf.c 1 'old_call(3).\r\nx\r\n'", 9 },
		{ { REGEX("d/*", "\\d\\d$", "0") }, "d/0010.c 1 'file 0", 387 },
		{ { REGEX("*", "nothing_like_this", "x") }, "0: ", 0 },
		{ { REGEX("*.none", "old_call", "x") }, "0: ", 0 },
		{ { REGEX(":(bad)x", "old_call", "x") }, "0: ", 0 },
		{ { { .kind = EDIT_DELETE_FILE, .file = "gone.c" },
		    { .kind = EDIT_RENAME_FILE, .file = "moved.c", .to = "d/moved.c" },
		    { .kind = EDIT_CREATE_FILE, .file = "d/made.c",
		      .content = SPAN("old_call(0);\n") },
		    { .kind = EDIT_REPLACE, .file = "d/0005.c", .find = SPAN("file 5"),
		      .replace = SPAN("old_call(5)") },
		    { .kind = EDIT_REPLACE, .file = "d/0003.c", .find = SPAN("old_call(1)"),
		      .replace = SPAN("gone(1)") },
		    REGEX("*.c", "old_call", "new_call"), REGEX("*.c", "new_call", "third") },
		  "d/0005.c 1 'third(5)", 14 },
	};
	struct world w;

	(void)state;
	make(&w);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str one = STR_INIT(1 << 20), all = STR_INIT(1 << 20);
		size_t n = 0;

		apply(&w, cases[i].edits, false, &one);
		apply(&w, cases[i].edits, true, &all);
		assert_string_equal(one.buf, all.buf);
		if (!strstr(all.buf, cases[i].holds))
			fail_msg("%zu: '%s' is not in %s", i, cases[i].holds, all.buf);
		for (const char *p = all.buf; (p = strstr(p, " '")); p++)
			n += p[-1] == '1' || p[-1] == '2' || p[-1] == '0';
		if (n != cases[i].changes)
			fail_msg("%zu: %zu files differ, not %zu: %s", i, n, cases[i].changes,
				 all.buf);
		str_release(&one);
		str_release(&all);
	}
	fixture_drop(&w.f);
}

static struct err *note(void *ctx, const char *path)
{
	str_addf(ctx, "%s;", path);
	return NULL;
}

static struct err *stop(void *ctx, const char *path)
{
	(void)ctx;
	return err_new(ERR_NO_FIX, "stopped at %s", path);
}

static struct err *begin(void *ctx, void **worker)
{
	*worker = ctx;
	return NULL;
}

static void end(void *ctx, void *worker)
{
	(void)ctx;
	(void)worker;
}

/* worker is the letter that a file must hold; '!' fails at those that hold an f. */
static struct err *wants(void *ctx, void *worker, const char *path, struct span bytes,
			 bool *wanted)
{
	char letter = *(const char *)worker;

	(void)ctx;
	*wanted = span_findc(bytes, letter, 0) >= 0;
	if (letter == '!' && span_findc(bytes, 'f', 0) >= 0)
		return err_new(ERR_NO_FIX, "cannot look at %s", path);
	return NULL;
}

static void sorted_and_named(void **state)
{
	char paren[] = "(", bang[] = "!";
	struct sieve sieve = { NULL, begin, wants, end };
	const struct source *source;
	struct repo_source *rs;
	struct str got = STR_INIT(1 << 20);
	struct world w;

	(void)state;
	make(&w);
	for (size_t round = 0; round < 20; round++) {
		ok(repo_source_new(&rs, w.f.repo, &w.tree));
		source = repo_source(rs);
		sieve.ctx = paren;
		str_reset(&got);
		ok(source->sift(source->ctx, "*.c", &sieve, note, &got));
		assert_string_equal(got.buf,
				    "d/0003.c;d/0016.c;d/0017.c;d/0399.c;d/8bit.c;d/binary.c;"
				    "d/bom.c;d/crlf.c;d/e/deep.c;d/run.c;gone.c;moved.c;");
		fails_saying(source->sift(source->ctx, "*.c", &sieve, stop, NULL), ERR_NO_FIX,
			     "stopped at d/0003.c");
		sieve.ctx = bang;
		fails_saying(source->sift(source->ctx, "*.c", &sieve, note, &got), ERR_NO_FIX,
			     "cannot look at d/0000.c");
		repo_source_free(rs);
	}
	str_release(&got);
	fixture_drop(&w.f);
}

static void missing_object(void **state)
{
	const struct edit edits[MAX_EDITS] = { REGEX("d/*.c", "old_call", "new_call") };
	struct str got = STR_INIT(1 << 20);
	struct world w;

	(void)state;
	make(&w);
	sh(&w.f, "id=$(git rev-parse HEAD:d/0042.c) && "
		 "rm -f .git/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-)");
	apply(&w, edits, true, &got);
	if (!strstr(got.buf, "d/0042.c: object ") || !strstr(got.buf, "is missing"))
		fail_msg("%s", got.buf);
	str_release(&got);
	fixture_drop(&w.f);
}

/* A limit is the edit's failure; it names the first file of those that run into it. */
static void hostile_pattern(void **state)
{
	const struct edit edits[MAX_EDITS] = { REGEX("*", "(a?){40}(a+)+$", "x") };
	struct str got = STR_INIT(1 << 20);
	struct world w;

	(void)state;
	make(&w);
	sh(&w.f, "for i in 0007 0100 0390; do head -c 3000 /dev/zero | tr '\\0' a >d/$i.c; "
		 "echo b >>d/$i.c; done; git commit -qam y");
	ok(repo_commit_of(w.f.repo, "HEAD", &w.head));
	ok(repo_tree_of(w.f.repo, &w.head, &w.tree));
	apply(&w, edits, true, &got);
	if (!strstr(got.buf, "d/0007.c: the pattern "))
		fail_msg("%s", got.buf);
	str_release(&got);
	fixture_drop(&w.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_one_by_one),
		cmocka_unit_test(sorted_and_named),
		cmocka_unit_test(missing_object),
		cmocka_unit_test(hostile_pattern),
	};

	return fixture_run(tests, sizeof(tests) / sizeof(*tests));
}
