/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan in the making: the files of the tree that the diagnostics speak of,
 * and what is to be done to them. Only the rules' own files include this.
 *
 * A function that may refuse sets *why to a reason in words, or leaves it
 * NULL; an err is for what should not happen. Strings live in the remedy's
 * arena, which dies before the plan: remedy_edits() copies.
 */
#ifndef ISSUE_REMEDY_H
#define ISSUE_REMEDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "issue/diag.h"
#include "issue/rules.h"
#include "plan/plan.h"

/* Sources larger than this are nobody's handwriting. */
#define REMEDY_FILE_MAX_BYTES ((size_t)16 << 20)

/* A regular text file of the tree, or why it cannot be edited. */
struct tree_file {
	struct tree_file *next;
	const char *path;
	const char *why; /* NULL: all well */
	struct span bytes;
	uint32_t *start; /* offsets of the lines */
	size_t n_lines;
};

enum cure_kind { CURE_INCLUDE, CURE_IMPORT, CURE_REMOVAL, CURE_SPELLING, CURE_FIXIT };

/* What was done about a diagnostic. */
struct cure {
	enum cure_kind kind;
	const struct diag *diag;
	const char *file;
	struct span what;    /* the import line, the right name, or the fix-it's text */
	struct span subject; /* that a rule asked for; ptr NULL: none */
	struct span needs;   /* CURE_INCLUDE: what is wanted of it: a path, or "<stdio.h>" */
	bool inserts;        /* CURE_FIXIT: one place, and nothing goes */
	bool dropped;        /* another cure makes it needless */
};

/* Bytes [start, end) of file become text; order keeps insertions at one offset apart. */
struct touch {
	const struct tree_file *file;
	size_t start, end;
	struct span text;
	const struct diag *diag;
	size_t order;
};

/* What the functions of includes.h have answered before. */
struct resolved {
	struct resolved *next;
	struct span dir, target;
	const char *path; /* NULL: no file of the tree */
};

struct reached {
	struct reached *next;
	const char *from;
	struct span what;
	bool yes;
};

struct answer {
	struct answer *next;
	const char *file;
	struct span name;
	struct span wanted; /* include_alike(): the line it was asked about */
	struct span import;
	const char *header;
	const char *why;
};

/* Whether a file's diagnostics, taken together, speak of this tree: see standing.h. */
struct opinion {
	struct opinion *next;
	const struct tree_file *file;
	bool agreed;
};

#define REMEDY_ANSWERS_MAX 300

struct remedy {
	const struct rules_input *in;
	struct arena arena;
	struct tree_file *files;
	struct cure *cures;
	size_t n_cures, cap_cures;
	struct touch *touches;
	size_t n_touches, cap_touches;
	const char **headers; /* of the tree, by their last part; see includes.c */
	size_t n_headers, cap_headers;
	bool headers_listed;
	struct resolved *resolved;
	struct reached *reached;
	struct answer *answers;
	struct opinion *opinions;
	size_t n_answers;
};

void remedy_init(struct remedy *d, const struct rules_input *in);
void remedy_release(struct remedy *d);

/* *out is never NULL after success; look at (*out)->why. */
struct err *remedy_file(struct remedy *d, const char *path, const struct tree_file **out) MUST_USE;

/* The same, with its why in *why. */
struct err *remedy_editable(struct remedy *d, const char *path, const struct tree_file **file,
			    const char **why) MUST_USE;

/* Line number (1-based) without its line end; false if there is none. */
bool tree_line(const struct tree_file *file, size_t line, struct span *out);

/* The line of an offset. */
size_t tree_line_at(const struct tree_file *file, size_t offset);

/* Offset of a 1-based line and column; one line past the last counts as the end. */
bool tree_offset(const struct tree_file *file, size_t line, size_t column, size_t *out);

struct err *remedy_cure(struct remedy *d, const struct cure *cure) MUST_USE;

/* old with room for one element more than n, in *out; *cap follows. */
struct err *remedy_grow(struct remedy *d, const void *old, size_t n, size_t *cap, size_t size,
		       void **out) MUST_USE;

/* Whether an import line like this one, blanks aside, is in file already. */
bool tree_has_line(const struct tree_file *file, struct span line);

/* fixits.c: takes all changes of the diagnostic's fix-its, or none and says why. */
struct err *remedy_fixits(struct remedy *d, const struct diag *diag, const struct fixit *fixits,
			 size_t n, const char **why) MUST_USE;

/* fixits.c: whether the bytes that fixit replaces and its text are both identifiers. */
struct err *fixit_words(struct remedy *d, const struct fixit *fixit, bool *both,
			struct span *old) MUST_USE;

/* fixits.c: the line of an "#include" that fixit would insert; false if it does not. */
bool fixit_include(const struct fixit *fixit, struct span *line);

/* fixits.c: changes as whole-line replaces, cures as add_imports, into plan. */
struct err *remedy_edits(struct remedy *d, struct plan *plan) MUST_USE;

/* subject.c: the commit's subject and body, root_cause and strategy. */
struct err *remedy_message(struct remedy *d, struct plan *plan) MUST_USE;

#endif
