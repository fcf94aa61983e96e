/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/jsonw.h"
#include "sys/json.h"
#include "sys/secret.h"

#define VERSION 1
#define LINE_MAX_BYTES ((size_t)64 << 20)
#define LINE_MAX_DEPTH 8
#define HIDDEN_MAX 8
#define QUOTE_BYTES 80

struct fact {
	struct fact *next;
	const char *name, *value;
};

struct exchange {
	struct exchange *next;
	struct span request, text, model;
	struct span error, hint; /* error.ptr NULL: it was answered */
	enum err_kind kind;
	enum chat_finish finish;
	struct usage usage;
	bool played;
};

struct tape {
	struct arena arena;
	bool plays;
	struct str text; /* of a recording */
	struct {
		char *path, *name;
	} hidden[HIDDEN_MAX]; /* longest path first */
	size_t n_hidden;
	struct fact *facts;
	struct exchange *first, **last;
};

static struct err *make(struct tape **out)
{
	struct tape *tape = calloc(1, sizeof(*tape));

	*out = tape;
	if (!tape)
		return err_nomem();
	arena_init(&tape->arena, TAPE_MAX_BYTES);
	str_init(&tape->text, TAPE_MAX_BYTES);
	tape->last = &tape->first;
	return NULL;
}

struct err *tape_new(struct tape **out)
{
	struct err *err = make(out);

	if (!err)
		str_addf(&(*out)->text, "{\"tape\":%d}\n", VERSION);
	return err;
}

void tape_free(struct tape *tape)
{
	if (!tape)
		return;
	for (size_t i = 0; i < tape->n_hidden; i++) {
		free(tape->hidden[i].path);
		free(tape->hidden[i].name);
	}
	arena_release(&tape->arena);
	str_release(&tape->text);
	free(tape);
}

bool tape_plays(const struct tape *tape)
{
	return tape->plays;
}

struct span tape_text(const struct tape *tape)
{
	return str_span(&tape->text);
}

struct err *tape_hide(struct tape *tape, const char *path, const char *name)
{
	size_t at = 0;

	if (tape->n_hidden == HIDDEN_MAX)
		return err_new(ERR_FATAL, "more than %d paths to hide on a tape",
			       HIDDEN_MAX);
	while (at < tape->n_hidden && strlen(tape->hidden[at].path) >= strlen(path))
		at++;
	memmove(&tape->hidden[at + 1], &tape->hidden[at],
		(tape->n_hidden - at) * sizeof(tape->hidden[0]));
	tape->n_hidden++;
	tape->hidden[at].path = strdup(path);
	tape->hidden[at].name = strdup(name);
	if (!tape->hidden[at].path || !tape->hidden[at].name)
		return err_nomem();
	return NULL;
}

/* Adds text with the hidden paths replaced. */
static void add_hidden(const struct tape *tape, struct str *out, struct span text)
{
	size_t at = 0;

	while (at < text.len) {
		size_t next = text.len, len = 0;
		const char *name = NULL;

		for (size_t i = 0; i < tape->n_hidden; i++) {
			struct span path = span_of(tape->hidden[i].path);
			ptrdiff_t hit = span_find(text, path, at);

			if (hit < 0 || (size_t)hit >= next)
				continue;
			next = (size_t)hit;
			len = path.len;
			name = tape->hidden[i].name;
		}
		str_add_span(out, span_cut(text, at, next));
		if (name)
			str_adds(out, name);
		at = next + len;
	}
}

/* ---- recording ---- */

const char *tape_fact(struct tape *tape, const char *name, const char *value)
{
	struct fact *fact;
	struct jsonw w;

	for (fact = tape->facts; fact; fact = fact->next)
		if (!strcmp(fact->name, name))
			return fact->value;
	if (tape->plays || !value)
		return NULL;
	fact = arena_alloc(&tape->arena, sizeof(*fact));
	if (!fact)
		return NULL;
	fact->name = arena_dups(&tape->arena, name);
	fact->value = arena_dups(&tape->arena, value);
	if (!fact->name || !fact->value)
		return NULL;
	fact->next = tape->facts;
	tape->facts = fact;
	jsonw_init(&w, &tape->text, false);
	jsonw_object(&w);
	jsonw_kv_text(&w, "fact", name);
	jsonw_kv_text(&w, "value", value);
	jsonw_end(&w);
	str_addc(&tape->text, '\n');
	return fact->value;
}

