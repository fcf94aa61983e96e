/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/drive.h"

#include "cmd/result.h"

struct queue {
	struct session *s;
	const struct run_options *options;
	struct run_env env;
	struct input *inputs;
	size_t n, at;
	bool print;
	struct err *err; /* of printing */
	int exit_code;   /* the first that is not 0 */
	struct str stopped; /* the last run that a signal ended */
};

static struct err *next(void *ctx, struct run **out)
{
	struct queue *queue = ctx;

	if (queue->at == queue->n)
		return NULL;
	return run_new(out, &queue->inputs[queue->at++].run, queue->options, &queue->env);
}

static void on_finished(void *ctx, struct run *run)
{
	struct queue *queue = ctx;

	terminal_clear(&queue->s->terminal);
	if (queue->print)
		queue->err = err_first(queue->err, result_print(queue->s, run));
	result_tell(queue->s, run, queue->n == 1);
	if (!queue->exit_code)
		queue->exit_code = run_report(run)->exit_code;
	if (err_is_signal(run_error(run)) && run_is_resumable(run)) {
		str_reset(&queue->stopped);
		str_adds(&queue->stopped, run_report(run)->run);
	}
	run_free(run);
}

struct err *drive(struct session *s, const struct run_options *options,
		  struct input *inputs, size_t n, bool print, int *exit_code)
{
	struct queue queue = {
		.s = s,
		.options = options,
		.env = session_run_env(s),
		.inputs = inputs,
		.n = n,
		.print = print,
		.stopped = STR_INIT(256),
	};
	const struct runs runs = { &queue, next, on_finished };
	size_t jobs = (size_t)s->settings.jobs < n ? (size_t)s->settings.jobs : n;
	struct err *err = runs_drive(s->loop, jobs, &runs);

	if (err_is_signal(err) && queue.stopped.len)
		err = err_hint(err, "git dualfix resume %s", queue.stopped.buf);
	str_release(&queue.stopped);
	*exit_code = queue.exit_code;
	return err_first(err, queue.err);
}
