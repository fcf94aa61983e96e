/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/check.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/deadline.h"
#include "sys/clock.h"
#include "sys/proc.h"
#include "verify/cannot.h"
#include "verify/hidden.h"
#include "verify/lent.h"
#include "verify/memory.h"

#define LOG_MAX_BYTES (8 * 1024 * 1024)
#define WHY_MAX_BYTES 1024
#define PATH_BYTES 4096
#define KEY_BYTES 16384
#define LINE_SHOWN_BYTES 200

struct check_run {
	struct loop *loop;
	struct check_run_spec spec;
	struct check_result *results;
	size_t n;
	size_t at; /* the one that runs, or is next */
	struct proc *proc;
	struct loop_timer *look; /* at its memory */
	uint64_t memory_max_bytes;
	bool too_large;          /* the one that runs was ended for it */
	int rounds;              /* of the one that runs, that have ended */
	struct check_result earlier; /* what the last of them came to */
	int64_t own_timeout_ms; /* what was given to it */
	int64_t start_us;       /* when it began */
	bool deadline_first;    /* the run's deadline comes before its own limit */
	void (*done)(void *ctx, struct err *err);
	void *ctx;

	struct check_list setup_list; /* what prepares, as a list of its own */
	struct check_run *setup;      /* that list, run; NULL: not yet, or no need */
};

static void next(void *ctx);

static const char *const status_names[] = {
	[CHECK_NOT_RUN] = "not-run", [CHECK_PASS] = "pass",   [CHECK_FAIL] = "fail",
	[CHECK_TIMEOUT] = "timeout", [CHECK_ERROR] = "error",
};

const char *check_status_name(enum check_status status)
{
	return status_names[status];
}

static void finish(struct check_run *run, struct err *err)
{
	void (*done)(void *ctx, struct err *err) = run->done;

	run->done = NULL;
	run->at = run->n;
	if (done)
		done(run->ctx, err);
	else
		err_drop(err);
}

/* What makes its result differ from that of another on the same tree. */
static void key_of(const struct check_list *checks, const struct check *check,
		   struct str *key)
{
	str_addf(key, "%s %s %s", check->network ? "net" : "-",
		 check->dir ? check->dir : ".", check->command);
	for (size_t i = 0; i < checks->n_setup; i++)
		str_addf(key, "\nsetup %s", checks->setup[i].command);
}

bool check_list_known(const struct check_list *list, struct known *known,
		      const struct oid *tree)
{
	bool all = list->n > 0;

	for (size_t i = 0; i < list->n && all; i++) {
		struct str key = STR_INIT(KEY_BYTES);
		struct test_counts tests;

		key_of(list, &list->v[i], &key);
		all = !key.failed && known_pass(known, tree, str_span(&key), &tests);
		str_release(&key);
	}
	return all;
}

static void note_pass(struct check_run *run, const struct check *check,
		      const struct check_result *result)
{
	struct str key = STR_INIT(KEY_BYTES);

	key_of(run->spec.checks, check, &key);
	if (!key.failed)
		known_note(run->spec.known, run->spec.tree, str_span(&key),
			   &result->tests);
	str_release(&key);
}

static bool is_known(struct check_run *run, const struct check *check,
		     struct check_result *result)
{
	struct str key = STR_INIT(KEY_BYTES);

	if (run->spec.known && run->spec.repeat < 2)
		key_of(run->spec.checks, check, &key);
	result->cached = run->spec.known && run->spec.repeat < 2 && !key.failed &&
			 known_pass(run->spec.known, run->spec.tree, str_span(&key),
				    &result->tests);
	str_release(&key);
	return result->cached;
}

/* What it is asked to hold is the tested code's doing: a failure, and said as one. */
static void judge_too_large(struct check_run *run, struct check_result *result)
{
	char text[128];
	int n = snprintf(text, sizeof(text),
			 "\n[ended: it held more than %" PRIu64 " MiB of memory]\n",
			 run->memory_max_bytes >> 20);

	result->status = CHECK_FAIL;
	result->exit_code = 128 + SIGKILL;
	if (result->log.len + (size_t)n > result->log.max_bytes)
		str_truncate(&result->log, result->log.len - (size_t)n);
	str_add(&result->log, text, (size_t)n);
	run->too_large = false;
}

