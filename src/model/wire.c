/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/wire.h"

#include <string.h>
#include <strings.h>

#include "base/jsonw.h"
#include "model/tokens.h"
#include "sys/json.h"

#define EVENT_MAX_DEPTH 32
#define MESSAGE_MAX_BYTES 512
#define MESSAGE_FRAME_TOKENS 8

/* A window is asked for in these steps: Ollama loads the model again for another. */
#define OLLAMA_WINDOW_STEP 8192

static const char *const role_names[] = {
	[CHAT_SYSTEM] = "system",
	[CHAT_USER] = "user",
	[CHAT_ASSISTANT] = "assistant",
};

int64_t wire_prompt_tokens(const struct chat_request *request)
{
	int64_t sum = 0;

	for (size_t i = 0; i < request->n_messages; i++)
		sum += tokens_of_bytes(request->messages[i].text.len) +
		       MESSAGE_FRAME_TOKENS;
	if (request->prefill)
		sum += tokens_of_bytes(strlen(request->prefill)) + MESSAGE_FRAME_TOKENS;
	return sum;
}

/* What is left for the answer when the prompt is in. */
static int64_t answer_tokens(const struct endpoint *endpoint,
			     const struct chat_request *request)
{
	int64_t most = request->max_tokens;

	if (endpoint->profile->output_tokens && most > endpoint->profile->output_tokens)
		most = endpoint->profile->output_tokens;
	if (endpoint->window_tokens) {
		int64_t left = endpoint->window_tokens - wire_prompt_tokens(request);

		most = most < left ? most : left;
	}
	return most;
}

struct err *wire_check_window(const struct endpoint *endpoint,
			      const struct chat_request *request)
{
	int least = request->min_tokens ? request->min_tokens : request->max_tokens;
	int64_t most = answer_tokens(endpoint, request);

	if (most >= least)
		return NULL;
	if (!endpoint->window_tokens)
		return err_new(ERR_SERVICE, "'%s' at %s gives at most %d tokens, not %d",
			       endpoint->model, endpoint->host,
			       endpoint->profile->output_tokens, least);
	return err_hint(
		err_new(ERR_SERVICE,
			"the prompt does not fit '%s': about %lld tokens "
			"and %d for the answer, in a window of %d",
			endpoint->model, (long long)wire_prompt_tokens(request), least,
			endpoint->window_tokens),
		"name the files in the issue, or leave some out with dualfix.exclude");
}

