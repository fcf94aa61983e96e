/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks: the project's own commands, run on a tree, one after another.
 */
#ifndef VERIFY_CHECK_H
#define VERIFY_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "repo/checkout.h"
#include "repo/config.h"
#include "sys/loop.h"
#include "verify/sandbox.h"

struct check {
	const char *name;    /* of dualfix.check.<name>, or NULL */
	const char *command;
	const char *path;    /* pathspec: run only if a changed file matches; or NULL */
	const char *dir;     /* where, from the root; or NULL */
	int64_t timeout_ms;
	bool network;
};

struct check_list {
	struct arena arena;
	struct check *v;
	size_t n;
};

/*
 * commands (from --verify) if there are any, else what the configuration says.
 * Several values of dualfix.verify and dualfix.check.* stand in file order.
 */
struct err *check_list_make(struct check_list *out, const struct config *config,
			    const char *const *commands, size_t n_commands) MUST_USE;
void check_list_release(struct check_list *list);

enum check_status {
	CHECK_NOT_RUN, /* its path matches no changed file */
	CHECK_PASS,
	CHECK_FAIL,
	CHECK_TIMEOUT,
	CHECK_ERROR, /* it cannot run at all: exit 126, 127, not started */
};

const char *check_status_name(enum check_status status);

struct check_result {
	enum check_status status;
	int exit_code;
	int64_t ms;
	struct str log; /* both streams in order; bounded, the middle left out */
	bool cached;    /* known from an earlier run on this very tree */
};

struct check_run_spec {
	const struct check_list *checks;
	const struct checkout *checkout; /* already moved to the tree */
	const struct sandbox *sandbox;
	const char *temp_dir;
	const char *const *read_dirs; /* dualfix.sandboxRead */
	const char *const *pass_env;  /* dualfix.sandboxEnv */
	int64_t deadline_ms;          /* for all of them */
	bool stop_at_failure;         /* the rest stay CHECK_NOT_RUN */
	/* Whether a check's path matches; NULL: all run. */
	bool (*wanted)(void *ctx, const struct check *check);
	void *wanted_ctx;
};

struct check_run;

/*
 * Starts them; done is called once with results[n] that live until check_run_free().
 * An err in done is a fault of ours; a failing check is a result.
 */
struct err *check_run_start(struct check_run **out, struct loop *loop,
			    const struct check_run_spec *spec,
			    void (*done)(void *ctx, struct err *err), void *ctx) MUST_USE;
struct check_result *check_run_results(struct check_run *run);
void check_run_free(struct check_run *run); /* kills what still runs */

#endif
