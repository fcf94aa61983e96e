/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/compiler.h"
#include "sys/retry.h"

static const struct retry_policy policy = {
	.attempts_max = 6, .first_ms = 1000, .cap_ms = 8000, .total_ms = 60000,
};

/* How many sends again the same failure gets, if nothing is waited for. */
static const struct {
	enum retry_cause cause;
	int status;
	int sends;
} causes[] = {
	{ RETRY_NONE, 200, 0 },
	{ RETRY_STATUS, 200, 0 },   { RETRY_STATUS, 301, 0 },   { RETRY_STATUS, 400, 0 },
	{ RETRY_STATUS, 401, 0 },   { RETRY_STATUS, 402, 0 },   { RETRY_STATUS, 403, 0 },
	{ RETRY_STATUS, 404, 0 },   { RETRY_STATUS, 422, 0 },   { RETRY_STATUS, 501, 0 },
	{ RETRY_STATUS, 408, 6 },   { RETRY_STATUS, 429, 6 },   { RETRY_STATUS, 500, 6 },
	{ RETRY_STATUS, 502, 6 },   { RETRY_STATUS, 503, 6 },   { RETRY_STATUS, 504, 6 },
	{ RETRY_STATUS, 522, 6 },   { RETRY_STATUS, 524, 6 },   { RETRY_STATUS, 529, 6 },
	{ RETRY_USELESS, 200, 6 },  { RETRY_CONNECT, 0, 2 },    { RETRY_CUT, 200, 1 },
	{ RETRY_SILENCE, 0, 1 },    { RETRY_NEVER, 0, 0 },
};

static void test_causes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		struct retry retry;
		int sends = 0;

		retry_init(&retry, &policy, 0, i);
		while (sends < 20 &&
		       retry_next(&retry, causes[i].cause, causes[i].status, -1, 0) >= 0)
			sends++;
		assert_int_equal(sends, causes[i].sends);
	}
}

/* 1, 2, 4, 8, 8, 8 s, each less up to a quarter. */
static void test_waits_double(void **state)
{
	static const int64_t full_ms[] = { 1000, 2000, 4000, 8000, 8000, 8000 };
	int64_t least = 1000, most = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct retry retry;

		retry_init(&retry, &policy, 5000, seed);
		for (size_t i = 0; i < ARRAY_SIZE(full_ms); i++) {
			int64_t ms = retry_next(&retry, RETRY_STATUS, 503, -1, 5000);

			assert_in_range(ms, full_ms[i] * 3 / 4, full_ms[i]);
			if (i)
				continue;
			least = ms < least ? ms : least;
			most = ms > most ? ms : most;
		}
	}
	assert_in_range(least, 750, 770); /* the lots reach both ends */
	assert_in_range(most, 980, 1000);
}

static void test_same_seed_same_waits(void **state)
{
	struct retry a, b;

	(void)state;
	retry_init(&a, &policy, 0, 42);
	retry_init(&b, &policy, 0, 42);
	for (int i = 0; i < 6; i++)
		assert_int_equal(retry_next(&a, RETRY_STATUS, 429, -1, 0),
				 retry_next(&b, RETRY_STATUS, 429, -1, 0));
}

static void test_retry_after_and_budget(void **state)
{
	static const struct {
		int64_t retry_after_ms, now_ms, least_ms, most_ms; /* -1: give up */
	} cases[] = {
		{ 7000, 0, 7000, 7700 },
		{ 1000, 0, 1000, 1100 },
		{ 0, 0, 750, 1000 },         /* says nothing: our own wait */
		{ 54000, 0, 54000, 59400 },
		{ 60001, 0, -1, -1 },        /* longer than there is time */
		{ 3600000, 0, -1, -1 },
		{ INT64_MAX, 0, -1, -1 },
		{ -1, 58000, 750, 1000 },
		{ -1, 59500, -1, -1 },
		{ -1, 90000, -1, -1 },
		{ 7000, 52000, 7000, 7700 },
		{ 7000, 54000, -1, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (uint64_t seed = 0; seed < 50; seed++) {
			struct retry retry;
			int64_t ms;

			retry_init(&retry, &policy, 0, seed);
			ms = retry_next(&retry, RETRY_STATUS, 429,
					cases[i].retry_after_ms, cases[i].now_ms);
			assert_true(ms >= cases[i].least_ms && ms <= cases[i].most_ms);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_waits_double),
		cmocka_unit_test(test_same_seed_same_waits),
		cmocka_unit_test(test_retry_after_and_budget),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
