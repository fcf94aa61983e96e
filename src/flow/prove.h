/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: the checks, run on one tree.
 *
 * The checkout is moved to the tree, then the checks run one after another, with
 * an empty folder beside it for their temporary files, which is gone when they end.
 * Two proofs of one checkout must not overlap.
 */
#ifndef FLOW_PROVE_H
#define FLOW_PROVE_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "repo/checkout.h"
#include "repo/record.h"
#include "repo/repo.h"
#include "verify/check.h"
#include "verify/known.h"
#include "verify/sandbox.h"

struct prove_spec {
	struct loop *loop;
	struct repo *repo;
	struct checkout *checkout;
	const struct check_list *checks;
	const struct sandbox *sandbox;
	const struct oid *tree; /* what is checked */
	const struct oid *head; /* what HEAD is in there: the base commit */
	const char *const *read_dirs;
	const char *const *hide_dirs; /* the user's git folders */
	const char *const *pass_env;
	const struct events *events; /* or NULL */
	struct known *known; /* passes of earlier runs; NULL: every check runs */
	int64_t deadline_ms;
	const char *const *changed; /* paths that differ from the base; NULL: all checks run */
	size_t n_changed;
	int repeat; /* as in struct check_run_spec */
};

struct prove;

/* Not from a callback: it moves the checkout first. done is called once. */
struct err *prove_start(struct prove **out, const struct prove_spec *spec,
			void (*done)(void *ctx, struct err *err), void *ctx) MUST_USE;

/* checks->n results, once done. */
struct check_result *prove_results(struct prove *prove);
int64_t prove_ms(const struct prove *prove);
void prove_free(struct prove *prove);

/* Keeps the logs as <prefix>-1.log, ... beside the record. */
struct err *prove_keep_logs(struct prove *prove, struct record *record,
			    const char *prefix) MUST_USE;

#endif
