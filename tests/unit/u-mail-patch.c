/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/message.h"
#include "mail/patch.h"
#include "mail/trailers.h"
#include "repo-fixture.h"
#include "repo/quarantine.h"

struct world {
	struct fixture f;
	struct oid base, tip;
	struct patch_spec spec;
	struct patch_series series;
};

static void make(struct world *w, const char *change)
{
	memset(w, 0, sizeof(*w));
	fixture_make(&w->f, HISTORY_SH);
	sh(&w->f, change);
	fixture_open(&w->f);
	ok(repo_commit_of(w->f.repo, "HEAD", &w->tip));
	ok(repo_commit_of(w->f.repo, "main^{/base}", &w->base));
	w->spec.base = &w->base;
	w->spec.tip = &w->tip;
	w->spec.scratch_dir = w->f.dir;
}

static void drop(struct world *w)
{
	patch_series_release(&w->series);
	fixture_drop(&w->f);
}

#define COMMIT " && git add -A . && git commit -q -m 'area: change it'"
#define EDIT "echo three >>src/a.c"
#define MESSAGE(text) EDIT " && git add . && printf '" text "' | git commit -q --cleanup=verbatim -F -"

struct row {
	const char *what, *change;
	const char *caveat; /* ""; or words of it */
	bool keep_cr;
};

