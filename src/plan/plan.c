/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/plan.h"

#include "plan/fields.h"

/* Every string of the largest plan, with room for alignment and the edits. */
#define ARENA_MAX_BYTES (4 * PLAN_MAX_BYTES)

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
	return plan_kinds[kind].name;
}

const char *edit_position_name(enum edit_position position)
{
	return plan_positions[position];
}

bool edit_is_direct(const struct edit *edit)
{
	return edit->kind != EDIT_MODEL;
}
