/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo-fixture.h"
#include "repo/quarantine.h"
#include "repo/write.h"

#define ME "C \303\234 <c@example.com>"

struct world {
	struct fixture f;
	struct oid commit;
	struct candidate_note note;
	enum publish_clash clash;
};

/* A commit in the quarantine of a repository that script made. */
static void make(struct world *w, const char *script)
{
	struct commit_request request = { .author = ME, .committer = ME " 1700000000 -0230",
					  .message = SPAN("subject\n") };
	struct oid head, tree;
	char dir[128];

	*w = (struct world){ 0 };
	fixture_make(&w->f, HISTORY_SH);
	sh(&w->f, script);
	fixture_open(&w->f);
	snprintf(dir, sizeof(dir), "%s/run", w->f.dir);
	ok(file_mkdirs(dir, 0700));
	ok(repo_quarantine(w->f.repo, dir));
	ok(repo_commit_of(w->f.repo, "HEAD", &head));
	ok(repo_tree_of(w->f.repo, &head, &tree));
	request.tree = &tree;
	request.parent = &head;
	ok(candidate_commit(w->f.repo, &request, &w->commit));
	setenv("COMMIT", w->commit.hex, 1);
}

static void publish(struct world *w, const char *branch)
{
	ok(publish_branch(w->f.repo, branch, &w->commit, "m", &w->note, &w->clash));
}

static void first_note(void **state)
{
	struct world w;

	(void)state;
	make(&w, "true");
	ok(candidate_note(w.f.repo, &w.commit, SPAN("Tree: x\n"), ME, &w.note));
	assert_true(oid_is_none(&w.note.old));
	assert_string_equal(sh_out(&w.f, "git for-each-ref --format='%(refname)'"),
			    "refs/heads/main");
	publish(&w, "a");
	assert_int_equal(w.clash, CLASH_NONE);
	assert_string_equal(sh_out(&w.f, "git notes --ref=dualfix show $COMMIT"), "Tree: x");
	assert_string_equal(sh_out(&w.f, "git log -1 --format='%cn <%ce>' " NOTE_REF), ME);
	sh(&w.f, "test -z \"$(git fsck --strict 2>/dev/null)\"");

	/* The last one takes the ref away; there is nothing more to drop. */
	ok(repo_drop_note(w.f.repo, &w.commit));
	ok(repo_drop_note(w.f.repo, &w.commit));
	assert_string_equal(sh_out(&w.f, "git for-each-ref --format='%(refname)'"),
			    "refs/heads/a\nrefs/heads/main");
	fixture_drop(&w.f);
}

/* As git lays them out when there are many; a note of the same commit is replaced. */
static void beside_others(void **state)
{
	struct world w;

	(void)state;
	make(&w, "git notes --ref=dualfix add -m x HEAD && for i in $(seq 300); do echo $i >n$i; "
		 "done && git hash-object -w n[0-9]* >../ids && rm n[0-9]* && "
		 "sed \"s/^/$(git rev-parse HEAD) /\" ../ids | git notes --ref=dualfix copy --stdin");
	assert_string_equal(sh_out(&w.f, "git notes --ref=dualfix list | wc -l | tr -d ' '"), "301");
	ok(candidate_note(w.f.repo, &w.commit, SPAN("one\n"), ME, &w.note));
	publish(&w, "a");
	ok(candidate_note(w.f.repo, &w.commit, SPAN("two\n"), ME, &w.note));
	publish(&w, "b");
	assert_string_equal(sh_out(&w.f, "git notes --ref=dualfix show $COMMIT"), "two");
	assert_string_equal(sh_out(&w.f, "git notes --ref=dualfix list | wc -l | tr -d ' '"), "302");
	assert_string_equal(sh_out(&w.f, "git notes --ref=dualfix show $(head -n 1 ../ids)"), "x");
	ok(repo_drop_note(w.f.repo, &w.commit));
	assert_string_equal(sh_out(&w.f, "git notes --ref=dualfix list | wc -l | tr -d ' '"), "301");
	fixture_drop(&w.f);
}

/* Both refs or none. */
static void in_one_transaction(void **state)
{
	struct world w;

	(void)state;
	make(&w, "git notes --ref=dualfix add -m here HEAD");
	ok(candidate_note(w.f.repo, &w.commit, SPAN("n\n"), ME, &w.note));
	sh(&w.f, "git notes --ref=dualfix append -m more HEAD");
	publish(&w, "a");
	assert_int_equal(w.clash, CLASH_NOTES);
	assert_string_equal(sh_out(&w.f, "git for-each-ref --format='%(refname)'"),
			    "refs/heads/main\nrefs/notes/dualfix");

	ok(candidate_note(w.f.repo, &w.commit, SPAN("n\n"), ME, &w.note));
	fails_saying(publish_branch(w.f.repo, "main", &w.commit, "m", &w.note, &w.clash),
		     ERR_INPUT, "exists");
	assert_int_equal(w.clash, CLASH_NAME);
	assert_int_not_equal(sh_code(&w.f, "git notes --ref=dualfix show $COMMIT 2>/dev/null"), 0);
	publish(&w, "a");
	assert_int_equal(w.clash, CLASH_NONE);
	fixture_drop(&w.f);
}

