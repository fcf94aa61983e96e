/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix batch: many issues, a JSON object a line in and out.
 *
 * In: {"id": ..., "message": text or "issue": file, "base"?: revision, "verify"?:
 * command or list of them}. Out: the report with the id in front, as runs end. A
 * bad line is an object with an error, and the next one is read.
 */
#include "cmd/command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "cmd/input.h"
#include "repo/tree.h"
#include "sys/file.h"
#include "sys/json.h"
#include "verify/check.h"

#define LIST_MAX_BYTES ((size_t)256 << 20)
#define LINE_MAX_BYTES ((size_t)512 << 20)
#define ID_MAX_BYTES 1024

/* One line of the list; lives as long as its run. */
struct job {
	struct str id; /* as JSON: a string or a number */
	struct str name; /* the same as text */
	struct input input;
	struct check_list checks;
	struct argv verify;
	struct str base;
	struct run_options options;
	struct run *run;
	struct job *next;
};

struct batch {
	struct session *s;
	struct run_env env;
	struct str text;
	struct span rest;
	size_t line;
	size_t shard, shards; /* 0 of 0: all */
	struct argv done;     /* ids of an earlier output, sorted */
	int predictions;      /* fd; -1: none */
	struct job *jobs;     /* under way */
	int exit_code;
	struct err *err;
};

static void free_job(struct job *job)
{
	if (!job)
		return;
	run_free(job->run);
	str_release(&job->id);
	str_release(&job->name);
	input_release(&job->input);
	check_list_release(&job->checks);
	argv_release(&job->verify);
	str_release(&job->base);
	free(job);
}

static struct job *new_job(void)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	str_init(&job->id, 8 * ID_MAX_BYTES);
	str_init(&job->name, ID_MAX_BYTES);
	str_init(&job->base, ID_MAX_BYTES);
	argv_init(&job->verify);
	input_init(&job->input);
	return job;
}

static struct err *read_id(struct job *job, const json_node *root)
{
	const json_node *id = json_get(root, "id");
	struct jsonw w;
	struct span text;
	int64_t number;

	jsonw_init(&w, &job->id, false);
	if (json_string_of(id, &text)) {
		jsonw_string(&w, text);
		str_add_span(&job->name, text);
	} else if (json_int_of(id, &number)) {
		jsonw_int(&w, number);
		str_addf(&job->name, "%lld", (long long)number);
	} else {
		return err_new(ERR_INPUT, "id: expected a string or an integer");
	}
	return err_first(str_err(&job->id, "id"), str_err(&job->name, "id"));
}

static struct err *read_verify(struct job *job, const json_node *verify)
{
	struct span text;

	if (json_string_of(verify, &text)) {
		argv_push(&job->verify, text.ptr);
	} else if (verify && !json_is_array(verify)) {
		return err_new(ERR_INPUT, "verify: expected a string or an array");
	}
	for (size_t i = 0; i < json_count(verify); i++) {
		if (!json_string_of(json_at(verify, i), &text))
			return err_new(ERR_INPUT, "verify[%zu]: expected a string", i);
		argv_push(&job->verify, text.ptr);
	}
	return argv_err(&job->verify);
}

static struct err *read_issue(struct batch *batch, struct job *job, const json_node *root)
{
	struct span message = { 0 }, issue = { 0 }, base = { 0 };
	struct err *err = json_read_string(root, "", "message", JSON_OPTIONAL, &message);

	if (!err)
		err = json_read_string(root, "", "issue", JSON_OPTIONAL, &issue);
	if (!err)
		err = json_read_string(root, "", "base", JSON_OPTIONAL, &base);
	if (!err)
		err = read_verify(job, json_get(root, "verify"));
	if (err)
		return err;
	str_add_span(&job->base, base);
	err = str_err(&job->base, "base");
	if (err)
		return err;
	if (message.ptr && !issue.ptr)
		return input_take_message(&job->input, batch->s, message);
	if (issue.ptr && !message.ptr && strcmp(issue.ptr, "-"))
		return input_read_issue(&job->input, batch->s, issue.ptr);
	return err_new(ERR_INPUT, "expected either message or issue");
}

static struct err *prepare(struct batch *batch, struct job *job)
{
	const struct argv *verify = job->verify.n ? &job->verify : &batch->s->settings.verify;
	struct err *err = NULL;

	if (!batch->s->settings.no_verify)
		err = check_list_make(&job->checks, repo_config(batch->s->repo),
				      argv_list(verify), verify->n);
	if (err)
		return err;
	job->options = session_run_options(batch->s, &job->checks);
	if (job->base.len)
		job->options.base = job->base.buf;
	return run_new(&job->run, &job->input.run, &job->options, &batch->env);
}

