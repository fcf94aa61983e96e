/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix take and drop: the only commands that touch what is the user's.
 */
#include "cmd/command.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/past.h"
#include "repo/quarantine.h"
#include "repo/record.h"
#include "repo/tree.h"
#include "repo/write.h"
#include "sys/file.h"

#define NAMED_MAX 1000
#define NAME_MAX_BYTES 8192
#define LIST_MAX_BYTES ((size_t)1 << 20)
#define DIFF_MAX_BYTES ((size_t)256 << 20)
#define DIR_MAX_BYTES ((size_t)64 << 10)

static struct err *open_past(struct session *s, struct past *past)
{
	past_init(past);
	if (s->args.n > 1)
		return err_new(ERR_USAGE, "more than one run was named");
	return past_find_fix(past, s->repo, s->args.n ? s->args.v[0] : NULL);
}

static struct err *run_git(struct session *s, const char *const *args, struct span input,
			   int *code)
{
	return repo_git(s->repo, args, input, NULL, code);
}

static bool has_mark(struct session *s, const char *name)
{
	struct str path = STR_INIT(8192);
	bool there;

	str_addf(&path, "%s/%s", repo_git_dir(s->repo), name);
	there = path.failed || file_exists(path.buf);
	str_release(&path);
	return there;
}

/* Git is asked, since a reftable has them in its table. */
static bool has_ref(struct session *s, const char *name)
{
	const char *const args[] = { "rev-parse", "--quiet", "--verify", name, NULL };
	int code = 0;
	struct err *err = run_git(s, args, (struct span){ 0 }, &code);
	bool there = err || !code; /* what cannot be told is taken for there */

	err_drop(err);
	return there;
}

/* What is going on is the user's: neither ours to go on with nor to end. */
static struct err *refuse_amidst(struct session *s)
{
	static const char *const refs[] = { "CHERRY_PICK_HEAD", "REVERT_HEAD", "MERGE_HEAD" };
	static const char *const marks[] = { "sequencer", "rebase-merge", "rebase-apply" };
	const char *found = NULL;

	for (size_t i = 0; !found && i < ARRAY_SIZE(refs); i++)
		found = has_ref(s, refs[i]) ? refs[i] : NULL;
	for (size_t i = 0; !found && i < ARRAY_SIZE(marks); i++)
		found = has_mark(s, marks[i]) ? marks[i] : NULL;
	if (!found)
		return NULL;
	return err_hint(err_new(ERR_INPUT, "a merge, rebase, cherry-pick or revert is going on "
				"(%s); nothing was changed", found),
			"git status");
}

static struct err *in_the_way(const struct past *past, const char *what)
{
	return err_hint(err_new(ERR_NO_FIX, "%s in the way of %s; nothing was changed", what,
				past->branch.buf),
			"git status; commit or stash what is in its way");
}

static struct err *note_path(void *ctx, const char *path)
{
	struct argv *paths = ctx;

	argv_pushf(paths, ":(top,literal)%s", path);
	return argv_err(paths);
}

/* Those of paths that are changed, or there and not git's. */
static struct err *refuse_dirty_paths(struct session *s, const struct past *past,
				      const struct argv *paths)
{
	static const struct {
		const char *what, *args[6];
	} rows[] = {
		{ "uncommitted changes are",
		  { "diff", "--name-only", "--no-ext-diff", "--no-textconv", "--", NULL } },
		{ "untracked files are",
		  { "ls-files", "--others", "--exclude-standard", "--", NULL } },
	};
	struct err *err = NULL;

	for (size_t i = 0; !err && i < ARRAY_SIZE(rows); i++) {
		struct str found = STR_INIT(LIST_MAX_BYTES);
		struct argv args = ARGV_INIT;

		argv_push_all(&args, rows[i].args);
		argv_push_all(&args, argv_list(paths));
		err = argv_err(&args);
		if (!err)
			err = repo_git(s->repo, argv_list(&args), (struct span){ 0 }, &found, NULL);
		if (!err && found.len)
			err = in_the_way(past, rows[i].what);
		argv_release(&args);
		str_release(&found);
	}
	return err;
}

