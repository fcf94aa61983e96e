/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <regex.h>
#include <string.h>

#include "mail/trailers.h"

static struct str out = STR_INIT(1 << 20);

static void expect(const char *want)
{
	assert_string_equal(out.buf, want);
	str_release(&out);
}

static void models(void **state)
{
	static const struct {
		enum trailer_style style;
		const char *model, *want;
	} rows[] = {
		{ TRAILER_ASSISTED_BY, "deepseek-chat", "Assisted-by: git-dualfix:deepseek-chat\n" },
		{ TRAILER_ASSISTED_BY, "qwen2.5-coder:7b",
		  "Assisted-by: git-dualfix:qwen2.5-coder:7b\n" },
		{ TRAILER_ASSISTED_BY, "a b\nSigned-off-by: x <y@z>",
		  "Assisted-by: git-dualfix:a-b-Signed-off-by:-x--y@z-\n" },
		{ TRAILER_ASSISTED_BY, "\033[31m\303\251", "Assisted-by: git-dualfix:-[31m--\n" },
		{ TRAILER_ASSISTED_BY, "", "Assisted-by: git-dualfix:unknown\n" },
		{ TRAILER_GENERATED_BY, "m", "Generated-by: git-dualfix (m)\n" },
		{ TRAILER_CO_AUTHORED_BY, "m",
		  "Co-authored-by: git-dualfix (m) <noreply@git-dualfix.invalid>\n" },
		{ TRAILER_NONE, "m", "" },
	};
	regex_t checkpatch;

	(void)state;
	assert_int_equal(regcomp(&checkpatch, "^[^:]+:[^[:space:]]+([[:space:]]+[^[:space:]]+)*$",
				 REG_EXTENDED | REG_NOSUB), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		trailers_model(&out, rows[i].style, rows[i].model);
		if (rows[i].style == TRAILER_ASSISTED_BY) {
			str_truncate(&out, out.len - 1);
			assert_int_equal(regexec(&checkpatch, out.buf + strlen("Assisted-by: "), 0,
						 NULL, 0), 0);
			str_addc(&out, '\n');
		}
		expect(rows[i].want);
	}
	regfree(&checkpatch);
}

static void styles(void **state)
{
	static const char *const names[] = { "assisted-by", "generated-by", "co-authored-by",
					     "none" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_equal(trailer_styles[i], names[i]);
	assert_null(trailer_styles[ARRAY_SIZE(names)]);
}

static void commands(void **state)
{
	struct str longest = STR_INIT(8192);

	(void)state;
	trailers_verified(&out, "make check");
	expect("Verified: make check (failed before, passes now)\n");
	trailers_checked(&out, " make\n\n  check\t-j4 ");
	expect("Checked: make check -j4 (passed before and after)\n");
	trailers_verified(&out, "a\033[2Jb\r\nSigned-off-by: c\342\200\256");
	expect("Verified: ab Signed-off-by: c (failed before, passes now)\n");
	for (int i = 0; i < 500; i++)
		str_adds(&longest, "\303\251");
	trailers_verified(&out, longest.buf);
	assert_true(out.len < 320);
	assert_true(span_ends(str_span(&out), "\303\251... (failed before, passes now)\n"));
	str_release(&out);
	str_release(&longest);
}

static void urls(void **state)
{
	static const char *const good[] = {
		"https://example.org/a/b/issues/12", "http://example.org/?id=3#c4",
		"https://example.org/@user/x", "https://[::1]:8080/1",
	};
	static const char *const bad[] = {
		"", "https://", "https:///x", "ftp://example.org/", "javascript:alert(1)",
		"https://user:secret@example.org/1", "https://example.org/a b",
		"https://example.org/\n", "https://example.org/\033", "https://example.org/\303\251",
		"https://example.org/<x>", "example.org/1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		trailers_closes(&out, good[i]);
		assert_true(span_starts(str_span(&out), "Closes: http"));
		str_release(&out);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		trailers_closes(&out, bad[i]);
		if (out.len)
			fail_msg("%s was taken", bad[i]);
	}
	trailers_closes(&out, NULL);
	assert_int_equal(out.len, 0);
}

static void once_each_in_order(void **state)
{
	(void)state;
	trailers_model(&out, TRAILER_ASSISTED_BY, "a");
	trailers_model(&out, TRAILER_ASSISTED_BY, "b");
	trailers_model(&out, TRAILER_ASSISTED_BY, "a");
	trailers_signoff(&out, "A U Thor <a@b>\nX: y");
	expect("Assisted-by: git-dualfix:a\nAssisted-by: git-dualfix:b\n"
	       "Signed-off-by: A U Thor <a@b> X: y\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(models),
		cmocka_unit_test(styles),
		cmocka_unit_test(commands),
		cmocka_unit_test(urls),
		cmocka_unit_test(once_each_in_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
