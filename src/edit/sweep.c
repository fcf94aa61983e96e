/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/sweep.h"

#include "edit/pattern.h"
#include "edit/source.h"

struct sweep {
	const struct overlay *overlay;
	const struct edit *edit;
};

/* A pattern remembers its last match: each thread has its own. */
static struct err *begin(void *ctx, void **worker)
{
	const struct sweep *s = ctx;
	struct pattern *pattern;
	struct err *err = pattern_new(&pattern, s->edit);

	*worker = pattern;
	return err;
}

static struct err *wants(void *ctx, void *worker, const char *path, struct span bytes,
			 bool *wanted)
{
	const struct sweep *s = ctx;

	*wanted = overlay_knows(s->overlay, path);
	if (*wanted)
		return NULL;
	return err_wrap(pattern_touches(worker, bytes, wanted), "%s", path);
}

static void end(void *ctx, void *worker)
{
	(void)ctx;
	pattern_free(worker);
}

struct err *sweep_files(const struct overlay *o, const struct edit *edit,
			struct err *(*fn)(void *ctx, const char *path), void *ctx)
{
	const struct source *source = o->source;
	struct sweep sweep = { o, edit };
	const struct sieve sieve = { &sweep, begin, wants, end };

	if (!source->sift)
		return source->list(source->ctx, edit->file, fn, ctx);
	return source->sift(source->ctx, edit->file, &sieve, fn, ctx);
}