static void add_reply(struct jsonw *w, const struct chat_reply *reply)
{
	const struct usage *usage = &reply->usage;

	jsonw_kv_string(w, "text", str_span(&reply->text));
	jsonw_kv_text(w, "finish", chat_finish_name(reply->finish));
	jsonw_kv_text(w, "model", reply->model);
	jsonw_kv_int(w, "requests", usage->requests);
	jsonw_kv_int(w, "prompt_tokens", usage->prompt_tokens);
	jsonw_kv_int(w, "cached_tokens", usage->cached_tokens);
	jsonw_kv_int(w, "completion_tokens", usage->completion_tokens);
	jsonw_kv_bool(w, "estimated", usage->estimated);
	jsonw_key(w, "usd");
	jsonw_real(w, usage->usd);
}

struct err *tape_add(struct tape *tape, struct span request,
		     const struct chat_reply *reply, const struct err *failed)
{
	struct str hidden = STR_INIT(LINE_MAX_BYTES), line = STR_INIT(LINE_MAX_BYTES);
	struct jsonw w;
	struct err *err;

	add_hidden(tape, &hidden, request);
	jsonw_init(&w, &line, false);
	jsonw_object(&w);
	jsonw_kv_string(&w, "request", str_span(&hidden));
	if (failed) {
		jsonw_kv_text(&w, "error", err_text(failed));
		jsonw_kv_text(&w, "kind", err_kind_name(err_kind(failed)));
		jsonw_kv_text(&w, "hint", err_hint_text(failed));
	}
	add_reply(&w, reply);
	jsonw_end(&w);
	err = err_first(str_err(&hidden, "the recording"),
			str_err(&line, "the recording"));
	if (!err) {
		secret_redact(&line);
		str_add_span(&tape->text, str_span(&line));
		str_addc(&tape->text, '\n');
		err = str_err(&tape->text, "the recording");
	}
	str_release(&hidden);
	str_release(&line);
	return err;
}

/* ---- playing ---- */

static enum err_kind kind_of(struct span name)
{
	for (int kind = ERR_NO_FIX; kind <= ERR_TERMINATED; kind++)
		if (span_eqs(name, err_kind_name((enum err_kind)kind)))
			return (enum err_kind)kind;
	return ERR_SERVICE;
}

static enum chat_finish finish_of(struct span name)
{
	for (int finish = CHAT_STOP; finish < CHAT_CUT; finish++)
		if (span_eqs(name, chat_finish_name((enum chat_finish)finish)))
			return (enum chat_finish)finish;
	return CHAT_CUT;
}

static struct err *read_span(struct tape *tape, const json_node *root, const char *key,
			     enum json_need need, struct span *out)
{
	struct span text = { NULL, 0 };
	struct err *err = NULL;

	*out = text;
	if (need == JSON_REQUIRED || !json_is_null(json_get(root, key)))
		err = json_read_string(root, "", key, need, &text);
	if (err || !text.ptr)
		return err;
	out->ptr = arena_dup(&tape->arena, text);
	out->len = text.len;
	return out->ptr ? NULL : arena_err(&tape->arena, "recording");
}

static struct err *read_usage(const json_node *root, struct usage *usage)
{
	const struct {
		const char *key;
		int64_t *out;
	} counts[] = {
		{ "requests", &usage->requests },
		{ "prompt_tokens", &usage->prompt_tokens },
		{ "cached_tokens", &usage->cached_tokens },
		{ "completion_tokens", &usage->completion_tokens },
	};
	struct err *err = json_read_bool(root, "", "estimated", JSON_REQUIRED,
					 &usage->estimated);

	for (size_t i = 0; !err && i < ARRAY_SIZE(counts); i++)
		err = json_read_int(root, "", counts[i].key, JSON_REQUIRED, 0,
				    USAGE_COUNT_MAX, counts[i].out);
	usage->usd = -1;
	(void)json_real_of(json_get(root, "usd"), &usage->usd);
	return err;
}

static struct err *read_exchange(struct tape *tape, const json_node *root)
{
	struct exchange *exchange = arena_alloc(&tape->arena, sizeof(*exchange));
	struct span kind, finish;
	struct err *err;

