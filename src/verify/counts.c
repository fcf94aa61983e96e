/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/counts.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "verify/clean.h"
#include "verify/shape.h"

/* Longer lines are no closing lines. */
#define LINE_MAX_BYTES 1024
#define NAMES_MAX 20000
#define NAME_BYTES 1024

/*
 * Runners by rank: one that runs whole programs closes over what those print.
 * Higher is outer; only the highest rank that a log has is counted.
 */
enum rank { RANK_NONE, RANK_TAP, RANK_TESTS, RANK_PROGRAMS };

enum runner {
	TAP,
	PYTEST, /* and whatever else ends on "N passed, N failed" */
	UNITTEST,
	GO,
	CARGO,
	CMOCKA, /* and gtest */
	MOCHA,
	NODE,
	PHPUNIT,
	SUREFIRE,
	CRITERION,
	LIBCHECK,
	PROVE,
	AUTOMAKE,
	MESON,
	CTEST,
	RUNNERS,
};

struct runner_kind {
	enum rank rank;
	bool total_has_skipped; /* its total counts skipped tests too */
};

static const struct runner_kind kinds[RUNNERS] = {
	[TAP] = { RANK_TAP, false },	    [PYTEST] = { RANK_TESTS, true },
	[UNITTEST] = { RANK_TESTS, true },  [GO] = { RANK_TESTS, false },
	[CARGO] = { RANK_TESTS, false },    [CMOCKA] = { RANK_TESTS, true },
	[MOCHA] = { RANK_TESTS, false },    [NODE] = { RANK_TESTS, true },
	[PHPUNIT] = { RANK_TESTS, true },   [SUREFIRE] = { RANK_TESTS, true },
	[CRITERION] = { RANK_TESTS, true }, [LIBCHECK] = { RANK_TESTS, false },
	[PROVE] = { RANK_PROGRAMS, false }, [AUTOMAKE] = { RANK_PROGRAMS, true },
	[MESON] = { RANK_PROGRAMS, false }, [CTEST] = { RANK_PROGRAMS, false },
};

/* Closing lines; every row that matches counts. See shape.h for the notation. */
static const struct {
	enum runner runner;
	const char *shape;
} closings[] = {
	{ UNITTEST, "Ran #r tests in *" },
	{ UNITTEST, "Ran #r test in *" },
	{ UNITTEST, "FAILED (failures=#f*" },
	{ UNITTEST, "FAILED (*errors=#f*" },
	{ UNITTEST, "FAILED (*skipped=#s*" },
	{ UNITTEST, "OK (*skipped=#s*" },
	{ CARGO, "test result: *. #p passed; #f failed; #s ignored; *" },
	{ CMOCKA, "[==========] #r test(s) run." },
	{ CMOCKA, "[==========] *: #r test(s) run." },
	{ CMOCKA, "[==========] #r tests from * ran.*" },
	{ CMOCKA, "[==========] #r test from * ran.*" },
	{ CMOCKA, "[  FAILED  ] #f test(s), listed below:" },
	{ CMOCKA, "[  FAILED  ] *: #f test(s), listed below:" },
	{ CMOCKA, "[  FAILED  ] #f tests, listed below:" },
	{ CMOCKA, "[  FAILED  ] #f test, listed below:" },
	{ CMOCKA, "[  SKIPPED ] #s test(s), listed below:" },
	{ CMOCKA, "[  SKIPPED ] *: #s test(s), listed below:" },
	{ CMOCKA, "[  SKIPPED ] #s tests, listed below:" },
	{ CMOCKA, "[  SKIPPED ] #s test, listed below:" },
	{ MOCHA, "#p passing" },
	{ MOCHA, "#p passing (*)" },
	{ MOCHA, "#f failing" },
	{ MOCHA, "#s pending" },
	{ NODE, "# tests #r" },
	{ NODE, "# fail #f" },
	{ NODE, "# cancelled #f" },
	{ NODE, "# skipped #s" },
	{ NODE, "ℹ tests #r" },
	{ NODE, "ℹ fail #f" },
	{ NODE, "ℹ cancelled #f" },
	{ NODE, "ℹ skipped #s" },
	{ PHPUNIT, "OK (#r tests, *" },
	{ PHPUNIT, "OK (#r test, *" },
	{ PHPUNIT, "Tests: #r, Assertions: *" },
	{ PHPUNIT, "Tests: *, Failures: #f*" },
	{ PHPUNIT, "Tests: *, Errors: #f*" },
	{ PHPUNIT, "Tests: *, Skipped: #s*" },
	{ SUREFIRE, "Tests run: #r, Failures: #f, Errors: #f, Skipped: #s" },
	{ SUREFIRE, "[*] Tests run: #r, Failures: #f, Errors: #f, Skipped: #s" },
	{ CRITERION,
	  "[====] Synthesis: Tested: #r | Passing: #i | Failing: #f | Crashing: #f*" },
	{ LIBCHECK, "#i%: Checks: #r, Failures: #f, Errors: #f" },
	{ PROVE, "Files=#i, Tests=#r,*" },
	{ PROVE, "* (Wstat: *Tests: #i Failed: #f)" },
	{ AUTOMAKE, "# TOTAL: #r" },
	{ AUTOMAKE, "# FAIL: #f" },
	{ AUTOMAKE, "# XPASS: #f" },
	{ AUTOMAKE, "# ERROR: #f" },
	{ AUTOMAKE, "# SKIP: #s" },
	{ MESON, "Ok: #p" },
	{ MESON, "Expected Fail: #p" },
	{ MESON, "Fail: #f" },
	{ MESON, "Unexpected Pass: #f" },
	{ MESON, "Timeout: #f" },
	{ MESON, "Skipped: #s" },
	{ CTEST, "#i% tests passed, #f tests failed out of #r" },
	{ CTEST, "#i% tests passed, #f test failed out of #r" },
};

