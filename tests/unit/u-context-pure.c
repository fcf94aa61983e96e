/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "context/excerpt.h"
#include "context/rank.h"
#include "context/secrets.h"
#include "context/terms.h"

#define GONE "[a secret was here]"
#define KEY_LINE "MIIEowIBAAKCAQEA0Z3VS5JJcds3xfn7ygWyF0qTbY4hO1Jm2R9gWq8uLkPzXv+w"
#define HEX_LINE "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Made up; put together of halves, so that no scanner takes this file for a leak. */
static const struct {
	const char *text, *want;
	size_t withheld;
} secret_cases[] = {
	{ "t = \"ghp_" "abcdefghijklmnopqrstuvwxyz0123456789\"\nx\n", GONE "\nx\n", 1 },
	{ "key AKIA" "IOSFODNN7EXAMPLE\r\nx", GONE "\r\nx", 1 },
	{ "xoxb-" "123456789012-abcdefghij", GONE, 1 },
	{ "glpat-" "abcdefghij0123456789", GONE, 1 },
	{ "sk-" "proj-abcdefghij0123456789", GONE, 1 },
	{ "AIza" "SyA1234567890abcdefghijklmnopqrstuv", GONE, 1 },
	{ "eyJhbGciOiJIUzI1NiJ9." "eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijklmnop", GONE,
	  1 },
	{ "Authorization: Bearer abcdef" "0123456789abcdef", GONE, 1 },
	{ "url = https://user:hunter2hunter@" "db.example.org/x", GONE, 1 },
	{ "password = \"correct7horse\"", GONE, 1 },
	{ "'api_key': 'abc123def456'", GONE, 1 },
	{ "DB_PASSWORD=abc123def456ghi", GONE, 1 },
	{ "export SECRET_TOKEN=abcdefgh12345678", GONE, 1 },
	{ "a\n-----BEGIN RSA "
	  "PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----\nb\n",
	  "a\n" GONE "\n" GONE "\n" GONE "\n" GONE "\nb\n", 4 },
	{ "-----BEGIN OPENSSH " "PRIVATE KEY-----\nnever ended", GONE "\n" GONE, 2 },

	{ "+API_TOKEN=abcdef012345\n", GONE "\n", 1 },
	{ "conf.ini:3:API_TOKEN=abcdef012345\n", GONE "\n", 1 },
	{ "-" KEY_LINE "\n", GONE "\n", 1 },
	{ "id_rsa:7:" KEY_LINE "\n", GONE "\n", 1 },
	{ "    " KEY_LINE "abcDEF\r\n", GONE "\r\n", 1 },
	/* not secrets */
	{ "while (token==END_OF_FILE_1)\n", "while (token==END_OF_FILE_1)\n", 0 },
	{ KEY_LINE "abc\n", KEY_LINE "abc\n", 0 },
	{ HEX_LINE "\n", HEX_LINE "\n", 0 },
	{ "", "", 0 },
	{ "int key = 5;\n", "int key = 5;\n", 0 },
	{ "password = getpass()\n", "password = getpass()\n", 0 },
	{ "password = \"$PASSWORD1\"\n", "password = \"$PASSWORD1\"\n", 0 },
	{ "token = next_token(&lexer, 1);\n", "token = next_token(&lexer, 1);\n", 0 },
	{ "#define KEY_MAX 12345678901234\n", "#define KEY_MAX 12345678901234\n", 0 },
	{ "git@github.com:a/b https://x.example:8080/@v1\n",
	  "git@github.com:a/b https://x.example:8080/@v1\n", 0 },
	{ "https://user:<password>@host\n", "https://user:<password>@host\n", 0 },
	{ "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n",
	  "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n", 0 },
	{ "if (!strcmp(secret, \"x\"))\n", "if (!strcmp(secret, \"x\"))\n", 0 },
	{ "sk-learn and risk-averse\n", "sk-learn and risk-averse\n", 0 },
};