static struct err *put_line(struct str *line)
{
	struct err *err;

	str_addc(line, '\n');
	err = str_err(line, "output");
	if (!err)
		err = terminal_out(str_span(line), false);
	return err;
}

/* Takes err. */
static struct err *put_bad_line(struct batch *batch, const struct job *job, struct err *err)
{
	struct str line = STR_INIT(LINE_MAX_BYTES);
	struct jsonw w;

	jsonw_init(&w, &line, false);
	jsonw_object(&w);
	jsonw_key(&w, "id");
	if (job && job->id.len)
		jsonw_raw(&w, str_span(&job->id));
	else
		jsonw_null(&w);
	jsonw_kv_int(&w, "line", (int64_t)batch->line);
	jsonw_kv_text(&w, "outcome", outcome_name(OUTCOME_ERROR));
	jsonw_kv_int(&w, "exit", err_exit_code(err_kind(err)));
	jsonw_key(&w, "error");
	jsonw_object(&w);
	jsonw_kv_text(&w, "code", err_kind_name(err_kind(err)));
	jsonw_kv_text(&w, "message", err_text(err));
	jsonw_kv_text(&w, "hint", err_hint_text(err));
	jsonw_end(&w);
	jsonw_end(&w);
	if (!batch->exit_code)
		batch->exit_code = err_exit_code(err_kind(err));
	err_drop(err);
	err = put_line(&line);
	str_release(&line);
	return err;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_done(const struct batch *batch, const struct job *job)
{
	const char *key = job->id.buf;

	return batch->done.n && bsearch(&key, batch->done.v, batch->done.n,
					sizeof(*batch->done.v), compare);
}

/* Reads one line into a job; *skipped when it is another shard's, or done. */
static struct err *read_line(struct batch *batch, struct span line, struct job *job,
			     bool *skipped)
{
	const struct json_limits limits = { LIST_MAX_BYTES, 16 };
	struct json_doc *doc = NULL;
	struct err *err = json_parse(&doc, line, &limits);

	*skipped = false;
	if (!err && !json_is_object(json_root(doc)))
		err = err_new(ERR_INPUT, "expected an object");
	if (!err)
		err = read_id(job, json_root(doc));
	if (!err && is_done(batch, job))
		*skipped = true;
	else if (!err)
		err = read_issue(batch, job, json_root(doc));
	json_free(doc);
	if (!err && !*skipped)
		err = prepare(batch, job);
	return err;
}

static struct err *next(void *ctx, struct run **out)
{
	struct batch *batch = ctx;
	struct span line;

	while (span_line(&batch->rest, &line)) {
		struct job *job;
		bool skipped;
		struct err *err;

		batch->line++;
		if (!span_trim(line).len ||
		    (batch->shards && (batch->line - 1) % batch->shards != batch->shard - 1))
			continue;
		job = new_job();
		if (!job)
			return err_nomem();
		err = read_line(batch, line, job, &skipped);
		if (!err && !skipped) {
			job->next = batch->jobs;
			batch->jobs = job;
			*out = job->run;
			return NULL;
		}
		if (err && !err_is_signal(err))
			err = put_bad_line(batch, job, err);
		free_job(job);
		if (err)
			return err;
	}
	return NULL;
}

static struct job *take_job(struct batch *batch, const struct run *run)
{
	struct job **at = &batch->jobs, *job;

