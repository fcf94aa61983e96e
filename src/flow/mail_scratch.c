/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/mail_scratch.h"

#include <stdlib.h>
#include <string.h>

#include "mail/am_repo.h"
#include "repo/quarantine.h"
#include "repo/record.h"
#include "sys/file.h"

#define PATH_BYTES 8192
#define INFO_MAX_BYTES ((size_t)1 << 20)
#define NO_INPUT ((struct span){ NULL, 0 })
#define BASE_TRAILER "base-commit: "
#define SHA1_HEX 40
#define OID_HEX_MAX 64

struct mail_scratch {
	struct repo *repo;
	struct record *record;
	struct am_repo am;
	struct scratch_mail *mails;
	size_t n;
	char base[OID_HEX_MAX + 1]; /* "" if none is named */
};

/* <run>/<name>, a folder that is made if make is set. */
static struct err *below(struct mail_scratch *s, const char *name, bool make, struct str *out)
{
	struct err *err;

	str_reset(out);
	str_addf(out, "%s/%s", record_dir(s->record), name);
	err = str_err(out, "path");
	return !err && make ? file_mkdirs(out->buf, 0700) : err;
}

static struct err *make_repository(struct mail_scratch *s)
{
	struct str dir = STR_INIT(PATH_BYTES), objects = STR_INIT(PATH_BYTES);
	struct oid head;
	struct err *err = repo_commit_of(s->repo, "HEAD", &head);

	if (!err)
		err = below(s, "mail", false, &dir);
	if (!err)
		err = below(s, "objects", false, &objects);
	if (!err)
		err = am_repo_make(&s->am, s->repo, dir.buf, objects.buf, &head);
	str_release(&dir);
	str_release(&objects);
	return err;
}

/* Mails. */

static void note_base(struct mail_scratch *s, struct span text)
{
	struct span line;

	while (!*s->base && span_line(&text, &line)) {
		struct span id;

		if (!span_starts(line, BASE_TRAILER))
			continue;
		id = span_trim(span_cut(line, strlen(BASE_TRAILER), line.len));
		if (id.len < SHA1_HEX || id.len > OID_HEX_MAX)
			continue;
		memcpy(s->base, id.ptr, id.len);
		s->base[id.len] = '\0';
		if (strspn(s->base, "0123456789abcdef") != id.len)
			*s->base = '\0';
	}
}

static void take_subject(struct span info, struct str *out)
{
	struct span line;

	while (span_line(&info, &line))
		if (span_starts(line, "Subject: "))
			str_add_span(out, span_cut(line, strlen("Subject: "), line.len));
	if (!out->len)
		str_adds(out, "(no subject)");
}

static bool is_patch_line(struct span line)
{
	return span_starts(line, "diff --git ") || span_starts(line, "--- ") ||
	       span_starts(line, "Index: ");
}

static bool has_patch(struct span text)
{
	struct span line;

	while (span_line(&text, &line))
		if (is_patch_line(line))
			return true;
	return false;
}

static struct err *read_mail(struct mail_scratch *s, struct scratch_mail *mail)
{
	struct str text = STR_INIT(MAIL_MAX_BYTES), info = STR_INIT(INFO_MAX_BYTES);
	struct str msg_path = STR_INIT(PATH_BYTES), patch_path = STR_INIT(PATH_BYTES);
	struct str patch = STR_INIT(MAIL_MAX_BYTES);
	struct err *err = file_read(mail->path.buf, &text);

	str_addf(&msg_path, "%s.msg", mail->path.buf);
	str_addf(&patch_path, "%s.patch", mail->path.buf);
	err = err_first(err, err_first(str_err(&msg_path, "mail"),
				       str_err(&patch_path, "mail")));
	if (!err) {
		const char *const args[] = { "mailinfo", "-u", msg_path.buf, patch_path.buf,
					     NULL };

		err = am_repo_git(&s->am, args, str_span(&text), &info);
	}
	if (!err)
		err = file_read(msg_path.buf, &mail->message);
	if (!err)
		err = file_read(patch_path.buf, &patch);
	if (!err) {
		take_subject(str_span(&info), &mail->subject);
		mail->has_patch = has_patch(str_span(&patch));
		mail->has_cr = span_findc(str_span(&text), '\r', 0) >= 0;
		str_add_span(&mail->message, str_span(&patch));
		note_base(s, str_span(&mail->message));
		err = err_first(str_err(&mail->message, "mail"),
				str_err(&mail->subject, "subject"));
	}
	str_release(&text);
	str_release(&info);
	str_release(&msg_path);
	str_release(&patch_path);
	str_release(&patch);
	return err;
}

static struct err *add_mail(struct mail_scratch *s, const char *dir, size_t number)
{
	struct scratch_mail *grown, *mail;

	if (s->n == SCRATCH_MAILS_MAX)
		return err_new(ERR_INPUT, "more than %d mails", SCRATCH_MAILS_MAX);
	grown = realloc(s->mails, (s->n + 1) * sizeof(*grown));
	if (!grown)
		return err_nomem();
	s->mails = grown;
	mail = &grown[s->n++];
	*mail = (struct scratch_mail){ 0 };
	str_init(&mail->path, PATH_BYTES);
	str_init(&mail->subject, INFO_MAX_BYTES);
	str_init(&mail->message, 2 * MAIL_MAX_BYTES);
	str_addf(&mail->path, "%s/%04zu", dir, number);
	return read_mail(s, mail);
}

