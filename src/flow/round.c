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

/* What a region is likely to be, for the consent question; it is not cut yet. */
#define REGION_GUESS_BYTES 4096

/* An edit and what became of it; by itself, for delegates point to it. */
struct item {
	const struct edit *edit;
	struct edit_result result;
	int64_t ms;
	bool delegated;
	bool withheld; /* its file is shown to no model */
};

struct round {
	struct round_spec spec;
	struct repo_source *source;
	struct resolver *resolver;
	struct item **items;
	size_t n, cap;
	struct delegate *delegate;
	void (*done)(void *ctx, struct err *err);
	void *ctx;
};

struct err *round_new(struct round **out, const struct round_spec *spec,
		      void (*done)(void *ctx, struct err *err), void *ctx)
{
	struct round *round = calloc(1, sizeof(*round));
	struct err *err;

	*out = NULL;
	if (!round)
		return err_nomem();
	round->spec = *spec;
	round->done = done;
	round->ctx = ctx;
	err = repo_source_new(&round->source, spec->repo, spec->tree);
	if (!err)
		err = resolver_new(&round->resolver, repo_source(round->source));
	if (err) {
		round_free(round);
		return err;
	}
	*out = round;
	return NULL;
}

static struct err *new_item(struct round *round, const struct edit *edit, struct item **out)
{
	if (round->n == round->cap) {
		size_t cap = round->cap ? round->cap * 2 : 32;
		struct item **grown = realloc(round->items, cap * sizeof(struct item *));

		if (!grown)
			return err_nomem();
		round->items = grown;
		round->cap = cap;
	}
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return err_nomem();
	(*out)->edit = edit;
	edit_result_init(&(*out)->result);
	round->items[round->n++] = *out;
	return NULL;
}

static bool has_model(const struct round *round)
{
	return round->spec.models && round->spec.client &&
	       (round->spec.planner || round->spec.n_executors);
}

static void on_delegated(void *ctx, struct err *err)
{
	struct round *round = ctx;

	round->done(round->ctx, err);
}

static struct err *delegate_item(struct round *round, struct item *item)
{
	const struct round_spec *spec = &round->spec;
	struct delegate_spec delegate = {
		.client = spec->client,
		.executors = spec->executors,
		.n_executors = spec->n_executors,
		.planner = spec->planner,
		.templates = spec->templates,
		.budget = spec->budget,
		.cache = spec->cache,
		.resolver = round->resolver,
		.withhold = round->spec.withhold,
		.events = spec->events,
		.hedge = spec->hedge,
	};
	struct err *err = NULL;

	if (!round->delegate)
		err = delegate_new(&round->delegate, &delegate, on_delegated, round);
	if (!err)
		err = delegate_add(round->delegate, item->edit, &item->result);
	item->delegated = true;
	return err;
}

/* The name of the last item's file in the tree, before renames of the plan. */
static const char *name_before(const struct round *round)
{
	size_t i = round->n - 1;
	const char *name = round->items[i]->edit->file;

	while (i-- > 0) {
		const struct edit *edit = round->items[i]->edit;

		if (edit->kind == EDIT_RENAME_FILE && !strcmp(edit->to, name))
			name = edit->file;
	}
	return name;
}

/* Of the last item: its file may be one that no model is shown, by either name. */
static void withhold_item(struct round *round, struct item *item)
{
	const char *why = withhold_file(round->spec.withhold, item->edit->file);

	if (!why)
		why = withhold_file(round->spec.withhold, name_before(round));
	item->withheld = why != NULL;
	if (why && item->result.status == EDIT_WAITING)
		edit_result_set(&item->result, EDIT_REFUSED, "needs a model, and '%s' %s",
				item->edit->file, why);
}

/*
 * What checks are lent would cover it, so a tree that has something there cannot be
 * checked: another plan can.
 */
static bool refuse_lent(const struct round *round, struct item *item)
{
	const char *const paths[] = { item->edit->regex ? NULL : item->edit->file,
				      item->edit->to };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const char *lent = paths[i] ? path_protected(paths[i], round->spec.lent,
							     round->spec.n_lent) : NULL;

		if (!lent)
			continue;
		edit_result_set(&item->result, EDIT_REFUSED,
				"'%s' lies in '%s', which is no part of the project: checks "
				"see what the user has there (dualfix.overlay)", paths[i], lent);
		return true;
	}
	return false;
}

struct err *round_prepare(struct round *round, const char *path, bool *there)
{
	return resolver_prepare(round->resolver, path, there);
}

static void trace_edit(const struct round *round, const struct item *item, int64_t start_us)
{
	const struct event_arg args[] = {
		{ "type", .text = edit_kind_name(item->edit->kind) },
		{ "status", .text = edit_status_name(item->result.status) },
		{ "rung", .text = item->result.rung ? item->result.rung : "" },
	};
	const struct event_span span = {
		.kind = "resolve",
		.name = item->edit->file,
		.start_us = start_us,
		.end_us = clock_mono_us(),
		.args = args,
		.n_args = ARRAY_SIZE(args),
	};

	events_span(round->spec.events, &span);
}

bool round_may_turn(struct round *round, const struct edit *edit)
{
	return resolver_may_turn(round->resolver, edit);
}

struct err *round_add(struct round *round, const struct edit *edit)
{
	int64_t start_us = clock_mono_us();
	struct item *item;
	struct err *err = new_item(round, edit, &item);

