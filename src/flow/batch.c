/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/batch.h"

#include <string.h>

#define WORTH 4 /* what is saved, times that, covers the regions' own tokens */

static size_t count_of_file(const struct batch_part *v, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += !strcmp(v[i].file, v[0].file);
	return count;
}

/* How many one request may take, so that all places get some. */
static size_t share(size_t waiting, const struct batch_terms *terms)
{
	size_t room = terms->room > 0 ? (size_t)terms->room : 1;
	size_t most = terms->paid ? waiting : (waiting + room - 1) / room;

	return most < BATCH_MAX ? most : BATCH_MAX;
}

size_t batch_choose(const struct batch_part *v, size_t n, const struct batch_terms *terms,
		    size_t picked[BATCH_MAX])
{
	size_t most = share(count_of_file(v, n), terms), count = 1;
	int64_t own = v[0].own_tokens, saved = 0;

	picked[0] = 0;
	for (size_t i = 1; i < n && count < most; i++) {
		if (strcmp(v[i].file, v[0].file) ||
		    own + v[i].own_tokens > BATCH_MAX_TOKENS ||
		    (saved + v[i].shared_tokens) * WORTH < own + v[i].own_tokens)
			continue;
		own += v[i].own_tokens;
		saved += v[i].shared_tokens;
		picked[count++] = i;
	}
	return count;
}
