/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/failure.h"

#include <string.h>
#include <strings.h>

#define TEXT_MAX_BYTES 400

struct failure failure_of_transport(struct err *err, const struct http_reply *reply)
{
	return (struct failure){ .err = err,
				 .cause = reply->failure,
				 .retry_after_ms = -1 };
}

struct failure failure_of_stream(struct err *err, const struct stream *stream)
{
	struct failure failure = { .err = err,
				   .cause = RETRY_USELESS,
				   .retry_after_ms = -1 };

	if (err_kind(err) != ERR_SERVICE || stream->kind == STREAM_OTHER ||
	    stream->endless)
		failure.cause = RETRY_NEVER;
	return failure;
}

bool failure_blames_server(const struct failure *failure)
{
	/* what servers answer to a request that no server would take */
	static const int requests_own[] = { 400, 413, 414, 422 };

	if (failure->cause == RETRY_NONE)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(requests_own); i++)
		if (failure->cause == RETRY_STATUS && failure->status == requests_own[i])
			return false;
	return true;
}

static struct err *with_key_hint(struct err *err, const struct endpoint *endpoint)
{
	const char *variable =
		endpoint->key_wanted ? endpoint->key_wanted : "the key's variable";

	if (!endpoint->key)
		return err_hint(err,
				"no key was sent: set %s, or name another variable with "
				"dualfix.%s.keyEnv",
				variable, endpoint->role);
	return err_hint(err, "the key from %s was refused: see that it is valid for %s",
			endpoint->key_source ? endpoint->key_source : variable,
			endpoint->host);
}

/* How servers say that the prompt is too long. */
static const char *const overlong[] = {
	"maximum context length", "exceeds the available context size", "n_keep",
	"context window", "prompt is too long", "input length",
};

static bool is_overlong(int status, const char *text)
{
	if (status == 413)
		return true;
	for (size_t i = 0; status == 400 && i < ARRAY_SIZE(overlong); i++)
		if (strcasestr(text, overlong[i]))
			return true;
	return false;
}

static struct err *with_hint(struct err *err, const struct endpoint *endpoint, int status,
			     const char *text)
{
	if (status == 401 || status == 403)
		return with_key_hint(err_as(err, ERR_CONFIG), endpoint);
	if (status == 402)
		return err_hint(err, "the account at %s has no balance left",
				endpoint->host);
	if (status >= 300 && status < 400)
		return err_hint(err,
				"redirects are not followed: set dualfix.%s.url to where "
				"the server is",
				endpoint->role);
	if (status == 404)
		return err_hint(err,
				"see that dualfix.%s.url and dualfix.%s.model are right",
				endpoint->role, endpoint->role);
	if (is_overlong(status, text))
		return err_hint(err, "name the files in the issue, or leave some out "
				     "with dualfix.exclude");
	return err;
}

/* text is the server's own: no key may be in it, whoever echoed it. */
static struct err *status_err(const struct endpoint *endpoint, int status, const char *id,
			      struct str *text)
{
	struct err *err;

	secret_redact(text);
	if (text->len)
		err = err_new(ERR_SERVICE, "HTTP %d: %s", status, text->buf);
	else
		err = err_new(ERR_SERVICE, "HTTP %d", status);
	if (id && *id)
		err = err_wrap(err, "request %s", id);
	return with_hint(err, endpoint, status, text->buf);
}

struct failure failure_of_status(const struct endpoint *endpoint,
				 const struct http_reply *reply, struct span body)
{
	struct failure failure = {
		.cause = RETRY_STATUS, .status = reply->status,
		.retry_after_ms = reply->retry_after_ms,
	};
	struct str text = STR_INIT(TEXT_MAX_BYTES);

	wire_error_text(body, &text);
	failure.overlong = is_overlong(reply->status, text.buf);
	failure.err = status_err(endpoint, reply->status, reply->request_id, &text);
	str_release(&text);
	return failure;
}

static struct failure failure_of_message(const struct endpoint *endpoint,
					 const struct wire_reader *reader)
{
	struct failure failure = {
		.cause = reader->status ? RETRY_STATUS : RETRY_USELESS,
		.status = reader->status, .retry_after_ms = -1,
	};
	struct str text = STR_INIT(TEXT_MAX_BYTES);

	str_add_span(&text, span_cut(str_span(&reader->message), 0, TEXT_MAX_BYTES));
	if (reader->status) {
		failure.overlong = is_overlong(reader->status, text.buf);
		failure.err = status_err(endpoint, reader->status, NULL, &text);
	} else {
		secret_redact(&text);
		failure.err = err_new(ERR_SERVICE, "the server broke off: %s", text.buf);
	}
	str_release(&text);
	return failure;
}

/*
 * A server that cut the prompt counts far fewer tokens than there are bytes for. The
 * estimate is high by up to a third; half of it is no error of estimation.
 */
static bool prompt_was_cut(const struct endpoint *endpoint,
			   const struct wire_reader *reader, int64_t prompt_tokens)
{
	return endpoint->profile->cuts_prompts && reader->has_usage &&
	       reader->reply->usage.prompt_tokens < prompt_tokens / 2;
}

struct failure failure_of_answer(const struct endpoint *endpoint,
				 const struct wire_reader *reader, int64_t prompt_tokens)
{
	struct failure failure = { .cause = RETRY_USELESS, .retry_after_ms = -1 };
	bool blank = !span_trim(str_span(&reader->reply->text)).len;

	if (reader->failed)
		return failure_of_message(endpoint, reader);
	if (!reader->ended) {
		failure.cause = RETRY_CUT;
		failure.err = err_new(ERR_SERVICE, "the answer was cut off");
		return failure;
	}
	switch (reader->finish) {
	case WIRE_STARVED:
		failure.err = err_new(ERR_SERVICE,
				      "the server ran out of resources on the way");
		break;
	case WIRE_ODD:
		failure.err = err_new(ERR_SERVICE, "the answer ended with '%s'",
				      reader->finish_word);
		break;
	case WIRE_OPEN:
		failure.err = err_new(ERR_SERVICE, "the answer ended without a reason");
		break;
	case WIRE_STOP:
		if (blank)
			failure.err = err_new(ERR_SERVICE, "the answer is blank");
		break;
	case WIRE_LENGTH:
	case WIRE_FILTERED:
		break;
	}
	if (!failure.err && prompt_was_cut(endpoint, reader, prompt_tokens)) {
		failure.cause = RETRY_NEVER;
		failure.overlong = true;
		failure.err = err_new(ERR_SERVICE,
				      "the server saw %lld tokens of a prompt of about "
				      "%lld: it was cut",
				      (long long)reader->reply->usage.prompt_tokens,
				      (long long)prompt_tokens);
		failure.err =
			err_hint(failure.err, "load the model with a larger context");
	}
	if (!failure.err)
		failure.cause = RETRY_NONE;
	return failure;
}

struct err *failure_no_time(void)
{
	return err_hint(err_new(ERR_SERVICE, "the time for this run is used up"),
			"--timeout <seconds>, or git config dualfix.timeout <seconds>");
}

struct err *failure_say(struct err *err, const struct endpoint *endpoint)
{
	return err_wrap(err, "%s '%s' at %s", endpoint->role, endpoint->model,
			endpoint->host);
}
