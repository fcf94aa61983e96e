/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a log or a tool's report, in every form, and the plan that the shipped
 * rules make of it: it must be one that could have been read from a file. Every file
 * of the tree holds those very bytes.
 */
#include <string.h>

#include "base/template_files.h"
#include "fuzz.h"
#include "issue/diag.h"
#include "issue/rules.h"
#include "plan/check.h"
#include "plan/decode.h"
#include "plan/encode.h"

#define LEFT_MAX_BYTES ((size_t)4 << 20)

static struct rules *shipped(void)
{
	static struct rules *rules;

	if (rules)
		return rules;
	assert(!rules_new(&rules));
	for (size_t i = 0; i < template_files_count; i++) {
		const struct template_file *file = &template_files[i];

		if (!strncmp(file->name, "rules/", 6))
			assert(!rules_add(rules, file->name,
					(struct span){ file->bytes, file->len }));
	}
	return rules;
}

static struct err *read_bytes(void *ctx, const char *path, struct span *out)
{
	assert(*path != '\0');
	*out = *(const struct span *)ctx;
	return NULL;
}

static struct err *read_entry(void *ctx, const char *path, struct source_entry *out)
{
	*out = (struct source_entry){ SOURCE_FILE, { NULL, 0 } };
	return read_bytes(ctx, path, &out->bytes);
}

static struct err *list(void *ctx, const char *pathspec,
			struct err *(*fn)(void *fn_ctx, const char *path), void *fn_ctx)
{
	struct err *err = fn(fn_ctx, "include/a.h");

	(void)ctx;
	assert(*pathspec != '\0');
	return err ? err : fn(fn_ctx, "src/b.c");
}

static struct err *count_word(void *ctx, const char *word, size_t max, size_t *n)
{
	(void)ctx;
	*n = strlen(word) % 2 ? 1 : max;
	return NULL;
}

static struct err *removed_word(void *ctx, const char *word, bool *was)
{
	(void)ctx;
	*was = strlen(word) % 3 == 0;
	return NULL;
}

static struct err *files_with(void *ctx, const char *word,
			      struct err *(*fn)(void *fn_ctx, const char *path),
			      void *fn_ctx)
{
	assert(*word != '\0');
	return list(ctx, word, fn, fn_ctx);
}

static void check_diags(const struct diags *diags)
{
	for (size_t i = 0; i < diags->n; i++) {
		const struct diag *d = &diags->v[i];

		assert(d->tool && d->file && d->code);
		for (size_t j = 0; j < d->n_fixits; j++)
			assert(d->fixits[j].file != NULL);
	}
}

static void check_plan(const struct plan *plan)
{
	struct str text = STR_INIT(8 * PLAN_MAX_BYTES);
	struct plan again;
	struct jsonw w;

	if (!plan->n_edits)
		return;
	jsonw_init(&w, &text, false);
	plan_encode(plan, &w);
	assert(!text.failed);
	assert(!plan_decode(&again, str_span(&text)));
	assert(again.n_edits == plan->n_edits);
	plan_release(&again);
	str_release(&text);
}

static void try_form(struct span text, enum diag_form form)
{
	struct str left = STR_INIT(LEFT_MAX_BYTES);
	struct source source = { .ctx = &text, .read = read_entry, .list = list };
	struct evidence evidence = { &text, count_word, removed_word, files_with };
	struct rules_input in = { .rules = shipped(), .source = &source,
				  .evidence = &evidence };
	struct diags diags;
	struct plan plan;
	bool failed;

	diags_init(&diags);
	in.diags = &diags;
	failed = fuzz_failed(diag_parse(&diags, text, form, "/root/folder", read_bytes, &text),
			     ERR_INPUT);
	assert(!failed || form != DIAG_LOG);
	check_diags(&diags);
	for (int own = 0; !failed && own < 2; own++) {
		str_reset(&left);
		in.own_log = own;
		if (!fuzz_failed(rules_plan(&plan, &in, &left), ERR_INPUT))
			check_plan(&plan);
		plan_release(&plan);
	}
	diags_release(&diags);
	str_release(&left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);

	assert(diag_form_of(text) <= DIAG_ESLINT_JSON);
	for (int form = DIAG_LOG; form <= DIAG_ESLINT_JSON; form++)
		try_form(text, (enum diag_form)form);
	return 0;
}
