/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/models.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/argv.h"
#include "model/failure.h"
#include "model/wire.h"

#define BODY_MAX_BYTES ((size_t)4 << 20)
#define URL_MAX_BYTES 4096
#define IDS_MAX 10000

#define LOCAL_CONNECT_MS 500
#define LOCAL_TOTAL_MS 3000
#define TOTAL_MS 20000

struct models {
	struct endpoint endpoint;
	struct http_transfer *transfer;
	struct str body;
	void (*done)(void *ctx, const char *const *ids, size_t n, struct err *err);
	void *ctx;
};

static void models_free(struct models *models)
{
	str_release(&models->body);
	free(models);
}

void models_cancel(struct models *models)
{
	if (!models)
		return;
	http_cancel(models->transfer);
	models_free(models);
}

static struct err *on_data(void *ctx, const struct http_reply *reply, struct span bytes)
{
	struct models *models = ctx;

	(void)reply;
	str_add_span(&models->body, bytes);
	return err_as(str_err(&models->body, "the list of models"), ERR_SERVICE);
}

static void add_id(void *ctx, struct span id)
{
	struct argv *ids = ctx;

	if (ids->n < IDS_MAX && id.len && !memchr(id.ptr, '\0', id.len))
		argv_pushf(ids, "%.*s", (int)id.len, id.ptr);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct err *status_err(const struct models *models, const struct http_reply *reply)
{
	struct span body = str_span(&models->body);

	return failure_of_status(&models->endpoint, reply, body).err;
}

static void on_done(void *ctx, const struct http_reply *reply, struct err *err)
{
	struct models *models = ctx;
	struct argv ids = ARGV_INIT;

	if (!err && reply->status != 200)
		err = status_err(models, reply);
	else if (!err)
		err = wire_models(str_span(&models->body), add_id, &ids);
	if (!err)
		err = argv_err(&ids);
	if (err)
		err = err_wrap(err, "%s at %s", models->endpoint.role,
			       models->endpoint.host);
	else if (ids.n)
		qsort(ids.v, ids.n, sizeof(*ids.v), by_name);
	models->done(models->ctx, argv_list(&ids), err ? 0 : ids.n, err);
	argv_release(&ids);
	models_free(models);
}

struct err *models_start(struct models **out, struct http *http,
			 const struct endpoint *endpoint,
			 void (*done)(void *ctx, const char *const *ids, size_t n,
				      struct err *err),
			 void *ctx)
{
	struct models *models = calloc(1, sizeof(*models));
	struct str url = STR_INIT(URL_MAX_BYTES);
	struct http_request request = {
		.method = "GET",
		.bearer = endpoint->key,
		.allow_http = endpoint->allow_http,
		.connect_timeout_ms = endpoint->is_loopback ? LOCAL_CONNECT_MS : 0,
		.total_timeout_ms = endpoint->is_loopback ? LOCAL_TOTAL_MS : TOTAL_MS,
		.max_bytes = BODY_MAX_BYTES,
		.data = on_data,
		.done = on_done,
		.ctx = models,
	};
	struct err *err;

	*out = NULL;
	if (!models)
		return err_nomem();
	models->endpoint = *endpoint;
	models->done = done;
	models->ctx = ctx;
	str_init(&models->body, BODY_MAX_BYTES);
	endpoint_url(endpoint, ENDPOINT_MODELS, &url);
	request.url = url.buf;
	err = str_err(&url, "the endpoint's URL");
	if (!err)
		err = http_start(http, &request, &models->transfer);
	str_release(&url);
	if (err)
		models_free(models);
	else
		*out = models;
	return err;
}

/* "Qwen/Qwen2.5-Coder-7B-Instruct", "qwen2.5-coder:7b", "qwen-2.5-7b-instruct", ... */
static int executor_rank(const char *id)
{
	const char *name = strcasestr(id, "qwen"), *size;
	int rank = 1;

	if (!name || !strcasestr(name, "2.5"))
		return 0;
	size = strcasestr(name, "7b");
	if (!size || (size > id && size[-1] >= '0' && size[-1] <= '9')) /* 17b, 27b */
		return 0;
	if (strcasestr(id, "math") || strcasestr(id, "vl") || strcasestr(id, "embed"))
		return 0;
	if (strcasestr(id, "coder"))
		rank += 4;
	if (strcasestr(id, "instruct"))
		rank += 2;
	if (strcasestr(id, "base"))
		rank -= 1;
	return rank;
}

const char *models_pick_executor(const char *const *ids, size_t n)
{
	const char *best = NULL;
	int best_rank = 0;

	for (size_t i = 0; i < n; i++) {
		int rank = executor_rank(ids[i]);

		if (rank > best_rank) {
			best = ids[i];
			best_rank = rank;
		}
	}
	return best;
}
