/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What calls cost, and what is left for the next one. Pure.
 *
 * Money is US dollars. An unknown price makes a sum unknown (negative), never
 * zero; the limit in dollars then binds the known part, the one in tokens all. A
 * limit of nothing lets no call through of which it is not known that it is free.
 *
 *	err = budget_hold(&budget, &what, prompt, 256, &max_tokens, &hold);
 *	... the call ...
 *	budget_settle(&budget, &hold, &reply->usage);
 */
#ifndef MODEL_BUDGET_H
#define MODEL_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"

/* No count of usage is larger, whoever claims it: sums of them stay in range. */
#define USAGE_COUNT_MAX ((int64_t)1 << 40)

struct usage {
	int64_t requests; /* every HTTP request, retries too */
	int64_t prompt_tokens;
	int64_t cached_tokens; /* of them, from the provider's cache */
	int64_t completion_tokens; /* thinking included */
	double usd;       /* < 0: some price is unknown */
	bool estimated;   /* some counts are ours: a server gave none, or was cut off */
	int64_t hits, misses; /* answers that our cache had (model/cache.h), or had not */
	double saved_usd; /* what the hits would have cost; < 0: some price is unknown */
};

/* USD per million tokens; < 0: unknown. Cached input counts as input if unknown. */
struct prices {
	double input, cached, output;
};

void usage_add(struct usage *sum, const struct usage *more);

/* What the tokens of usage cost, or < 0. */
double usage_usd(const struct usage *usage, const struct prices *prices);

struct budget {
	double usd_max;     /* < 0: no limit */
	int64_t tokens_max; /* 0: no limit */
	struct usage spent;
	double usd_known;   /* the part of spent whose price is known */
	double usd_held;    /* by calls under way */
	int64_t tokens_held;
};

/* What is called. */
struct budget_call {
	const char *model;
	const struct prices *prices;
	bool local; /* a server of this machine: nobody bills what has no price */
};

struct budget_hold {
	double usd;
	int64_t tokens;
};

void budget_init(struct budget *budget, double usd_max, int64_t tokens_max);

/*
 * Sets aside what a call may cost at worst. An answer of *max_tokens that would
 * go over is shortened, but not below min_tokens: then it is ERR_SERVICE, which
 * says what is left, and nothing is set aside.
 */
struct err *budget_hold(struct budget *budget, const struct budget_call *call,
			int64_t prompt_tokens, int min_tokens, int *max_tokens,
			struct budget_hold *hold) MUST_USE;

/* The call is over; usage is what it did cost (NULL: it never left). */
void budget_settle(struct budget *budget, const struct budget_hold *hold,
		   const struct usage *usage);

#endif
