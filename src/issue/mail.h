/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mail as an issue: one message as it was sent (.eml), or several as mbox has them
 * (RFC 4155; ">From " as mboxrd). Pure.
 *
 * No library: what is needed of MIME is little, and what there is for C brings glib or
 * a mail client's network code along. git's mailinfo decodes a patch, not a thread: it
 * joins the alternatives, and every attachment, into one text.
 */
#ifndef ISSUE_MAIL_H
#define ISSUE_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "issue/mail_decode.h"

#define MAILS_MAX 300

struct mail {
	struct span subject, author, day; /* one line each, UTF-8; day: "2026-11-23" or empty */
	struct span id;             /* "<a@b>", fit for a header; empty: none */
	struct span body, attached; /* UTF-8, as the sender wrote them; may be empty */
	bool cut, html;             /* see issue/mail_part.h */
	int64_t when;               /* seconds; -1: unknown */
};

struct mailbox {
	struct arena arena;
	struct mail *v; /* oldest first where all have a date */
	size_t n, left_out;
};

/* Whether raw is mail: by its first lines, and never for a text that is none. */
bool mail_is(struct span raw);

void mailbox_init(struct mailbox *box);
void mailbox_release(struct mailbox *box);

/* ERR_INPUT for more than one thread, and where there is nothing to read. */
struct err *mailbox_read(struct mailbox *box, struct span raw,
			 const struct mail_charsets *charsets) MUST_USE;

#endif