/*
 * A cherry-pick that git refuses half-way is taken back by a reset, which would take
 * what is staged with it: so nothing may be.
 */
static struct err *refuse_dirty(struct session *s, const struct past *past)
{
	const char *const staged[] = { "diff-index", "--cached", "--quiet", "HEAD", "--", NULL };
	struct argv paths = ARGV_INIT;
	struct repo_diffstat stat;
	struct oid from, to;
	int code = 0;
	struct err *err = run_git(s, staged, (struct span){ 0 }, &code);

	if (!err && code)
		err = in_the_way(past, "staged changes are");
	if (!err)
		err = repo_tree_of(s->repo, &past->base, &from);
	if (!err)
		err = repo_tree_of(s->repo, &past->commit, &to);
	if (!err)
		err = repo_diff_stat(s->repo, &from, &to, &stat, note_path, &paths);
	/* Of more than an argument list holds, git itself will say it. */
	if (!err && stat.files && stat.files <= NAMED_MAX)
		err = refuse_dirty_paths(s, past, &paths);
	argv_release(&paths);
	return err;
}

static struct err *conflicts(const struct past *past, const char *file)
{
	return err_hint(err_new(ERR_NO_FIX, "the fix conflicts with the current branch in "
				"'%s'; nothing was changed", file),
			"git merge %s, or run it anew", past->branch.buf);
}

static struct err *taken_already(void)
{
	return err_new(ERR_NO_FIX, "the current branch has the fix already; nothing was changed");
}

/*
 * First all at once: where the last of several is there already, the first may not fit any
 * more. Then one after the other, each on what the ones before came to.
 */
static struct err *try_picks(struct repo *scratch, const struct past *past, struct oid tree,
			     struct span commits, struct argv *picks)
{
	struct str conflict = STR_INIT(NAME_MAX_BYTES);
	struct oid from = past->base, after;
	struct span line;
	struct err *err = candidate_pick(scratch, &tree, &from, &past->commit, &after, &conflict);

	if (!err && oid_eq(&after, &tree))
		err = taken_already();
	while (!err && span_line(&commits, &line)) {
		struct oid commit;

		snprintf(commit.hex, sizeof(commit.hex), "%.*s", (int)line.len, line.ptr);
		str_reset(&conflict);
		err = candidate_pick(scratch, &tree, &from, &commit, &after, &conflict);
		if (!err && oid_is_none(&after))
			err = conflicts(past, conflict.buf);
		if (!err && !oid_eq(&after, &tree)) /* else it is there already */
			argv_push(picks, commit.hex);
		from = commit;
		tree = after;
	}
	str_release(&conflict);
	err = err_first(err, argv_err(picks));
	return err || picks->n ? err : taken_already();
}

/*
 * Which commits there are to be taken: found out, with all of their conflicts, before
 * anything is touched, in the run's quarantine. The git that takes them must not see
 * that: it would not write what is in there.
 */
static struct err *find_picks(struct session *s, const struct past *past,
			      const struct oid *head, const char *range, struct argv *picks)
{
	const char *const list[] = { "rev-list", "--reverse", range, NULL };
	struct str commits = STR_INIT(LIST_MAX_BYTES);
	struct record *record = NULL;
	struct repo *scratch = NULL;
	struct oid tree;
	struct err *err = repo_git(s->repo, list, (struct span){ 0 }, &commits, NULL);

	if (!err)
		err = repo_tree_of(s->repo, head, &tree);
	if (!err)
		err = record_open(&record, s->repo, past->id.buf);
	if (!err)
		err = repo_dup(&scratch, s->repo);
	if (!err)
		err = repo_quarantine(scratch, record_dir(record));
	if (!err)
		err = try_picks(scratch, past, tree, str_span(&commits), picks);
	if (err && err_kind(err) == ERR_FATAL)
		err = err_hint(err_wrap(err, "nothing was changed"),
			       "git cherry-pick %s", range);
	repo_close(scratch);
	record_close(record);
	str_release(&commits);
	return err;
}

