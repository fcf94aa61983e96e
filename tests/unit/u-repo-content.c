/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "repo/content.h"

/* Ids of four bytes serve as well. */
#define N 4
#define A "aaaa"
#define B "bb\0b"

static void ids(void **state)
{
	static const struct {
		const char *hex;
		bool good;
	} cases[] = {
		{ "0123abcd", true },	{ "00000000", true },  { "0123abc", false },
		{ "0123abcde", false }, { "0123ABCD", false }, { "0123abcg", false },
		{ "", false },		{ "0123 bcd", false },
	};
	char hex[2 * N + 1];
	struct id id, other;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(id_parse(&id, span_of(cases[i].hex), N), cases[i].good);
		if (!cases[i].good)
			continue;
		id_hex(&id, N, hex);
		assert_string_equal(hex, cases[i].hex);
	}
	assert_true(id_parse(&id, SPAN("01020304"), N));
	assert_true(id_parse(&other, SPAN("01020305"), N));
	assert_false(id_eq(&id, &other));
	assert_true(id_eq(&id, &id));
}

static void trees(void **state)
{
	static const struct {
		struct span tree;
		bool sound;
		const char *shown;
	} cases[] = {
		{ { "", 0 }, true, "" },
		{ SPAN("100644 a\0" A "40000 dir\0" B), true, "0:a:1;1:dir:5;" },
		{ SPAN("100755 x\0" A "120000 l\0" A "160000 s\0" A), true,
		  "0:x:2;0:l:3;0:s:4;" },
		{ SPAN("100664 old\0" A), true, "0:old:1;" },
		{ SPAN("040000 padded\0" A), true, "1:padded:5;" },
		{ SPAN("100644 .git\0" A), true, "0:.git:1;" },
		/* cut off */
		{ SPAN("100644 a\0aaa"), false, NULL },
		{ SPAN("100644 a"), false, NULL },
		{ SPAN("100644"), false, NULL },
		{ SPAN("100644 a\0" A "1"), false, NULL },
		/* no modes */
		{ SPAN(" a\0" A), false, NULL },
		{ SPAN("100684 a\0" A), false, NULL },
		{ SPAN("-100644 a\0" A), false, NULL },
		{ SPAN("77777777777777 a\0" A), false, NULL },
		/* no names */
		{ SPAN("100644 \0" A), false, NULL },
		{ SPAN("100644 .\0" A), false, NULL },
		{ SPAN("40000 ..\0" A), false, NULL },
		{ SPAN("100644 a/b\0" A), false, NULL },
		{ SPAN("100644 /etc/passwd\0" A), false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str got = STR_INIT(4096);
		struct tree_entry entry;
		size_t at = 0;

		assert_int_equal(tree_is_sound(cases[i].tree, N), cases[i].sound);
		while (cases[i].sound && tree_next(cases[i].tree, N, &at, &entry))
			str_addf(&got, "%d:%s:%d;", entry_is_tree(&entry), entry.name,
				 (int)entry_kind(&entry));
		if (cases[i].sound)
			assert_string_equal(got.buf, cases[i].shown);
		str_release(&got);
	}
}

/* Every byte cut off or changed: read or refused, never beyond its end. */
static void spoilt_trees(void **state)
{
	static const char tree[] = "100644 a\0" A "40000 dir\0" B "120000 l\0" A;

	(void)state;
	for (size_t len = 0; len < sizeof(tree); len++) {
		for (size_t i = 0; i < len; i++) {
			for (int c = 0; c < 256; c += 5) {
				char *copy = test_malloc(len);
				struct span span = { copy, len };
				struct tree_entry entry;
				size_t at = 0;

				memcpy(copy, tree, len);
				copy[i] = (char)c;
				while (tree_is_sound(span, N) &&
				       tree_next(span, N, &at, &entry))
					assert_true(at <= len);
				test_free(copy);
			}
		}
	}
}

static void names_and_order(void **state)
{
	static const char *const sorted[] = { "a", "a-b", "a/", "a0", "b" };
	struct span tree = SPAN("100644 a\0" A "40000 dir\0" B);
	struct str copy = STR_INIT(4096);
	struct tree_entry entry, x, y;
	size_t at = 0;

	(void)state;
	assert_true(tree_find(tree, N, SPAN("dir"), &entry));
	assert_int_equal(entry.mode, MODE_TREE);
	assert_false(tree_find(tree, N, SPAN("di"), &entry));
	assert_false(tree_find(tree, N, SPAN("dirx"), &entry));
	while (tree_next(tree, N, &at, &entry))
		tree_add(&copy, N, &entry);
	assert_true(span_eq(str_span(&copy), tree));
	str_release(&copy);
	for (size_t i = 0; i < 5; i++) {
		for (size_t j = 0; j < 5; j++) {
			int order;

			x = (struct tree_entry){ .name = sorted[i],
						 .name_len = strcspn(sorted[i], "/") };
			y = (struct tree_entry){ .name = sorted[j],
						 .name_len = strcspn(sorted[j], "/") };
			x.mode = strchr(sorted[i], '/') ? MODE_TREE : 0100644;
			y.mode = strchr(sorted[j], '/') ? MODE_TREE : 0100644;
			order = entry_order(&x, &y);
			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

static void commits(void **state)
{
	static const struct {
		const char *text;
		bool good, has_parent;
	} cases[] = {
		{ "tree 01020304\nauthor x", true, false },
		{ "tree 01020304\nparent 05060708\nparent 09090909\nauthor x", true, true },
		{ "tree 01020304\nparent 05060708\n", true, true },
		{ "tree 01020304\nparent 0506070\nauthor x", false, false },
		{ "tree 0102030\nauthor x", false, false },
		{ "tree 01020304", false, false },
		{ "parent 05060708\ntree 01020304\nauthor x", false, false },
		{ "object 01020304\ntype commit\n", false, false },
		{ "", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct commit_names names;

		assert_int_equal(commit_parse(&names, span_of(cases[i].text), N),
				 cases[i].good);
		if (!cases[i].good)
			continue;
		assert_int_equal(names.has_parent, cases[i].has_parent);
		assert_memory_equal(names.tree.raw, "\1\2\3\4", 4);
		if (names.has_parent)
			assert_memory_equal(names.parent.raw, "\5\6\7\10", 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids),		  cmocka_unit_test(trees),
		cmocka_unit_test(spoilt_trees),	  cmocka_unit_test(names_and_order),
		cmocka_unit_test(commits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
