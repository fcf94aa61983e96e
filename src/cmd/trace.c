/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "cmd/trace2.h"
#include "cmd/traced.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/secret.h"

#define HELD_MAX_BYTES ((size_t)64 << 20)
#define PATH_BYTES ((size_t)64 << 10)
#define TEXT_MAX_BYTES ((size_t)1 << 20) /* of a name or a fact */
#define FILE_MAX_BYTES ((size_t)256 << 20)

/* Rows of the file by kind, in the order in which a run goes through them. */
static const char *const rows[] = { "run",	"context", "planner", "resolve",
				    "executor", "check",   "publish" };

/* So many of a kind side by side; what is beyond shares the last row. */
#define LANES_MAX 1000

struct trace {
	struct arena arena;
	struct traced *spans;
	size_t n, cap, lost;
	int64_t start_us;
	const char *file;
	struct trace2 trace2;
};

struct err *trace_new(struct trace **out)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	*out = trace;
	if (!trace)
		return err_nomem();
	trace->start_us = clock_mono_us();
	arena_init(&trace->arena, HELD_MAX_BYTES);
	trace2_init(&trace->trace2);
	return NULL;
}

void trace_free(struct trace *trace)
{
	if (!trace)
		return;
	arena_release(&trace->arena);
	trace2_release(&trace->trace2);
	free(trace->spans);
	free(trace);
}

static bool make_room(struct trace *trace)
{
	size_t cap = trace->cap ? trace->cap * 2 : 64;
	struct traced *grown;

	if (trace->n < trace->cap)
		return true;
	grown = trace->n < TRACE_SPANS_MAX ? realloc(trace->spans, cap * sizeof(*grown)) : NULL;
	if (!grown)
		return false;
	trace->spans = grown;
	trace->cap = cap;
	return true;
}

static const char *copy(struct trace *trace, const char *text)
{
	struct str clean = STR_INIT(TEXT_MAX_BYTES);
	const char *kept = NULL;

	if (!text)
		return NULL;
	str_adds(&clean, text);
	secret_redact(&clean);
	if (!clean.failed)
		kept = arena_dup(&trace->arena, str_span(&clean));
	str_release(&clean);
	return kept;
}

/* False where something found no room. */
static bool copy_args(struct trace *trace, struct traced *held, const struct event_span *span)
{
	struct event_arg *args = arena_array(&trace->arena, span->n_args + 1, sizeof(*args));

	for (size_t i = 0; args && i < span->n_args; i++) {
		args[i] = span->args[i];
		args[i].name = copy(trace, args[i].name);
		args[i].text = copy(trace, args[i].text);
		if (!args[i].name || (span->args[i].text && !args[i].text))
			return false;
	}
	held->args = args;
	held->n_args = span->n_args;
	return args && held->kind && held->name;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void on_span(void *ctx, const struct event_span *span)
{
	struct trace *trace = ctx;
	struct traced *held;

	if (!make_room(trace)) {
		trace->lost++;
		return;
	}
	held = &trace->spans[trace->n];
	*held = (struct traced){
		.kind = copy(trace, span->kind),
		.name = copy(trace, span->name),
		.start_us = later(span->start_us, trace->start_us),
	};
	held->end_us = later(span->end_us, held->start_us);
	if (copy_args(trace, held, span))
		trace->n++;
	else
		trace->lost++;
}

static struct err *cannot(const char *path, const char *why)
{
	return err_new(ERR_CONFIG, "unable to write to '%s': %s", path, why);
}

/* The folder that path is in. */
static struct err *parent_of(const char *path, struct str *out)
{
	const char *slash;
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	str_add(out, path, n);
	slash = strrchr(out->buf, '/');
	if (!slash) {
		str_reset(out);
		str_addc(out, '.');
	} else {
		str_truncate(out, slash == out->buf ? 1 : (size_t)(slash - out->buf));
	}
	return str_err(out, "path");
}

static struct err *check_folder(const char *path, const char *dir)
{
	struct stat st;

	if (stat(dir, &st))
		return cannot(path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return cannot(path, strerror(ENOTDIR));
	if (access(dir, W_OK | X_OK))
		return cannot(path, strerror(errno));
	return NULL;
}

/* It is written by a rename: asked before any work is done. */
static struct err *check_file(const char *path)
{
	struct str dir = STR_INIT(PATH_BYTES);
	struct stat st;
	struct err *err;

	if (!*path || (!lstat(path, &st) && !S_ISREG(st.st_mode)))
		return cannot(path, "it is no regular file");
	err = parent_of(path, &dir);
	if (!err)
		err = check_folder(path, dir.buf);
	str_release(&dir);
	return err;
}

struct err *trace_open(struct trace *trace, const char *file, struct events *events)
{
	struct err *err = file ? check_file(file) : NULL;

	if (err)
		return err;
	if (trace->trace2.why)
		events_emit(events, EVENT_WARNING, "GIT_TRACE2_EVENT is of no use: %s",
			    trace->trace2.why);
	trace->file = file;
	if (!file && !trace2_is_on(&trace->trace2))
		return NULL;
	events->span = on_span;
	events->span_ctx = trace;
	return NULL;
}

static int by_start(const void *a, const void *b)
{
	const struct traced *x = a, *y = b;

	if (x->start_us != y->start_us)
		return x->start_us < y->start_us ? -1 : 1;
	return x->end_us < y->end_us ? -1 : x->end_us > y->end_us;
}

static size_t row_of(const char *kind)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(rows) && strcmp(rows[i], kind))
		i++;
	return i;
}