/* All of the commits or none: what git has begun and cannot end is taken back. */
static struct err *cherry_pick(struct session *s, const struct argv *picks, int *code)
{
	const char *const undo[] = { "cherry-pick", "--abort", NULL };
	struct argv pick = ARGV_INIT;
	int undone;
	struct err *err;

	argv_push(&pick, "cherry-pick");
	argv_push_all(&pick, argv_list(picks));
	err = argv_err(&pick);
	if (!err)
		err = run_git(s, argv_list(&pick), (struct span){ 0 }, code);
	if (!err && *code && (has_ref(s, "CHERRY_PICK_HEAD") || has_mark(s, "sequencer")))
		err = run_git(s, undo, (struct span){ 0 }, &undone);
	argv_release(&pick);
	return err;
}

/* git has said why, to nobody. */
static struct err *not_taken(struct session *s, const struct past *past)
{
	static const char *const locks[] = { "index.lock", "HEAD.lock" };
	struct str dir = STR_INIT(DIR_MAX_BYTES);
	struct err *err = NULL;

	str_add_quoted(&dir, repo_git_dir(s->repo));
	for (size_t i = 0; !err && i < ARRAY_SIZE(locks); i++)
		if (has_mark(s, locks[i]))
			err = err_hint(err_new(ERR_NO_FIX, "%s is there, of another git; nothing "
					       "was changed", locks[i]),
				       "if no git is running: rm %s/%s", dir.buf, locks[i]);
	str_release(&dir);
	if (err)
		return err;
	return err_hint(err_new(ERR_NO_FIX, "git would not take %s; nothing was changed",
				past->branch.buf),
			"commit or stash what is in its way: git status");
}

static struct err *take_commit(struct session *s, const struct past *past)
{
	struct oid head, now;
	struct str range = STR_INIT(256);
	struct argv picks = ARGV_INIT;
	int code = 0;
	struct err *err = repo_commit_of(s->repo, "HEAD", &head);

	if (!err)
		err = refuse_amidst(s);
	if (err)
		return err;
	str_addf(&range, "%s..%s", past->base.hex, past->commit.hex);
	if (oid_eq(&head, &past->base)) {
		const char *const args[] = { "merge", "--ff-only", "--quiet", past->commit.hex,
					     NULL };

		err = run_git(s, args, (struct span){ 0 }, &code);
	} else {
		err = refuse_dirty(s, past);
		if (!err)
			err = find_picks(s, past, &head, range.buf, &picks);
		if (!err)
			err = cherry_pick(s, &picks, &code);
	}
	str_release(&range);
	argv_release(&picks);
	if (!err && code)
		err = not_taken(s, past);
	if (!err)
		err = repo_commit_of(s->repo, "HEAD", &now);
	if (err)
		return err;
	terminal_note(&s->terminal, "took %s: HEAD is %.12s now", past->branch.buf, now.hex);
	terminal_hint(&s->terminal, "to undo: git reset --keep %.12s", head.hex);
	return NULL;
}

static bool at_top(struct session *s)
{
	struct stat here, top;

	return !stat(".", &here) && !stat(repo_work_tree(s->repo), &top) &&
	       here.st_dev == top.st_dev && here.st_ino == top.st_ino;
}

/* git apply changes all of the files or none, and refuses what does not fit. */
static struct err *take_worktree(struct session *s, const struct past *past)
{
	const char *const args[] = { "apply", "--whitespace=nowarn", "-", NULL };
	struct str diff = STR_INIT(DIFF_MAX_BYTES);
	struct oid from, to;
	int code = 0;
	struct err *err;

