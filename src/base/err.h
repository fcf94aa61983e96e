/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors as values.
 *
 * A function that can fail returns `struct err *`. NULL is success; anything
 * else is owned by the receiver, who returns it, wraps it or drops it.
 *
 * An err is a kind, which alone picks the exit status, one line of text read
 * from outside in ("plan.json: edits[3].find: expected a string"), and a hint
 * for what to do next. The text is for people: it has no trailing newline, no
 * capital and no full stop, and quotes its subject in single quotes. Control
 * characters in it become '?', so a hostile file name reaches no terminal raw.
 *
 * Out of memory is one static err, so reporting it needs no memory.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/compiler.h"

enum err_kind {
	ERR_NO_FIX,      /* exit 1: an edit, a check or a review said no */
	ERR_INPUT,       /* exit 2: issue, plan or rules are bad */
	ERR_CONFIG,      /* exit 3: configuration, credentials, consent, sandbox */
	ERR_SERVICE,     /* exit 4: a service failed, or budget or time are used up */
	ERR_FATAL,       /* exit 128: the repository, or our own fault */
	ERR_USAGE,       /* exit 129: the command line */
	ERR_INTERRUPTED, /* exit 130: SIGINT */
	ERR_TERMINATED,  /* exit 143: SIGTERM */
};

struct err;

/* A new err. Never NULL: with no memory left it is the static one. */
struct err *err_new(enum err_kind kind, const char *fmt, ...)
	PRINTF_LIKE(2, 3) MUST_USE;

/* As err_new(), followed by ": " and the text of errnum. */
struct err *err_errno(enum err_kind kind, int errnum, const char *fmt, ...)
	PRINTF_LIKE(3, 4) MUST_USE;

/* The static out-of-memory err (ERR_FATAL). */
struct err *err_nomem(void) MUST_USE;

/* Puts "<fmt>: " before the text of err. Takes err, returns it; NULL stays NULL. */
struct err *err_wrap(struct err *err, const char *fmt, ...)
	PRINTF_LIKE(2, 3) MUST_USE;

/* Sets what to do next, unless a hint is there already. Takes err, returns it. */
struct err *err_hint(struct err *err, const char *fmt, ...)
	PRINTF_LIKE(2, 3) MUST_USE;

/* Gives err another kind, where a caller knows better. Takes err, returns it. */
struct err *err_as(struct err *err, enum err_kind kind) MUST_USE;

enum err_kind err_kind(const struct err *err);

/* Whether it is a signal's: the user wants all of it to end. NULL is none. */
bool err_is_signal(const struct err *err);

/* Borrowed from err. The hint is NULL if there is none. */
const char *err_text(const struct err *err);
const char *err_hint_text(const struct err *err);

/* The exit status that the kind stands for. */
int err_exit_code(enum err_kind kind);

/* A stable word for the kind, for the report: "input", "config", ... */
const char *err_kind_name(enum err_kind kind);

/* Frees err, which may be NULL. The only way to ignore an error. */
void err_drop(struct err *err);

/* Returns first if it is one, dropping second; else second. For clean-up paths. */
struct err *err_first(struct err *first, struct err *second) MUST_USE;

#endif
