/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/result.h"

#include <stdarg.h>

void edit_result_init(struct edit_result *result)
{
	*result = (struct edit_result){ .reason = STR_INIT(EDIT_REASON_MAX_BYTES) };
}

void edit_result_release(struct edit_result *result)
{
	str_release(&result->reason);
	edit_result_init(result);
}

const char *edit_status_name(enum edit_status status)
{
	static const char *const names[] = {
		[EDIT_APPLIED] = "applied", [EDIT_SATISFIED] = "satisfied",
		[EDIT_FAILED] = "failed",   [EDIT_REFUSED] = "refused",
		[EDIT_WAITING] = "waiting", [EDIT_SKIPPED] = "skipped",
	};

	return names[status];
}

void edit_result_set(struct edit_result *result, enum edit_status status,
		     const char *fmt, ...)
{
	va_list ap;

	str_reset(&result->reason);
	result->status = status;
	result->rung = NULL;
	va_start(ap, fmt);
	str_vaddf(&result->reason, fmt, ap);
	va_end(ap);
}

void edit_result_note(struct edit_result *result, const char *fmt, ...)
{
	size_t before = result->reason.len;
	va_list ap;

	if (before)
		str_addc(&result->reason, '\n');
	va_start(ap, fmt);
	str_vaddf(&result->reason, fmt, ap);
	va_end(ap);
	if (result->reason.failed)
		str_truncate(&result->reason, before);
}

void edit_result_done(struct edit_result *result, enum edit_status status,
		      const char *rung, size_t line)
{
	str_reset(&result->reason);
	result->status = status;
	result->rung = rung;
	result->line = line;
}
