/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree as the edits so far have left it: what the source has, and over it the
 * files that were edited, made, moved or taken away.
 *
 * Paths that the tree makes unsafe (through a link or a submodule) are ERR_INPUT,
 * naming the edit; what merely does not go is EDIT_REFUSED or EDIT_FAILED.
 */
#ifndef EDIT_OVERLAY_H
#define EDIT_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "edit/draft.h"
#include "edit/result.h"
#include "edit/source.h"
#include "edit/tags.h"
#include "plan/plan.h"

#define NO_EDIT ((size_t)-1)

/* What stands at some path now; moves with it. */
struct content {
	enum source_kind kind;
	struct span bytes;   /* as it came, before any change */
	struct draft *draft; /* NULL until it is edited as text */
	struct str result;   /* put together by overlay_changes() */
	size_t made_by;      /* edit that created it, or NO_EDIT */
	size_t touched_by;   /* last edit that wrote to it, or NO_EDIT */
	struct content *next;
};

/* One path that some edit has named. */
struct node {
	char *path;
	bool read;                 /* base holds what the source has */
	struct source_entry base;
	struct content *now;       /* NULL: nothing there now */
	size_t gone_by;            /* edit that took it away, or NO_EDIT */
	const char *gone_to;       /* where it was moved */
	size_t n_below;            /* files that edits have put below this path */
	struct node *chain;
};

struct overlay {
	const struct source *source;
	struct node **buckets;
	size_t n_buckets, n_nodes;
	struct content *contents;
	struct tags tags;
};

struct err *overlay_init(struct overlay *o, const struct source *source) MUST_USE;
void overlay_release(struct overlay *o);

/* Whether an edit has named path, or something was looked up there. Changes nothing. */
bool overlay_knows(const struct overlay *o, const char *path);

/* The node of a path, read; key ("file", "to") is for errors. */
struct err *overlay_node(struct overlay *o, const struct edit *edit, const char *key,
			 const char *path, struct node **out) MUST_USE;

/*
 * The draft of a file that is to be edited as text; *out is NULL, and the result
 * says why, if there is none.
 */
struct err *overlay_draft(struct overlay *o, const struct edit *edit, struct node *node,
			  struct edit_result *result, struct draft **out) MUST_USE;

struct err *overlay_create(struct overlay *o, const struct edit *edit,
			   struct edit_result *result) MUST_USE;
struct err *overlay_delete(struct overlay *o, const struct edit *edit,
			   struct edit_result *result) MUST_USE;
struct err *overlay_rename(struct overlay *o, const struct edit *edit,
			   struct edit_result *result) MUST_USE;

/* Puts content together: its bytes as they are now. */
struct err *content_bytes(struct content *content, struct span *out) MUST_USE;

#endif