static void judge_failure(struct check_run *run, struct check_result *result)
{
	const struct sandbox *sandbox = run->spec.sandbox;
	struct str link = STR_INIT(PATH_BYTES), folder = STR_INIT(PATH_BYTES);
	struct cannot_input in = {
		.exit_code = result->exit_code,
		.log = str_span(&result->log),
		.boxed = sandbox->kind != SANDBOX_NONE,
		.network = run->spec.checks->v[run->at].network,
		.walled = sandbox->kind == SANDBOX_LANDLOCK,
	};

	/* A hint the less where that fails. */
	if (exit_is_of_shell(result->exit_code))
		err_drop(hidden_link(sandbox, run->spec.read_dirs, &link, &folder));
	in.link = link.buf;
	in.folder = folder.buf;
	in.work_tree = run->spec.work_tree;
	if (cannot_run(&in, &result->why))
		result->status = CHECK_ERROR;
	str_release(&link);
	str_release(&folder);
}

static void judge(struct check_run *run, struct check_result *result,
		  const struct proc_result *proc)
{
	result->ms = proc->ms;
	if (run->too_large) {
		judge_too_large(run, result);
		return;
	}
	switch (proc->end) {
	case PROC_EXITED:
		result->exit_code = proc->exit_code;
		result->status = proc->exit_code ? CHECK_FAIL : CHECK_PASS;
		break;
	case PROC_SIGNALED:
		result->exit_code = 128 + proc->signal;
		result->status = CHECK_FAIL;
		break;
	case PROC_TIMED_OUT:
		result->status = CHECK_TIMEOUT;
		result->cut_short = run->deadline_first;
		return;
	case PROC_NOT_STARTED:
		result->status = CHECK_ERROR;
		str_addf(&result->why, "%s: %s", sandbox_name(run->spec.sandbox->kind),
			 strerror(proc->exec_errno));
		return;
	}
	if (result->status == CHECK_FAIL)
		judge_failure(run, result);
	counts_read(str_span(&result->log), &result->tests);
}

static void look_later(struct check_run *run);

static void on_look(void *ctx)
{
	struct check_run *run = ctx;

	run->look = NULL;
	if (!run->proc)
		return;
	if (memory_held_bytes(proc_pid(run->proc)) <= run->memory_max_bytes) {
		look_later(run);
		return;
	}
	run->too_large = true;
	proc_kill(run->proc);
}

/* Without the memory for a timer nothing else goes on either. */
static void look_later(struct check_run *run)
{
	struct err *err;

	if (!run->memory_max_bytes)
		return;
	err = loop_timer(run->loop,
			 deadline_after_ms(loop_now_ms(run->loop), MEMORY_LOOK_MS),
			 on_look, run, &run->look);
	if (err)
		loop_fail(run->loop, err);
}

static void stop_looking(struct check_run *run)
{
	loop_cancel(run->loop, run->look);
	run->look = NULL;
}

static void result_init(struct check_result *result)
{
	*result = (struct check_result){ 0 };
	str_init(&result->log, LOG_MAX_BYTES);
	str_init(&result->why, WHY_MAX_BYTES);
}

static void result_release(struct check_result *result)
{
	str_release(&result->log);
	str_release(&result->why);
}

/*
 * Whether the check that just ended runs once more. Of a flaky one the failure stays:
 * its log has something to say.
 */
static bool runs_again(struct check_run *run, struct check_result *result)
{
	bool first = !run->rounds++;
	bool ok = result->status == CHECK_PASS;
	int64_t left = deadline_left_ms(run->spec.deadline_ms, loop_now_ms(run->loop));

	if (!first && result->status != CHECK_ERROR &&
	    ok != (run->earlier.status == CHECK_PASS)) {
		if (ok) {
			struct check_result swap = *result;

			*result = run->earlier;
			run->earlier = swap;
		}
		result->flaky = true;
	}
	result_release(&run->earlier);
	if (run->rounds >= run->spec.repeat || result->flaky || result->cut_short ||
	    result->status == CHECK_ERROR || left <= result->ms) {
		run->rounds = 0;
		result_init(&run->earlier);
		return false;
	}
	run->earlier = *result;
	result_init(result);
	return true;
}

static void trace(const struct check_run *run, const struct check_result *result)
{
	const struct check *check = &run->spec.checks->v[run->at];
	const struct event_arg args[] = {
		{ "command", .text = check->command },
		{ "tree", .text = run->spec.tree ? run->spec.tree->hex : "" },
		{ "status", .text = check_status_name(result->status) },
		{ "exit", .number = result->exit_code },
	};
	const struct event_span span = {
		.kind = "check",
		.name = check->name ? check->name : check->command,
		.start_us = run->start_us,
		.end_us = clock_mono_us(),
		.args = args,
		.n_args = ARRAY_SIZE(args),
	};

	events_span(run->spec.events, &span);
}

