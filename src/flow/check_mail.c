/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/check_mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "flow/mail_scratch.h"
#include "mail/trailers.h"

#define LINE_MAX_BYTES ((size_t)16 << 10)
#define COMMAND_MAX_BYTES ((size_t)64 << 10)
#define CLAIMS_MAX 64

/* Numbers of a subject. */

static bool take_number(struct span *s, size_t *out)
{
	size_t n = 0;

	while (n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9')
		n++;
	if (!n || !span_number(span_cut(*s, 0, n), 1000000, out))
		return false;
	*s = span_cut(*s, n, s->len);
	return true;
}

/* tag is what stands between brackets. */
static bool number_in_tag(struct span tag, size_t *number, size_t *total,
			  struct span *prefix)
{
	ptrdiff_t slash = span_findc(tag, '/', 0);
	size_t at = slash > 0 ? (size_t)slash : 0;
	struct span before, after;

	while (at && tag.ptr[at - 1] >= '0' && tag.ptr[at - 1] <= '9')
		at--;
	if (slash <= 0)
		return false;
	*prefix = span_cut(tag, 0, at);
	before = span_cut(tag, at, (size_t)slash);
	after = span_cut(tag, (size_t)slash + 1, tag.len);
	return take_number(&before, number) && take_number(&after, total) && !after.len;
}

bool mail_number(struct span mail, size_t *number, size_t *total, struct span *prefix)
{
	struct span line;

	while (span_line(&mail, &line) && line.len) {
		ptrdiff_t open, close;

		if (line.len < 8 || strncasecmp(line.ptr, "Subject:", 8))
			continue;
		open = span_findc(line, '[', 0);
		close = open < 0 ? -1 : span_findc(line, ']', (size_t)open);
		return close > open &&
		       number_in_tag(span_cut(line, (size_t)open + 1, (size_t)close), number,
				     total, prefix);
	}
	return false;
}

/* Claims. */

static struct err *add_claim(struct mail_step *step, struct span line)
{
	struct claim *grown;

	if (step->n_claims == CLAIMS_MAX)
		return NULL;
	grown = realloc(step->claims, (step->n_claims + 1) * sizeof(*grown));
	if (!grown)
		return err_nomem();
	step->claims = grown;
	grown[step->n_claims] = (struct claim){
		.verdict = CLAIM_UNTRIED,
		.text = strndup(line.ptr, line.len),
		.why = "that is no check of yours",
	};
	return grown[step->n_claims++].text ? NULL : err_nomem();
}

static bool is_trailer(struct span line)
{
	return (span_starts(line, "Verified: ") &&
		span_ends(line, " (failed before, passes now)")) ||
	       (span_starts(line, "Checked: ") && span_ends(line, " (passed before and after)"));
}

static bool is_note(struct span line)
{
	return span_starts(line, "- check: ") && span_ends(line, " before, pass after)");
}

static bool is_repeated(const struct mail_step *step, struct span line)
{
	for (size_t i = 0; i < step->n_claims; i++)
		if (span_eqs(line, step->claims[i].text))
			return true;
	return false;
}

static struct err *find_lines(struct mail_step *step, struct span message,
			      bool (*is)(struct span line))
{
	struct span line;
	struct err *err = NULL;

	while (!err && span_line(&message, &line) && !span_starts(line, "diff --git ")) {
		line = span_trim(line);
		if (is(line) && !is_repeated(step, line))
			err = add_claim(step, line);
	}
	return err;
}

/* What stands below the cut says the same as the trailers, where there are any. */
static struct err *find_claims(struct mail_step *step, struct span message)
{
	struct err *err = find_lines(step, message, is_trailer);

	return err || step->n_claims ? err : find_lines(step, message, is_note);
}

static bool failed(const struct check_result *result)
{
	return result->status == CHECK_FAIL || result->status == CHECK_TIMEOUT;
}

/* The ways to write the same: a trailer, and what stands below the cut. */
static bool says(const char *text, void (*trailer)(struct str *out, const char *command),
		 const char *before, const char *command)
{
	struct str line = STR_INIT(LINE_MAX_BYTES);
	bool same;

	trailer(&line, command);
	same = span_eqs(span_trim(str_span(&line)), text);
	str_reset(&line);
	str_addf(&line, "- check: %s (%s before, pass after)", command, before);
	same = same || span_eqs(str_span(&line), text);
	str_release(&line);
	return same;
}

/* Whether cure is claimed of the check, or just that it holds; *cure says which. */
static bool is_about(const struct claim *claim, const char *command, bool *cure)
{
	*cure = says(claim->text, trailers_verified, "fail", command);
	return *cure || says(claim->text, trailers_checked, "pass", command);
}

static void settle(struct claim *claim, bool cure, const struct check_result *before,
		   const struct check_result *after)
{
	bool before_ran = failed(before) || before->status == CHECK_PASS;
	bool after_ran = failed(after) || after->status == CHECK_PASS;

	claim->verdict = CLAIM_REFUTED;
	if (!before_ran || !after_ran) {
		claim->verdict = CLAIM_UNTRIED;
		claim->why = "the check cannot run here";
	} else if (failed(after)) {
		claim->why = "it fails after the patch, here";
	} else if (cure && !failed(before)) {
		claim->why = "it passes before the patch too, here";
	} else if (!cure && failed(before)) {
		claim->why = "it fails before the patch, here";
	} else {
		claim->verdict = CLAIM_REPRODUCED;
		claim->why = NULL;
	}
}

static void try_claims(struct mail_check *check, const struct check_list *list,
		       struct mail_step *step)
{
	for (size_t i = 0; i < step->n_claims; i++) {
		struct claim *claim = &step->claims[i];

		for (size_t c = 0; c < list->n && c < check->on_base.n; c++) {
			bool cure;

			if (is_about(claim, list->v[c].command, &cure))
				settle(claim, cure, &check->on_base.results[c],
				       &step->checks.results[c]);
		}
	}
}

/* Steps. */

static struct err *run_checkpatch(struct mail_step *step, const struct mail_check_spec *spec)
{
	struct str command = STR_INIT(COMMAND_MAX_BYTES);
	struct verify_spec verify = spec->verify;
	struct check_list list = { 0 };
	struct err *err;

	/* The commit's name is in it, so that no pass of another message is known for it. */
	str_addf(&command,
		 "git format-patch -1 --stdout %s >\"$TMPDIR/patch\" && {\n%s\n} "
		 "<\"$TMPDIR/patch\"", step->commit.hex, spec->checkpatch);
	err = str_err(&command, "dualfix.checkpatch");
	if (!err) {
		const char *const commands[] = { command.buf };

		err = check_list_make(&list, repo_config(verify.repo), commands, 1);
	}
	list.n_setup = 0;
	verify.checks = &list;
	if (!err)
		err = verify_commit(&step->checkpatch, &verify, &step->commit);
	/* Of list nothing is needed any more: results are not borrowed from it. */
	check_list_release(&list);
	str_release(&command);
	return err;
}

static bool some_failed(const struct verification *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (failed(&v->results[i]))
			return true;
	return false;
}

static struct err *check_step(struct mail_check *check, const struct mail_check_spec *spec,
			      struct mail_step *step)
{
	bool any = spec->verify.checks && spec->verify.checks->n;
	struct err *err = NULL;

	if (any)
		err = verify_commit(&step->checks, &spec->verify, &step->commit);
	if (!err && spec->checkpatch)
		err = run_checkpatch(step, spec);
	if (!err && any && !check->on_base.n && (step->n_claims || some_failed(&step->checks)))
		err = verify_commit(&check->on_base, &spec->verify, &check->base);
	if (!err && any)
		try_claims(check, spec->verify.checks, step);
	return err;
}

static struct err *take_step(struct mail_check *check, const struct mail_check_spec *spec,
			     const struct scratch_mail *mail, bool *applies)
{
	struct mail_step *step = &check->steps[check->n];
	struct err *err;

	*step = (struct mail_step){ .subject = strdup(mail->subject.buf) };
	str_init(&step->why, LINE_MAX_BYTES);
	check->n++;
	if (!step->subject)
		return err_nomem();
	err = mail_scratch_apply(check->scratch, mail, &step->commit, &step->why);
	*applies = !err && !oid_is_none(&step->commit);
	if (*applies)
		err = find_claims(step, str_span(&mail->message));
	if (!err && *applies && check->n > spec->unchecked)
		err = check_step(check, spec, step);
	return err;
}

static struct err *find_base(struct mail_check *check, const struct mail_check_spec *spec)
{
	struct repo *repo = spec->verify.repo;
	const char *named = mail_scratch_base(check->scratch);
	struct err *err;

	if (spec->base) {
		check->base_from = "as you said";
		return repo_commit_of(repo, spec->base, &check->base);
	}
	if (named) {
		check->base_from = "named by the series";
		err = repo_commit_of(repo, named, &check->base);
		return err_hint(err_wrap(err_as(err, ERR_INPUT), "the series' base"),
				"git fetch, or --base <rev>");
	}
	check->base_from = "the upstream";
	err = repo_commit_of(repo, "@{upstream}", &check->base);
	if (!err || err_is_signal(err))
		return err;
	err_drop(err);
	check->base_from = "HEAD";
	return repo_commit_of(repo, "HEAD", &check->base);
}

struct err *mail_check_run(struct mail_check *out, const struct mail_check_spec *spec)
{
	const struct scratch_mail *mails;
	bool applies = true;
	size_t n;
	struct err *err;

	*out = (struct mail_check){ 0 };
	err = mail_scratch_new(&out->scratch, spec->verify.repo, spec->files, spec->n_files);
	if (!err)
		err = find_base(out, spec);
	if (!err)
		err = mail_scratch_start(out->scratch, &out->base);
	if (err)
		return err;
	n = mail_scratch_mails(out->scratch, &mails);
	out->steps = calloc(n ? n : 1, sizeof(*out->steps));
	if (!out->steps)
		return err_nomem();
	for (size_t i = 0; !err && applies && i < n; i++)
		if (mails[i].has_patch)
			err = take_step(out, spec, &mails[i], &applies);
	if (!err && !out->n)
		err = err_new(ERR_INPUT, "there is no patch in what was given");
	return err;
}

void mail_check_release(struct mail_check *check)
{
	for (size_t i = 0; i < check->n; i++) {
		struct mail_step *step = &check->steps[i];

		for (size_t c = 0; c < step->n_claims; c++)
			free(step->claims[c].text);
		free(step->claims);
		free(step->subject);
		str_release(&step->why);
		verification_release(&step->checks);
		verification_release(&step->checkpatch);
	}
	free(check->steps);
	verification_release(&check->on_base);
	mail_scratch_free(check->scratch);
	*check = (struct mail_check){ 0 };
}
