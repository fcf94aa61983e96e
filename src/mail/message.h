/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commit messages from words that a model, or an issue, supplied. Pure.
 *
 * A message made here survives `git am` of its own patch: the subject is one line
 * that am takes as it is, and nothing in the body ends the message early, becomes a
 * header, a patch or a trailer. Invariants of what comes out:
 *
 *	valid UTF-8, "\n" line ends only, no control but tabs, no invisible and no bidi
 *	characters; a subject of 1 to MESSAGE_SUBJECT_COLUMNS characters without a
 *	prefix that am strips; an empty line; body lines of up to
 *	MESSAGE_BODY_COLUMNS characters, words longer than that aside.
 *
 * What git does to messages: mailinfo.c and trailer.c of git.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

#define MESSAGE_SUBJECT_COLUMNS 72
#define MESSAGE_BODY_COLUMNS 72
#define MESSAGE_BODY_MAX_BYTES (64 * 1024)

/* Adds the subject; fallback (clean already) when nothing is left of it. */
void message_subject(struct span text, const char *fallback, struct str *out);

/*
 * Adds the body, wrapped; nothing when nothing is left of it. Lines that are
 * indented or look like a list, a quotation or a table keep their line ends. Ends
 * without a newline.
 */
void message_body(struct span text, struct str *out);

/*
 * Subject, body and trailers ("Key: value" lines, clean already; may be empty) as
 * one message that ends with a newline.
 */
struct err *message_make(struct span subject, struct span body, struct span trailers,
			 const char *fallback, struct str *out) MUST_USE;

#endif
