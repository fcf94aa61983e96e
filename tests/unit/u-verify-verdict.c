/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "verify/verdict.h"

static const struct {
	const char *name;
	enum outcome outcome;
	bool emits;
	int good;
} outcomes[] = {
	{ "fixed", OUTCOME_FIXED, true, 4 },
	{ "improved", OUTCOME_IMPROVED, true, 3 },
	{ "held", OUTCOME_HELD, true, 2 },
	{ "unverified", OUTCOME_UNVERIFIED, true, 1 },
	{ "unfixed", OUTCOME_UNFIXED, false, 0 },
	{ "broken", OUTCOME_BROKEN, false, 0 },
	{ "refused", OUTCOME_REFUSED, false, 0 },
	{ "nothing-to-do", OUTCOME_NOTHING, false, 0 },
	{ "planned", OUTCOME_PLANNED, false, 0 },
	{ "error", OUTCOME_ERROR, false, 0 },
};

static void names_and_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		enum outcome outcome = outcomes[i].outcome;

		assert_string_equal(outcome_name(outcome), outcomes[i].name);
		assert_int_equal(outcome_emits(outcome), outcomes[i].emits);
		for (size_t j = 0; j < ARRAY_SIZE(outcomes); j++) {
			bool want = outcomes[i].good && outcomes[i].good >= outcomes[j].good;

			assert_int_equal(outcome_at_least(outcome, outcomes[j].outcome), want);
		}
	}
}

/*
 * The result of a check from a letter: p pass, f fail, t timeout, e error, - not
 * run, x for flaky; then optionally tests that ran; then optionally ":a,b", the ones that failed.
 */
static void make(const char *text, struct check_result *result)
{
	static const char letters[] = { '-', 'p', 'f', 't', 'e', 'x' };
	const char *letter = memchr(letters, text[0], sizeof(letters));
	size_t run = 0, failed = 0;
	bool counted = false;

	*result = (struct check_result){ 0 };
	str_init(&result->log, 4096);
	assert_non_null(letter);
	result->flaky = *letter == 'x';
	result->status = result->flaky ? CHECK_FAIL : (enum check_status)(letter - letters);
	for (text++; *text >= '0' && *text <= '9'; text++) {
		run = run * 10 + (size_t)(*text - '0');
		counted = true;
	}
	if (*text == ':') {
		struct span rest = span_of(text + 1), part;

		while (span_split(&rest, ',', &part)) {
			str_addf(&result->log, "not ok - %.*s\n", (int)part.len, part.ptr);
			failed++;
		}
	}
	for (size_t i = failed; i < run; i++)
		str_addf(&result->log, "ok - t%zu\n", i);
	if (counted)
		result->tests = (struct test_counts){ true, run, failed, 0 };
}

#define CHECKS_MAX 4

/* Blank-separated results before and after, and what they show. */
struct row {
	const char *before, *after;
	enum outcome want;
};

static size_t make_all(const char *text, struct check_result *results)
{
	struct span rest = span_of(text), part;
	size_t n = 0;

	while (*text && span_split(&rest, ' ', &part)) {
		char one[64];

		assert_true(part.len < sizeof(one) && n < CHECKS_MAX);
		memcpy(one, part.ptr, part.len);
		one[part.len] = '\0';
		make(one, &results[n++]);
	}
	return n;
}

static void check_row(const struct row *row)
{
	struct check_result before[CHECKS_MAX] = { 0 }, after[CHECKS_MAX] = { 0 };
	size_t n = make_all(row->before, before);
	enum outcome got;

	assert_int_equal(make_all(row->after, after), n);
	got = verdict(before, after, n);
	if (got != row->want)
		fail_msg("'%s' then '%s': %s, not %s", row->before, row->after,
			 outcome_name(got), outcome_name(row->want));
	for (size_t i = 0; i < n; i++) {
		str_release(&before[i].log);
		str_release(&after[i].log);
	}
}

