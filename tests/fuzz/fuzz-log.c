/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the log of a check: its counts, the names of failing tests, and the
 * tail that is shown.
 */
#include <string.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "verify/counts.h"
#include "verify/verdict.h"

#define NAMES_MAX_BYTES ((size_t)4 << 20)
#define TAIL_MAX_BYTES ((size_t)1 << 20)

static void check_names(struct span log)
{
	struct test_names names;
	struct arena arena;

	arena_init(&arena, NAMES_MAX_BYTES);
	if (!fuzz_failed(counts_names(log, &arena, &names), ERR_INPUT)) {
		for (size_t i = 1; i < names.n; i++)
			assert(strcmp(names.v[i - 1], names.v[i]) < 0);
	}
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t max_bytes[] = { 0, 1, 50, 400, 5000 };
	struct span log = fuzz_span(data, size);
	struct test_counts counts;

	counts_read(log, &counts);
	assert(counts.known || !counts.run);
	check_names(log);
	for (size_t i = 0; i < sizeof(max_bytes) / sizeof(*max_bytes); i++) {
		struct str tail = STR_INIT(TAIL_MAX_BYTES);

		verdict_tail(log, max_bytes[i], &tail);
		assert(!tail.failed && tail.len <= max_bytes[i]);
		assert(!tail.len || tail.buf[tail.len - 1] == '\n');
		assert(utf8_valid(str_span(&tail)));
		str_release(&tail);
	}
	return 0;
}
