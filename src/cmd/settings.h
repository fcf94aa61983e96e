/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user wants: defaults, then git config, then environment, then the
 * command line. One struct; the tables say which key fills which field.
 */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cmd/value.h"
#include "repo/config.h"

struct role_settings {
	char *url;   /* planner */
	struct argv urls; /* executor: a pool */
	char *model;
	char *key_env;
	char *server; /* name of a kind of server; NULL: told by the URL */
	int thinking;
	bool insecure;
	double price_input, price_cached, price_output; /* USD per million tokens; < 0: not set */
	int64_t concurrency; /* 0: by server kind */
	int64_t hedge;
};

struct settings {
	/* git config */
	struct role_settings planner, executor;
	int send;
	struct argv exclude;
	int mode;
	int64_t attempts;
	int64_t timeout_s;
	int64_t jobs;
	int accept;
	bool accept_given;
	bool review;
	int idle;       /* enum idle_way */
	int64_t repeat; /* of each check */
	double budget_usd;
	int64_t max_tokens;
	int64_t max_changed_files, max_changed_lines;
	char *sandbox;
	struct argv sandbox_read, sandbox_env, overlay;
	struct argv protect;
	struct argv rules;
	/* How objects are read: repo_open() goes by the two, the table has them said. */
	int backend;
	bool fetch_missing;
	int pre_push;
	int64_t hook_timeout_s;
	bool hook_models, hook_in_ci;
	char *checkpatch;
	int trailer;
	int evidence;
	int policy;
	int64_t expire_s;
	bool cache;

	/* the command line alone */
	struct argv messages;
	char *base;
	bool worktree;
	bool failing;
	char *plan_file;
	char *predictions, *shard, *skip; /* batch */
	char *record, *replay; /* files of model exchanges */
	char *trace;
	bool edit;
	struct argv verify;
	bool no_verify;
	bool clean;
	char *branch;
	bool format_patch;
	char *output_directory;
	int64_t reroll_count;
	char *range_diff;
	bool to_stdout, diff, json;
	bool signoff;
	bool keep_going;
	bool allow_protected, allow_test_edits;
	bool quiet;
	int64_t verbose;
	char *progress; /* "always", "never"; NULL: where stderr is a terminal */
	char *color;    /* "always", "never", "auto" */
	struct argv hooks; /* init --hooks[=<event>,...] */
	bool uninstall, chain, yes;
	char *new_planner, *new_planner_model; /* init writes these */
	char *new_executor, *new_executor_model;
	char *new_send;
};

enum { POLICY_DISCLOSE, POLICY_ALLOW, POLICY_FORBID };
enum { SEND_ASK, SEND_ALWAYS, SEND_NEVER };
enum { PRE_PUSH_SUGGEST, PRE_PUSH_WARN, PRE_PUSH_BLOCK };
enum { THINKING_LOW, THINKING_OFF, THINKING_HIGH, THINKING_MAX };

/* A row of the settings table, for the reader, the man page and doctor. */
struct setting {
	const char *key;      /* as documented: "dualfix.planner.keyEnv" */
	const char *variable; /* environment variable that wins, or NULL */
	struct value_spec value;
	const char *fallback; /* the default, as text; NULL: none */
	const char *help;
};

extern const struct setting settings_table[];
extern const size_t settings_table_n;

extern const char *const thinking_names[];
extern const char *const send_names[];
extern const char *const accept_names[]; /* by enum outcome */
extern const char *const idle_names[];   /* by enum idle_way */

/* Defaults only. */
struct err *settings_init(struct settings *s) MUST_USE;
void settings_release(struct settings *s);

/* ERR_CONFIG naming key or variable when a value is bad. */
struct err *settings_read(struct settings *s, const struct config *config) MUST_USE;

#endif
