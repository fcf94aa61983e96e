/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop: the only place in the program that waits.
 *
 * One thread. File descriptors, timers, child exits and (through a transport)
 * HTTP transfers are waited for together, by the transport's poll when one has
 * transfers under way, else by plain poll(2).
 *
 * Callbacks run one after another from loop_run(). A callback may add and
 * cancel anything but must not call loop_run() itself, nor start an HTTP
 * transfer directly: what must happen outside a callback is queued with
 * loop_post(). An error in a callback is handed to loop_fail(); loop_run()
 * returns it.
 *
 * SIGINT and SIGTERM end loop_run() with ERR_INTERRUPTED or ERR_TERMINATED,
 * also when they arrived before it was called. SIGCHLD and the two are taken
 * over, and SIGPIPE is ignored, from loop_new() until loop_free(); one loop a
 * process. Three of them that nobody took in between end the process as usual:
 * long work between two turns must not make it deaf.
 *
 *	bool done = false;
 *
 *	err = proc_start(loop, &spec, on_exit, &done, &proc);
 *	if (!err)
 *		err = loop_run(loop, &done);
 */
#ifndef SYS_LOOP_H
#define SYS_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/err.h"

struct loop;
struct loop_watch;
struct loop_timer;

struct err *loop_new(struct loop **out) MUST_USE;
void loop_free(struct loop *loop);

/* The monotonic time; inside a callback, that of the turn's begin. */
int64_t loop_now_ms(const struct loop *loop);

/*
 * Calls fn whenever fd has one of the poll(2) events, or POLLERR or POLLHUP.
 * fd stays the caller's and is closed after loop_unwatch(), not before.
 */
struct err *loop_watch(struct loop *loop, int fd, short events,
		       void (*fn)(void *ctx, short revents), void *ctx,
		       struct loop_watch **out) MUST_USE;
void loop_unwatch(struct loop *loop, struct loop_watch *watch);

/* Calls fn once when at_ms has come. *out (may be NULL) is dead from then on. */
struct err *loop_timer(struct loop *loop, int64_t at_ms, void (*fn)(void *ctx),
		       void *ctx, struct loop_timer **out) MUST_USE;
void loop_cancel(struct loop *loop, struct loop_timer *timer);

/*
 * Calls fn once when the child ended. It stays a zombie, so that its pid and
 * process group cannot become another's, until loop_reap() or loop_bury().
 */
struct err *loop_child(struct loop *loop, pid_t pid, void (*fn)(void *ctx),
		       void *ctx) MUST_USE;

/* The wait status of a child whose fn was called; the loop knows it no more. */
int loop_reap(struct loop *loop, pid_t pid);

/*
 * Takes a child over to its end; fn is not called any more. target (-pid for
 * its process group, or pid) gets SIGTERM now and SIGKILL once the child ended
 * or grace_ms passed. loop_free() waits for it.
 */
void loop_bury(struct loop *loop, pid_t pid, pid_t target, int64_t grace_ms);

/* Calls fn at the end of this turn (or of the next, from outside a callback). */
struct err *loop_post(struct loop *loop, void (*fn)(void *ctx), void *ctx) MUST_USE;

/* Takes back all that was posted with this fn and ctx. */
void loop_unpost(struct loop *loop, void (*fn)(void *ctx), void *ctx);

/*
 * Turns until *done is true (checked before each wait), a callback failed or a
 * signal came. May be called again afterwards, with other work still pending.
 */
struct err *loop_run(struct loop *loop, const bool *done) MUST_USE;

/*
 * What loop_run() is going to return for a signal that came, which this does not take:
 * for work between two turns that may be long.
 */
struct err *loop_peek_stop(const struct loop *loop) MUST_USE;

/*
 * Waits for input on fd, or for the signal that loop_run() is going to return; nothing
 * else goes on meanwhile. False: a signal, or fd cannot be waited for.
 */
bool loop_wait_input(struct loop *loop, int fd);

/* Takes err; the first one is what loop_run() returns. */
void loop_fail(struct loop *loop, struct err *err);

/*
 * While held, SIGINT is not ours: a child in the foreground has the terminal,
 * and a Ctrl-C there is meant for it. Each hold needs its own release.
 */
void loop_hold_interrupt(struct loop *loop);
void loop_release_interrupt(struct loop *loop);

/*
 * What brings its own waiting along: HTTP. poll waits for its sockets and for
 * the n extra descriptors, filling their revents; perform then does the work.
 * busy says whether it has transfers under way.
 */
struct loop_transport {
	bool (*busy)(void *ctx);
	struct err *(*poll)(void *ctx, struct pollfd *extra, size_t n, int timeout_ms);
	struct err *(*perform)(void *ctx);
	void *ctx;
};

/* Borrowed until detached with NULL. */
void loop_attach(struct loop *loop, const struct loop_transport *transport);

#endif