/* What git am was measured to do; the tree and the message must come back, or it is said. */
static const struct row rows[] = {
	{ "plain", EDIT COMMIT, "", false },
	{ "no newline at the end", "printf x >>src/a.c" COMMIT, "", false },
	{ "latin-1", "printf 'caf\\351\\n' >l1" COMMIT, "", false },
	{ "binary", "printf '\\0\\1\\2' >bin.dat" COMMIT, "", false },
	{ "mode only", "chmod +x src/a.c" COMMIT, "", false },
	{ "symlink", "ln -s a new" COMMIT, "", false },
	{ "file to symlink", "rm src/a.c && ln -s b src/a.c" COMMIT, "", false },
	{ "rename", "git mv src/a.c src/c.c" COMMIT, "", false },
	{ "empty file", ": >empty" COMMIT, "", false },
	{ "delete", "rm src/a.c" COMMIT, "", false },
	{ "trailing blanks, blank at the end", "printf 'a  \\n\\n\\n' >>src/a.c" COMMIT, "", false },
	{ "odd names", "echo x >'a \"b\" \\c' && echo y >\"$(printf 't\\tn\\303\\251')\"" COMMIT, "",
	  false },
	{ "mail in content", "printf 'From x\\n-- \\n---\\nFrom 0123456789012345678901234567890123456789 "
			     "Mon Sep 17 00:00:00 2001\\n' >mail" COMMIT, "", false },
	{ "control bytes, lone CR", "printf 'a\\001\\rb\\n' >>src/a.c" COMMIT, "", false },
	{ "unicode message", MESSAGE("s\\303\\251: x\\n\\nb\\303\\251\\n"), "", false },
	{ "several", EDIT COMMIT " && echo 4 >four" COMMIT " && chmod +x four" COMMIT, "", false },

	{ "UTF-16", "printf 'a\\0\\n\\0' >u16" COMMIT " && printf 'b\\0\\n\\0' >>u16" COMMIT, "", false },
	{ "invisible characters", "printf 'a\\302\\240b\\342\\200\\213c\\n' >inv" COMMIT, "", false },
	{ "submodule pointer", "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub && "
			       "git commit -q -m 's: it'", "", false },
	{ "textconv", "echo '*.x diff=t' >.gitattributes && git config diff.t.textconv 'tr a-z A-Z' && "
		      "echo abc >y.x" COMMIT " && echo def >>y.x" COMMIT, "", false },
	{ "working-tree-encoding", "echo '*.u working-tree-encoding=UTF-16LE' >.gitattributes && "
				   "printf 'a\\0\\n\\0' >y.u && git add . && git commit -q -m base && "
				   "printf 'b\\0\\n\\0' >>y.u" COMMIT,
	  "", false },
	{ "autocrlf", "git config core.autocrlf true && printf 'a\\r\\nb\\r\\n' >crlf" COMMIT, "", false },
	{ "message in latin-1", "git config i18n.commitEncoding latin1 && " EDIT " && git add . && "
				"printf 's: \\351\\n' | git commit -q -F -", "", false },
	{ "file mode and rename", "git mv src/a.c src/d.c && chmod +x src/d.c" COMMIT, "", false },

	{ "eol=crlf, -text", "echo 'w -text eol=crlf' >.gitattributes && printf 'a\\r\\n' >w" COMMIT
			     " && printf 'b\\r\\n' >>w" COMMIT, "--keep-cr", true },
	{ "CRLF, attached", "git config format.attach yes && printf 'a\\r\\nb\\r\\n' >crlf" COMMIT,
	  "--keep-cr", true },
	{ "encoding that comes with the file",
	  "echo '*.u working-tree-encoding=UTF-16LE' >.gitattributes && printf 'a\\0\\n\\0' >y.u" COMMIT
	  " && printf 'b\\0\\n\\0' >>y.u" COMMIT, "git am", false },
	{ "two lines of subject", MESSAGE("s\\nt\\n\\nb\\n"), "another message", false },
	{ "double blanks in the subject", MESSAGE("s  t\\n"), "another message", false },
	{ "Subject in the body", MESSAGE("s\\n\\nSubject: x\\n\\nb\\n"), "another message", false },
	{ "CRLF in the message", MESSAGE("s\\r\\n\\r\\nb\\r\\n"), "another message", false },
	{ "scissors", MESSAGE("s\\n\\na\\n-- >8 --\\nb\\n"), "", false }, /* unless am --scissors */
	{ "fenced diff", MESSAGE("s\\n\\n```\\ndiff --git a/x b/x\\n--- a/x\\n+++ b/x\\n"
				 "@@ -1 +1 @@\\n-x\\n+y\\n```\\n"), "git am", false },
	{ "CRLF", "printf 'a\\r\\nb\\r\\n' >crlf" COMMIT " && printf 'c\\r\\n' >>crlf" COMMIT,
	  "--keep-cr", true },
	{ "new file with mixed line ends", "printf 'a\\r\\nb\\n' >mixed" COMMIT, "--keep-cr", true },
	{ "cut in the message", MESSAGE("s\\n\\na\\n---\\nb\\n"), "another message", false },
	{ "Index in the message", MESSAGE("s\\n\\na\\nIndex: x\\nb\\n"), "another message", false },
	{ "diff in the message", MESSAGE("s\\n\\ndiff --git a/x b/x\\n--- a/x\\n+++ b/x\\n"
					 "@@ -1 +1 @@\\n-x\\n+y\\n"), "git am", false },
	{ "From in the message",
	  MESSAGE("s\\n\\nFrom 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\\n"),
	  "git am", false },
	{ "tag in the subject", MESSAGE("[foo] s\\n"), "another message", false },
	{ "reply in the subject", MESSAGE("Re: s\\n"), "another message", false },
	{ "header in the body", MESSAGE("s\\n\\nFrom: B <b@c>\\n\\nx\\n"), "another author", false },
};

static void round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world w;

		make(&w, rows[i].change);
		ok(patch_series_make(&w.series, w.f.repo, &w.spec));
		if (w.series.keep_cr != rows[i].keep_cr ||
		    (rows[i].caveat[0] ? !strstr(w.series.caveat.buf, rows[i].caveat) :
					 w.series.caveat.len > 0))
			fail_msg("%s: '%s'", rows[i].what, w.series.caveat.buf);
		if (rows[i].keep_cr)
			assert_non_null(strstr(w.series.v[0].text.buf,
					       "\n---\nApply with: git am --keep-cr\n\n"));
		assert_string_equal(sh_out(&w.f, "ls .. && git status --porcelain "
						 "--ignore-submodules=all"), "top");
		drop(&w);
	}
}

