/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/retry.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/deadline.h"

const struct retry_policy retry_default = {
	.attempts_max = 4,
	.first_ms = 500,
	.cap_ms = 10000,
	.total_ms = 120000,
};

static const int statuses[] = { 408, 429, 500, 502, 503, 504, 522, 524, 529 };

/* How often each cause may be met; 0: never sent again. */
static const int times[] = {
	[RETRY_STATUS] = INT_MAX,
	[RETRY_USELESS] = INT_MAX,
	[RETRY_CONNECT] = 2,
	[RETRY_CUT] = 1,
	[RETRY_SILENCE] = 1,
	[RETRY_NEVER] = 0,
};

void retry_init(struct retry *retry, const struct retry_policy *policy, int64_t now_ms,
		uint64_t seed)
{
	*retry = (struct retry){ .policy = *policy, .start_ms = now_ms, .lot = seed };
}

/* splitmix64 by Sebastiano Vigna: any seed will do, 0 too. */
static uint64_t draw(struct retry *retry)
{
	uint64_t z = retry->lot += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static int64_t draw_below(struct retry *retry, int64_t limit_ms)
{
	return limit_ms > 0 ? (int64_t)(draw(retry) % (uint64_t)limit_ms) : 0;
}

static bool is_passing(int status)
{
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (statuses[i] == status)
			return true;
	}
	return false;
}

static int64_t wait_ms(struct retry *retry, int64_t retry_after_ms)
{
	int64_t ms = retry->policy.first_ms;

	if (retry_after_ms >= ms)
		return deadline_after_ms(retry_after_ms,
					 draw_below(retry, retry_after_ms / 10 + 1));
	for (int i = 0; i < retry->attempts && ms < retry->policy.cap_ms; i++)
		ms = deadline_after_ms(ms, ms);
	ms = deadline_earlier(ms, retry->policy.cap_ms);
	return ms - draw_below(retry, ms / 4 + 1);
}

int64_t retry_next(struct retry *retry, enum retry_cause cause, int status,
		   int64_t retry_after_ms, int64_t now_ms)
{
	int64_t end_ms = deadline_after_ms(retry->start_ms, retry->policy.total_ms);
	int64_t ms;

	if (retry->attempts >= retry->policy.attempts_max ||
	    retry->of_cause[cause] >= times[cause] ||
	    (cause == RETRY_STATUS && !is_passing(status)))
		return -1;
	ms = wait_ms(retry, retry_after_ms);
	if (deadline_after_ms(now_ms, ms) > end_ms)
		return -1;
	retry->attempts++;
	retry->of_cause[cause]++;
	return ms;
}
