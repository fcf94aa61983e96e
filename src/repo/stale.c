/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/stale.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "repo/backend.h"
#include "sys/clock.h"
#include "sys/file.h"

#define PATH_BYTES ((size_t)64 << 10)

/* git holds such a lock for milliseconds. */
#define HELD_MAX_S 10

static struct err *lock_path(const struct repo *repo, const char *below, const char *name,
			     struct str *path)
{
	str_reset(path);
	str_addf(path, "%s/%s%s.lock", repo->common_dir, below, name);
	return str_err(path, "path");
}

/* A lock that is a file, and old. */
static bool is_old(const char *path, struct stat *st)
{
	return !lstat(path, st) && S_ISREG(st->st_mode) &&
	       st->st_mtime + HELD_MAX_S < clock_wall_s();
}

/* git writes the new value there before it moves the file into its place. */
static bool holds(const char *path, const struct oid *commit)
{
	struct str text = STR_INIT(sizeof(commit->hex) + 1);
	struct err *err = file_read(path, &text);
	bool same = !err && text.len && text.buf[text.len - 1] == '\n';

	if (same) {
		str_truncate(&text, text.len - 1);
		same = span_eqs(str_span(&text), commit->hex);
	}
	err_drop(err);
	str_release(&text);
	return same;
}

struct err *stale_branch_lock(struct repo *repo, const char *branch, const struct oid *commit,
			      bool *removed, struct str *left)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct stat st;
	struct err *err = lock_path(repo, "refs/heads/", branch, &path);

	*removed = false;
	if (err || !is_old(path.buf, &st))
		goto out;
	if (!holds(path.buf, commit)) {
		str_add_span(left, str_span(&path));
		err = str_err(left, "path");
	} else if (unlink(path.buf) < 0 && errno != ENOENT) {
		err = err_errno(ERR_FATAL, errno, "cannot remove '%s'", path.buf);
	} else {
		*removed = true;
	}
out:
	str_release(&path);
	return err;
}

struct err *stale_shared_locks(struct repo *repo, struct argv *left)
{
	static const char *const names[] = { "packed-refs", "reftable/tables.list" };
	struct str path = STR_INIT(PATH_BYTES);
	struct stat st;
	struct err *err = NULL;

	for (size_t i = 0; !err && i < ARRAY_SIZE(names); i++) {
		err = lock_path(repo, "", names[i], &path);
		if (!err && is_old(path.buf, &st))
			argv_push(left, path.buf);
	}
	str_release(&path);
	return err ? err : argv_err(left);
}

bool stale_is_locked(const struct repo *repo, const char *branch)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err = lock_path(repo, "refs/heads/", branch, &path);
	bool there = !err && file_exists(path.buf);

	err_drop(err);
	str_release(&path);
	return there;
}