/* Lines that name a failing test. */
static const char *const namings[] = {
	"FAILED %n - *",      /* pytest */
	"FAILED %n",	      /* pytest without a message */
	"test %n ... FAILED", /* cargo */
	"FAIL: %n",	      /* unittest, automake */
	"ERROR: %n",	      /* unittest, automake */
	"XPASS: %n",	      /* automake */
	"[  FAILED  ] %n (#i ms)",
	"[  FAILED  ] %n",
	"#i - %n (*)",	      /* ctest */
	"#i/#i %n FAIL *",    /* meson */
	"#i/#i %n TIMEOUT *",
};

/* "N word, N word" as pytest, jest, rspec, minitest and others close. */
enum field { IGNORED, PASSED, FAILED, ERRORS, SKIPPED, TOTAL };

static const struct {
	const char *word;
	enum field field;
} list_words[] = {
	{ "passed", PASSED },	    { "failed", FAILED },      { "failures", FAILED },
	{ "failure", FAILED },	    { "errors", ERRORS },      { "error", ERRORS },
	{ "skipped", SKIPPED },	    { "skips", SKIPPED },      { "pending", SKIPPED },
	{ "todo", SKIPPED },	    { "ignored", SKIPPED },    { "xfailed", PASSED },
	{ "xpassed", PASSED },	    { "deselected", IGNORED }, { "warnings", IGNORED },
	{ "warning", IGNORED },	    { "assertions", IGNORED }, { "total", TOTAL },
	{ "runs", TOTAL },	    { "examples", TOTAL },     { "example", TOTAL },
	{ "rerun", IGNORED },
};

struct tally {
	struct shape_sums sums[RUNNERS];
	bool seen[RUNNERS];
};

static bool list_word(struct span word, enum field *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(list_words); i++) {
		if (span_eqs(word, list_words[i].word)) {
			*field = list_words[i].field;
			return true;
		}
	}
	return false;
}

static struct span without_border(struct span line)
{
	while (line.len && (line.ptr[0] == '=' || line.ptr[0] == ' '))
		line = span_cut(line, 1, line.len);
	while (line.len &&
	       (line.ptr[line.len - 1] == '=' || line.ptr[line.len - 1] == ' '))
		line.len--;
	return line;
}

/* One "N word" off *rest; false when it does not start with one. */
static bool list_item(struct span *rest, size_t *number, enum field *field)
{
	size_t digits = 0, end;

	*rest = span_trim(*rest);
	while (digits < rest->len && rest->ptr[digits] >= '0' && rest->ptr[digits] <= '9')
		digits++;
	if (!span_number(span_cut(*rest, 0, digits), 100000000, number))
		return false;
	if (digits >= rest->len || rest->ptr[digits] != ' ')
		return false;
	for (end = digits + 1; end < rest->len; end++) {
		if (rest->ptr[end] < 'a' || rest->ptr[end] > 'z')
			break;
	}
	if (!list_word(span_cut(*rest, digits + 1, end), field))
		return false;
	*rest = span_cut(*rest, end, rest->len);
	return true;
}