	if (!repo_work_tree(s->repo))
		return err_new(ERR_INPUT, "there is no work tree here to bring the fix to");
	err = repo_tree_of(s->repo, &past->base, &from);
	if (!err)
		err = repo_tree_of(s->repo, &past->commit, &to);
	if (!err)
		err = repo_diff_text(s->repo, &from, &to, NULL, &diff);
	if (!err)
		err = run_git(s, args, str_span(&diff), &code);
	str_release(&diff);
	if (!err && code)
		err = err_hint(err_new(ERR_NO_FIX, "the fix does not apply to the work tree; "
				       "nothing was changed"),
			       "git show %s", past->branch.buf);
	if (err)
		return err;
	terminal_note(&s->terminal, "took %s: to the work tree, uncommitted", past->branch.buf);
	/* In a subfolder git apply leaves out what is not below it, and says nothing. */
	terminal_hint(&s->terminal,
		      "to undo: git diff-tree -p --binary %.12s %.12s | git%s apply -R",
		      past->base.hex, past->commit.hex,
		      at_top(s) ? "" : " -C \"$(git rev-parse --show-cdup)\"");
	return NULL;
}

struct err *cmd_take(struct session *s, int *exit_code)
{
	struct past past;
	struct err *err = open_past(s, &past);

	*exit_code = 0;
	if (!err && oid_is_none(&past.commit))
		err = err_hint(err_new(ERR_INPUT, "run %s made no commit (%s)", past.id.buf,
				       past.outcome.buf),
			       "git dualfix log");
	if (!err)
		err = s->settings.worktree ? take_worktree(s, &past) : take_commit(s, &past);
	past_release(&past);
	return err;
}

/* By this work tree or another one: the folder of one that has it checked out. */
static struct err *find_user(struct session *s, const char *ref, struct str *folder)
{
	const char *const args[] = { "for-each-ref", "--format=%(worktreepath)", ref, NULL };
	struct err *err = repo_git(s->repo, args, (struct span){ 0 }, folder, NULL);

	str_truncate(folder, span_trim(str_span(folder)).len);
	return err;
}

static struct err *drop_branch(struct session *s, const struct past *past)
{
	struct str ref = STR_INIT(8192), now = STR_INIT(8192);
	struct oid tip;
	struct err *err = NULL;

	if (!past->branch.len)
		goto out;
	str_addf(&ref, "refs/heads/%s", past->branch.buf);
	err = repo_commit_of(s->repo, ref.buf, &tip);
	if (err && err_kind(err) == ERR_INPUT) { /* gone already */
		err_drop(err);
		err = NULL;
		goto out;
	}
	if (!err)
		err = find_user(s, ref.buf, &now);
	if (err)
		goto out;
	if (now.len)
		err = err_hint(err_new(ERR_INPUT, "%s is checked out in '%s'; nothing was dropped",
				       past->branch.buf, now.buf), "git switch -");
	else if (!oid_eq(&tip, &past->commit))
		err = err_hint(err_new(ERR_INPUT, "%s has moved since the run; nothing was dropped",
				       past->branch.buf),
			       "git branch -D %s, if you mean it", past->branch.buf);
	else {
		const char *const del[] = { "update-ref", "-d", ref.buf, tip.hex, NULL };

		err = run_git(s, del, (struct span){ 0 }, NULL);
	}
out:
	if (!err && !oid_is_none(&past->commit))
		err = repo_drop_note(s->repo, &past->commit);
	str_release(&ref);
	str_release(&now);
	return err;
}

struct err *cmd_drop(struct session *s, int *exit_code)
{
	struct past past;
	struct record *record = NULL;
	struct err *err = open_past(s, &past);

	*exit_code = 0;
	/* Locked: a run that goes on would lose its objects under its feet. */
	if (!err)
		err = record_open(&record, s->repo, past.id.buf);
	if (!err)
		err = drop_branch(s, &past);
	if (!err)
		err = file_remove_tree(record_dir(record));
	if (!err)
		terminal_note(&s->terminal, "dropped run %s%s%s", past.id.buf,
			      past.branch.len ? " and branch " : "", past.branch.buf);
	record_close(record);
	past_release(&past);
	return err;
}
