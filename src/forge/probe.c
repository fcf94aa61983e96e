/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/probe.h"

#include <stdlib.h>

#include "base/deadline.h"
#include "forge/get.h"
#include "sys/json.h"

#define KINDS_MAX 8
#define BODY_MAX_BYTES 65536

/* How well a kind fits: refused is what a forge says that wants a token first. */
enum fit { FIT_NONE, FIT_REFUSED, FIT_ANSWERED };

struct kind {
	struct forge_probe *probe;
	const struct dialect *dialect;
	struct get *get;
	enum fit fit;
};

struct forge_probe {
	struct loop *loop;
	struct loop_timer *timer;
	struct kind kinds[KINDS_MAX];
	size_t n, n_open;
	bool reached;
	struct err *err; /* of the last that got no answer */
	void (*done)(void *ctx, const struct dialect *dialect, struct err *err);
	void *ctx;
};

void forge_probe_cancel(struct forge_probe *probe)
{
	if (!probe)
		return;
	for (size_t i = 0; i < probe->n; i++)
		get_cancel(probe->kinds[i].get);
	if (probe->timer)
		loop_cancel(probe->loop, probe->timer);
	err_drop(probe->err);
	free(probe);
}

static const struct dialect *best(const struct forge_probe *probe)
{
	const struct dialect *dialect = NULL;
	enum fit fit = FIT_NONE;

	for (size_t i = 0; i < probe->n; i++) {
		const struct kind *kind = &probe->kinds[i];

		if (kind->fit > fit) {
			fit = kind->fit;
			dialect = kind->dialect;
		} else if (kind->fit == fit) {
			dialect = NULL;
		}
	}
	return dialect;
}

static void finish(void *ctx)
{
	struct forge_probe *probe = ctx;
	struct err *err = probe->reached ? NULL : probe->err;

	probe->timer = NULL;
	if (err)
		probe->err = NULL;
	probe->done(probe->ctx, best(probe), err);
	forge_probe_cancel(probe);
}

static bool is_object(struct span body)
{
	const struct json_limits limits = { BODY_MAX_BYTES, 32 };
	struct json_doc *doc = NULL;
	struct err *err = json_parse(&doc, body, &limits);
	bool object = !err && json_is_object(json_root(doc));

	json_free(doc);
	err_drop(err);
	return object;
}

static enum fit fit_of(const struct answer *answer)
{
	if (!answer->head.is_json || !is_object(str_span(&answer->body)))
		return FIT_NONE;
	if (answer->status == 200)
		return FIT_ANSWERED;
	return answer->status == 401 || answer->status == 403 ? FIT_REFUSED : FIT_NONE;
}

/* The timer ends it: nobody's done is called from another's. */
static void on_answer(void *ctx, const struct answer *answer, struct err *err)
{
	struct kind *kind = ctx;
	struct forge_probe *probe = kind->probe;

	kind->get = NULL;
	if (!err) {
		probe->reached = true;
		kind->fit = fit_of(answer);
	} else {
		err_drop(probe->err);
		probe->err = err;
	}
	if (--probe->n_open)
		return;
	err = loop_timer(probe->loop, loop_now_ms(probe->loop), finish, probe,
			 &probe->timer);
	if (err)
		loop_fail(probe->loop, err);
}

/* A kind that can have no such project is not asked. */
static struct err *ask(struct forge_probe *probe, struct http *http,
		       const struct dialect *dialect, const struct remote *remote)
{
	struct kind *kind = &probe->kinds[probe->n];
	struct str url = STR_INIT(PLACE_URL_MAX_BYTES);
	struct get_request request = {
		.headers = dialect->headers,
		.deadline_ms =
			deadline_after_ms(loop_now_ms(probe->loop), FORGE_PROBE_MS),
		.max_bytes = BODY_MAX_BYTES,
		.done = on_answer,
		.ctx = kind,
	};
	struct place place;
	struct err *err = place_make(&place, dialect, remote, 1);

	if (err || probe->n == KINDS_MAX) {
		err_drop(err);
		return NULL;
	}
	*kind = (struct kind){ .probe = probe, .dialect = dialect };
	place_api_url(&place, dialect->probe, &url);
	request.url = url.buf;
	request.allow_http = !place.https;
	err = str_err(&url, "URL");
	if (!err)
		err = get_start(&kind->get, probe->loop, http, &request);
	if (!err) {
		probe->n++;
		probe->n_open++;
	}
	str_release(&url);
	return err;
}

struct err *forge_probe_start(struct forge_probe **out, struct loop *loop,
			      struct http *http, const struct remote *remote,
			      void (*done)(void *ctx, const struct dialect *dialect,
					   struct err *err),
			      void *ctx)
{
	struct forge_probe *probe = calloc(1, sizeof(*probe));
	struct err *err = NULL;

	*out = NULL;
	if (!probe)
		return err_nomem();
	probe->loop = loop;
	probe->done = done;
	probe->ctx = ctx;
	for (const struct dialect *dialect = dialects; !err && dialect->name; dialect++) {
		if (dialect->probe)
			err = ask(probe, http, dialect, remote);
	}
	if (!err && !probe->n)
		err = loop_timer(loop, loop_now_ms(loop), finish, probe, &probe->timer);
	if (err)
		forge_probe_cancel(probe);
	else
		*out = probe;
	return err;
}
