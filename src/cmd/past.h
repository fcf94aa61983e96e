/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run of the past, read back from its record.
 */
#ifndef CMD_PAST_H
#define CMD_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "repo/repo.h"
#include "sys/json.h"

struct past {
	struct str id;
	struct str text;      /* report.json */
	struct json_doc *doc; /* NULL: not written yet, or damaged */
	struct oid base, commit;
	struct str branch;    /* empty: it made none */
	struct str outcome;   /* "running", "killed": it has no report */
};

void past_init(struct past *past);
void past_release(struct past *past);

/*
 * name is a run's id, the unique beginning of one, a branch of ours, a commit of
 * one, or NULL for the newest run. ERR_INPUT when there is none such.
 */
struct err *past_find(struct past *past, struct repo *repo, const char *name) MUST_USE;

/* The same, but NULL is the newest run that made a commit. */
struct err *past_find_fix(struct past *past, struct repo *repo, const char *name) MUST_USE;

/* The run with exactly this id. */
struct err *past_read(struct past *past, struct repo *repo, const char *id) MUST_USE;

#endif
