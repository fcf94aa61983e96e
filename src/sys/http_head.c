/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/http_head.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"

static const char *const request_ids[] = {
	"x-request-id", "request-id", "x-deepseek-request-id", "x-github-request-id",
};

void http_head_init(struct http_head *head)
{
	*head = (struct http_head){ .retry_after_ms = -1 };
}

int64_t http_head_clamp_ms(int64_t ms)
{
	if (ms < 0)
		return 0;
	return ms < HTTP_RETRY_AFTER_MAX_MS ? ms : HTTP_RETRY_AFTER_MAX_MS;
}

bool http_head_value(struct span line, const char *name, struct span *value)
{
	size_t n = strlen(name);

	if (line.len <= n || line.ptr[n] != ':' || strncasecmp(line.ptr, name, n))
		return false;
	*value = span_trim(span_cut(line, n + 1, line.len));
	return true;
}

static void note_request_id(struct http_head *head, struct span id)
{
	for (size_t i = 0; i < id.len; i++) {
		if (id.ptr[i] <= 0x20 || id.ptr[i] > 0x7e)
			return;
	}
	snprintf(head->request_id, sizeof(head->request_id), "%.*s", (int)id.len, id.ptr);
}

bool http_head_add(struct http_head *head, struct span line)
{
	struct span value;
	size_t ms;

	if (line.len > HTTP_HEAD_MAX_BYTES - head->bytes)
		return false;
	head->bytes += line.len;
	if (span_starts(line, "HTTP/")) { /* the answers before were interim */
		head->retry_after = false;
		head->retry_after_ms = -1;
		head->request_id[0] = '\0';
	} else if (http_head_value(line, "retry-after", &value)) {
		head->retry_after = true;
	} else if (http_head_value(line, "retry-after-ms", &value)) {
		if (span_number(value, SIZE_MAX / 2, &ms))
			head->retry_after_ms = http_head_clamp_ms((int64_t)ms);
	}
	for (size_t i = 0; i < ARRAY_SIZE(request_ids); i++) {
		if (http_head_value(line, request_ids[i], &value))
			note_request_id(head, value);
	}
	return true;
}

bool http_head_is_line(const char *line)
{
	const char *colon = strchr(line, ':');

	if (!colon || colon == line)
		return false;
	for (const char *p = line; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	}
	return true;
}
