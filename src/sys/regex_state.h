/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a regex (sys/regex.h), for the files that it is made of: regex.c
 * compiles and searches, regex_expand.c makes the text of replacements.
 */
#ifndef SYS_REGEX_STATE_H
#define SYS_REGEX_STATE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

#define PATTERN_MAX_BYTES ((size_t)64 * 1024)

/*
 * Callouts between all items of a pattern let a search look at the clock, and make it
 * several times as dear. Most searches need none: the swift code goes over some starts
 * at a time, and where that runs into a limit or lasts, the careful one goes on.
 */
struct regex {
	pcre2_code *swift;   /* NULL: the pattern minds where a search begins */
	pcre2_code *careful; /* with callouts; NULL until it is needed */
	pcre2_code *code;    /* the first of them: for what is the same in both */
	struct str pattern;
	unsigned flags;
	/* Where it is tried. */
	bool anchored; /* where a search begins, nowhere else */
	bool by_lines; /* there, and at the start of each line */

	/* Made for the first search: many a pattern is only checked. */
	pcre2_match_data *match;
	pcre2_match_context *context, *swift_context;
	pcre2_jit_stack *stack;

	/* How the last search was made: to part a match from it, PCRE2 asks for the same. */
	const pcre2_code *searched;
	size_t searched_from;
	uint32_t searched_options;

	int groups;       /* of the last match that are in its vector; 0: no match */
	size_t end;       /* of the last match */
	bool empty;       /* the last match was */
	int64_t left_ms;  /* of the thread's time */
	int64_t look_ms;  /* when the search under way is to look at that */
	int64_t mark_ms;  /* what it was, and when that was read: a short search ago at most */
	int64_t marked_ms;
	int64_t seen_ms;  /* what it was when it was last read for a swift search */
	size_t starts;    /* that the next swift search takes at once */
	unsigned callouts;
};

static inline PCRE2_SPTR units(struct span s)
{
	return (PCRE2_SPTR)(s.ptr ? s.ptr : "");
}

/* Under the settings that all patterns have; ERR_INPUT says what is wrong with it. */
struct err *regex_compile(pcre2_code **out, struct span pattern, uint32_t options) MUST_USE;

#endif
