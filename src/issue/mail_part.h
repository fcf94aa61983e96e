/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a mail says, out of its parts (RFC 2046). Pure.
 *
 * Plain text is taken; of alternatives the plain one; texts that are attached, logs and
 * patches say, by themselves. HTML is not: what a reader of it sees cannot be told
 * from what is hidden in it. A part that is left out is named.
 */
#ifndef ISSUE_MAIL_PART_H
#define ISSUE_MAIL_PART_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "issue/mail_decode.h"

#define MAIL_DEPTH_MAX 8
#define MAIL_PARTS_MAX 200
#define MAIL_PART_MAX_BYTES ((size_t)1 << 20)

struct mail_text {
	struct str body, attached; /* UTF-8, as the sender wrote them */
	bool cut;  /* there was more than the ceilings allow */
	bool html; /* there was HTML */
};

void mail_text_init(struct mail_text *text);
void mail_text_release(struct mail_text *text);

/* Of a whole mail, header and all, with "\n" as its line ends. */
struct err *mail_text_read(struct mail_text *text, struct span whole,
			   const struct mail_charsets *charsets) MUST_USE;

#endif
