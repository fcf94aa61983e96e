/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stage: trees become commits, a branch, patches. The only stage that
 * makes anything the user can see, and the last one.
 */
#ifndef FLOW_PUBLISH_H
#define FLOW_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "flow/landing.h"
#include "flow/report.h"
#include "model/tape.h"
#include "model/template.h"
#include "repo/repo.h"

struct publish_spec {
	struct repo *repo;
	const struct oid *parent;       /* the base commit */
	const struct landing *landings; /* n of them, each on top of the one before */
	size_t n_landings;
	const char *title;   /* for a subject where the plan has none; NULL: none */
	const char *slug;
	const char *branch;  /* wanted name; NULL: dualfix/<slug> */
	const char *address; /* of the issue; NULL: none */
	struct tape *tape;   /* identity and date are facts of it; NULL: those of now */
	int trailer;         /* enum trailer_style */
	int evidence;        /* enum evidence_place */
	bool planned;        /* a planner's plan is in it */
	bool signoff;
	bool patches, mbox;
	const char *patch_dir;
	int reroll_count;
	const char *earlier;      /* revision: what was sent before; NULL: nothing */
	const char *in_reply_to;  /* message id; NULL: none */
	const struct templates *templates;
	struct span earlier_message; /* of a commit that is in it; its models are named */
	/* Told name and commit just before the branch is made; NULL: nobody. */
	struct err *(*making)(void *ctx, const char *branch, const struct oid *commit);
	void *making_ctx;
	const struct oid *made; /* it is there already, on made_branch; NULL: it is not */
	const char *made_branch;
};

/*
 * Makes the commits, as the user's git would where it signs and where a commit-msg
 * hook has a say; migrates their objects and creates the branch, with a note on its
 * tip if evidence goes there; then patches of them in patch_dir and an mbox in *mbox,
 * whose failing leaves the branch. Fills commit, tree, branch, patches and survives of
 * the report, from whose checks and usage the trailers come.
 */
struct err *publish(const struct publish_spec *spec, struct report *report,
		    struct str *mbox) MUST_USE;

#endif
