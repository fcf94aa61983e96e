/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/trace_event.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "sys/file.h"

#define PATH_BYTES ((size_t)64 << 10)
#define FILE_MAX_BYTES ((size_t)256 << 20)

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

struct err *trace_event_check(const char *path)
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

static int tid_of(const struct traced *span)
{
	return span->place * TRACE_LANES_MAX + span->lane + 1;
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

static void encode_rows(struct jsonw *w, const struct traced *spans, size_t n)
{
	encode_meta(w, "process_name", 0, "git dualfix", 0);
	for (size_t i = 0; i < n; i++) {
		const struct traced *span = &spans[i];
		char name[64];

		if (!span->first)
			continue;
		snprintf(name, sizeof(name), span->lane ? "%s %d" : "%s", span->kind,
			 span->lane + 1);
		encode_meta(w, "thread_name", tid_of(span), name, 0);
		encode_meta(w, "thread_sort_index", tid_of(span), NULL, tid_of(span));
	}
}

struct err *trace_event_write(const char *path, const struct traced *spans, size_t n,
			      size_t lost, int64_t start_us)
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
	jsonw_kv_int(&w, "lost_spans", (int64_t)lost);
	jsonw_end(&w);
	jsonw_key(&w, "traceEvents");
	jsonw_array(&w);
	encode_rows(&w, spans, n);
	for (size_t i = 0; i < n; i++)
		encode_span(&w, &spans[i], start_us);
	jsonw_end(&w);
	jsonw_end(&w);
	str_addc(&text, '\n');
	err = str_err(&text, "trace");
	if (!err)
		err = file_write(path, str_span(&text), 0644);
	str_release(&text);
	return err;
}
