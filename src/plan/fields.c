/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/fields.h"

#include "base/compiler.h"

#define REPLACE KIND(EDIT_REPLACE)
#define IMPORT KIND(EDIT_ADD_IMPORT)
#define ADD KIND(EDIT_ADD_LINE)
#define REMOVE KIND(EDIT_REMOVE_LINE)
#define MODEL KIND(EDIT_MODEL)
#define CREATE KIND(EDIT_CREATE_FILE)
#define RENAME KIND(EDIT_RENAME_FILE)

#define AT(member) offsetof(struct edit, member)

const struct plan_field plan_fields[] = {
	{ "file", FIELD_PATH, KIND_ANY, KIND_ANY, true, AT(file),
	  "path from the root of the repository; with regex it may be a glob" },
	{ "find", FIELD_TEXT, REPLACE | REMOVE, REPLACE | REMOVE, true, AT(find),
	  "text copied exactly from the file, naming one place only" },
	{ "replace", FIELD_TEXT, REPLACE, REPLACE, false, AT(replace),
	  "what comes in its place; \"\" deletes" },
	{ "import_line", FIELD_TEXT, IMPORT, IMPORT, true, AT(import_line),
	  "the whole import, include or use line" },
	{ "line_content", FIELD_TEXT, ADD, ADD, false, AT(line_content),
	  "verbatim, indentation included; may be several lines" },
	{ "position", FIELD_POSITION, ADD, ADD, false, AT(position),
	  "start or end of the file; before or after the place that anchor names" },
	{ "anchor", FIELD_TEXT, ADD, 0, true, AT(anchor),
	  "needed for before and after: text copied exactly from the file" },
	{ "action", FIELD_TEXT, MODEL, MODEL, true, AT(action),
	  "what to do, so that it needs nothing else to be understood" },
	{ "content", FIELD_VERBATIM, CREATE, CREATE, false, AT(content),
	  "the whole file" },
	{ "executable", FIELD_BOOL, CREATE, 0, false, AT(executable),
	  "true gives it mode 755" },
	{ "to", FIELD_PATH, RENAME, RENAME, true, AT(to), "the new path" },
	{ "all", FIELD_BOOL, REPLACE | REMOVE, 0, false, AT(all),
	  "true: every place, not just one" },
	{ "regex", FIELD_BOOL, REPLACE, 0, false, AT(regex),
	  "true: find is a PCRE2 pattern; in replace $1, ${name} and $$ mean something" },
	{ "flags", FIELD_WORD, REPLACE, 0, false, AT(flags),
	  "for regex, of imsx; e: PCRE2's extended replacement syntax" },
	{ "line", FIELD_LINE, REPLACE | ADD | REMOVE, 0, false, AT(line),
	  "line number in the base file; only breaks ties" },
	{ "symbol", FIELD_WORD, REPLACE | ADD | REMOVE | MODEL, 0, false, AT(symbol),
	  "function, class or type defined in the file; breaks ties, or says what "
	  "is to be rewritten" },
	{ "region", FIELD_REGION, MODEL, 0, false, AT(region_start),
	  "{\"start\": n, \"end\": n}: the lines to rewrite, both included" },
	{ "role", FIELD_ROLE, KIND_ANY, 0, false, AT(role),
	  "\"reproducer\": a test that must fail without the other edits" },
};
const size_t plan_fields_n = ARRAY_SIZE(plan_fields);

const struct plan_kind plan_kinds[EDIT_KINDS] = {
	[EDIT_REPLACE] = { "replace the one place that find names",
			   "\"find\": \"retries = 0\", \"replace\": \"retries = 3\"" },
	[EDIT_ADD_IMPORT] = { "add it where the language puts imports, unless it is "
			      "there",
			      "\"import_line\": \"#include <string.h>\"" },
	[EDIT_ADD_LINE] = { "add lines",
			    "\"line_content\": \"\\tfree(buf);\", \"position\": "
			    "\"before\", \"anchor\": \"\\treturn err;\"" },
	[EDIT_REMOVE_LINE] = { "remove the one line that is find, or contains it",
			       "\"find\": \"import old_module\"" },
	[EDIT_MODEL] = { "have a small model rewrite a region or a symbol's definition",
			 "\"action\": \"Return -1 when len is larger than cap\", "
			 "\"symbol\": \"buf_grow\"" },
	[EDIT_CREATE_FILE] = { "create it; it must not exist",
			       "\"content\": \"VERSION = 1\\n\"" },
	[EDIT_DELETE_FILE] = { "delete it", "" },
	[EDIT_RENAME_FILE] = { "rename it", "\"to\": \"src/new.c\"" },
};

