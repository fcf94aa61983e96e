/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/steps.h"

#include <string.h>

#include "base/deadline.h"
#include "mail/policy.h"
#include "repo/quarantine.h"
#include "repo/tree.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "verify/lent.h"

#define DIRTY_SHOWN_MAX 10

/* A new connection with TLS takes some turns of the loop before the question goes. */
#define ON_ITS_WAY_MS 300

static void on_deadline(void *ctx)
{
	struct run *run = ctx;

	run->timer = NULL;
	run->timed_out = true;
	run_ring(run);
}

static bool checks_wanted(const struct run *run)
{
	if (run->options.goal == GOAL_DIFF)
		return false;
	if (run->options.goal == GOAL_PLAN && !run->input->failing)
		return false;
	return run->options.checks && run->options.checks->n;
}

static struct err *warn_dirty(struct run *run)
{
	struct str files = STR_INIT(DIRTY_SHOWN_MAX * (size_t)4096);
	struct span rest, name;
	size_t n;
	struct err *err;

	if (run->options.worktree || run->options.base || !repo_work_tree(run->env.repo))
		return NULL;
	err = repo_dirty_files(run->env.repo, DIRTY_SHOWN_MAX, &files, &n);
	if (err || !n)
		goto out;
	rest = str_span(&files);
	events_emit(run->env.events, EVENT_WARNING,
		    "uncommitted changes are left out (--worktree takes them in):");
	while (span_line(&rest, &name))
		events_emit(run->env.events, EVENT_WARNING, "  %.*s", (int)name.len, name.ptr);
out:
	str_release(&files);
	return err;
}

/* HEAD plus what is uncommitted, as a commit of its own below the fix. */
static struct err *commit_worktree(struct run *run)
{
	struct str author = STR_INIT(4096), committer = STR_INIT(4096);
	struct commit_request request = {
		.tree = &run->base_tree,
		.parent = &run->head,
		.message = SPAN("uncommitted changes\n"),
	};
	struct oid head_tree, commit;
	struct err *err = repo_tree_of(run->env.repo, &run->head, &head_tree);

	if (!err)
		err = repo_worktree_tree(run->env.repo, &run->base_tree);
	if (err || oid_eq(&head_tree, &run->base_tree))
		goto out;
	err = repo_identity(run->env.repo, &author, &committer);
	request.author = author.buf;
	request.committer = committer.buf;
	if (!err)
		err = candidate_commit(run->env.repo, &request, &commit);
	if (!err)
		run->head = commit;
out:
	str_release(&author);
	str_release(&committer);
	return err;
}

static struct err *open_checks(struct run *run)
{
	struct lent *lent;
	struct err *err = lent_take(&lent, run->env.repo, run->options.overlay);

	if (!err)
		err = sandbox_take(&run->sandbox, run->env.loop, run->options.sandbox, lent);
	run->hide_dirs[0] = repo_git_dir(run->env.repo);
	run->hide_dirs[1] = repo_common_dir(run->env.repo);
	if (!err)
		report_set_sandbox(&run->report, &run->sandbox);
	if (!err)
		err = known_new(&run->known, run->env.repo, &run->sandbox,
				run->options.sandbox_env, run->options.sandbox_read,
				run->options.expire_s);
	if (!err)
		err = checkout_take(&run->checkout, run->env.repo, lent_view(run->sandbox.lent));
	if (!err && run->options.clean)
		err = checkout_clear(run->checkout);
	if (!err && run->env.tape)
		err = tape_hide(run->env.tape, checkout_dir(run->checkout), "[checkout]");
	return err;
}

/* git format-patch makes a missing one. */
static struct err *try_folder(const char *path)
{
	struct err *err = err_wrap(file_try_dirs(path), "no folder for patches: '%s'",
				  path);

	return err_hint(err_as(err, ERR_CONFIG), "-o <dir>");
}

/* What would only fail at the end is looked at before time and money are spent. */
static struct err *check_outlet(struct run *run)
{
	struct str author = STR_INIT(4096), committer = STR_INIT(4096), name = STR_INIT(4096);
	struct oid earlier;
	struct err *err = NULL;

	if (run->options.goal != GOAL_COMMIT)
		return NULL;
	if (run_is_forbidden(run))
		return err_hint(err_new(ERR_NO_FIX,
					"dualfix.policy is forbid: no patches are made"),
				"without --format-patch, -o and --stdout a fix stays on a branch");
	err = repo_identity(run->env.repo, &author, &committer);
	if (!err && !run_is_out(run))
		err = publish_free_name(run->env.repo, run->options.branch, run_slug(run), &name);
	if (!err && run->options.patches)
		err = try_folder(run->options.patch_dir);
	if (!err && run->options.earlier)
		err = repo_commit_of(run->env.repo, run->options.earlier, &earlier);
	str_release(&author);
	str_release(&committer);
	str_release(&name);
	return err;
}

