/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/publish.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "flow/letter.h"
#include "mail/message.h"
#include "mail/patch.h"
#include "mail/trailers.h"
#include "repo/quarantine.h"
#include "repo/write.h"
#include "sys/clock.h"
#include "sys/file.h"

#define MESSAGE_MAX_BYTES ((size_t)256 * 1024)
#define TRAILERS_MAX_BYTES ((size_t)64 * 1024)
#define NAME_MAX_BYTES 4096
#define NAME_TRIES 20
#define NOTE_TRIES_MAX 10

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
	trailers_inherit(&trailers, spec->earlier_message);
	add_models(spec, report, &trailers);
	if (last && spec->evidence == EVIDENCE_TRAILER)
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

	if (identity->len && identity->buf[identity->len - 1] == '>')
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

static struct err *make_commit(const struct publish_spec *spec,
			       const struct commit_request *request, struct oid *out)
{
	bool sign;
	struct err *err = repo_signs(spec->repo, &sign);

	if (err)
		return err;
	return sign ? candidate_commit_signed(spec->repo, request, out) :
		      candidate_commit(spec->repo, request, out);
}

/* Below the run's own, so that gc knows whether it is in use. */
static struct err *scratch_path(struct repo *repo, const char *run, const char *name,
				struct str *out)
{
	struct str path = STR_INIT(NAME_MAX_BYTES);
	struct err *err;

	str_addf(&path, "runs/%s/%s", run, name);
	err = str_err(&path, "path");
	if (!err)
		err = repo_private_path(repo, path.buf, true, out);
	str_release(&path);
	return err;
}

/* What the plan calls its commit is easily changed: its edits are paid for. */
static struct err *hint_edit(struct err *err, const char *path)
{
	if (!err || err_kind(err) != ERR_NO_FIX)
		return err;
	return err_hint(err, "git dualfix apply -e %.*splan.json",
			(int)(strrchr(path, '/') + 1 - path), path);
}

/* Each commit on top of the one before. */
static struct err *commit_all(const struct publish_spec *spec, struct report *report,
			      const char *author, const char *committer)
{
	struct str message = STR_INIT(MESSAGE_MAX_BYTES), path = STR_INIT(NAME_MAX_BYTES);
	struct oid parent = *spec->parent;
	struct err *err = scratch_path(spec->repo, report->run, "COMMIT_EDITMSG", &path);

	for (size_t i = 0; !err && i < spec->n_landings; i++) {
		struct commit_request request = {
			.tree = &spec->landings[i].tree,
			.parent = &parent,
			.author = author,
			.committer = committer,
		};

		str_reset(&message);
		err = make_message(spec, report, i, committer, &message);
		if (!err)
			err = hint_edit(repo_ask_hook(spec->repo, path.buf, &message),
					path.buf);
		request.message = str_span(&message);
		if (!err)
			err = make_commit(spec, &request, &report->commit);
		parent = report->commit;
	}
	if (path.len)
		(void)unlink(path.buf);
	str_release(&path);
	str_release(&message);
	return err;
}

static struct err *make_commits(const struct publish_spec *spec, struct report *report)
{
	struct str author = STR_INIT(NAME_MAX_BYTES), committer = STR_INIT(NAME_MAX_BYTES);
	struct err *err = who(spec, &author, &committer);

	if (!err)
		err = commit_all(spec, report, author.buf, committer.buf);
	if (!err)
		report->tree = spec->landings[spec->n_landings - 1].tree;
	str_release(&author);
	str_release(&committer);
	return err;
}

/* What a reviewer can compare with `git rev-parse <commit>^{tree}`, and the evidence. */
static struct err *make_note(const struct publish_spec *spec, const struct report *report,
			     struct candidate_note *note)
{
	struct str text = STR_INIT(TRAILERS_MAX_BYTES), author = STR_INIT(NAME_MAX_BYTES);
	struct str committer = STR_INIT(NAME_MAX_BYTES);
	struct err *err = repo_identity(spec->repo, &author, &committer);

	str_addf(&text, "Run: %s\nOutcome: %s\nTree: %s\n", report->run,
		 outcome_name(report->outcome), report->tree.hex);
	add_checks(report, &text);
	err = err_first(err, str_err(&text, "note"));
	if (!err)
		err = candidate_note(spec->repo, &report->commit, str_span(&text),
				     committer.buf, note);
	str_release(&text);
	str_release(&author);
	str_release(&committer);
	return err;
}

