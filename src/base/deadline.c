/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/deadline.h"

int64_t deadline_after_ms(int64_t now_ms, int64_t span_ms)
{
	if (span_ms < 0)
		span_ms = 0;
	if (now_ms > DEADLINE_NEVER - span_ms)
		return DEADLINE_NEVER;
	return now_ms + span_ms;
}

int64_t deadline_left_ms(int64_t deadline_ms, int64_t now_ms)
{
	if (deadline_ms == DEADLINE_NEVER)
		return DEADLINE_NEVER;
	return deadline_ms > now_ms ? deadline_ms - now_ms : 0;
}

bool deadline_passed(int64_t deadline_ms, int64_t now_ms)
{
	return deadline_ms != DEADLINE_NEVER && now_ms >= deadline_ms;
}

int64_t deadline_earlier(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}
