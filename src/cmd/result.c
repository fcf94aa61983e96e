/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/result.h"

#include <inttypes.h>
#include <string.h>

#include "base/jsonw.h"

#define RESULT_MAX_BYTES ((size_t)512 << 20)
#define COMMAND_SHOWN_MAX 60

static struct err *print_json(const struct report *report)
{
	struct str text = STR_INIT(RESULT_MAX_BYTES);
	struct jsonw w;
	struct err *err;

	jsonw_init(&w, &text, false);
	report_encode(report, &w);
	str_addc(&text, '\n');
	err = str_err(&text, "report");
	if (!err)
		err = terminal_out(str_span(&text), false);
	str_release(&text);
	return err;
}

static struct err *print_names(const struct report *report)
{
	struct str text = STR_INIT(RESULT_MAX_BYTES);
	struct err *err;

	if (report->branch)
		str_addf(&text, "%s %s\n", report->branch, report->commit.hex);
	for (size_t i = 0; i < report->n_patches; i++)
		str_addf(&text, "%s\n", report->patches[i]);
	err = str_err(&text, "output");
	if (!err)
		err = terminal_out(str_span(&text), true);
	str_release(&text);
	return err;
}

struct err *result_print(struct session *s, const struct run *run)
{
	const struct report *report = run_report(run);

	if (s->settings.json)
		return print_json(report);
	if (s->settings.diff || s->settings.to_stdout || report->outcome == OUTCOME_PLANNED)
		return terminal_out(run_output(run), false);
	return print_names(report);
}

static void add_money(const struct usage *sum, struct str *out)
{
	if (sum->hits)
		str_addf(out, ", %" PRId64 " answer%s from the cache", sum->hits,
			 sum->hits == 1 ? "" : "s");
	if (!sum->requests)
		return;
	if (sum->usd < 0)
		str_adds(out, ", cost unknown");
	else if (sum->usd > 0)
		str_addf(out, ", $%.3g", sum->usd);
}

/* "3 files, +9 -4, 8 s, $0.004" */
static void add_figures(const struct report *report, struct str *out)
{
	const struct usage sum = report_usage_sum(report);
	size_t hunks = report->hunks.tried -
		       (report->hunks.removed ? report->hunks.n_idle : 0);
	int64_t ms = report->timings.total_ms;

	str_addf(out, "%zu file%s, +%zu -%zu, ", report->files, report->files == 1 ? "" : "s",
		 report->added, report->removed);
	/* That the only hunk is needed goes without saying: the checks fail without it. */
	if (hunks > 1 || hunks > report->hunks.needed)
		str_addf(out, "%zu of %zu hunks needed, ", report->hunks.needed, hunks);
	if (ms < 10000)
		str_addf(out, "%.1f s", (double)ms / 1000);
	else
		str_addf(out, "%" PRId64 " s", ms / 1000);
	add_money(&sum, out);
}

static bool fails(const struct check_side *side)
{
	return side->status == CHECK_FAIL || side->status == CHECK_TIMEOUT;
}

/* The one check that says most about the outcome. */
static const struct check_report *telling_check(const struct report *report)
{
	const struct check_report *hit = report->n_checks ? &report->checks[0] : NULL;

	for (size_t i = 0; i < report->n_checks; i++) {
		const struct check_report *row = &report->checks[i];

		if (row->has_after && fails(&row->after))
			return row;
		if (row->has_before && fails(&row->before) && !fails(&hit->before))
			hit = row;
	}
	return hit;
}

static void say_check(const struct report *report, struct str *out)
{
	const struct check_report *row = telling_check(report);
	const char *before = row && row->has_before ?
		check_status_name(row->before.status) : "not run";
	const char *after = row && row->has_after ? check_status_name(row->after.status) : NULL;
	size_t n = row ? strlen(row->command) : 0;

	if (!row)
		return;
	str_addf(out, "'%.*s%s' ", n > COMMAND_SHOWN_MAX ? COMMAND_SHOWN_MAX : (int)n,
		 row->command, n > COMMAND_SHOWN_MAX ? "..." : "");
	switch (report->outcome) {
	case OUTCOME_FIXED:
		str_adds(out, "failed before, passes now");
		break;
	case OUTCOME_HELD:
		str_addf(out, "passed %s: not shown to fix anything",
			 row->before.flaky ? "and failed before" : "before and after");
		break;
	case OUTCOME_UNFIXED:
		str_adds(out, "still fails");
		break;
	case OUTCOME_BROKEN:
		str_adds(out, "passed before, fails now");
		break;
	case OUTCOME_IMPROVED:
		str_adds(out, "still fails, in fewer tests");
		if (row->before.tests.known && row->after.tests.known)
			str_addf(out, ": %zu failed before, %zu now", row->before.tests.failed,
				 row->after.tests.failed);
		break;
	case OUTCOME_NOTHING:
		str_adds(out, row->before.status == CHECK_PASS ? "passes" : before);
		break;
	default:
		str_addf(out, "%s before", before);
		if (after)
			str_addf(out, ", %s after", after);
	}
	if (report->n_checks > 1)
		str_addf(out, ", of %zu checks", report->n_checks);
	if (row->before.flaky || row->after.flaky)
		str_adds(out, "; it is flaky");
}

