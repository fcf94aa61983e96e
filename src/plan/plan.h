/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan: what is wrong and the edits that cure it. Decoded once, at the door
 * (plan/decode.h), into this; no JSON is passed on.
 *
 * Everything a plan points to lives in its arena and is NUL-terminated as well
 * as counted; plan text holds no NUL. A span whose ptr is NULL was not given,
 * which is not the same as empty.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"

#define PLAN_MAX_BYTES ((size_t)16 << 20)
#define PLAN_MAX_DEPTH 64
#define PLAN_MAX_EDITS 10000

enum edit_kind {
	EDIT_REPLACE,
	EDIT_ADD_IMPORT,
	EDIT_ADD_LINE,
	EDIT_REMOVE_LINE,
	EDIT_MODEL,
	EDIT_CREATE_FILE,
	EDIT_DELETE_FILE,
	EDIT_RENAME_FILE,
	EDIT_KINDS
};

enum edit_position {
	POSITION_NONE,
	POSITION_START,
	POSITION_END,
	POSITION_BEFORE,
	POSITION_AFTER,
	EDIT_POSITIONS
};

enum edit_role {
	ROLE_FIX,
	ROLE_REPRODUCER, /* applied to the base alone first: checks must fail there */
	EDIT_ROLES
};

struct edit {
	enum edit_kind kind;
	size_t index;      /* in plan->edits */
	const char *file;  /* from the repository's root; a pathspec glob with regex */

	struct span find;         /* replace, remove_line */
	struct span replace;      /* replace */
	struct span import_line;  /* add_import */
	struct span line_content; /* add_line */
	struct span anchor;       /* add_line before, after */
	struct span action;       /* model_edit */
	struct span content;      /* create_file */
	const char *to;           /* rename_file */
	const char *flags;        /* regex: of "imsxe" */
	const char *symbol;       /* breaks ties; model_edit: what to rewrite */

	size_t line;         /* 1-based, base file; 0: none */
	size_t region_start; /* 1-based lines, both included; 0: none */
	size_t region_end;

	enum edit_position position;
	enum edit_role role;
	bool all;
	bool regex;
	bool executable;
};

struct plan {
	struct arena arena;
	struct span root_cause;
	struct span strategy;
	struct span subject;
	struct span body;
	bool from_base; /* a repair plan that starts from the base again */
	struct edit *edits;
	size_t n_edits;
};

void plan_init(struct plan *plan);
void plan_release(struct plan *plan);

/* The words of a plan: "replace", "add_import", ...; NULL for POSITION_NONE. */
const char *edit_kind_name(enum edit_kind kind);
const char *edit_position_name(enum edit_position position);
const char *edit_role_name(enum edit_role role);

/* Whether the edit needs no model. */
bool edit_is_direct(const struct edit *edit);

#endif
