/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SARIF 2.1.0 (OASIS, 2020): runs[].results[], their fixes, and the ways in which
 * a run may name a file: uri, uriBaseId, index into its artifacts.
 */
#include "issue/forms.h"

#include <string.h>

#include "base/str.h"

#define TEXT_MAX_BYTES ((size_t)64 << 10)
#define BASES_MAX 8

struct run {
	struct intake *in;
	const json_node *node;
	const char *tool;
	bool compiler;
	bool utf16; /* what columns count; else characters */
};

/* uriBaseId leads to a URI that may have a base of its own. */
static void add_base(const struct run *run, struct span id, struct str *out)
{
	struct span chain[BASES_MAX];
	const json_node *bases = json_get(run->node, "originalUriBaseIds");
	size_t n = 0;

	while (id.len && id.len < 200 && n < BASES_MAX) {
		char key[200];
		const json_node *base;

		memcpy(key, id.ptr, id.len);
		key[id.len] = '\0';
		base = json_get(bases, key);
		if (!base)
			break;
		chain[n++] = member_text(base, "uri");
		id = member_text(base, "uriBaseId");
	}
	while (n)
		str_add_span(out, chain[--n]);
}

static struct err *file_of(const struct run *run, const json_node *location,
			   const char **out)
{
	struct str base = STR_INIT(DIAG_PATH_MAX_BYTES);
	const json_node *artifact;
	struct err *err = NULL;

	*out = "";
	if (!member_text(location, "uri").len) {
		artifact = json_at(json_get(run->node, "artifacts"),
				   member_number(location, "index", SIZE_MAX));
		location = json_get(artifact, "location");
	}
	add_base(run, member_text(location, "uriBaseId"), &base);
	if (!base.failed)
		err = intake_uri(run->in, str_span(&base), member_text(location, "uri"),
				 out);
	str_release(&base);
	return err;
}

/* Start and end of a region in bytes; false when that cannot be told. */
static bool region_of(const struct run *run, const char *file, const json_node *region,
		      struct fixit *f)
{
	struct intake *in = run->in;
	size_t line = member_number(region, "startLine", 0), start, length, end_column;
	struct span bytes, text;

	f->file = file;
	if (!line) {
		start = member_number(region, "byteOffset", SIZE_MAX);
		length = member_number(region, "byteLength", 0);
		return start != SIZE_MAX &&
		       intake_range(in, file, start, start + length, f);
	}
	f->line = line;
	f->end_line = member_number(region, "endLine", line);
	end_column = member_number(region, "endColumn", 0);
	if (!intake_column(in, file, line, member_number(region, "startColumn", 1),
			   run->utf16, &f->column))
		return false;
	if (end_column)
		return intake_column(in, file, f->end_line, end_column, run->utf16,
				     &f->end_column);
	if (!intake_bytes(in, file, &bytes) || !line_of(bytes, f->end_line, &text))
		return false;
	f->end_column = text.len + 1;
	return true;
}

static struct err *add_change(const struct run *run, size_t index,
			      const json_node *change, bool *whole)
{
	const json_node *replacements = json_get(change, "replacements");
	const char *file;
	struct err *err;

	err = file_of(run, json_get(change, "artifactLocation"), &file);
	for (size_t i = 0; !err && i < json_count(replacements); i++) {
		const json_node *r = json_at(replacements, i);
		struct fixit f = { 0 };

		if (!region_of(run, file, json_get(r, "deletedRegion"), &f)) {
			*whole = false;
			return NULL;
		}
		err = intake_copy(run->in,
				  member_text(json_get(r, "insertedContent"), "text"), 0,
				  &f.text);
		if (!err)
			err = intake_fixit(run->in, index, &f);
	}
	return err;
}

/* Several fixes are alternatives, and nothing says which is right. */
static struct err *add_fix(const struct run *run, size_t index, const json_node *fixes)
{
	const json_node *changes = json_get(json_at(fixes, 0), "artifactChanges");
	struct err *err = NULL;
	bool whole = true;

	if (json_count(fixes) != 1 || index == DIAG_NONE)
		return NULL;
	for (size_t i = 0; !err && whole && i < json_count(changes); i++)
		err = add_change(run, index, json_at(changes, i), &whole);
	if (!whole)
		run->in->diags->v[index].n_fixits = 0;
	return err;
}

static const json_node *rule_of(const struct run *run, const json_node *result)
{
	const json_node *rules =
		json_get(json_get(json_get(run->node, "tool"), "driver"), "rules");
	struct span id = member_text(result, "ruleId");
	const json_node *rule =
		json_at(rules, member_number(result, "ruleIndex", SIZE_MAX));

	if (rule)
		return rule;
	for (size_t i = 0; id.len && i < json_count(rules); i++) {
		if (span_eq(member_text(json_at(rules, i), "id"), id))
			return json_at(rules, i);
	}
	return NULL;
}

static enum diag_severity severity_of(const struct run *run, const json_node *result)
{
	struct span level = member_text(result, "level");

	if (!level.len)
		level = member_text(
			json_get(rule_of(run, result), "defaultConfiguration"), "level");
	if (span_eqs(level, "error"))
		return DIAG_ERROR;
	return span_eqs(level, "note") || span_eqs(level, "none") ? DIAG_NOTE
								  : DIAG_WARNING;
}

static struct span message_of(const struct run *run, const json_node *result)
{
	const json_node *message = json_get(result, "message");
	struct span text = member_text(message, "text"), id = member_text(message, "id");
	char key[100];

