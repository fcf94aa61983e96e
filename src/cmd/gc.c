/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix gc: what is old, and what killed runs left.
 */
#include "cmd/command.h"

#include "flow/state.h"
#include "repo/cache.h"
#include "repo/record.h"
#include "repo/stale.h"
#include "sys/clock.h"

#define PATH_BYTES ((size_t)64 << 10)
#define WORD_BYTES (PATH_BYTES * 4 + 3) /* each byte a quote */

static void tell_lock(struct session *s, const char *path)
{
	struct str word = STR_INIT(WORD_BYTES);

	str_add_quoted(&word, path);
	terminal_warning(&s->terminal, "'%s' is in git's way", path);
	terminal_hint(&s->terminal, "if no git is running: rm %s", word.buf);
	str_release(&word);
}

/* Of a run that is over: it may have died with its branch under git's lock. */
static struct err *unlock_branch(void *ctx, const char *id)
{
	struct session *s = ctx;
	struct str json = STR_INIT(STATE_MAX_BYTES), left = STR_INIT(PATH_BYTES);
	struct state state;
	bool removed = false;
	struct err *err;

	if (record_in_use(s->repo, id))
		return NULL;
	state_init(&state);
	err = record_read(s->repo, id, STATE_FILE, STATE_MAX_BYTES, &json);
	if (!err)
		err = state_decode(&state, str_span(&json));
	if (!err && state.branch && !oid_is_none(&state.commit))
		err = stale_branch_lock(s->repo, state.branch, &state.commit, &removed, &left);
	if (!err && removed)
		terminal_note(&s->terminal, "removed the lock that run %s left on its branch", id);
	if (!err && left.len)
		tell_lock(s, left.buf);
	if (err && err_kind(err) == ERR_INPUT) { /* it has no state, or none that can be read */
		err_drop(err);
		err = NULL;
	}
	state_release(&state);
	str_release(&json);
	str_release(&left);
	return err;
}

static struct err *unlock(struct session *s)
{
	struct argv left = ARGV_INIT;
	struct err *err = record_each(s->repo, unlock_branch, s);

	if (!err)
		err = stale_shared_locks(s->repo, &left);
	for (size_t i = 0; !err && i < left.n; i++)
		tell_lock(s, left.v[i]);
	argv_release(&left);
	return err;
}

struct err *cmd_gc(struct session *s, int *exit_code)
{
	size_t removed = 0, answers = 0;
	struct err *err;

	*exit_code = 0;
	if (s->args.n)
		return err_new(ERR_USAGE, "gc takes no argument");
	err = unlock(s);
	if (!err)
		err = record_gc(s->repo, s->settings.expire_s, clock_wall_s(), &removed);
	if (!err)
		err = cache_gc(s->repo, s->settings.expire_s, clock_wall_s(), &answers);
	if (!err)
		terminal_note(&s->terminal, "removed: runs and checkouts %zu, cached answers %zu",
			      removed, answers);
	return err;
}
