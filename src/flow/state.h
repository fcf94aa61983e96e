/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a stopped run needs to go on: state.json of its record, written anew at each
 * step that cost something, and the files that it speaks of:
 *
 *	issue       the issue as it came; wish: what an amending run was asked for
 *	given-N     the N-th plan that the user gave
 *	plan-N.json the plan of the N-th round, as it was applied
 *	answer-N.json
 *	            what the planner said, the N-th time: {"tree": that the question was
 *	            about, "round": whose plan it is, "answer", "plan": JSON as a string}
 *
 * Everything else of a run is computed again: checks run again (passes are known by
 * tree), rules and direct edits give the same. An answer counts only where the
 * question is about the same tree, in the same round; from the first that does not fit,
 * the planner is asked.
 *
 *	{"version":1, "command", "args":[], "base", "failing", "given":n, "address",
 *	 "in_reply_to", "amends", "usage":[{"role","model",
 *	 "endpoint","requests","prompt_tokens","cached_tokens","completion_tokens","usd",
 *	 "estimated"}], "edited", "branch", "commit"}
 *
 * branch and commit are there from just before the branch is made.
 */
#ifndef FLOW_STATE_H
#define FLOW_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/span.h"
#include "flow/report.h"
#include "repo/repo.h"

#define STATE_FILE "state.json"
#define STATE_MAX_BYTES ((size_t)4 << 20)

struct state {
	struct arena arena; /* of what state_decode() fills in */
	const char *command;
	const char *const *args; /* NULL-terminated: the command line after its name */
	struct oid base;
	bool failing;
	size_t n_given;
	const char *address, *in_reply_to; /* of the issue; NULL: none */
	const char *amends;      /* id of the run; NULL: none */
	struct usage_report *usage;
	size_t n_usage;
	bool edited;             /* the user has seen the plan in the editor */
	const char *branch;      /* NULL: not made yet */
	struct oid commit;
};

void state_init(struct state *state);
void state_release(struct state *state);

void state_encode(const struct state *state, struct jsonw *w);

/* state is initialised. ERR_INPUT for what state_encode() does not write. */
struct err *state_decode(struct state *state, struct span json) MUST_USE;

#endif