/* Messages that are made here survive, whatever they are made of. */
static void our_messages(void **state)
{
	static const char *const texts[] = {
		"plain text, and more of it",
		"a\n---\nb\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\n",
		"From: B <b@c>\nSubject: x\nDate: y\n",
		"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n",
		"[foo] Re: Index: x\nIndex: y\n",
		"```\ndiff --git a/x b/x\n```\n- From\n- #1\n",
		"[PATCH] x\r\n\r\n-- >8 -- cut\r\nrest\r\n",
		">From x\n\n\n\n\tcode\n\n    code\n",
		"Signed-off-by: x <y@z>\nNote: w\n",
		"caf\303\251 \351 \001\342\200\256\n",
		"=?utf-8?q?x?= y\n\n=?utf-8?q?x?=\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct str message = STR_INIT(65536), trailers = STR_INIT(4096), path = STR_INIT(256);
		struct world w;

		trailers_model(&trailers, TRAILER_ASSISTED_BY, "m");
		trailers_verified(&trailers, texts[i]);
		ok(message_make(span_of(texts[i]), span_of(texts[i]), str_span(&trailers),
				"fix it", &message));
		make(&w, EDIT COMMIT);
		str_addf(&path, "%s/message", w.f.dir);
		ok(file_write(path.buf, str_span(&message), 0600));
		sh(&w.f, "git commit -q --amend --cleanup=verbatim -F ../message && rm ../message");
		ok(repo_commit_of(w.f.repo, "HEAD", &w.tip));
		w.spec.notes = span_of(texts[i]);
		ok(patch_series_make(&w.series, w.f.repo, &w.spec));
		if (w.series.caveat.len)
			fail_msg("%zu: %s\n%s", i, w.series.caveat.buf, w.series.v[0].text.buf);
		assert_string_equal(sh_out(&w.f, "git log -1 --format='%(trailers:only,unfold)' | "
						 "cut -d: -f1"), "Assisted-by\nVerified");
		drop(&w);
		str_release(&path);
		str_release(&trailers);
		str_release(&message);
	}
}

static void hostile_settings(void **state)
{
	static const char *const settings[] = {
		"diff.noprefix true", "diff.mnemonicPrefix true", "diff.context 0",
		"diff.interHunkContext 9", "diff.relative true", "format.attach yes",
		"format.signOff true", "color.ui always", "core.abbrev 4", "diff.submodule log",
		"diff.external false", "format.noprefix true", "format.coverLetter true",
		"format.outputDirectory elsewhere", "i18n.logOutputEncoding latin1",
		"format.useAutoBase true", "commit.gpgSign true", "am.messageid true",
		"core.autocrlf true", "diff.algorithm histogram", "diff.renames copies",
		"core.quotePath false", "format.thread deep", "format.from true",
		"core.hooksPath /nonexistent", "diff.ignoreSubmodules all",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		struct world w;
		char line[200];

		make(&w, "mkdir -p s && echo \303\251 >s/y" COMMIT " && " EDIT COMMIT);
		snprintf(line, sizeof(line), "git config %s", settings[i]);
		sh(&w.f, line);
		ok(patch_series_make(&w.series, w.f.repo, &w.spec));
		if (w.series.caveat.len || w.series.n != 2)
			fail_msg("%s: %zu, '%s'", settings[i], w.series.n, w.series.caveat.buf);
		drop(&w);
	}
}

static void notes_and_base(void **state)
{
	struct world w;
	char want[128];

	(void)state;
	make(&w, EDIT COMMIT);
	w.spec.notes = SPAN("Models: m\n---\nRan: make \303\251\n");
	w.spec.reroll = 2;
	w.spec.in_reply_to = "<id@example.org>";
	ok(patch_series_make(&w.series, w.f.repo, &w.spec));
	assert_int_equal(w.series.n, 1);
	assert_string_equal(w.series.v[0].name, "v2-0001-area-change-it.patch");
	assert_non_null(strstr(w.series.v[0].text.buf, "Subject: [PATCH v2] area: change it\n"));
	assert_non_null(strstr(w.series.v[0].text.buf, "In-Reply-To: <id@example.org>\n"));
	assert_non_null(strstr(w.series.v[0].text.buf, "\n---\n Models: m Ran: make ??\n\n src/a.c"));
	snprintf(want, sizeof(want), "\nbase-commit: %s\n", w.base.hex);
	assert_non_null(strstr(w.series.v[0].text.buf, want));
	drop(&w);
}

