/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>

#include "model/pool.h"

/* a busy, latency and state for each of three servers of two places each */
struct state {
	int busy;
	int64_t latency_ms; /* -1: not known */
	int64_t begun;
	bool out, barred;
	int64_t due_ms;
};

#define N 3

static void set_up(struct pool *pool, struct pool_choice *v, const struct state *states)
{
	*pool = (struct pool){ 0 };
	for (size_t i = 0; i < N; i++) {
		char url[32];

		snprintf(url, sizeof(url), "http://127.0.0.1:%zu/v1", i);
		v[i] = (struct pool_choice){ .most = 2, .barred = states[i].barred };
		ok(pool_server(pool, url, "m", &v[i].server));
		pool->v[i].busy = states[i].busy;
		pool->v[i].latency_ms = states[i].latency_ms;
		pool->v[i].begun = states[i].begun;
		pool->v[i].out = states[i].out;
		pool->v[i].due_ms = states[i].due_ms;
	}
}

static void picks(void **state)
{
	static const struct {
		const char *name;
		struct state servers[N];
		int best, best_out; /* -1: none */
		size_t in;
		int room;
	} cases[] = {
		{ "nothing known: the first",
		  { { 0, -1, 0, 0, 0, 0 }, { 0, -1, 0, 0, 0, 0 }, { 0, -1, 0, 0, 0, 0 } },
		  0, -1, 3, 6 },
		{ "nothing known: the least busy",
		  { { 1, -1, 1, 0, 0, 0 }, { 1, -1, 1, 0, 0, 0 }, { 0, -1, 9, 0, 0, 0 } },
		  2, -1, 3, 4 },
		{ "equals: who was asked least",
		  { { 0, 100, 5, 0, 0, 0 }, { 0, 100, 3, 0, 0, 0 }, { 0, 100, 4, 0, 0, 0 } },
		  1, -1, 3, 6 },
		{ "the fastest", { { 0, 300, 0, 0, 0, 0 }, { 0, 100, 0, 0, 0, 0 },
				   { 0, 200, 0, 0, 0, 0 } }, 1, -1, 3, 6 },
		{ "the fastest, though it has work: 2 * 100 < 300",
		  { { 0, 300, 0, 0, 0, 0 }, { 1, 100, 0, 0, 0, 0 }, { 0, 300, 0, 0, 0, 0 } },
		  1, -1, 3, 5 },
		{ "a slower one that is free: 150 < 2 * 100",
		  { { 0, 150, 0, 0, 0, 0 }, { 1, 100, 0, 0, 0, 0 }, { 0, 300, 0, 0, 0, 0 } },
		  0, -1, 3, 5 },
		{ "who is unknown counts as the fastest known",
		  { { 0, 300, 1, 0, 0, 0 }, { 0, 100, 1, 0, 0, 0 }, { 0, -1, 0, 0, 0, 0 } },
		  2, -1, 3, 6 },
		{ "no room at the fastest",
		  { { 0, 900, 0, 0, 0, 0 }, { 2, 1, 0, 0, 0, 0 }, { 1, 900, 0, 0, 0, 0 } },
		  0, -1, 3, 3 },
		{ "no room at all",
		  { { 2, 1, 0, 0, 0, 0 }, { 2, 1, 0, 0, 0, 0 }, { 2, 1, 0, 0, 0, 0 } },
		  -1, -1, 3, 0 },
		{ "who is out is passed over",
		  { { 0, 1, 0, 1, 0, 7 }, { 1, 100, 0, 0, 0, 0 }, { 0, 1, 0, 1, 0, 5 } },
		  1, 2, 1, 1 },
		{ "barred and out",
		  { { 0, 1, 0, 0, 1, 0 }, { 0, 1, 0, 1, 1, 1 }, { 0, 1, 0, 1, 0, 5 } },
		  -1, 2, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pool pool;
		struct pool_choice v[N];
		size_t which = 99;
		bool found;

		set_up(&pool, v, cases[i].servers);
		found = pool_pick(&pool, v, N, &which);
		if ((found ? (int)which : -1) != cases[i].best)
			fail_msg("%s: %d", cases[i].name, found ? (int)which : -1);
		found = pool_pick_out(&pool, v, N, &which);
		if ((found ? (int)which : -1) != cases[i].best_out)
			fail_msg("%s: out: %d", cases[i].name, found ? (int)which : -1);
		if (pool_count_in(&pool, v, N) != cases[i].in ||
		    pool_room(&pool, v, N) != cases[i].room)
			fail_msg("%s: %zu in, room for %d", cases[i].name,
				 pool_count_in(&pool, v, N), pool_room(&pool, v, N));
		pool_release(&pool);
	}
}

/* A model at a URL is one server, however often it is named. */
static void names(void **state)
{
	struct pool pool = { 0 };
	size_t a, b, c, again;

	(void)state;
	ok(pool_server(&pool, "http://a", "m", &a));
	ok(pool_server(&pool, "http://a", "n", &b));
	ok(pool_server(&pool, "http://b", "m", &c));
	ok(pool_server(&pool, "http://a", "n", &again));
	assert_int_equal(b, again);
	assert_true(a != b && b != c && a != c);
	for (size_t i = 0; i < 100; i++) {
		char url[32];

		snprintf(url, sizeof(url), "http://%zu", i);
		ok(pool_server(&pool, url, "m", &c));
	}
	assert_int_equal(pool.n, 103);
	ok(pool_server(&pool, "http://b", "m", &again));
	assert_int_equal(again, 2);
	pool_release(&pool);
	pool_release(&pool);
}

enum event { ANSWERED, FAILED, PROBED_WELL, PROBED_ILL };

/* What happens to one server, and what is known of it then. */
static void ailing(void **state)
{
	static const struct {
		enum event event;
		int64_t now_ms, retry_after_ms;
		bool out;
		int64_t due_ms; /* -1: no probe */
	} steps[] = {
		{ ANSWERED, 0, 0, false, -1 },
		{ FAILED, 1000, -1, true, 2000 },
		{ FAILED, 1001, -1, true, 2000 },   /* both were under way */
		{ PROBED_ILL, 2000, 0, true, 4000 },
		{ PROBED_ILL, 4000, 0, true, 8000 },
		{ PROBED_WELL, 8000, 0, false, -1 },
		{ FAILED, 9000, -1, true, 17000 },  /* it only said that it was well */
		{ PROBED_WELL, 17000, 0, false, -1 },
		{ ANSWERED, 18000, 0, false, -1 },
		{ FAILED, 19000, -1, true, 20000 }, /* from the start again */
		{ ANSWERED, 19500, 0, false, -1 },  /* an earlier request: it is back */
		{ PROBED_ILL, 20000, 0, false, -1 },
		{ FAILED, 30000, 20000, true, 50000 }, /* its own word */
		{ PROBED_WELL, 50000, 0, false, -1 },
		{ FAILED, 60000, 500, true, 62000 },
	};
	struct pool pool = { 0 };
	size_t i, index;
	int64_t at_ms;

	(void)state;
	ok(pool_server(&pool, "http://a", "m", &i));
	for (size_t k = 0; k < ARRAY_SIZE(steps); k++) {
		int64_t now_ms = steps[k].now_ms;
		bool found;

		if (steps[k].event == ANSWERED || steps[k].event == FAILED)
			pool_begin(&pool, i);
		else
			pool_probe(&pool, i);
		if (steps[k].event == ANSWERED)
			pool_answered(&pool, i, 1, 10);
		else if (steps[k].event == FAILED)
			pool_failed(&pool, i, steps[k].retry_after_ms, now_ms);
		else
			pool_probed(&pool, i, steps[k].event == PROBED_WELL, now_ms);
		found = pool_next_probe(&pool, &index, &at_ms);
		if (pool.v[i].out != steps[k].out || found != (steps[k].due_ms >= 0) ||
		    (found && at_ms != steps[k].due_ms))
			fail_msg("step %zu: out %d, due %lld", k, pool.v[i].out,
				 found ? (long long)at_ms : -1LL);
		assert_int_equal(pool.v[i].busy, 0);
	}
	pool_release(&pool);
}

/* Pauses do not grow for ever, and who is being probed is not probed twice. */
static void probes(void **state)
{
	struct pool pool = { 0 };
	size_t a, b, index;
	int64_t at_ms = 0;

	(void)state;
	ok(pool_server(&pool, "http://a", "m", &a));
	ok(pool_server(&pool, "http://b", "m", &b));
	assert_false(pool_next_probe(&pool, &index, &at_ms));
	pool_begin(&pool, a);
	pool_begin(&pool, b);
	pool_failed(&pool, b, -1, 100);
	pool_failed(&pool, a, -1, 200);
	assert_true(pool_next_probe(&pool, &index, &at_ms));
	assert_int_equal(index, b);
	pool_probe(&pool, b);
	assert_true(pool_next_probe(&pool, &index, &at_ms));
	assert_int_equal(index, a);
	for (int64_t now_ms = 1000; now_ms < 1000000; now_ms = at_ms) {
		pool_probe(&pool, a);
		pool_probed(&pool, a, false, now_ms);
		assert_true(pool_next_probe(&pool, &index, &at_ms));
		assert_true(at_ms - now_ms <= POOL_PAUSE_MAX_MS);
	}
	assert_int_equal(pool.v[a].pause_ms, POOL_PAUSE_MAX_MS);
	pool_release(&pool);
}

static void patience(void **state)
{
	struct pool pool = { 0 };
	size_t i;

	(void)state;
	ok(pool_server(&pool, "http://a", "m", &i));
	for (int64_t k = 0; k < 200; k++) {
		int64_t first_ms = k < 100 ? 5000 : k % 2 ? 90 : 110;

		if (k == 1)
			assert_int_equal(pool_patience_ms(&pool, 3), -1);
		pool_begin(&pool, i);
		pool_answered(&pool, i, first_ms, 400);
	}
	assert_true(pool_patience_ms(&pool, 3) == 270 || pool_patience_ms(&pool, 3) == 330);
	assert_int_equal(pool.v[i].latency_ms, 400);
	pool_begin(&pool, i);
	pool_answered(&pool, i, 100, 800);
	assert_int_equal(pool.v[i].latency_ms, 500);
	pool_release(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(picks), cmocka_unit_test(names),
		cmocka_unit_test(ailing), cmocka_unit_test(probes),
		cmocka_unit_test(patience),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
