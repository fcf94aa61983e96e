/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as what git tells a pre-push hook: tips are object names, each once.
 */
#include <string.h>

#include "fuzz.h"
#include "hook/push.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct push push;

	fuzz_failed(push_parse(&push, fuzz_span(data, size)), ERR_INPUT);
	assert(push.n <= PUSH_TIPS_MAX);
	for (size_t i = 0; i < push.n; i++) {
		size_t len = strlen(push.tips[i].oid);

		assert(len == 40 || len == 64);
		assert(strspn(push.tips[i].oid, "0123456789abcdef") == len);
		assert(strspn(push.tips[i].oid, "0") < len);
		assert(push.tips[i].branch != NULL);
		for (size_t j = 0; j < i; j++)
			assert(strcmp(push.tips[i].oid, push.tips[j].oid) != 0);
	}
	push_release(&push);
	return 0;
}
