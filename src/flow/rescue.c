/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/rescue.h"

#include "context/quote.h"

#define EDIT_MAX_BYTES ((size_t)1 << 20)

static void add_part(struct str *out, const char *title, struct span text)
{
	const struct quote quote = { title, text };

	quote_add(out, &quote);
}

static void add_position(struct str *out, const struct edit *edit)
{
	switch (edit->position) {
	case POSITION_BEFORE:
		add_part(out, "before this:", edit->anchor);
		break;
	case POSITION_AFTER:
		add_part(out, "after this:", edit->anchor);
		break;
	case POSITION_START:
		str_adds(out, "at the start of the file.\n");
		break;
	case POSITION_END:
	case POSITION_NONE:
	case EDIT_POSITIONS:
		str_adds(out, "at the end of the file.\n");
		break;
	}
}

static void describe(const struct edit *edit, struct str *out)
{
	switch (edit->kind) {
	case EDIT_REPLACE:
		add_part(out, edit->regex ? "Replace what this regular expression matches:" :
					    "Replace this:", edit->find);
		add_part(out, "by this:", edit->replace);
		break;
	case EDIT_REMOVE_LINE:
		add_part(out, "Remove the line that has this:", edit->find);
		break;
	case EDIT_ADD_LINE:
		add_part(out, "Add this:", edit->line_content);
		add_position(out, edit);
		break;
	case EDIT_ADD_IMPORT:
		add_part(out, "Add this import where it belongs:", edit->import_line);
		break;
	default:
		break;
	}
}

struct err *rescue_action(const struct templates *templates, const struct edit *edit,
			  const struct edit_result *failed, struct str *out)
{
	struct str text = STR_INIT(EDIT_MAX_BYTES);
	struct template tpl;
	struct template_value values[] = {
		{ "edit", { 0 } },
		{ "reason", str_span(&failed->reason) },
	};
	struct err *err;

	describe(edit, &text);
	err = str_err(&text, "edit");
	values[0].value = str_span(&text);
	if (!err)
		err = template_find(&tpl, templates, "prompts/rescue.txt");
	if (!err)
		err = template_fill(out, &tpl, values, ARRAY_SIZE(values));
	str_release(&text);
	return err;
}