/* A git gc that read the refs before ours was there prunes when it is. */
static void pruned_meanwhile(void **state)
{
	char *path = strdup(getenv("PATH"));
	char first[4096], dir[128];
	struct world w;

	(void)state;
	make(&w, "true");
	sh(&w.f, "mkdir ../bin && find .git/objects -type f | sort >../kept && "
		 "cat >../bin/git <<-EOF && chmod +x ../bin/git\n"
		 "	#!/bin/sh\n"
		 "	$(command -v git) \"\\$@\" || exit\n"
		 "	case \"\\$*\" in *update-ref*) ;; *) exit 0 ;; esac\n"
		 "	cd $PWD && touch ../pruned && find .git/objects -type f | sort |\n"
		 "	comm -13 ../kept - | xargs rm -f\n"
		 "EOF");
	snprintf(first, sizeof(first), "%s/bin:%s", w.f.dir, path);
	setenv("PATH", first, 1);
	fixture_open(&w.f);
	snprintf(dir, sizeof(dir), "%s/run", w.f.dir);
	ok(repo_quarantine(w.f.repo, dir));
	ok(candidate_note(w.f.repo, &w.commit, SPAN("Tree: x\n"), ME, &w.note));
	publish(&w, "a");
	setenv("PATH", path, 1);
	free(path);
	sh(&w.f, "test -e ../pruned && git fsck --full --strict --no-progress && "
		 "git rev-parse -q --verify a:link >../out && git notes --ref=dualfix show a >../out");
	fixture_drop(&w.f);
}

/* What git has done counts, not what it could say of it. */
static void git_that_cannot_say(void **state)
{
	static const struct {
		const char *script;
		const char *want; /* what the err says; NULL: none */
		int branches;
	} cases[] = {
		{ "\"$GIT\" \"$@\" && kill -9 $$", NULL, 1 },
		{ "\"$GIT\" \"$@\"; exit 1", NULL, 1 },
		{ "kill -9 $$", "cannot create branch 'a'", 0 },
		{ "echo fatal: no >&2; exit 128", "cannot create branch 'a'", 0 },
		{ "read line; echo \"$line\" | \"$GIT\" \"$@\"\n"
		  "echo \"fatal: couldn't set '" NOTE_REF "'\" >&2; exit 128",
		  "branch 'a' was made, but not its note", 1 },
	};
	char *path = strdup(getenv("PATH"));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char first[4096], dir[128], script[1024];
		struct err *err;
		struct world w;

		snprintf(script, sizeof(script),
			 "mkdir ../bin && cat >../bin/git <<\\EOF && chmod +x ../bin/git && "
			 "sed -i \"2s|\\$|$(command -v git)|\" ../bin/git\n"
			 "#!/bin/sh\nGIT=\n"
			 "case \"$*\" in *update-ref*) ;; *) exec \"$GIT\" \"$@\" ;; esac\n%s\nEOF",
			 cases[i].script);
		make(&w, script);
		snprintf(first, sizeof(first), "%s/bin:%s", w.f.dir, path);
		setenv("PATH", first, 1);
		fixture_open(&w.f);
		snprintf(dir, sizeof(dir), "%s/run", w.f.dir);
		ok(repo_quarantine(w.f.repo, dir));
		ok(candidate_note(w.f.repo, &w.commit, SPAN("Tree: x\n"), ME, &w.note));
		err = publish_branch(w.f.repo, "a", &w.commit, "m", &w.note, &w.clash);
		setenv("PATH", path, 1);
		if (cases[i].want)
			fails_saying(err, ERR_FATAL, cases[i].want);
		else
			ok(err);
		assert_int_equal(w.clash, CLASH_NONE);
		assert_int_equal(atoi(sh_out(&w.f, "git for-each-ref refs/heads/a | wc -l")),
				 cases[i].branches);
		fixture_drop(&w.f);
	}
	free(path);
}

static void asking_the_hook(void **state)
{
	static const struct {
		const char *script, *want; /* the message, or what the err says */
		bool fails;
	} cases[] = {
		{ NULL, "s\n\nb\n", false },
		{ "exit 0", "s\n\nb\n", false },
		{ "echo x >>\"$1\"", "s\n\nb\nx\n", false },
		{ "printf 'a\\n\\n\\n' >\"$1\"", "a\n", false },
		{ "echo to stdout; echo no >&2; exit 3", "refuses the message: git hook: no", true },
		{ "printf '\\377' >\"$1\"", "leaves no message", true },
		{ "printf 'a\\0b' >\"$1\"", "leaves no message", true },
		{ "rm \"$1\"", "No such file", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str message = STR_INIT(1024);
		struct world w;
		char path[128], script[512] = "true";

		if (cases[i].script)
			snprintf(script, sizeof(script),
				 "mkdir -p .git/hooks && cat >.git/hooks/commit-msg <<\\EOF\n"
				 "#!/bin/sh\n%s\nEOF\nchmod +x .git/hooks/commit-msg",
				 cases[i].script);
		make(&w, script);
		snprintf(path, sizeof(path), "%s/message", w.f.dir);
		str_adds(&message, "s\n\nb\n");
		if (cases[i].fails) {
			struct err *err = repo_ask_hook(w.f.repo, path, &message);

			if (!err || !strstr(err_text(err), cases[i].want))
				fail_msg("%zu: %s", i, err ? err_text(err) : "no error");
			err_drop(err);
		} else {
			ok(repo_ask_hook(w.f.repo, path, &message));
			assert_string_equal(message.buf, cases[i].want);
		}
		str_release(&message);
		fixture_drop(&w.f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_note),
		cmocka_unit_test(beside_others),
		cmocka_unit_test(in_one_transaction),
		cmocka_unit_test(pruned_meanwhile),
		cmocka_unit_test(git_that_cannot_say),
		cmocka_unit_test(asking_the_hook),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return fixture_end(cmocka_run_group_tests(tests, NULL, NULL));
}
