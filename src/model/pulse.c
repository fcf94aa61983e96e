/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/pulse.h"

#include <stddef.h>

#include "base/deadline.h"

/* A server that said that it is done closes; one that does not is not waited for. */
#define CLOSING_MS 2000

struct pulse_limit pulse_limit(const struct pulse *pulse,
			       const struct pulse_limits *limits)
{
	int64_t silent_ms = deadline_after_ms(pulse->byte_ms, limits->silent_ms);
	int64_t queued_ms = deadline_after_ms(pulse->began_ms, limits->queued_ms);
	struct pulse_limit limit = { silent_ms, RETRY_SILENCE, "no answer" };

	if (pulse->said)
		limit.at_ms = deadline_after_ms(pulse->byte_ms, CLOSING_MS);
	else if (pulse->worked)
		limit = (struct pulse_limit){
			deadline_after_ms(pulse->work_ms, limits->between_ms),
			RETRY_SILENCE, "the answer stopped half way, silent"
		};
	else if (queued_ms < silent_ms)
		limit = (struct pulse_limit){ queued_ms, RETRY_SILENCE,
					      "queued, no answer" };
	if (limits->deadline_ms < limit.at_ms)
		limit = (struct pulse_limit){ limits->deadline_ms, RETRY_NEVER, NULL };
	return limit;
}
