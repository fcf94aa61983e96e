/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cover letter that git format-patch made, filled in. Pure.
 *
 * git leaves two marks in it, one in the subject and one for the text. A subject
 * that is not ASCII is written as RFC 2047 has it, in words of at most 75 characters;
 * a text that is not says that it is UTF-8 (RFC 2045).
 */
#ifndef MAIL_COVER_H
#define MAIL_COVER_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

/*
 * subject and body are clean as mail/message.h makes them; body ends without a
 * newline. ERR_FATAL when letter is none of git's.
 */
struct err *cover_fill(struct str *letter, struct span subject, struct span body) MUST_USE;

#endif
