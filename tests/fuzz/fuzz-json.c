/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as JSON: within its limits, and every string in it is written so that it
 * reads back the same.
 */
#include <string.h>

#include "base/jsonw.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "sys/json.h"

#define DEPTH_MAX 16
#define TEXT_MAX_BYTES ((size_t)1 << 20)

static const struct json_limits limits = { .max_bytes = 65536, .max_depth = DEPTH_MAX };

static void check_string(struct span s)
{
	struct str text = STR_INIT(TEXT_MAX_BYTES);
	struct json_doc *doc;
	struct jsonw w;
	struct span again;

	assert(utf8_valid(s) && !memchr(s.ptr, '\0', s.len));
	jsonw_init(&w, &text, false);
	jsonw_string(&w, s);
	assert(!text.failed && !json_parse(&doc, str_span(&text), &limits));
	assert(json_string_of(json_root(doc), &again) && span_eq(s, again));
	json_free(doc);
	str_release(&text);
}

static void walk(const json_node *node, size_t depth);

static void on_member(void *ctx, const char *key, const json_node *value)
{
	const size_t *depth = ctx;

	check_string(span_of(key));
	walk(value, *depth + 1);
}

static void walk(const json_node *node, size_t depth)
{
	struct span s;

	assert(depth <= DEPTH_MAX);
	if (json_string_of(node, &s))
		check_string(s);
	for (size_t i = 0; i < json_count(node); i++)
		walk(json_at(node, i), depth + 1);
	json_each(node, on_member, &depth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_doc *doc;

	if (!fuzz_failed(json_parse(&doc, fuzz_span(data, size), &limits), ERR_INPUT))
		walk(json_root(doc), 0);
	json_free(doc);
	return 0;
}