	if (!exchange)
		return arena_err(&tape->arena, "recording");
	err = read_span(tape, root, "request", JSON_REQUIRED, &exchange->request);
	if (!err)
		err = read_span(tape, root, "text", JSON_REQUIRED, &exchange->text);
	if (!err)
		err = read_span(tape, root, "model", JSON_REQUIRED, &exchange->model);
	if (!err)
		err = read_span(tape, root, "finish", JSON_REQUIRED, &finish);
	if (!err)
		err = read_span(tape, root, "error", JSON_OPTIONAL, &exchange->error);
	if (!err)
		err = read_span(tape, root, "kind", JSON_OPTIONAL, &kind);
	if (!err)
		err = read_span(tape, root, "hint", JSON_OPTIONAL, &exchange->hint);
	if (!err)
		err = read_usage(root, &exchange->usage);
	if (err)
		return err;
	exchange->finish = finish_of(finish);
	exchange->kind = kind_of(kind);
	*tape->last = exchange;
	tape->last = &exchange->next;
	return NULL;
}

static struct err *read_fact(struct tape *tape, const json_node *root)
{
	struct fact *fact = arena_alloc(&tape->arena, sizeof(*fact));
	struct span name, value;
	struct err *err;

	if (!fact)
		return arena_err(&tape->arena, "recording");
	err = read_span(tape, root, "fact", JSON_REQUIRED, &name);
	if (!err)
		err = read_span(tape, root, "value", JSON_REQUIRED, &value);
	if (err)
		return err;
	*fact = (struct fact){ tape->facts, name.ptr, value.ptr };
	tape->facts = fact;
	return NULL;
}

static struct err *read_line(struct tape *tape, struct span line, size_t number)
{
	const struct json_limits limits = { LINE_MAX_BYTES, LINE_MAX_DEPTH };
	struct json_doc *doc = NULL;
	const json_node *root;
	int64_t version = VERSION;
	struct err *err = json_parse(&doc, line, &limits);

	root = err ? NULL : json_root(doc);
	if (!err && number == 1)
		err = json_read_int(root, "", "tape", JSON_REQUIRED, VERSION, VERSION,
				    &version);
	else if (!err && !json_is_null(json_get(root, "fact")))
		err = read_fact(tape, root);
	else if (!err)
		err = read_exchange(tape, root);
	json_free(doc);
	return err_wrap(err, "line %zu", number);
}

struct err *tape_parse(struct tape **out, struct span text)
{
	struct span line;
	size_t number = 0;
	struct err *err = make(out);

	if (err)
		return err;
	(*out)->plays = true;
	while (!err && span_line(&text, &line))
		if (++number == 1 || span_trim(line).len)
			err = read_line(*out, line, number);
	if (!err && !number)
		err = err_new(ERR_INPUT, "the recording is empty");
	if (err) {
		tape_free(*out);
		*out = NULL;
	}
	return err;
}

static struct exchange *find(const struct tape *tape, struct span request)
{
	struct exchange *best = NULL;

	for (struct exchange *e = tape->first; e; e = e->next) {
		if (!span_eq(e->request, request))
			continue;
		best = e;
		if (!e->played)
			break;
	}
	return best;
}

/* The end of the request's last message tells most of what it wants. */
static struct err *unknown(struct span request)
{
	size_t from = request.len > QUOTE_BYTES ? request.len - QUOTE_BYTES : 0;

	while (from < request.len && ((unsigned char)request.ptr[from] & 0xc0) == 0x80)
		from++;
	return err_hint(err_new(ERR_INPUT, "the recording has no such request: ...%.*s",
				(int)(request.len - from), request.ptr + from),
			"it was made of another issue, base, version or configuration");
}

struct err *tape_play(struct tape *tape, struct span request, struct chat_reply *reply)
{
	struct str hidden = STR_INIT(LINE_MAX_BYTES);
	struct exchange *exchange = NULL;
	struct err *err;

	add_hidden(tape, &hidden, request);
	err = str_err(&hidden, "the request");
	if (!err)
		exchange = find(tape, str_span(&hidden));
	if (!err && !exchange)
		err = unknown(str_span(&hidden));
	str_release(&hidden);
	if (err)
		return err;
	exchange->played = true;
	reply->usage = exchange->usage;
	reply->finish = exchange->finish;
	snprintf(reply->model, sizeof(reply->model), "%.*s", (int)exchange->model.len,
		 exchange->model.ptr);
	if (exchange->error.ptr) {
		err = err_new(exchange->kind, "%s", exchange->error.ptr);
		return exchange->hint.ptr ? err_hint(err, "%s", exchange->hint.ptr) : err;
	}
	str_add_span(&reply->text, exchange->text);
	return str_err(&reply->text, "the answer");
}
