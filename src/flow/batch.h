/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which edits that wait for an executor share a request. Pure.
 *
 * Regions of one file that wait at the same moment go into one request if that is
 * cheaper and nobody waits longer for it:
 *
 *	cheaper   the words of every prompt, said once instead of m times, come to at
 *	          least a quarter of what the regions themselves take and give: what is
 *	          saved is worth the risk that one of them has to be asked for again.
 *	          Long regions therefore go alone.
 *	no wait   they are more than the requests that executors have room for; each of
 *	          these gets its share. With room for all they are rewritten side by
 *	          side, unless the executor is paid by the token.
 *
 * Small models lose their way in long answers: hence the ceilings. An edit that was
 * tried before goes alone.
 */
#ifndef FLOW_BATCH_H
#define FLOW_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BATCH_MAX 8
#define BATCH_MAX_TOKENS 3000

struct batch_part {
	const char *file;
	int64_t own_tokens;    /* of its region and its action, asked and answered */
	int64_t shared_tokens; /* of its prompt otherwise */
};

struct batch_terms {
	int room;  /* requests that executors would take now */
	bool paid; /* by the token */
};

/*
 * v[0] is whose turn it is, the others wait behind it. picked gets the numbers of
 * those that share the request, 0 first; returns how many: 1 if it goes alone.
 */
size_t batch_choose(const struct batch_part *v, size_t n, const struct batch_terms *terms,
		    size_t picked[BATCH_MAX]);

#endif