	if (text.len || !id.len || id.len >= sizeof(key))
		return text;
	memcpy(key, id.ptr, id.len);
	key[id.len] = '\0';
	return member_text(
		json_get(json_get(rule_of(run, result), "messageStrings"), key), "text");
}

/* The message, and those of the related locations, which are a compiler's notes. */
static struct err *text_of(const struct run *run, struct span message,
			   const json_node *result, struct span *out)
{
	const json_node *related = json_get(result, "relatedLocations");
	struct str text = STR_INIT(TEXT_MAX_BYTES);
	struct err *err;

	str_add_span(&text, message);
	for (size_t i = 0; i < json_count(related); i++) {
		str_adds(&text, "\nnote: ");
		str_add_span(&text, member_text(json_get(json_at(related, i), "message"),
						"text"));
	}
	err = intake_copy(run->in, str_span(&text), 0, out);
	str_release(&text);
	return err;
}

/* A result that passed, was suppressed or is gone since the baseline says nothing. */
static bool counts(const json_node *result)
{
	struct span kind = member_text(result, "kind");

	return (!kind.len || span_eqs(kind, "fail")) &&
	       !json_count(json_get(result, "suppressions")) &&
	       !span_eqs(member_text(result, "baselineState"), "absent");
}

/* The line of the tree, if the region's snippet is a part of it; else the snippet. */
static struct span whole_line(const struct run *run, const char *file, size_t line,
			      struct span snippet)
{
	struct span bytes, text, quoted;

	if (!line_of(snippet, 1, &quoted))
		return snippet;
	quoted = span_trim(quoted);
	if (intake_bytes(run->in, file, &bytes) && line_of(bytes, line, &text) &&
	    span_find(text, quoted, 0) >= 0)
		return text;
	return quoted;
}

static struct err *quote_of(const struct run *run, const char *file,
			    const json_node *physical, struct span *out)
{
	static const char *const regions[] = { "region", "contextRegion" };
	size_t line = member_number(json_get(physical, "region"), "startLine", 0);

	for (size_t i = 0; i < ARRAY_SIZE(regions); i++) {
		const json_node *region = json_get(physical, regions[i]);
		struct span text = member_text(json_get(region, "snippet"), "text"),
			    quoted;
		size_t first = member_number(region, "startLine", 0);

		if (!text.len || !first || first > line)
			continue;
		if (!i)
			quoted = whole_line(run, file, line, text);
		else if (!line_of(text, line - first + 1, &quoted))
			continue;
		return intake_copy(run->in, quoted, TEXT_MAX_BYTES, out);
	}
	return NULL;
}

static struct err *add_result(const struct run *run, const json_node *result)
{
	const json_node *physical =
		json_get(json_at(json_get(result, "locations"), 0), "physicalLocation");
	const json_node *region = json_get(physical, "region");
	struct diag diag = { .tool = run->tool, .automatic = !run->compiler };
	struct span message = message_of(run, result);
	struct fixit at = { 0 };
	struct err *err;
	size_t index;

	diag.severity = severity_of(run, result);
	diag.code = arena_dup(&run->in->diags->arena, member_text(result, "ruleId"));
	if (!diag.code)
		return arena_err(&run->in->diags->arena, "diagnostics");
	err = file_of(run, json_get(physical, "artifactLocation"), &diag.file);
	if (!err)
		err = intake_message(run->in, message, &diag.message);
	if (!err)
		err = text_of(run, message, result, &diag.text);
	if (!err)
		err = quote_of(run, diag.file, physical, &diag.source);
	if (err)
		return err;
	diag.line = member_number(region, "startLine", 0);
	if (region_of(run, diag.file, region, &at)) {
		diag.line = at.line;
		diag.column = at.column;
	}
	err = intake_add(run->in, &diag, &index);
	if (!err)
		err = add_fix(run, index, json_get(result, "fixes"));
	return err;
}

static struct err *start_run(struct intake *in, const json_node *node, struct run *run)
{
	struct span name =
		member_text(json_get(json_get(node, "tool"), "driver"), "name");

	*run = (struct run){ .in = in, .node = node, .compiler = true, .utf16 = true };
	run->utf16 = !span_eqs(member_text(node, "columnKind"), "unicodeCodePoints");
	if (span_starts(name, "GNU ") || span_eqs(name, "gcc")) {
		run->tool = "gcc";
	} else if (span_eqs(name, "clang")) {
		run->tool = "clang";
	} else {
		run->compiler = false;
		run->tool = arena_dup(&in->diags->arena, span_cut(name, 0, 100));
	}
	return run->tool ? NULL : arena_err(&in->diags->arena, "diagnostics");
}

struct err *sarif_parse(struct intake *in, struct span text)
{
	struct json_doc *doc = NULL;
	struct err *err = form_json(&doc, text);
	const json_node *runs = err ? NULL : json_get(json_root(doc), "runs");

	if (!err && !json_is_array(runs))
		err = err_new(ERR_INPUT, "SARIF: runs: expected an array");
	for (size_t i = 0; !err && i < json_count(runs); i++) {
		const json_node *node = json_at(runs, i);
		const json_node *results = json_get(node, "results");
		struct run run;

		err = start_run(in, node, &run);
		for (size_t k = 0; !err && k < json_count(results); k++) {
			if (counts(json_at(results, k)))
				err = add_result(&run, json_at(results, k));
		}
	}
	json_free(doc);
	return err;
}
