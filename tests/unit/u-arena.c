/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/arena.h"
#include "base/compiler.h"

static void test_zeroed_aligned_apart(void **state)
{
	struct arena a;
	unsigned char *was[500];

	(void)state;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < 500; i++) {
		size_t size = i * 7 % 1000;
		unsigned char *p = arena_alloc(&a, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(p[k], 0);
		memset(p, (int)i & 0xff, size);
		was[i] = p;
	}
	for (size_t i = 0; i < 500; i++)
		for (size_t k = 0; k < i * 7 % 1000; k++)
			assert_int_equal(was[i][k], i & 0xff);
	arena_release(&a);
	arena_release(&a);
}

static void test_big_ones(void **state)
{
	struct arena a;
	char *small, *big, *next;

	(void)state;
	arena_init(&a, 1 << 20);
	small = arena_alloc(&a, 16);
	big = arena_alloc(&a, 100000);
	next = arena_alloc(&a, 16);
	assert_non_null(big);
	memset(big, 1, 100000);
	assert_ptr_equal(next, small + 16); /* the room in the first block is used on */
	arena_release(&a);
}

static void test_ceiling(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 100000);
	assert_non_null(arena_alloc(&a, 90000));
	assert_null(arena_alloc(&a, 20000));
	fails(arena_err(&a, "plan"), ERR_INPUT, "plan: needs more than 100000 bytes");
	arena_release(&a);
	assert_non_null(arena_alloc(&a, 90000));
	arena_release(&a);
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_array(&a, SIZE_MAX / 2, 4));
	assert_true(a.full);
	arena_release(&a);
	assert_non_null(arena_array(&a, 0, 4));
	fails(arena_err(&a, "plan"), ERR_FATAL, "out of memory");
	arena_release(&a);
}

/* Small ones, which share a block, are no way past it. */
static void test_ceiling_of_small_ones(void **state)
{
	static const size_t ceilings[] = { 100, 16 * 1024, 40000, 100000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ceilings); i++) {
		struct arena a;
		size_t bytes = 0;

		arena_init(&a, ceilings[i]);
		while (bytes <= ceilings[i] && arena_alloc(&a, 16))
			bytes += 16;
		assert_true(a.full);
		assert_in_range(bytes, ceilings[i] - 16, ceilings[i]);
		arena_release(&a);
	}
}

static void test_strings(void **state)
{
	struct arena a;
	char *p;

	(void)state;
	arena_init(&a, 10000);
	p = arena_dup(&a, SPAN("a\0b"));
	assert_memory_equal(p, "a\0b", 4);
	assert_string_equal(arena_dup(&a, (struct span){ NULL, 0 }), "");
	assert_string_equal(arena_dups(&a, "xyz"), "xyz");
	assert_string_equal(arena_printf(&a, "%s-%d", "x", 12), "x-12");
	assert_null(arena_printf(&a, "%20000d", 1));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zeroed_aligned_apart),
		cmocka_unit_test(test_big_ones),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_ceiling_of_small_ones),
		cmocka_unit_test(test_strings),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