const char *field_type_wants(enum field_type type)
{
	switch (type) {
	case FIELD_TEXT:
	case FIELD_VERBATIM:
	case FIELD_WORD:
	case FIELD_PATH:
		return "a string";
	case FIELD_LINE:
		return "an integer from 1";
	case FIELD_BOOL:
		return "true or false";
	case FIELD_POSITION:
		return "\"start\", \"end\", \"before\" or \"after\"";
	case FIELD_ROLE:
		return "\"fix\" or \"reproducer\"";
	case FIELD_REGION:
		return "an object {start, end}";
	}
	return "a value";
}

/* The keys of a kind besides those of every kind: "find, replace, all?". */
static void add_keys(struct str *out, enum edit_kind kind)
{
	const char *sep = "";

	for (size_t i = 0; i < plan_fields_n; i++) {
		const struct plan_field *f = &plan_fields[i];

		if (f->kinds == KIND_ANY || !(f->kinds & KIND(kind)))
			continue;
		str_addf(out, "%s%s%s", sep, f->key, f->required & KIND(kind) ? "" : "?");
		sep = ", ";
	}
}

void plan_schema(struct str *out, bool direct_only)
{
	const unsigned kinds = direct_only ? KIND_ANY & ~MODEL : KIND_ANY;

	str_adds(out, "One JSON object:\n"
		      "{\"root_cause\": \"...\", \"strategy\": \"...\", \"commit\": "
		      "{\"subject\": \"...\", \"body\": \"...\"}, \"edits\": [...]}\n"
		      "Each edit has \"file\", \"type\" and the keys of its type; a key "
		      "with ? may be left out, none may be null.\n"
		      "Types:\n");
	for (size_t i = 0; i < EDIT_KINDS; i++) {
		if (!(kinds & KIND(i)))
			continue;
		str_addf(out, "- %s(", edit_kind_name((enum edit_kind)i));
		add_keys(out, (enum edit_kind)i);
		str_addf(out, "): %s\n", plan_kinds[i].meaning);
	}
	str_adds(out, "Keys:\n");
	for (size_t i = 0; i < plan_fields_n; i++)
		if (plan_fields[i].kinds & kinds)
			str_addf(out, "- %s: %s\n", plan_fields[i].key,
				 plan_fields[i].meaning);
	str_adds(out, "Examples:\n");
	for (size_t i = 0; i < EDIT_KINDS; i++)
		if (kinds & KIND(i))
			str_addf(out, "{\"file\": \"src/a.c\", \"type\": \"%s\"%s%s}\n",
				 edit_kind_name((enum edit_kind)i),
				 *plan_kinds[i].example ? ", " : "",
				 plan_kinds[i].example);
	str_adds(out, "Edits of one file apply in order, each to what the earlier ones "
		      "left. All of a plan applies, or none.\n");
}

/* mdoc takes a line that begins with '.' or ''' for a macro, and '\' for an escape. */
static void add_mdoc(struct str *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '\\')
			str_adds(out, "\\e");
		else if (*p == '"')
			str_adds(out, "\\(dq");
		else
			str_addc(out, *p);
	}
}

void plan_man(struct str *out)
{
	str_adds(out, ".Bl -tag -width create_file\n");
	for (size_t i = 0; i < EDIT_KINDS; i++) {
		str_addf(out, ".It Cm %s\n", edit_kind_name((enum edit_kind)i));
		add_mdoc(out, plan_kinds[i].meaning);
		str_adds(out, ".\nKeys: ");
		add_keys(out, (enum edit_kind)i);
		str_adds(out, *plan_kinds[i].example ? "" : "none of its own");
		str_adds(out, ".\n");
	}
	str_adds(out, ".El\n.Pp\nKeys:\n.Bl -tag -width line_content\n");
	for (size_t i = 0; i < plan_fields_n; i++) {
		str_addf(out, ".It Cm %s\n", plan_fields[i].key);
		add_mdoc(out, plan_fields[i].meaning);
		str_addf(out, " (");
		add_mdoc(out, field_type_wants(plan_fields[i].type));
		str_adds(out, ").\n");
	}
	str_adds(out, ".El\n");
}
