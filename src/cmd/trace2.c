/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/trace2.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "sys/clock.h"
#include "sys/file.h"

#define SID_MAX_BYTES ((size_t)4096)
#define TEXT_MAX_BYTES ((size_t)256 << 20)
#define FD_MAX 9
#define CATEGORY "dualfix"

/* A clock time as git writes it; microseconds are added by the caller's format. */
static void format_time(char *out, size_t size, int64_t wall_ms, const char *format)
{
	time_t at = (time_t)(wall_ms / 1000);
	struct tm tm;

	*out = '\0';
	if (gmtime_r(&at, &tm))
		(void)strftime(out, size, format, &tm);
}

static void make_sid(struct trace2 *trace2)
{
	const char *parent = getenv("GIT_TRACE2_PARENT_SID");
	char now[32];

	format_time(now, sizeof(now), trace2->start_wall_ms, "%Y%m%dT%H%M%S");
	if (parent && *parent)
		str_addf(&trace2->sid, "%s/", parent);
	str_addf(&trace2->sid, "%s.%06dZ-Localhost-P%08x", now,
		 (int)(trace2->start_wall_ms % 1000) * 1000, (unsigned)getpid());
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (!strcasecmp(text, *words))
			return true;
	return false;
}

/* A number of its own for what is open now; -1 for what is not. */
static int keep_fd(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, FD_MAX + 1);
}

void trace2_init(struct trace2 *trace2)
{
	static const char *const off[] = { "", "0", "false", NULL };
	static const char *const on[] = { "1", "true", NULL };
	const char *target = getenv("GIT_TRACE2_EVENT");

	*trace2 = (struct trace2){ .fd = -1, .start_us = clock_mono_us(),
				   .start_wall_ms = clock_wall_ms() };
	str_init(&trace2->sid, SID_MAX_BYTES);
	if (!target || is_one_of(target, off))
		return;
	make_sid(trace2);
	if (*target == '/')
		trace2->path = target;
	else if (is_one_of(target, on))
		trace2->fd = keep_fd(STDERR_FILENO);
	else if (target[0] >= '2' && target[0] <= '0' + FD_MAX && !target[1])
		trace2->fd = keep_fd(target[0] - '0');
	else if (!strncmp(target, "af_unix:", strlen("af_unix:")))
		trace2->why = "sockets are not supported";
	else
		trace2->why = "it is neither a descriptor nor an absolute path";
	if (!trace2->path && !trace2->why && trace2->fd < 0)
		trace2->why = "its descriptor is not open";
}

bool trace2_is_on(const struct trace2 *trace2)
{
	return trace2->fd >= 0 || trace2->path;
}

void trace2_release(struct trace2 *trace2)
{
	if (trace2->fd >= 0)
		close(trace2->fd);
	str_release(&trace2->sid);
	*trace2 = (struct trace2){ .fd = -1 };
}

struct writer {
	const struct trace2 *trace2;
	struct str text;
	struct jsonw json;
};

static double seconds(int64_t us)
{
	return (double)us / 1e6;
}

static void begin(struct writer *w, const char *event, const char *thread, int64_t at_us)
{
	int64_t wall_us = w->trace2->start_wall_ms * 1000 + at_us - w->trace2->start_us;
	char now[32], time[48];

	format_time(now, sizeof(now), wall_us / 1000, "%Y-%m-%dT%H:%M:%S");
	snprintf(time, sizeof(time), "%s.%06dZ", now, (int)(wall_us % 1000000));
	jsonw_init(&w->json, &w->text, false);
	jsonw_object(&w->json);
	jsonw_kv_text(&w->json, "event", event);
	jsonw_kv_string(&w->json, "sid", str_span(&w->trace2->sid));
	jsonw_kv_text(&w->json, "thread", thread);
	jsonw_kv_text(&w->json, "time", time);
}

static void add_seconds(struct writer *w, const char *key, int64_t us)
{
	jsonw_key(&w->json, key);
	jsonw_real(&w->json, seconds(us));
}

static void end(struct writer *w)
{
	jsonw_end(&w->json);
	str_addc(&w->text, '\n');
}

static void write_start(struct writer *w, const char *command)
{
	const char *parent = getenv("GIT_TRACE2_PARENT_NAME");
	int64_t start_us = w->trace2->start_us;
	char name[512];

	begin(w, "version", "main", start_us);
	jsonw_kv_text(&w->json, "evt", "3");
	jsonw_kv_text(&w->json, "exe", "git-dualfix " DUALFIX_VERSION);
	end(w);
	begin(w, "start", "main", start_us);
	add_seconds(w, "t_abs", 0);
	jsonw_key(&w->json, "argv"); /* what follows may hold an issue's text */
	jsonw_array(&w->json);
	jsonw_text(&w->json, "git-dualfix");
	jsonw_text(&w->json, command);
	jsonw_end(&w->json);
	end(w);
	snprintf(name, sizeof(name), "%s%sdualfix", parent ? parent : "",
		 parent && *parent ? "/" : "");
	begin(w, "cmd_name", "main", start_us);
	jsonw_kv_text(&w->json, "name", "dualfix");
	jsonw_kv_text(&w->json, "hierarchy", name);
	end(w);
}

