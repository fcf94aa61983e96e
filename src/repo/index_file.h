/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A git index, read as a file: which paths are in it, and the state that git noted of
 * each when it last was as it should be. By gitformat-index(5), versions 2 and 3; for
 * this room alone.
 *
 *	header    "DIRC" version number-of-entries
 *	entries   { state, id, flags, path NUL, NULs up to a multiple of 8 }, by path
 *	          extensions
 *	checksum  of all that is above it
 */
#ifndef REPO_INDEX_FILE_H
#define REPO_INDEX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "repo/content.h"

struct index_file {
	struct str bytes;
	size_t id_bytes;
	size_t n; /* entries, as the header has it */
	struct timespec written;
};

/* ERR_INPUT when there is none, or it is none. To be released all the same. */
struct err *index_file_read(struct index_file *file, const char *path,
			    size_t id_bytes) MUST_USE;
void index_file_release(struct index_file *file);

/* The checksum of the index at path: two that share it hold the same. ERR_INPUT as above. */
struct err *index_file_checksum(const char *path, size_t id_bytes, struct id *out) MUST_USE;

struct index_entry {
	size_t nth, end; /* how many up to it, and where it ends */
	char *path;      /* in the file's bytes, NUL-terminated */
	size_t path_len;
	struct id id;
	struct timespec ctime, mtime;
	uint32_t ino, mode, uid, gid, size; /* the lower 32 bits of each */
};

/*
 * Makes a zeroed entry the first, any other the next. False at the end, and at one that
 * is anything but a path that can exist with its id (unmerged, assumed unchanged): then
 * nth is less than n.
 */
bool index_file_next(const struct index_file *file, struct index_entry *entry) MUST_USE;

/* Whether it is a submodule's, which has no state. */
bool index_entry_is_submodule(const struct index_entry *entry);

/* Whether a file is in the noted state, to the nanosecond: git itself looks at seconds. */
bool index_entry_fits(const struct index_entry *entry, const struct stat *st);

/* Adds a line for `git update-index -z --index-info`: this id, and no state. */
void index_add_line(struct str *lines, unsigned mode, const char *hex, const char *path);
void index_entry_add_line(struct str *lines, const struct index_file *file,
			  const struct index_entry *entry);

bool time_is_before(const struct timespec *a, const struct timespec *b);

#endif
