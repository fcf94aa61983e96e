/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "sys/capture.h"
#include "sys/clock.h"
#include "sys/pipe.h"
#include "sys/spawn.h"
#include "sys/warden.h"

#define KILL_GRACE_MS 1000
#define STRAY_GRACE_MS 500

/* One child that never stops printing must not starve the loop. */
#define READ_BYTES 32768
#define READS_A_TURN 32

struct stream {
	struct proc *proc;
	int fd; /* ours, -1 at its end */
	struct loop_watch *watch;
	struct capture capture;
};

struct feed {
	int fd;
	struct loop_watch *watch;
	struct str bytes;
	size_t written;
};

struct proc {
	struct loop *loop;
	char *name;
	pid_t pid;    /* 0: it could not be started */
	pid_t target; /* whom to kill */
	bool foreground;
	int64_t grace_ms; /* from SIGTERM to SIGKILL */
	int status_fd;
	int exec_errno;
	struct feed in;
	struct stream out, err;
	struct loop_timer *timer; /* the deadline, then a grace time */
	int64_t start_ms;
	bool killing, timed_out, ended, finishing;
	void (*done)(void *ctx, struct proc_result *result);
	void *ctx;
};

const char *const proc_env_base[] = {
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LANGUAGE", "LC_*",
	"TZ", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", NULL,
};

static void unwatch(struct proc *proc, struct loop_watch **watch)
{
	loop_unwatch(proc->loop, *watch);
	*watch = NULL;
}

static void stream_close(struct stream *s)
{
	unwatch(s->proc, &s->watch);
	fd_close(&s->fd);
}

static void feed_close(struct proc *proc)
{
	unwatch(proc, &proc->in.watch);
	fd_close(&proc->in.fd);
}

static void stop_timer(struct proc *proc)
{
	loop_cancel(proc->loop, proc->timer);
	proc->timer = NULL;
}

static void release(struct proc *proc)
{
	if (proc->foreground)
		loop_release_interrupt(proc->loop);
	stop_timer(proc);
	feed_close(proc);
	stream_close(&proc->out);
	stream_close(&proc->err);
	fd_close(&proc->status_fd);
	capture_release(&proc->out.capture);
	capture_release(&proc->err.capture);
	str_release(&proc->in.bytes);
	free(proc->name);
	free(proc);
}

/* Nothing after this may touch proc. */
static void finish(struct proc *proc)
{
	struct proc_result result;
	struct err *err;
	int status = 0;

	proc_result_init(&result);
	proc->finishing = true;
	if (proc->pid) {
		if (proc->target < 0)
			kill(proc->target, SIGKILL); /* what its leader left behind */
		status = loop_reap(proc->loop, proc->pid);
	}
	result.ms = clock_mono_ms() - proc->start_ms;
	result.exec_errno = proc->exec_errno;
	if (proc->exec_errno) {
		result.end = PROC_NOT_STARTED;
	} else if (proc->timed_out) {
		result.end = PROC_TIMED_OUT;
	} else if (WIFSIGNALED(status)) {
		result.end = PROC_SIGNALED;
		result.signal = WTERMSIG(status);
	} else {
		result.end = PROC_EXITED;
		result.exit_code = WEXITSTATUS(status);
	}
	err = capture_take(&proc->out.capture, &result.out);
	err = err_first(err, capture_take(&proc->err.capture, &result.err));
	if (err)
		loop_fail(proc->loop, err_wrap(err, "'%s'", proc->name));
	proc->done(proc->ctx, &result);
	proc_result_release(&result);
	release(proc);
}

static bool streams_closed(const struct proc *proc)
{
	return proc->out.fd < 0 && proc->err.fd < 0;
}

static void fail(struct proc *proc, struct err *err)
{
	stream_close(&proc->out);
	stream_close(&proc->err);
	loop_fail(proc->loop, err);
	proc_kill(proc);
}

