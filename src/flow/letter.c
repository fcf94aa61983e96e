/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/letter.h"

#include "mail/message.h"

#define TEXT_MAX_BYTES ((size_t)256 * 1024)

void letter_notes(const struct report *report, struct str *out)
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
	str_addf(out, "- base: %s\n", report->base.hex);
	str_addf(out, "- tree: %s\n", report->tree.hex);
}

/* Of each plan what it says of its cause, once. */
static void add_reasons(const struct letter_spec *spec, struct str *out)
{
	for (size_t i = 0; i < spec->n_landings; i++) {
		struct span why = spec->landings[i].why;

		if (!why.len)
			why = spec->landings[i].body;
		if (!why.len || span_find(str_span(out), why, 0) >= 0)
			continue;
		str_adds(out, out->len ? "\n\n" : "");
		str_add_span(out, why);
	}
}

static void add_issue(const struct letter_spec *spec, struct str *out)
{
	if (spec->title && spec->address)
		str_addf(out, "%s\n%s", spec->title, spec->address);
	else if (spec->title || spec->address)
		str_adds(out, spec->title ? spec->title : spec->address);
}

struct err *letter_cover(const struct letter_spec *spec, struct str *subject,
			 struct str *body)
{
	struct str why = STR_INIT(TEXT_MAX_BYTES), issue = STR_INIT(TEXT_MAX_BYTES);
	struct str text = STR_INIT(4 * TEXT_MAX_BYTES), first = STR_INIT(TEXT_MAX_BYTES);
	struct template_value values[] = {
		{ "issue", { NULL, 0 } },
		{ "why", { NULL, 0 } },
		{ "notes", spec->notes },
	};
	struct template tpl;
	struct err *err = template_find(&tpl, spec->templates, "mail/cover.txt");

	add_issue(spec, &issue);
	add_reasons(spec, &why);
	err = err_first(err, err_first(str_err(&issue, "issue"), str_err(&why, "plan")));
	values[0].value = str_span(&issue);
	values[1].value = str_span(&why);
	if (!err)
		err = template_fill(&text, &tpl, values, ARRAY_SIZE(values));
	if (err)
		goto out;
	message_body(str_span(&text), body);
	message_subject(spec->landings[0].subject, "apply several plans", &first);
	message_subject(span_of(spec->title ? spec->title : ""), first.buf, subject);
	err = err_first(str_err(&text, "cover letter"), str_err(subject, "subject"));
out:
	str_release(&why);
	str_release(&issue);
	str_release(&text);
	str_release(&first);
	return err ? err : str_err(body, "cover letter");
}