static void read_list(struct tally *t, struct span line)
{
	struct span rest = without_border(line);
	bool marked = rest.len != line.len; /* by a border, a prefix or a duration */
	size_t n[TOTAL + 1] = { 0 }, items = 0, number;
	bool tests = false;
	enum field field;

	if (span_starts(rest, "Tests:") || span_starts(rest, "Tests  ")) {
		rest = span_cut(rest, strlen("Tests:"), rest.len);
		marked = true;
	}
	while (list_item(&rest, &number, &field)) {
		n[field] += number;
		items++;
		tests = tests || field == PASSED || field == FAILED || field == TOTAL ||
			field == ERRORS;
		if (!rest.len || (rest.ptr[0] != ',' && rest.ptr[0] != ' '))
			break;
		if (rest.ptr[0] == ',')
			rest = span_cut(rest, 1, rest.len);
		else if (span_starts(rest, " | "))
			rest = span_cut(rest, 3, rest.len);
		else
			break;
	}
	marked = marked || span_starts(rest, " in ");
	if (!tests ||
	    (rest.len && !span_starts(rest, " in ") && !span_starts(rest, " (")) ||
	    (items < 2 && !marked))
		return;
	t->seen[PYTEST] = true;
	t->sums[PYTEST].failed += n[FAILED] + n[ERRORS];
	t->sums[PYTEST].skipped += n[SKIPPED];
	/* Errors are not tests: a test whose tear-down fails has passed as well. */
	t->sums[PYTEST].run += n[TOTAL] ? n[TOTAL] : n[PASSED] + n[FAILED] + n[SKIPPED];
}

/* "ok 1 - name # SKIP why"; false if line is no test line of TAP. */
static bool tap_line(struct span line, bool *ok, bool *skipped, struct span *name)
{
	size_t at = 0;
	ptrdiff_t hash;

	if (span_starts(line, "not ok "))
		at = strlen("not ok ");
	else if (span_starts(line, "ok "))
		at = strlen("ok ");
	else
		return false;
	*ok = line.ptr[0] == 'o';
	if (at == line.len ||
	    ((line.ptr[at] < '0' || line.ptr[at] > '9') && line.ptr[at] != '-'))
		return false;
	while (at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '9')
		at++;
	if (at < line.len && line.ptr[at] != ' ' && line.ptr[at] != '-')
		return false;
	*name = span_trim(span_cut(line, at, line.len));
	if (span_starts(*name, "- "))
		*name = span_cut(*name, 2, name->len);
	*skipped = false;
	hash = span_find(*name, SPAN("# "), 0);
	if (hash >= 0) {
		struct span word = span_cut(*name, (size_t)hash + 2, (size_t)hash + 6);

		*skipped = word.len == 4 && !strncasecmp(word.ptr, "skip", 4);
		*ok = *ok || (word.len == 4 && !strncasecmp(word.ptr, "todo", 4));
		*name = span_trim(span_cut(*name, 0, (size_t)hash));
	}
	return true;
}

/* Tests where -v names them, else packages. */
static void read_go(struct tally *t, struct span raw, struct span line)
{
	struct shape_sums *sums = &t->sums[GO];

	if (span_starts(line, "--- PASS: "))
		sums->passed++;
	else if (span_starts(line, "--- FAIL: "))
		sums->failed++;
	else if (span_starts(line, "--- SKIP: "))
		sums->skipped++;
	else if (span_starts(raw, "ok  \t") || span_starts(raw, "FAIL\t"))
		sums->run++; /* of packages */
	else
		return;
	t->seen[GO] = true;
}

static void read_line(struct tally *t, struct span raw)
{
	struct span line = span_trim(raw), name;
	bool ok, skipped;

	if (!line.len || line.len > LINE_MAX_BYTES)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(closings); i++) {
		enum runner runner = closings[i].runner;
		char first = closings[i].shape[0];

		if (first != line.ptr[0] && first != '*' && first != '#')
			continue;
		if (shape_match(closings[i].shape, line, &t->sums[runner], NULL))
			t->seen[runner] = true;
	}
	/* Deeper lines are subtests, which their parent sums up. */
	if (tap_line(raw, &ok, &skipped, &name)) {
		t->seen[TAP] = true;
		if (skipped)
			t->sums[TAP].skipped++;
		else if (ok)
			t->sums[TAP].passed++;
		else
			t->sums[TAP].failed++;
	}
	read_go(t, raw, line);
	read_list(t, line);
	/* A file of tests that cannot be loaded: at least one test is lost in it. */
	line = span_trim(line);
	while (line.len && line.ptr[0] == '_')
		line = span_cut(line, 1, line.len);
	if (span_starts(span_trim(line), "ERROR collecting "))
		t->sums[PYTEST].run++;
}

