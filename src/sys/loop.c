/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "sys/clock.h"
#include "sys/signals.h"

/* How long a killed child may need to go before we no longer wait for it. */
#define KILLED_GRACE_MS 1000

struct loop_watch {
	struct loop_watch *next;
	void (*fn)(void *ctx, short revents); /* NULL: unwatched, to be swept */
	void *ctx;
	int fd;
	short events;
	short revents;
};

struct loop_timer {
	struct loop_timer *next; /* the earlier first, equals as they came */
	void (*fn)(void *ctx);
	void *ctx;
	int64_t at_ms;
	uint64_t id;
};

struct child {
	struct child *next;
	void (*fn)(void *ctx); /* NULL: called already, or buried */
	void *ctx;
	pid_t pid;
	pid_t target; /* buried: whom to kill; else 0 */
	bool killed;
	int64_t next_at_ms; /* SIGKILL, or once killed: not our child any more */
};

struct post {
	struct post *next;
	void (*fn)(void *ctx);
	void *ctx;
};

struct loop {
	int pipe[2]; /* signals write, the turn drains */
	int64_t now_ms;
	bool turning;
	bool look_at_children;
	int interrupt_holds;
	struct loop_watch *watches, **watches_end;
	struct loop_timer *timers;
	uint64_t timer_ids;
	struct child *children;
	struct post *posts, **posts_end;
	struct pollfd *fds; /* [0] is the pipe */
	size_t nfds, fds_cap;
	const struct loop_transport *transport;
	struct err *failure;
};

struct err *loop_new(struct loop **out)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	struct err *err = NULL;

	*out = NULL;
	if (!loop)
		return err_nomem();
	loop->pipe[0] = loop->pipe[1] = -1;
	loop->watches_end = &loop->watches;
	loop->posts_end = &loop->posts;
	if (pipe2(loop->pipe, O_CLOEXEC | O_NONBLOCK)) {
		err = err_errno(ERR_FATAL, errno, "cannot create a pipe");
		goto out;
	}
	err = signals_take(loop->pipe[1]);
out:
	if (err) {
		if (loop->pipe[0] >= 0) {
			close(loop->pipe[0]);
			close(loop->pipe[1]);
		}
		free(loop);
		return err;
	}
	*out = loop;
	return NULL;
}

int64_t loop_now_ms(const struct loop *loop)
{
	return loop->turning ? loop->now_ms : clock_mono_ms();
}

struct err *loop_watch(struct loop *loop, int fd, short events,
		       void (*fn)(void *ctx, short revents), void *ctx,
		       struct loop_watch **out)
{
	struct loop_watch *watch = calloc(1, sizeof(*watch));

	*out = watch;
	if (!watch)
		return err_nomem();
	watch->fn = fn;
	watch->ctx = ctx;
	watch->fd = fd;
	watch->events = events;
	*loop->watches_end = watch;
	loop->watches_end = &watch->next;
	return NULL;
}

/* Only marked: the list may be walked right now. */
void loop_unwatch(struct loop *loop, struct loop_watch *watch)
{
	(void)loop;
	if (watch)
		watch->fn = NULL;
}

static void sweep_watches(struct loop *loop)
{
	struct loop_watch **at = &loop->watches;

	while (*at) {
		struct loop_watch *watch = *at;

		if (watch->fn) {
			at = &watch->next;
			continue;
		}
		*at = watch->next;
		free(watch);
	}
	loop->watches_end = at;
}

struct err *loop_timer(struct loop *loop, int64_t at_ms, void (*fn)(void *ctx),
		       void *ctx, struct loop_timer **out)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));
	struct loop_timer **at = &loop->timers;

	if (out)
		*out = timer;
	if (!timer)
		return err_nomem();
	timer->fn = fn;
	timer->ctx = ctx;
	timer->at_ms = at_ms;
	timer->id = loop->timer_ids++;
	while (*at && (*at)->at_ms <= at_ms)
		at = &(*at)->next;
	timer->next = *at;
	*at = timer;
	return NULL;
}