static void encode_messages(struct jsonw *w, const struct endpoint *endpoint,
			    const struct chat_request *request)
{
	jsonw_key(w, "messages");
	jsonw_array(w);
	for (size_t i = 0; i < request->n_messages; i++) {
		jsonw_object(w);
		jsonw_kv_text(w, "role", role_names[request->messages[i].role]);
		jsonw_kv_string(w, "content", request->messages[i].text);
		jsonw_end(w);
	}
	if (request->prefill && endpoint->profile->prefill != PREFILL_NONE) {
		jsonw_object(w);
		jsonw_kv_text(w, "role", role_names[CHAT_ASSISTANT]);
		jsonw_kv_text(w, "content", request->prefill);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void encode_stop(struct jsonw *w, const char *stop)
{
	if (!stop)
		return;
	jsonw_key(w, "stop");
	jsonw_array(w);
	jsonw_text(w, stop);
	jsonw_end(w);
}

static void encode_thinking(struct jsonw *w, const char *thinking)
{
	bool on = strcmp(thinking, "off") != 0;

	jsonw_key(w, "thinking");
	jsonw_object(w);
	jsonw_kv_text(w, "type", on ? "enabled" : "disabled");
	jsonw_end(w);
	if (on)
		jsonw_kv_text(w, "reasoning_effort", thinking);
}

static void encode_json_mode(struct jsonw *w, enum json_mode mode)
{
	if (mode == JSON_MODE_NONE)
		return;
	jsonw_key(w, "response_format");
	jsonw_object(w);
	if (mode == JSON_MODE_OBJECT) {
		jsonw_kv_text(w, "type", "json_object");
	} else {
		jsonw_kv_text(w, "type", "json_schema");
		jsonw_key(w, "json_schema");
		jsonw_object(w);
		jsonw_kv_text(w, "name", "answer");
		jsonw_key(w, "schema");
		jsonw_object(w);
		jsonw_kv_text(w, "type", "object");
		jsonw_end(w);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void encode_openai(struct jsonw *w, const struct endpoint *endpoint,
			  const struct chat_request *request)
{
	const struct profile *profile = endpoint->profile;
	bool thinks = profile->thinking_switch && strcmp(endpoint->thinking, "off") != 0;

	jsonw_kv_text(w, "model", endpoint->model);
	jsonw_kv_bool(w, "stream", true);
	jsonw_key(w, "stream_options");
	jsonw_object(w);
	jsonw_kv_bool(w, "include_usage", true);
	jsonw_end(w);
	if (profile->thinking_switch)
		encode_thinking(w, endpoint->thinking);
	if (profile->sampling && !thinks)
		jsonw_kv_int(w, "temperature", 0);
	if (profile->penalty)
		jsonw_kv_int(w, profile->penalty, 1);
	jsonw_kv_int(w, "max_tokens", answer_tokens(endpoint, request));
	encode_stop(w, request->stop);
	if (request->json)
		encode_json_mode(w, profile->json);
	if (request->prefill && profile->prefill == PREFILL_CONTINUE) {
		jsonw_kv_bool(w, "add_generation_prompt", false);
		jsonw_kv_bool(w, "continue_final_message", true);
	}
	encode_messages(w, endpoint, request);
}

static int64_t ollama_window(const struct endpoint *endpoint,
			     const struct chat_request *request)
{
	int64_t need = wire_prompt_tokens(request) + answer_tokens(endpoint, request);
	int64_t window = (need + OLLAMA_WINDOW_STEP - 1) / OLLAMA_WINDOW_STEP *
			 OLLAMA_WINDOW_STEP;

	if (endpoint->window_tokens && window > endpoint->window_tokens)
		return endpoint->window_tokens;
	return window;
}

static void encode_ollama(struct jsonw *w, const struct endpoint *endpoint,
			  const struct chat_request *request)
{
	jsonw_kv_text(w, "model", endpoint->model);
	jsonw_kv_bool(w, "stream", true);
	jsonw_kv_bool(w, "truncate", false);
	jsonw_kv_bool(w, "shift", false);
	jsonw_kv_text(w, "keep_alive", "30m");
	if (request->json)
		jsonw_kv_text(w, "format", "json");
	jsonw_key(w, "options");
	jsonw_object(w);
	jsonw_kv_int(w, "num_ctx", ollama_window(endpoint, request));
	jsonw_kv_int(w, "temperature", 0);
	jsonw_kv_int(w, endpoint->profile->penalty, 1);
	jsonw_kv_int(w, "num_predict", answer_tokens(endpoint, request));
	encode_stop(w, request->stop);
	jsonw_end(w);
	encode_messages(w, endpoint, request);
}

struct err *wire_encode(struct str *out, const struct endpoint *endpoint,
			const struct chat_request *request)
{
	struct jsonw w;

	jsonw_init(&w, out, false);
	jsonw_object(&w);
	if (endpoint->profile->wire == WIRE_OLLAMA)
		encode_ollama(&w, endpoint, request);
	else
		encode_openai(&w, endpoint, request);
	jsonw_end(&w);
	return str_err(out, "request");
}

void wire_reader_init(struct wire_reader *reader, enum wire wire,
		      struct chat_reply *reply)
{
	*reader = (struct wire_reader){ .wire = wire, .reply = reply,
					.message = STR_INIT(MESSAGE_MAX_BYTES) };
}

void wire_reader_release(struct wire_reader *reader)
{
	str_release(&reader->message);
}

static void copy_word(char *out, size_t size, struct span word)
{
	if (word.len >= size)
		word.len = size - 1;
	for (size_t i = 0; i < word.len; i++)
		out[i] = (unsigned char)word.ptr[i] < 0x20 ? '?' : word.ptr[i];
	out[word.len] = '\0';
}

/* Cut at a whole character, so that no terminal sees half of one. */
static void add_message(struct str *out, struct span text)
{
	size_t room = out->max_bytes - out->len;

	text = span_trim(text);
	if (text.len > room) {
		text.len = room;
		while (text.len && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80)
			text.len--;
	}
	str_add_span(out, text);
}

/* The parts of an error object, in whichever form; false: it is none. */
static bool error_of(const json_node *root, struct span *text, int64_t *status)
{
	const json_node *error = json_get(root, "error");
	struct span code, kind;

	*status = 0;
	if (json_is_object(error)) {
		if (!json_string_of(json_get(error, "message"), text))
			*text = SPAN("an error without a message");
		if (json_string_of(json_get(error, "code"), &code)) {
			size_t number;

			if (span_number(code, 999, &number))
				*status = (int64_t)number;
		} else {
			(void)json_int_of(json_get(error, "code"), status);
		}
		return true;
	}
	if (json_string_of(error, text))
		return true;
	if (json_string_of(json_get(root, "object"), &kind) && span_eqs(kind, "error")) {
		(void)json_int_of(json_get(root, "code"), status);
		return json_string_of(json_get(root, "message"), text);
	}
	return false;
}

void wire_error_text(struct span body, struct str *out)
{
	const struct json_limits limits = { WIRE_EVENT_MAX_BYTES, EVENT_MAX_DEPTH };
	struct json_doc *doc = NULL;
	struct span text = body;
	int64_t status;

	struct err *err = json_parse(&doc, span_trim(body), &limits);

	if (!err) {
		const json_node *root = json_root(doc);

		if (!error_of(root, &text, &status) &&
		    !json_string_of(json_get(root, "message"), &text))
			(void)json_string_of(json_get(root, "detail"), &text);
	}
	add_message(out, text);
	err_drop(err); /* no JSON: the text speaks for itself */
	json_free(doc);
}

static void take_failure(struct wire_reader *reader, struct span text, int64_t status)
{
	reader->failed = true;
	reader->status = status >= 100 && status <= 599 ? (int)status : 0;
	str_reset(&reader->message);
	add_message(&reader->message, text);
}

static int64_t count_of(const json_node *object, const char *key)
{
	int64_t n;

	if (!json_int_of(json_get(object, key), &n) || n < 0)
		return 0;
	return n < USAGE_COUNT_MAX ? n : USAGE_COUNT_MAX;
}

static bool take_usage(struct wire_reader *reader, const json_node *usage)
{
	struct usage *u = &reader->reply->usage;
	int64_t cached;

	if (!json_is_object(usage))
		return false;
	u->prompt_tokens = count_of(usage, "prompt_tokens");
	u->completion_tokens = count_of(usage, "completion_tokens");
	cached = count_of(usage, "prompt_cache_hit_tokens");
	if (!cached)
		cached = count_of(json_get(usage, "prompt_tokens_details"),
				  "cached_tokens");
	u->cached_tokens = cached < u->prompt_tokens ? cached : u->prompt_tokens;
	reader->has_usage = true;
	return true;
}

static const struct {
	const char *word;
	enum wire_finish finish;
} finish_words[] = {
	{ "stop", WIRE_STOP },
	{ "eos", WIRE_STOP },
	{ "tool_calls", WIRE_STOP }, /* none was offered: the text is what counts */
	{ "function_call", WIRE_STOP },
	{ "length", WIRE_LENGTH },
	{ "content_filter", WIRE_FILTERED },
	{ "insufficient_system_resource", WIRE_STARVED },
};

static void take_finish(struct wire_reader *reader, struct span word)
{
	reader->finish = WIRE_ODD;
	for (size_t i = 0; i < ARRAY_SIZE(finish_words); i++)
		if (span_eqs(word, finish_words[i].word))
			reader->finish = finish_words[i].finish;
	copy_word(reader->finish_word, sizeof(reader->finish_word), word);
}

/* The text and thinking of a delta or message; true if there was any. */
static bool take_message(struct wire_reader *reader, const json_node *message)
{
	static const char *const thinking_keys[] = { "reasoning_content", "reasoning",
						     "thinking" };
	bool some = json_count(json_get(message, "tool_calls")) > 0;
	struct span text;

	if (json_string_of(json_get(message, "content"), &text) && text.len) {
		str_add_span(&reader->reply->text, text);
		some = true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(thinking_keys); i++) {
		if (json_string_of(json_get(message, thinking_keys[i]), &text) &&
		    text.len) {
			some = reader->thought = true;
			reader->thought_bytes += text.len;
		}
	}
	return some;
}

static bool take_openai(struct wire_reader *reader, const json_node *root)
{
	const json_node *choice = json_at(json_get(root, "choices"), 0);
	bool some = take_message(reader, json_get(choice, "delta"));
	struct span word;

	some |= take_message(reader, json_get(choice, "message"));
	if (json_string_of(json_get(choice, "finish_reason"), &word) && word.len) {
		take_finish(reader, word);
		some = true;
	}
	some |= take_usage(reader, json_get(root, "usage"));
	return some;
}

static bool take_ollama(struct wire_reader *reader, const json_node *root)
{
	struct usage *u = &reader->reply->usage;
	bool some = take_message(reader, json_get(root, "message")), done = false;
	struct span word = SPAN("stop");

	if (!json_bool_of(json_get(root, "done"), &done) || !done)
		return some;
	(void)json_string_of(json_get(root, "done_reason"), &word);
	take_finish(reader, word);
	reader->ended = true;
	if (!json_is_null(json_get(root, "eval_count"))) {
		u->prompt_tokens = count_of(root, "prompt_eval_count");
		u->completion_tokens = count_of(root, "eval_count");
		reader->has_usage = true;
	}
	return true;
}

static struct err *take_json(struct wire_reader *reader, struct span data, size_t max_bytes,
			     bool *progress)
{
	const struct json_limits limits = { max_bytes, EVENT_MAX_DEPTH };
	struct json_doc *doc = NULL;
	const json_node *root;
	struct span text;
	int64_t status;
	struct err *err = json_parse(&doc, data, &limits);

	if (err)
		return err_as(err_wrap(err, "malformed reply"), ERR_SERVICE);
	root = json_root(doc);
	if (error_of(root, &text, &status)) {
		take_failure(reader, text, status);
		*progress = true;
	} else if (!json_is_object(root)) {
		err = err_new(ERR_SERVICE, "malformed reply: expected an object");
	} else {
		if (json_string_of(json_get(root, "model"), &text))
			copy_word(reader->reply->model, sizeof(reader->reply->model),
				  text);
		*progress = reader->wire == WIRE_OLLAMA ? take_ollama(reader, root)
							: take_openai(reader, root);
		err = str_err(&reader->reply->text, "the answer");
		if (err && reader->reply->text.full)
			err = err_as(err, ERR_SERVICE);
	}
	json_free(doc);
	return err;
}

struct err *wire_event(struct wire_reader *reader, struct span data, bool *progress)
{
	*progress = false;
	if (reader->wire == WIRE_OPENAI && span_eqs(span_trim(data), "[DONE]")) {
		reader->ended = *progress = true;
		return NULL;
	}
	return take_json(reader, data, WIRE_EVENT_MAX_BYTES, progress);
}

struct err *wire_body(struct wire_reader *reader, struct span body)
{
	bool progress;
	struct err *err = take_json(reader, span_trim(body), WIRE_BODY_MAX_BYTES, &progress);

	if (!err && !reader->failed && reader->finish == WIRE_OPEN)
		err = err_new(ERR_SERVICE,
			      "malformed reply: an object that is no answer");
	reader->ended = !err && !reader->failed;
	return err;
}

struct err *wire_models(struct span body, void (*fn)(void *ctx, struct span id),
			void *ctx)
{
	const struct json_limits limits = { WIRE_EVENT_MAX_BYTES, EVENT_MAX_DEPTH };
	struct json_doc *doc = NULL;
	const json_node *list, *entry;
	struct span id;
	struct err *err = json_parse(&doc, body, &limits);

	if (err)
		return err_as(err_wrap(err, "malformed list of models"), ERR_SERVICE);
	list = json_get(json_root(doc), "data");
	if (!json_is_array(list))
		list = json_get(json_root(doc), "models"); /* Ollama's /api/tags */
	if (!json_is_array(list))
		err = err_new(ERR_SERVICE,
			      "malformed list of models: there is none in it");
	for (size_t i = 0; !err && i < json_count(list); i++) {
		entry = json_at(list, i);
		if (json_string_of(json_get(entry, "id"), &id) ||
		    json_string_of(json_get(entry, "name"), &id))
			fn(ctx, id);
	}
	json_free(doc);
	return err;
}
