/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A proposed check, tried on a commit in the sandbox before anybody relies on it.
 */
#ifndef FLOW_TRYOUT_H
#define FLOW_TRYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "flow/verify.h"
#include "verify/detect.h"

enum tryout_verdict {
	TRYOUT_PASSES,
	TRYOUT_FAILS, /* it ran, and the commit is what it complains of */
	TRYOUT_SLOW,  /* no verdict within its time */
	TRYOUT_LACKS, /* it cannot run here, or finds no tests: why says so */
};

struct tryout {
	enum tryout_verdict verdict;
	int64_t ms;
	size_t tests;   /* that ran, 0 where the log counts none */
	struct str why;  /* one line */
	struct str tail; /* of a failing log */
};

/*
 * Runs the proposal on commit, turning the loop. spec->checks is not looked at. A
 * proposal with a setup is the only one that gets a network, and only for that.
 */
struct err *tryout_run(struct tryout *out, const struct verify_spec *spec,
		       const struct proposal *proposal, const struct oid *commit) MUST_USE;
void tryout_release(struct tryout *tryout);

#endif
