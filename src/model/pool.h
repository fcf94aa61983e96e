/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of several servers gets the next request: a policy, and nothing else. It
 * reads no clock and sends nothing; it is told what happened and when.
 *
 * A request goes where the least work is outstanding, weighed by how long answers
 * take there: the lowest (requests there + this one) * latency. A server of which
 * nothing is known yet counts as the fastest that is known; among equals the one
 * asked least often.
 *
 * A server that failed is out: it gets no request while another may take it. It is
 * probed after POOL_PAUSE_MS, and again after pauses that double up to
 * POOL_PAUSE_MAX_MS; the pause is the first one again only after a real answer,
 * since a server may list its models and still be ailing.
 *
 *	pool_begin(pool, i);                          it was given a request, and
 *	pool_answered(), _failed() or _dropped()      what became of that
 */
#ifndef MODEL_POOL_H
#define MODEL_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"

#define POOL_PAUSE_MS 1000
#define POOL_PAUSE_MAX_MS 60000

/* Of first tokens: what is kept of them, and how many make a median. */
#define POOL_SAMPLES 31
#define POOL_SAMPLES_MIN 3

struct pool_server {
	char *name;
	int busy;            /* requests under way, or waiting there */
	int64_t begun;       /* requests so far */
	int64_t latency_ms;  /* of whole answers, smoothed; -1: none yet */
	bool out;
	bool probing;
	int64_t pause_ms;    /* the last one; 0: none since the last answer */
	int64_t due_ms;      /* when it is probed, if out */
};

struct pool {
	struct pool_server *v;
	size_t n, cap;
	int64_t first_ms[POOL_SAMPLES]; /* a ring */
	size_t n_first;                 /* ever taken */
};

void pool_release(struct pool *pool); /* zero is an empty pool */

/* The number of the server of that name and model, new or not. */
struct err *pool_server(struct pool *pool, const char *url, const char *model,
			size_t *index) MUST_USE;

/* A server that a request may go to. */
struct pool_choice {
	size_t server;
	int most;    /* requests it takes at once */
	bool barred; /* not this one */
};

/* The best of n, as an index of v; false: none is in and has room. */
bool pool_pick(const struct pool *pool, const struct pool_choice *v, size_t n,
	       size_t *which);

/* The same among those that are out; the one that is due first. */
bool pool_pick_out(const struct pool *pool, const struct pool_choice *v, size_t n,
		   size_t *which);

/* How many of them are in; with room, and how many requests they have room for. */
size_t pool_count_in(const struct pool *pool, const struct pool_choice *v, size_t n);
int pool_room(const struct pool *pool, const struct pool_choice *v, size_t n);

void pool_begin(struct pool *pool, size_t i);
void pool_answered(struct pool *pool, size_t i, int64_t first_ms, int64_t ms);

/* By the server's fault. retry_after_ms is its own word for when; -1: none. */
void pool_failed(struct pool *pool, size_t i, int64_t retry_after_ms, int64_t now_ms);

/* Cancelled, never sent, or failed by the request's own fault. */
void pool_dropped(struct pool *pool, size_t i);

/* The server to be probed next, and when; false: none. */
bool pool_next_probe(const struct pool *pool, size_t *index, int64_t *at_ms);
void pool_probe(struct pool *pool, size_t i);
void pool_probed(struct pool *pool, size_t i, bool well, int64_t now_ms);

/*
 * How long a first token may be waited for before a second server is asked: times
 * the median. -1: too few answers to tell.
 */
int64_t pool_patience_ms(const struct pool *pool, int64_t times);

#endif