void loop_cancel(struct loop *loop, struct loop_timer *timer)
{
	struct loop_timer **at = &loop->timers;

	while (*at && *at != timer)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = timer->next;
	free(timer);
}

static struct child **find_child(struct loop *loop, pid_t pid)
{
	struct child **at = &loop->children;

	while (*at && (*at)->pid != pid)
		at = &(*at)->next;
	return at;
}

struct err *loop_child(struct loop *loop, pid_t pid, void (*fn)(void *ctx), void *ctx)
{
	struct child *child = calloc(1, sizeof(*child));

	if (!child)
		return err_nomem();
	child->fn = fn;
	child->ctx = ctx;
	child->pid = pid;
	child->next = loop->children;
	loop->children = child;
	loop->look_at_children = true; /* its SIGCHLD may be long gone */
	return NULL;
}

static int wait_for(pid_t pid)
{
	int status = SIGKILL; /* should somebody else have taken it: no success */

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int loop_reap(struct loop *loop, pid_t pid)
{
	struct child **at = find_child(loop, pid);
	struct child *child = *at;

	if (child) {
		*at = child->next;
		free(child);
	}
	return wait_for(pid);
}

static void send_term(pid_t target)
{
	kill(target, SIGTERM);
	kill(target, SIGCONT); /* a stopped process does not see SIGTERM */
}

void loop_bury(struct loop *loop, pid_t pid, pid_t target, int64_t grace_ms)
{
	struct child *child = *find_child(loop, pid);

	if (!child)
		return;
	send_term(target);
	child->fn = NULL;
	child->target = target;
	child->next_at_ms = deadline_after_ms(clock_mono_ms(), grace_ms);
	loop->look_at_children = true;
}

struct err *loop_post(struct loop *loop, void (*fn)(void *ctx), void *ctx)
{
	struct post *post = calloc(1, sizeof(*post));

	if (!post)
		return err_nomem();
	post->fn = fn;
	post->ctx = ctx;
	*loop->posts_end = post;
	loop->posts_end = &post->next;
	return NULL;
}

void loop_unpost(struct loop *loop, void (*fn)(void *ctx), void *ctx)
{
	for (struct post *post = loop->posts; post; post = post->next) {
		if (post->fn == fn && post->ctx == ctx)
			post->fn = NULL;
	}
}

void loop_fail(struct loop *loop, struct err *err)
{
	loop->failure = err_first(loop->failure, err);
}

void loop_hold_interrupt(struct loop *loop)
{
	loop->interrupt_holds++;
}

void loop_release_interrupt(struct loop *loop)
{
	loop->interrupt_holds--;
	/* pressed while the child had the terminal, as often as not what ended it */
	if (!loop->interrupt_holds)
		signals_forget_interrupt();
}

void loop_attach(struct loop *loop, const struct loop_transport *transport)
{
	loop->transport = transport;
}

static struct err *list_fds(struct loop *loop)
{
	size_t n = 1;

	sweep_watches(loop);
	for (struct loop_watch *watch = loop->watches; watch; watch = watch->next)
		n++;
	if (n > loop->fds_cap) {
		struct pollfd *fds = realloc(loop->fds, 2 * n * sizeof(*fds));

		if (!fds)
			return err_nomem();
		loop->fds = fds;
		loop->fds_cap = 2 * n;
	}
	loop->fds[0] = (struct pollfd){ .fd = loop->pipe[0], .events = POLLIN };
	loop->nfds = 1;
	for (struct loop_watch *watch = loop->watches; watch; watch = watch->next)
		loop->fds[loop->nfds++] =
			(struct pollfd){ .fd = watch->fd, .events = watch->events };
	return NULL;
}

static int timeout_ms(const struct loop *loop)
{
	int64_t at_ms = loop->timers ? loop->timers->at_ms : DEADLINE_NEVER;
	int64_t left_ms;

	if (loop->posts || loop->look_at_children)
		return 0;
	for (const struct child *child = loop->children; child; child = child->next) {
		if (child->target)
			at_ms = deadline_earlier(at_ms, child->next_at_ms);
	}
	if (at_ms == DEADLINE_NEVER)
		return -1;
	left_ms = deadline_left_ms(at_ms, clock_mono_ms());
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

static void drain_pipe(struct loop *loop)
{
	char bytes[256];

	while (read(loop->pipe[0], bytes, sizeof(bytes)) > 0)
		;
}

static struct err *wait_for_events(struct loop *loop)
{
	const struct loop_transport *transport = loop->transport;
	struct err *err = list_fds(loop);
	size_t i = 1;

	if (err)
		return err;
	if (transport && transport->busy(transport->ctx)) {
		err = transport->poll(transport->ctx, loop->fds, loop->nfds,
				      timeout_ms(loop));
		if (err)
			return err;
	} else if (poll(loop->fds, loop->nfds, timeout_ms(loop)) < 0) {
		if (errno != EINTR)
			return err_errno(ERR_FATAL, errno, "cannot wait for events");
		for (size_t k = 0; k < loop->nfds; k++)
			loop->fds[k].revents = 0;
	}
	for (struct loop_watch *watch = loop->watches; watch; watch = watch->next)
		watch->revents = loop->fds[i++].revents;
	if (loop->fds[0].revents)
		drain_pipe(loop);
	return NULL;
}

static void call_watches(struct loop *loop)
{
	for (struct loop_watch *watch = loop->watches; watch; watch = watch->next) {
		short revents = watch->revents;

		watch->revents = 0;
		if (!watch->fn || !revents || loop->failure)
			continue;
		if (revents & POLLNVAL)
			loop_fail(loop,
				  err_new(ERR_FATAL, "descriptor %d is watched but closed",
					  watch->fd));
		else
			watch->fn(watch->ctx, revents);
	}
}

/* A timer that a timer sets waits for the next turn, however late it is. */
static struct loop_timer **due_timer(struct loop *loop, uint64_t below_id)
{
	struct loop_timer **at = &loop->timers;

	while (*at && (*at)->at_ms <= loop->now_ms && (*at)->id >= below_id)
		at = &(*at)->next;
	return *at && (*at)->at_ms <= loop->now_ms ? at : NULL;
}

static void call_timers(struct loop *loop)
{
	uint64_t below_id = loop->timer_ids;
	struct loop_timer **at;

	while (!loop->failure && (at = due_timer(loop, below_id))) {
		struct loop_timer *timer = *at;
		void (*fn)(void *ctx) = timer->fn;
		void *ctx = timer->ctx;

		*at = timer->next;
		free(timer);
		fn(ctx);
	}
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT))
		return errno == ECHILD;
	return info.si_pid == pid;
}

