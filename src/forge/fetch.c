/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/fetch.h"

#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#include "base/deadline.h"
#include "forge/decode.h"
#include "forge/get.h"
#include "forge/refusal.h"
#include "sys/clock.h"
#include "sys/url.h"

#define PAGES_MAX 10

struct fetch {
	struct loop *loop;
	struct http *http;
	struct fetch_request request;
	struct thread thread;
	struct str issue_url, url; /* url: what is asked for now */
	struct get *get;
	int64_t deadline_ms;
	bool moved;
	int pages;
};

static void fetch_free(struct fetch *fetch)
{
	thread_release(&fetch->thread);
	str_release(&fetch->issue_url);
	str_release(&fetch->url);
	free(fetch);
}

void fetch_cancel(struct fetch *fetch)
{
	if (!fetch)
		return;
	get_cancel(fetch->get);
	fetch_free(fetch);
}

/* Takes err. Nothing after this may touch fetch. */
static void finish(struct fetch *fetch, struct err *err, bool wants_token)
{
	fetch->request.done(fetch->request.ctx, err ? NULL : &fetch->thread, err,
			    wants_token);
	fetch_free(fetch);
}

static struct err *ask(struct fetch *fetch,
		       void (*done)(void *ctx, const struct answer *answer,
				    struct err *err))
{
	struct get_request request = {
		.url = fetch->url.buf,
		.headers = fetch->request.place->dialect->headers,
		.token = fetch->request.token,
		.allow_http = !fetch->request.place->https,
		.deadline_ms = fetch->deadline_ms,
		.max_bytes = DECODE_MAX_BYTES,
		.done = done,
		.ctx = fetch,
	};
	struct err *err = str_err(&fetch->url, "URL");

	return err ? err : get_start(&fetch->get, fetch->loop, fetch->http, &request);
}

static bool same_site(const char *a, const char *b)
{
	struct url one, other;
	struct err *err = url_parse(&one, a);

	if (!err)
		err = url_parse(&other, b);
	if (err) {
		err_drop(err);
		return false;
	}
	return one.https == other.https && one.port == other.port &&
	       one.host.len == other.host.len &&
	       !strncasecmp(one.host.ptr, other.host.ptr, one.host.len);
}

/* Sets out to where target leads from url; false if that is another site. */
static bool resolve(struct str *out, const char *url, const char *target)
{
	struct url from;
	struct err *err = url_parse(&from, url);

	str_reset(out);
	if (!err && target[0] == '/' && target[1] != '/')
		str_addf(out, "%s://%.*s%s", from.https ? "https" : "http",
			 (int)from.authority.len, from.authority.ptr, target);
	else
		str_adds(out, target);
	err_drop(err);
	return same_site(url, out->buf);
}

static void on_comments(void *ctx, const struct answer *answer, struct err *err);

/* How many comments the pages not read have is known where the forge counts. */
static void end_early(struct fetch *fetch)
{
	struct thread *thread = &fetch->thread;
	size_t known = thread->n + thread->left_out;

	if (thread->n_comments != SIZE_MAX && thread->n_comments > known)
		thread->left_out = thread->n_comments - thread->n;
	else
		thread->left_out++;
	finish(fetch, NULL, false);
}

static void next_page(struct fetch *fetch, const struct head *head)
{
	struct str url = STR_INIT(HEAD_URL_MAX_BYTES + PLACE_URL_MAX_BYTES);
	bool more = *head->next || head->next_page, found = false;
	struct err *err;

	if (*head->next)
		found = resolve(&url, fetch->url.buf, head->next);
	if (!found && head->next_page) {
		str_reset(&url);
		place_comments_url(fetch->request.place, fetch->issue_url.buf, &url);
		str_addf(&url, "&page=%zu", head->next_page);
		found = true;
	}
	str_reset(&fetch->url);
	str_add_span(&fetch->url, str_span(&url));
	str_release(&url);
	if (!more) {
		finish(fetch, NULL, false);
		return;
	}
	if (!found || fetch->pages == PAGES_MAX || fetch->thread.left_out) {
		end_early(fetch);
		return;
	}
	err = ask(fetch, on_comments);
	if (err)
		finish(fetch, err, false);
}

static void refuse(struct fetch *fetch, const struct answer *answer)
{
	struct err *err = refusal_make(fetch->request.place, answer, fetch->request.token,
				       fetch->request.declared, clock_wall_s());

	finish(fetch, err, refusal_wants_token(answer));
}

static void on_comments(void *ctx, const struct answer *answer, struct err *err)
{
	struct fetch *fetch = ctx;

	fetch->get = NULL;
	if (!err && answer->status != 200) {
		refuse(fetch, answer);
		return;
	}
	if (!err)
		err = decode_comments(&fetch->thread, fetch->request.place->dialect,
				      str_span(&answer->body));
	if (err) {
		finish(fetch, err_wrap(err, "its comments"), false);
		return;
	}
	fetch->pages++;
	next_page(fetch, &answer->head);
}

static bool is_move(int status)
{
	return status == 301 || status == 302 || status == 307 || status == 308;
}

static void on_issue(void *ctx, const struct answer *answer, struct err *err);

/* True when it is asked for where it went. */
static bool follow(struct fetch *fetch, const struct answer *answer)
{
	struct str url = STR_INIT(HEAD_URL_MAX_BYTES + PLACE_URL_MAX_BYTES);
	bool same = resolve(&url, fetch->url.buf, answer->head.location);
	struct err *err = NULL;

	if (same) {
		fetch->moved = true;
		str_reset(&fetch->url);
		str_add_span(&fetch->url, str_span(&url));
		err = ask(fetch, on_issue);
	}
	str_release(&url);
	if (err)
		finish(fetch, err, false);
	return same;
}

static void on_issue(void *ctx, const struct answer *answer, struct err *err)
{
	struct fetch *fetch = ctx;
	const struct place *place = fetch->request.place;

	fetch->get = NULL;
	if (!err && is_move(answer->status) && !fetch->moved && follow(fetch, answer))
		return;
	if (!err && answer->status != 200) {
		refuse(fetch, answer);
		return;
	}
	if (!err)
		err = decode_issue(&fetch->thread, place->dialect,
				   str_span(&answer->body));
	if (!err && fetch->thread.n_comments) {
		str_add_span(&fetch->issue_url, str_span(&fetch->url));
		str_reset(&fetch->url);
		place_comments_url(place, fetch->issue_url.buf, &fetch->url);
		err = ask(fetch, on_comments);
		if (!err)
			return;
	}
	finish(fetch, err, false);
}

struct err *fetch_start(struct fetch **out, struct loop *loop, struct http *http,
			const struct fetch_request *request)
{
	struct fetch *fetch = calloc(1, sizeof(*fetch));
	struct err *err;

	*out = NULL;
	if (!fetch)
		return err_nomem();
	fetch->loop = loop;
	fetch->http = http;
	fetch->request = *request;
	fetch->deadline_ms = deadline_after_ms(loop_now_ms(loop), FETCH_TIMEOUT_MS);
	thread_init(&fetch->thread);
	str_init(&fetch->issue_url, HEAD_URL_MAX_BYTES + PLACE_URL_MAX_BYTES);
	str_init(&fetch->url, HEAD_URL_MAX_BYTES + PLACE_URL_MAX_BYTES);
	place_issue_url(request->place, &fetch->url);
	err = ask(fetch, on_issue);
	if (err)
		fetch_free(fetch);
	else
		*out = fetch;
	return err;
}