static size_t tests_run(enum runner runner, const struct shape_sums *s)
{
	size_t run = s->run;

	if (runner == GO && s->passed)
		return s->passed + s->failed;
	if (!run)
		return s->passed + s->failed;
	if (kinds[runner].total_has_skipped)
		run = run > s->skipped ? run - s->skipped : 0;
	return run;
}

static bool each_line(struct span *rest, struct str *clean, struct span *out)
{
	struct span line;

	if (!span_line(rest, &line))
		return false;
	*out = line;
	if (!clean_already(line) && line.len <= 4 * LINE_MAX_BYTES) {
		str_reset(clean);
		clean_line(line, clean);
		*out = str_span(clean);
	}
	return true;
}

void counts_read(struct span log, struct test_counts *out)
{
	struct str clean = STR_INIT(16 * LINE_MAX_BYTES);
	struct span rest = log, line;
	struct tally t = { 0 };
	enum rank top = RANK_NONE;

	*out = (struct test_counts){ 0 };
	while (each_line(&rest, &clean, &line))
		read_line(&t, line);
	str_release(&clean);
	for (size_t i = 0; i < RUNNERS; i++) {
		if (t.seen[i] && kinds[i].rank > top)
			top = kinds[i].rank;
	}
	for (size_t i = 0; i < RUNNERS; i++) {
		if (!t.seen[i] || kinds[i].rank != top)
			continue;
		out->known = true;
		out->run += tests_run((enum runner)i, &t.sums[i]);
		out->failed += t.sums[i].failed;
		out->skipped += t.sums[i].skipped;
	}
}

static bool failing_name(struct span raw, struct span *name)
{
	struct span line = span_trim(raw);
	bool ok, skipped;

	if (!line.len || line.len > LINE_MAX_BYTES)
		return false;
	if (tap_line(raw, &ok, &skipped, name))
		return !ok && !skipped && name->len;
	if (span_starts(line, "--- FAIL: ")) {
		*name = span_cut(line, strlen("--- FAIL: "), line.len);
		*name = span_cut(*name, 0, (size_t)span_findc(*name, ' ', 0));
		return name->len;
	}
	for (size_t i = 0; i < ARRAY_SIZE(namings); i++) {
		if (!shape_match(namings[i], line, NULL, name))
			continue;
		*name = span_trim(*name);
		/* "FAILED (failures=1)" and "[  FAILED  ] 2 tests, listed below:". */
		return name->len && name->ptr[0] != '(' &&
		       !span_ends(*name, "listed below:");
	}
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t unique(const char **v, size_t n)
{
	size_t kept = 0;

	qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 0; i < n; i++) {
		if (!kept || strcmp(v[kept - 1], v[i]))
			v[kept++] = v[i];
	}
	return kept;
}

struct err *counts_names(struct span log, struct arena *arena, struct test_names *out)
{
	struct str clean = STR_INIT(16 * LINE_MAX_BYTES);
	struct span rest = log, line, name;
	struct test_counts counts;
	struct err *err = NULL;
	size_t n = 0;

	*out = (struct test_names){ 0 };
	counts_read(log, &counts);
	if (!counts.known || counts.failed > NAMES_MAX)
		goto out;
	out->v = arena_array(arena, NAMES_MAX, sizeof(*out->v));
	if (!out->v) {
		err = arena_err(arena, "names of tests");
		goto out;
	}
	while (n < NAMES_MAX && each_line(&rest, &clean, &line)) {
		if (!failing_name(line, &name) || name.len > NAME_BYTES)
			continue;
		out->v[n] = arena_dup(arena, name);
		if (!out->v[n++]) {
			err = arena_err(arena, "names of tests");
			goto out;
		}
	}
	out->n = unique(out->v, n);
	out->complete = out->n == counts.failed;
out:
	str_release(&clean);
	return err;
}