static void secrets_are_withheld(void **state)
{
	struct secrets *secrets;

	(void)state;
	ok(secrets_new(&secrets));
	for (size_t i = 0; i < ARRAY_SIZE(secret_cases); i++) {
		struct str out = STR_INIT(4096);
		size_t withheld = 0;

		ok(secrets_filter(secrets, span_of(secret_cases[i].text), &out,
				  &withheld));
		if (strcmp(out.buf, secret_cases[i].want) ||
		    withheld != secret_cases[i].withheld)
			fail_msg("'%s': '%s', %zu", secret_cases[i].text, out.buf,
				 withheld);
		str_release(&out);
	}
	secrets_free(secrets);
}

/* A secret in the middle of a line that is no line of a person's. */
static void long_lines(void **state)
{
	struct str text = STR_INIT(1 << 20), out = STR_INIT(1 << 20);
	struct secrets *secrets;
	size_t withheld = 0;

	(void)state;
	ok(secrets_new(&secrets));
	for (size_t before = 16300; before < 16400; before += 7) {
		str_reset(&text);
		str_reset(&out);
		withheld = 0;
		while (text.len < before)
			str_adds(&text, "a ");
		str_adds(&text, "ghp_" "abcdefghijklmnopqrstuvwxyz0123456789");
		while (text.len < 100000)
			str_adds(&text, " b");
		ok(secrets_filter(secrets, str_span(&text), &out, &withheld));
		assert_int_equal(withheld, 1);
		assert_string_equal(out.buf, GONE);
	}
	str_release(&text);
	str_release(&out);
	secrets_free(secrets);
}

