/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/input.h"

#include <string.h>

#include "issue/diag.h"
#include "plan/decode.h"
#include "sys/file.h"

#define ISSUE_MAX_BYTES ((size_t)64 << 20)

void input_init(struct input *input)
{
	*input = (struct input){ 0 };
	str_init(&input->raw, ISSUE_MAX_BYTES);
	issue_text_init(&input->text);
	plan_init(&input->plan);
}

void input_release(struct input *input)
{
	str_release(&input->raw);
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

static bool is_forge_number(const char *argument)
{
	const char *digits = argument + (*argument == '#');
	size_t number;

	return span_number(span_of(digits), 1000000000, &number);
}

static struct err *refuse_forge(const char *argument)
{
	return err_hint(err_new(ERR_INPUT, "'%s' names an issue on a forge, which this "
				"version does not fetch", argument),
			"git dualfix -m <text>, or a file%s",
			is_forge_number(argument) ? " (./7 for one whose name is a number)" : "");
}

struct err *input_read_issue(struct input *input, const char *argument, const char *root)
{
	const char *name = strcmp(argument, "-") ? argument : "stdin";
	struct err *err;

	if (is_forge_number(argument) || !strncmp(argument, "https://", 8) ||
	    !strncmp(argument, "http://", 7))
		return refuse_forge(argument);
	err = file_read(argument, &input->raw);
	if (err)
		return err_hint(err, "git dualfix -h says what an issue can be");
	if (!span_trim(str_span(&input->raw)).len)
		return err_new(ERR_INPUT, "%s: the issue is empty", name);
	err = look_for_reports(input, root);
	if (err)
		return err_wrap(err, "%s", name);
	return use_text(input, name, str_span(&input->raw));
}

struct err *input_take_message(struct input *input, struct span message)
{
	if (!span_trim(message).len)
		return err_new(ERR_USAGE, "the message is empty");
	str_add_span(&input->raw, message);
	return use_text(input, "-m", str_span(&input->raw));
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