static void stream_read(struct stream *s)
{
	char bytes[READ_BYTES];

	for (int i = 0; s->fd >= 0 && i < READS_A_TURN; i++) {
		ssize_t n = read(s->fd, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			fail(s->proc, err_errno(ERR_FATAL, errno,
						"cannot read what '%s' prints",
						s->proc->name));
			return;
		}
		if (!n) {
			stream_close(s);
			return;
		}
		capture_add(&s->capture, bytes, (size_t)n);
		if (s->capture.overflown)
			fail(s->proc, err_new(ERR_INPUT,
					      "'%s' printed more than %zu bytes",
					      s->proc->name, s->capture.max_bytes));
	}
}

static void on_readable(void *ctx, short revents)
{
	struct stream *s = ctx;
	struct proc *proc = s->proc;

	(void)revents;
	stream_read(s);
	if (proc->ended && streams_closed(proc))
		finish(proc);
}

static void on_writable(void *ctx, short revents)
{
	struct proc *proc = ctx;
	struct feed *in = &proc->in;

	(void)revents;
	while (in->written < in->bytes.len) {
		ssize_t n = write(in->fd, in->bytes.buf + in->written,
				  in->bytes.len - in->written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && errno == EPIPE)
			break; /* it does not want to read it all */
		if (n < 0) {
			fail(proc, err_errno(ERR_FATAL, errno, "cannot write to '%s'",
					     proc->name));
			break;
		}
		in->written += (size_t)n;
	}
	feed_close(proc);
}

static void on_timer(void *ctx);

/* Without the memory for a timer there is no grace. */
static void start_timer(struct proc *proc, int64_t span_ms)
{
	struct err *err;

	stop_timer(proc);
	err = loop_timer(proc->loop, deadline_after_ms(clock_mono_ms(), span_ms),
			 on_timer, proc, &proc->timer);
	if (err) {
		kill(proc->target, SIGKILL);
		loop_fail(proc->loop, err);
	}
}

static void on_timer(void *ctx)
{
	struct proc *proc = ctx;

	proc->timer = NULL;
	if (proc->ended) {
		kill(proc->target, SIGKILL);
		stream_read(&proc->out);
		stream_read(&proc->err);
		finish(proc);
	} else if (proc->killing) {
		kill(proc->target, SIGKILL);
	} else {
		proc->timed_out = true;
		proc_kill(proc);
	}
}

void proc_kill(struct proc *proc)
{
	if (proc->killing || proc->finishing || !proc->pid)
		return;
	proc->killing = true;
	if (proc->ended) {
		kill(proc->target, SIGKILL);
		return;
	}
	kill(proc->target, SIGTERM);
	kill(proc->target, SIGCONT); /* a stopped process does not see SIGTERM */
	start_timer(proc, proc->grace_ms);
}

static void on_exit_of_child(void *ctx)
{
	struct proc *proc = ctx;

	proc->ended = true;
	stop_timer(proc);
	feed_close(proc);
	proc->exec_errno = spawn_failure(proc->status_fd);
	if (proc->killing && proc->target < 0)
		kill(proc->target, SIGKILL);
	stream_read(&proc->out);
	stream_read(&proc->err);
	if (streams_closed(proc) || proc->killing)
		finish(proc);
	else
		start_timer(proc, STRAY_GRACE_MS);
}

static void on_not_found(void *ctx)
{
	finish(ctx);
}

struct plumbing {
	int in[N_PIPE_ENDS], out[N_PIPE_ENDS], err[N_PIPE_ENDS], null;
};

static struct err *plumb(struct plumbing *p, const struct proc_spec *spec)
{
	struct err *err = NULL;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	p->null = fd < 0 ? -1 : fd_move_up(fd);
	if (p->null < 0)
		err = err_errno(ERR_FATAL, errno, "cannot open '/dev/null'");
	if (!err && spec->input.ptr)
		err = pipe_init(p->in, PIPE_WRITE);
	if (!err && spec->out_max_bytes)
		err = pipe_init(p->out, PIPE_READ);
	if (!err && spec->err_max_bytes && !spec->merge)
		err = pipe_init(p->err, PIPE_READ);
	return err;
}

static void take_end(int *to, int *from)
{
	*to = *from;
	*from = -1;
}

