/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#define WORKERS_MAX 16

struct crew {
	const struct workers_job *job;
	atomic_size_t next;
	atomic_size_t stop; /* nothing from here on is done */
};

struct worker {
	struct crew *crew;
	void *state;
	pthread_t thread;
	bool began, started;
	struct err *err;
	size_t failed; /* the item of err */
};

static void lower(atomic_size_t *stop, size_t i)
{
	size_t now = atomic_load(stop);

	while (i < now && !atomic_compare_exchange_weak(stop, &now, i))
		;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct crew *crew = w->crew;
	const struct workers_job *job = crew->job;

	while (!w->err) {
		size_t i = atomic_fetch_add(&crew->next, job->step), end = i + job->step;

		if (i >= job->n)
			break;
		for (; i < end && i < atomic_load(&crew->stop) && !w->err; i++) {
			w->err = job->item(job->ctx, w->state, i);
			w->failed = i;
		}
		if (w->err)
			lower(&crew->stop, w->failed);
	}
	return NULL;
}

static size_t count_workers(const struct workers_job *job)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = job->n / job->worth + 1;

	if (cpus > 0 && n > (size_t)cpus)
		n = (size_t)cpus;
	return n < WORKERS_MAX ? n : WORKERS_MAX;
}

static void start(struct worker *workers, size_t n)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	for (size_t i = 1; i < n; i++)
		workers[i].started =
			!pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct err *workers_run(const struct workers_job *job)
{
	struct worker workers[WORKERS_MAX] = { { .crew = NULL } };
	struct crew crew = { .job = job };
	size_t n = count_workers(job), failed = 0;
	struct err *err = NULL;

	atomic_init(&crew.next, 0);
	atomic_init(&crew.stop, job->n);
	for (size_t i = 0; i < n && !err; i++) {
		workers[i].crew = &crew;
		if (job->begin)
			err = job->begin(job->ctx, &workers[i].state);
		workers[i].began = !err;
	}
	if (err)
		goto out;
	start(workers, n);
	work(&workers[0]);
	for (size_t i = 1; i < n; i++) {
		if (workers[i].started)
			pthread_join(workers[i].thread, NULL);
	}
	for (size_t i = 0; i < n; i++) {
		struct worker *w = &workers[i];

		if (w->err && (!err || w->failed < failed)) {
			err_drop(err);
			err = w->err;
			failed = w->failed;
		} else {
			err_drop(w->err);
		}
	}
out:
	for (size_t i = 0; i < n; i++) {
		if (workers[i].began && job->end)
			job->end(job->ctx, workers[i].state);
	}
	return err;
}
