/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What linters write: ruff --output-format=json (columns count characters) and
 * eslint -f json (columns and ranges count UTF-16 code units, as JavaScript does).
 */
#include "issue/forms.h"

#include <string.h>

#define TEXT_MAX_BYTES ((size_t)64 << 10)

static struct err *array_of(struct json_doc **doc, struct span text, const char *tool)
{
	struct err *err = form_json(doc, text);

	if (!err && !json_is_array(json_root(*doc)))
		err = err_new(ERR_INPUT, "%s: expected an array", tool);
	return err;
}

static struct err *describe(struct intake *in, struct diag *diag, struct span code,
			    struct span message)
{
	struct err *err = intake_message(in, message, &diag->message);

	diag->text = diag->message;
	diag->code = arena_dup(&in->diags->arena, code);
	if (!err && !diag->code)
		err = arena_err(&in->diags->arena, "diagnostics");
	return err;
}

static bool ruff_place(struct intake *in, const char *file, const json_node *at,
		       size_t *line, size_t *column)
{
	*line = member_number(at, "row", 0);
	return *line && intake_column(in, file, *line, member_number(at, "column", 0),
				      false, column);
}

static struct err *ruff_fix(struct intake *in, size_t index, const char *file,
			    const json_node *fix)
{
	const json_node *edits = json_get(fix, "edits");
	struct span applicability = member_text(fix, "applicability");

	/* "automatic" is what "safe" was called before ruff 0.1. */
	if (index == DIAG_NONE ||
	    (!span_eqs(applicability, "safe") && !span_eqs(applicability, "automatic")))
		return NULL;
	for (size_t i = 0; i < json_count(edits); i++) {
		const json_node *edit = json_at(edits, i);
		struct fixit f = { .file = file };
		struct err *err;

		if (!ruff_place(in, file, json_get(edit, "location"), &f.line,
				&f.column) ||
		    !ruff_place(in, file, json_get(edit, "end_location"), &f.end_line,
				&f.end_column)) {
			in->diags->v[index].n_fixits = 0;
			return NULL;
		}
		err = intake_copy(in, member_text(edit, "content"), 0, &f.text);
		if (!err)
			err = intake_fixit(in, index, &f);
		if (err)
			return err;
	}
	return NULL;
}

static struct err *ruff_finding(struct intake *in, const json_node *node)
{
	struct diag diag = { .tool = "ruff", .severity = DIAG_ERROR, .automatic = true };
	const json_node *at = json_get(node, "location");
	struct err *err;
	size_t index;

	err = intake_path(in, "", member_text(node, "filename"), &diag.file);
	if (!err)
		err = describe(in, &diag, member_text(node, "code"),
			       member_text(node, "message"));
	if (err)
		return err;
	diag.line = member_number(at, "row", 0);
	if (!ruff_place(in, diag.file, at, &diag.line, &diag.column))
		diag.column = 0;
	err = intake_add(in, &diag, &index);
	/* In a notebook lines are of a cell, not of the file. */
	if (!err && json_is_null(json_get(node, "cell")))
		err = ruff_fix(in, index, diag.file, json_get(node, "fix"));
	return err;
}

struct err *ruff_json_parse(struct intake *in, struct span text)
{
	struct json_doc *doc = NULL;
	struct err *err = array_of(&doc, text, "ruff's findings");
	const json_node *root;

	if (!err) {
		root = json_root(doc);
		for (size_t i = 0; !err && i < json_count(root); i++)
			err = ruff_finding(in, json_at(root, i));
	}
	json_free(doc);
	return err;
}

static struct err *eslint_fix(struct intake *in, size_t index, const char *file,
			      const json_node *fix)
{
	const json_node *range = json_get(fix, "range");
	struct fixit f = { 0 };
	struct span bytes;
	int64_t from, to;
	size_t start, end;
	struct err *err;

	if (index == DIAG_NONE || !json_int_of(json_at(range, 0), &from) ||
	    !json_int_of(json_at(range, 1), &to) || from < 0 || to < from)
		return NULL;
	if (!intake_bytes(in, file, &bytes) ||
	    !byte_of_utf16(bytes, (size_t)from, &start) ||
	    !byte_of_utf16(bytes, (size_t)to, &end) ||
	    !intake_range(in, file, start, end, &f))
		return NULL;
	err = intake_copy(in, member_text(fix, "text"), 0, &f.text);
	if (!err)
		err = intake_fixit(in, index, &f);
	return err;
}

static struct err *eslint_message(struct intake *in, const char *file, struct span source,
				  const json_node *node)
{
	struct diag diag = { .tool = "eslint", .file = file, .automatic = true };
	struct err *err;
	struct span line;
	size_t index;

	diag.severity =
		member_number(node, "severity", 2) == 2 ? DIAG_ERROR : DIAG_WARNING;
	diag.line = member_number(node, "line", 0);
	if (!intake_column(in, file, diag.line, member_number(node, "column", 0), true,
			   &diag.column))
		diag.column = 0;
	err = describe(in, &diag, member_text(node, "ruleId"),
		       member_text(node, "message"));
	if (!err && line_of(source, diag.line, &line))
		err = intake_copy(in, line, TEXT_MAX_BYTES, &diag.source);
	if (!err)
		err = intake_add(in, &diag, &index);
	if (!err)
		err = eslint_fix(in, index, file, json_get(node, "fix"));
	return err;
}

struct err *eslint_json_parse(struct intake *in, struct span text)
{
	struct json_doc *doc = NULL;
	struct err *err = array_of(&doc, text, "eslint's results");
	const json_node *root;

	root = err ? NULL : json_root(doc);
	for (size_t i = 0; !err && i < json_count(root); i++) {
		const json_node *result = json_at(root, i);
		const json_node *messages = json_get(result, "messages");
		const char *file;

		err = intake_path(in, "", member_text(result, "filePath"), &file);
		for (size_t k = 0; !err && k < json_count(messages); k++)
			err = eslint_message(in, file, member_text(result, "source"),
					     json_at(messages, k));
	}
	json_free(doc);
	return err;
}