static struct err *watch_streams(struct proc *proc)
{
	struct err *err = NULL;

	if (proc->in.fd >= 0)
		err = loop_watch(proc->loop, proc->in.fd, POLLOUT, on_writable, proc,
				 &proc->in.watch);
	if (!err && proc->out.fd >= 0)
		err = loop_watch(proc->loop, proc->out.fd, POLLIN, on_readable,
				 &proc->out, &proc->out.watch);
	if (!err && proc->err.fd >= 0)
		err = loop_watch(proc->loop, proc->err.fd, POLLIN, on_readable,
				 &proc->err, &proc->err.watch);
	return err;
}

static const char *const no_env[] = { NULL };

static struct err *launch(struct proc *proc, const struct proc_spec *spec,
			  const char *path)
{
	static const int death_signal[] = { [PROC_ORPHAN_DIES] = SIGKILL,
					    [PROC_ORPHAN_TIDIES] = SIGTERM,
					    [PROC_ORPHAN_FINISHES] = 0 };
	struct plumbing p = { PIPE_NONE, PIPE_NONE, PIPE_NONE, -1 };
	struct spawn_spec child = {
		.path = path, .argv = spec->argv,
		.env = spec->env ? spec->env : no_env,
		.dir = spec->dir,
		.stream = { -1, -1, -1 }, .own_group = !spec->foreground,
		.death_signal = death_signal[spec->orphan],
		.hold = spec->hold,
	};
	struct err *err = spec->foreground ? NULL : plumb(&p, spec);
	pid_t pid;

	if (err)
		goto out;
	if (!spec->foreground) {
		child.stream[0] = p.in[PIPE_READ] >= 0 ? p.in[PIPE_READ] : p.null;
		child.stream[1] = p.out[PIPE_WRITE] >= 0 ? p.out[PIPE_WRITE] : p.null;
		child.stream[2] = spec->merge ? child.stream[1] :
				  p.err[PIPE_WRITE] >= 0 ? p.err[PIPE_WRITE] : p.null;
	}
	err = spawn(&child, &pid, &proc->status_fd);
	if (err)
		goto out;
	proc->pid = pid;
	proc->target = spec->foreground ? pid : -pid;
	proc->foreground = spec->foreground;
	if (spec->foreground)
		loop_hold_interrupt(proc->loop);
	take_end(&proc->in.fd, &p.in[PIPE_WRITE]);
	take_end(&proc->out.fd, &p.out[PIPE_READ]);
	take_end(&proc->err.fd, &p.err[PIPE_READ]);
	err = loop_child(proc->loop, pid, on_exit_of_child, proc);
	if (err) {
		kill(proc->target, SIGKILL);
		loop_reap(proc->loop, pid);
		proc->pid = 0;
		goto out;
	}
	err = watch_streams(proc);
	if (!err && spec->timeout_ms)
		err = loop_timer(proc->loop,
				 deadline_after_ms(proc->start_ms, spec->timeout_ms),
				 on_timer, proc, &proc->timer);
out:
	pipe_release(p.in);
	pipe_release(p.out);
	pipe_release(p.err);
	fd_close(&p.null);
	return err;
}

static struct err *check_dir(const char *dir)
{
	struct stat st;

	if (!dir)
		return NULL;
	if (stat(dir, &st))
		return err_errno(ERR_FATAL, errno, "cannot enter '%s'", dir);
	if (!S_ISDIR(st.st_mode))
		return err_errno(ERR_FATAL, ENOTDIR, "cannot enter '%s'", dir);
	return NULL;
}

