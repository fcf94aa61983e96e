/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether and when a request is sent again. Pure: it reads no clock and draws
 * no lots, it is given the time and a seed.
 *
 *	what happened                             sent again
 *	408, 429, 500, 502, 503, 504, 522, 524,   attempts_max times
 *	    529, or an answer of no use
 *	could not connect                         twice
 *	cut off or silent half way                once
 *	anything else                             never
 *
 * The wait begins at first_ms and doubles up to cap_ms, less up to a quarter
 * drawn by lot, so that many do not come back at once. A Retry-After of
 * at least first_ms replaces it, plus up to a tenth. A wait that would end after
 * total_ms is not begun.
 */
#ifndef SYS_RETRY_H
#define SYS_RETRY_H

#include <stdint.h>

enum retry_cause {
	RETRY_NONE,    /* nothing failed */
	RETRY_STATUS,  /* the HTTP status decides */
	RETRY_USELESS, /* an answer of success with nothing in it */
	RETRY_CONNECT, /* no connection came about */
	RETRY_CUT,     /* the connection broke */
	RETRY_SILENCE, /* a deadline passed */
	RETRY_NEVER,   /* trying again cannot help */
};

struct retry_policy {
	int attempts_max; /* sends after the first */
	int64_t first_ms;
	int64_t cap_ms;
	int64_t total_ms; /* from the first send to the begin of the last */
};

extern const struct retry_policy retry_default; /* 4; 0.5 s, 10 s, 120 s */

struct retry {
	struct retry_policy policy;
	int64_t start_ms;
	uint64_t lot;
	int attempts;     /* sends after the first so far */
	int of_cause[RETRY_NEVER + 1];
};

void retry_init(struct retry *retry, const struct retry_policy *policy, int64_t now_ms,
		uint64_t seed);

/*
 * How long to wait before sending again, in ms; -1: give up. retry_after_ms is
 * the server's word, -1 if it said none.
 */
int64_t retry_next(struct retry *retry, enum retry_cause cause, int status,
		   int64_t retry_after_ms, int64_t now_ms);

#endif
