/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmocka with its includes in the order it wants, and assertions on errs.
 * Each takes the err it looks at.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/err.h"
#include "base/str.h"

static inline void ok(struct err *err)
{
	if (err)
		fail_msg("unexpected: %s", err_text(err));
}

static inline void fails(struct err *err, enum err_kind kind, const char *text)
{
	if (!err)
		fail_msg("no error, but expected: %s", text);
	assert_string_equal(err_text(err), text);
	assert_int_equal(err_kind(err), kind);
	err_drop(err);
}

/* The same, where only a part of the text is ours. */
static inline void fails_saying(struct err *err, enum err_kind kind, const char *part)
{
	if (!err)
		fail_msg("no error, but expected: %s", part);
	if (!strstr(err_text(err), part))
		fail_msg("'%s' does not say '%s'", err_text(err), part);
	assert_int_equal(err_kind(err), kind);
	err_drop(err);
}

static inline void assert_span(struct span s, const char *text)
{
	if (!span_eqs(s, text))
		fail_msg("'%.*s' is not '%s'", (int)s.len, s.ptr ? s.ptr : "", text);
}

#endif