static struct err *proc_new(struct proc **out, struct loop *loop,
			    const struct proc_spec *spec)
{
	bool cuts = spec->overflow == PROC_OVERFLOW_CUTS;
	struct proc *proc = calloc(1, sizeof(*proc));

	*out = proc;
	if (!proc)
		return err_nomem();
	proc->loop = loop;
	proc->start_ms = clock_mono_ms();
	proc->grace_ms = spec->hold && spec->hold->warden == HOLD_WARDEN_OF_ALL ?
		WARDEN_GRACE_MS : KILL_GRACE_MS;
	proc->status_fd = proc->in.fd = proc->out.fd = proc->err.fd = -1;
	proc->out.proc = proc->err.proc = proc;
	capture_init(&proc->out.capture, spec->out_max_bytes, cuts);
	capture_init(&proc->err.capture, spec->err_max_bytes, cuts);
	str_init(&proc->in.bytes, spec->input.len);
	str_add_span(&proc->in.bytes, spec->input);
	proc->name = strdup(spec->argv[0]);
	return proc->name ? str_err(&proc->in.bytes, proc->name) : err_nomem();
}

struct err *proc_start(struct loop *loop, const struct proc_spec *spec,
		       void (*done)(void *ctx, struct proc_result *result),
		       void *ctx, struct proc **out)
{
	struct proc *proc = NULL;
	struct err *err;
	char *path = NULL;
	int errnum;

	*out = NULL;
	err = check_dir(spec->dir);
	if (!err)
		err = proc_new(&proc, loop, spec);
	if (!err)
		err = spawn_find(&path, &errnum, spec->argv[0], spec->env);
	if (err)
		goto out;
	proc->done = done;
	proc->ctx = ctx;
	if (path) {
		err = launch(proc, spec, path);
	} else {
		proc->exec_errno = errnum;
		err = loop_post(loop, on_not_found, proc);
	}
out:
	free(path);
	if (err) {
		proc_free(proc);
		return err_wrap(err, "cannot run '%s'", spec->argv[0]);
	}
	*out = proc;
	return NULL;
}

pid_t proc_pid(const struct proc *proc)
{
	return proc->pid;
}

void proc_free(struct proc *proc)
{
	if (!proc || proc->finishing)
		return;
	if (proc->pid)
		loop_bury(proc->loop, proc->pid, proc->target, proc->grace_ms);
	else
		loop_unpost(proc->loop, on_not_found, proc);
	release(proc);
}

struct run {
	struct proc_result *result;
	bool done;
};

static void on_run_done(void *ctx, struct proc_result *result)
{
	struct run *run = ctx;

	*run->result = *result;
	proc_result_init(result);
	run->done = true;
}

struct err *proc_run(struct loop *loop, const struct proc_spec *spec,
		     struct proc_result *out)
{
	struct run run = { .result = out };
	struct proc *proc = NULL;
	struct err *err;

	proc_result_init(out);
	err = proc_start(loop, spec, on_run_done, &run, &proc);
	if (!err)
		err = loop_run(loop, &run.done);
	if (err && !run.done)
		proc_free(proc);
	if (err)
		proc_result_release(out);
	return err;
}

void proc_result_init(struct proc_result *result)
{
	*result = (struct proc_result){ .out = STR_INIT(0), .err = STR_INIT(0) };
}

void proc_result_release(struct proc_result *result)
{
	str_release(&result->out);
	str_release(&result->err);
}

void proc_result_say(const struct proc_result *result, struct str *out)
{
	switch (result->end) {
	case PROC_EXITED:
		str_addf(out, "exited with %d", result->exit_code);
		break;
	case PROC_SIGNALED:
		str_addf(out, "killed by signal %d (%s)", result->signal,
			 strsignal(result->signal));
		break;
	case PROC_TIMED_OUT:
		str_adds(out, "timed out");
		break;
	case PROC_NOT_STARTED:
		if (result->exec_errno == ENOENT)
			str_adds(out, "not found");
		else
			str_addf(out, "could not be started: %s",
				 strerror(result->exec_errno));
		break;
	}
}

extern char **environ;

static bool name_matches(const char *name, const char *variable)
{
	size_t n = strlen(name);

	if (n && name[n - 1] == '*')
		return !strncmp(name, variable, n - 1) && strchr(variable, '=');
	return !strncmp(name, variable, n) && variable[n] == '=';
}

void proc_env(struct argv *env, const char *const *names)
{
	for (; *names; names++) {
		for (char **variable = environ; variable && *variable; variable++) {
			if (name_matches(*names, *variable))
				argv_push(env, *variable);
		}
	}
}
