/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/capture.h"

#include <inttypes.h>
#include <string.h>

/* What the line between the halves may take on top of max_bytes. */
#define LINE_MAX_BYTES 64

void capture_init(struct capture *c, size_t max_bytes, bool cuts)
{
	*c = (struct capture){ .max_bytes = max_bytes };
	str_init(&c->tail, cuts ? max_bytes / 2 : 0);
	str_init(&c->head, max_bytes - c->tail.max_bytes);
}

void capture_release(struct capture *c)
{
	str_release(&c->head);
	str_release(&c->tail);
	c->oldest = 0;
	c->total_bytes = 0;
}

static size_t fill(struct str *s, const char *bytes, size_t len)
{
	size_t room = s->max_bytes - s->len;
	size_t n = len < room ? len : room;

	str_add(s, bytes, n);
	return n;
}

static void overwrite(struct capture *c, const char *bytes, size_t len)
{
	struct str *ring = &c->tail;

	if (len > ring->len) {
		bytes += len - ring->len;
		len = ring->len;
	}
	while (len) {
		size_t room = ring->len - c->oldest;
		size_t n = len < room ? len : room;

		memcpy(ring->buf + c->oldest, bytes, n);
		c->oldest = (c->oldest + n) % ring->len;
		bytes += n;
		len -= n;
	}
}

void capture_add(struct capture *c, const char *bytes, size_t len)
{
	size_t n;

	c->total_bytes += len;
	n = fill(&c->head, bytes, len);
	bytes += n;
	len -= n;
	n = fill(&c->tail, bytes, len);
	bytes += n;
	len -= n;
	if (!len)
		return;
	if (c->tail.len)
		overwrite(c, bytes, len);
	else
		c->overflown = true;
}

struct err *capture_take(struct capture *c, struct str *out)
{
	struct span tail = str_span(&c->tail);
	uint64_t left_out = c->total_bytes - c->head.len - c->tail.len;
	const char *gap;
	struct err *err;

	str_init(out, 0);
	err = err_first(str_err(&c->head, "output"), str_err(&c->tail, "output"));
	if (err)
		return err;
	*out = c->head;
	str_init(&c->head, c->head.max_bytes);
	out->max_bytes = c->max_bytes + LINE_MAX_BYTES;
	gap = span_ends(str_span(out), "\n") ? "" : "\n";
	if (left_out && tail.len)
		str_addf(out, "%s[... %" PRIu64 " bytes left out ...]\n", gap, left_out);
	str_add_span(out, span_cut(tail, c->oldest, tail.len));
	str_add_span(out, span_cut(tail, 0, c->oldest));
	capture_release(c);
	err = str_err(out, "output");
	if (err)
		str_release(out);
	return err;
}
