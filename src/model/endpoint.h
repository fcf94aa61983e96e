/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server that answers for a model: made from settings once, with its key and
 * its prices, and read by the client and the report.
 */
#ifndef MODEL_ENDPOINT_H
#define MODEL_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "model/budget.h"
#include "model/profile.h"
#include "sys/loop.h"
#include "sys/secret.h"

struct endpoint {
	const char *url;   /* base, as configured */
	const char *model; /* id to ask for */
	const char *role;  /* "planner" or "executor", for messages and the report */
	const char *thinking; /* "off", "low", "high", "max" */
	const struct profile *profile;
	const struct secret *key; /* NULL: none is sent */
	const char *key_source;   /* where the key was found; NULL: nowhere */
	const char *key_wanted;   /* the variable to set for one */
	const char *host;  /* of the URL, for people */
	bool is_loopback;
	bool allow_http;
	int concurrency;   /* requests at once */
	int window_tokens; /* 0: not known */
	struct prices prices;
	const char *price_as_of; /* date and hours; NULL: the user's own price, or none */
};

struct endpoint_settings {
	const char *role;
	const char *url, *model;    /* model may be NULL: it is set later */
	const char *thinking;       /* NULL: off */
	const char *server;         /* name of a profile; NULL: told by the URL */
	const char *own_variable;   /* "DUALFIX_PLANNER_KEY" */
	const char *named_variable; /* dualfix.<role>.keyEnv, or NULL */
	bool no_helper;             /* git has no credential helper: it is not asked */
	bool insecure;              /* plain http to other machines is meant */
	int64_t concurrency;        /* 0: by server kind */
	struct prices prices;       /* those >= 0 win over the known ones */
	int64_t from_s, until_s;    /* when it is used: the dearest price of that time */
};

/*
 * ERR_CONFIG when the URL is bad, or plain http to another machine, or the server
 * is of an unknown kind. No key is no error: a local server needs none.
 */
struct err *endpoint_new(struct endpoint **out, struct loop *loop,
			 const struct endpoint_settings *settings) MUST_USE;
void endpoint_free(struct endpoint *endpoint);

/* A copy of it for another model or with other thinking; it borrows from endpoint. */
struct endpoint endpoint_with(const struct endpoint *endpoint, const char *model,
			      const char *thinking);

/* It, as a budget sees it. */
struct budget_call endpoint_call(const struct endpoint *endpoint);

enum endpoint_door { ENDPOINT_CHAT, ENDPOINT_MODELS };

/* The full URL of a door, into out. */
void endpoint_url(const struct endpoint *endpoint, enum endpoint_door door,
		  struct str *out);

#endif
