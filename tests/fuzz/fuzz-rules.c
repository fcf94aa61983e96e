/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a file of rules: bad ones are said to be bad, and what is taken can be
 * tried on a log.
 */
#include "fuzz.h"
#include "issue/rules.h"

#define LEFT_MAX_BYTES ((size_t)1 << 20)

static const char log_text[] =
	"a.c:1:1: error: implicit declaration of function 'puts' [-Wimplicit]\n"
	"    1 | puts(\"x\");\n"
	"a.c:1:1: note: include '<stdio.h>' or provide a declaration of 'puts'\n";

static struct err *read_entry(void *ctx, const char *path, struct source_entry *out)
{
	(void)ctx;
	(void)path;
	*out = (struct source_entry){ SOURCE_FILE, SPAN("puts(\"x\");\n") };
	return NULL;
}

static struct err *list(void *ctx, const char *pathspec,
			struct err *(*fn)(void *fn_ctx, const char *path), void *fn_ctx)
{
	(void)ctx;
	(void)pathspec;
	return fn(fn_ctx, "a.c");
}

static void apply(const struct rules *rules)
{
	struct str left = STR_INIT(LEFT_MAX_BYTES);
	struct source source = { .read = read_entry, .list = list };
	struct rules_input in = { .rules = rules, .source = &source, .own_log = true };
	struct diags diags;
	struct plan plan;

	diags_init(&diags);
	assert(!diag_parse(&diags, span_of(log_text), DIAG_LOG, "", NULL, NULL));
	assert(diags.n > 0);
	in.diags = &diags;
	fuzz_failed(rules_plan(&plan, &in, &left), ERR_INPUT);
	plan_release(&plan);
	diags_release(&diags);
	str_release(&left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules *rules;

	assert(!rules_new(&rules));
	if (!fuzz_failed(rules_add(rules, "fuzz.rules", fuzz_span(data, size)), ERR_INPUT))
		apply(rules);
	rules_free(rules);
	return 0;
}
