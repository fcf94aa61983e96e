/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where mailed patches are taken apart and applied: a repository of its own in a run's
 * folder, which goes with it. It has no configuration and no hooks, sees the user's
 * objects, and writes to a quarantine.
 */
#ifndef FLOW_MAIL_SCRATCH_H
#define FLOW_MAIL_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "repo/repo.h"

#define SCRATCH_MAILS_MAX 1000
#define MAIL_MAX_BYTES ((size_t)64 << 20)

struct scratch_mail {
	struct str path;    /* of the mail alone */
	struct str subject; /* without "[PATCH 1/2]" */
	struct str message; /* what becomes the message, then what stands below the cut */
	bool has_patch;
	bool has_cr;
};

struct mail_scratch;

/*
 * Splits files (mbox, or a mail each) with git mailsplit and reads them with git
 * mailinfo. repo writes to the quarantine from now on. ERR_INPUT when one holds no mail.
 */
struct err *mail_scratch_new(struct mail_scratch **out, struct repo *repo,
			     const struct span *files, size_t n) MUST_USE;
void mail_scratch_free(struct mail_scratch *scratch);

size_t mail_scratch_mails(const struct mail_scratch *scratch,
			  const struct scratch_mail **mails);

/* The first "base-commit: <id>" in them; NULL if there is none. */
const char *mail_scratch_base(const struct mail_scratch *scratch);

/* HEAD and index are base; then the mails are applied on top, one after another. */
struct err *mail_scratch_start(struct mail_scratch *scratch, const struct oid *base) MUST_USE;

/*
 * commit is "" if git am refuses it, why says how; a mail that needs --keep-cr is
 * applied with that, and why says so too.
 */
struct err *mail_scratch_apply(struct mail_scratch *scratch, const struct scratch_mail *mail,
			       struct oid *commit, struct str *why) MUST_USE;

#endif
