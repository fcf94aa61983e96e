/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix verify: the checks, on a commit as it is.
 */
#include "cmd/command.h"

#include "base/jsonw.h"
#include "cmd/run.h"
#include "flow/verify.h"

#define REPORT_MAX_BYTES ((size_t)16 << 20)
#define TAIL_BYTES 4000

static struct err *print_json(const struct check_list *checks, const struct verification *v,
			      const struct oid *commit, enum check_status status)
{
	struct report report;
	struct str text = STR_INIT(REPORT_MAX_BYTES);
	struct jsonw w;
	struct err *err;

	report_init(&report);
	report.base = *commit;
	report.outcome = status == CHECK_PASS	 ? OUTCOME_HELD :
			 status == CHECK_NOT_RUN ? OUTCOME_UNVERIFIED :
			 status == CHECK_ERROR	 ? OUTCOME_ERROR :
						   OUTCOME_UNFIXED;
	report.exit_code = status == CHECK_PASS ? 0 : status == CHECK_ERROR ? 3 : 1;
	report.timings.verify_ms = report.timings.total_ms = v->ms;
	err = report_set_checks(&report, checks, v->results, NULL);
	jsonw_init(&w, &text, false);
	report_encode(&report, &w);
	str_addc(&text, '\n');
	if (!err)
		err = str_err(&text, "report");
	if (!err)
		err = terminal_out(str_span(&text), false);
	str_release(&text);
	report_release(&report);
	return err;
}

static void tell(struct session *s, const struct check *check,
		 const struct check_result *result)
{
	struct str line = STR_INIT(8192), tail = STR_INIT(TAIL_BYTES + 256);
	int good = result->status == CHECK_PASS ? 1 : -1;

	str_addf(&line, "'%s' (%.1f s%s)", check->command, (double)result->ms / 1000,
		 result->cached ? ", known from an earlier run" : "");
	if (result->flaky)
		str_adds(&line, ": flaky, it passed on this tree, too");
	if (result->why.len)
		str_addf(&line, ": %s", result->why.buf);
	terminal_verdict(&s->terminal, good, check_status_name(result->status), line.buf);
	if (s->settings.verbose) {
		terminal_block(&s->terminal, "  ", str_span(&result->log));
	} else if (good < 0 && !s->settings.quiet) {
		verdict_tail(str_span(&result->log), TAIL_BYTES, &tail);
		/* The reason may be all there is. */
		if (!span_eq(span_trim(str_span(&tail)), str_span(&result->why)))
			terminal_block(&s->terminal, "  ", str_span(&tail));
	}
	str_release(&line);
	str_release(&tail);
}

struct err *cmd_verify(struct session *s, int *exit_code)
{
	const struct settings *set = &s->settings;
	struct check_list checks = { 0 };
	struct verification v = { 0 };
	struct verify_spec spec = session_verify_spec(s, &checks, set->timeout_s * 1000);
	enum check_status status;
	struct oid commit;
	struct err *err;

	spec.clean = set->clean;
	spec.repeat = (int)set->repeat;
	if (s->args.n > 1)
		return err_new(ERR_USAGE, "more than one commit was named");
	err = check_list_make(&checks, repo_config(s->repo), argv_list(&set->verify),
			      set->verify.n);
	if (!err && !checks.n)
		err = err_hint(err_new(ERR_CONFIG, "no checks are configured"), CHECKS_HINT);
	if (!err)
		err = repo_commit_of(s->repo, s->args.n ? s->args.v[0] : "HEAD", &commit);
	if (err)
		goto out;
	events_emit(&s->events, EVENT_STAGE, "checking %.12s", commit.hex);
	err = verify_commit(&v, &spec, &commit);
	if (err)
		goto out;
	status = verification_status(&v);
	for (size_t i = 0; i < v.n; i++)
		tell(s, &checks.v[i], &v.results[i]);
	*exit_code = status == CHECK_PASS ? 0 : status == CHECK_ERROR ? 3 : 1;
	if (set->json)
		err = print_json(&checks, &v, &commit, status);
out:
	verification_release(&v);
	check_list_release(&checks);
	return err;
}
