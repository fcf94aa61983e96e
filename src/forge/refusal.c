/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/refusal.h"

#include <stdio.h>
#include <string.h>

#include "forge/decode.h"
#include "sys/url.h"

#define TEXT_MAX_BYTES 4096
#define YEAR_S ((int64_t)366 * 24 * 3600)

static bool is_limit(const struct answer *answer)
{
	if (answer->status == 429)
		return true;
	return answer->status == 403 &&
	       (answer->head.used_up || answer->retry_after_ms >= 0);
}

bool refusal_wants_token(const struct answer *answer)
{
	return answer->status == 401 || answer->status == 403 || answer->status == 404 ||
	       answer->status == 429;
}

static int64_t wait_s(const struct answer *answer, int64_t now_s)
{
	int64_t reset_s = answer->head.reset_s;

	if (answer->retry_after_ms >= 0)
		return (answer->retry_after_ms + 999) / 1000;
	if (reset_s < 0)
		return -1;
	if (reset_s >= YEAR_S)
		reset_s -= now_s;
	return reset_s < 0 ? 0 : reset_s < YEAR_S ? reset_s : -1;
}

static void say_wait(const struct answer *answer, int64_t now_s, struct str *out)
{
	int64_t s = wait_s(answer, now_s);

	if (s < 0)
		str_adds(out, "for a while");
	else if (s < 120)
		str_addf(out, "for %lld s", (long long)s);
	else
		str_addf(out, "for %lld min", (long long)(s + 59) / 60);
}

static const char *status_name(int status)
{
	switch (status) {
	case 301: case 302: case 303: case 307: case 308:
		return "it has moved";
	case 404:
		return "not found, or private";
	case 410:
		return "it was deleted, or the project has no issues";
	case 451:
		return "withheld for legal reasons";
	default:
		return NULL;
	}
}

static void say_key(const struct place *place, const struct token *token, int status,
		    struct str *out)
{
	if (!token->secret)
		str_addf(out, "%s does not show it without a token", place->host);
	else if (status == 401)
		str_addf(out, "%s does not take the token of %s", place->host,
			 token->source);
	else
		str_addf(out, "%s does not show it to the token of %s", place->host,
			 token->source);
}

/* Where to is said by its host alone: the rest may be anything. */
static void say_moved(const struct answer *answer, struct str *out)
{
	struct url url;
	struct err *err = url_parse(&url, answer->head.location);

	if (!err)
		str_addf(out, ", to %.*s", (int)url.authority.len, url.authority.ptr);
	err_drop(err);
}

static void say_why(const struct place *place, const struct answer *answer,
		    const struct token *token, int64_t now_s, struct str *out)
{
	const char *name = status_name(answer->status);

	if (is_limit(answer)) {
		str_addf(out, "%s takes no more requests ", place->host);
		say_wait(answer, now_s, out);
	} else if (answer->status == 401 || answer->status == 403) {
		say_key(place, token, answer->status, out);
	} else if (name) {
		str_adds(out, name);
	} else {
		str_addf(out, "HTTP %d", answer->status);
	}
	if (answer->status >= 300 && answer->status < 400)
		say_moved(answer, out);
}

static struct err *add_hint(struct err *err, const struct place *place,
			    const struct answer *answer, const struct token *token,
			    bool declared)
{
	struct str hint = STR_INIT(TEXT_MAX_BYTES);

	if (answer->status >= 300 && answer->status < 400) {
		str_adds(&hint, "name the issue by its new https address");
	} else if (!refusal_wants_token(answer)) {
		str_adds(&hint, "git dualfix -m <text>, or a file");
	} else if (!token->secret) {
		str_adds(&hint, is_limit(answer) ? "a token is allowed more: " : "");
		token_hint(place, declared, &hint);
	} else if (is_limit(answer)) {
		str_adds(&hint, "git dualfix -m <text>, or a file");
	} else {
		str_addf(&hint, "does the token of %s allow to read issues of %s?",
			 token->source, place->project);
	}
	err = err_hint(err, "%s", hint.buf);
	str_release(&hint);
	return err;
}

struct err *refusal_make(const struct place *place, const struct answer *answer,
			 const struct token *token, bool declared, int64_t now_s)
{
	struct str why = STR_INIT(TEXT_MAX_BYTES), said = STR_INIT(TEXT_MAX_BYTES);
	bool key = answer->status == 401 || answer->status == 403;
	struct err *err;

	say_why(place, answer, token, now_s, &why);
	decode_message(str_span(&answer->body), &said);
	secret_redact(&said);
	if (said.len && answer->status != 404)
		str_addf(&why, " (%s)", said.buf);
	err = err_new(key && !is_limit(answer) ? ERR_CONFIG : ERR_SERVICE, "%s", why.buf);
	err = add_hint(err, place, answer, token, declared);
	str_release(&why);
	str_release(&said);
	return err;
}
