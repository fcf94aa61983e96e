/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/drive.h"

#include <stdlib.h>

#include "cmd/result.h"

struct batch {
	struct session *s;
	bool print;
	struct err *err; /* of printing */
	int exit_code;   /* the first that is not 0 */
};

static void on_finished(void *ctx, struct run *run)
{
	struct batch *batch = ctx;

	if (batch->print)
		batch->err = err_first(batch->err, result_print(batch->s, run));
	result_tell(batch->s, run);
	if (!batch->exit_code)
		batch->exit_code = run_report(run)->exit_code;
}

/* A quarantine belongs to one run, so each run has a handle of its own. */
struct err *drive(struct session *s, const struct run_options *options,
		  struct input *inputs, size_t n, bool print, int *exit_code)
{
	struct run **runs = calloc(n, sizeof(*runs));
	struct repo **repos = calloc(n, sizeof(*repos));
	struct run_env env = session_run_env(s);
	struct batch batch = { .s = s, .print = print };
	struct err *err = runs && repos ? NULL : err_nomem();

	for (size_t i = 0; !err && i < n; i++) {
		if (i) {
			err = repo_dup(&repos[i], s->repo);
			env.repo = repos[i];
		}
		if (!err)
			err = run_new(&runs[i], &inputs[i].run, options, &env);
	}
	if (!err)
		err = runs_drive(s->loop, runs, n, (size_t)s->settings.jobs, on_finished, &batch);
	for (size_t i = 0; i < n; i++) {
		if (runs)
			run_free(runs[i]);
		if (repos)
			repo_close(repos[i]);
	}
	free(runs);
	free(repos);
	*exit_code = batch.exit_code;
	return err_first(err, batch.err);
}
