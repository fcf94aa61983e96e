/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/verdict.h"

#include <string.h>

#include "base/arena.h"

#define NAMES_MAX_BYTES (16 * 1024 * 1024)

struct outcome_row {
	const char *name;
	bool emits;
	int good; /* the more, the better; 0: nothing --accept could name */
};

static const struct outcome_row outcomes[] = {
	[OUTCOME_FIXED] = { "fixed", true, 4 },
	[OUTCOME_IMPROVED] = { "improved", true, 3 },
	[OUTCOME_HELD] = { "held", true, 2 },
	[OUTCOME_UNVERIFIED] = { "unverified", true, 1 },
	[OUTCOME_UNFIXED] = { "unfixed", false, 0 },
	[OUTCOME_BROKEN] = { "broken", false, 0 },
	[OUTCOME_REFUSED] = { "refused", false, 0 },
	[OUTCOME_NOTHING] = { "nothing-to-do", false, 0 },
	[OUTCOME_PLANNED] = { "planned", false, 0 },
	[OUTCOME_ERROR] = { "error", false, 0 },
};

const char *outcome_name(enum outcome outcome)
{
	return outcomes[outcome].name;
}

bool outcome_at_least(enum outcome outcome, enum outcome accept)
{
	return outcomes[outcome].good > 0 &&
	       outcomes[outcome].good >= outcomes[accept].good;
}

bool outcome_emits(enum outcome outcome)
{
	return outcomes[outcome].emits;
}

bool verdict_fewer_tests(const struct check_result *before,
			 const struct check_result *after)
{
	if (!before->tests.known)
		return false;
	/* A log that counted and no longer does is one that ran no test. */
	return !after->tests.known ? before->tests.run > 0 :
				     after->tests.run < before->tests.run;
}

static bool ran(const struct check_result *result)
{
	return result->status == CHECK_PASS || result->status == CHECK_FAIL ||
	       result->status == CHECK_TIMEOUT;
}

static bool passes(const struct check_result *before, const struct check_result *after)
{
	return after->status == CHECK_PASS && !after->flaky &&
	       !verdict_fewer_tests(before, after);
}

static bool has_name(const struct test_names *names, const char *name)
{
	size_t lo = 0, hi = names->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = strcmp(names->v[mid], name);

		if (!order)
			return true;
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* Whether after fails by name and only in what failed before; cured counts the rest. */
static bool fails_less(const struct check_result *before,
		       const struct check_result *after, struct arena *arena,
		       size_t *cured)
{
	struct test_names was, is;
	struct err *err;

	if (before->status != CHECK_FAIL || after->status != CHECK_FAIL || before->flaky ||
	    after->flaky ||
	    verdict_fewer_tests(before, after))
		return false;
	err = counts_names(str_span(&before->log), arena, &was);
	if (!err)
		err = counts_names(str_span(&after->log), arena, &is);
	if (err) { /* too many to compare: then nothing is shown */
		err_drop(err);
		return false;
	}
	if (!was.complete || !is.complete || !is.n)
		return false;
	for (size_t i = 0; i < is.n; i++) {
		if (!has_name(&was, is.v[i]))
			return false;
	}
	*cured += was.n - is.n;
	return true;
}

/* Of checks of which none is broken and at least one still fails. */
static bool improved(const struct check_result *before, const struct check_result *after,
		     size_t n)
{
	size_t cured = 0;
	bool all = true;

	for (size_t i = 0; all && i < n; i++) {
		struct arena arena;

		if (!ran(&before[i]) || !ran(&after[i])) {
			all = !ran(&before[i]) && !ran(&after[i]);
			continue;
		}
		if (passes(&before[i], &after[i])) {
			cured += before[i].status != CHECK_PASS && !before[i].flaky;
			continue;
		}
		arena_init(&arena, NAMES_MAX_BYTES);
		all = fails_less(&before[i], &after[i], &arena, &cured);
		arena_release(&arena);
	}
	return all && cured;
}

enum outcome verdict(const struct check_result *before, const struct check_result *after,
		     size_t n)
{
	size_t compared = 0, broken = 0, unfixed = 0, fixed = 0;

	for (size_t i = 0; i < n; i++) {
		if (before[i].status == CHECK_ERROR || after[i].status == CHECK_ERROR)
			return OUTCOME_ERROR;
	}
	for (size_t i = 0; i < n; i++) {
		const struct check_result *b = &before[i], *a = &after[i];

		if (!ran(a))
			continue;
		if (!ran(b)) {
			unfixed += a->status != CHECK_PASS;
			continue;
		}
		compared++;
		if (passes(b, a))
			fixed += b->status != CHECK_PASS && !b->flaky;
		else if (b->status == CHECK_PASS)
			broken++;
		else
			unfixed++;
	}
	if (broken)
		return OUTCOME_BROKEN;
	if (unfixed)
		return improved(before, after, n) ? OUTCOME_IMPROVED : OUTCOME_UNFIXED;
	if (fixed)
		return OUTCOME_FIXED;
	return compared ? OUTCOME_HELD : OUTCOME_UNVERIFIED;
}
