/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work on many things by several threads at once: for pure computation, and for
 * reading what does not change. The loop knows nothing of it; nobody waits here
 * but for the last of the work to be done.
 *
 * The caller's thread is one of the workers, so work gets done even where no
 * thread can be started. No worker takes signals: they go to the threads that
 * were there before.
 */
#ifndef SYS_WORKERS_H
#define SYS_WORKERS_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"

struct workers_job {
	size_t n;      /* items, numbered from 0 */
	size_t step;   /* how many a worker takes at a time; > 0 */
	size_t worth;  /* items that are worth a thread; > 0 */
	void *ctx;

	/* For each worker, from the caller's thread, before the first item. NULL: none. */
	struct err *(*begin)(void *ctx, void **worker);

	/* One item, on any thread; worker is what begin gave, this thread's alone. */
	struct err *(*item)(void *ctx, void *worker, size_t i);

	/* For each worker that began, from the caller's thread, when all is done. */
	void (*end)(void *ctx, void *worker);
};

/*
 * Does all items. After an err the rest is left undone, except for the items
 * before it: which err comes back does not depend on who was faster.
 */
struct err *workers_run(const struct workers_job *job) MUST_USE;

#endif
