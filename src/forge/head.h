/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a forge says in header lines: where the next page is, where something moved
 * to, when it answers again. Pure.
 *
 * Sources: RFC 8288 (Link); x-ratelimit-* of GitHub, ratelimit-* and x-next-page of
 * GitLab.
 */
#ifndef FORGE_HEAD_H
#define FORGE_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define HEAD_URL_MAX_BYTES 4096

struct head {
	char next[HEAD_URL_MAX_BYTES];     /* "" if there is none */
	char location[HEAD_URL_MAX_BYTES]; /* as it came: maybe relative */
	size_t next_page;                  /* 0: not said */
	bool is_json;
	bool used_up;    /* the limit allows no further request */
	int64_t reset_s; /* seconds since 1970, or from now if less than a year; -1 */
};

void head_init(struct head *head);

/* Takes one line; a status line begins anew, for what came before was interim. */
void head_add(struct head *head, struct span line);

#endif
