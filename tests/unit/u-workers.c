/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "sys/workers.h"
#include "unit.h"

#define ITEMS 20000

struct tally {
	atomic_uchar done[ITEMS];
	size_t begun, ended;
	size_t fails_from, fails_every; /* every == 0: never */
	size_t refuse_begin;            /* the n-th, from 1 */
	size_t sum;
};

struct count {
	size_t n;
};

static struct err *begin(void *ctx, void **worker)
{
	struct tally *t = ctx;

	if (t->begun + 1 == t->refuse_begin)
		return err_new(ERR_FATAL, "no worker");
	t->begun++;
	*worker = calloc(1, sizeof(struct count));
	return *worker ? NULL : err_nomem();
}

static struct err *item(void *ctx, void *worker, size_t i)
{
	struct tally *t = ctx;

	((struct count *)worker)->n++;
	atomic_fetch_add(&t->done[i], 1);
	if (t->fails_every && i >= t->fails_from && i % t->fails_every == 0)
		return err_new(ERR_INPUT, "item %zu", i);
	return NULL;
}

static void end(void *ctx, void *worker)
{
	struct tally *t = ctx;

	t->ended++;
	t->sum += ((struct count *)worker)->n;
	free(worker);
}

static struct workers_job job_of(struct tally *t, size_t n, size_t step)
{
	return (struct workers_job){ .n = n, .step = step, .worth = 10, .ctx = t,
				     .begin = begin, .item = item, .end = end };
}

static void does_each_item_once(void **state)
{
	static const size_t n[] = { 0, 1, 9, 31, 32, 33, 5000, ITEMS };

	(void)state;
	for (size_t c = 0; c < sizeof(n) / sizeof(*n); c++) {
		struct tally *t = calloc(1, sizeof(*t));
		struct workers_job job = job_of(t, n[c], 32);

		ok(workers_run(&job));
		for (size_t i = 0; i < ITEMS; i++)
			assert_int_equal(t->done[i], i < n[c]);
		assert_true(t->begun > 0);
		assert_int_equal(t->begun, t->ended);
		assert_int_equal(t->sum, n[c]);
		free(t);
	}
}

static void names_the_first_that_fails(void **state)
{
	(void)state;
	for (size_t round = 0; round < 50; round++) {
		struct tally *t = calloc(1, sizeof(*t));
		struct workers_job job = job_of(t, ITEMS, 3);

		t->fails_from = 701;
		t->fails_every = 7;
		fails(workers_run(&job), ERR_INPUT, "item 707");
		for (size_t i = 0; i <= 707; i++)
			assert_int_equal(t->done[i], 1);
		assert_int_equal(t->begun, t->ended);
		free(t);
	}
}

static void ends_those_that_began(void **state)
{
	struct tally *t = calloc(1, sizeof(*t));
	struct workers_job job = job_of(t, ITEMS, 3);

	(void)state;
	t->refuse_begin = 1;
	fails(workers_run(&job), ERR_FATAL, "no worker");
	assert_int_equal(t->ended, 0);
	assert_int_equal(t->done[0], 0);
	free(t);
}

static struct err *item_alone(void *ctx, void *worker, size_t i)
{
	assert_null(worker);
	return item(ctx, &(struct count){ 0 }, i);
}

static void needs_no_begin(void **state)
{
	struct tally *t = calloc(1, sizeof(*t));
	struct workers_job job = { .n = 100, .step = 1, .worth = 1, .ctx = t,
				   .item = item_alone };

	(void)state;
	ok(workers_run(&job));
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(t->done[i], 1);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_each_item_once),
		cmocka_unit_test(names_the_first_that_fails),
		cmocka_unit_test(ends_those_that_began),
		cmocka_unit_test(needs_no_begin),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
