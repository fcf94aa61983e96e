/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix gc: what is old, and what killed runs left.
 */
#include "cmd/command.h"

#include "repo/cache.h"
#include "repo/record.h"
#include "sys/clock.h"

struct err *cmd_gc(struct session *s, int *exit_code)
{
	size_t removed = 0, answers = 0;
	struct err *err;

	*exit_code = 0;
	if (s->args.n)
		return err_new(ERR_USAGE, "gc takes no argument");
	err = record_gc(s->repo, s->settings.expire_s, clock_wall_s(), &removed);
	if (!err)
		err = cache_gc(s->repo, s->settings.expire_s, clock_wall_s(), &answers);
	if (!err)
		terminal_note(&s->terminal, "removed %zu run%s, %zu cached answer%s", removed,
			      removed == 1 ? "" : "s", answers, answers == 1 ? "" : "s");
	return err;
}
