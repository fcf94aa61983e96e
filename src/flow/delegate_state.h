/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a delegate (flow/delegate.h), for the files that it is made of:
 * delegate.c owns it, task.c has an edit and its prompt, places.c says where one may
 * go, dispatch.c sends, calls.c holds what is under way, replies.c takes the answers.
 */
#ifndef FLOW_DELEGATE_STATE_H
#define FLOW_DELEGATE_STATE_H

#include "flow/batch.h"
#include "flow/delegate_spec.h"
#include "model/pool.h"
#include "model/prompt.h"

enum task_state { TASK_QUEUED, TASK_ASKED, TASK_DONE, TASK_FAILED };

enum bar { BAR_NONE, BAR_HASTY, BAR_FOR_GOOD }; /* hasty: it was asked just once */

struct task {
	struct delegate *d;
	struct delegate_row row;
	struct edit_result *result; /* the caller's */
	struct region region;
	struct prompt prompt;
	struct prompt_region input;
	enum task_state state;
	int tries[2];      /* answers of executor and planner that would not do */
	enum bar *barred;  /* by server: it does not get this one */
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
	bool once;   /* is not repeated: there are others to ask */
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
	struct listener listener;
	struct loop_timer *hedge;
	bool closed, ended;
	struct err *err; /* that it ended with before it was closed */
	void (*done)(void *ctx, struct err *err);
	void *ctx;
};

#endif
