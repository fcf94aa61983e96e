/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clang-tidy --export-fixes: YAML, in the form of clang's
 * clang/Tooling/DiagnosticsYaml.h. Offsets are bytes from the start of the file.
 * Until clang 8 a diagnostic's message stood in it rather than in a
 * DiagnosticMessage of its own.
 */
#include "issue/forms.h"

#include <string.h>
#include <yaml.h>

#define TIDY_MAX_BYTES ((size_t)32 << 20)
#define TEXT_MAX_BYTES ((size_t)64 << 10)

static struct span scalar(const yaml_node_t *node)
{
	if (!node || node->type != YAML_SCALAR_NODE)
		return SPAN("");
	return (struct span){ (const char *)node->data.scalar.value,
			      node->data.scalar.length };
}

static yaml_node_t *member(yaml_document_t *doc, yaml_node_t *map, const char *key)
{
	yaml_node_pair_t *pair;

	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top;
	     pair++) {
		if (span_eqs(scalar(yaml_document_get_node(doc, pair->key)), key))
			return yaml_document_get_node(doc, pair->value);
	}
	return NULL;
}

static size_t list_len(const yaml_node_t *list)
{
	if (!list || list->type != YAML_SEQUENCE_NODE)
		return 0;
	return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

static yaml_node_t *element(yaml_document_t *doc, yaml_node_t *list, size_t i)
{
	return yaml_document_get_node(doc, list->data.sequence.items.start[i]);
}

static bool number(yaml_document_t *doc, yaml_node_t *map, const char *key, size_t *out)
{
	return span_number(scalar(member(doc, map, key)), (size_t)1 << 31, out);
}

/* All of the replacements, or none if one has no place. */
static struct err *add_replacements(struct intake *in, size_t index, yaml_document_t *doc,
				    yaml_node_t *list)
{
	for (size_t i = 0; i < list_len(list) && index != DIAG_NONE; i++) {
		yaml_node_t *node = element(doc, list, i);
		struct fixit f = { 0 };
		size_t offset, length;
		const char *file;
		struct err *err;

		err = intake_path(in, "", scalar(member(doc, node, "FilePath")), &file);
		if (err)
			return err;
		if (!number(doc, node, "Offset", &offset) ||
		    !number(doc, node, "Length", &length) ||
		    !intake_range(in, file, offset, offset + length, &f)) {
			in->diags->v[index].n_fixits = 0;
			return NULL;
		}
		err = intake_copy(in, scalar(member(doc, node, "ReplacementText")), 0,
				  &f.text);
		if (!err)
			err = intake_fixit(in, index, &f);
		if (err)
			return err;
	}
	return NULL;
}

/* "clang-diagnostic-foo" is the compiler's own -Wfoo. */
static struct err *name_of(struct intake *in, struct span name, struct diag *diag)
{
	diag->tool = "clang-tidy";
	diag->automatic = true;
	if (span_starts(name, "clang-diagnostic-")) {
		diag->tool = "clang";
		diag->automatic = false;
		name = span_cut(name, 17, name.len);
		diag->code = span_eqs(name, "error")
				     ? ""
				     : arena_printf(&in->diags->arena, "-W%.*s",
						    (int)name.len, name.ptr);
	} else {
		diag->code = arena_dup(&in->diags->arena, name);
	}
	return diag->code ? NULL : arena_err(&in->diags->arena, "diagnostics");
}

static struct err *add_diagnostic(struct intake *in, yaml_document_t *doc,
				  yaml_node_t *node)
{
	yaml_node_t *message = member(doc, node, "DiagnosticMessage");
	struct span name = span_cut(scalar(member(doc, node, "DiagnosticName")), 0, 200);
	struct fixit at = { 0 };
	struct diag diag = { 0 };
	size_t index, offset;
	struct err *err;

	if (!message)
		message = node;
	diag.severity = span_eqs(scalar(member(doc, node, "Level")), "Error")
				? DIAG_ERROR
				: DIAG_WARNING;
	err = name_of(in, name, &diag);
	if (!err)
		err = intake_path(in, "", scalar(member(doc, message, "FilePath")),
				  &diag.file);
	if (!err)
		err = intake_message(in, scalar(member(doc, message, "Message")),
				     &diag.message);
	if (err)
		return err;
	diag.text = diag.message;
	if (number(doc, message, "FileOffset", &offset) &&
	    intake_range(in, diag.file, offset, offset, &at)) {
		diag.line = at.line;
		diag.column = at.column;
	}
	err = intake_add(in, &diag, &index);
	if (!err)
		err = add_replacements(in, index, doc,
				       member(doc, message, "Replacements"));
	return err;
}

static struct err *add_all(struct intake *in, yaml_document_t *doc)
{
	yaml_node_t *root = yaml_document_get_root_node(doc);
	yaml_node_t *list = member(doc, root, "Diagnostics");
	struct err *err = NULL;

	if (root && !list)
		return err_new(ERR_INPUT, "clang-tidy's fixes: no 'Diagnostics'");
	for (size_t i = 0; !err && i < list_len(list); i++)
		err = add_diagnostic(in, doc, element(doc, list, i));
	return err;
}

struct err *clang_tidy_parse(struct intake *in, struct span text)
{
	yaml_parser_t parser;
	yaml_document_t doc;
	struct err *err;

	if (text.len > TIDY_MAX_BYTES)
		return err_new(ERR_INPUT, "clang-tidy's fixes: larger than %zu bytes",
			       TIDY_MAX_BYTES);
	if (!yaml_parser_initialize(&parser))
		return err_nomem();
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
	if (yaml_parser_load(&parser, &doc)) {
		err = add_all(in, &doc);
		yaml_document_delete(&doc);
	} else if (parser.error == YAML_MEMORY_ERROR) {
		err = err_nomem();
	} else {
		err = err_new(ERR_INPUT, "clang-tidy's fixes: line %zu: %s",
			      parser.problem_mark.line + 1,
			      parser.problem ? parser.problem : "not YAML");
	}
	yaml_parser_delete(&parser);
	return err;
}

void clang_tidy_library(struct str *out)
{
	str_addf(out, "libyaml %s", yaml_get_version_string());
}
