/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context/quote.h"

#define FENCE_MIN 3

static size_t fence_length(struct span text)
{
	size_t longest = FENCE_MIN - 1, run = 0;

	for (size_t i = 0; i < text.len; i++) {
		run = text.ptr[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest + 1;
}

/* A title is ours but for the path in it, which may hold what it likes. */
static void add_title(struct str *out, const char *title)
{
	for (const char *p = title; *p; p++)
		str_addc(out,
			 (unsigned char)*p < 0x20 || *p == 0x7f || *p == '`' ? '?' : *p);
	str_addc(out, '\n');
}

void quote_add(struct str *out, const struct quote *quote)
{
	size_t fence = fence_length(quote->text);

	if (quote->title)
		add_title(out, quote->title);
	for (size_t i = 0; i < fence; i++)
		str_addc(out, '`');
	str_addc(out, '\n');
	str_add_span(out, quote->text);
	if (quote->text.len && !span_ends(quote->text, "\n"))
		str_addc(out, '\n');
	for (size_t i = 0; i < fence; i++)
		str_addc(out, '`');
	str_addc(out, '\n');
}
