/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as an event stream: what comes out is the same in whatever pieces they
 * came in.
 */
#include "fuzz.h"
#include "sys/sse.h"

#define LINE_MAX_BYTES 256
#define EVENT_MAX_BYTES 512
#define EVENTS_MAX_BYTES ((size_t)4 << 20)

static struct err *on_event(void *ctx, struct span data)
{
	struct str *events = ctx;

	assert(data.len <= EVENT_MAX_BYTES);
	str_addf(events, "%zu:", data.len);
	str_add_span(events, data);
	return NULL;
}

/* True if a line or an event passed its ceiling. */
static bool read_events(struct span bytes, size_t piece, struct str *events)
{
	bool failed = false;
	struct sse sse;

	sse_init(&sse, LINE_MAX_BYTES, EVENT_MAX_BYTES);
	for (size_t at = 0; !failed && at < bytes.len; at += piece)
		failed = fuzz_failed(sse_feed(&sse, span_cut(bytes, at, at + piece), on_event,
					      events),
				     ERR_SERVICE);
	sse_release(&sse);
	return failed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str whole = STR_INIT(EVENTS_MAX_BYTES), pieces = whole;
	struct span bytes = fuzz_span(data, size);
	bool failed = read_events(bytes, size + 1, &whole);

	for (size_t piece = 1; piece <= 7; piece += 3) {
		str_reset(&pieces);
		assert(read_events(bytes, piece, &pieces) == failed);
		assert(span_eq(str_span(&whole), str_span(&pieces)));
	}
	str_release(&whole);
	str_release(&pieces);
	return 0;
}
