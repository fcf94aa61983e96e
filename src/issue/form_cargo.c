/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cargo --message-format=json and rustc --error-format=json: an object for each
 * line. See "JSON Output" in the rustc book; columns count characters.
 */
#include "issue/forms.h"

#include <string.h>

#define TEXT_MAX_BYTES ((size_t)64 << 10)

static enum diag_severity severity_of(struct span level)
{
	if (span_eqs(level, "warning"))
		return DIAG_WARNING;
	return span_starts(level, "error") ? DIAG_ERROR : DIAG_NOTE;
}

static const json_node *primary_span(const json_node *message)
{
	const json_node *spans = json_get(message, "spans");
	bool primary;

	for (size_t i = 0; i < json_count(spans); i++) {
		primary = false;
		json_bool_of(json_get(json_at(spans, i), "is_primary"), &primary);
		if (primary)
			return json_at(spans, i);
	}
	return NULL;
}

/* The column in bytes, counted in the lines that the span quotes, or in the file. */
static bool column_of(struct intake *in, const char *file, const json_node *span,
		      bool end, size_t *out)
{
	const json_node *text = json_get(span, "text");
	size_t line = member_number(span, end ? "line_end" : "line_start", 0);
	size_t column = member_number(span, end ? "column_end" : "column_start", 0);
	size_t n = json_count(text);

	if (!column || !line)
		return false;
	if (column == 1) {
		*out = 1;
		return true;
	}
	if (!n)
		return intake_column(in, file, line, column, false, out);
	*out = column_of_character(member_text(json_at(text, end ? n - 1 : 0), "text"),
				   column, false);
	return true;
}

static bool is_automatic(const json_node *span)
{
	return span_eqs(member_text(span, "suggestion_applicability"),
			"MachineApplicable");
}

static struct err *add_suggestions(struct intake *in, size_t index,
				   const json_node *spans)
{
	for (size_t i = 0; i < json_count(spans); i++) {
		const json_node *span = json_at(spans, i);
		struct fixit f = { 0 };
		struct err *err;

		err = intake_path(in, "", member_text(span, "file_name"), &f.file);
		if (!err)
			err = intake_copy(in, member_text(span, "suggested_replacement"),
					  0, &f.text);
		if (err)
			return err;
		f.line = member_number(span, "line_start", 0);
		f.end_line = member_number(span, "line_end", 0);
		if (!is_automatic(span) ||
		    !column_of(in, f.file, span, false, &f.column) ||
		    !column_of(in, f.file, span, true, &f.end_column)) {
			in->diags->v[index].n_fixits = 0;
			return NULL;
		}
		err = intake_fixit(in, index, &f);
		if (err)
			return err;
	}
	return NULL;
}

/* Each child that suggests is an alternative, so only a single one is taken. */
static struct err *add_fixits(struct intake *in, size_t index, const json_node *children)
{
	const json_node *only = NULL;
	size_t n = 0;

	for (size_t i = 0; i < json_count(children); i++) {
		const json_node *spans = json_get(json_at(children, i), "spans");

		if (json_count(spans) && is_automatic(json_at(spans, 0))) {
			only = spans;
			n++;
		}
	}
	return n == 1 && index != DIAG_NONE ? add_suggestions(in, index, only) : NULL;
}

static struct err *add_message(struct intake *in, const json_node *message)
{
	struct diag diag = { .tool = "rustc", .automatic = true };
	const json_node *span = primary_span(message);
	struct span code = member_text(json_get(message, "code"), "code");
	const json_node *quoted = json_at(json_get(span, "text"), 0);
	struct err *err;
	size_t index;

	if (!span || !json_is_object(message))
		return NULL;
	diag.severity = severity_of(member_text(message, "level"));
	diag.line = member_number(span, "line_start", 0);
	if (!column_of(in, "", span, false, &diag.column))
		diag.column = 0;
	diag.code = arena_dup(&in->diags->arena, code);
	if (!diag.code)
		return arena_err(&in->diags->arena, "diagnostics");
	err = intake_path(in, "", member_text(span, "file_name"), &diag.file);
	if (!err)
		err = intake_message(in, member_text(message, "message"), &diag.message);
	if (!err)
		err = intake_copy(
			in, span_cut(member_text(message, "rendered"), 0, TEXT_MAX_BYTES),
			0, &diag.text);
	if (!err && quoted)
		err = intake_copy(in, member_text(quoted, "text"), TEXT_MAX_BYTES,
				  &diag.source);
	if (!err)
		err = intake_add(in, &diag, &index);
	if (!err)
		err = add_fixits(in, index, json_get(message, "children"));
	return err;
}

struct err *cargo_json_parse(struct intake *in, struct span text)
{
	struct err *err = NULL;
	struct span line;

	while (!err && span_line(&text, &line)) {
		struct json_doc *doc = NULL;
		const json_node *root;

		line = span_trim(line);
		if (!span_starts(line, "{"))
			continue; /* cargo's own words */
		err = form_json(&doc, line);
		if (!err) {
			root = json_root(doc);
			if (span_eqs(member_text(root, "reason"), "compiler-message"))
				err = add_message(in, json_get(root, "message"));
			else if (!json_get(root, "reason"))
				err = add_message(in, root);
		}
		json_free(doc);
	}
	return err;
}
