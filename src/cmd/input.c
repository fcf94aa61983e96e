/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/input.h"

#include <string.h>

#include "forge/thread.h"
#include "issue/diag.h"
#include "issue/mail.h"
#include "plan/decode.h"
#include "sys/charset.h"
#include "sys/file.h"

#define ISSUE_MAX_BYTES ((size_t)64 << 20)
#define ADDRESS_MAX_BYTES 8192

void input_init(struct input *input)
{
	*input = (struct input){ 0 };
	str_init(&input->raw, ISSUE_MAX_BYTES);
	str_init(&input->address, ADDRESS_MAX_BYTES);
	str_init(&input->message_id, ADDRESS_MAX_BYTES);
	issue_text_init(&input->text);
	plan_init(&input->plan);
}

void input_release(struct input *input)
{
	str_release(&input->raw);
	str_release(&input->address);
	str_release(&input->message_id);
	issue_text_release(&input->text);
	plan_release(&input->plan);
}

static struct err *nothing_to_count_in(void *ctx, const char *path, struct span *out)
{
	(void)ctx;
	(void)path;
	*out = (struct span){ 0 };
	return NULL;
}

/* Whether there are any, and well-formed. The run reads them with the base at hand. */
static struct err *look_for_reports(struct input *input, const char *root)
{
	struct span raw = str_span(&input->raw);
	struct diags diags;
	struct err *err;

	diags_init(&diags);
	input->run.form = diag_form_of(raw);
	input->run.root = root;
	err = diag_parse(&diags, raw, input->run.form, root, nothing_to_count_in, NULL);
	input->run.reports = diags.n;
	diags_release(&diags);
	return err;
}

static struct err *use_text(struct input *input, const char *name, struct span raw)
{
	struct err *err = issue_text_read(&input->text, raw);

	if (err)
		return err_wrap(err, "%s", name);
	input->run.title = input->text.title;
	input->run.slug = input->text.slug;
	input->run.text = str_span(&input->text.text);
	input->run.raw = raw;
	return NULL;
}

/* root is the folder that paths in logs are relative to. */
static struct err *use_raw(struct input *input, const char *name, const char *root)
{
	struct span raw = str_span(&input->raw);
	struct err *err;

	if (!span_trim(raw).len)
		return err_new(ERR_INPUT, "%s: the issue is empty", name);
	err = look_for_reports(input, root);
	if (err)
		return err_wrap(err, "%s", name);
	return use_text(input, name, raw);
}

static struct err *fetch_issue(struct input *input, struct session *s, const char *argument)
{
	struct forge_env forge;
	struct err *err = session_forge(s, &forge);

	if (!err)
		err = forge_read(&input->raw, &input->address, argument, &forge);
	if (err && file_exists(argument))
		terminal_note(&s->terminal, "for the file '%s' say ./%s", argument, argument);
	if (err)
		return err;
	input->run.address = input->address.buf;
	return use_raw(input, argument, repo_work_tree(s->repo));
}

static struct note note_of(const struct mail *mail, struct span body)
{
	if (!span_trim(body).len && mail->html)
		body = SPAN("[there is only HTML, which is not read]");
	return (struct note){ .author = mail->author, .date = mail->day, .body = body,
			      .cut = mail->cut };
}

/* What opens the thread is borrowed, cut to what a comment may have. */
static struct err *add_mail(struct thread *thread, const struct mail *mail, bool opens)
{
	struct note body = note_of(mail, mail->body), more = note_of(mail, mail->attached);
	struct err *err = NULL;

	if (opens) {
		body.cut |= body.body.len > THREAD_PIECE_MAX_BYTES;
		body.body = thread_copy(thread, body.body);
		thread->first = body;
		if (!body.body.ptr)
			err = arena_err(&thread->arena, "mail");
	} else {
		err = thread_add(thread, &body);
	}
	if (!err && mail->attached.len)
		err = thread_add(thread, &more);
	return err;
}

/* A mailbox as a forge's thread is shown: who said what when, without quotations. */
static struct err *mail_to_text(const struct mailbox *box, struct str *out)
{
	struct thread thread;
	struct err *err = NULL;

	thread_init(&thread);
	thread.title = box->v[0].subject.len ? box->v[0].subject :
					       SPAN("a mail without a subject");
	thread.left_out = box->left_out;
	for (size_t i = 0; !err && i < box->n; i++)
		err = add_mail(&thread, &box->v[i], i == 0);
	if (!err)
		err = thread_text(&thread, out);
	thread_release(&thread);
	return err;
}

static struct err *read_mail(struct input *input, const char *name)
{
	static const struct mail_charsets charsets = { NULL, charset_to_utf8 };
	struct mailbox box;
	struct err *err;

	mailbox_init(&box);
	err = mailbox_read(&box, str_span(&input->raw), &charsets);
	if (!err) {
		str_reset(&input->raw);
		err = mail_to_text(&box, &input->raw);
	}
	if (!err && box.v[0].id.len) {
		str_add_span(&input->message_id, box.v[0].id);
		input->run.in_reply_to = input->message_id.buf;
		err = str_err(&input->message_id, "Message-ID");
	}
	mailbox_release(&box);
	return err ? err_wrap(err, "%s", name) : NULL;
}

struct err *input_read_issue(struct input *input, struct session *s, const char *argument)
{
	const char *name;
	struct err *err;

	if (forge_is_issue(argument))
		return fetch_issue(input, s, argument);
	err = file_read(argument, &input->raw);
	if (err)
		return err_hint(err, "git dualfix -h says what an issue can be");
	name = strcmp(argument, "-") ? argument : "stdin";
	if (mail_is(str_span(&input->raw)))
		err = read_mail(input, name);
	return err ? err : use_raw(input, name, repo_work_tree(s->repo));
}

struct err *input_take_message(struct input *input, struct session *s, struct span message)
{
	struct err *err;

	if (!span_trim(message).len)
		return err_new(ERR_USAGE, "the message is empty");
	str_add_span(&input->raw, message);
	err = str_err(&input->raw, "-m");
	if (err)
		return err;
	return use_raw(input, "-m", repo_work_tree(s->repo));
}

struct err *input_take_failing(struct input *input)
{
	input->run.failing = true;
	input->run.slug = "failing";
	return NULL;
}

struct err *input_read_plan(struct input *input, const char *path)
{
	struct str text = STR_INIT(PLAN_MAX_BYTES + 1);
	struct err *err = file_read(path, &text);

	if (!err) {
		err = plan_decode(&input->plan, str_span(&text));
		if (err)
			err = err_wrap(err, "%s", strcmp(path, "-") ? path : "stdin");
	}
	str_release(&text);
	if (err)
		return err;
	input->run.plans = &input->plan;
	input->run.n_plans = 1;
	return NULL;
}
