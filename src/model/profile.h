/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kind of server speaks at an endpoint, and what it wants differently: one
 * table. Facts with their sources stand beside each row (profile.c).
 *
 * A row is chosen by host and port, or named in dualfix.<role>.server. What a
 * server would refuse, or answer 200 to and ignore, is not sent to it.
 */
#ifndef MODEL_PROFILE_H
#define MODEL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire {
	WIRE_OPENAI, /* POST /chat/completions, server-sent events */
	WIRE_OLLAMA, /* POST /api/chat, a JSON object a line */
};

enum json_mode {
	JSON_MODE_NONE,
	JSON_MODE_OBJECT, /* {"type":"json_object"}; Ollama: "format":"json" */
	JSON_MODE_SCHEMA, /* a json_schema of any object: json_object is refused */
};

enum prefill_mode {
	PREFILL_NONE,
	PREFILL_PLAIN,    /* a last assistant message is continued */
	PREFILL_CONTINUE, /* only with "continue_final_message" */
};

struct profile {
	const char *name; /* "deepseek", "openai", "vllm", "llama", "ollama", ... */
	enum wire wire;
	enum json_mode json;
	enum prefill_mode prefill;
	bool thinking_switch; /* takes "thinking" and "reasoning_effort" */
	bool sampling;        /* takes temperature */
	const char *penalty;  /* its name for the repetition penalty; NULL: has none */
	bool local;           /* one's own machine: nothing is billed on loopback */
	bool cuts_prompts;    /* shortens a prompt that does not fit without a word */
	int concurrency;      /* requests at once that make sense */
	int window_tokens;    /* prompt and answer together; 0: not known */
	int output_tokens;    /* most that an answer may have; 0: not known */
	int port, second_port; /* where such a server listens by default; 0: none */
};

/* By host, port and what is known of them; never NULL. */
const struct profile *profile_of_url(const char *url);
const struct profile *profile_by_name(const char *name); /* or NULL */

/* The row number index, for tables of what exists; NULL past the end. */
const struct profile *profile_at(size_t index);

/* The window of model at such a server, tokens; 0: not known. */
int profile_window(const struct profile *profile, const char *model);

struct price {
	const char *host;  /* of the URL, or what it ends in */
	const char *model; /* id prefix */
	double input, cached, output; /* USD per million tokens */
	const char *as_of;            /* date of the price */
	const char *when;  /* "peak", "off-peak"; NULL: always */
};

/*
 * Known price of a model at a host at a time (seconds since the epoch), or NULL.
 * A negative time asks for the dearest. DeepSeek's peak hours count on Chinese
 * holidays too: no price is guessed low.
 */
const struct price *price_of(const char *url, const char *model, int64_t at_s);

#endif
