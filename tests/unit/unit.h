/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmocka with its includes in the order it wants, and assertions on errs.
 * Each takes the err it looks at.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/err.h"
#include "base/str.h"

#define ok(err) ok_at(err, __FILE__, __LINE__)

static inline void ok_at(struct err *err, const char *file, int line)
{
	const char *hint = err ? err_hint_text(err) : NULL;

	if (!err)
		return;
	print_error("unexpected: %s%s%s\n", err_text(err), hint ? "; hint: " : "",
		    hint ? hint : "");
	err_drop(err);
	_fail(file, line);
}

#define fails(err, kind, text) fails_at(err, kind, text, false, __FILE__, __LINE__)

/* The same, where only a part of the text is ours. */
#define fails_saying(err, kind, part) fails_at(err, kind, part, true, __FILE__, __LINE__)

static inline void fails_at(struct err *err, enum err_kind kind, const char *text, bool part,
			    const char *file, int line)
{
	bool good = err && err_kind(err) == kind &&
		    (part ? !!strstr(err_text(err), text) : !strcmp(err_text(err), text));

	if (!good)
		print_error("%s '%s', not %s '%s'\n", err ? err_kind_name(err_kind(err)) : "none",
			    err ? err_text(err) : "", err_kind_name(kind), text);
	err_drop(err);
	if (!good)
		_fail(file, line);
}

/* The hint that goes with an err. */
static inline void fails_hinting(struct err *err, const char *part)
{
	const char *hint = err ? err_hint_text(err) : NULL;
	bool good = hint && strstr(hint, part);

	if (!good)
		print_error("%s, hint: '%s', not '%s'\n", err ? err_text(err) : "no err",
			    hint ? hint : "", part);
	err_drop(err);
	assert_true(good);
}

static inline void assert_span(struct span s, const char *text)
{
	if (!span_eqs(s, text))
		fail_msg("'%.*s' is not '%s'", (int)s.len, s.ptr ? s.ptr : "", text);
}

#endif
