/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command has at hand: opened in this order, as far as it is needed.
 *
 *	session_open()    loop, repository, settings (config, environment, options)
 *	session_forge()   the HTTP client, for reading an issue
 *	session_models()  endpoints, keys, the HTTP client
 *	session_rules()   shipped rules and the user's
 *
 * Nothing is opened that the command does not ask for.
 */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "cmd/person.h"
#include "cmd/settings.h"
#include "cmd/terminal.h"
#include "cmd/trace.h"
#include "flow/run.h"
#include "flow/verify.h"
#include "forge/read.h"
#include "issue/rules.h"
#include "model/client.h"
#include "model/tape.h"
#include "model/template.h"
#include "repo/repo.h"
#include "sys/http.h"
#include "sys/loop.h"

struct session {
	struct terminal terminal;
	struct events events;
	struct trace *trace;
	struct settings settings;
	const char *const *given; /* the command line after the command's name */
	struct argv args; /* what was no option */
	struct loop *loop;
	struct repo *repo;
	struct http *http;
	struct client *client;
	struct cache *cache; /* of answers; NULL: none is wanted */
	struct tape *tape; /* of --record or --replay; NULL: neither */
	bool wants_executor;      /* also where there is no planner */
	struct endpoint *planner; /* NULL: none configured; then no_planner says why */
	struct err *no_planner;
	struct endpoint **executors;
	struct endpoint *executor_list; /* the same, one after another, for the run */
	size_t n_executors;
	struct rules *rules;
	struct templates templates; /* the compiled-in ones */
	struct person person;
	struct wall wall;
};

/*
 * command is the bit of its options, args what followed its name. With *help set
 * nothing is opened. Released by the caller even after an err.
 */
struct err *session_open(struct session *s, unsigned command, const char *const *args,
			 bool *help) MUST_USE;
void session_release(struct session *s);

struct err *session_forge(struct session *s, struct forge_env *out) MUST_USE;
struct err *session_models(struct session *s) MUST_USE;
/* Writes the tape of --record. Called once, after the work. */
struct err *session_keep_tape(struct session *s) MUST_USE;

struct err *session_rules(struct session *s) MUST_USE;

/* The environment of a run, once models and rules are open. */
struct run_env session_run_env(struct session *s);

/* The options of a run, from the settings. checks is borrowed. */
struct run_options session_run_options(struct session *s, const struct check_list *checks);

/* For checks (borrowed) on a commit alone, boxed as the settings say. */
struct verify_spec session_verify_spec(struct session *s, const struct check_list *checks,
				       int64_t timeout_ms);

/* Warns of each check that failed, with the telling tail of its log; where: " on ...". */
void session_warn_failures(struct session *s, const struct check_list *checks,
			   const struct verification *v, const char *where);

#endif
