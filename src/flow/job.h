/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run is given: the input, what the user wants, and what is at hand.
 */
#ifndef FLOW_JOB_H
#define FLOW_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/events.h"
#include "base/span.h"
#include "flow/mode.h"
#include "flow/wall.h"
#include "issue/diag.h"
#include "issue/rules.h"
#include "model/client.h"
#include "model/tape.h"
#include "model/template.h"
#include "plan/plan.h"
#include "repo/cache.h"
#include "repo/repo.h"
#include "sys/http.h"
#include "verify/check.h"
#include "verify/verdict.h"

/* What becomes of hunks that the checks do not need. */
enum idle_way { IDLE_NAME, IDLE_REMOVE, IDLE_OFF };

struct state;

/* What an earlier run left, and what else is wished. */
struct prior {
	const char *run;     /* its id */
	struct oid tree;     /* of its commit */
	struct span plan;    /* JSON; empty: not kept */
	struct span wish;    /* empty where a plan is given */
	struct span message; /* of its commit */
	struct span subject; /* the message's first line */
	struct span body;    /* the rest of it, without trailers */
};

/* What is to be done: an issue, plans, or whatever the checks say (failing). */
struct run_input {
	const char *title;    /* one line; NULL: none */
	const char *slug;     /* for the branch name */
	struct span text;     /* the issue, cleaned, for a model; ptr NULL: none */
	struct span raw;      /* as it came, for the record; ptr NULL: none */
	const char *address;  /* https URL of the issue; NULL: none */
	const char *in_reply_to; /* "<id>" of the mail that patches answer; NULL: none */
	bool reports;         /* raw is a log or the like, with diagnostics in it */
	enum diag_form form;  /* of raw, then */
	const char *root;     /* the folder that the tools ran in, then */
	const struct plan *plans;  /* given: no planner is asked for a first plan */
	size_t n_plans;
	bool failing;
	const struct prior *prior; /* an earlier run to go on from; NULL: none */
	const struct state *state; /* of the run resumes, which was stopped; NULL: a new one */
	const char *resumes;
	const char *command;       /* for resume: its name, NULL: not to be resumed; */
	const char *const *args;   /* and what followed it, NULL-terminated */
};

enum run_goal {
	GOAL_PLAN,   /* stop after planning */
	GOAL_DIFF,   /* the diff, unchecked */
	GOAL_COMMIT, /* a commit on a branch */
};

struct run_options {
	enum run_goal goal;
	enum mode mode;
	const char *base; /* revision; NULL: HEAD */
	bool worktree;    /* plus the uncommitted changes of tracked files */
	const struct check_list *checks; /* may be empty */
	enum outcome accept;
	int attempts;
	int64_t timeout_ms;
	int64_t max_tokens;
	double budget_usd;
	int64_t hedge;      /* as in flow/delegate.h */
	const char *branch; /* NULL: dualfix/<slug> */
	bool patches, mbox;
	const char *patch_dir;
	int reroll_count; /* 0: none */
	bool signoff, keep_going, allow_protected, allow_test_edits, review;
	enum idle_way idle;
	bool clean; /* checks run in a checkout made anew */
	int repeat; /* how often each check runs, so that flaky ones are seen */
	const char *earlier; /* revision of an earlier version, for a range-diff; NULL: none */
	bool never_plan;    /* apply: the planner may edit, but writes no plan */
	const char *const *protect; /* NULL-terminated; NULL: the default list */
	const char *const *exclude;
	const char *const *sandbox_read;
	const char *const *sandbox_env;
	const char *const *overlay;
	const char *sandbox; /* "auto", "bwrap", "none" */
	int64_t expire_s;    /* how long passes stay known */
	int trailer;         /* enum trailer_style */
	int evidence;        /* enum evidence_place */
	bool mind_policy;    /* say if the project bans what models made */
	bool forbid_patches; /* dualfix.policy=forbid: a run that shall make some is refused */
	size_t max_changed_files, max_changed_lines;
};

struct run_env {
	struct loop *loop;
	struct repo *repo;
	const struct rules *rules;
	struct http *http;
	struct client *client;           /* NULL: no model may be asked */
	struct tape *tape;               /* records or plays what models say; NULL: neither */
	const struct endpoint *planner;  /* NULL: none */
	const struct endpoint *executors; /* n_executors; none: the planner does its edits */
	size_t n_executors;
	const struct err *no_planner;    /* why there is none, when one is needed */
	const struct templates *templates;
	const struct cache *cache;       /* of answers; NULL: none is kept or looked for */
	const struct wall *wall;
	const struct events *events;
};

#endif
