/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/publish.h"

#include <string.h>

#include "mail/message.h"
#include "mail/patch.h"
#include "mail/trailers.h"
#include "repo/quarantine.h"
#include "sys/clock.h"
#include "sys/file.h"

#define MESSAGE_MAX_BYTES ((size_t)256 * 1024)
#define TRAILERS_MAX_BYTES ((size_t)64 * 1024)
#define NAME_MAX_BYTES 4096

static bool some_edit_by(const struct report *report, enum edit_author author)
{
	for (size_t i = 0; i < report->n_edits; i++)
		if (report->edits[i].by == author)
			return true;
	return false;
}

/* Who was asked in vain is not named. */
static void add_models(const struct publish_spec *spec, const struct report *report,
		       struct str *out)
{
	for (size_t i = 0; i < report->n_usage; i++) {
		const struct usage_report *row = &report->usage[i];

		if (strcmp(row->role, "planner") ? some_edit_by(report, BY_EXECUTOR) :
						   spec->planned ||
						   some_edit_by(report, BY_PLANNER))
			trailers_model(out, (enum trailer_style)spec->trailer, row->model);
	}
}

static bool failed(enum check_status status)
{
	return status == CHECK_FAIL || status == CHECK_TIMEOUT;
}

static void add_checks(const struct report *report, struct str *out)
{
	for (size_t i = 0; i < report->n_checks; i++) {
		const struct check_report *row = &report->checks[i];

		if (!row->has_before || !row->has_after || row->after.status != CHECK_PASS)
			continue;
		if (failed(row->before.status))
			trailers_verified(out, row->command);
		else if (row->before.status == CHECK_PASS)
			trailers_checked(out, row->command);
	}
}

/* The checks speak of the last commit: the ones below it were not checked alone. */
static struct err *make_message(const struct publish_spec *spec, const struct report *report,
				size_t i, const char *committer, struct str *out)
{
	const struct landing *landing = &spec->landings[i];
	struct str trailers = STR_INIT(TRAILERS_MAX_BYTES), fallback = STR_INIT(NAME_MAX_BYTES);
	struct str identity = STR_INIT(NAME_MAX_BYTES); /* the committer without a date */
	bool last = i + 1 == spec->n_landings;
	struct err *err;

	message_subject(span_of(spec->title ? spec->title : ""), "apply a plan of edits",
			&fallback);
	if (last)
		trailers_closes(&trailers, spec->address ? spec->address : "");
	add_models(spec, report, &trailers);
	if (last)
		add_checks(report, &trailers);
	if (spec->signoff) {
		str_add(&identity, committer, strcspn(committer, ">") + 1);
		trailers_signoff(&trailers, identity.buf);
	}
	err = err_first(str_err(&trailers, "trailers"), str_err(&fallback, "subject"));
	if (!err)
		err = message_make(landing->subject,
				   landing->body.len ? landing->body : landing->why,
				   str_span(&trailers), fallback.buf, out);
	str_release(&trailers);
	str_release(&fallback);
	str_release(&identity);
	return err;
}

/* A recording holds whose commit it was and when, so that a replay makes the same. */
static void take_fact(struct tape *tape, const char *name, struct str *identity)
{
	const char *fact;

	str_addf(identity, " %lld +0000", (long long)clock_wall_s());
	fact = tape_fact(tape, name, identity->buf);
	if (fact) {
		str_reset(identity);
		str_adds(identity, fact);
	}
}

static struct err *who(const struct publish_spec *spec, struct str *author,
		       struct str *committer)
{
	struct err *err = repo_identity(spec->repo, author, committer);

	if (!err && spec->tape) {
		take_fact(spec->tape, "author", author);
		take_fact(spec->tape, "committer", committer);
	}
	return err_first(err, err_first(str_err(author, "author"),
					str_err(committer, "committer")));
}

static struct err *make_commits(const struct publish_spec *spec, struct report *report)
{
	struct str author = STR_INIT(NAME_MAX_BYTES), committer = STR_INIT(NAME_MAX_BYTES);
	struct str message = STR_INIT(MESSAGE_MAX_BYTES);
	struct oid parent = *spec->parent;
	struct err *err = who(spec, &author, &committer);

	for (size_t i = 0; !err && i < spec->n_landings; i++) {
		struct commit_request request = {
			.tree = &spec->landings[i].tree,
			.parent = &parent,
			.author = author.buf,
			.committer = committer.buf,
		};

		str_reset(&message);
		err = make_message(spec, report, i, committer.buf, &message);
		request.message = str_span(&message);
		if (!err)
			err = candidate_commit(spec->repo, &request, &report->commit);
		parent = report->commit;
	}
	if (!err)
		report->tree = spec->landings[spec->n_landings - 1].tree;
	str_release(&author);
	str_release(&committer);
	str_release(&message);
	return err;
}

