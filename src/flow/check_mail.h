/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patches as mailed, against the repository: applied to their base one by one, each
 * step checked, and what another run of this tool claims in them tried again.
 *
 * git splits and applies them, in a repository of its own, with no configuration;
 * what comes out lives in a quarantine until mail_check_release(). A mail names no
 * command that is run: a claim about a check is tried only where that very check is
 * the user's own.
 *
 * Turns the loop.
 */
#ifndef FLOW_CHECK_MAIL_H
#define FLOW_CHECK_MAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "flow/mail_scratch.h"
#include "flow/verify.h"

struct mail_check_spec {
	struct verify_spec verify; /* its checks may be none */
	const struct span *files;  /* in order: mbox or single mails */
	size_t n_files;
	size_t unchecked;       /* so many steps at the start are applied and no more */
	const char *base;       /* NULL: as the series names it, else upstream, else HEAD */
	const char *checkpatch; /* a command that reads a patch on stdin; or NULL */
};

enum claim_verdict {
	CLAIM_REPRODUCED,
	CLAIM_REFUTED, /* tried, and it went another way */
	CLAIM_UNTRIED, /* no check of the user's, or it cannot run here */
};

struct claim {
	enum claim_verdict verdict;
	char *text; /* as it stands in the mail */
	const char *why; /* static; NULL if reproduced */
};

/* A patch; mails without one (cover letters) are no steps. */
struct mail_step {
	char *subject;
	struct oid commit;  /* "" if it does not apply */
	struct str why;     /* it does not, one line; or what to apply it with */
	struct verification checks;     /* n is 0 where none ran */
	struct verification checkpatch; /* n is 0 or 1 */
	struct claim *claims;
	size_t n_claims;
};

struct mail_check {
	struct oid base;
	const char *base_from; /* static: "named by the series" */
	struct mail_step *steps;
	size_t n;
	struct verification on_base; /* n is 0 unless a claim or a failure asked for it */
	struct mail_scratch *scratch;
};

/*
 * ERR_INPUT when a file holds no mail, none has a patch, or the base that they name is
 * not in the repository. The steps end with the first that does not apply.
 */
struct err *mail_check_run(struct mail_check *out,
			   const struct mail_check_spec *spec) MUST_USE;
void mail_check_release(struct mail_check *check);

/*
 * "[PATCH v2 3/7]" in the subject: 3, 7 and "PATCH v2 ". False for a subject without
 * numbers.
 */
bool mail_number(struct span mail, size_t *number, size_t *total, struct span *prefix);

#endif
