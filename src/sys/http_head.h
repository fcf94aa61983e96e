/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is read from the header lines of an answer, and what may stand in one
 * that we send.
 */
#ifndef SYS_HTTP_HEAD_H
#define SYS_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define HTTP_HEAD_MAX_BYTES 65536
#define HTTP_RETRY_AFTER_MAX_MS 3600000

struct http_head {
	size_t bytes;
	bool retry_after;       /* a Retry-After, in seconds or as a date, came */
	int64_t retry_after_ms; /* from a retry-after-ms; -1: none came */
	char request_id[128];   /* printable, "" if none */
};

void http_head_init(struct http_head *head);

/* Takes one line. False once they pass HTTP_HEAD_MAX_BYTES altogether. */
bool http_head_add(struct http_head *head, struct span line);

/* Whether line is of the header name, in whatever case; its value without blanks. */
bool http_head_value(struct span line, const char *name, struct span *value);

/* Into 0 to HTTP_RETRY_AFTER_MAX_MS: a date in the past, a century. */
int64_t http_head_clamp_ms(int64_t ms);

/* Whether line is "Name: value" and cannot end early and begin another header. */
bool http_head_is_line(const char *line);

#endif
