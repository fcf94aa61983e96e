/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mail is wrapped in, taken off: transfer encodings (RFC 2045), encoded words in
 * headers (RFC 2047), flowed text (RFC 3676). Pure.
 *
 * Broken encodings are read as far as they make sense, as mail programs do: nothing
 * here fails but for what the charsets' reader says and for want of memory.
 */
#ifndef ISSUE_MAIL_DECODE_H
#define ISSUE_MAIL_DECODE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

/* Charsets are read elsewhere (sys/charset.h): adds bytes, as UTF-8, to out. */
struct mail_charsets {
	void *ctx;
	struct err *(*to_utf8)(void *ctx, const char *charset, struct span bytes,
			       struct str *out);
};

#define MAIL_CHARSET_MAX_BYTES 40

/* in_header: '_' is a blank (RFC 2047 4.2). */
void mail_unquote(struct span text, bool in_header, struct str *out);
void mail_unbase64(struct span text, struct str *out);

/* Adds an unfolded header's value with its encoded words read, on one line. */
struct err *mail_words(struct span value, const struct mail_charsets *charsets,
		       struct str *out) MUST_USE;

/* Adds text with its soft line breaks taken out; delete_space as delsp=yes. */
void mail_unflow(struct span text, bool delete_space, struct str *out);

#endif
