/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/dialog.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/str.h"
#include "sys/clock.h"
#include "sys/pipe.h"
#include "sys/spawn.h"

#define LINE_MAX_BYTES ((size_t)4096)
#define BUF_BYTES ((size_t)64 << 10)
#define WORDS_MAX_BYTES ((size_t)64 << 10)
#define KILL_GRACE_MS 1000
#define LOOK_UP_MS 500

/* What a child that went away may still be saying. */
#define LAST_WORDS_MS 200

enum { IN, OUT, ERR, N_STREAMS };

struct dialog {
	struct loop *loop;
	char *name;
	pid_t pid; /* 0: not started */
	int fd[N_STREAMS];
	int64_t timeout_ms, deadline_ms;
	struct str words; /* its stderr; the rest of it is dropped */
	size_t start, end; /* what of buf is not taken yet */
	char buf[BUF_BYTES];
};

static int our_end(int stream)
{
	return stream == IN ? PIPE_WRITE : PIPE_READ;
}

/* The loop buries it, whether it ended or not. */
static void on_exit_of_child(void *ctx)
{
	(void)ctx;
}

static struct err *launch(struct dialog *d, const struct dialog_spec *spec,
			  const char *path)
{
	int pipes[N_STREAMS][N_PIPE_ENDS] = { PIPE_NONE, PIPE_NONE, PIPE_NONE };
	struct spawn_spec child = {
		.path = path, .argv = spec->argv, .env = spec->env,
		.dir = spec->dir, .own_group = true,
	};
	struct err *err = NULL;
	int status_fd, errnum;

	for (int i = 0; i < N_STREAMS && !err; i++) {
		err = pipe_init(pipes[i], our_end(i));
		child.stream[i] = pipes[i][!our_end(i)];
	}
	if (!err)
		err = spawn(&child, &d->pid, &status_fd);
	if (err)
		goto out;
	/* It is past its exec: spawn() waits for that. */
	errnum = spawn_failure(status_fd);
	close(status_fd);
	err = loop_child(d->loop, d->pid, on_exit_of_child, NULL);
	if (err) {
		loop_reap(d->loop, d->pid);
		d->pid = 0;
	} else if (errnum) {
		err = err_errno(ERR_FATAL, errnum, "cannot run '%s'", spec->argv[0]);
	}
	for (int i = 0; i < N_STREAMS; i++) {
		d->fd[i] = pipes[i][our_end(i)];
		pipes[i][our_end(i)] = -1;
	}
out:
	for (int i = 0; i < N_STREAMS; i++)
		pipe_release(pipes[i]);
	return err;
}

struct err *dialog_start(struct dialog **out, struct loop *loop,
			 const struct dialog_spec *spec)
{
	struct dialog *d = calloc(1, sizeof(*d));
	char *path = NULL;
	struct err *err;
	int errnum = 0;

	*out = NULL;
	if (!d)
		return err_nomem();
	d->loop = loop;
	d->timeout_ms = spec->timeout_ms;
	str_init(&d->words, WORDS_MAX_BYTES);
	for (int i = 0; i < N_STREAMS; i++)
		d->fd[i] = -1;
	d->name = strdup(spec->name);
	err = d->name ? spawn_find(&path, &errnum, spec->argv[0], spec->env)
		      : err_nomem();
	if (!err && !path)
		err = err_errno(ERR_FATAL, errnum, "cannot run '%s'", spec->argv[0]);
	if (!err)
		err = launch(d, spec, path);
	free(path);
	if (err) {
		dialog_free(d);
		return err;
	}
	*out = d;
	return NULL;
}

void dialog_free(struct dialog *d)
{
	if (!d)
		return;
	for (int i = 0; i < N_STREAMS; i++)
		fd_close(&d->fd[i]);
	if (d->pid)
		loop_bury(d->loop, d->pid, -d->pid, KILL_GRACE_MS);
	str_release(&d->words);
	free(d->name);
	free(d);
}

/* Keeps the begin: the first complaint is the one that tells. */
static void hear(struct dialog *d)
{
	char bytes[4096];
	ssize_t n = read(d->fd[ERR], bytes, sizeof(bytes));

	if (n > 0 && !d->words.full)
		str_add(&d->words, bytes, (size_t)n);
	else if (!n || (n < 0 && errno != EAGAIN && errno != EINTR))
		fd_close(&d->fd[ERR]);
}

