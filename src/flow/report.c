/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/report.h"

#include <string.h>

#define REPORT_MAX_BYTES ((size_t)256 << 20)

static const char *const author_names[] = {
	[BY_NOBODY] = NULL,        [BY_DIRECT] = "direct", [BY_EXECUTOR] = "executor",
	[BY_PLANNER] = "planner", [BY_RULE] = "rule",
};

void report_init(struct report *report)
{
	*report = (struct report){ .outcome = OUTCOME_ERROR };
	arena_init(&report->arena, REPORT_MAX_BYTES);
}

void report_release(struct report *report)
{
	arena_release(&report->arena);
}

struct edit_report *report_edit(struct report *report)
{
	if (report->n_edits == report->cap_edits) {
		size_t cap = report->cap_edits ? report->cap_edits * 2 : 32;
		struct edit_report *grown = arena_array(&report->arena, cap, sizeof(*grown));

		if (!grown)
			return NULL;
		if (report->n_edits)
			memcpy(grown, report->edits, report->n_edits * sizeof(*grown));
		report->edits = grown;
		report->cap_edits = cap;
	}
	return &report->edits[report->n_edits++];
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* A server may give itself another name each time: those past the end are others. */
static struct usage_report *usage_row(struct report *report, const char *role,
				      const char *model, const char *host)
{
	struct usage_report *row = report->usage;

	for (size_t i = 0; i < report->n_usage; i++, row++)
		if (same_text(row->role, role) && same_text(row->model, model) &&
		    same_text(row->endpoint, host))
			return row;
	if (report->n_usage == REPORT_ROLES_MAX)
		return row - 1;
	*row = (struct usage_report){ role, model, host, { 0 } };
	if (++report->n_usage == REPORT_ROLES_MAX)
		*row = (struct usage_report){ role, REPORT_OTHERS, REPORT_OTHERS, { 0 } };
	return row;
}

struct err *report_usage(struct report *report, const struct endpoint *endpoint,
			 const char *model, const struct usage *usage)
{
	struct usage_report *row;
	size_t n = report->n_usage;

	if (!model || !*model)
		model = endpoint->model;
	row = usage_row(report, endpoint->role, model, endpoint->host);
	if (report->n_usage > n) { /* its names are the caller's still */
		row->model = arena_dups(&report->arena, row->model);
		row->endpoint = arena_dups(&report->arena, row->endpoint);
	}
	if (!row->model || !row->endpoint) {
		report->n_usage = n;
		return arena_err(&report->arena, "report");
	}
	usage_add(&row->usage, usage);
	return NULL;
}

struct usage report_usage_sum(const struct report *report)
{
	struct usage sum = { 0 };