/* Another run may write its note between our reading the notes and our writing. */
static struct err *make_branch(const struct publish_spec *spec, const struct report *report,
			       const char *name, enum publish_clash *clash)
{
	struct str why = STR_INIT(NAME_MAX_BYTES);
	struct candidate_note note;
	bool noted = spec->evidence == EVIDENCE_NOTE;
	struct err *err = NULL;

	*clash = CLASH_NOTES;
	str_addf(&why, "dualfix: run %s, %s", report->run, outcome_name(report->outcome));
	for (int i = 0; !err && *clash == CLASH_NOTES && i < NOTE_TRIES_MAX; i++) {
		if (noted)
			err = make_note(spec, report, &note);
		if (!err)
			err = publish_branch(spec->repo, name, &report->commit, why.buf,
					     noted ? &note : NULL, clash);
	}
	if (!err && *clash == CLASH_NOTES)
		err = err_new(ERR_FATAL, "cannot write " NOTE_REF ": it does not stand still");
	str_release(&why);
	return err;
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

/* The commits of an earlier version: those that the base does not have. */
static struct err *find_earlier(const struct publish_spec *spec, struct oid *base,
				struct oid *tip)
{
	struct str answer = STR_INIT(NAME_MAX_BYTES);
	struct span rest, line = { 0 };
	int code = 0;
	struct err *err = repo_commit_of(spec->repo, spec->earlier, tip);

	if (!err) {
		const char *const args[] = { "merge-base", spec->parent->hex, tip->hex, NULL };

		err = repo_git(spec->repo, args, (struct span){ 0 }, &answer, &code);
	}
	rest = str_span(&answer);
	if (!err && (code || !span_line(&rest, &line)))
		err = err_new(ERR_INPUT, "'%s' has nothing in common with the base",
			      spec->earlier);
	if (!err)
		snprintf(base->hex, sizeof(base->hex), "%.*s", (int)line.len, line.ptr);
	str_release(&answer);
	return err;
}

/* What the patches are made of; its texts live in notes, subject and body. */
struct mailing {
	struct patch_spec spec;
	struct oid earlier_base, earlier_tip;
	struct str scratch, notes, subject, body;
};

static void mailing_init(struct mailing *m)
{
	*m = (struct mailing){ 0 };
	str_init(&m->scratch, NAME_MAX_BYTES);
	str_init(&m->notes, TRAILERS_MAX_BYTES);
	str_init(&m->subject, NAME_MAX_BYTES);
	str_init(&m->body, MESSAGE_MAX_BYTES);
}

static void mailing_release(struct mailing *m)
{
	str_release(&m->scratch);
	str_release(&m->notes);
	str_release(&m->subject);
	str_release(&m->body);
}

static struct err *prepare_mailing(struct mailing *m, const struct publish_spec *spec,
				   const struct report *report)
{
	struct letter_spec letter = {
		.templates = spec->templates,
		.landings = spec->landings,
		.n_landings = spec->n_landings,
		.title = spec->title,
		.address = spec->address,
	};
	struct err *err = scratch_path(spec->repo, report->run, "mail", &m->scratch);

	m->spec = (struct patch_spec){
		.base = spec->parent,
		.tip = &report->commit,
		.reroll = spec->reroll_count,
		.in_reply_to = spec->in_reply_to,
	};
	if (!err)
		err = file_mkdirs(m->scratch.buf, 0700);
	letter_notes(report, &m->notes);
	err = err_first(err, str_err(&m->notes, "notes"));
	m->spec.scratch_dir = m->scratch.buf;
	m->spec.notes = str_span(&m->notes);
	letter.notes = m->spec.notes;
	if (!err && spec->n_landings > 1) {
		err = letter_cover(&letter, &m->subject, &m->body);
		m->spec.cover_subject = str_span(&m->subject);
		m->spec.cover_body = str_span(&m->body);
	}
	if (!err && spec->earlier) {
		err = find_earlier(spec, &m->earlier_base, &m->earlier_tip);
		m->spec.earlier_base = &m->earlier_base;
		m->spec.earlier_tip = &m->earlier_tip;
	}
	return err;
}

static struct err *make_patches(const struct publish_spec *spec, struct report *report,
				struct str *mbox)
{
	struct patch_series series = { 0 };
	struct argv paths = ARGV_INIT;
	struct mailing m;
	struct err *err;

	mailing_init(&m);
	err = prepare_mailing(&m, spec, report);
	if (!err)
		err = patch_series_make(&series, spec->repo, &m.spec);
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
	mailing_release(&m);
	return err ? err : str_err(mbox, "mbox");
}

/* Before there is a branch: afterwards this must not fail. */
static struct err *name_branch(struct report *report, const struct str *name)
{
	report->branch = arena_dup(&report->arena, str_span(name));
	return report->branch ? NULL : arena_err(&report->arena, "report");
}

static struct err *make_new(const struct publish_spec *spec, struct report *report,
			    struct str *name)
{
	struct err *err = make_commits(spec, report);

	for (int left = NAME_TRIES; !err; left--) {
		enum publish_clash clash = CLASH_NONE;

		str_reset(name);
		err = publish_free_name(spec->repo, spec->branch, spec->slug, name);
		if (!err)
			err = name_branch(report, name);
		if (!err && spec->making)
			err = spec->making(spec->making_ctx, name->buf, &report->commit);
		if (!err)
			err = make_branch(spec, report, name->buf, &clash);
		/* No second branch, whatever else has failed. */
		if (clash != CLASH_NAME || spec->branch || !left)
			break;
		err_drop(err);
		err = NULL;
	}
	return err;
}

/* An earlier sitting of this run came as far as that. */
static struct err *take_made(const struct publish_spec *spec, struct report *report,
			     struct str *name)
{
	struct err *err;

	report->commit = *spec->made;
	report->tree = spec->landings[spec->n_landings - 1].tree;
	str_adds(name, spec->made_branch);
	err = str_err(name, "branch");
	return err ? err : name_branch(report, name);
}

struct err *publish(const struct publish_spec *spec, struct report *report, struct str *mbox)
{
	struct str name = STR_INIT(NAME_MAX_BYTES);
	struct err *err = spec->made ? take_made(spec, report, &name) :
				       make_new(spec, report, &name);

	if (err) {
		report->commit = (struct oid){ "" };
		report->branch = NULL;
	/* A file in their way is no reason to lose what was made and paid for. */
	} else if (spec->patches || spec->mbox) {
		err = make_patches(spec, report, mbox);
	}
	str_release(&name);
	return err;
}
