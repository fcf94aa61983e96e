/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks: the project's own commands, run on a tree, one after another.
 *
 * Only git's configuration and the command line name commands; nothing in the
 * tree does. A check whose path matches no changed file is not run.
 */
#ifndef VERIFY_CHECK_H
#define VERIFY_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/events.h"
#include "base/str.h"
#include "repo/checkout.h"
#include "repo/config.h"
#include "sys/loop.h"
#include "verify/counts.h"
#include "verify/known.h"
#include "verify/sandbox.h"
#include "verify/setup.h"

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
	struct check *setup; /* what prepares a checkout: dualfix.setup */
	size_t n_setup;
};

/*
 * commands (from --verify) if there are any, else what the configuration says:
 * the values of dualfix.verify, then dualfix.check.*, each in file order. In either
 * case those of dualfix.setup, in setup.
 * ERR_CONFIG naming the key that makes no sense.
 */
struct err *check_list_make(struct check_list *out, const struct config *config,
			    const char *const *commands, size_t n_commands) MUST_USE;
void check_list_release(struct check_list *list);

/* Whether every check of list is known to pass on tree; false for an empty list. */
bool check_list_known(const struct check_list *list, struct known *known,
		      const struct oid *tree);

enum check_status {
	CHECK_NOT_RUN, /* its path matches no changed file, or an earlier one failed */
	CHECK_PASS,
	CHECK_FAIL,
	CHECK_TIMEOUT,
	CHECK_ERROR, /* it cannot run at all: exit 126, 127, not started, no network */
};

const char *check_status_name(enum check_status status);

struct check_result {
	enum check_status status;
	int exit_code;  /* 128 + n when signal n ended it */
	int64_t ms;
	struct str log; /* both streams in order; bounded, the middle left out */
	struct str why; /* of CHECK_ERROR, one line; a hint may follow "; " */
	struct test_counts tests;
	bool cached;    /* known from an earlier run on this very tree; log is empty */
	bool flaky;     /* it passed once and failed once on this tree: status is the failure's */
	bool cut_short; /* CHECK_TIMEOUT by the run's deadline, not by its own limit */
};

struct check_run_spec {
	const struct check_list *checks;
	const struct checkout *checkout; /* already moved to the tree */
	const struct sandbox *sandbox;
	const char *temp_dir;
	const char *work_tree;        /* the user's, for a hint; or NULL */
	const char *const *read_dirs; /* dualfix.sandboxRead */
	const char *const *hide_dirs; /* the user's git directories */
	const char *const *pass_env;  /* dualfix.sandboxEnv */
	int64_t deadline_ms;          /* for all of them */
	uint64_t memory_max_bytes;    /* of each; 0: most of the machine's (memory.h) */
	bool stop_at_failure;         /* the rest stay CHECK_NOT_RUN */

	/* How often each runs, at most: until it both passed and failed. 0 is 1. */
	int repeat;

	/*
	 * Where checks->setup is noted as done. It runs before the first check that
	 * does run, if it is due; when it fails, no check can run. NULL: never.
	 */
	const struct setup *setup;

	/* Passes that are known are not run again, new ones are noted. NULL: neither. */
	struct known *known;
	const struct oid *tree; /* what the checkout was moved to; needed with known */

	const struct events *events; /* each check that runs is a span there; or NULL */

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
