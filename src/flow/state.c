/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/state.h"

#include <stdio.h>
#include <string.h>

#include "sys/json.h"

#define DEPTH_MAX 8

void state_init(struct state *state)
{
	*state = (struct state){ 0 };
	arena_init(&state->arena, 4 * STATE_MAX_BYTES);
}

void state_release(struct state *state)
{
	arena_release(&state->arena);
}

static void encode_usage(const struct state *state, struct jsonw *w)
{
	jsonw_key(w, "usage");
	jsonw_array(w);
	for (size_t i = 0; i < state->n_usage; i++) {
		const struct usage_report *row = &state->usage[i];

		jsonw_object(w);
		encode_usage_counts(w, row);
		jsonw_key(w, "usd");
		jsonw_real(w, row->usage.usd);
		jsonw_kv_bool(w, "estimated", row->usage.estimated);
		jsonw_end(w);
	}
	jsonw_end(w);
}

void state_encode(const struct state *state, struct jsonw *w)
{
	jsonw_object(w);
	jsonw_kv_int(w, "version", 1);
	jsonw_kv_text(w, "command", state->command);
	jsonw_key(w, "args");
	jsonw_array(w);
	for (const char *const *arg = state->args; arg && *arg; arg++)
		jsonw_text(w, *arg);
	jsonw_end(w);
	encode_oid(w, "base", &state->base);
	jsonw_kv_bool(w, "failing", state->failing);
	jsonw_kv_int(w, "given", (int64_t)state->n_given);
	jsonw_kv_text(w, "address", state->address);
	jsonw_kv_text(w, "in_reply_to", state->in_reply_to);
	jsonw_kv_text(w, "amends", state->amends);
	encode_usage(state, w);
	jsonw_kv_bool(w, "edited", state->edited);
	jsonw_kv_text(w, "branch", state->branch);
	encode_oid(w, "commit", &state->commit);
	jsonw_end(w);
}

/* null counts as absent. */
static struct err *read_text(struct state *state, const json_node *object, const char *key,
			     enum json_need need, const char **out)
{
	struct span text = { 0 };
	struct err *err = NULL;

	*out = NULL;
	if (need == JSON_REQUIRED || !json_is_null(json_get(object, key)))
		err = json_read_string(object, "", key, need, &text);
	if (err || !text.ptr)
		return err;
	*out = arena_dup(&state->arena, text);
	return *out ? NULL : arena_err(&state->arena, "state");
}

static struct err *read_oid(const json_node *object, const char *key, struct oid *out)
{
	struct span text = { 0 };

	if (json_is_null(json_get(object, key)))
		return NULL;
	if (!json_string_of(json_get(object, key), &text) || text.len >= sizeof(out->hex) ||
	    strspn(text.ptr, "0123456789abcdef") < text.len)
		return err_new(ERR_INPUT, "%s: expected an object id", key);
	snprintf(out->hex, sizeof(out->hex), "%.*s", (int)text.len, text.ptr);
	return NULL;
}

static struct err *read_count(const json_node *object, const char *key, int64_t max,
			      int64_t *out)
{
	return json_read_int(object, "", key, JSON_REQUIRED, 0, max, out);
}

static struct err *read_args(struct state *state, const json_node *list)
{
	size_t n = json_count(list);
	const char **args = arena_array(&state->arena, n + 1, sizeof(*args));

	if (!args)
		return arena_err(&state->arena, "state");
	for (size_t i = 0; i < n; i++) {
		struct span text;

		if (!json_string_of(json_at(list, i), &text))
			return err_new(ERR_INPUT, "args[%zu]: expected a string", i);
		args[i] = arena_dup(&state->arena, text);
		if (!args[i])
			return arena_err(&state->arena, "state");
	}
	args[n] = NULL;
	state->args = args;
	return NULL;
}

static struct err *read_usage_count(const json_node *row, const char *key, int64_t *out)
{
	return read_count(row, key, USAGE_COUNT_MAX, out);
}

static struct err *read_usage_row(struct state *state, const json_node *row,
				  struct usage_report *out)
{
	struct usage *usage = &out->usage;
	struct err *err = read_text(state, row, "role", JSON_REQUIRED, &out->role);

	if (!err)
		err = read_text(state, row, "model", JSON_REQUIRED, &out->model);
	if (!err)
		err = read_text(state, row, "endpoint", JSON_REQUIRED, &out->endpoint);
	if (!err)
		err = read_usage_count(row, "requests", &usage->requests);
	if (!err)
		err = read_usage_count(row, "prompt_tokens", &usage->prompt_tokens);
	if (!err)
		err = read_usage_count(row, "cached_tokens", &usage->cached_tokens);
	if (!err)
		err = read_usage_count(row, "completion_tokens", &usage->completion_tokens);
	if (!err && !json_real_of(json_get(row, "usd"), &usage->usd))
		err = err_new(ERR_INPUT, "usd: expected a number");
	if (!err)
		err = json_read_bool(row, "", "estimated", JSON_REQUIRED, &usage->estimated);
	return err;
}

static struct err *read_usage(struct state *state, const json_node *list)
{
	size_t n = json_count(list);

	if (n > REPORT_ROLES_MAX)
		return err_new(ERR_INPUT, "usage: more than %d", REPORT_ROLES_MAX);
	state->usage = arena_array(&state->arena, n + 1, sizeof(*state->usage));
	if (!state->usage)
		return arena_err(&state->arena, "state");
	for (size_t i = 0; i < n; i++) {
		struct err *err;

		state->usage[i] = (struct usage_report){ 0 };
		err = read_usage_row(state, json_at(list, i), &state->usage[i]);
		if (err)
			return err_wrap(err, "usage[%zu]", i);
		state->n_usage++;
	}
	return NULL;
}

static struct err *read_root(struct state *state, const json_node *root)
{
	int64_t version = 0, given = 0;
	struct err *err = read_count(root, "version", INT32_MAX, &version);

	if (!err && version != 1)
		err = err_new(ERR_INPUT, "version %d is not known", (int)version);
	if (!err)
		err = read_text(state, root, "command", JSON_REQUIRED, &state->command);
	if (!err)
		err = read_args(state, json_get(root, "args"));
	if (!err)
		err = read_oid(root, "base", &state->base);
	if (!err && oid_is_none(&state->base))
		err = err_new(ERR_INPUT, "base: missing");
	if (!err)
		err = json_read_bool(root, "", "failing", JSON_REQUIRED, &state->failing);
	if (!err)
		err = read_count(root, "given", INT16_MAX, &given);
	state->n_given = (size_t)given;
	if (!err)
		err = read_text(state, root, "address", JSON_OPTIONAL, &state->address);
	if (!err)
		err = read_text(state, root, "in_reply_to", JSON_OPTIONAL, &state->in_reply_to);
	if (!err)
		err = read_text(state, root, "amends", JSON_OPTIONAL, &state->amends);
	if (!err)
		err = read_usage(state, json_get(root, "usage"));
	if (!err)
		err = json_read_bool(root, "", "edited", JSON_REQUIRED, &state->edited);
	if (!err)
		err = read_text(state, root, "branch", JSON_OPTIONAL, &state->branch);
	if (!err)
		err = read_oid(root, "commit", &state->commit);
	return err;
}

struct err *state_decode(struct state *state, struct span json)
{
	const struct json_limits limits = { STATE_MAX_BYTES, DEPTH_MAX };
	struct json_doc *doc = NULL;
	struct err *err = json_parse(&doc, json, &limits);

	if (!err)
		err = read_root(state, json_root(doc));
	json_free(doc);
	return err_wrap(err, STATE_FILE);
}
