/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commits as mail: what `git format-patch` makes of them, proven by `git am`.
 *
 * The user's format.* settings count, but for those that would break the patch or
 * sign it: prefixes, context, attachments, a sign-off. Sign-offs are part of the
 * commit's message or are not there.
 *
 * Notes stand below the cut, between "---" and the diffstat, where git am drops
 * them. They are cleaned as a message is, and made ASCII: the mail may declare no
 * charset.
 *
 * A series of two commits or more has a cover letter, unless format.coverLetter says
 * no. It is for people: git am cannot take it, so it is in no mbox made here.
 *
 * Functions here run git and turn the loop: not from a callback.
 */
#ifndef MAIL_PATCH_H
#define MAIL_PATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "repo/repo.h"

#define PATCH_MAX_BYTES ((size_t)256 * 1024 * 1024)
#define PATCHES_MAX 1000

struct patch {
	char *name; /* of its file, as git names it */
	struct str text;
};

struct patch_series {
	struct patch *v;
	size_t n;
	bool cover; /* v[0] is the cover letter */

	/*
	 * What does not survive git am, one line; empty when tree, author and message
	 * do. keep_cr: they do with git am --keep-cr.
	 */
	struct str caveat;
	bool keep_cr;
};

struct patch_spec {
	const struct oid *base; /* the commit below the first one */
	const struct oid *tip;  /* may be in the quarantine still */
	const char *scratch_dir; /* absolute, ours: a folder is made in it and removed */
	int reroll;              /* N of [PATCH vN]; 0: none */
	const char *in_reply_to; /* message id, or NULL */
	struct span notes;

	/* What was sent before, for the range-diff that the first mail then has; or NULL. */
	const struct oid *earlier_base, *earlier_tip;

	/* Of the cover letter, clean (mail/message.h); subject.ptr NULL: no letter. */
	struct span cover_subject, cover_body;
};

/* Each commit of base..tip, which must be a line, as one patch. */
struct err *patch_series_make(struct patch_series *out, struct repo *repo,
			      const struct patch_spec *spec) MUST_USE;
void patch_series_release(struct patch_series *series);

/* All but the cover letter as one mbox. */
void patch_series_mbox(const struct patch_series *series, struct str *out);

/*
 * Writes a file for each into dir (NULL: here), made if it is missing; paths gets
 * their names. All or none, and never over a file that is there: ERR_INPUT.
 * (git format-patch replaces files; what it replaces may be another run's.)
 */
struct err *patch_series_write(const struct patch_series *series, const char *dir,
			       struct argv *paths) MUST_USE;

#endif
