/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks run on one commit, with nothing changed: what `git dualfix verify` and
 * the pre-push hook do.
 */
#ifndef FLOW_VERIFY_H
#define FLOW_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "flow/prove.h"
#include "repo/repo.h"
#include "verify/check.h"

struct verify_spec {
	struct loop *loop;
	struct repo *repo;
	const struct check_list *checks;
	const char *sandbox;
	bool clean;  /* in a checkout made anew */
	bool afresh; /* a pass that is known is run all the same */
	const char *const *sandbox_read;
	const char *const *sandbox_env;
	const char *const *overlay;
	int64_t expire_s;
	int64_t timeout_ms; /* for all of them together */
	int repeat;         /* how often each runs */
};

struct verification {
	struct prove *prove;
	struct check_result *results; /* one for each check; NULL before it ran */
	size_t n;
	int64_t ms;
};

/*
 * Runs them on commit, turning the loop. The results stay until verification_release().
 * An err is a fault of ours, or a sandbox that does not work.
 */
struct err *verify_commit(struct verification *out, const struct verify_spec *spec,
			  const struct oid *commit) MUST_USE;

/*
 * Whether all of them are known to have passed on the commit's tree, in a box that
 * spec->sandbox would take: nothing is started to find that out.
 */
struct err *verify_is_known(const struct verify_spec *spec, const struct oid *commit,
			    bool *known) MUST_USE;

void verification_release(struct verification *v);

/* CHECK_PASS if all passed; else the worst: CHECK_ERROR, CHECK_FAIL, CHECK_TIMEOUT, ... */
enum check_status verification_status(const struct verification *v);

#endif