/* True when the buried child is gone, or is never going to be. */
static bool settle_child(struct child *child, int64_t now_ms)
{
	if (has_ended(child->pid)) {
		kill(child->target, SIGKILL); /* what its leader left behind */
		wait_for(child->pid);
		return true;
	}
	if (!deadline_passed(child->next_at_ms, now_ms))
		return false;
	if (child->killed)
		return true;
	kill(child->target, SIGKILL);
	child->killed = true;
	child->next_at_ms = deadline_after_ms(now_ms, KILLED_GRACE_MS);
	return false;
}

/* Returns whether buried children are left. */
static bool settle_buried(struct loop *loop, int64_t now_ms)
{
	struct child **at = &loop->children;
	bool left = false;

	while (*at) {
		struct child *child = *at;

		if (child->target && settle_child(child, now_ms)) {
			*at = child->next;
			free(child);
			continue;
		}
		left |= child->target != 0;
		at = &child->next;
	}
	return left;
}

static struct child *ended_child(struct loop *loop)
{
	for (struct child *child = loop->children; child; child = child->next) {
		if (child->fn && has_ended(child->pid))
			return child;
	}
	return NULL;
}

static void call_children(struct loop *loop)
{
	struct child *child;
	bool look = loop->look_at_children;

	look |= signals_child_ended();
	loop->look_at_children = false;
	settle_buried(loop, loop->now_ms);
	if (!look)
		return;
	/* from the start each time: a callback may reap and bury others */
	while ((child = ended_child(loop))) {
		void (*fn)(void *ctx) = child->fn;

		if (loop->failure) {
			loop->look_at_children = true;
			return;
		}
		child->fn = NULL;
		fn(child->ctx);
	}
}