	while ((*at)->run != run)
		at = &(*at)->next;
	job = *at;
	*at = job->next;
	return job;
}

/* A line as SWE-bench's evaluation reads them. */
static struct err *predict(struct batch *batch, const struct job *job,
			   const struct report *report)
{
	struct str line = STR_INIT(LINE_MAX_BYTES), diff = STR_INIT(LINE_MAX_BYTES);
	struct oid from, to;
	struct jsonw w;
	struct err *err = NULL;

	if (batch->predictions < 0 || oid_is_none(&report->commit))
		goto out;
	err = repo_tree_of(batch->s->repo, &report->base, &from);
	if (!err)
		err = repo_tree_of(batch->s->repo, &report->commit, &to);
	if (!err)
		err = repo_diff_text(batch->s->repo, &from, &to, NULL, &diff);
	if (err)
		goto out;
	jsonw_init(&w, &line, false);
	jsonw_object(&w);
	jsonw_kv_text(&w, "instance_id", job->name.buf);
	jsonw_kv_text(&w, "model_name_or_path",
		      report->n_usage ? report->usage[0].model : "git-dualfix");
	jsonw_kv_string(&w, "model_patch", str_span(&diff));
	jsonw_end(&w);
	str_addc(&line, '\n');
	err = str_err(&line, "predictions");
	if (!err && write(batch->predictions, line.buf, line.len) != (ssize_t)line.len)
		err = err_new(ERR_FATAL, "unable to write to '%s'",
			      batch->s->settings.predictions);
out:
	str_release(&line);
	str_release(&diff);
	return err;
}

static void on_finished(void *ctx, struct run *run)
{
	struct batch *batch = ctx;
	struct job *job = take_job(batch, run);
	const struct report *report = run_report(run);
	struct str line = STR_INIT(LINE_MAX_BYTES), rest = STR_INIT(LINE_MAX_BYTES);
	struct jsonw w;
	struct err *err;

	jsonw_init(&w, &rest, false);
	report_encode(report, &w);
	str_addf(&line, "{\"id\":%s,", job->id.buf);
	str_add_span(&line, span_cut(str_span(&rest), 1, rest.len));
	err = err_first(str_err(&rest, "output"), put_line(&line));
	if (!err)
		err = predict(batch, job, report);
	batch->err = err_first(batch->err, err);
	if (!batch->exit_code)
		batch->exit_code = report->exit_code;
	terminal_verdict(&batch->s->terminal, report->exit_code ? -1 : 1,
			 outcome_name(report->outcome), job->name.buf);
	free_job(job);
	str_release(&line);
	str_release(&rest);
}

static struct err *read_shard(struct batch *batch)
{
	const char *text = batch->s->settings.shard;
	struct span rest = span_of(text), part;

	if (!text)
		return NULL;
	if (span_split(&rest, '/', &part) && span_number(part, 1000000, &batch->shard) &&
	    span_number(rest, 1000000, &batch->shards) && batch->shard &&
	    batch->shard <= batch->shards)
		return NULL;
	return err_new(ERR_USAGE, "--shard: '%s' is not of the form 2/16", text);
}

/* The ids in an earlier output; its last line may be cut off. */
static struct err *read_done(struct batch *batch)
{
	const struct json_limits limits = { LINE_MAX_BYTES, 128 };
	struct str text = STR_INIT(LIST_MAX_BYTES);
	struct span rest, line;
	struct err *err = NULL;

	if (!batch->s->settings.skip)
		return NULL;
	err = file_read(batch->s->settings.skip, &text);
	rest = str_span(&text);
	while (!err && span_line(&rest, &line)) {
		struct json_doc *doc = NULL;
		struct job *job = new_job();

		if (!job)
			err = err_nomem();
		err_drop(json_parse(&doc, line, &limits));
		if (!err && doc && !json_get(json_root(doc), "line"))
			err_drop(read_id(job, json_root(doc)));
		if (!err && job->id.len)
			argv_push(&batch->done, job->id.buf);
		json_free(doc);
		free_job(job);
	}
	str_release(&text);
	if (batch->done.n)
		qsort(batch->done.v, batch->done.n, sizeof(*batch->done.v), compare);
	return err_first(err, argv_err(&batch->done));
}

static struct err *open_batch(struct batch *batch)
{
	struct session *s = batch->s;
	struct err *err;

	if (s->args.n != 1)
		return err_new(ERR_USAGE, "batch takes one list of issues");
	err = read_shard(batch);
	if (!err)
		err = read_done(batch);
	if (!err)
		err = file_read(s->args.v[0], &batch->text);
	if (!err)
		err = session_rules(s);
	if (!err)
		err = session_models(s);
	if (err || !s->settings.predictions)
		return err;
	batch->predictions = open(s->settings.predictions,
				  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (batch->predictions < 0)
		return err_new(ERR_CONFIG, "unable to write to '%s'", s->settings.predictions);
	return NULL;
}

struct err *cmd_batch(struct session *s, int *exit_code)
{
	struct batch batch = { .s = s, .text = STR_INIT(LIST_MAX_BYTES), .predictions = -1 };
	const struct runs runs = { &batch, next, on_finished };
	struct err *err;

	argv_init(&batch.done);
	err = open_batch(&batch);
	if (!err) {
		batch.env = session_run_env(s);
		batch.rest = str_span(&batch.text);
		err = runs_drive(s->loop, (size_t)s->settings.jobs, &runs);
		err = err_first(err, session_keep_tape(s));
	}
	if (batch.predictions >= 0 && close(batch.predictions))
		err = err_first(err, err_new(ERR_FATAL, "unable to write to '%s'",
					     s->settings.predictions));
	*exit_code = batch.exit_code;
	str_release(&batch.text);
	argv_release(&batch.done);
	return err_first(err, batch.err);
}