static struct err *no_answer(struct dialog *d)
{
	return err_new(ERR_FATAL, "%s: no answer within %lld s", d->name,
		       (long long)(d->timeout_ms / 1000));
}

/* Waits for fd, hearing its complaints meanwhile. An err at the deadline or a signal. */
static struct err *wait_for(struct dialog *d, int which, short events, int64_t deadline_ms)
{
	for (;;) {
		int64_t left_ms = deadline_left_ms(deadline_ms, clock_mono_ms());
		struct pollfd fds[] = { { .fd = d->fd[which], .events = events },
					{ .fd = d->fd[ERR], .events = POLLIN } };
		struct err *err = loop_peek_stop(d->loop);

		if (err)
			return err;
		if (which == ERR)
			fds[1].fd = -1;
		/* A signal just before poll() does not end it. */
		if (poll(fds, 2, left_ms > LOOK_UP_MS ? LOOK_UP_MS : (int)left_ms) < 0 &&
		    errno != EINTR)
			return err_errno(ERR_FATAL, errno, "%s: cannot wait", d->name);
		if (fds[1].fd >= 0 && fds[1].revents)
			hear(d);
		if (fds[0].revents)
			return NULL;
		if (!left_ms)
			return no_answer(d);
	}
}

static struct err *went_away(struct dialog *d)
{
	int64_t until_ms = deadline_after_ms(clock_mono_ms(), LAST_WORDS_MS);
	struct span rest, line;
	struct err *err = NULL;

	while (d->fd[ERR] >= 0 && !(err = wait_for(d, ERR, POLLIN, until_ms)))
		hear(d);
	if (err_is_signal(err))
		return err;
	err_drop(err);
	rest = str_span(&d->words);
	while (span_line(&rest, &line)) {
		if (span_trim(line).len)
			return err_new(ERR_FATAL, "%s: %.*s", d->name, (int)line.len,
				       line.ptr);
	}
	return err_new(ERR_FATAL, "%s ended before it answered", d->name);
}

struct err *dialog_send(struct dialog *d, struct span bytes)
{
	d->deadline_ms = deadline_after_ms(clock_mono_ms(), d->timeout_ms);
	while (bytes.len) {
		ssize_t n = write(d->fd[IN], bytes.ptr, bytes.len);
		struct err *err = NULL;

		if (n > 0)
			bytes = span_cut(bytes, (size_t)n, bytes.len);
		else if (errno == EAGAIN)
			err = wait_for(d, IN, POLLOUT, d->deadline_ms);
		else if (errno != EINTR)
			err = went_away(d);
		if (err)
			return err;
	}
	return NULL;
}

/* Some bytes of its answer, at most len. */
static struct err *receive(struct dialog *d, void *to, size_t len, size_t *got)
{
	for (;;) {
		ssize_t n = read(d->fd[OUT], to, len);
		struct err *err;

		if (n > 0) {
			*got = (size_t)n;
			return NULL;
		}
		if (!n || (errno != EAGAIN && errno != EINTR))
			return went_away(d);
		err = errno == EAGAIN ? wait_for(d, OUT, POLLIN, d->deadline_ms) : NULL;
		if (err)
			return err;
	}
}

struct err *dialog_line(struct dialog *d, struct span *line)
{
	for (;;) {
		struct span held = { d->buf + d->start, d->end - d->start };
		ptrdiff_t at = span_findc(held, '\n', 0);
		struct err *err;
		size_t n;

		if (at >= 0) {
			*line = span_cut(held, 0, (size_t)at);
			d->start += (size_t)at + 1;
			return NULL;
		}
		if (held.len > LINE_MAX_BYTES)
			return err_new(ERR_FATAL, "%s: its answer has no end", d->name);
		memmove(d->buf, held.ptr, held.len);
		d->start = 0;
		d->end = held.len;
		err = receive(d, d->buf + d->end, sizeof(d->buf) - d->end, &n);
		if (err)
			return err;
		d->end += n;
	}
}

struct err *dialog_bytes(struct dialog *d, void *to, size_t len)
{
	size_t n = d->end - d->start < len ? d->end - d->start : len;
	struct err *err = NULL;
	char *at = to;

	if (at && n)
		memcpy(at, d->buf + d->start, n);
	d->start += n;
	for (len -= n; len && !err; len -= n) {
		at = at ? at + n : NULL;
		n = 0;
		if (at)
			err = receive(d, at, len, &n);
		else
			err = receive(d, d->buf, len < BUF_BYTES ? len : BUF_BYTES, &n);
	}
	return err;
}
