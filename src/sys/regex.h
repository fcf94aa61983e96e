/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCRE2 with limits: the only room that knows it.
 *
 * A pattern may not set its own limits or newline conventions ("(*LIMIT_...",
 * refused), use \C, or run past the match limit, the bounded JIT stack or the
 * clock that the caller gives. Running into a limit is an err (ERR_NO_FIX), not
 * "no match".
 */
#ifndef SYS_REGEX_H
#define SYS_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

struct regex;

enum regex_flags {
	REGEX_CASELESS = 1 << 0,  /* i */
	REGEX_MULTILINE = 1 << 1, /* m */
	REGEX_DOTALL = 1 << 2,    /* s */
	REGEX_EXTENDED = 1 << 3,  /* x */
	REGEX_UTF = 1 << 4,       /* subject is valid UTF-8 */
	REGEX_EXPAND = 1 << 5,    /* e: PCRE2's extended replacement syntax */
};

/* The letters of a plan's flags ("imsxe"); false for any other. */
bool regex_flags_of(const char *letters, unsigned *flags);

/* ERR_INPUT naming the offset when the pattern is bad. */
struct err *regex_new(struct regex **out, struct span pattern, unsigned flags) MUST_USE;
void regex_free(struct regex *re);

struct regex_match {
	size_t start, end; /* of the whole match; start <= end always */
};

/* First match at or after from. *found says whether there is one. */
struct err *regex_find(struct regex *re, struct span subject, size_t from,
		       bool *found, struct regex_match *match) MUST_USE;

/* Group by number or name of the last match: ptr NULL if it took no part. */
struct span regex_group(const struct regex *re, struct span subject, int number);
struct span regex_named(const struct regex *re, struct span subject, const char *name);
bool regex_has_name(const struct regex *re, const char *name);

/*
 * Adds the replacement for the last match to out. Plain syntax: $1, ${name}
 * and $$; a $ that names no group is ERR_INPUT; every other byte is literal.
 * With REGEX_EXPAND, PCRE2's extended syntax.
 */
struct err *regex_expand(const struct regex *re, struct span subject,
			 struct span replacement, struct str *out) MUST_USE;

/* Whether replacement names only groups that exist, before any match. */
struct err *regex_check_replacement(const struct regex *re, struct span replacement) MUST_USE;

#endif
