/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCRE2 with limits: the only room that knows it.
 *
 * A pattern may not set limits, newline conventions or modes for itself
 * ("(*LIMIT_...", refused) nor use \C. A search may not run past the match
 * limit, the bounded stack, or the time that the regex has in all; running into
 * a limit is an err (ERR_NO_FIX), not "no match". The time is looked at now and then:
 * a text of megabytes that is all one word may take some seconds more.
 *
 * "^" and "$" with REGEX_MULTILINE, "." and "\N" know \n, \r and \r\n as line
 * ends, whatever the file's are; "\n" in a pattern is that byte alone.
 *
 * Without REGEX_UTF pattern and subject are bytes. With it, bytes of the subject
 * that are not UTF-8 match nothing, and no match spans them.
 *
 * A regex remembers its last match: one thread at a time.
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
	REGEX_UTF = 1 << 4,       /* characters, not bytes */
	REGEX_EXPAND = 1 << 5,    /* e: PCRE2's extended replacement syntax */
};

/* The letters of a plan's flags ("imsxe"); false for any other. */
bool regex_flags_of(const char *letters, unsigned *flags);

/* ERR_INPUT naming the offset when the pattern is bad. */
struct err *regex_new(struct regex **out, struct span pattern, unsigned flags) MUST_USE;
void regex_free(struct regex *re);

/*
 * Time, of the thread that searches, that all searches of one regex have together, unless
 * set otherwise. What else the machine does takes none of it.
 */
#define REGEX_BUDGET_MS 5000

/* Gives it that much from now on. */
void regex_set_budget(struct regex *re, int64_t budget_ms);

/* Gives it more, unless it has used up what it had. */
void regex_add_budget(struct regex *re, int64_t more_ms);

struct regex_match {
	size_t start, end; /* of the whole match; start <= end always */
};

/*
 * First match at or after from; *found says whether there is one. In the middle
 * of a character, from moves to its end (REGEX_UTF).
 */
struct err *regex_find(struct regex *re, struct span subject, size_t from,
		       bool *found, struct regex_match *match) MUST_USE;

/*
 * The match after the last one, as Perl's /g has it: it begins at the end of
 * that one or later, and is not empty where that one was. So the loop
 *
 *	err = regex_find(re, subject, 0, &found, &m);
 *	while (!err && found) {
 *		...
 *		err = regex_next(re, subject, &found, &m);
 *	}
 *
 * ends, and no two matches overlap. subject must be the same.
 */
struct err *regex_next(struct regex *re, struct span subject, bool *found,
		       struct regex_match *match) MUST_USE;

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
struct err *regex_check_replacement(const struct regex *re,
				    struct span replacement) MUST_USE;

/* Adds the name and version of the library at work. */
void regex_library(struct str *out);

#endif