/* Below the cut: who made it, what ran, what was not shown. */
static void add_notes(const struct report *report, struct str *out)
{
	str_addf(out, "- git dualfix run %s: %s\n", report->run, outcome_name(report->outcome));
	if (!report->n_usage)
		str_adds(out, "- models: none; made by rules or from a given plan\n");
	for (size_t i = 0; i < report->n_usage; i++)
		str_addf(out, "- %s: %s\n", report->usage[i].role, report->usage[i].model);
	for (size_t i = 0; i < report->n_checks; i++) {
		const struct check_report *row = &report->checks[i];

		str_addf(out, "- check: %s (%s before, %s after)\n", row->command,
			 row->has_before ? check_status_name(row->before.status) : "not run",
			 row->has_after ? check_status_name(row->after.status) : "not run");
	}
	if (report->outcome == OUTCOME_UNVERIFIED)
		str_adds(out, "- not verified: no check ran\n");
	if (report->outcome == OUTCOME_HELD)
		str_adds(out, "- not shown to fix anything: all checks passed before, too\n");
	str_addf(out, "- tree: %s\n", report->tree.hex);
}

static struct err *name_patches(const struct argv *paths, struct report *report)
{
	report->patches = arena_array(&report->arena, paths->n + 1, sizeof(*report->patches));
	if (!report->patches)
		return arena_err(&report->arena, "report");
	for (size_t i = 0; i < paths->n; i++) {
		report->patches[i] = arena_dups(&report->arena, paths->v[i]);
		if (!report->patches[i])
			return arena_err(&report->arena, "report");
		report->n_patches++;
	}
	return NULL;
}

/* Below the run's own, so that gc knows whether it is in use. */
static struct err *scratch_folder(struct repo *repo, const char *run, struct str *out)
{
	struct str name = STR_INIT(NAME_MAX_BYTES);
	struct err *err;

	str_addf(&name, "runs/%s/mail", run);
	err = str_err(&name, "path");
	if (!err)
		err = repo_private_path(repo, name.buf, true, out);
	str_release(&name);
	return err;
}

static struct err *make_patches(const struct publish_spec *spec, struct report *report,
				struct str *mbox)
{
	struct str notes = STR_INIT(TRAILERS_MAX_BYTES), scratch = STR_INIT(NAME_MAX_BYTES);
	struct patch_series series = { 0 };
	struct argv paths = ARGV_INIT;
	struct patch_spec patch = {
		.base = spec->parent,
		.tip = &report->commit,
		.reroll = spec->reroll_count,
	};
	struct err *err = scratch_folder(spec->repo, report->run, &scratch);

	if (!err)
		err = file_mkdirs(scratch.buf, 0700);
	add_notes(report, &notes);
	err = err_first(err, str_err(&notes, "notes"));
	patch.scratch_dir = scratch.buf;
	patch.notes = str_span(&notes);
	if (!err)
		err = patch_series_make(&series, spec->repo, &patch);
	if (!err && spec->patches)
		err = patch_series_write(&series, spec->patch_dir, &paths);
	if (!err)
		err = name_patches(&paths, report);
	if (!err && spec->mbox)
		patch_series_mbox(&series, mbox);
	if (!err && series.caveat.len) {
		report->survives = arena_dup(&report->arena, str_span(&series.caveat));
		if (!report->survives)
			err = arena_err(&report->arena, "report");
	}
	patch_series_release(&series);
	argv_release(&paths);
	str_release(&notes);
	str_release(&scratch);
	return err ? err : str_err(mbox, "mbox");
}

struct err *publish(const struct publish_spec *spec, struct report *report, struct str *mbox)
{
	struct str name = STR_INIT(NAME_MAX_BYTES), why = STR_INIT(NAME_MAX_BYTES);
	struct err *err = make_commits(spec, report);

	if (!err)
		err = publish_free_name(spec->repo, spec->branch, spec->slug, &name);
	str_addf(&why, "dualfix: run %s, %s", report->run, outcome_name(report->outcome));
	if (!err)
		err = publish_branch(spec->repo, name.buf, &report->commit, why.buf);
	if (err) {
		report->commit = (struct oid){ "" };
		goto out;
	}
	report->branch = arena_dup(&report->arena, str_span(&name));
	if (!report->branch)
		err = arena_err(&report->arena, "report");
	/* A file in their way is no reason to lose what was made and paid for. */
	if (!err && (spec->patches || spec->mbox))
		err = make_patches(spec, report, mbox);
out:
	str_release(&name);
	str_release(&why);
	return err;
}
