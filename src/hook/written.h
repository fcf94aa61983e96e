/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What init writes to the repository's own configuration, and takes out again.
 *
 * <common dir>/dualfix/written notes each pair of key and value that was not there
 * before, folders that were made for hooks, and whether the file's last line had an
 * end (git gives it one). Taken out,
 * the file is byte for byte what it was, unless it was changed in between; then
 * what others wrote stays, and so does a value of ours that somebody changed.
 */
#ifndef HOOK_WRITTEN_H
#define HOOK_WRITTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "repo/repo.h"

/*
 * Adds the value to the key, which may have others: nothing if it has it already
 * in any scope. *wrote (may be NULL) says whether the file was changed.
 */
struct err *written_add(struct repo *repo, const char *key, const char *value,
			bool *wrote) MUST_USE;

/* Notes that a folder was made for a hook, to be removed with it if it is empty. */
struct err *written_note_folder(struct repo *repo, const char *path) MUST_USE;

/* Takes out what was noted whose key starts with prefix ("": all). *n counts them. */
struct err *written_remove(struct repo *repo, const char *prefix, size_t *n) MUST_USE;

#endif
