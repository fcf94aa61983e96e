/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gcc -fdiagnostics-format=json, gcc 9 to 14: an array for each compilation. See
 * "Options to Control Diagnostic Messages Formatting" in gcc's manual; columns
 * are display columns since gcc 11, which has "byte-column" beside them.
 */
#include "issue/forms.h"

#include <string.h>

#include "base/str.h"

#define TEXT_MAX_BYTES ((size_t)64 << 10)

static struct err *place(struct intake *in, const json_node *at, const char **file,
			 size_t *line, size_t *column)
{
	*line = member_number(at, "line", 0);
	*column = member_number(at, "byte-column", member_number(at, "column", 0));
	return intake_path(in, "", member_text(at, "file"), file);
}

static struct err *add_fixits(struct intake *in, size_t index, const json_node *list)
{
	for (size_t i = 0; i < json_count(list); i++) {
		const json_node *node = json_at(list, i);
		struct fixit f = { 0 };
		const char *end_file;
		struct err *err;

		err = place(in, json_get(node, "start"), &f.file, &f.line, &f.column);
		if (!err)
			err = place(in, json_get(node, "next"), &end_file, &f.end_line,
				    &f.end_column);
		if (!err)
			err = intake_copy(in, member_text(node, "string"), 0, &f.text);
		if (!err)
			err = intake_fixit(in, index, &f);
		if (err)
			return err;
	}
	return NULL;
}

static enum diag_severity severity_of(struct span kind)
{
	if (span_eqs(kind, "warning"))
		return DIAG_WARNING;
	return span_eqs(kind, "note") ? DIAG_NOTE : DIAG_ERROR;
}

static struct err *code_of(struct intake *in, const json_node *node, const char **out)
{
	struct span option = member_text(node, "option");

	if (span_starts(option, "-Werror="))
		*out = arena_printf(&in->diags->arena, "-W%.*s", (int)option.len - 8,
				    option.ptr + 8);
	else
		*out = arena_dup(&in->diags->arena, option);
	return *out ? NULL : arena_err(&in->diags->arena, "diagnostics");
}

/* The message and those of its notes, as gcc would have printed them. */
static struct err *text_of(struct intake *in, const json_node *node, struct span *out)
{
	const json_node *children = json_get(node, "children");
	struct str text = STR_INIT(TEXT_MAX_BYTES);
	struct err *err;

	str_add_span(&text, member_text(node, "message"));
	for (size_t i = 0; i < json_count(children); i++) {
		str_adds(&text, "\nnote: ");
		str_add_span(&text, member_text(json_at(children, i), "message"));
	}
	err = intake_copy(in, str_span(&text), 0, out);
	str_release(&text);
	return err;
}

static struct err *add_one(struct intake *in, const json_node *node)
{
	struct diag diag = { .tool = "gcc" };
	const json_node *at = json_at(json_get(node, "locations"), 0);
	struct err *err;
	size_t index;

	diag.severity = severity_of(member_text(node, "kind"));
	err = place(in, json_get(at, "caret"), &diag.file, &diag.line, &diag.column);
	if (!err)
		err = code_of(in, node, &diag.code);
	if (!err)
		err = intake_message(in, member_text(node, "message"), &diag.message);
	if (!err)
		err = text_of(in, node, &diag.text);
	if (!err)
		err = intake_add(in, &diag, &index);
	if (!err)
		err = add_fixits(in, index, json_get(node, "fixits"));
	return err;
}

static struct err *add_diagnostic(struct intake *in, const json_node *node)
{
	const json_node *children = json_get(node, "children");
	struct err *err = add_one(in, node);

	for (size_t i = 0; !err && i < json_count(children); i++)
		err = add_one(in, json_at(children, i));
	return err;
}

static struct err *add_document(struct intake *in, struct span text)
{
	struct json_doc *doc = NULL;
	struct err *err = form_json(&doc, text);
	const json_node *root;

	if (!err) {
		root = json_root(doc);
		for (size_t i = 0; !err && i < json_count(root); i++)
			err = add_diagnostic(in, json_at(root, i));
	}
	json_free(doc);
	return err;
}

/* The rest of a build's output may stand between the arrays, each a line. */
struct err *gcc_json_parse(struct intake *in, struct span text)
{
	struct err *first = add_document(in, text), *err = NULL;
	struct span rest = text, line;
	size_t n = 0;

	if (!first)
		return NULL;
	while (!err && span_line(&rest, &line)) {
		line = span_trim(line);
		if (!span_starts(line, "[{") && !span_eqs(line, "[]"))
			continue;
		err = add_document(in, line);
		n++;
	}
	if (!n && !err)
		return first;
	err_drop(first);
	return err;
}
