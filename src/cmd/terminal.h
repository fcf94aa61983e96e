/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person sees: messages on stderr in git's manner, progress, colour.
 * stdout holds the result only.
 *
 * All text is cleaned of control, bidirectional and invisible characters here,
 * at the last door.
 */
#ifndef CMD_TERMINAL_H
#define CMD_TERMINAL_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/events.h"
#include "base/span.h"

struct terminal {
	bool quiet;
	int verbose;
	bool progress;   /* stages are shown, overwritten in place */
	bool colour_err; /* stderr takes colours */
	bool colour_out;
	bool stage_shown;
};

/* progress and colour: "always", "never", "auto" or NULL (auto). */
void terminal_init(struct terminal *t, bool quiet, int verbose, const char *progress,
		   const char *colour);

/* The sink for a run's events. t must outlive it. */
struct events terminal_events(struct terminal *t);

/* One line each, "warning: ..." and so on, always shown but for notes under quiet. */
void terminal_warning(struct terminal *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void terminal_note(struct terminal *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void terminal_hint(struct terminal *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A line "word: text" with word coloured by how good it is (1, 0, -1). */
void terminal_verdict(struct terminal *t, int good, const char *word, const char *text);

/* Lines to stderr, cleaned, each behind prefix. */
void terminal_block(struct terminal *t, const char *prefix, struct span text);

/* "error: ..." or "fatal: ..." and the hint. err stays the caller's. */
void terminal_error(struct terminal *t, const struct err *err);

/* Takes the progress line off the screen. */
void terminal_clear(struct terminal *t);

/*
 * Bytes to stdout, as they are; clean makes them safe for a terminal, which one that
 * stdout is gets in any case. A closed or full stdout is ERR_FATAL.
 */
struct err *terminal_out(struct span bytes, bool clean) MUST_USE;

#endif
