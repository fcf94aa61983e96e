/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"
#include "flow/ahead.h"

/* What lies in the tree; all that was asked for is noted. */
struct tree {
	const char *const *files;
	struct str asked;
};

static struct err *fake_read(void *ctx, const char *path, bool *there)
{
	struct tree *tree = ctx;

	*there = false;
	str_addf(&tree->asked, "%s\n", path);
	for (size_t i = 0; tree->files[i]; i++)
		*there |= !strcmp(tree->files[i], path);
	return *there ? NULL : err_new(ERR_INPUT, "%s is not there", path);
}

static const char *const files[] = { "src/a.c", "README", "b.py", "d/e-f_g.h", NULL };

static void names(void **state)
{
	static const struct {
		const char *text, *asked;
	} cases[] = {
		{ "", "" },
		{ "no file at all, only words\n", "" },
		{ "{\"root_cause\": \"src/a.c reads b.py.\"", "src/a.c\nb.py\n" },
		{ "in src/a.c:12, and `d/e-f_g.h` (twice: src/a.c)", "src/a.c\nd/e-f_g.h\n" },
		{ "\"\\nsrc/a.c\\tb.py\\\\b.py \"", "src/a.c\nb.py\n" },
		{ "\"/etc/passwd\" \"../x.c\" \"./x.c\" \"a/../x.c\" \".git/config\"", "" },
		{ "e.g. ... 1.5 i.e. ", "e.g\n1.5\ni.e\n" },
		{ "b.py", "" }, /* it may go on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		/* However it is cut up, the same is asked for. */
		for (size_t step = 1; step < 8; step++) {
			struct tree tree = { files, STR_INIT(4096) };
			struct span text = span_of(cases[i].text);
			struct plan plan = { .n_edits = 0 };
			struct ahead *ahead;

			ok(ahead_new(&ahead, fake_read, &tree));
			for (size_t at = 0; at < text.len; at += step) {
				size_t end = at + step < text.len ? at + step : text.len;

				ahead_feed(ahead, span_cut(text, at, end));
				ahead_read(ahead, &plan);
			}
			assert_string_equal(tree.asked.buf ? tree.asked.buf : "",
					    cases[i].asked);
			ahead_free(ahead);
			str_release(&tree.asked);
		}
	}
	ahead_free(NULL);
}

static void bounded(void **state)
{
	static const char *const none[] = { NULL };
	struct tree tree = { none, STR_INIT((size_t)1 << 20) };
	struct plan plan = { .n_edits = 0 };
	struct ahead *ahead;
	size_t n = 0;

	(void)state;
	ok(ahead_new(&ahead, fake_read, &tree));
	for (int i = 0; i < 100000; i++)
		ahead_feed(ahead, SPAN("x/")); /* a word without end */
	ahead_feed(ahead, SPAN(" "));
	for (int i = 0; i < 5000; i++) {
		char word[32];

		snprintf(word, sizeof(word), "f%d.c ", i);
		ahead_feed(ahead, span_of(word));
	}
	ahead_read(ahead, &plan);
	for (const char *p = tree.asked.buf; *p; p++)
		n += *p == '\n';
	assert_int_equal(n, 512);
	ahead_free(ahead);
	str_release(&tree.asked);
}

static void figures(void **state)
{
	struct edit edits[] = {
		{ .file = "src/a.c" }, { .file = "b.py" }, { .file = "src/a.c" },
		{ .file = "README" },  { .file = "new.c" },
	};
	struct plan plan = { .edits = edits, .n_edits = 1 };
	struct tree tree = { files, STR_INIT(4096) };
	struct ahead_figures sum = { 0 };
	struct ahead *ahead;

	(void)state;
	ok(ahead_new(&ahead, fake_read, &tree));
	ahead_feed(ahead, SPAN("src/a.c b.py d/e-f_g.h new.c "));
	ahead_read(ahead, &plan); /* src/a.c has been edited: too late */
	plan.n_edits = ARRAY_SIZE(edits);
	ahead_count(ahead, &plan, &sum);
	assert_int_equal(sum.read, 2);
	assert_int_equal(sum.edited, 4);
	assert_int_equal(sum.ready, 1);
	assert_true(sum.saved_us >= 0);
	ahead_count(ahead, &plan, &sum); /* of a further round: added */
	assert_int_equal(sum.edited, 8);
	ahead_free(ahead);
	str_release(&tree.asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(bounded),
		cmocka_unit_test(figures),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