static void cover_and_range_diff(void **state)
{
	struct oid root;
	struct world w;
	char *text;

	(void)state;
	make(&w, "git checkout -q -b earlier && " EDIT COMMIT " && echo 4 >four" COMMIT
		 " && git checkout -q main && git checkout -q -b later && " EDIT COMMIT
		 " && echo 44 >four" COMMIT);
	w.spec.reroll = 2;
	w.spec.in_reply_to = "<id@example.org>";
	w.spec.cover_subject = SPAN("caf\303\251 has no cups, whatever is asked for in it, "
				    "today and tomorrow");
	w.spec.cover_body = SPAN("They are \342\202\254 2.\n---\n");
	w.spec.notes = SPAN("Models: m\n");
	ok(repo_commit_of(w.f.repo, "earlier", &root));
	w.spec.earlier_tip = &root;
	w.spec.earlier_base = &w.base;
	ok(patch_series_make(&w.series, w.f.repo, &w.spec));
	assert_string_equal(w.series.caveat.buf, "");
	assert_true(w.series.cover);
	assert_int_equal(w.series.n, 3);
	assert_string_equal(w.series.v[0].name, "v2-0000-cover-letter.patch");
	text = w.series.v[0].text.buf;
	assert_non_null(strstr(text, "\nSubject: [PATCH v2 0/2] =?UTF-8?q?caf=C3=A9=20has=20"));
	assert_non_null(strstr(text, "?=\n =?UTF-8?q?"));
	assert_non_null(strstr(text, "\nContent-Type: text/plain; charset=UTF-8\n"));
	assert_non_null(strstr(text, "\n\nThey are \342\202\254 2."));
	assert_non_null(strstr(text, "\nRange-diff against v1:\n1:  "));
	assert_non_null(strstr(text, "\nbase-commit: "));
	assert_non_null(strstr(text, "\nIn-Reply-To: <id@example.org>\n"));
	assert_null(strstr(text, "Models: m"));
	/* The patches answer the letter. */
	assert_null(strstr(w.series.v[1].text.buf, "In-Reply-To: <id@"));
	assert_non_null(strstr(w.series.v[1].text.buf, "In-Reply-To: <cover."));
	assert_null(strstr(w.series.v[1].text.buf, "Range-diff"));
	patch_series_release(&w.series);

	/* One patch has no letter, and says itself what changed. */
	ok(repo_commit_of(w.f.repo, "later^", &w.tip));
	ok(patch_series_make(&w.series, w.f.repo, &w.spec));
	assert_int_equal(w.series.n, 1);
	assert_false(w.series.cover);
	assert_non_null(strstr(w.series.v[0].text.buf, "\nRange-diff against v1:\n"));
	assert_string_equal(w.series.caveat.buf, "");
	patch_series_release(&w.series);
	drop(&w);

	/* Who wants none gets none. */
	make(&w, "git config format.coverLetter False && " EDIT COMMIT " && echo 4 >four" COMMIT);
	w.spec.cover_subject = SPAN("s");
	ok(patch_series_make(&w.series, w.f.repo, &w.spec));
	assert_int_equal(w.series.n, 2);
	assert_false(w.series.cover);
	drop(&w);
}

