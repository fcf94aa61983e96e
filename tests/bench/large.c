/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench-large: the edit engine on large files and many edits, in CPU seconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "edit/resolve.h"

#define MAX_BYTES ((size_t)64 << 20)

static struct span file_bytes;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static struct err *read_one(void *ctx, const char *path, struct source_entry *out)
{
	(void)ctx, (void)path;
	*out = (struct source_entry){ SOURCE_FILE, file_bytes };
	return NULL;
}

static void check(struct err *err)
{
	if (err) {
		fprintf(stderr, "bench-large: %s\n", err_text(err));
		exit(2);
	}
}

static void make_file(struct str *out, size_t lines, const char *eol)
{
	for (size_t i = 0; i < lines; i++)
		str_addf(out, "%sint value_%zu = compute(%zu, \"item %zu\");%s",
			 i % 4 ? "\t" : "\t\t", i, i * 7919 % lines, i, eol);
	check(str_err(out, "file"));
}

/* The text of edit i of n over a file of so many lines, from a table of forms. */
typedef void make_edit(struct edit *edit, struct str *find, struct str *replace, size_t at);

static void literal(struct edit *edit, struct str *find, struct str *replace, size_t at)
{
	(void)edit;
	str_addf(find, "value_%zu = ", at);
	str_addf(replace, "renamed_%zu = ", at);
}

/* Two lines below at are indented by one tab. */
static void quote_below(struct str *find, size_t at, const char *indent)
{
	for (size_t i = at + 1; i < at + 3; i++)
		str_addf(find, "%sint value_%zu = compute(%zu, \"item %zu\");\n", indent, i,
			 i * 7919 % 200000, i);
}

static void dedented(struct edit *edit, struct str *find, struct str *replace, size_t at)
{
	(void)edit;
	quote_below(find, at, "");
	str_addf(replace, "int changed_%zu;\n", at);
}

static void blanks_for_tabs(struct edit *edit, struct str *find, struct str *replace,
			    size_t at)
{
	(void)edit;
	quote_below(find, at, "    ");
	str_addf(replace, "    if (changed_%zu)\n        deeper();\n", at);
}

static void inserted(struct edit *edit, struct str *find, struct str *replace, size_t at)
{
	(void)replace;
	edit->kind = EDIT_ADD_LINE;
	edit->position = POSITION_AFTER;
	str_addf(find, "value_%zu =", at);
	edit->line_content = SPAN("\tadded();");
}

static void failing(struct edit *edit, struct str *find, struct str *replace, size_t at)
{
	(void)edit;
	str_addf(find, "int value_%zu = compote(1);\nnot there\n", at);
	str_addf(replace, "x\n");
}

static void run(const char *name, size_t lines, const char *eol, size_t n, make_edit *make)
{
	const struct source source = { .read = read_one };
	struct str file = STR_INIT(MAX_BYTES), find = file, replace = file;
	const struct file_change *changes;
	size_t n_changes, applied = 0;
	struct resolver *r;
	double start;

	make_file(&file, lines, eol);
	file_bytes = str_span(&file);
	start = now();
	check(resolver_new(&r, &source));
	for (size_t i = 0; i < n; i++) {
		struct edit edit = { .kind = EDIT_REPLACE, .file = "a.c", .index = i };
		struct edit_result result;

		str_reset(&find);
		str_reset(&replace);
		make(&edit, &find, &replace, (i * 7907 % n) * (lines / n));
		edit.find = edit.anchor = str_span(&find);
		edit.replace = str_span(&replace);
		edit_result_init(&result);
		check(resolver_apply(r, &edit, &result));
		applied += result.status == EDIT_APPLIED;
		edit_result_release(&result);
	}
	check(resolver_changes(r, &changes, &n_changes));
	printf("%-40s %6.1f MB %6zu of %6zu edits %8.3f s\n", name, (double)file.len / 1e6,
	       applied, n, now() - start);
	resolver_free(r);
	str_release(&file);
	str_release(&find);
	str_release(&replace);
}

static void run_regex(size_t lines)
{
	const struct source source = { .read = read_one };
	struct edit edit = { .kind = EDIT_REPLACE, .file = "a.c", .regex = true, .all = true,
			     .find = SPAN("value_(\\d+)"), .replace = SPAN("v[$1]") };
	struct str file = STR_INIT(MAX_BYTES);
	const struct file_change *changes;
	struct edit_result result;
	struct resolver *r;
	double start;
	size_t n;

	make_file(&file, lines, "\n");
	file_bytes = str_span(&file);
	start = now();
	check(resolver_new(&r, &source));
	edit_result_init(&result);
	check(resolver_apply(r, &edit, &result));
	check(resolver_changes(r, &changes, &n));
	printf("%-40s %6.1f MB %6zu matches         %8.3f s\n", "regex, all", (double)file.len / 1e6,
	       lines, now() - start);
	edit_result_release(&result);
	resolver_free(r);
	str_release(&file);
}

int main(void)
{
	run("literal", 200000, "\n", 1, literal);
	run("literal", 200000, "\n", 1000, literal);
	run("literal", 200000, "\n", 10000, literal);
	run("literal, CRLF", 200000, "\r\n", 1000, literal);
	run("dedented", 200000, "\n", 1, dedented);
	run("dedented", 200000, "\n", 1000, dedented);
	run("dedented", 200000, "\n", 10000, dedented);
	run("blanks for tabs", 200000, "\n", 1, blanks_for_tabs);
	run("blanks for tabs", 200000, "\n", 10000, blanks_for_tabs);
	run("insertion", 200000, "\n", 10000, inserted);
	run("nowhere", 200000, "\n", 100, failing);
	run_regex(200000);
	return 0;
}
