/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue-tree.h"

#include "base/template_files.h"
#include "base/utf8.h"

static struct rules *shipped(void)
{
	struct rules *rules;
	size_t n = 0;

	ok(rules_new(&rules));
	for (size_t i = 0; i < template_files_count; i++) {
		const struct template_file *t = &template_files[i];

		if (strncmp(t->name, "rules/", 6))
			continue;
		ok(rules_add(rules, t->name, (struct span){ t->bytes, t->len }));
		n++;
	}
	assert_true(n >= 5);
	return rules;
}

static void dump_lines(struct str *out, char mark, struct span text)
{
	struct span line;

	while (span_line(&text, &line))
		str_addf(out, "%c%.*s\n", mark, (int)line.len, line.ptr);
}

static void dump(struct str *out, const struct plan *plan)
{
	if (!plan->n_edits)
		return;
	assert_true(plan->subject.len && plan->subject.len <= 72);
	assert_true(plan->body.len && utf8_valid(plan->body));
	str_addf(out, "subject: %.*s\n", (int)plan->subject.len, plan->subject.ptr);
	for (size_t i = 0; i < plan->n_edits; i++) {
		const struct edit *e = &plan->edits[i];

		assert_int_equal(e->index, i);
		if (e->kind == EDIT_ADD_IMPORT) {
			str_addf(out, "add_import %s: %.*s\n", e->file,
				 (int)e->import_line.len, e->import_line.ptr);
			continue;
		}
		if (e->kind == EDIT_ADD_LINE) {
			assert_int_equal(e->position, POSITION_BEFORE);
			str_addf(out, "add_line %s:%zu: %.*s\nbefore %.*s\n", e->file,
				 e->line, (int)e->line_content.len, e->line_content.ptr,
				 (int)e->anchor.len, e->anchor.ptr);
			continue;
		}
		assert_int_equal(e->kind, EDIT_REPLACE);
		str_addf(out, "replace %s:%zu\n", e->file, e->line);
		dump_lines(out, '-', e->find);
		dump_lines(out, '+', e->replace);
	}
}

static void run_case(const char *path)
{
	struct str got = STR_INIT(1 << 16), left = STR_INIT(1 << 16);
	struct rules *rules = shipped();
	struct span root, log;
	struct rules_input in;
	struct case_file c;
	struct diags diags;
	struct plan plan;
	char root_path[256] = "";

	case_read(&c, path);
	root = case_setting(&c, "root");
	snprintf(root_path, sizeof(root_path), "%.*s", (int)root.len,
		 root.len ? root.ptr : "");
	log = case_section(&c, "log");
	assert_non_null(log.ptr);
	diags_init(&diags);
	ok(diag_parse(&diags, log, case_form(&c), root_path, case_bytes, &c));

	in = (struct rules_input){
		.rules = rules,
		.diags = &diags,
		.source = &(struct source){ .ctx = &c, .read = case_tree_read,
					   .list = case_tree_list },
		.evidence =
			&(struct evidence){ &c, case_count, case_removed, case_files },
		.own_log = case_setting(&c, "own").ptr != NULL,
	};
	ok(rules_plan(&plan, &in, &left));
	dump(&got, &plan);
	if (!case_rewrite(path, "plan", &c, str_span(&got), "left", str_span(&left))) {
		case_compare(path, "plan", str_span(&got), case_section(&c, "plan"));
		case_compare(path, "left", str_span(&left), case_section(&c, "left"));
	}
	plan_release(&plan);
	diags_release(&diags);
	rules_free(rules);
	str_release(&got);
	str_release(&left);
	free(c.bytes);
}

static void test_cases(void **state)
{
	(void)state;
	case_each("tests/data/rules", 20, run_case);
}