	for (size_t i = 0; i < report->n_usage; i++)
		usage_add(&sum, &report->usage[i].usage);
	return sum;
}

void report_error(struct report *report, const struct err *err)
{
	const char *hint = err_hint_text(err);

	report->error.code = err_kind_name(err_kind(err));
	report->error.message = arena_dups(&report->arena, err_text(err));
	report->error.hint = hint ? arena_dups(&report->arena, hint) : NULL;
}

static struct check_side side_of(const struct check_result *result)
{
	return (struct check_side){ result->status, result->exit_code, result->ms,
				    result->tests, result->flaky };
}

struct err *report_set_checks(struct report *report, const struct check_list *checks,
			      const struct check_result *before,
			      const struct check_result *after)
{
	if (!report->checks)
		report->checks = arena_array(&report->arena, checks->n, sizeof(*report->checks));
	if (!report->checks)
		return arena_err(&report->arena, "report");
	report->n_checks = checks->n;
	for (size_t i = 0; i < checks->n; i++) {
		struct check_report *row = &report->checks[i];

		row->command = arena_dups(&report->arena, checks->v[i].command);
		if (!row->command)
			return arena_err(&report->arena, "report");
		row->has_before = before != NULL;
		row->has_after = after != NULL;
		if (before)
			row->before = side_of(&before[i]);
		if (after)
			row->after = side_of(&after[i]);
	}
	return NULL;
}

void report_set_sandbox(struct report *report, const struct sandbox *sandbox)
{
	report->sandbox.kind = sandbox_name(sandbox->kind);
	report->sandbox.n_limits = sandbox_limits(sandbox, report->sandbox.limits);
}

int outcome_exit_code(enum outcome outcome, enum outcome accept)
{
	if (outcome == OUTCOME_PLANNED)
		return 0;
	if (!outcome_emits(outcome))
		return 1;
	return outcome_at_least(outcome, accept) ? 0 : 5;
}

void encode_oid(struct jsonw *w, const char *key, const struct oid *oid)
{
	jsonw_kv_text(w, key, oid_is_none(oid) ? NULL : oid->hex);
}

static void encode_edits(const struct report *report, struct jsonw *w)
{
	jsonw_key(w, "edits");
	jsonw_array(w);
	for (size_t i = 0; i < report->n_edits; i++) {
		const struct edit_report *row = &report->edits[i];

		jsonw_object(w);
		jsonw_kv_text(w, "file", row->file);
		jsonw_kv_text(w, "type", row->type);
		jsonw_kv_text(w, "by", author_names[row->by]);
		jsonw_kv_text(w, "rung", row->rung);
		jsonw_kv_text(w, "status", edit_status_name(row->status));
		jsonw_kv_int(w, "attempts", row->attempts);
		jsonw_kv_int(w, "ms", row->ms);
		if (row->message)
			jsonw_kv_text(w, "message", row->message);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void encode_side(struct jsonw *w, const char *key, bool has,
			const struct check_side *side)
{
	jsonw_key(w, key);
	if (!has || side->status == CHECK_NOT_RUN) {
		jsonw_null(w);
		return;
	}
	jsonw_object(w);
	jsonw_kv_text(w, "status", check_status_name(side->status));
	jsonw_kv_int(w, "exit", side->exit_code);
	jsonw_kv_int(w, "ms", side->ms);
	if (side->flaky)
		jsonw_kv_bool(w, "flaky", true);
	if (side->tests.known) {
		jsonw_key(w, "tests");
		jsonw_object(w);
		jsonw_kv_int(w, "run", (int64_t)side->tests.run);
		jsonw_kv_int(w, "failed", (int64_t)side->tests.failed);
		jsonw_kv_int(w, "skipped", (int64_t)side->tests.skipped);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void encode_checks(const struct report *report, struct jsonw *w)
{
	jsonw_key(w, "verification");
	jsonw_array(w);
	for (size_t i = 0; i < report->n_checks; i++) {
		const struct check_report *row = &report->checks[i];

		jsonw_object(w);
		jsonw_kv_text(w, "command", row->command);
		encode_side(w, "before", row->has_before, &row->before);
		encode_side(w, "after", row->has_after, &row->after);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void encode_hunks(const struct report *report, struct jsonw *w)
{
	if (!report->hunks.tried)
		return;
	jsonw_key(w, "hunks");
	jsonw_object(w);
	jsonw_kv_int(w, "tried", (int64_t)report->hunks.tried);
	jsonw_kv_int(w, "needed", (int64_t)report->hunks.needed);
	jsonw_key(w, "idle");
	jsonw_array(w);
	for (size_t i = 0; i < report->hunks.n_idle; i++) {
		jsonw_object(w);
		jsonw_kv_text(w, "file", report->hunks.idle[i].file);
		jsonw_kv_int(w, "line", (int64_t)report->hunks.idle[i].line);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_kv_bool(w, "removed", report->hunks.removed);
	jsonw_end(w);
}

static void encode_candidate(const struct report *report, struct jsonw *w)
{
	if (!report->candidate.kept)
		return;
	jsonw_key(w, "candidate");
	jsonw_object(w);
	jsonw_kv_text(w, "diff", CANDIDATE_FILE);
	if (report->candidate.judged) {
		jsonw_kv_int(w, "failed_checks", (int64_t)report->candidate.failed_checks);
		jsonw_kv_int(w, "failed_tests", (int64_t)report->candidate.failed_tests);
	}
	jsonw_end(w);
}

static void encode_sandbox(const struct report *report, struct jsonw *w)
{
	if (!report->sandbox.kind)
		return;
	jsonw_key(w, "sandbox");
	jsonw_object(w);
	jsonw_kv_text(w, "kind", report->sandbox.kind);
	jsonw_key(w, "limits");
	jsonw_array(w);
	for (size_t i = 0; i < report->sandbox.n_limits; i++)
		jsonw_text(w, report->sandbox.limits[i]);
	jsonw_end(w);
	jsonw_end(w);
}

/* In units that no price is finer than; sums of doubles trail odd digits. */
static void encode_usd(const char *key, double usd, struct jsonw *w)
{
	jsonw_key(w, key);
	if (usd < 0)
		jsonw_null(w);
	else
		jsonw_real(w, (double)(int64_t)(usd * 1e9 + 0.5) / 1e9);
}

void encode_usage_counts(struct jsonw *w, const struct usage_report *row)
{
	jsonw_kv_text(w, "role", row->role);
	jsonw_kv_text(w, "model", row->model);
	jsonw_kv_text(w, "endpoint", row->endpoint);
	jsonw_kv_int(w, "requests", row->usage.requests);
	jsonw_kv_int(w, "prompt_tokens", row->usage.prompt_tokens);
	jsonw_kv_int(w, "cached_tokens", row->usage.cached_tokens);
	jsonw_kv_int(w, "completion_tokens", row->usage.completion_tokens);
}

static void encode_usage(const struct report *report, struct jsonw *w)
{
	jsonw_key(w, "usage");
	jsonw_array(w);
	for (size_t i = 0; i < report->n_usage; i++) {
		const struct usage_report *row = &report->usage[i];

		jsonw_object(w);
		encode_usage_counts(w, row);
		encode_usd("usd", row->usage.usd, w);
		if (row->usage.estimated)
			jsonw_kv_bool(w, "estimated", true);
		jsonw_kv_int(w, "cache_hits", row->usage.hits);
		jsonw_kv_int(w, "cache_misses", row->usage.misses);
		encode_usd("cache_saved_usd", row->usage.saved_usd, w);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void encode_ahead(const struct ahead_figures *ahead, struct jsonw *w)
{
	if (!ahead->read && !ahead->edited)
		return;
	jsonw_key(w, "ahead");
	jsonw_object(w);
	jsonw_kv_int(w, "read", (int64_t)ahead->read);
	jsonw_kv_int(w, "edited", (int64_t)ahead->edited);
	jsonw_kv_int(w, "ready", (int64_t)ahead->ready);
	jsonw_key(w, "saved_ms");
	jsonw_real(w, (double)ahead->saved_us / 1000);
	jsonw_end(w);
}

static void encode_timings(const struct timings *t, struct jsonw *w)
{
	jsonw_key(w, "timings");
	jsonw_object(w);
	jsonw_kv_int(w, "context_ms", t->context_ms);
	jsonw_kv_int(w, "plan_ms", t->plan_ms);
	jsonw_kv_int(w, "edit_ms", t->edit_ms);
	jsonw_kv_int(w, "verify_ms", t->verify_ms);
	jsonw_kv_int(w, "publish_ms", t->publish_ms);
	jsonw_kv_int(w, "total_ms", t->total_ms);
	jsonw_end(w);
}

void report_encode(const struct report *report, struct jsonw *w)
{
	jsonw_object(w);
	jsonw_kv_int(w, "version", 1);
	jsonw_kv_text(w, "run", report->run);
	if (report->amends)
		jsonw_kv_text(w, "amends", report->amends);
	if (report->title)
		jsonw_kv_text(w, "title", report->title);
	jsonw_kv_text(w, "outcome", outcome_name(report->outcome));
	jsonw_kv_int(w, "exit", report->exit_code);
	encode_oid(w, "base", &report->base);
	encode_oid(w, "commit", &report->commit);
	encode_oid(w, "tree", &report->tree);
	jsonw_kv_text(w, "branch", report->branch);
	jsonw_key(w, "patches");
	jsonw_array(w);
	for (size_t i = 0; i < report->n_patches; i++)
		jsonw_text(w, report->patches[i]);
	jsonw_end(w);
	jsonw_key(w, "plan");
	if (report->plan_json)
		jsonw_raw(w, span_of(report->plan_json));
	else
		jsonw_null(w);
	encode_edits(report, w);
	encode_checks(report, w);
	encode_hunks(report, w);
	encode_candidate(report, w);
	encode_sandbox(report, w);
	encode_usage(report, w);
	encode_ahead(&report->ahead, w);
	encode_timings(&report->timings, w);
	if (report->error.code) {
		jsonw_key(w, "error");
		jsonw_object(w);
		jsonw_kv_text(w, "code", report->error.code);
		jsonw_kv_text(w, "message", report->error.message);
		jsonw_kv_text(w, "hint", report->error.hint);
		jsonw_end(w);
	}
	jsonw_end(w);
}
