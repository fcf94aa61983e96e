/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running git; for this room alone. Others use repo_git().
 */
#ifndef REPO_GIT_H
#define REPO_GIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "repo/repo.h"
#include "sys/dialog.h"
#include "sys/proc.h"

#define GIT_TIMEOUT_MS 600000
#define GIT_WORDS_MAX_BYTES ((size_t)1 << 20)

#define NO_INPUT ((struct span){ NULL, 0 })

/* What every git of ours sees, with the user's configuration. */
void git_env(struct argv *env);

/* What it sees without any configuration but that of the repository it works on. */
void git_env_bare(struct argv *env);

/*
 * What git sees on repo: variables of on_top (or NULL) stand for its own of that
 * name, and the objects of quarantine (NULL: none) are seen.
 */
struct err *git_env_on(const struct repo *repo, const char *const *on_top,
		       const char *quarantine, struct argv *env) MUST_USE;

/* dir as it stands in info/alternates and GIT_ALTERNATE_OBJECT_DIRECTORIES. */
void object_dir_quote(struct str *out, const char *dir);

/* The variables under which git writes objects to quarantine, and sees the user's. */
struct err *git_env_writing(const struct repo *repo, const char *quarantine,
			    struct argv *env) MUST_USE;

struct git_job {
	const char *const *args; /* without "git"; NULL-terminated */
	const char *const *env;  /* complete */
	const char *dir;
	struct span input;
	struct str *out;    /* NULL: stdout is not wanted */
	int *code;          /* NULL: an exit other than 0 is an err */
	bool *refused;      /* true when an exit other than 0 is the err; may be NULL */
	int64_t timeout_ms; /* 0: GIT_TIMEOUT_MS */
	bool as_configured; /* without the settings that every other git of ours gets */
	bool finishes;      /* should we die, too */
};

struct err *git_run(struct loop *loop, const struct git_job *job) MUST_USE;

/* The same on repo: job->env comes on top of its own, job->dir is not looked at. */
struct err *git_run_on(const struct repo *repo, const struct git_job *job) MUST_USE;

/*
 * Starts git on repo as one that stays and is asked; env comes on top of its own.
 * It sees the objects of quarantine (an objects folder; NULL: the user's alone).
 */
struct err *git_dialog(struct dialog **out, const struct repo *repo,
		       const char *const *args, const char *const *env,
		       const char *quarantine) MUST_USE;

/*
 * Adds the variables under which git fetches what a partial clone lacks, over the
 * transports that ask nothing of this machine's user.
 */
void git_env_fetching(struct argv *env);

/* ERR_FATAL unless it came to its own end, with whatever exit code. */
struct err *git_ended(const struct proc_result *result, const char *command) MUST_USE;

/* What git said: its first "fatal:" or "error:" line; what it advises is the hint. */
struct err *git_words(const struct proc_result *result, const char *command) MUST_USE;

#endif
