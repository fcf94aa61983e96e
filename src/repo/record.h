/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run records: <common dir>/dualfix/runs/<id>/ with issue, plan.json, report.json,
 * logs, what is needed to go on (flow/state.h), and the quarantine while it lives.
 *
 * An id is "YYYYMMDD-HHMMSS-mmmxx" in UTC, milliseconds and two random hex digits at
 * the end, so that names sort by time.
 */
#ifndef REPO_RECORD_H
#define REPO_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "repo/repo.h"

struct record;

/* A new one, locked: gc and other runs leave it alone until it is closed. */
struct err *record_new(struct record **out, struct repo *repo) MUST_USE;

/*
 * An older one, locked, to go on with: id as for record_find(). ERR_INPUT while
 * somebody else holds it.
 */
struct err *record_open(struct record **out, struct repo *repo, const char *id) MUST_USE;

/* Closes; removes the quarantine, keeps the rest. */
void record_close(struct record *record);

const char *record_id(const struct record *record);
const char *record_dir(const struct record *record);

/* Writes <dir>/<name>; name is one of ours, without a slash. */
struct err *record_write(struct record *record, const char *name,
			 struct span bytes) MUST_USE;

/* Removes <dir>/<name>, if it is there. */
struct err *record_remove(struct record *record, const char *name) MUST_USE;

/* The run that id, or its unique prefix, names; NULL: the newest. ERR_INPUT if none. */
struct err *record_find(struct repo *repo, const char *id, struct str *found) MUST_USE;

/* Reads <name> of that run into out, whose ceiling becomes max_bytes. */
struct err *record_read(struct repo *repo, const char *id, const char *name,
			size_t max_bytes, struct str *out) MUST_USE;

/* Whether somebody holds its lock: it is under way. */
bool record_in_use(struct repo *repo, const char *id);

/* Calls fn with each id, newest first. */
struct err *record_each(struct repo *repo, struct err *(*fn)(void *ctx, const char *id),
			void *ctx) MUST_USE;

struct record_count {
	size_t runs;
	size_t in_use;
	size_t killed; /* that left what only a run under way has: gc takes it */
};

struct err *record_count(struct record_count *out, struct repo *repo) MUST_USE;

/*
 * Removes records and scratch checkouts that nobody has used for expire_s seconds
 * (INT64_MAX: none), and at once the quarantines of runs that were killed. What
 * somebody holds a lock on stays. *removed counts what went.
 */
struct err *record_gc(struct repo *repo, int64_t expire_s, int64_t now_s,
		      size_t *removed) MUST_USE;

#endif