static void write_end(struct writer *w, int code)
{
	static const char *const events[] = { "exit", "atexit" };
	int64_t now_us = clock_mono_us();

	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		begin(w, events[i], "main", now_us);
		add_seconds(w, "t_abs", now_us - w->trace2->start_us);
		jsonw_kv_int(&w->json, "code", code);
		end(w);
	}
}

static void thread_of(const struct traced *span, char *out, size_t size)
{
	if (!strcmp(span->kind, "run") && !span->lane)
		snprintf(out, size, "main");
	else
		snprintf(out, size, "th%02d:%s", span->lane + 1, span->kind);
}

static void write_region(struct writer *w, const struct traced *span, bool leave)
{
	char thread[64];

	thread_of(span, thread, sizeof(thread));
	begin(w, leave ? "region_leave" : "region_enter", thread,
	      leave ? span->end_us : span->start_us);
	if (leave)
		add_seconds(w, "t_rel", span->end_us - span->start_us);
	jsonw_kv_int(&w->json, "nesting", 1);
	jsonw_kv_text(&w->json, "category", CATEGORY);
	jsonw_kv_text(&w->json, "label", span->kind);
	jsonw_kv_text(&w->json, "msg", span->name);
	end(w);
}

static void write_facts(struct writer *w, const struct traced *span)
{
	char thread[64];

	thread_of(span, thread, sizeof(thread));
	for (size_t i = 0; i < span->n_args; i++) {
		const struct event_arg *arg = &span->args[i];
		char number[32];

		snprintf(number, sizeof(number), "%" PRId64, arg->number);
		begin(w, "data", thread, span->end_us);
		add_seconds(w, "t_abs", span->end_us - w->trace2->start_us);
		add_seconds(w, "t_rel", span->end_us - span->start_us);
		jsonw_kv_int(&w->json, "nesting", 2);
		jsonw_kv_text(&w->json, "category", CATEGORY);
		jsonw_kv_text(&w->json, "key", arg->name);
		jsonw_kv_text(&w->json, "value", arg->text ? arg->text : number);
		end(w);
	}
}

/* One end of a region. */
struct edge {
	int64_t at_us;
	size_t span;
	bool leave;
};

/* At one moment, an earlier region is left before a later one of its thread begins. */
static int in_time(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	if (x->span != y->span)
		return x->span < y->span ? -1 : 1;
	return x->leave - y->leave;
}

static struct err *write_regions(struct writer *w, const struct traced *spans, size_t n)
{
	struct edge *edges = calloc(n * 2 + 1, sizeof(*edges));

	if (!edges)
		return err_nomem();
	for (size_t i = 0; i < n; i++) {
		edges[2 * i] = (struct edge){ spans[i].start_us, i, false };
		edges[2 * i + 1] = (struct edge){ spans[i].end_us, i, true };
	}
	qsort(edges, n * 2, sizeof(*edges), in_time);
	for (size_t i = 0; i < n * 2; i++) {
		const struct traced *span = &spans[edges[i].span];

		if (edges[i].leave)
			write_facts(w, span);
		write_region(w, span, edges[i].leave);
	}
	free(edges);
	return NULL;
}

static struct err *open_target(const struct trace2 *trace2, int *fd)
{
	struct str path = STR_INIT(SID_MAX_BYTES * 2);
	const char *name = strrchr(trace2->sid.buf, '/');
	bool dir = file_is_dir(trace2->path);
	struct err *err;

	str_adds(&path, trace2->path);
	if (dir)
		str_addf(&path, "/%s", name ? name + 1 : trace2->sid.buf);
	err = str_err(&path, "GIT_TRACE2_EVENT");
	if (!err) {
		*fd = open(path.buf, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK |
			   (dir ? O_EXCL : 0), 0666);
		if (*fd < 0)
			err = err_errno(ERR_CONFIG, errno, "GIT_TRACE2_EVENT: cannot open '%s'",
					path.buf);
	}
	str_release(&path);
	return err;
}

static struct err *write_all(int fd, struct span bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_errno(ERR_CONFIG, errno, "GIT_TRACE2_EVENT: cannot write");
		bytes = span_cut(bytes, (size_t)n, bytes.len);
	}
	return NULL;
}

struct err *trace2_write(const struct trace2 *trace2, const char *command, int code,
			 const struct traced *spans, size_t n)
{
	struct writer w = { .trace2 = trace2, .text = STR_INIT(TEXT_MAX_BYTES) };
	int fd = trace2->fd;
	struct err *err;

	if (!trace2_is_on(trace2))
		return NULL;
	write_start(&w, command);
	err = write_regions(&w, spans, n);
	write_end(&w, code);
	err = err_first(err, str_err(&w.text, "trace"));
	if (!err && trace2->path)
		err = open_target(trace2, &fd);
	if (!err)
		err = write_all(fd, str_span(&w.text));
	if (fd >= 0 && fd != trace2->fd)
		close(fd);
	str_release(&w.text);
	return err;
}