static void on_exit_of(void *ctx, struct proc_result *proc)
{
	struct check_run *run = ctx;
	struct check_result *result = &run->results[run->at];
	struct str swap = result->log;
	struct err *err;

	run->proc = NULL;
	stop_looking(run);
	result->log = proc->out;
	proc->out = swap;
	judge(run, result, proc);
	trace(run, result);
	if (!runs_again(run, result)) {
		if (result->status == CHECK_PASS && run->spec.known)
			note_pass(run, &run->spec.checks->v[run->at], result);
		run->at++;
	}
	if (run->spec.stop_at_failure && result->status != CHECK_PASS && !run->rounds) {
		finish(run, NULL);
		return;
	}
	err = loop_post(run->loop, next, run);
	if (err)
		finish(run, err);
}

/* The folder of the check, or false with the reason when the tree has none. */
static bool find_work_dir(const struct check *check, const char *tree_dir,
			  struct str *dir, struct str *why)
{
	struct stat st;

	str_adds(dir, tree_dir);
	if (!check->dir || !strcmp(check->dir, "."))
		return true;
	str_addf(dir, "/%s", check->dir);
	if (!dir->failed && !stat(dir->buf, &st) && S_ISDIR(st.st_mode))
		return true;
	str_addf(why, "its folder '%s' is not in this tree", check->dir);
	return false;
}

static struct err *start(struct check_run *run, const struct check *check,
			 const char *work_dir)
{
	struct proc_spec proc = { 0 };
	struct sandbox_entry entry;
	struct sandbox_job job = {
		.command = check->command,
		.tree_dir = checkout_dir(run->spec.checkout),
		.work_dir = work_dir,
		.temp_dir = run->spec.temp_dir,
		.home_dir = run->spec.setup ? run->spec.setup->home_dir : NULL,
		.read_dirs = run->spec.read_dirs,
		.hide_dirs = run->spec.hide_dirs,
		.pass_env = run->spec.pass_env,
		.network = check->network,
		.timeout_ms = run->own_timeout_ms,
	};
	struct err *err = NULL;

	checkout_object_dirs(run->spec.checkout, &job.object_dirs);
	checkout_seen_object_dirs(run->spec.checkout, &job.object_seats);
	/* Each time: what ran before may have put something else in the way. */
	if (run->spec.sandbox->lent)
		err = lent_make_places(run->spec.sandbox->lent, job.tree_dir);
	if (!err)
		err = sandbox_enter(&entry, run->spec.sandbox, &job);
	if (err)
		return err;
	sandbox_entry_spec(&entry, &proc);
	proc.timeout_ms = run->own_timeout_ms;
	proc.out_max_bytes = LOG_MAX_BYTES;
	proc.merge = true;
	proc.overflow = PROC_OVERFLOW_CUTS;
	run->start_us = clock_mono_us();
	err = proc_start(run->loop, &proc, on_exit_of, run, &run->proc);
	sandbox_entry_release(&entry);
	if (!err)
		look_later(run);
	return err;
}

/* True when the check at hand is settled without running it. */
static bool settled(struct check_run *run, struct str *work_dir)
{
	const struct check_run_spec *spec = &run->spec;
	const struct check *check = &spec->checks->v[run->at];
	struct check_result *result = &run->results[run->at];
	int64_t left;

	if (spec->wanted && check->path && !spec->wanted(spec->wanted_ctx, check))
		return true;
	if (is_known(run, check, result)) {
		result->status = CHECK_PASS;
		return true;
	}
	if (!find_work_dir(check, checkout_dir(spec->checkout), work_dir, &result->why)) {
		result->status = CHECK_ERROR;
		return true;
	}
	left = deadline_left_ms(spec->deadline_ms, loop_now_ms(run->loop));
	if (!left) {
		result->status = CHECK_TIMEOUT;
		result->cut_short = true;
		return true;
	}
	run->deadline_first = left < check->timeout_ms;
	run->own_timeout_ms = run->deadline_first ? left : check->timeout_ms;
	return false;
}

static struct span last_line(struct span log)
{
	struct span line, last = { 0 };

	while (span_line(&log, &line)) {
		if (span_trim(line).len)
			last = span_trim(line);
	}
	return span_cut(last, 0, LINE_SHOWN_BYTES);
}

