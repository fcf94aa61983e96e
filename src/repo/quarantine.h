/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * New objects live in a quarantine folder until they are published: a run that
 * fails, or is killed, leaves nothing in the user's object store.
 *
 *	repo_quarantine(repo, run_dir)    objects written from now on go there
 *	candidate_tree(...)               base tree + changes -> tree
 *	candidate_commit(...)             -> commit
 *	publish_branch(...)               objects migrate, then one ref appears
 */
#ifndef REPO_QUARANTINE_H
#define REPO_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/resolve.h"
#include "repo/repo.h"

/* Writes go to <dir>/objects from now on; reads see both. */
struct err *repo_quarantine(struct repo *repo, const char *dir) MUST_USE;

/* "<dir>/objects", or NULL without one. */
const char *repo_quarantine_dir(const struct repo *repo);

/*
 * The base tree with the changes in it. Costs by depth and number of changes. A
 * file may become a folder or the reverse. ERR_INPUT when a change leads through
 * a link or submodule.
 */
struct err *candidate_tree(struct repo *repo, const struct oid *base,
			   const struct file_change *changes, size_t n,
			   struct oid *out) MUST_USE;

struct commit_request {
	const struct oid *tree;
	const struct oid *parent;
	const char *author; /* "Name <mail>", then "seconds zone" or nothing: now */
	const char *committer;
	struct span message;
};

struct err *candidate_commit(struct repo *repo, const struct commit_request *request,
			     struct oid *out) MUST_USE;

/*
 * The tree that cherry-picking what a commit and those above its ancestor from change makes
 * of tree. Where that conflicts *out is "" and conflict gets the name of a file. Runs git
 * and turns the loop: not from a callback.
 */
struct err *candidate_pick(struct repo *repo, const struct oid *tree, const struct oid *from,
			   const struct oid *to, struct oid *out,
			   struct str *conflict) MUST_USE;

struct candidate_note; /* repo/write.h */

/* Where another run was faster. */
enum publish_clash { CLASH_NONE, CLASH_NAME, CLASH_NOTES };

/*
 * Moves what the quarantine holds into the user's object store (blobs, trees,
 * commits in this order, each fsynced and renamed into place), then creates
 * refs/heads/<branch> -> commit with a reflog line. message is for the reflog. An
 * existing branch is never moved: ERR_INPUT with CLASH_NAME, as when somebody is about
 * to make it. Of any other err the text says so if the branch was made nevertheless.
 *
 * With a note (or NULL) NOTE_REF moves in the same transaction. Where it has moved
 * since the note was made, no ref changes: CLASH_NOTES, and no err.
 */
struct err *publish_branch(struct repo *repo, const char *branch, const struct oid *commit,
			   const char *message, const struct candidate_note *note,
			   enum publish_clash *clash) MUST_USE;

/*
 * A free branch name: dualfix/<slug>, with "-2", "-3", ... while taken, or
 * blocked by a branch that is a folder of it. ERR_INPUT if wanted (which may be
 * NULL) is given and taken or not a valid name.
 */
struct err *publish_free_name(struct repo *repo, const char *wanted, const char *slug,
			      struct str *out) MUST_USE;

#endif
