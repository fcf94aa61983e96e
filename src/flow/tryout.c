/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/tryout.h"

#include "verify/lacks.h"
#include "verify/verdict.h"

#define WHY_MAX_BYTES 1024
#define TAIL_BYTES 2000

/* The configured preparation is not the proposal's. */
static struct err *set_setup(struct check_list *list, const char *setup, int64_t timeout_ms)
{
	list->n_setup = 0;
	if (!setup)
		return NULL;
	list->setup = arena_array(&list->arena, 1, sizeof(*list->setup));
	if (!list->setup)
		return arena_err(&list->arena, "checks");
	list->setup[list->n_setup++] = (struct check){
		.command = setup, .timeout_ms = timeout_ms, .network = true,
	};
	return NULL;
}

/* A pass that shows no test to have run may be that of a script that goes on regardless. */
static bool passes(struct tryout *out, const struct proposal *proposal,
		   const struct check_result *result)
{
	if (out->tests)
		return true;
	if (proposal->strength <= PROPOSAL_TESTS_AGAIN && result->tests.known) {
		str_adds(&out->why, "it finds no tests");
		return false;
	}
	return !log_names_no_program(str_span(&result->log), &out->why);
}

static void judge(struct tryout *out, const struct proposal *proposal,
		  const struct check_result *result)
{
	struct span log = str_span(&result->log);

	out->ms = result->ms;
	out->tests = result->tests.known ? result->tests.run : 0;
	switch (result->status) {
	case CHECK_PASS:
		out->verdict = passes(out, proposal, result) ? TRYOUT_PASSES : TRYOUT_LACKS;
		return;
	case CHECK_FAIL:
		out->verdict = TRYOUT_FAILS;
		/* Tests that passed were not kept from running. */
		if (out->tests <= result->tests.failed && log_names_lack(log, &out->why))
			out->verdict = TRYOUT_LACKS;
		verdict_tail(log, TAIL_BYTES, &out->tail);
		return;
	case CHECK_TIMEOUT:
		out->verdict = TRYOUT_SLOW;
		str_adds(&out->why, "no end within its time; dualfix.verifyTimeout gives more");
		verdict_tail(log, TAIL_BYTES, &out->tail);
		return;
	default:
		out->verdict = TRYOUT_LACKS;
		str_adds(&out->why, result->why.len ? result->why.buf : "it did not run");
		verdict_tail(log, TAIL_BYTES, &out->tail);
	}
}

struct err *tryout_run(struct tryout *out, const struct verify_spec *spec,
		       const struct proposal *proposal, const struct oid *commit)
{
	const char *const commands[] = { proposal->check };
	struct verify_spec trial = *spec;
	struct check_list checks = { 0 };
	struct verification v = { 0 };
	struct err *err;

	*out = (struct tryout){ .verdict = TRYOUT_LACKS };
	str_init(&out->why, WHY_MAX_BYTES);
	str_init(&out->tail, TAIL_BYTES + 256);
	err = check_list_make(&checks, repo_config(spec->repo), commands, 1);
	if (!err)
		err = set_setup(&checks, proposal->setup, spec->timeout_ms);
	trial.checks = &checks;
	if (!err)
		err = verify_commit(&v, &trial, commit);
	/* A pass that is only known, by no test, has left no log to be doubted. */
	if (!err && v.results[0].cached && !v.results[0].tests.run) {
		verification_release(&v);
		trial.afresh = true;
		err = verify_commit(&v, &trial, commit);
	}
	if (!err)
		judge(out, proposal, &v.results[0]);
	verification_release(&v);
	check_list_release(&checks);
	return err;
}

void tryout_release(struct tryout *tryout)
{
	str_release(&tryout->why);
	str_release(&tryout->tail);
	*tryout = (struct tryout){ 0 };
}