/* Nothing can be said of a tree whose checkout could not be prepared. */
static void mark_unprepared(struct check_run *run, struct check_result *result, size_t n,
			    const struct check_result *failed)
{
	struct span line = last_line(str_span(&failed->log));

	result->status = failed->cut_short ? CHECK_TIMEOUT : CHECK_ERROR;
	result->cut_short = failed->cut_short;
	str_addf(&result->why, "dualfix.setup '%s': ", run->setup_list.v[n].command);
	if (failed->why.len)
		str_add_span(&result->why, str_span(&failed->why));
	else if (failed->status == CHECK_TIMEOUT)
		str_adds(&result->why, "timed out");
	else
		str_addf(&result->why, "exited with %d%s", failed->exit_code,
			 line.len ? ": " : "");
	if (failed->status == CHECK_FAIL && line.len)
		str_add_span(&result->why, line);
	if (!result->log.len)
		str_add_span(&result->log, str_span(&failed->log));
}

static void give_up(struct check_run *run, size_t n)
{
	struct str work_dir = STR_INIT(PATH_BYTES);

	for (; run->at < run->n; run->at++) {
		str_reset(&work_dir);
		if (!settled(run, &work_dir))
			mark_unprepared(run, &run->results[run->at], n,
					&run->setup->results[n]);
	}
	str_release(&work_dir);
	finish(run, NULL);
}

static void on_setup_done(void *ctx, struct err *err)
{
	struct check_run *run = ctx;

	for (size_t i = 0; !err && i < run->setup_list.n; i++) {
		if (run->setup->results[i].status != CHECK_PASS) {
			give_up(run, i);
			return;
		}
	}
	if (!err)
		err = setup_note(run->spec.setup);
	if (!err)
		err = loop_post(run->loop, next, run);
	if (err)
		finish(run, err);
}

static bool must_prepare(const struct check_run *run)
{
	return run->spec.setup && run->spec.checks->n_setup && !run->setup &&
	       setup_is_due(run->spec.setup);
}

static struct err *prepare(struct check_run *run)
{
	struct check_run_spec spec = run->spec;
	struct err *err = setup_begin(spec.setup);

	run->setup_list.v = spec.checks->setup;
	run->setup_list.n = spec.checks->n_setup;
	spec.checks = &run->setup_list;
	spec.stop_at_failure = true;
	spec.repeat = 1;
	spec.known = NULL;
	spec.wanted = NULL;
	return err ? err : check_run_start(&run->setup, run->loop, &spec, on_setup_done, run);
}

static void next(void *ctx)
{
	struct check_run *run = ctx;
	struct str work_dir = STR_INIT(PATH_BYTES);
	struct err *err;

	if (!run->done)
		return;
	for (; run->at < run->n; run->at++) {
		struct check_result *result = &run->results[run->at];

		str_reset(&work_dir);
		if (!settled(run, &work_dir)) {
			err = must_prepare(run) ? prepare(run) :
						  start(run, &run->spec.checks->v[run->at],
							work_dir.buf);
			str_release(&work_dir);
			if (err)
				finish(run, err);
			return;
		}
		if (run->spec.stop_at_failure && result->status != CHECK_PASS &&
		    result->status != CHECK_NOT_RUN)
			break;
	}
	str_release(&work_dir);
	finish(run, NULL);
}

struct err *check_run_start(struct check_run **out, struct loop *loop,
			    const struct check_run_spec *spec,
			    void (*done)(void *ctx, struct err *err), void *ctx)
{
	struct check_run *run = calloc(1, sizeof(*run));
	struct err *err;

	*out = NULL;
	if (!run)
		return err_nomem();
	run->loop = loop;
	run->spec = *spec;
	run->memory_max_bytes = spec->memory_max_bytes ? spec->memory_max_bytes :
							 memory_max_bytes();
	run->n = spec->checks->n;
	run->done = done;
	run->ctx = ctx;
	run->results = calloc(run->n ? run->n : 1, sizeof(*run->results));
	if (!run->results) {
		free(run);
		return err_nomem();
	}
	for (size_t i = 0; i < run->n; i++)
		result_init(&run->results[i]);
	result_init(&run->earlier);
	err = loop_post(loop, next, run);
	if (err) {
		run->done = NULL;
		check_run_free(run);
		return err;
	}
	*out = run;
	return NULL;
}

struct check_result *check_run_results(struct check_run *run)
{
	return run->results;
}

void check_run_free(struct check_run *run)
{
	if (!run)
		return;
	check_run_free(run->setup);
	proc_free(run->proc);
	stop_looking(run);
	loop_unpost(run->loop, next, run);
	for (size_t i = 0; i < run->n; i++)
		result_release(&run->results[i]);
	result_release(&run->earlier);
	free(run->results);
	free(run);
}
