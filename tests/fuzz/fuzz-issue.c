/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the text of an issue: what is kept can be shown, its title is one line,
 * its slug a word for a branch.
 */
#include <string.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "issue/text.h"

static void check_slug(const char *slug)
{
	size_t n = strlen(slug);

	assert(n <= ISSUE_SLUG_MAX_BYTES);
	assert(strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == n);
	assert(!n || (slug[0] != '-' && slug[n - 1] != '-'));
	assert(!strstr(slug, "--"));
}

static void check_shown(struct span text)
{
	uint32_t cp;

	for (size_t at = 0; at < text.len;) {
		at += utf8_next(text, at, &cp);
		assert(cp != UTF8_BAD);
		assert(cp == '\n' || cp == '\t' || !utf8_is_control(cp));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct issue_text issue;

	issue_text_init(&issue);
	if (!fuzz_failed(issue_text_read(&issue, fuzz_span(data, size)), ERR_INPUT)) {
		assert(issue.text.len && issue.text.len <= 3 * ISSUE_TEXT_MAX_BYTES);
		check_shown(str_span(&issue.text));
		assert(utf8_valid(span_of(issue.title)));
		assert(!strpbrk(issue.title, "\n\r\t"));
		check_slug(issue.slug);
	}
	issue_text_release(&issue);
	return 0;
}
