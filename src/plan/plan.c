/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/plan.h"

#include <stddef.h>

/* Every string of the largest plan, with room for alignment and the edits. */
#define ARENA_MAX_BYTES (4 * PLAN_MAX_BYTES)

static const char *const kind_names[EDIT_KINDS] = {
	[EDIT_REPLACE] = "replace",	    [EDIT_ADD_IMPORT] = "add_import",
	[EDIT_ADD_LINE] = "add_line",	    [EDIT_REMOVE_LINE] = "remove_line",
	[EDIT_MODEL] = "model_edit",	    [EDIT_CREATE_FILE] = "create_file",
	[EDIT_DELETE_FILE] = "delete_file", [EDIT_RENAME_FILE] = "rename_file",
};

static const char *const position_names[EDIT_POSITIONS] = {
	[POSITION_START] = "start",
	[POSITION_END] = "end",
	[POSITION_BEFORE] = "before",
	[POSITION_AFTER] = "after",
};

static const char *const role_names[EDIT_ROLES] = {
	[ROLE_FIX] = "fix",
	[ROLE_REPRODUCER] = "reproducer",
};

void plan_init(struct plan *plan)
{
	*plan = (struct plan){ 0 };
	arena_init(&plan->arena, ARENA_MAX_BYTES);
}

void plan_release(struct plan *plan)
{
	if (!plan)
		return;
	arena_release(&plan->arena);
	plan_init(plan);
}

const char *edit_kind_name(enum edit_kind kind)
{
	return kind_names[kind];
}

const char *edit_position_name(enum edit_position position)
{
	return position_names[position];
}

const char *edit_role_name(enum edit_role role)
{
	return role_names[role];
}

bool edit_is_direct(const struct edit *edit)
{
	return edit->kind != EDIT_MODEL;
}
