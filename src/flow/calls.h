/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model calls of a delegate: which server a task goes to, alone or with others,
 * and what becomes of the answer. Shared by delegate.c, which owns the tasks, and
 * calls.c; nobody else looks in here.
 *
 * A task is asked for by one call at a time, or by two where it is hedged. What an
 * endpoint fails at for reasons of its own (down, busy, too small a window) goes to
 * another endpoint that was not tried for this task yet, the planner's last; what an
 * answer fails at is asked for again with the reason.
 */
#ifndef FLOW_CALLS_H
#define FLOW_CALLS_H

#include "flow/batch.h"
#include "flow/delegate.h"
#include "model/pool.h"
#include "model/prompt.h"

enum task_state { TASK_QUEUED, TASK_ASKED, TASK_DONE, TASK_FAILED };

struct task {
	struct delegate *d;
	struct delegate_row row;
	struct edit_result *result; /* the caller's */
	struct region region;
	struct prompt prompt;
	struct prompt_region input;
	enum task_state state;
	int tries[2];      /* answers of executor and planner that would not do */
	bool *barred;      /* by server: it cannot take this one */
	int calls;         /* under way */
	bool alone;        /* shares no request (any more) */
	bool bare;         /* without the lines around its region */
	struct str action; /* what is to be done, where the edit itself does not say */
	struct str answer; /* checked text */
	struct str reason; /* why the last one would not do */
	int64_t start_ms;
};

/* An endpoint with what it did cost. */
struct server {
	const struct endpoint *endpoint;
	bool is_planner;
	bool failed; /* and the user was told */
	size_t in_pool;
	int busy;    /* calls of ours */
	char model[128];
	struct usage usage;
};

/* One request for one task, or for several. */
struct call {
	struct call *next;
	struct delegate *d;
	struct task *tasks[BATCH_MAX];
	size_t n;
	struct prompt batch; /* of several; empty for one, which has its own */
	size_t server;
	struct chat *chat;
	struct budget_hold hold;
	int64_t start_ms;
	bool hedged; /* a second one was sent, or this is it */
};

struct delegate {
	struct delegate_spec spec;
	struct server *servers; /* executors, then the planner */
	size_t n_servers, n_executors;
	struct pool_choice *choices; /* room for n_servers */
	struct task **tasks; /* each by itself: calls point to them */
	size_t n_tasks, cap_tasks;
	size_t n_open;
	struct call *calls;
	struct client_listener listener;
	struct loop_timer *hedge;
	bool closed, ended;
	struct err *err; /* that it ended with before it was closed */
	void (*done)(void *ctx, struct err *err);
	void *ctx;
};

/* Sends what waits, as far as servers have room. */
void calls_pump(struct delegate *d);

/* Ends what is under way and counts what it did cost. */
void calls_stop(struct delegate *d);

/* Makes the prompt of a task anew, as far as it has lines around its region. */
struct err *calls_prompt(struct task *task) MUST_USE;

/* delegate.c: the delegate is over, with err or without; a task is. */
void delegate_end(struct delegate *d, struct err *err);
void delegate_close_task(struct task *task, enum task_state state);

#endif
