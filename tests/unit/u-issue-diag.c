/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue-tree.h"

#include "base/utf8.h"

static const char *const forms[] = { "log",	   "gcc-json",	 "sarif",
				     "clang-tidy", "cargo-json", "ruff-json",
				     "eslint-json" };
static const char *const severities[] = { "note", "warning", "error" };

static void dump_text(struct str *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			str_adds(out, "\\n");
		else
			str_addc(out, text.ptr[i]);
	}
}

static void dump(struct str *out, const struct diags *diags)
{
	for (size_t i = 0; i < diags->n; i++) {
		const struct diag *d = &diags->v[i];

		str_addf(out, "%s %s%s %s:%zu:%zu ", d->tool,
			 d->automatic ? "automatic " : "", severities[d->severity],
			 d->file, d->line, d->column);
		if (d->code[0])
			str_addf(out, "[%s] ", d->code);
		dump_text(out, d->message);
		str_addf(out, "\n");
		if (d->source.ptr)
			str_addf(out, " source: %.*s\n", (int)d->source.len,
				 d->source.ptr);
		for (size_t k = 0; k < d->n_fixits; k++) {
			const struct fixit *f = &d->fixits[k];

			str_addf(out, " fix %s %zu:%zu-%zu:%zu '", f->file, f->line,
				 f->column, f->end_line, f->end_column);
			dump_text(out, f->text);
			str_adds(out, "'\n");
		}
	}
}

static void run_case(const char *path)
{
	struct str got = STR_INIT(1 << 16);
	struct case_file c;
	struct diags diags;
	struct span root, log;
	char root_path[256] = "";
	bool named = false;

	case_read(&c, path);
	root = case_setting(&c, "root");
	snprintf(root_path, sizeof(root_path), "%.*s", (int)root.len,
		 root.len ? root.ptr : "");
	log = case_section(&c, "log");
	diags_init(&diags);
	ok(diag_parse(&diags, log, case_form(&c), root_path, case_bytes, &c));
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		named |= span_eqs(case_setting(&c, "form"), forms[i]) &&
			 case_form(&c) == i;
	if (!named)
		fail_msg("%s: taken for %s", path, forms[case_form(&c)]);
	dump(&got, &diags);
	if (!case_rewrite(path, "diags", &c, str_span(&got), "", SPAN("")))
		case_compare(path, "diags", str_span(&got), case_section(&c, "diags"));
	diags_release(&diags);
	str_release(&got);
	free(c.bytes);
}

static void test_cases(void **state)
{
	(void)state;
	case_each("tests/data/diag", 12, run_case);
}

/* Every prefix of every case, and every case with a byte changed, ends without harm. */
static void torn_case(const char *path)
{
	struct case_file c;
	struct span log;
	char *copy;

	case_read(&c, path);
	log = case_section(&c, "log");
	for (size_t len = 0; len < log.len; len += 1 + log.len / 200) {
		for (int form = DIAG_LOG; form <= DIAG_ESLINT_JSON; form++) {
			struct diags diags;

			copy = malloc(len + 1);
			memcpy(copy, log.ptr, len);
			if (len)
				copy[len * 7 % len] ^= 0x15;
			diags_init(&diags);
			err_drop(diag_parse(&diags, (struct span){ copy, len },
					    (enum diag_form)form, "/src", case_bytes,
					    &c));
			diags_release(&diags);
			free(copy);
		}
	}
	free(c.bytes);
}

static void test_torn(void **state)
{
	(void)state;
	case_each("tests/data/diag", 12, torn_case);
}

static void test_malformed(void **state)
{
	static const struct {
		enum diag_form form;
		const char *text;
		const char *says;
	} bad[] = {
		{ DIAG_GCC_JSON, "[{", "" },
		{ DIAG_SARIF, "{\"runs\": 3}", "SARIF: runs: expected an array" },
		{ DIAG_SARIF, "{}", "SARIF: runs: expected an array" },
		{ DIAG_CARGO_JSON, "{\"reason\": ", "" },
		{ DIAG_RUFF_JSON, "{}", "ruff's findings: expected an array" },
		{ DIAG_ESLINT_JSON, "{}", "eslint's results: expected an array" },
		{ DIAG_CLANG_TIDY, "---\nMainSourceFile: 'x\n",
		  "clang-tidy's fixes: line " },
		{ DIAG_CLANG_TIDY, "---\nMainSourceFile: x\n", "no 'Diagnostics'" },
	};
	struct diags diags;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		diags_init(&diags);
		fails_saying(diag_parse(&diags, span_of(bad[i].text), bad[i].form, "",
					NULL, NULL),
			     ERR_INPUT, bad[i].says);
		diags_release(&diags);
	}
	diags_release(NULL);
}

/* More than anybody prints: cut, not refused. */
static void test_ceilings(void **state)
{
	struct str log = STR_INIT(16 << 20);
	struct diags diags;

	(void)state;
	for (int i = 0; i < 30000; i++)
		str_addf(&log, "a.c:%d:1: error: x\nfix-it:\"a.c\":{%d:1-%d:1}:\"y\"\n",
			 i + 1, i + 1, i + 1);
	ok(str_err(&log, "log"));
	diags_init(&diags);
	ok(diag_parse(&diags, str_span(&log), DIAG_LOG, "", NULL, NULL));
	assert_int_equal(diags.n, 20000);
	assert_int_equal(diags.v[19999].n_fixits, 1);
	diags_release(&diags);

	str_reset(&log);
	str_adds(&log, "a.c:1:1: error: x\n");
	for (int i = 0; i < 5000; i++)
		str_adds(&log, "fix-it:\"a.c\":{1:1-1:1}:\"y\"\n");
	diags_init(&diags);
	ok(diag_parse(&diags, str_span(&log), DIAG_LOG, "", NULL, NULL));
	assert_int_equal(diags.n, 1);
	assert_int_equal(diags.v[0].n_fixits, 1000);
	diags_release(&diags);
	str_release(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_ceilings),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
