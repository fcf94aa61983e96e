/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kind of server speaks at an endpoint, and what it wants differently: one
 * table. Facts with their sources stand beside each row (profile.c).
 */
#ifndef MODEL_PROFILE_H
#define MODEL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

enum wire {
	WIRE_OPENAI, /* POST /chat/completions, server-sent events */
	WIRE_OLLAMA, /* POST /api/chat, a JSON object a line */
};

enum json_mode { JSON_MODE_NONE, JSON_MODE_OBJECT, JSON_MODE_SCHEMA };

struct profile {
	const char *name; /* "deepseek", "openai", "vllm", "llama", "ollama", ... */
	enum wire wire;
	enum json_mode json;
	bool thinking_switch;  /* takes "thinking" and "reasoning_effort" */
	bool repeat_penalty;   /* named so (llama, ollama); else repetition_penalty */
	bool sampling;         /* takes temperature and penalties */
	bool prefill;          /* continues a last assistant message */
	int concurrency;       /* requests at once that make sense */
	int window_tokens;     /* what may be asked for; 0: unknown */
};

/* By host, port and what is known of them; never NULL. */
const struct profile *profile_of_url(const char *url);
const struct profile *profile_by_name(const char *name); /* or NULL */

struct price {
	const char *model; /* id prefix */
	double input, cached, output; /* USD per million tokens */
	const char *as_of;            /* date of the price */
};

/* Known price of a model at a host, or NULL. */
const struct price *price_of(const char *url, const char *model);

#endif
