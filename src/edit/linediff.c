/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/linediff.h"

#include <stdlib.h>
#include <string.h>

/* Rounds of the search: memory and time grow with their square. */
#define MAX_DIFFERENCES 2000

struct myers {
	const struct span *a, *b;
	long n, m;
	long *trace; /* furthest x of each diagonal, round after round */
};

/* Round d has the diagonals -d, -d + 2, ... d, filed one behind the other. */
static long *round_of(const struct myers *s, long d)
{
	return s->trace + d * (d + 1) / 2;
}

static long furthest(const struct myers *s, long d, long k)
{
	return round_of(s, d)[(k + d) / 2];
}

/* Where round d reaches diagonal k from, before it follows equal lines. */
static long enter(const struct myers *s, long d, long k, bool *down)
{
	if (!d) {
		*down = false;
		return 0;
	}
	*down = k == -d || (k != d && furthest(s, d - 1, k - 1) < furthest(s, d - 1, k + 1));
	return *down ? furthest(s, d - 1, k + 1) : furthest(s, d - 1, k - 1) + 1;
}

/* The number of differences, or -1 past the bound. */
static long search(struct myers *s, long max)
{
	for (long d = 0; d <= max; d++) {
		for (long k = -d; k <= d; k += 2) {
			bool down;
			long x = enter(s, d, k, &down), y = x - k;

			while (x < s->n && y < s->m && x >= 0 && y >= 0 &&
			       span_eq(s->a[x], s->b[y])) {
				x++;
				y++;
			}
			round_of(s, d)[(k + d) / 2] = x;
			if (x >= s->n && y >= s->m)
				return d;
		}
	}
	return -1;
}

static void walk_back(const struct myers *s, long d, size_t offset, size_t *from)
{
	long x = s->n, y = s->m;

	for (; d >= 0; d--) {
		long k = x - y;
		bool down;
		long start = enter(s, d, k, &down);

		while (x > start) {
			x--;
			y--;
			from[offset + (size_t)y] = offset + (size_t)x;
		}
		if (down)
			y--;
		else
			x--;
	}
}

struct err *linediff(const struct lines *a, const struct lines *b, size_t *from, bool *exact)
{
	size_t head = 0, tail = 0;
	struct myers s;
	long max, d;

	for (size_t j = 0; j < b->n; j++)
		from[j] = LINEDIFF_NEW;
	while (head < a->n && head < b->n && span_eq(a->v[head], b->v[head])) {
		from[head] = head;
		head++;
	}
	while (tail < a->n - head && tail < b->n - head &&
	       span_eq(a->v[a->n - 1 - tail], b->v[b->n - 1 - tail])) {
		tail++;
		from[b->n - tail] = a->n - tail;
	}
	s = (struct myers){ .a = a->v + head, .b = b->v + head,
			    .n = (long)(a->n - head - tail), .m = (long)(b->n - head - tail) };
	*exact = true;
	if (!s.n || !s.m)
		return NULL;
	max = s.n + s.m < MAX_DIFFERENCES ? s.n + s.m : MAX_DIFFERENCES;
	s.trace = malloc((size_t)((max + 1) * (max + 2) / 2) * sizeof(*s.trace));
	if (!s.trace)
		return err_nomem();
	d = search(&s, max);
	*exact = d >= 0;
	if (d >= 0)
		walk_back(&s, d, head, from);
	free(s.trace);
	return NULL;
}