/* A commit that is in no ref and no object store yet. */
static void from_the_quarantine(void **state)
{
	struct commit_request request = { 0 };
	struct file_change change = { 0 };
	struct oid base_tree, tree;
	struct world w;
	char dir[128];

	(void)state;
	make(&w, "true");
	snprintf(dir, sizeof(dir), "%s/run", w.f.dir);
	ok(file_mkdirs(dir, 0700));
	ok(repo_quarantine(w.f.repo, dir));
	change.path = "src/new.c";
	change.bytes = SPAN("int n;\n");
	change.kind = SOURCE_FILE;
	ok(repo_tree_of(w.f.repo, &w.base, &base_tree));
	ok(candidate_tree(w.f.repo, &base_tree, &change, 1, &tree));
	request.tree = &tree;
	request.parent = &w.base;
	request.author = request.committer = "A <a@b> 1700000000 +0000";
	request.message = SPAN("area: new file\n");
	ok(candidate_commit(w.f.repo, &request, &w.tip));
	ok(patch_series_make(&w.series, w.f.repo, &w.spec));
	assert_string_equal(w.series.caveat.buf, "");
	assert_int_equal(w.series.n, 1);
	drop(&w);
}

static void other_repositories(void **state)
{
	static const struct {
		const char *script;
	} cases[] = {
		{ EDIT COMMIT " && git clone -q --bare . ../bare.git && rm -rf * .git && "
		  "mv ../bare.git/* . && git config core.bare true" },
		{ EDIT COMMIT " && git clone -q --depth 2 file://$PWD ../sh && rm -rf * .git && "
		  "mv ../sh/* ../sh/.git . && rmdir ../sh" },
		{ EDIT COMMIT " && git checkout -q --detach" },
		{ EDIT COMMIT " && git clone -q --shared . ../c && git -C ../c repack -adlq && "
		  "mv .git ../o.git && mv ../c/.git . && rm -rf ../c && "
		  "echo ../../../o.git/objects >.git/objects/info/alternates" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world w;

		make(&w, cases[i].script);
		ok(patch_series_make(&w.series, w.f.repo, &w.spec));
		assert_string_equal(w.series.caveat.buf, "");
		drop(&w);
	}
}

static void writing(void **state)
{
	struct argv paths = ARGV_INIT;
	struct str mbox = STR_INIT(1 << 20);
	struct world w;
	char dir[128], cmd[512];

	(void)state;
	make(&w, EDIT COMMIT " && echo 4 >four" COMMIT);
	ok(patch_series_make(&w.series, w.f.repo, &w.spec));
	assert_int_equal(w.series.n, 2);
	snprintf(dir, sizeof(dir), "%s/out/deep", w.f.dir);
	ok(patch_series_write(&w.series, dir, &paths));
	assert_int_equal(paths.n, 2);
	assert_true(file_exists(paths.v[0]) && file_exists(paths.v[1]));

	/* All or none, and nothing is replaced. */
	assert_int_equal(unlink(paths.v[0]), 0);
	fails_saying(patch_series_write(&w.series, dir, &paths), ERR_INPUT, "is there already");
	assert_false(file_exists(paths.v[0]));
	assert_true(file_exists(paths.v[1]));

	/* The mbox is what git am takes for the same two. */
	patch_series_mbox(&w.series, &mbox);
	snprintf(cmd, sizeof(cmd), "%s/mbox", w.f.dir);
	ok(file_write(cmd, str_span(&mbox), 0600));
	sh(&w.f, "git tag tip && git -c advice.detachedHead=false checkout -q 'main^{/base}' && "
		 "git am -q ../mbox && git diff --quiet tip && "
		 "test \"$(git rev-list --count HEAD)\" = 3");
	str_release(&mbox);
	argv_release(&paths);
	drop(&w);
}

static void nothing_to_send(void **state)
{
	struct world w;

	(void)state;
	make(&w, EDIT COMMIT);
	w.spec.tip = w.spec.base;
	fails_saying(patch_series_make(&w.series, w.f.repo, &w.spec), ERR_INPUT, "no commit");
	drop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(our_messages),
		cmocka_unit_test(hostile_settings),
		cmocka_unit_test(notes_and_base),
		cmocka_unit_test(cover_and_range_diff),
		cmocka_unit_test(from_the_quarantine),
		cmocka_unit_test(other_repositories),
		cmocka_unit_test(writing),
		cmocka_unit_test(nothing_to_send),
	};

	return fixture_run(tests, sizeof(tests) / sizeof(*tests));
}
