/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the edit engine and the rules read a tree from: a table of functions,
 * so that both are tested without a repository. Paths are checked (base/path.h)
 * before they come here.
 */
#ifndef EDIT_SOURCE_H
#define EDIT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

enum source_kind {
	SOURCE_ABSENT,
	SOURCE_FILE,
	SOURCE_EXECUTABLE,
	SOURCE_LINK,      /* bytes: its target */
	SOURCE_SUBMODULE, /* no bytes */
	SOURCE_FOLDER,    /* no bytes */
	/* a parent of the path is none of a folder: */
	SOURCE_BEYOND_FILE,
	SOURCE_BEYOND_LINK,
	SOURCE_BEYOND_SUBMODULE,
};

struct source_entry {
	enum source_kind kind;
	struct span bytes; /* owned by the source, as long as it lives */
};

/*
 * Picks files by what is in them, on several threads at once. Each has a worker of
 * its own from begin; wants must change nothing that another thread sees.
 */
struct sieve {
	void *ctx;
	struct err *(*begin)(void *ctx, void **worker);
	struct err *(*wants)(void *ctx, void *worker, const char *path, struct span bytes,
			     bool *wanted);
	void (*end)(void *ctx, void *worker);
};

/* Where something is defined; lines are counted from 1, both included. */
struct source_tag {
	struct span name;
	struct span scope; /* "A.B", "ns::f", as the language has it; len 0: none */
	size_t first, last;
};

struct source {
	void *ctx;

	/* Absent is a kind, not an err. */
	struct err *(*read)(void *ctx, const char *path, struct source_entry *out);

	/* Calls fn for every tracked file that the pathspec glob matches, sorted by path. */
	struct err *(*list)(void *ctx, const char *pathspec,
			    struct err *(*fn)(void *fn_ctx, const char *path), void *fn_ctx);

	/*
	 * As list, but of files alone (no links, none beyond the ceiling of one that
	 * can be edited), and only those that the sieve wants: the bytes of the others
	 * are let go at once. fn is called from this thread, when all were looked at.
	 * NULL: the source has no such way, and list does.
	 */
	struct err *(*sift)(void *ctx, const char *pathspec, const struct sieve *sieve,
			    struct err *(*fn)(void *fn_ctx, const char *path), void *fn_ctx);

	/*
	 * Calls fn for each definition in text, a file called path: all of them, or none
	 * where nobody knows. May run a program: not from a callback of the loop. NULL:
	 * the source has no such way.
	 */
	struct err *(*tags)(void *ctx, const char *path, struct span text,
			    struct err *(*fn)(void *fn_ctx, const struct source_tag *tag),
			    void *fn_ctx);
};

#endif
