/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "sys/json.h"

#define KEY_MAX_BYTES ((size_t)49 << 20) /* a request and a URL */
#define VALUE_DEPTH 4

/* In memory until the run has ended: a few plans and some hundred regions. */
#define HELD_MAX_BYTES ((size_t)64 << 20)

struct held {
	struct held *next;
	struct str key, value; /* value empty: it was found */
};

struct chat_cache {
	const struct cache *store;
	struct held *held;
	size_t bytes;
};

struct err *chat_cache_new(struct chat_cache **out, const struct cache *store)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return err_nomem();
	(*out)->store = store;
	return NULL;
}

static void held_free(struct held *held)
{
	str_release(&held->key);
	str_release(&held->value);
	free(held);
}

static void drop_all(struct chat_cache *cache)
{
	while (cache->held) {
		struct held *held = cache->held;

		cache->held = held->next;
		held_free(held);
	}
	cache->bytes = 0;
}

void chat_cache_free(struct chat_cache *cache)
{
	if (!cache)
		return;
	drop_all(cache);
	free(cache);
}

static void add_key(struct str *out, const struct endpoint *endpoint, struct span body)
{
	bool pooled = !strcmp(endpoint->role, "executor");

	/* Any server of the pool may have given it: they have the model in common. */
	str_addf(out, "chat 1\n%s\n", pooled ? endpoint->role : endpoint->url);
	str_add_span(out, body);
}

/* NULL where there is no room: then it is not cached. */
static struct held *hold(struct chat_cache *cache, const struct endpoint *endpoint,
			 struct span body)
{
	struct held *held = calloc(1, sizeof(*held));

	if (!held)
		return NULL;
	str_init(&held->key, KEY_MAX_BYTES);
	str_init(&held->value, CACHE_VALUE_MAX_BYTES);
	add_key(&held->key, endpoint, body);
	if (held->key.failed || held->key.len > HELD_MAX_BYTES - cache->bytes) {
		held_free(held);
		return NULL;
	}
	return held;
}

static void link_held(struct chat_cache *cache, struct held *held)
{
	held->next = cache->held;
	cache->held = held;
	cache->bytes += held->key.len + held->value.len;
}

static bool read_reply(const json_node *root, const struct endpoint *endpoint,
		       struct chat_reply *reply)
{
	struct usage cost = { 0 };
	struct span text, model;

	if (!json_string_of(json_get(root, "text"), &text) ||
	    !json_string_of(json_get(root, "model"), &model) ||
	    !json_int_of(json_get(root, "prompt_tokens"), &cost.prompt_tokens) ||
	    !json_int_of(json_get(root, "cached_tokens"), &cost.cached_tokens) ||
	    !json_int_of(json_get(root, "completion_tokens"), &cost.completion_tokens))
		return false;
	str_add_span(&reply->text, text);
	snprintf(reply->model, sizeof(reply->model), "%.*s", (int)model.len, model.ptr);
	reply->finish = CHAT_STOP;
	reply->usage = (struct usage){
		.hits = 1,
		.saved_usd = usage_usd(&cost, &endpoint->prices),
	};
	if (!reply->text.failed)
		return true;
	str_reset(&reply->text);
	return false;
}

bool chat_cache_find(struct chat_cache *cache, const struct endpoint *endpoint,
		     struct span body, struct chat_reply *reply)
{
	const struct json_limits limits = { CACHE_VALUE_MAX_BYTES, VALUE_DEPTH };
	struct str value = STR_INIT(CACHE_VALUE_MAX_BYTES);
	struct held *held = hold(cache, endpoint, body);
	struct json_doc *doc = NULL;
	bool found = false;

	if (held && cache_get(cache->store, str_span(&held->key), &value)) {
		err_drop(json_parse(&doc, str_span(&value), &limits));
		found = doc && read_reply(json_root(doc), endpoint, reply);
	}
	if (found)
		link_held(cache, held);
	else if (held)
		held_free(held);
	if (!found)
		reply->usage.misses = 1;
	json_free(doc);
	str_release(&value);
	return found;
}

void chat_cache_note(struct chat_cache *cache, const struct endpoint *endpoint,
		     struct span body, const struct chat_reply *reply)
{
	struct held *held;
	struct jsonw w;

	if (reply->finish != CHAT_STOP)
		return;
	held = hold(cache, endpoint, body);
	if (!held)
		return;
	jsonw_init(&w, &held->value, false);
	jsonw_object(&w);
	jsonw_kv_string(&w, "text", str_span(&reply->text));
	jsonw_kv_text(&w, "model", reply->model);
	jsonw_kv_int(&w, "prompt_tokens", reply->usage.prompt_tokens);
	jsonw_kv_int(&w, "cached_tokens", reply->usage.cached_tokens);
	jsonw_kv_int(&w, "completion_tokens", reply->usage.completion_tokens);
	jsonw_end(&w);
	if (held->value.failed || held->key.len + held->value.len > HELD_MAX_BYTES - cache->bytes)
		held_free(held);
	else
		link_held(cache, held);
}

void chat_cache_keep(struct chat_cache *cache)
{
	bool grew = false;

	for (struct held *held = cache->held; held; held = held->next) {
		if (!held->value.len)
			continue;
		cache_put(cache->store, str_span(&held->key), str_span(&held->value));
		grew = true;
	}
	if (grew)
		cache_trim(cache->store);
	drop_all(cache);
}

void chat_cache_fail(struct chat_cache *cache)
{
	for (struct held *held = cache->held; held; held = held->next)
		if (!held->value.len)
			cache_forget(cache->store, str_span(&held->key));
	drop_all(cache);
}
