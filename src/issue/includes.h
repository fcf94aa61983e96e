/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who includes what in a tree of C or C++, and which header declares a name.
 *
 * There is no compiler here and no include path: "x/y.h" is the file of that
 * name beside the includer, else below the root, else the only file of the
 * tree whose path ends so. Whatever is not certain is no answer.
 */
#ifndef ISSUE_INCLUDES_H
#define ISSUE_INCLUDES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "issue/remedy.h"

struct include {
	struct span line;   /* the directive, trimmed */
	struct span target; /* between the quotes or brackets */
	bool system;        /* in brackets */
};

/* The next #include at or after *at, which moves behind it. */
bool include_next(struct span bytes, size_t *at, struct include *out);

/* Reads one line as an #include. */
bool include_of(struct span line, struct include *out);

/* *out is the path of the file of the tree that target names, or NULL. */
struct err *include_resolve(struct remedy *d, const char *from, struct span target,
			    const char **out) MUST_USE;

/*
 * Whether from, a file of the tree, includes what directly or through other
 * files of the tree: a path of the tree, or a system header "<stdio.h>". Both
 * strings must live as long as the remedy.
 */
struct err *include_reaches(struct remedy *d, const char *from, struct span what,
			    bool *yes) MUST_USE;

/* Calls fn for from and for every file of the tree that it includes, each once. */
struct err *include_each(struct remedy *d, const char *from,
			 void (*fn)(void *ctx, const struct tree_file *file), void *ctx) MUST_USE;

bool is_header(const char *path);
bool is_c_source(const char *path); /* headers too */

/* Whether C source bytes declare name: "struct x" for a tag, else any other name. */
bool declares(struct span bytes, struct span name);

/*
 * The #include by which other files of the project that use name get its
 * declaration, for file; header is the one that declares it. Neither is set when
 * *why is.
 */
struct err *include_declaring(struct remedy *d, const char *file, struct span name,
			      struct span *import, const char **header,
			      const char **why) MUST_USE;

/*
 * Where others have it from that a compiler's note says is in the system header
 * of *import: none of the project's other users of name includes that itself, and
 * all of them include one header of the project that does. Then *import is that.
 */
struct err *include_alike(struct remedy *d, const char *file, struct span name,
			  struct span *import) MUST_USE;

/*
 * Whether all others that include import's header do so before anything else, as
 * what config.h or a feature macro decides must be.
 */
struct err *include_comes_first(struct remedy *d, const char *file, struct span import,
				bool *yes) MUST_USE;

/*
 * foo.c that does not include its own foo.h, which brings what *import would: then
 * *import is that.
 */
struct err *include_own(struct remedy *d, const char *file, struct span *import) MUST_USE;

/*
 * The file that lacks import, an #include line that diag's file needs. An error
 * in a header may be that of the file that included it: when every other file
 * that includes the header has what it needs before, then so should this one.
 */
struct err *lacking_file(struct remedy *d, const struct diag *diag, struct span import,
			 const char **out) MUST_USE;

#endif
