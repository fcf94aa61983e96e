/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a line of a message must not start with, as git reads mail. Pure.
 *
 * mailsplit takes "From " for the next mail; mailinfo ends the message at "---",
 * "diff -", "Index: " and "--- <name>", takes leading "From:", "Subject:", "Date:"
 * and "[PATCH]" lines for headers and, if told to, cuts at scissors; an editor
 * session drops lines that start with '#'; trailers are what looks like trailers.
 */
#ifndef MAIL_HAZARD_H
#define MAIL_HAZARD_H

#include <stdbool.h>

#include "base/span.h"

enum hazard {
	HAZARD_NONE,
	HAZARD_START, /* harmless once it does not stand at the start of a line */
	HAZARD_DIFF,  /* starts a patch: indent it and what follows */
	HAZARD_DROP,  /* a cut, scissors or somebody's trailer: leave it out */
};

/* Of a whole line as it came. */
enum hazard hazard_of_line(struct span line);

/* Whether a line may not start with word (what follows it is not known yet). */
bool hazard_starts(struct span word);

/*
 * "-- >8 --" and its kin, at whose sight git am can be told to forget what stood
 * before; blanks in front do not hinder it.
 */
bool hazard_is_scissors(struct span line);

/* Whether the line has the form of a trailer: "Token: value". */
bool hazard_is_trailer(struct span line);

#endif