static void tell_edits(struct session *s, const struct report *report)
{
	for (size_t i = 0; i < report->n_edits; i++) {
		const struct edit_report *row = &report->edits[i];
		bool good = row->status == EDIT_APPLIED || row->status == EDIT_SATISFIED;

		if (good && !s->settings.verbose)
			continue;
		if (row->message && *row->message && !good) {
			terminal_warning(&s->terminal, "%s %s: %s", row->type, row->file,
					 edit_status_name(row->status));
			terminal_block(&s->terminal, "  ", span_of(row->message));
		} else if (s->settings.verbose) {
			terminal_note(&s->terminal, "%s %s: %s%s%s", row->type, row->file,
				      edit_status_name(row->status), row->rung ? ", " : "",
				      row->rung ? row->rung : "");
		}
	}
}

/* take and drop mean the newest run unless told; a line that fits can be read. */
static void tell_next(struct session *s, const struct run *run, bool alone)
{
	const struct report *report = run_report(run);
	const struct err *error = run_error(run);
	const char *hint = error ? err_hint_text(error) : NULL;

	/* It was said with the error. */
	if (report->run && hint && strstr(hint, report->run))
		return;
	if (report->branch && alone)
		terminal_hint(&s->terminal, "git show %s; git dualfix take; git dualfix drop",
			      report->branch);
	else if (report->branch)
		terminal_hint(&s->terminal, "git show %s; git dualfix take %s; git dualfix drop %s",
			      report->branch, report->run, report->run);
	else if (run_is_resumable(run))
		terminal_hint(&s->terminal, "%sgit dualfix resume %s",
			      !hint && err_kind(error) == ERR_SERVICE ?
			      "git dualfix doctor; " : "", report->run);
	else if (report->run && report->outcome != OUTCOME_NOTHING &&
		 report->outcome != OUTCOME_PLANNED)
		terminal_hint(&s->terminal, "git dualfix show %s", report->run);
}

static void tell_candidate(struct session *s, const struct report *report)
{
	struct str how = STR_INIT(256);

	if (!report->candidate.kept || report->exit_code != 1)
		return;
	if (report->candidate.judged && report->candidate.failed_tests)
		str_addf(&how, ", where %zu test%s,", report->candidate.failed_tests,
			 report->candidate.failed_tests == 1 ? " fails" : "s fail");
	else if (report->candidate.judged)
		str_addf(&how, ", where %zu check%s,", report->candidate.failed_checks,
			 report->candidate.failed_checks == 1 ? " fails" : "s fail");
	terminal_note(&s->terminal, "what came nearest%s is kept as a diff", how.buf);
	str_release(&how);
}

void result_tell(struct session *s, const struct run *run, bool alone)
{
	const struct report *report = run_report(run);
	const struct err *error = run_error(run);
	struct str line = STR_INIT(8192);
	bool emitted = outcome_emits(report->outcome);
	int good = report->outcome == OUTCOME_FIXED ? 1 : emitted ? 0 : -1;

	terminal_clear(&s->terminal);
	/* The command ends with this error, too, and says so. */
	if (err_is_signal(error))
		return;
	/* The reasons first: the last lines are what is read. */
	tell_edits(s, report);
	if (error)
		terminal_error(&s->terminal, error);
	if (report->survives)
		terminal_warning(&s->terminal, "%s", report->survives);
	if (!error && report->outcome != OUTCOME_PLANNED) {
		if (report->outcome == OUTCOME_NOTHING)
			str_adds(&line, report->n_edits ? "what the plan wants is there already" :
				 report->n_checks ? "no check fails" : "the plan has no edits");
		else
			say_check(report, &line);
		if (report->outcome != OUTCOME_NOTHING && (emitted || report->files)) {
			str_adds(&line, line.len ? " (" : "no check ran (");
			add_figures(report, &line);
			str_addc(&line, ')');
		}
		terminal_verdict(&s->terminal, good, outcome_name(report->outcome), line.buf);
	}
	tell_candidate(s, report);
	if (!error || report->run)
		tell_next(s, run, alone);
	str_release(&line);
}
