/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/round.h"

#include <stdlib.h>
#include <string.h>

#include "base/argv.h"
#include "base/path.h"
#include "edit/resolve.h"
#include "flow/delegate.h"
#include "model/tokens.h"
#include "repo/quarantine.h"
#include "repo/tree.h"
#include "sys/clock.h"

struct round {
	struct round_spec spec;
	struct repo_source *source;
	struct resolver *resolver;
	struct edit_result *results; /* one for each edit of the plan */
	int64_t *edit_ms;
	struct delegate *delegate;
	void (*done)(void *ctx, struct err *err);
	void *ctx;
};

static bool is_asked_for(const struct round *round, const struct edit *edit)
{
	return !round->spec.reproducers_only || edit->role == ROLE_REPRODUCER;
}

static struct err *apply_all(struct round *round)
{
	const struct plan *plan = round->spec.plan;

	for (size_t i = 0; i < plan->n_edits; i++) {
		int64_t start_ms = clock_mono_ms();
		struct err *err;

		edit_result_init(&round->results[i]);
		if (!is_asked_for(round, &plan->edits[i])) {
			round->results[i].status = EDIT_SKIPPED;
			continue;
		}
		err = resolver_apply(round->resolver, &plan->edits[i], &round->results[i]);
		if (err)
			return err;
		round->edit_ms[i] = clock_mono_ms() - start_ms;
	}
	return NULL;
}

static bool has_status(const struct round *round, enum edit_status status)
{
	for (size_t i = 0; i < round->spec.plan->n_edits; i++)
		if (round->results[i].status == status)
			return true;
	return false;
}

/* Consent of every endpoint that may see the text of the edits still open. */
static struct err *ask_consent(struct round *round)
{
	const struct round_spec *spec = &round->spec;
	struct argv files = ARGV_INIT;
	size_t tokens = 0;
	struct err *err = NULL;

	for (size_t i = 0; i < spec->plan->n_edits; i++) {
		const struct edit *edit = &spec->plan->edits[i];

		if (round->results[i].status != EDIT_WAITING &&
		    round->results[i].status != EDIT_FAILED)
			continue;
		argv_push(&files, edit->file);
		tokens += (size_t)tokens_of_bytes(edit->action.len + edit->find.len +
						  edit->replace.len + 4096);
	}
	err = argv_err(&files);
	for (size_t i = 0; !err && i < spec->n_executors; i++)
		err = spec->wall->consent(spec->wall->ctx, &spec->executors[i],
					  argv_list(&files), tokens);
	if (!err && spec->planner)
		err = spec->wall->consent(spec->wall->ctx, spec->planner, argv_list(&files),
					  tokens);
	argv_release(&files);
	return err;
}

static void on_delegated(void *ctx, struct err *err)
{
	struct round *round = ctx;

	round->done(round->ctx, err);
}

static struct err *start_delegate(struct round *round, bool *waits)
{
	const struct round_spec *spec = &round->spec;
	struct delegate_spec delegate = {
		.client = spec->client,
		.executors = spec->executors,
		.n_executors = spec->n_executors,
		.planner = spec->planner,
		.templates = spec->templates,
		.budget = spec->budget,
		.resolver = round->resolver,
		.plan = spec->plan,
		.results = round->results,
		.rescue = spec->rescue,
	};
	bool open = has_status(round, EDIT_WAITING) ||
		    (spec->rescue && has_status(round, EDIT_FAILED));
	bool has_model = spec->client && (spec->planner || spec->n_executors);
	struct err *err;

	if (!spec->models || !open)
		return NULL;
	if (!has_model && !has_status(round, EDIT_WAITING))
		return NULL; /* a failed edit stays failed */
	if (has_model) {
		err = ask_consent(round);
		if (err)
			return err;
	}
	return delegate_start(&round->delegate, &delegate, waits, on_delegated, round);
}

struct err *round_start(struct round **out, const struct round_spec *spec, bool *waits,
			void (*done)(void *ctx, struct err *err), void *ctx)
{
	struct round *round = calloc(1, sizeof(*round));
	size_t n = spec->plan->n_edits + 1; /* calloc(0) may be NULL */
	struct err *err;

	*out = NULL;
	*waits = false;
	if (!round)
		return err_nomem();
	round->spec = *spec;
	round->done = done;
	round->ctx = ctx;
	round->results = calloc(n, sizeof(*round->results));
	round->edit_ms = calloc(n, sizeof(*round->edit_ms));
	err = round->results && round->edit_ms ? NULL : err_nomem();
	if (!err)
		err = repo_source_new(&round->source, spec->repo, spec->tree);
	if (!err)
		err = resolver_new(&round->resolver, repo_source(round->source));
	if (!err)
		err = apply_all(round);
	*out = round; /* before anything that may call done */
	if (!err)
		err = start_delegate(round, waits);
	if (err) {
		round_free(round);
		*out = NULL;
	}
	return err;
}

