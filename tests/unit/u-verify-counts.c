/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "base/str.h"
#include "verify/counts.h"
#include "verify/shape.h"

struct row {
	const char *what;
	const char *log;
	struct test_counts want;
	const char *names; /* of failing tests, each followed by a blank; NULL: incomplete */
};

#define RUN(run, failed, skipped) { true, run, failed, skipped }
#define NO_COUNTS { false, 0, 0, 0 }

static const struct row rows[] = {
	{ "nothing", "", NO_COUNTS, NULL },
	{ "a compiler's summary is none", "a.c:1: error: x\n2 errors generated.\n3 errors\n",
	  NO_COUNTS, NULL },
	{ "prose is none", "I passed 3 failed tests\n12 monkeys passed\nok then\nok, 3\n",
	  NO_COUNTS, NULL },
	{ "tap", "1..4\nok 1 - a\nnot ok 2 - b c\nok 3 # skip no net\nnot ok 4 - d # TO" "DO later\n",
	  RUN(3, 1, 1), "b c " },
	{ "tap subtests are their parent's", "    ok 1 - in\n    not ok 2 - in\nnot ok 1 - out\n",
	  RUN(1, 1, 0), "out " },
	{ "prove closes over tap",
	  "ok 1 - a\nnot ok 2 - b\nt/a.t .. Failed 1/2 subtests\n\nTest Summary Report\n"
	  "-------------------\nt/a.t (Wstat: 256 (exited 1) Tests: 2 Failed: 1)\n"
	  "  Failed test:  2\n  Non-zero exit status: 1\n"
	  "Files=3, Tests=45,  1 wallclock secs ( 0.02 usr  0.00 sys +  0.03 cusr)\nResult: FAIL\n",
	  RUN(45, 1, 0), "b " },
	{ "pytest",
	  "collected 15 items\n\ntest_a.py ..F..s                    [100%]\n\n"
	  "=========================== short test summary info ===========================\n"
	  "FAILED test_a.py::test_x - assert 1 == 2\nFAILED test_a.py::T::test_y[a]\n"
	  "=================== 2 failed, 12 passed, 1 skipped in 0.12s ===================\n",
	  RUN(14, 2, 1), "test_a.py::T::test_y[a] test_a.py::test_x " },
	{ "pytest, one name",
	  "FAILED test_a.py::test_x - assert 1 == 2\n==== 1 failed, 3 passed in 0.12s ====\n",
	  RUN(4, 1, 0), "test_a.py::test_x " },
	{ "pytest -q", "...\n3 passed in 0.01s\n", RUN(3, 0, 0), "" },
	{ "pytest in colour",
	  "\033[32m===== \033[32m\033[1m3 passed\033[0m\033[32m in 0.01s\033[0m\033[32m =====\033[0m\n",
	  RUN(3, 0, 0), "" },
	{ "pytest, one that does not load",
	  "==== ERRORS ====\n_____________ ERROR collecting test_b.py _____________\n"
	  "ERROR test_b.py - ImportError: x\n==== 4 passed, 1 error in 0.3s ====\n",
	  RUN(5, 1, 0), NULL },
	{ "pytest, tear-down fails", "==== 1 passed, 1 error in 0.3s ====\n", RUN(1, 1, 0), NULL },
	{ "unittest",
	  "FAIL: test_a (m.T.test_a)\n----\nRan 12 tests in 0.003s\n\n"
	  "FAILED (failures=1, skipped=2)\n", RUN(10, 1, 2), "test_a (m.T.test_a) " },
	{ "unittest, errors", "ERROR: test_b (m.T)\nRan 1 test in 0.0s\n\nFAILED (errors=1)\n",
	  RUN(1, 1, 0), "test_b (m.T) " },
	{ "unittest passes", "Ran 3 tests in 0.0s\n\nOK (skipped=1)\n", RUN(2, 0, 1), "" },
	{ "go test", "ok  \texample.com/a\t0.01s\n--- FAIL: TestB (0.00s)\n    b_test.go:5: no\n"
		     "FAIL\nFAIL\texample.com/b\t0.02s\nFAIL\n", RUN(2, 1, 0), "TestB " },
	{ "go test -v", "=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n"
			"--- SKIP: TestB (0.00s)\nPASS\nok  \tx\t0.01s\n", RUN(1, 0, 1), "" },
	{ "cargo",
	  "test a::b ... ok\ntest a::c ... FAILED\n\n"
	  "test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; "
	  "finished in 0.00s\n"
	  "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n",
	  RUN(9, 1, 2), "a::c " },
	{ "cmocka",
	  "[==========] Running 3 test(s).\n[ RUN      ] one\n[  FAILED  ] one\n"
	  "[==========] 3 test(s) run.\n[  PASSED  ] 1 test(s).\n"
	  "[  SKIPPED ] 1 test(s), listed below:\n[  SKIPPED ] two\n"
	  "[  FAILED  ] 1 test(s), listed below:\n[  FAILED  ] one\n\n 1 FAILED TEST(S)\n",
	  RUN(2, 1, 1), "one " },
	{ "cmocka 2", "[==========] tests: 3 test(s) run.\n[  PASSED  ] 3 test(s).\n",
	  RUN(3, 0, 0), "" },
	{ "gtest",
	  "[==========] Running 2 tests from 1 test suite.\n[  FAILED  ] S.a (0 ms)\n"
	  "[==========] 2 tests from 1 test suite ran. (0 ms total)\n[  PASSED  ] 1 test.\n"
	  "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] S.a\n", RUN(2, 1, 0), "S.a " },
	{ "ctest closes over gtest",
	  "[==========] 2 tests from 1 test suite ran. (0 ms total)\n"
	  "90% tests passed, 1 tests failed out of 10\n\nThe following tests FAILED:\n"
	  "\t  3 - parse (Failed)\n", RUN(10, 1, 0), "parse " },
	{ "automake",
	  "FAIL: t-a\n# TOTAL: 5\n# PASS:  3\n# SKIP:  1\n# XFAIL: 0\n# FAIL:  1\n# XPASS: 0\n"
	  "# ERROR: 0\n", RUN(4, 1, 1), "t-a " },
	{ "meson",
	  " 2/3 core / parse  FAIL            0.10s   exit status 1\n\nOk:                 2   \n"
	  "Expected Fail:      0   \nFail:               1   \nUnexpected Pass:    0   \n"
	  "Skipped:            0   \nTimeout:            0   \n", RUN(3, 1, 0), "core / parse " },
	{ "jest", "Test Suites: 1 failed, 2 passed, 3 total\n"
		  "Tests:       1 failed, 2 skipped, 10 passed, 13 total\n", RUN(11, 1, 2), NULL },
	{ "mocha", "  10 passing (20ms)\n  1 pending\n  2 failing\n", RUN(12, 2, 1), NULL },
	{ "node", "ok 1 - a\n# tests 3\n# suites 0\n# pass 2\n# fail 1\n# cancelled 0\n"
		  "# skipped 0\n", RUN(3, 1, 0), NULL },
	{ "rspec", "10 examples, 1 failure, 2 pending\n", RUN(8, 1, 2), NULL },
	{ "minitest", "5 runs, 6 assertions, 1 failures, 1 errors, 0 skips\n", RUN(5, 2, 0), NULL },
	{ "phpunit", "FAILURES!\nTests: 5, Assertions: 6, Failures: 1, Skipped: 1.\n",
	  RUN(4, 1, 1), NULL },
	{ "surefire, the total only",
	  "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s\n"
	  "[ERROR] Tests run: 5, Failures: 1, Errors: 0, Skipped: 1\n", RUN(4, 1, 1), NULL },
	{ "criterion", "[====] Synthesis: Tested: 3 | Passing: 2 | Failing: 1 | Crashing: 0 \n",
	  RUN(3, 1, 0), NULL },
	{ "check", "66%: Checks: 3, Failures: 1, Errors: 0\n", RUN(3, 1, 0), NULL },
	{ "plain", "5 passed, 2 failed, 1 skipped\n", RUN(7, 2, 1), NULL },
	{ "two runs add up", "3 passed in 0.01s\nok\n4 passed in 0.02s\n", RUN(7, 0, 0), "" },
	{ "numbers that are none", "99999999999999999999 passed, 1 failed in 1s\n", NO_COUNTS, NULL },
};

