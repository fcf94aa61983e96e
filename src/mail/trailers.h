/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trailers of our commits, one line each, in the order of the calls. Pure.
 *
 * Assisted-by is AGENT:MODEL as the kernel's coding-assistants.rst has it and its
 * checkpatch checks it: ^[^:]+:\S+(\s+\S+)*$. Models and commands are others'
 * words: they become printable text on one line before they are written. A line
 * that is there already is not added again.
 */
#ifndef MAIL_TRAILERS_H
#define MAIL_TRAILERS_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

/* dualfix.trailer: how models are named. */
enum trailer_style {
	TRAILER_ASSISTED_BY,
	TRAILER_GENERATED_BY,   /* as the Apache Software Foundation asks */
	TRAILER_CO_AUTHORED_BY, /* with an address that cannot exist (RFC 2606) */
	TRAILER_NONE,
};

extern const char *const trailer_styles[]; /* NULL-terminated, by enum trailer_style */

/* dualfix.evidence: where what the checks showed is written. */
enum evidence_place {
	EVIDENCE_TRAILER,
	EVIDENCE_NOTE, /* a git note on the commit */
	EVIDENCE_NONE,
};

extern const char *const evidence_places[]; /* NULL-terminated, by enum evidence_place */

/* The lines of an earlier message that trailers_model() wrote, in any style. */
void trailers_inherit(struct str *out, struct span message);

void trailers_model(struct str *out, enum trailer_style style, const char *model);

/* "Verified: <command> (failed before, passes now)", for a check that did so. */
void trailers_verified(struct str *out, const char *command);

/* "Checked: <command> (passed before and after)". */
void trailers_checked(struct str *out, const char *command);

/*
 * "Closes: <url>". Nothing for what is no plain http or https address: with blanks,
 * controls or bytes past ASCII in it, a user name or a password.
 */
void trailers_closes(struct str *out, const char *url);

/* "Signed-off-by: <identity>"; only ever because the user typed -s. */
void trailers_signoff(struct str *out, const char *identity);

#endif