/* What waits for a model that nobody may ask is not done. */
static void refuse_waiting(struct round *round)
{
	for (size_t i = 0; i < round->spec.plan->n_edits; i++)
		if (round->results[i].status == EDIT_WAITING)
			edit_result_set(&round->results[i], EDIT_REFUSED,
					"needs a model, and this mode asks none");
}

static enum round_end how_it_ended(const struct round *round)
{
	bool open = has_status(round, EDIT_FAILED) || has_status(round, EDIT_REFUSED);

	if (open)
		return round->spec.keep_going ? ROUND_PARTLY : ROUND_FAILED;
	return has_status(round, EDIT_APPLIED) ? ROUND_CHANGED : ROUND_SATISFIED;
}

static struct err *check_protected(const struct round *round,
				   const struct file_change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *pattern = path_protected(changes[i].path, round->spec.protect,
						     round->spec.n_protect);

		if (pattern)
			return err_hint(err_new(ERR_INPUT, "'%s' is protected by '%s'",
						changes[i].path, pattern),
					"--allow-protected lets the plan change it");
	}
	return NULL;
}

struct err *round_finish(struct round *round, enum round_end *end, struct oid *tree)
{
	const struct file_change *changes;
	size_t n;
	struct err *err;

	*tree = *round->spec.tree;
	refuse_waiting(round);
	*end = how_it_ended(round);
	if (*end == ROUND_FAILED || *end == ROUND_SATISFIED)
		return NULL;
	err = resolver_changes(round->resolver, &changes, &n);
	if (!err)
		err = check_protected(round, changes, n);
	if (err)
		return err;
	if (!n && *end == ROUND_CHANGED)
		*end = ROUND_SATISFIED;
	if (!n)
		return NULL;
	return candidate_tree(round->spec.repo, round->spec.tree, changes, n, tree);
}

static const struct delegate_row *row_of(const struct round *round, size_t edit)
{
	const struct delegate_row *rows;
	size_t n = round->delegate ? delegate_rows(round->delegate, &rows) : 0;

	for (size_t i = 0; i < n; i++)
		if (rows[i].edit == edit)
			return &rows[i];
	return NULL;
}

static void set_author(struct edit_report *row, const struct delegate_row *by,
		       enum edit_status status, bool by_rule)
{
	bool done = status == EDIT_APPLIED || status == EDIT_SATISFIED;

	row->by = done ? (by_rule ? BY_RULE : BY_DIRECT) : BY_NOBODY;
	row->attempts = 1;
	if (!by)
		return;
	row->attempts += by->attempts;
	row->ms += by->ms;
	if (done && by->endpoint)
		row->by = strcmp(by->endpoint->role, "planner") ? BY_EXECUTOR : BY_PLANNER;
}

static struct err *add_usage(void *ctx, const struct endpoint *endpoint, const char *model,
			     const struct usage *usage)
{
	return report_usage(ctx, endpoint, model, usage);
}

struct err *round_report(const struct round *round, struct report *report, bool by_rule)
{
	const struct plan *plan = round->spec.plan;

	for (size_t i = 0; i < plan->n_edits; i++) {
		const struct edit_result *result = &round->results[i];
		struct edit_report *row = report_edit(report);

		if (!row)
			return arena_err(&report->arena, "report");
		*row = (struct edit_report){
			.file = arena_dups(&report->arena, plan->edits[i].file),
			.type = edit_kind_name(plan->edits[i].kind),
			.rung = result->rung,
			.status = result->status,
			.ms = round->edit_ms[i],
		};
		if (result->reason.len)
			row->message = arena_dup(&report->arena, str_span(&result->reason));
		if (!row->file || (result->reason.len && !row->message))
			return arena_err(&report->arena, "report");
		set_author(row, row_of(round, i), result->status, by_rule);
	}
	if (!round->delegate)
		return NULL;
	return delegate_usage(round->delegate, add_usage, report);
}

void round_failures(const struct round *round, struct str *out)
{
	const struct plan *plan = round->spec.plan;

	for (size_t i = 0; i < plan->n_edits; i++) {
		const struct edit_result *result = &round->results[i];

		if (result->status == EDIT_APPLIED || result->status == EDIT_SATISFIED ||
		    result->status == EDIT_SKIPPED)
			continue;
		str_addf(out, "edits[%zu] (%s of %s): %s\n", i,
			 edit_kind_name(plan->edits[i].kind), plan->edits[i].file,
			 result->reason.buf);
	}
}

void round_free(struct round *round)
{
	if (!round)
		return;
	delegate_free(round->delegate);
	for (size_t i = 0; round->results && i < round->spec.plan->n_edits; i++)
		edit_result_release(&round->results[i]);
	free(round->results);
	free(round->edit_ms);
	resolver_free(round->resolver);
	repo_source_free(round->source);
	free(round);
}
