/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "flow/batch.h"

/* Regions of the files a and b: own tokens, with 170 that every prompt has. */
static void chooses(void **state)
{
	static const struct {
		const char *name;
		const char *files; /* a letter each */
		int64_t own[10];
		int room;
		bool paid;
		const char *picked; /* digits */
	} cases[] = {
		{ "alone", "a", { 100 }, 0, false, "0" },
		{ "two small ones, one place", "aa", { 200, 200 }, 1, false, "01" },
		{ "two small ones, two places", "aa", { 200, 200 }, 2, false, "0" },
		{ "two small ones, paid", "aa", { 200, 200 }, 2, true, "01" },
		{ "two files", "ab", { 100, 100 }, 1, true, "0" },
		{ "another file between", "aba", { 100, 100, 100 }, 1, false, "02" },
		{ "just worth it: 170 * 4", "aa", { 340, 340 }, 1, true, "01" },
		{ "not worth it", "aa", { 340, 341 }, 1, true, "0" },
		{ "a long one is left out", "aaa", { 100, 1000, 100 }, 1, true, "02" },
		{ "a long one goes alone", "aaa", { 1000, 100, 100 }, 1, true, "0" },
		{ "four for two places", "aaaa", { 9, 9, 9, 9 }, 2, false, "01" },
		{ "five for two places", "aaaaa", { 9, 9, 9, 9, 9 }, 2, false, "012" },
		{ "no place: as for one", "aaa", { 9, 9, 9 }, 0, false, "012" },
		{ "eight at most", "aaaaaaaaaa", { 9, 9, 9, 9, 9, 9, 9, 9, 9, 9 }, 1, true,
		  "01234567" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct batch_terms terms = { cases[i].room, cases[i].paid };
		struct batch_part v[10];
		size_t picked[BATCH_MAX], n = strlen(cases[i].files), got;
		char names[10][2], digits[BATCH_MAX + 1] = "";

		for (size_t k = 0; k < n; k++) {
			names[k][0] = cases[i].files[k];
			names[k][1] = '\0';
			v[k] = (struct batch_part){ names[k], cases[i].own[k], 170 };
		}
		got = batch_choose(v, n, &terms, picked);
		for (size_t k = 0; k < got; k++)
			digits[k] = (char)('0' + picked[k]);
		if (strcmp(digits, cases[i].picked))
			fail_msg("%s: %s", cases[i].name, digits);
	}
}

/* However small they are, an answer has a ceiling. */
static void ceiling(void **state)
{
	const struct batch_terms terms = { 1, true };
	struct batch_part v[BATCH_MAX];
	size_t picked[BATCH_MAX];

	(void)state;
	for (size_t k = 0; k < BATCH_MAX; k++)
		v[k] = (struct batch_part){ "a", BATCH_MAX_TOKENS / 3, 100000 };
	assert_int_equal(batch_choose(v, BATCH_MAX, &terms, picked), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses),
		cmocka_unit_test(ceiling),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
