/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of what may stand in an edit. Decoding, encoding, the schema
 * that the planner is shown and the man page come out of it.
 */
#ifndef PLAN_FIELDS_H
#define PLAN_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "plan/plan.h"

enum field_type {
	FIELD_TEXT,     /* struct span: any string, CRLF read as LF */
	FIELD_VERBATIM, /* struct span: any string, byte for byte */
	FIELD_WORD,     /* const char *: "" is the same as not given */
	FIELD_PATH,     /* const char *: a path of the repository */
	FIELD_LINE,     /* size_t, from 1 */
	FIELD_BOOL,     /* bool */
	FIELD_POSITION, /* enum edit_position */
	FIELD_ROLE,     /* enum edit_role */
	FIELD_REGION,   /* two size_t from 1: {"start": n, "end": n} */
};

#define KIND(kind) (1u << (kind))
#define KIND_ANY (KIND(EDIT_KINDS) - 1)

struct plan_field {
	const char *key;
	enum field_type type;
	unsigned kinds;    /* KIND() of those it belongs to; ignored elsewhere */
	unsigned required; /* of them, those that must have it */
	bool not_empty;
	size_t offset;     /* in struct edit */
	const char *meaning;
};

extern const struct plan_field plan_fields[];
extern const size_t plan_fields_n;

struct plan_kind {
	const char *meaning;
	const char *example; /* the keys of its own, as JSON members */
};

/* By enum edit_kind. */
extern const struct plan_kind plan_kinds[EDIT_KINDS];

/* "a string", "an integer", ...: what the type wants to find. */
const char *field_type_wants(enum field_type type);

/*
 * Adds what a planner has to know to write a plan, under 900 tokens; direct_only:
 * nothing is said of edits that need a model.
 */
void plan_schema(struct str *out, bool direct_only);

/* Adds the same for the man page: mdoc(7), a list of types and one of keys. */
void plan_man(struct str *out);

#endif