static void key_files(void **state)
{
	static const struct {
		const char *path;
		bool key;
	} cases[] = {
		{ ".env", true }, { "a/.env.local", true }, { "a/prod.env", true },
		{ "deploy/id_rsa", true }, { "x/SERVER.PEM", true }, { "a.key", true },
		{ ".npmrc", true }, { "k8s/secrets.yaml", true },
		{ ".env.example", false }, { "id_rsa.pub", false },
		{ "src/key.c", false },
		{ "environment.py", false }, { "keys/readme.md", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (secrets_is_key_path(cases[i].path) != cases[i].key)
			fail_msg("%s", cases[i].path);
}

static void terms_of_texts(void **state)
{
	static const struct {
		const char *text, *places, *names, *prose;
	} cases[] = {
		{ "src/a.c:12:5: error: 'foo_bar' undeclared", "src/a.c:12", "foo_bar",
		  "undeclared" },
		{ "File \"lib/x.py\", line 7, in parse_args", "lib/x.py:7",
		  "parse_args", "parse" },
		{ "at strbuf_grow() (strbuf.c:99)", "strbuf.c:99", "strbuf_grow",
		  "strbuf" },
		{ "see ./b.go, and b.go.", "b.go:0", "", "" },
		{ "and/or is no file", "and/or:0", "", "" },
		{ "https://example.org/x.c is a URL", "", "", "https example" },
		{ "version 1.2.3 of `main`", "", "main", "" },
		{ "parseArgs HTTPServer x2y", "", "parseArgs HTTPServer x2y", "" },
		{ "the THE The error Error", "", "", "" },
		{ "overflow overflow overflow", "", "", "overflow" },
		{ "a.c(5): x", "a.c:5", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str places = STR_INIT(1000);
		struct terms terms;

		terms_init(&terms);
		ok(terms_read(&terms, span_of(cases[i].text)));
		for (size_t j = 0; j < terms.n_places; j++)
			str_addf(&places, "%s%s:%zu", j ? " " : "", terms.places[j].path,
				 terms.places[j].line);
		if (strcmp(places.buf, cases[i].places))
			fail_msg("'%s': places '%s'", cases[i].text, places.buf);
		for (size_t j = 0; j < terms.n_words; j++) {
			const char *where =
				j < terms.n_names ? cases[i].names : cases[i].prose;

			if (!strstr(where, terms.words[j].text) &&
			    (j < terms.n_names || *cases[i].prose))
				fail_msg("'%s': word '%s'", cases[i].text,
					 terms.words[j].text);
		}
		if (*cases[i].names && !terms.n_names)
			fail_msg("'%s': no names", cases[i].text);
		str_release(&places);
		terms_release(&terms);
	}
}

static void terms_have_an_end(void **state)
{
	struct str text = STR_INIT(8 << 20);
	struct terms terms;

	(void)state;
	for (int i = 0; i < 100000; i++)
		str_addf(&text, "dir%d/file%d.c:%d name_%d prose%c%c%c\n", i, i, i, i,
			 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676 % 26);
	terms_init(&terms);
	ok(terms_read(&terms, str_span(&text)));
	assert_int_equal(terms.n_places, TERMS_PLACES_MAX);
	assert_int_equal(terms.n_words, TERMS_WORDS_MAX);
	assert_int_equal(terms.n_names, TERMS_WORDS_MAX);
	terms_release(&terms);
	str_release(&text);
}

/* A name that comes after many words of prose still has its place. */
static void names_before_prose(void **state)
{
	struct terms terms;

	(void)state;
	terms_init(&terms);
	for (int i = 0; i < 200; i++) {
		char word[32];

		snprintf(word, sizeof(word), "prose%c%c", 'a' + i % 26, 'a' + i / 26);
		ok(terms_read(&terms, span_of(word)));
	}
	ok(terms_read(&terms, SPAN("some_name")));
	assert_int_equal(terms.n_names, 1);
	assert_string_equal(terms.words[0].text, "some_name");
	assert_int_equal(terms.n_words, TERMS_WORDS_MAX);
	terms_release(&terms);
}

static void kinds_of_paths(void **state)
{
	static const struct {
		const char *path;
		enum path_kind kind;
	} cases[] = {
		{ "src/a.c", PATH_CODE }, { "Makefile", PATH_CODE },
		{ "lib/testing.py", PATH_CODE },
		{ "tests/a.c", PATH_TEST }, { "src/test_a.py", PATH_TEST },
		{ "a/tests/b.c", PATH_TEST }, { "a_test.go", PATH_TEST },
		{ "doc/a.md", PATH_PROSE }, { "ChangeLog", PATH_PROSE },
		{ "git.1", PATH_PROSE },
		{ "a.json", PATH_DATA }, { "package-lock.json", PATH_MADE },
		{ "vendor/x/y.go", PATH_MADE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (path_kind_of(cases[i].path) != cases[i].kind)
			fail_msg("%s", cases[i].path);
}

static void ranks(void **state)
{
	static const struct rank_word words[] = { { "rare_name", 1 }, { "common", 1 },
						  { "prose", 0.4 } };
	static const struct {
		const char *path;
		size_t word, count;
	} hits[] = {
		{ "src/b.c", 0, 1 }, { "doc/b.md", 0, 2 }, { "tests/t.c", 0, 1 },
		{ "src/a.c", 2, 1 }, { "src/rare_name.c", 0, 1 }, { "src/c.c", 0, 1 },
		{ "src/c.c", 2, 4 }, { "src/c.c", 0, 2 },
	};
	static const char *const want[] = { "src/c.c",	 "src/rare_name.c", "src/b.c",
					    "tests/t.c", "src/a.c",	    "doc/b.md" };
	const struct ranked *ranked;
	char paths[300][16];
	struct rank *rank;
	size_t n;

	(void)state;
	ok(rank_new(&rank, words, ARRAY_SIZE(words), 400));
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) { /* in most files: says nothing */
		snprintf(paths[i], sizeof(paths[i]), "x/%zu.c", i);
		ok(rank_add(rank, paths[i], 1, 5));
	}
	for (size_t i = 0; i < ARRAY_SIZE(hits); i++)
		ok(rank_add(rank, hits[i].path, hits[i].word, hits[i].count));
	ok(rank_sort(rank, &ranked, &n));
	assert_int_equal(n, ARRAY_SIZE(want));
	for (size_t i = 0; i < n; i++)
		if (strcmp(ranked[i].path, want[i]))
			fail_msg("%zu: %s (%f), not %s", i, ranked[i].path,
				 ranked[i].score, want[i]);
	rank_free(rank);
}

/* 300 lines: functions of 20 lines each, f0 .. f14. */
static void make_source(struct str *out)
{
	for (int f = 0; f < 15; f++) {
		str_addf(out, "int f%d(void)\n{\n", f);
		for (int i = 0; i < 15; i++)
			str_addf(out, "\tstep_%d_%d();\n", f, i);
		str_adds(out, "\treturn 0;\n}\n\n");
	}
}

static void excerpts(void **state)
{
	static const struct {
		size_t lines[3], n_lines;
		const char *words[2];
		size_t n_words, whole, max;
		const char *want;
	} cases[] = {
		{ { 0 }, 0, { NULL }, 0, 100000, 100000, "1-300" },
		{ { 30 }, 1, { NULL }, 0, 100, 100000, "18-42" },
		{ { 35 }, 1, { NULL }, 0, 100, 100000, "21-47" },
		{ { 23 }, 1, { NULL }, 0, 100, 100000, "11-39" },
		{ { 1 }, 1, { NULL }, 0, 100, 100000, "1-19" },
		{ { 300 }, 1, { NULL }, 0, 100, 100000, "281-300" },
		{ { 30, 250 }, 2, { NULL }, 0, 100, 100000, "18-42 238-262" },
		{ { 250, 30, 31 }, 3, { NULL }, 0, 100, 100000, "18-42 238-262" },
		{ { 30, 50 }, 2, { NULL }, 0, 100, 100000, "18-62" },
		{ { 0 }, 0, { "step_7_3", NULL }, 1, 100, 100000, "134-159" },
		{ { 0 }, 0, { "step_7", NULL }, 1, 100, 100000, "1-60" },
		{ { 999, 0 }, 2, { NULL }, 0, 100, 100000, "1-60" },
		{ { 30, 250 }, 2, { NULL }, 0, 100, 500, "18-42 246-254" },
		{ { 30 }, 1, { NULL }, 0, 100, 200, "26-34" },
	};
	struct str text = STR_INIT(1 << 20);

	(void)state;
	make_source(&text);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str got = STR_INIT(1000);
		struct excerpt excerpt;
		size_t bytes = 0;

		excerpt_cut(&excerpt, str_span(&text), cases[i].lines, cases[i].n_lines,
			    cases[i].words, cases[i].n_words, cases[i].whole,
			    cases[i].max);
		for (size_t j = 0; j < excerpt.n; j++) {
			const struct excerpt_part *part = &excerpt.parts[j];
			struct span rest = part->text, line;
			size_t n = 0;

			str_addf(&got, "%s%zu-%zu", j ? " " : "", part->first_line,
				 part->last_line);
			while (span_line(&rest, &line))
				n++;
			assert_int_equal(n, part->last_line - part->first_line + 1);
			bytes += part->text.len;
		}
		if (strcmp(got.buf, cases[i].want))
			fail_msg("case %zu: %s, not %s", i, got.buf, cases[i].want);
		assert_true(bytes <= cases[i].max);
		assert_int_equal(excerpt.n_lines, 300);
		str_release(&got);
	}
	str_release(&text);
}

static void odd_excerpts(void **state)
{
	static const char *const texts[] = {
		"", "\n", "x", "x\ny", "\n\n\n", "\r\n\r\n"
	};
	const size_t line = 1;
	const char *const words[] = { "x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		for (size_t whole = 0; whole < 2; whole++) {
			struct excerpt excerpt;

			excerpt_cut(&excerpt, span_of(texts[i]), &line, 1, words, 1,
				    whole * 100, 100);
			assert_int_equal(excerpt.n, texts[i][0] != '\0');
			if (excerpt.n)
				assert_span(excerpt.parts[0].text, texts[i]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_withheld),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(key_files),
		cmocka_unit_test(terms_of_texts),
		cmocka_unit_test(terms_have_an_end),
		cmocka_unit_test(names_before_prose),
		cmocka_unit_test(kinds_of_paths),
		cmocka_unit_test(ranks),
		cmocka_unit_test(excerpts),
		cmocka_unit_test(odd_excerpts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