/* Gives each span the first lane of its kind that is free by then. */
static struct err *assign_lanes(struct trace *trace)
{
	const size_t n_rows = ARRAY_SIZE(rows) + 1;
	int64_t *free_us = calloc(n_rows * LANES_MAX, sizeof(*free_us));

	if (!free_us)
		return err_nomem();
	if (trace->n)
		qsort(trace->spans, trace->n, sizeof(*trace->spans), by_start);
	for (size_t i = 0; i < trace->n; i++) {
		struct traced *span = &trace->spans[i];
		int64_t *lanes = free_us + row_of(span->kind) * LANES_MAX;

		while (span->lane < LANES_MAX - 1 && lanes[span->lane] > span->start_us)
			span->lane++;
		span->first = !lanes[span->lane];
		lanes[span->lane] = span->end_us;
	}
	free(free_us);
	return NULL;
}

static int tid_of(const struct traced *span)
{
	return (int)row_of(span->kind) * LANES_MAX + span->lane + 1;
}

static void encode_args(struct jsonw *w, const struct traced *span)
{
	jsonw_key(w, "args");
	jsonw_object(w);
	for (size_t i = 0; i < span->n_args; i++) {
		const struct event_arg *arg = &span->args[i];

		if (!arg->text) {
			jsonw_kv_int(w, arg->name, arg->number);
		} else if (arg->list) {
			jsonw_key(w, arg->name);
			jsonw_array(w);
			jsonw_text(w, arg->text);
			jsonw_end(w);
		} else {
			jsonw_kv_text(w, arg->name, arg->text);
		}
	}
	jsonw_end(w);
}

static void encode_head(struct jsonw *w, const char *ph, const char *name, int tid)
{
	jsonw_object(w);
	jsonw_kv_text(w, "ph", ph);
	jsonw_kv_text(w, "name", name);
	jsonw_kv_int(w, "pid", getpid());
	jsonw_kv_int(w, "tid", tid);
}

static void encode_span(struct jsonw *w, const struct traced *span, int64_t start_us)
{
	encode_head(w, "X", span->name, tid_of(span));
	jsonw_kv_text(w, "cat", span->kind);
	jsonw_kv_int(w, "ts", span->start_us - start_us);
	jsonw_kv_int(w, "dur", span->end_us - span->start_us);
	encode_args(w, span);
	jsonw_end(w);
}

/* The name of a row, or its place among them. */
static void encode_meta(struct jsonw *w, const char *what, int tid, const char *name, int place)
{
	encode_head(w, "M", what, tid);
	jsonw_key(w, "args");
	jsonw_object(w);
	if (name)
		jsonw_kv_text(w, "name", name);
	else
		jsonw_kv_int(w, "sort_index", place);
	jsonw_end(w);
	jsonw_end(w);
}

static void encode_rows(const struct trace *trace, struct jsonw *w)
{
	encode_meta(w, "process_name", 0, "git dualfix", 0);
	for (size_t i = 0; i < trace->n; i++) {
		const struct traced *span = &trace->spans[i];
		char name[64];

		if (!span->first)
			continue;
		snprintf(name, sizeof(name), span->lane ? "%s %d" : "%s", span->kind,
			 span->lane + 1);
		encode_meta(w, "thread_name", tid_of(span), name, 0);
		encode_meta(w, "thread_sort_index", tid_of(span), NULL, tid_of(span));
	}
}

static struct err *write_file(const struct trace *trace)
{
	struct str text = STR_INIT(FILE_MAX_BYTES);
	struct jsonw w;
	struct err *err;

	jsonw_init(&w, &text, false);
	jsonw_object(&w);
	jsonw_kv_text(&w, "displayTimeUnit", "ms");
	jsonw_key(&w, "otherData");
	jsonw_object(&w);
	jsonw_kv_text(&w, "version", "git-dualfix " DUALFIX_VERSION);
	jsonw_kv_int(&w, "lost_spans", (int64_t)trace->lost);
	jsonw_end(&w);
	jsonw_key(&w, "traceEvents");
	jsonw_array(&w);
	encode_rows(trace, &w);
	for (size_t i = 0; i < trace->n; i++)
		encode_span(&w, &trace->spans[i], trace->start_us);
	jsonw_end(&w);
	jsonw_end(&w);
	str_addc(&text, '\n');
	err = str_err(&text, "trace");
	if (!err)
		err = file_write(trace->file, str_span(&text), 0644);
	str_release(&text);
	return err;
}

struct err *trace_close(struct trace *trace, const struct events *events,
			const char *command, int code)
{
	struct err *err, *unheard;

	if (!trace || (!trace->file && !trace2_is_on(&trace->trace2)))
		return NULL;
	err = assign_lanes(trace);
	if (err)
		return err;
	unheard = trace2_write(&trace->trace2, command, code, trace->spans, trace->n);
	if (unheard)
		events_emit(events, EVENT_WARNING, "%s", err_text(unheard));
	err_drop(unheard);
	return trace->file ? write_file(trace) : NULL;
}