static struct err *split_file(struct mail_scratch *s, struct span text, size_t number)
{
	struct str dir = STR_INIT(PATH_BYTES), file = STR_INIT(PATH_BYTES);
	struct str out = STR_INIT(INFO_MAX_BYTES), name = STR_INIT(PATH_BYTES);
	struct str option = STR_INIT(PATH_BYTES);
	size_t count = 0;
	struct err *err;

	str_addf(&name, "mail/in/%zu", number);
	err = below(s, name.buf, true, &dir);
	str_addf(&file, "%s/whole", dir.buf);
	str_addf(&option, "-o%s", dir.buf);
	err = err_first(err, err_first(str_err(&file, "mail"), str_err(&option, "mail")));
	if (!err)
		err = file_write(file.buf, text, 0600);
	if (!err) {
		const char *const args[] = { "mailsplit",  "-d4",    "-b", "--keep-cr",
					     option.buf,   "--",     file.buf, NULL };

		err = err_as(am_repo_git(&s->am, args, NO_INPUT, &out), ERR_INPUT);
	}
	if (!err && !span_number(span_trim(str_span(&out)), SCRATCH_MAILS_MAX, &count))
		err = err_new(ERR_INPUT, "more than %d mails", SCRATCH_MAILS_MAX);
	for (size_t i = 1; !err && i <= count; i++)
		err = add_mail(s, dir.buf, i);
	str_release(&dir);
	str_release(&file);
	str_release(&out);
	str_release(&name);
	str_release(&option);
	return err;
}

struct err *mail_scratch_new(struct mail_scratch **out, struct repo *repo,
			     const struct span *files, size_t n)
{
	struct mail_scratch *s = calloc(1, sizeof(*s));
	struct err *err;

	*out = s;
	if (!s)
		return err_nomem();
	s->repo = repo;
	err = record_new(&s->record, repo);
	if (!err)
		err = repo_quarantine(repo, record_dir(s->record));
	if (!err)
		err = make_repository(s);
	for (size_t i = 0; !err && i < n; i++)
		err = split_file(s, files[i], i);
	return err;
}

void mail_scratch_free(struct mail_scratch *s)
{
	struct str dir = STR_INIT(PATH_BYTES);

	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		str_release(&s->mails[i].path);
		str_release(&s->mails[i].subject);
		str_release(&s->mails[i].message);
	}
	free(s->mails);
	am_repo_release(&s->am);
	if (s->record) {
		str_adds(&dir, record_dir(s->record));
		record_close(s->record);
		/* No run: there is nothing to show of it. What stays is gc's. */
		err_drop(file_remove_tree(dir.buf));
	}
	str_release(&dir);
	free(s);
}

size_t mail_scratch_mails(const struct mail_scratch *s, const struct scratch_mail **mails)
{
	*mails = s->mails;
	return s->n;
}

const char *mail_scratch_base(const struct mail_scratch *s)
{
	return *s->base ? s->base : NULL;
}

struct err *mail_scratch_start(struct mail_scratch *s, const struct oid *base)
{
	return am_repo_start(&s->am, base);
}

/* refused: git am's words, NULL if it applied. */
static struct err *am(struct mail_scratch *s, const struct scratch_mail *mail, bool keep_cr,
		      struct err **refused)
{
	static const char *const undo[] = { "am", "--abort", NULL };
	const char *const args[] = { "am", "-q", keep_cr ? "--keep-cr" : "--no-keep-cr",
				     "--", mail->path.buf, NULL };
	struct err *err;

	*refused = am_repo_git(&s->am, args, NO_INPUT, NULL);
	if (!*refused)
		return NULL;
	if (err_is_signal(*refused)) {
		err = *refused;
		*refused = NULL;
		return err;
	}
	/* A mail that is none leaves nothing to abort. */
	err = am_repo_git(&s->am, undo, NO_INPUT, NULL);
	if (err_is_signal(err))
		return err;
	err_drop(err);
	return NULL;
}

struct err *mail_scratch_apply(struct mail_scratch *s, const struct scratch_mail *mail,
			       struct oid *commit, struct str *why)
{
	static const char *const head[] = { "rev-parse", "HEAD", NULL };
	struct str text = STR_INIT(PATH_BYTES);
	struct err *refused, *again = NULL;
	struct span line;
	struct err *err = am(s, mail, false, &refused);

	*commit = (struct oid){ "" };
	if (!err && refused && mail->has_cr) {
		err = am(s, mail, true, &again);
		if (!err && !again) {
			err_drop(refused);
			refused = NULL;
			str_adds(why, "it needs git am --keep-cr");
		}
		err_drop(again);
	}
	if (err || refused) {
		if (refused)
			str_adds(why, err_text(refused));
		goto out;
	}
	err = am_repo_git(&s->am, head, NO_INPUT, &text);
	line = span_trim(str_span(&text));
	if (!err && line.len < sizeof(commit->hex))
		memcpy(commit->hex, line.ptr, line.len);
out:
	err_drop(refused);
	str_release(&text);
	return err;
}
