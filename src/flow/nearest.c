/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Of the candidates whose checks did not pass, the one that came nearest: what a later
 * round goes on from, and what the user gets to see when nothing is emitted.
 */
#include "flow/steps.h"

#include <string.h>

#include "repo/tree.h"

#define DIFF_MAX_BYTES ((size_t)64 << 20)

static bool fails(const struct check_result *result)
{
	return result->status == CHECK_FAIL || result->status == CHECK_TIMEOUT;
}

static struct nearest measure(struct run *run)
{
	const struct check_result *before = prove_results(run->before);
	const struct check_result *after = prove_results(run->after);
	struct nearest now = {
		.known = true,
		.current = true,
		.tree = run->tree,
		.last = run->landings[run->n_landings - 1],
		.n_landings = run->n_landings,
	};

	for (size_t i = 0; i < run->options.checks->n; i++) {
		bool lost = before[i].status == CHECK_PASS;

		if (!fails(&after[i]) && !verdict_fewer_tests(&before[i], &after[i]))
			continue;
		now.checks++;
		now.broken += lost;
		/* What does not come to its tests is further off than any that do. */
		if (!after[i].tests.known || !after[i].tests.failed)
			now.tests = SIZE_MAX;
		else if (now.tests != SIZE_MAX)
			now.tests += after[i].tests.failed;
	}
	return now;
}

static bool is_worse(const struct nearest *a, const struct nearest *b)
{
	if (a->broken != b->broken)
		return a->broken > b->broken;
	if (a->checks != b->checks)
		return a->checks > b->checks;
	return a->tests > b->tests;
}

bool run_has_tried(const struct run *run, const struct oid *tree)
{
	for (size_t i = 0; i < run->n_tried; i++)
		if (oid_eq(&run->tried[i], tree))
			return true;
	return false;
}

void run_put_after_away(struct run *run)
{
	struct nearest *nearest = &run->nearest;

	if (run->after && nearest->current)
		nearest->prove = run->after;
	else
		prove_free(run->after);
	run->after = NULL;
	nearest->current = false;
}

static struct err *go_back(struct run *run, const struct nearest *now, struct str *said)
{
	struct nearest *nearest = &run->nearest;

	str_adds(said, "That is the change of an earlier round, and what the checks say of it. The "
		 "last plan made things worse");
	if (now->broken > nearest->broken)
		str_adds(said, ": what passed before fails");
	else if (now->tests != SIZE_MAX)
		str_addf(said, ": %zu tests fail with it, %zu without", now->tests,
			 nearest->tests);
	str_adds(said, ", so it was taken back: the files are as the change above leaves them.\n");
	prove_free(run->after);
	run->after = nearest->prove;
	nearest->prove = NULL;
	nearest->current = true;
	run->tree = nearest->tree;
	run->report.tree = nearest->tree;
	run->n_landings = nearest->n_landings;
	run->landings[run->n_landings - 1] = nearest->last;
	return run_measure(run);
}

struct err *run_note_candidate(struct run *run, bool *worse, struct str *said)
{
	struct nearest now = measure(run);

	*worse = false;
	if (run->n_tried < TRIED_MAX)
		run->tried[run->n_tried++] = run->tree;
	if (run->nearest.known && is_worse(&now, &run->nearest)) {
		if (run->nearest.current) /* the same tree, built again */
			return NULL;
		/* Rules uncover one error after the other: more of them is no step back. */
		if (run->origin != FROM_PLANNER || !run->nearest.prove)
			return NULL;
		*worse = true;
		return go_back(run, &now, said);
	}
	prove_free(run->nearest.prove);
	run->nearest = now;
	return NULL;
}

void run_keep_candidate(struct run *run)
{
	struct report *report = &run->report;
	struct nearest *nearest = &run->nearest;
	const struct oid *tree = nearest->known ? &nearest->tree : &run->tree;
	struct str diff = STR_INIT(DIFF_MAX_BYTES);
	struct err *err;

	if (!oid_is_none(&report->commit) || report->outcome == OUTCOME_NOTHING ||
	    report->outcome == OUTCOME_PLANNED || run->options.goal != GOAL_COMMIT ||
	    oid_is_none(tree) || oid_eq(tree, &run->base_tree))
		return;
	err = repo_diff_text(run->env.repo, &run->base_tree, tree, NULL, &diff);
	if (!err)
		err = str_err(&diff, "diff");
	if (!err)
		err = record_write(run->record, CANDIDATE_FILE, str_span(&diff));
	if (!err) {
		report->candidate.kept = true;
		report->candidate.judged = nearest->known;
		report->candidate.failed_checks = nearest->checks;
		report->candidate.failed_tests = nearest->tests == SIZE_MAX ? 0 : nearest->tests;
	} else if (!err_is_signal(err)) {
		events_emit(run->env.events, EVENT_WARNING, "the candidate is not kept: %s",
			    err_text(err));
	}
	err_drop(err);
	str_release(&diff);
}
