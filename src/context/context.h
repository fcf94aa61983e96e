/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of a repository the planner is shown for an issue: the files that it names,
 * then the best of the rest by the words that they share with it, as excerpts under
 * a token budget; and a list of the files there are, if it is short.
 *
 * Everything is from one tree. What dualfix.exclude matches is neither shown nor
 * listed, files that are keys are not shown, and lines that hold secrets are
 * withheld. The same tree and terms give the same bytes.
 */
#ifndef CONTEXT_CONTEXT_H
#define CONTEXT_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "context/quote.h"
#include "context/secrets.h"
#include "context/terms.h"
#include "repo/repo.h"

#define CONTEXT_FILES_MAX 24

struct context_spec {
	struct repo *repo;
	const struct oid *tree;
	const struct terms *terms;
	const char *const *exclude; /* NULL-terminated pathspecs; NULL: none */
	struct secrets *secrets;
	size_t max_bytes; /* of all excerpts together (model/tokens.h knows the way) */
};

struct context {
	struct arena arena;
	struct quote *files; /* excerpts, best file first, in a file by line */
	size_t n_files;
	struct quote tree;   /* one path a line; text.ptr NULL: too many to list */
	const char **paths;  /* of the files shown, each once; NULL-terminated */
	size_t n_paths;
	size_t withheld_lines; /* secrets */
	size_t withheld_files; /* keys, of those that would have been shown */
};

/* out is initialised by the call; released by the caller even after an err. */
struct err *context_make(struct context *out, const struct context_spec *spec) MUST_USE;
void context_release(struct context *context);

#endif