/* Whether to send it is the user's to decide; that there is a rule must not escape him. */
struct err *run_tell_policy(struct run *run)
{
	struct str sentence = STR_INIT(4096);
	struct repo_source *base = NULL;
	const char *file = NULL;
	struct err *err;

	if (run->options.goal != GOAL_COMMIT || !run->options.mind_policy || run->policy_told)
		return NULL;
	run->policy_told = true;
	err = repo_source_new(&base, run->env.repo, &run->base_tree);
	if (!err)
		err = policy_look(repo_source(base), &file, &sentence);
	if (err && !err_is_signal(err)) {
		events_emit(run->env.events, EVENT_WARNING,
			    "whether the project bans what models made is not known: %s",
			    err_text(err));
		err_drop(err);
		err = NULL;
	}
	if (file)
		events_emit(run->env.events, EVENT_WARNING,
			    "%s seems to ban what models made: \"%s\" (dualfix.policy)", file,
			    sentence.buf);
	repo_source_free(base);
	str_release(&sentence);
	return err;
}

/* A stopped run goes on in its own. */
static struct err *take_record(struct run *run)
{
	if (run->input->state)
		return record_open(&run->record, run->env.repo, run->input->resumes);
	return record_new(&run->record, run->env.repo);
}

struct err *run_start_before(struct run *run)
{
	struct prove_spec spec = run_prove_spec(run, &run->base_tree);

	loop_cancel(run->env.loop, run->before_timer);
	run->before_timer = NULL;
	if (!run->before_due)
		return NULL;
	run->before_due = false;
	return prove_start(&run->before, &spec, run_on_before, run);
}

static void on_its_way(void *ctx)
{
	struct run *run = ctx;

	run->before_timer = NULL;
	run_ring(run);
}

struct err *run_start_before_soon(struct run *run)
{
	if (!run->before_due || run->before_timer)
		return NULL;
	return loop_timer(run->env.loop, clock_mono_ms() + ON_ITS_WAY_MS, on_its_way, run,
			  &run->before_timer);
}

/* Nothing but the planner can be asked, and it is asked at once. */
static bool planner_comes_first(const struct run *run)
{
	const struct run_input *input = run->input;

	return input->text.ptr && (!input->reports || input->prior) && !input->failing &&
	       !input->n_plans && run->env.planner && run->env.client;
}

struct err *step_begin(struct run *run)
{
	struct repo *repo = run->env.repo;
	const struct prior *prior = run->input->prior;
	struct err *err;

	run->deadline_ms = deadline_after_ms(clock_mono_ms(), run->options.timeout_ms);
	err = loop_timer(run->env.loop, run->deadline_ms, on_deadline, run, &run->timer);
	if (!err)
		err = repo_commit_of(repo, run->options.base ? run->options.base : "HEAD",
				     &run->head);
	if (!err)
		err = check_outlet(run);
	if (!err)
		err = warn_dirty(run);
	if (!err)
		err = take_record(run);
	if (err)
		return err;
	run->report.run = arena_dups(&run->report.arena, record_id(run->record));
	if (run->input->title)
		run->report.title = arena_dups(&run->report.arena, run->input->title);
	err = repo_quarantine(repo, record_dir(run->record));
	/* Another round on top of this one answers the same mail. */
	if (!err && run->input->in_reply_to)
		err = record_write(run->record, "in-reply-to",
				   span_of(run->input->in_reply_to));
	if (!err)
		err = repo_tree_of(repo, &run->head, &run->base_tree);
	if (!err && run->options.worktree)
		err = commit_worktree(run);
	if (!err && run->input->n_plans)
		err = run_tell_policy(run);
	if (err)
		return err;
	run->tree = run->before_tree = run->base_tree;
	run->report.base = run->head;
	if (prior) {
		run->tree = prior->tree;
		run->report.amends = prior->run;
	}
	err = run_begin_state(run);
	if (err)
		return err;
	if (planner_comes_first(run))
		run_warm_planner(run);
	run->step = STEP_SOURCE;
	if (!checks_wanted(run)) {
		run->before_done = true;
		return NULL;
	}
	err = open_checks(run);
	run->before_due = !err;
	if (err || planner_comes_first(run))
		return err;
	return run_start_before(run);
}
