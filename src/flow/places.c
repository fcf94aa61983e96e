/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/places.h"

/* Two tries of the executor, one of the planner. */
#define TRIES_EXECUTOR 2
#define TRIES_PLANNER 1

static bool executor_may(const struct task *task)
{
	for (size_t i = 0; i < task->d->n_executors; i++)
		if (task->barred[i] == BAR_NONE)
			return task->tries[0] < TRIES_EXECUTOR;
	return false;
}

static bool planner_may(const struct task *task)
{
	const struct delegate *d = task->d;
	/* Alone, the planner gets the second try too. */
	int most = d->n_executors ? TRIES_PLANNER : TRIES_EXECUTOR;

	return d->n_servers > d->n_executors && task->barred[d->n_executors] == BAR_NONE &&
	       task->tries[1] < most;
}

bool place_left(struct task *task)
{
	bool again = false;

	if (executor_may(task) || planner_may(task))
		return true;
	for (size_t i = 0; i < task->d->n_executors; i++)
		if (task->barred[i] == BAR_HASTY) {
			task->barred[i] = BAR_NONE;
			again = true;
		}
	return again && executor_may(task);
}

void places_list(const struct task *task)
{
	struct delegate *d = task->d;

	for (size_t i = 0; i < d->n_servers; i++)
		d->choices[i] = (struct pool_choice){
			.server = d->servers[i].in_pool,
			.most = d->servers[i].endpoint->concurrency,
			.barred = task->barred[i] != BAR_NONE,
		};
}

bool place_find(const struct task *task, size_t *index)
{
	const struct delegate *d = task->d;
	const struct pool *pool = client_pool(d->spec.client);
	size_t n = d->n_executors, last;

	places_list(task);
	if (executor_may(task)) {
		if (pool_pick(pool, d->choices, n, index))
			return true;
		if (pool_count_in(pool, d->choices, n))
			return false;
	}
	if (planner_may(task)) {
		*index = n;
		return d->servers[n].busy < d->servers[n].endpoint->concurrency;
	}
	if (!executor_may(task) || !pool_pick_out(pool, d->choices, n, &last))
		return false;
	*index = last; /* ailing or not: there is nobody else */
	return true;
}

bool place_has_neighbour(const struct task *task, size_t index)
{
	struct delegate *d = task->d;

	places_list(task);
	if (index >= d->n_executors)
		return false;
	d->choices[index].barred = true;
	return pool_count_in(client_pool(d->spec.client), d->choices, d->n_executors) > 0;
}

void place_bar(struct task *task, size_t index, bool once)
{
	task->barred[index] = once ? BAR_HASTY : BAR_FOR_GOOD;
}