static void call_posts(struct loop *loop)
{
	struct post *last = NULL, *post;

	for (post = loop->posts; post; post = post->next)
		last = post;
	while (last && !loop->failure) {
		void (*fn)(void *ctx);
		void *ctx;

		post = loop->posts;
		fn = post->fn;
		ctx = post->ctx;
		loop->posts = post->next;
		if (!loop->posts)
			loop->posts_end = &loop->posts;
		if (post == last)
			last = NULL;
		free(post);
		if (fn)
			fn(ctx);
	}
}

static struct err *turn(struct loop *loop)
{
	const struct loop_transport *transport = loop->transport;
	struct err *err = wait_for_events(loop);

	if (err)
		return err;
	loop->now_ms = clock_mono_ms();
	if (transport && transport->busy(transport->ctx)) {
		err = transport->perform(transport->ctx);
		if (err)
			return err;
	}
	call_watches(loop);
	call_timers(loop);
	call_children(loop);
	call_posts(loop);
	return NULL;
}

static struct err *stopped_by(int sig)
{
	if (sig == SIGINT)
		return err_new(ERR_INTERRUPTED, "interrupted");
	return sig ? err_new(ERR_TERMINATED, "terminated") : NULL;
}

struct err *loop_peek_stop(const struct loop *loop)
{
	int sig = signals_peek_stop();

	return sig == SIGINT && loop->interrupt_holds ? NULL : stopped_by(sig);
}

static bool is_stopped(const struct loop *loop)
{
	struct err *err = loop_peek_stop(loop);

	err_drop(err);
	return err != NULL;
}

bool loop_wait_input(struct loop *loop, int fd)
{
	struct pollfd fds[] = { { .fd = loop->pipe[0], .events = POLLIN },
				{ .fd = fd, .events = POLLIN } };

	while (!is_stopped(loop)) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return false;
		if (fds[0].revents) {
			drain_pipe(loop);
			loop->look_at_children = true;
		}
		if (fds[1].revents)
			return !is_stopped(loop);
		fds[0].revents = 0;
	}
	return false;
}

static struct err *take_failure(struct loop *loop)
{
	struct err *err = loop->failure;

	loop->failure = NULL;
	if (err)
		return err;
	if (loop->interrupt_holds)
		signals_forget_interrupt();
	return stopped_by(signals_stop());
}

struct err *loop_run(struct loop *loop, const bool *done)
{
	struct err *err;

	/* The failure, or the signal, is for the call that turns. */
	if (loop->turning)
		return err_new(ERR_FATAL, "the event loop runs already");
	err = take_failure(loop);
	loop->turning = true;
	loop->now_ms = clock_mono_ms();
	while (!err && !*(const volatile bool *)done) {
		err = turn(loop);
		err = err_first(err, take_failure(loop));
	}
	loop->turning = false;
	return err;
}

static void free_children(struct loop *loop)
{
	while (settle_buried(loop, clock_mono_ms())) {
		struct pollfd fd = { .fd = loop->pipe[0], .events = POLLIN };

		loop->look_at_children = false;
		if (poll(&fd, 1, timeout_ms(loop)) > 0)
			drain_pipe(loop);
		if (!signals_stop())
			continue;
		for (struct child *child = loop->children; child; child = child->next)
			child->next_at_ms = 0; /* the user does not want to wait */
	}
	while (loop->children) {
		struct child *child = loop->children;

		loop->children = child->next;
		free(child);
	}
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	for (struct loop_watch *watch = loop->watches; watch; watch = watch->next)
		watch->fn = NULL;
	sweep_watches(loop);
	while (loop->timers)
		loop_cancel(loop, loop->timers);
	while (loop->posts) {
		struct post *post = loop->posts;

		loop->posts = post->next;
		free(post);
	}
	free_children(loop);
	signals_give_back();
	close(loop->pipe[0]);
	close(loop->pipe[1]);
	free(loop->fds);
	err_drop(loop->failure);
	free(loop);
}
