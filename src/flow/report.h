/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run did: the one record that the terminal line, the JSON report, the
 * log and the commit message are written from.
 *
 * Strings live in the report's arena. Figures: milliseconds, tokens, USD.
 */
#ifndef FLOW_REPORT_H
#define FLOW_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "edit/result.h"
#include "flow/ahead.h"
#include "model/budget.h"
#include "model/endpoint.h"
#include "repo/repo.h"
#include "verify/check.h"
#include "verify/counts.h"
#include "verify/sandbox.h"
#include "verify/verdict.h"

enum edit_author { BY_NOBODY, BY_DIRECT, BY_EXECUTOR, BY_PLANNER, BY_RULE };

struct edit_report {
	const char *file;
	const char *type;
	enum edit_author by;
	const char *rung; /* NULL: none */
	enum edit_status status;
	int attempts;
	int64_t ms;
	const char *message; /* why not; NULL: nothing to say */
};

struct check_report {
	const char *command;
	bool has_before, has_after;
	struct check_side {
		enum check_status status;
		int exit_code;
		int64_t ms;
		struct test_counts tests;
		bool flaky; /* it passed and it failed, on one tree */
	} before, after;
};

struct usage_report {
	const char *role;
	const char *model;
	const char *endpoint; /* its host, with a port if it has one of its own */
	struct usage usage;
};

/* A hunk that the checks do not need: where it is in the result. */
struct idle_report {
	const char *file;
	size_t line;
};

struct timings {
	int64_t context_ms, plan_ms, edit_ms, verify_ms, publish_ms, total_ms;
};

#define CANDIDATE_FILE "candidate.diff"

/* Rows of usage. What comes beyond goes into the last one, with OTHERS for names. */
#define REPORT_ROLES_MAX 256
#define REPORT_OTHERS "others"

struct report {
	struct arena arena;
	const char *run; /* id of the record */
	enum outcome outcome;
	int exit_code;
	struct oid base, commit, tree;
	const char *amends;   /* id of the run that this one goes on from; NULL: none */
	const char *title;    /* of the issue, one line; NULL: none */
	const char *branch;   /* NULL: none was made */
	const char **patches; /* file names, n_patches of them */
	size_t n_patches;
	const char *plan_json; /* the plan, or the last one of several; NULL: none */
	struct edit_report *edits;
	size_t n_edits, cap_edits;
	struct check_report *checks;
	size_t n_checks;
	struct {
		const char *kind; /* NULL: no check was to run */
		const char *limits[SANDBOX_LIMITS_MAX];
		size_t n_limits;
	} sandbox;
	struct usage_report usage[REPORT_ROLES_MAX];
	size_t n_usage;
	struct timings timings;
	struct ahead_figures ahead; /* all zero: no plan was followed as it came */
	size_t files, added, removed; /* of the result against the base */
	struct {
		size_t tried, needed; /* 0 tried: it was not looked for */
		struct idle_report *idle;
		size_t n_idle;
		bool removed;
	} hunks;
	struct {
		bool kept; /* CANDIDATE_FILE of the record */
		bool judged;
		size_t failed_checks, failed_tests;
	} candidate; /* what came nearest, where nothing is emitted */
	const char *survives;  /* what of the patch does not survive git am; NULL: all does */
	struct {
		const char *code, *message, *hint; /* code NULL: no error */
	} error;
};

void report_init(struct report *report);
void report_release(struct report *report);

/* Adds a row and gives it out; NULL when there is no memory. */
struct edit_report *report_edit(struct report *report);

/* Adds the usage of one exchange to the row of its role, model and endpoint. */
struct err *report_usage(struct report *report, const struct endpoint *endpoint,
			 const char *model, const struct usage *usage) MUST_USE;

/* The usage of all roles together. */
struct usage report_usage_sum(const struct report *report);

/* Copies err into the report; err stays the caller's. */
void report_error(struct report *report, const struct err *err);

/* What the checks run in, and what it cannot promise. */
void report_set_sandbox(struct report *report, const struct sandbox *sandbox);

/* The exit status that outcome stands for when accept is the weakest that counts. */
int outcome_exit_code(enum outcome outcome, enum outcome accept);

/* Fills the rows of the checks; before and after may be NULL. */
struct err *report_set_checks(struct report *report, const struct check_list *checks,
			      const struct check_result *before,
			      const struct check_result *after) MUST_USE;

/* Members that state.json (flow/state.h) has too. An oid of none is null. */
void encode_oid(struct jsonw *w, const char *key, const struct oid *oid);
void encode_usage_counts(struct jsonw *w, const struct usage_report *row);

/* The report as one JSON object, version 1 (REPORT in git-dualfix(1)). */
void report_encode(const struct report *report, struct jsonw *w);

#endif