static void read_closing_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct test_counts got;

		counts_read(span_of(rows[i].log), &got);
		if (got.known != rows[i].want.known || got.run != rows[i].want.run ||
		    got.failed != rows[i].want.failed || got.skipped != rows[i].want.skipped)
			fail_msg("%s: known %d, run %zu, failed %zu, skipped %zu", rows[i].what,
				 got.known, got.run, got.failed, got.skipped);
	}
}

static void read_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arena arena;
		struct test_names got;
		struct str all = STR_INIT(4096);
		struct err *err;

		arena_init(&arena, 16 << 20);
		err = counts_names(span_of(rows[i].log), &arena, &got);
		assert_null(err);
		for (size_t n = 0; n < got.n; n++)
			str_addf(&all, "%s ", got.v[n]);
		if (got.complete != (rows[i].names != NULL) ||
		    (rows[i].names && strcmp(all.buf, rows[i].names)))
			fail_msg("%s: %scomplete, '%s'", rows[i].what, got.complete ? "" : "in",
				 all.buf);
		str_release(&all);
		arena_release(&arena);
	}
}

static void shapes(void **state)
{
	static const struct {
		const char *shape, *line;
		bool match;
		size_t run, failed;
		const char *name;
	} cases[] = {
		{ "Ran #r tests", "Ran 12 tests", true, 12, 0, NULL },
		{ "Ran #r tests", "Ran  12\ttests", true, 12, 0, NULL },
		{ "Ran #r tests", "Ran 12 tests!", false, 0, 0, NULL },
		{ "Ran #r tests", "Ran tests", false, 0, 0, NULL },
		{ "# TOTAL: #r", "# TOTAL: 5", true, 5, 0, NULL },
		{ "#i% #f", "50% 3", true, 0, 3, NULL },
		{ "*: #f.", "a: b: 3.", true, 0, 3, NULL },
		{ "x%n y", "xab c y", true, 0, 0, "ab c" },
		{ "x%n", "x", true, 0, 0, "" },
		{ "Ok:~#r", "Ok:4", true, 4, 0, NULL },
		{ "#r", "123456789012345678901234567890", false, 0, 0, NULL },
		{ "*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, 0, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct shape_sums sums = { 0 };
		struct span name = { 0 };
		bool match = shape_match(cases[i].shape, span_of(cases[i].line), &sums, &name);

		if (match != cases[i].match || sums.run != cases[i].run ||
		    sums.failed != cases[i].failed ||
		    (cases[i].name && !span_eqs(name, cases[i].name)))
			fail_msg("%s on %s: %d, %zu, %zu", cases[i].shape, cases[i].line, match,
				 sums.run, sums.failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_closing_lines),
		cmocka_unit_test(read_names),
		cmocka_unit_test(shapes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
