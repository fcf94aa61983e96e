/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/input.h"

#include <string.h>

#include "issue/diag.h"
#include "plan/decode.h"
#include "sys/file.h"

#define ISSUE_MAX_BYTES ((size_t)64 << 20)
#define ADDRESS_MAX_BYTES 8192

void input_init(struct input *input)
{
	*input = (struct input){ 0 };
	str_init(&input->raw, ISSUE_MAX_BYTES);
	str_init(&input->address, ADDRESS_MAX_BYTES);
	issue_text_init(&input->text);
	plan_init(&input->plan);
}

void input_release(struct input *input)
{
	str_release(&input->raw);
	str_release(&input->address);
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
	if (err)
		return err;
	input->run.address = input->address.buf;
	return use_raw(input, argument, repo_work_tree(s->repo));
}

struct err *input_read_issue(struct input *input, struct session *s, const char *argument)
{
	struct err *err;

	if (forge_is_issue(argument))
		return fetch_issue(input, s, argument);
	err = file_read(argument, &input->raw);
	if (err)
		return err_hint(err, "git dualfix -h says what an issue can be");
	return use_raw(input, strcmp(argument, "-") ? argument : "stdin",
		       repo_work_tree(s->repo));
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

	if (!err)
		err = plan_decode(&input->plan, str_span(&text));
	str_release(&text);
	if (err)
		return err_wrap(err, "%s", strcmp(path, "-") ? path : "stdin");
	input->run.plans = &input->plan;
	input->run.n_plans = 1;
	return NULL;
}
