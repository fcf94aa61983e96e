/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole files: read with a ceiling, written so that a reader sees the old file
 * or the new one, and folders of our own made and removed.
 */
#ifndef SYS_FILE_H
#define SYS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

/*
 * Adds the file's bytes to out. "-" is stdin. What cannot be read (absent, a
 * folder, larger than out may grow) is ERR_INPUT.
 */
struct err *file_read(const char *path, struct str *out) MUST_USE;

/* Through a temporary file beside it, fsync and rename; mode whatever the umask. */
struct err *file_write(const char *path, struct span bytes, mode_t mode) MUST_USE;

/* As file_write(), but not forced to the disk: after a crash the file may be damaged. */
struct err *file_write_loose(const char *path, struct span bytes, mode_t mode) MUST_USE;

bool file_exists(const char *path); /* of any kind, link not followed */
bool file_is_dir(const char *path);

/* All missing folders of path, each with mode. */
struct err *file_mkdirs(const char *path, mode_t mode) MUST_USE;

/*
 * Whether files could be put into path: what is missing of it is made, and removed
 * again. ERR_FATAL saying what is in the way.
 */
struct err *file_try_dirs(const char *path) MUST_USE;

/*
 * Removes path and all below it; never follows a link, never leaves the file
 * system it started on; absent is success. Read-only folders are opened up. Any
 * depth is removed with a bounded number of descriptors.
 */
struct err *file_remove_tree(const char *path) MUST_USE;

/* A fresh folder of mode 0700, <parent>/<prefix>XXXXXX, into out. */
struct err *file_temp_dir(const char *parent, const char *prefix,
			  struct str *out) MUST_USE;

#endif
