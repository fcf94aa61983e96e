/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in the charsets of mail, to UTF-8, by the C library's iconv.
 *
 * The names come from outside, and a name makes the C library load code: only
 * those in the table are handed on. UTF-7 is not among them, nor is what the C
 * library has converters for that nobody mails in.
 */
#ifndef SYS_CHARSET_H
#define SYS_CHARSET_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

/*
 * Adds bytes to out. What is no character of the charset becomes U+FFFD; of a charset
 * that is not known only ASCII is taken. ERR_FATAL for want of memory or converters
 * only; out may pass its ceiling.
 */
struct err *charset_to_utf8(void *ctx, const char *charset, struct span bytes,
			    struct str *out) MUST_USE;

#endif
