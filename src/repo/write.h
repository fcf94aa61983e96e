/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What git itself has to write or to say before a branch appears: signatures, notes,
 * the user's commit-msg hook. Objects go to the quarantine.
 *
 * Functions here run git and turn the loop: not from a callback.
 */
#ifndef REPO_WRITE_H
#define REPO_WRITE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "repo/quarantine.h"
#include "repo/repo.h"

#define NOTE_REF "refs/notes/dualfix"

/* Whether the user signs commits (commit.gpgSign). ERR_CONFIG for a bad value. */
struct err *repo_signs(const struct repo *repo, bool *out) MUST_USE;

/*
 * As candidate_commit(), signed as the user's git signs: gpg.format, user.signingKey.
 * ERR_CONFIG when it cannot.
 */
struct err *candidate_commit_signed(struct repo *repo,
				    const struct commit_request *request,
				    struct oid *out) MUST_USE;

/* A commit of NOTE_REF that is not there yet; old: what the ref is, "" if nothing. */
struct candidate_note {
	struct oid old, new;
};

/* What NOTE_REF is with text as the note on commit. identity is "Name <mail>". */
struct err *candidate_note(struct repo *repo, const struct oid *commit, struct span text,
			   const char *identity, struct candidate_note *out) MUST_USE;

/* Takes the note off commit, and NOTE_REF away with the last one. */
struct err *repo_drop_note(struct repo *repo, const struct oid *commit) MUST_USE;

/*
 * Lets the user's commit-msg hook, if there is one, judge and change message, in the
 * file path, which is ours. ERR_NO_FIX with its words when it says no.
 */
struct err *repo_ask_hook(struct repo *repo, const char *path,
			  struct str *message) MUST_USE;

#endif
