/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/str.h"

#define NAME_MAX_BYTES 8192

/* An answer moves the latency by a quarter of the difference. */
#define SMOOTH 4

void pool_release(struct pool *pool)
{
	for (size_t i = 0; i < pool->n; i++)
		free(pool->v[i].name);
	free(pool->v);
	*pool = (struct pool){ 0 };
}

static struct err *grow(struct pool *pool)
{
	size_t cap = pool->cap ? pool->cap * 2 : 8;
	struct pool_server *grown;

	if (pool->n < pool->cap)
		return NULL;
	grown = realloc(pool->v, cap * sizeof(*grown));
	if (!grown)
		return err_nomem();
	pool->v = grown;
	pool->cap = cap;
	return NULL;
}

static struct err *add(struct pool *pool, struct str *name, size_t *index)
{
	struct err *err = str_err(name, "the endpoint's URL");
	char *copy;

	if (!err)
		err = grow(pool);
	if (err)
		return err;
	copy = strdup(name->buf);
	if (!copy)
		return err_nomem();
	*index = pool->n;
	pool->v[pool->n++] = (struct pool_server){ .name = copy, .latency_ms = -1 };
	return NULL;
}

struct err *pool_server(struct pool *pool, const char *url, const char *model,
			size_t *index)
{
	struct str name = STR_INIT(NAME_MAX_BYTES);
	struct err *err = NULL;

	str_addf(&name, "%s %s", url, model);
	for (*index = 0; *index < pool->n; ++*index)
		if (!strcmp(pool->v[*index].name, name.buf))
			break;
	if (*index == pool->n)
		err = add(pool, &name, index);
	str_release(&name);
	return err;
}

/* The least that is known of any of them; with nothing known all are the same. */
static int64_t fastest_ms(const struct pool *pool, const struct pool_choice *v, size_t n)
{
	int64_t best = -1;

	for (size_t i = 0; i < n; i++) {
		int64_t ms = pool->v[v[i].server].latency_ms;

		if (ms >= 0 && (best < 0 || ms < best))
			best = ms;
	}
	return best < 0 ? 1 : best;
}

static bool has_room(const struct pool *pool, const struct pool_choice *choice)
{
	return !choice->barred && pool->v[choice->server].busy < choice->most;
}

bool pool_pick(const struct pool *pool, const struct pool_choice *v, size_t n,
	       size_t *which)
{
	int64_t unknown_ms = fastest_ms(pool, v, n), least = 0, begun = 0;
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		const struct pool_server *s = &pool->v[v[i].server];
		int64_t ms = s->latency_ms < 0 ? unknown_ms : s->latency_ms;
		int64_t cost = (s->busy + 1) * (ms > 0 ? ms : 1);

		if (s->out || !has_room(pool, &v[i]))
			continue;
		if (found && (cost > least || (cost == least && s->begun >= begun)))
			continue;
		least = cost;
		begun = s->begun;
		*which = i;
		found = true;
	}
	return found;
}

bool pool_pick_out(const struct pool *pool, const struct pool_choice *v, size_t n,
		   size_t *which)
{
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		const struct pool_server *s = &pool->v[v[i].server];

		if (!s->out || !has_room(pool, &v[i]))
			continue;
		if (found && s->due_ms >= pool->v[v[*which].server].due_ms)
			continue;
		*which = i;
		found = true;
	}
	return found;
}

size_t pool_count_in(const struct pool *pool, const struct pool_choice *v, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += !v[i].barred && !pool->v[v[i].server].out;
	return count;
}

int pool_room(const struct pool *pool, const struct pool_choice *v, size_t n)
{
	int room = 0;

	for (size_t i = 0; i < n; i++)
		if (!pool->v[v[i].server].out && has_room(pool, &v[i]))
			room += v[i].most - pool->v[v[i].server].busy;
	return room;
}

void pool_begin(struct pool *pool, size_t i)
{
	pool->v[i].busy++;
	pool->v[i].begun++;
}

void pool_answered(struct pool *pool, size_t i, int64_t first_ms, int64_t ms)
{
	struct pool_server *s = &pool->v[i];

	s->busy--;
	s->out = false;
	s->pause_ms = 0;
	s->latency_ms = s->latency_ms < 0 ? ms : s->latency_ms +
						(ms - s->latency_ms) / SMOOTH;
	pool->first_ms[pool->n_first++ % POOL_SAMPLES] = first_ms;
}

static void pause_it(struct pool_server *s, int64_t least_ms, int64_t now_ms)
{
	s->pause_ms = s->pause_ms ? s->pause_ms * 2 : POOL_PAUSE_MS;
	if (s->pause_ms > POOL_PAUSE_MAX_MS)
		s->pause_ms = POOL_PAUSE_MAX_MS;
	s->due_ms = deadline_after_ms(now_ms,
				      least_ms > s->pause_ms ? least_ms : s->pause_ms);
}

void pool_failed(struct pool *pool, size_t i, int64_t retry_after_ms, int64_t now_ms)
{
	struct pool_server *s = &pool->v[i];

	s->busy--;
	if (s->out)
		return; /* one of those that were under way when it fell ill */
	s->out = true;
	pause_it(s, retry_after_ms, now_ms);
}

void pool_dropped(struct pool *pool, size_t i)
{
	pool->v[i].busy--;
}

bool pool_next_probe(const struct pool *pool, size_t *index, int64_t *at_ms)
{
	bool found = false;

	for (size_t i = 0; i < pool->n; i++) {
		const struct pool_server *s = &pool->v[i];

		if (!s->out || s->probing || (found && s->due_ms >= *at_ms))
			continue;
		*index = i;
		*at_ms = s->due_ms;
		found = true;
	}
	return found;
}

void pool_probe(struct pool *pool, size_t i)
{
	pool->v[i].probing = true;
}

void pool_probed(struct pool *pool, size_t i, bool well, int64_t now_ms)
{
	struct pool_server *s = &pool->v[i];

	s->probing = false;
	if (!s->out)
		return;
	s->out = !well;
	if (!well)
		pause_it(s, 0, now_ms);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int64_t pool_patience_ms(const struct pool *pool, int64_t times)
{
	int64_t sorted[POOL_SAMPLES];
	size_t n = pool->n_first < POOL_SAMPLES ? pool->n_first : POOL_SAMPLES;

	if (n < POOL_SAMPLES_MIN)
		return -1;
	memcpy(sorted, pool->first_ms, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_value);
	return sorted[n / 2] * times;
}
