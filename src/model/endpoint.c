/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "sys/http.h"

#define TEXT_MAX_BYTES 65536
#define HOST_MAX_BYTES 256
#define CHAT_PATH "/chat/completions"

struct owned_endpoint {
	struct endpoint e; /* first: endpoint_free() gets a pointer to it */
	struct arena arena;
	struct secret *key;
};

/* A step between two prices is never longer than the shortest peak. */
#define PRICE_STEP_S 3600

static void find_price(struct endpoint *e, const struct endpoint_settings *s,
		       struct arena *arena)
{
	const struct price *price = NULL;

	if (!e->model)
		return;
	for (int64_t at = s->from_s;; at += PRICE_STEP_S) {
		const struct price *then;

		if (at > s->until_s)
			at = s->until_s;
		then = price_of(e->url, e->model, at);
		if (then && (!price || then->output > price->output))
			price = then;
		if (at >= s->until_s)
			break;
	}
	if (price) {
		e->prices = (struct prices){ price->input, price->cached, price->output };
		e->price_as_of = arena_printf(arena, "%s%s%s", price->as_of,
					      price->when ? ", " : "",
					      price->when ? price->when : "");
	} else if (e->is_loopback && e->profile->local) {
		e->prices = (struct prices){ 0, 0, 0 };
	}
}

static void set_prices(struct endpoint *e, const struct endpoint_settings *s,
		       struct arena *arena)
{
	e->prices = (struct prices){ -1, -1, -1 };
	find_price(e, s, arena);
	if (s->prices.input >= 0)
		e->prices.input = s->prices.input;
	if (s->prices.cached >= 0)
		e->prices.cached = s->prices.cached;
	else if (s->prices.input >= 0)
		e->prices.cached = s->prices.input; /* the discount was another's */
	if (s->prices.output >= 0)
		e->prices.output = s->prices.output;
	if (s->prices.input >= 0 && s->prices.output >= 0)
		e->price_as_of = NULL;
}

static struct err *set_profile(struct endpoint *e, const struct endpoint_settings *s)
{
	e->profile = s->server ? profile_by_name(s->server) : profile_of_url(e->url);
	if (!e->profile)
		return err_new(ERR_CONFIG,
			       "dualfix.%s.server: unknown kind of server '%s'", s->role,
			       s->server);
	e->concurrency = s->concurrency ? (int)s->concurrency : e->profile->concurrency;
	if (e->model)
		e->window_tokens = profile_window(e->profile, e->model);
	return NULL;
}

static struct err *set_url(struct endpoint *e, const struct endpoint_settings *s,
			   struct arena *arena)
{
	char host[HOST_MAX_BYTES];
	bool is_https;
	struct err *err;

	err = http_url_check(s->url, &is_https, &e->is_loopback, host, sizeof(host));
	if (err)
		return err_hint(err_as(err_wrap(err, "dualfix.%s.url", s->role), ERR_CONFIG),
				"https://<host>, or http://localhost:<port> for this machine");
	e->url = arena_dups(arena, s->url);
	e->host = arena_dups(arena, host);
	if (!e->url || !e->host)
		return arena_err(arena, "endpoint");
	e->allow_http = !is_https;
	if (is_https || e->is_loopback || s->insecure)
		return NULL;
	return err_hint(err_new(ERR_CONFIG,
				"dualfix.%s.url: '%s' is plain http, and not "
				"of this machine",
				s->role, s->url),
			"https, or git config dualfix.%s.insecure true if the network is trusted",
			s->role);
}

static struct err *find_key(struct owned_endpoint *own, struct loop *loop,
			    const struct endpoint_settings *s, const char **source)
{
	const char *const variables[] = { s->own_variable, s->named_variable };

	if (!s->no_helper)
		return secret_find(&own->key, loop, s->url, s->own_variable,
				   s->named_variable, source);
	for (size_t i = 0; i < ARRAY_SIZE(variables) && !own->key; i++) {
		own->key = secret_from_variable(variables[i]);
		*source = variables[i];
	}
	return NULL;
}

static struct err *set_key(struct owned_endpoint *own, struct loop *loop,
			   const struct endpoint_settings *s)
{
	struct endpoint *e = &own->e;
	const char *source = NULL;
	struct err *err;

	e->key_wanted = arena_dups(&own->arena, s->named_variable ? s->named_variable
								  : s->own_variable);
	err = find_key(own, loop, s, &source);
	if (err)
		return err;
	e->key = own->key;
	if (own->key && source)
		e->key_source = arena_dups(&own->arena, source);
	return NULL;
}

struct err *endpoint_new(struct endpoint **out, struct loop *loop,
			 const struct endpoint_settings *s)
{
	struct owned_endpoint *own = calloc(1, sizeof(*own));
	struct err *err;

	*out = NULL;
	if (!own)
		return err_nomem();
	arena_init(&own->arena, TEXT_MAX_BYTES);
	own->e.role = s->role;
	own->e.thinking = s->thinking ? s->thinking : "off";
	err = set_url(&own->e, s, &own->arena);
	if (!err && s->model) {
		own->e.model = arena_dups(&own->arena, s->model);
		if (!own->e.model)
			err = arena_err(&own->arena, "endpoint");
	}
	if (!err)
		err = set_profile(&own->e, s);
	if (!err)
		err = set_key(own, loop, s);
	if (!err)
		set_prices(&own->e, s, &own->arena);
	if (err) {
		endpoint_free(&own->e);
		return err;
	}
	*out = &own->e;
	return NULL;
}

void endpoint_free(struct endpoint *endpoint)
{
	struct owned_endpoint *own = (struct owned_endpoint *)endpoint;

	if (!own)
		return;
	secret_free(own->key);
	arena_release(&own->arena);
	free(own);
}

struct endpoint endpoint_with(const struct endpoint *endpoint, const char *model,
			      const char *thinking)
{
	struct endpoint copy = *endpoint;

	if (model) {
		copy.model = model;
		copy.window_tokens = profile_window(copy.profile, model);
	}
	if (thinking)
		copy.thinking = thinking;
	return copy;
}

struct budget_call endpoint_call(const struct endpoint *endpoint)
{
	return (struct budget_call){ endpoint->model, &endpoint->prices,
				     endpoint->is_loopback };
}

/* Ollama's own API stands beside its OpenAI one. */
static struct span ollama_base(struct span base)
{
	if (span_ends(base, "/v1"))
		base.len -= strlen("/v1");
	return base;
}

void endpoint_url(const struct endpoint *endpoint, enum endpoint_door door,
		  struct str *out)
{
	struct span base = span_of(endpoint->url);

	while (span_ends(base, "/"))
		base.len--;
	if (span_ends(base, CHAT_PATH))
		base.len -= strlen(CHAT_PATH);
	if (endpoint->profile->wire == WIRE_OLLAMA) {
		str_add_span(out, ollama_base(base));
		str_adds(out, door == ENDPOINT_CHAT ? "/api/chat" : "/api/tags");
		return;
	}
	str_add_span(out, base);
	str_adds(out, door == ENDPOINT_CHAT ? CHAT_PATH : "/models");
}