	if (err)
		return err;
	if (round->spec.reproducers_only && edit->role != ROLE_REPRODUCER) {
		item->result.status = EDIT_SKIPPED;
		return NULL;
	}
	if (refuse_lent(round, item))
		return NULL;
	err = resolver_apply(round->resolver, edit, &item->result);
	item->ms = (clock_mono_us() - start_us) / 1000;
	trace_edit(round, item, start_us);
	if (!err && round->spec.withhold &&
	    (item->result.status == EDIT_WAITING || item->result.status == EDIT_FAILED))
		withhold_item(round, item);
	if (!err && item->result.status == EDIT_WAITING && !round->spec.wall &&
	    has_model(round))
		err = delegate_item(round, item);
	return err;
}

static bool has_status(const struct round *round, enum edit_status status)
{
	for (size_t i = 0; i < round->n; i++)
		if (round->items[i]->result.status == status)
			return true;
	return false;
}

/* Whether a model is still to be asked for it. */
static bool is_open(const struct round *round, const struct item *item)
{
	if (item->delegated || item->withheld)
		return false;
	if (item->result.status == EDIT_WAITING)
		return round->spec.models;
	return round->spec.rescue && item->result.status == EDIT_FAILED && has_model(round);
}

/* Consent of every endpoint that may see the text of the edits still open. */
static struct err *ask_consent(struct round *round)
{
	const struct round_spec *spec = &round->spec;
	struct argv files = ARGV_INIT;
	size_t bytes = 0;
	struct err *err = NULL;

	for (size_t i = 0; i < round->n; i++) {
		const struct edit *edit = round->items[i]->edit;

		if (!is_open(round, round->items[i]))
			continue;
		argv_push(&files, edit->file);
		bytes += edit->action.len + edit->find.len + edit->replace.len +
			 REGION_GUESS_BYTES;
	}
	if (!files.n || !spec->wall)
		goto out;
	err = argv_err(&files);
	for (size_t i = 0; !err && i < spec->n_executors; i++)
		err = spec->wall->consent(spec->wall->ctx, &spec->executors[i],
					  argv_list(&files), (size_t)tokens_of_bytes(bytes));
	if (!err && spec->planner)
		err = spec->wall->consent(spec->wall->ctx, spec->planner, argv_list(&files),
					  (size_t)tokens_of_bytes(bytes));
out:
	argv_release(&files);
	return err;
}

struct err *round_close(struct round *round, bool *waits)
{
	struct err *err = ask_consent(round);

	*waits = false;
	for (size_t i = 0; !err && i < round->n; i++)
		if (is_open(round, round->items[i]))
			err = delegate_item(round, round->items[i]);
	if (err || !round->delegate)
		return err;
	*waits = true;
	delegate_close(round->delegate);
	return NULL;
}

/* What waits for a model that nobody may ask is not done. */
static void refuse_waiting(struct round *round)
{
	for (size_t i = 0; i < round->n; i++)
		if (round->items[i]->result.status == EDIT_WAITING)
			edit_result_set(&round->items[i]->result, EDIT_REFUSED,
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

static void set_author(struct edit_report *row, const struct delegate_row *by,
		       enum edit_status status, bool by_rule)
{
	bool done = status == EDIT_APPLIED || status == EDIT_SATISFIED;

	row->by = done ? (by_rule ? BY_RULE : BY_DIRECT) : BY_NOBODY;
	row->attempts = 1;
	if (!by)
		return;
	row->attempts = by->attempts + edit_is_direct(by->edit);
	row->ms += by->ms;
	if (done && by->endpoint)
		row->by = strcmp(by->endpoint->role, "planner") ? BY_EXECUTOR : BY_PLANNER;
}

static struct err *add_usage(void *ctx, const struct endpoint *endpoint, const char *model,
			     const struct usage *usage)
{
	return report_usage(ctx, endpoint, model, usage);
}

static struct err *report_item(const struct round *round, const struct item *item,
			       struct report *report, bool by_rule)
{
	const struct edit_result *result = &item->result;
	struct edit_report *row = report_edit(report);

	if (!row)
		return arena_err(&report->arena, "report");
	*row = (struct edit_report){
		.file = arena_dups(&report->arena, item->edit->file),
		.type = edit_kind_name(item->edit->kind),
		.rung = result->rung,
		.status = result->status,
		.ms = item->ms,
	};
	if (result->reason.len)
		row->message = arena_dup(&report->arena, str_span(&result->reason));
	if (!row->file || (result->reason.len && !row->message))
		return arena_err(&report->arena, "report");
	set_author(row, item->delegated ? delegate_row(round->delegate, item->edit) : NULL,
		   result->status, by_rule);
	return NULL;
}

struct err *round_report_usage(struct round *round, struct report *report)
{
	return round->delegate ? delegate_usage(round->delegate, add_usage, report) : NULL;
}

struct err *round_report(struct round *round, struct report *report, bool by_rule)
{
	for (size_t i = 0; i < round->n; i++) {
		struct err *err = report_item(round, round->items[i], report, by_rule);

		if (err)
			return err;
	}
	return round_report_usage(round, report);
}

void round_failures(const struct round *round, struct str *out)
{
	for (size_t i = 0; i < round->n; i++) {
		const struct edit *edit = round->items[i]->edit;
		const struct edit_result *result = &round->items[i]->result;

		if (result->status != EDIT_FAILED && result->status != EDIT_REFUSED)
			continue;
		/* The reason quotes the lines that come nearest. */
		str_addf(out, "edits[%zu] (%s of %s): %s\n", edit->index,
			 edit_kind_name(edit->kind), edit->file,
			 round->items[i]->withheld ? "failed in a file that no model is shown" :
						     result->reason.buf);
	}
}

void round_free(struct round *round)
{
	if (!round)
		return;
	delegate_free(round->delegate);
	for (size_t i = 0; i < round->n; i++) {
		edit_result_release(&round->items[i]->result);
		free(round->items[i]);
	}
	free(round->items);
	resolver_free(round->resolver);
	repo_source_free(round->source);
	free(round);
}
