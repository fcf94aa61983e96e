/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/sse.h"

void sse_init(struct sse *sse, size_t line_max_bytes, size_t event_max_bytes)
{
	*sse = (struct sse){
		.line = STR_INIT(line_max_bytes),
		.data = STR_INIT(event_max_bytes),
	};
}

void sse_release(struct sse *sse)
{
	str_release(&sse->line);
	str_release(&sse->data);
	sse->has_data = sse->after_cr = sse->begun = false;
	sse->comments = 0;
}

static struct span without_bom(struct span line)
{
	return span_cut(line, span_starts(line, "\xef\xbb\xbf") ? 3 : 0, line.len);
}

static void add_data(struct sse *sse, struct span line)
{
	struct span value = span_cut(line, 5, line.len); /* after "data:" */

	if (span_starts(value, " "))
		value = span_cut(value, 1, value.len);
	if (sse->has_data)
		str_addc(&sse->data, '\n');
	str_add_span(&sse->data, value);
	sse->has_data = true;
}

static struct err *dispatch(struct sse *sse,
			    struct err *(*event)(void *ctx, struct span data), void *ctx)
{
	struct err *err = NULL;

	if (sse->has_data)
		err = event(ctx, str_span(&sse->data));
	sse->has_data = false;
	str_reset(&sse->data);
	return err;
}

static struct err *take_line(struct sse *sse, struct span line,
			     struct err *(*event)(void *ctx, struct span data), void *ctx)
{
	if (line.len > sse->line.max_bytes)
		return err_new(ERR_SERVICE,
			       "event stream: a line: larger than %zu bytes",
			       sse->line.max_bytes);
	if (!sse->begun)
		line = without_bom(line);
	sse->begun = true;
	if (!line.len)
		return dispatch(sse, event, ctx);
	if (line.ptr[0] == ':')
		sse->comments++;
	else if (span_starts(line, "data:") || span_eqs(line, "data"))
		add_data(sse, line);
	return err_as(str_err(&sse->data, "event stream: an event"), ERR_SERVICE);
}

static size_t line_end(struct span bytes)
{
	size_t i = 0;

	while (i < bytes.len && bytes.ptr[i] != '\n' && bytes.ptr[i] != '\r')
		i++;
	return i;
}

/* Lines that came whole are read where they lie; only a rest is copied. */
struct err *sse_feed(struct sse *sse, struct span bytes,
		     struct err *(*event)(void *ctx, struct span data), void *ctx)
{
	struct err *err = NULL;

	if (sse->after_cr && bytes.len) {
		if (bytes.ptr[0] == '\n')
			bytes = span_cut(bytes, 1, bytes.len);
		sse->after_cr = false;
	}
	while (!err && bytes.len) {
		size_t end = line_end(bytes);
		struct span line = span_cut(bytes, 0, end);
		bool cr = end < bytes.len && bytes.ptr[end] == '\r';

		if (end == bytes.len || sse->line.len)
			str_add_span(&sse->line, line);
		err = err_as(str_err(&sse->line, "event stream: a line"), ERR_SERVICE);
		if (err || end == bytes.len)
			return err;
		if (sse->line.len)
			line = str_span(&sse->line);
		err = take_line(sse, line, event, ctx);
		str_reset(&sse->line);
		if (cr && end + 1 == bytes.len)
			sse->after_cr = true;
		else if (cr && bytes.ptr[end + 1] == '\n')
			end++;
		bytes = span_cut(bytes, end + 1, bytes.len);
	}
	return err;
}