static void test_bad_files(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} bad[] = {
		{ "tool = gcc\n", "x.rules:1: expected '[name]' first" },
		{ "[a\n", "x.rules:1: '[' without ']'" },
		{ "[]\n", "x.rules:1: a rule without a name" },
		{ "[table ]\n", "x.rules:1: a table without a name" },
		{ "[a]\nmatch = x\n\n", "x.rules:3: [a] ends without 'edit'" },
		{ "[a]\nedit = add_import\nimport = y\n[b]\n",
		  "x.rules:4: [a] ends without 'match' or 'text'" },
		{ "[a]\nmatch = x\nedit = add_import\n",
		  "x.rules:3: [a] ends without 'import'" },
		{ "[a]\nmatch = x\nmatch = y\n", "x.rules:3: 'match' is given twice" },
		{ "[a]\nmatch = (\n", "x.rules:2: match: " },
		{ "[a]\nmatch = (*LIMIT_MATCH=9)x\n", "x.rules:2: match: " },
		{ "[a]\nwhat = x\n", "x.rules:2: unknown key 'what'" },
		{ "[a]\nedit = rm_rf\n", "x.rules:2: edit: unknown kind 'rm_rf'" },
		{ "[a]\nseverity = fatal\n",
		  "x.rules:2: severity: 'error' or 'warning', not" },
		{ "[a]\nmatch = (?<x>y)\nedit = add_import\nimport = ${z}\n",
		  "x.rules:4: import: no group 'z' in [a]" },
		{ "[a]\nmatch = (?<x>y)\nedit = add_import\nimport = ${x\n",
		  "x.rules:4: import: '${' without '}'" },
		{ "[a]\nmatch = x\nedit = include_declaring\n",
		  "x.rules:3: name: no group 'name' in [a]" },
		{ "[a]\ntable = none name x\n",
		  "x.rules:2: table: there is no [table none] above" },
		{ "[a]\ntable = x\n", "x.rules:2: table: expected TABLE GROUP VALUE" },
		{ "[a]\nmatch x\n", "x.rules:2: expected 'key = value'" },
	};
	struct rules *rules;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		ok(rules_new(&rules));
		fails_saying(rules_add(rules, "x.rules", span_of(bad[i].text)), ERR_INPUT,
			     bad[i].says);
		rules_free(rules);
	}
	rules_free(NULL);
}

/* A user's rule of a shipped one's name takes its place. */
static void test_replaced(void **state)
{
	static const char text[] = "[table words]\n"
				   "one.h = first\n"
				   "two.h = first\n"
				   "[a]\n"
				   "match = '(?<name>\\w+)' is gone\n"
				   "table = words name header\n"
				   "edit = add_import\n"
				   "import = old ${header}\n"
				   "[a]\n"
				   "match = '(?<name>\\w+)' is gone\n"
				   "table = words name header\n"
				   "edit = add_import\n"
				   "import = new ${header} for ${name}\n"
				   "subject = mind ${name}\n";
	static const char log[] = "x.t:1:1: error: 'first' is gone\n";
	struct case_file c = { .n = 1, .v = { { "file x.t", SPAN("first\n") } } };
	struct str left = STR_INIT(1000);
	struct rules *rules;
	struct diags diags;
	struct plan plan;
	struct rules_input in = {
		.diags = &diags,
		.source = &(struct source){ .ctx = &c, .read = case_tree_read,
					   .list = case_tree_list },
	};

	(void)state;
	ok(rules_new(&rules));
	ok(rules_add(rules, "user", span_of(text)));
	in.rules = rules;
	diags_init(&diags);
	ok(diag_parse(&diags, span_of(log), DIAG_LOG, "", NULL, NULL));
	ok(rules_plan(&plan, &in, &left));
	assert_int_equal(plan.n_edits, 1);
	assert_span(plan.edits[0].import_line, "new two.h for first");
	assert_span(plan.subject, "x: mind first");
	assert_int_equal(left.len, 0);
	plan_release(&plan);
	diags_release(&diags);
	rules_free(rules);
	str_release(&left);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_replaced),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
