/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preparation of a checkout: the commands of dualfix.setup, run in its sandbox
 * with the network, once for each state of the lockfiles (lockfiles.h). What they
 * leave in the checkout, and in a home that is kept beside it, is there for every
 * check that comes after.
 *
 * A stamp beside the checkout holds the key of what was prepared last; it goes
 * with the files (repo/checkout.h). No stamp, or another key: it is due.
 */
#ifndef VERIFY_SETUP_H
#define VERIFY_SETUP_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"

struct setup {
	const char *key;      /* one line */
	const char *stamp;    /* the file */
	const char *home_dir; /* the home of preparation and checks */
};

bool setup_is_due(const struct setup *setup);

/* Before the first command: what was prepared is gone, the home is empty. */
struct err *setup_begin(const struct setup *setup) MUST_USE;

/* After the last one. */
struct err *setup_note(const struct setup *setup) MUST_USE;

#endif
