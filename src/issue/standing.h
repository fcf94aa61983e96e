/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a diagnostic speaks of the tree at hand, or of an older one.
 *
 * Our own log does where it quotes nothing else. Of a file that somebody hands in
 * a position counts if the source line that it quotes stands there. The
 * structured forms rarely quote one; then a name that the message quotes must
 * stand in the line. What quotes nothing at all is believed if others of the
 * same file are right about it, or if every fix-it for that file begins and ends
 * between words and one of them replaces a word of some length.
 */
#ifndef ISSUE_STANDING_H
#define ISSUE_STANDING_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "issue/remedy.h"

enum standing {
	STANDING_SURE,
	STANDING_STALE,  /* the source that it quotes is not there */
	STANDING_ABSENT, /* none of the names that it quotes stands there */
	STANDING_BLIND,  /* nothing to go by */
};

/* line is the one that diag points to in file; ptr NULL if there is none. */
struct err *standing_of(struct remedy *d, const struct diag *diag,
			const struct tree_file *file, struct span *line,
			enum standing *out) MUST_USE;

#endif