static const struct row rows[] = {
	{ "", "", OUTCOME_UNVERIFIED },

	/* one check, every status against every other */
	{ "-", "-", OUTCOME_UNVERIFIED },
	{ "-", "p", OUTCOME_UNVERIFIED },
	{ "-", "f", OUTCOME_UNFIXED },
	{ "-", "t", OUTCOME_UNFIXED },
	{ "-", "e", OUTCOME_ERROR },
	{ "p", "-", OUTCOME_UNVERIFIED },
	{ "p", "p", OUTCOME_HELD },
	{ "p", "f", OUTCOME_BROKEN },
	{ "p", "t", OUTCOME_BROKEN },
	{ "p", "e", OUTCOME_ERROR },
	{ "f", "-", OUTCOME_UNVERIFIED },
	{ "f", "p", OUTCOME_FIXED },
	{ "f", "f", OUTCOME_UNFIXED },
	{ "f", "t", OUTCOME_UNFIXED },
	{ "f", "e", OUTCOME_ERROR },
	{ "t", "-", OUTCOME_UNVERIFIED },
	{ "t", "p", OUTCOME_FIXED },
	{ "t", "f", OUTCOME_UNFIXED },
	{ "t", "t", OUTCOME_UNFIXED },
	{ "t", "e", OUTCOME_ERROR },
	{ "e", "-", OUTCOME_ERROR },
	{ "e", "p", OUTCOME_ERROR },
	{ "e", "f", OUTCOME_ERROR },
	{ "e", "t", OUTCOME_ERROR },
	{ "e", "e", OUTCOME_ERROR },

	/* several: error, then broken, then unfixed, then fixed, then held */
	{ "p f", "p p", OUTCOME_FIXED },
	{ "p p", "p p", OUTCOME_HELD },
	{ "p f", "f p", OUTCOME_BROKEN },
	{ "p f", "f f", OUTCOME_BROKEN },
	{ "f f", "p f", OUTCOME_UNFIXED },
	{ "f f", "p p", OUTCOME_FIXED },
	{ "f - p", "p - p", OUTCOME_FIXED },
	{ "f -", "p f", OUTCOME_UNFIXED },
	{ "p f e", "p p p", OUTCOME_ERROR },
	{ "p f p", "p p e", OUTCOME_ERROR },
	{ "- -", "- -", OUTCOME_UNVERIFIED },

	/* tests that are gone did not pass */
	{ "p10", "p10", OUTCOME_HELD },
	{ "p10", "p12", OUTCOME_HELD },
	{ "p10", "p9", OUTCOME_BROKEN },
	{ "p10", "p", OUTCOME_BROKEN },
	{ "p0", "p", OUTCOME_HELD },
	{ "p", "p3", OUTCOME_HELD },
	{ "f10:a", "p10", OUTCOME_FIXED },
	{ "f10:a", "p9", OUTCOME_UNFIXED },
	{ "f10:a", "p", OUTCOME_UNFIXED },
	{ "f", "p9", OUTCOME_FIXED },
	{ "p10 f", "p9 p", OUTCOME_BROKEN },

	/* a flaky one never failed before and never passes now */
	{ "x", "p", OUTCOME_HELD },
	{ "x", "x", OUTCOME_UNFIXED },
	{ "f", "x", OUTCOME_UNFIXED },
	{ "p", "x", OUTCOME_BROKEN },
	{ "x f", "p p", OUTCOME_FIXED },
	{ "f10:a,b", "x10:a", OUTCOME_UNFIXED },
	{ "x10:a,b", "f10:a", OUTCOME_UNFIXED },
	{ "f10:a,b x", "f10:a p", OUTCOME_IMPROVED },

	/* fewer failing tests, by name */
	{ "f10:a,b", "f10:a", OUTCOME_IMPROVED },
	{ "f10:a,b", "f11:a", OUTCOME_IMPROVED },
	{ "f10:a,b", "f9:a", OUTCOME_UNFIXED },
	{ "f10:a,b", "f10:c", OUTCOME_UNFIXED },
	{ "f10:a,b", "f10:a,b", OUTCOME_UNFIXED },
	{ "f10:a,b", "f10:a,b,c", OUTCOME_UNFIXED },
	{ "f10:a,b", "f10", OUTCOME_UNFIXED },
	{ "f10:a,b", "t10:a", OUTCOME_UNFIXED },
	{ "f10:a,b p", "f10:a p", OUTCOME_IMPROVED },
	{ "f10:a,b p", "f10:a f", OUTCOME_BROKEN },
	{ "f10:a,b f", "f10:a f", OUTCOME_UNFIXED },
	{ "f10:a f", "f10:a p", OUTCOME_IMPROVED },
	{ "f10:a,b -", "f10:a -", OUTCOME_IMPROVED },
	{ "f10:a,b -", "f10:a f", OUTCOME_UNFIXED },
	{ "f10:a,b f5:x,y", "f10:a f5:x", OUTCOME_IMPROVED },
	{ "f10:a,b f5:x,y", "f10:a f5:z", OUTCOME_UNFIXED },
};

static void verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_order),
		cmocka_unit_test(verdicts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
