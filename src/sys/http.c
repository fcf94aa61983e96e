/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "sys/clock.h"
#include "sys/http_head.h"
#include "sys/url.h"

#define CONNECT_TIMEOUT_MS 10000
#define POLL_MAX_MS 60000
#define HEADER_MAX_BYTES 8192
#define REQUEST_MAX_BYTES ((size_t)64 << 20)

struct http {
	struct loop *loop;
	char *proxy, *ca_file;
	CURLM *multi; /* NULL until the first request */
	struct http_transfer *transfers;
	bool in_curl; /* libcurl calls us: its handles may not be removed now */
	struct curl_waitfd *waits;
	size_t waits_cap;
	struct loop_transport transport;
};

struct http_transfer {
	struct http_transfer *next;
	struct http *http;
	CURL *easy;
	struct curl_slist *headers;
	struct str body;
	char where[300]; /* host and port, for messages */
	char error[CURL_ERROR_SIZE];
	struct http_reply reply;
	struct http_head head;
	char content_type[128];
	bool added;     /* to the multi handle; else still queued */
	bool cancelled; /* while in_curl */
	bool finishing;
	size_t body_bytes, max_bytes;
	int64_t start_ms, alive_ms, idle_timeout_ms;
	curl_off_t moved_bytes;
	struct loop_timer *idle;
	struct err *err; /* why we ended it ourselves */
	void (*header)(void *ctx, struct span line);
	struct err *(*data)(void *ctx, const struct http_reply *reply, struct span bytes);
	void (*done)(void *ctx, const struct http_reply *reply, struct err *err);
	void *ctx;
};

static void wipe(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
}

static void transfer_free(struct http_transfer *t)
{
	if (t->added)
		curl_multi_remove_handle(t->http->multi, t->easy);
	curl_easy_cleanup(t->easy);
	loop_cancel(t->http->loop, t->idle);
	for (struct curl_slist *header = t->headers; header; header = header->next)
		wipe(header->data);
	curl_slist_free_all(t->headers);
	str_release(&t->body);
	err_drop(t->err);
	free(t);
}

static void transfer_unlink(struct http_transfer *t)
{
	struct http_transfer **at = &t->http->transfers;

	while (*at && *at != t)
		at = &(*at)->next;
	if (*at)
		*at = t->next;
}

static int64_t retry_after_ms(curl_off_t seconds)
{
	if (seconds > HTTP_RETRY_AFTER_MAX_MS / 1000)
		return HTTP_RETRY_AFTER_MAX_MS;
	return http_head_clamp_ms((int64_t)seconds * 1000);
}

static void read_reply(struct http_transfer *t)
{
	struct http_reply *reply = &t->reply;
	curl_off_t seconds = 0;
	char *type = NULL;
	long status = 0, sent_bytes = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &seconds);
	curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
	reply->status = (int)status;
	reply->sent = status || sent_bytes > 0;
	snprintf(t->content_type, sizeof(t->content_type), "%s", type ? type : "");
	reply->retry_after_ms = t->head.retry_after_ms;
	if (reply->retry_after_ms < 0 && t->head.retry_after)
		reply->retry_after_ms = retry_after_ms(seconds);
}

/* Takes err. Nothing after this may touch t. */
static void finish(struct http_transfer *t, enum retry_cause failure, struct err *err)
{
	t->finishing = true;
	transfer_unlink(t);
	read_reply(t);
	t->reply.failure = failure;
	t->reply.ms = clock_mono_ms() - t->start_ms;
	t->done(t->ctx, &t->reply, err);
	transfer_free(t);
}

static enum retry_cause cause_of(const struct http_transfer *t, CURLcode code)
{
	curl_off_t connected_us = 0;

	switch (code) {
	case CURLE_OK:
		return RETRY_STATUS;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		return RETRY_CONNECT;
	case CURLE_OPERATION_TIMEDOUT:
		curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
		return connected_us ? RETRY_SILENCE : RETRY_CONNECT;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_SSL_CONNECT_ERROR:
		return RETRY_CUT;
	default:
		return RETRY_NEVER;
	}
}

static struct err *describe(const struct http_transfer *t, CURLcode code)
{
	const char *reason = t->error[0] ? t->error : curl_easy_strerror(code);
	struct str text = STR_INIT(2 * CURL_ERROR_SIZE);
	struct err *err;

	str_adds(&text, reason);
	secret_redact(&text);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		err = err_new(ERR_SERVICE, "could not find the host of %s", t->where);
		break;
	case CURLE_COULDNT_CONNECT:
		err = err_new(ERR_SERVICE, "could not connect to %s", t->where);
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		err = err_new(ERR_SERVICE, "%s is not trusted: %s", t->where, text.buf);
		err = err_hint(err, "a CA of your own: git config http.sslCAInfo <file>");
		break;
	default:
		err = err_new(ERR_SERVICE, "%s: %s", t->where, text.buf);
		break;
	}
	str_release(&text);
	return err;
}

static void finish_with_code(struct http_transfer *t, CURLcode code)
{
	struct err *err = t->err;

	t->err = NULL;
	if (err)
		finish(t, RETRY_NEVER, err);
	else if (code == CURLE_OK)
		finish(t, RETRY_STATUS, NULL);
	else
		finish(t, cause_of(t, code), describe(t, code));
}

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
	struct http_transfer *t = ctx;
	struct span span = { bytes, size * n };

	if (t->cancelled || t->err)
		return 0;
	t->alive_ms = clock_mono_ms();
	if (span.len > t->max_bytes - t->body_bytes) {
		t->err = err_new(ERR_SERVICE, "%s: the answer is larger than %zu bytes",
				 t->where, t->max_bytes);
		return 0;
	}
	if (!t->body_bytes)
		read_reply(t);
	t->body_bytes += span.len;
	t->err = t->data(t->ctx, &t->reply, span);
	return t->err || t->cancelled ? 0 : span.len;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *ctx)
{
	struct http_transfer *t = ctx;
	struct span line = { bytes, size * n };

	if (t->cancelled || t->err)
		return 0;
	t->alive_ms = clock_mono_ms();
	if (http_head_add(&t->head, line)) {
		if (t->header)
			t->header(t->ctx, line);
		return line.len;
	}
	t->err = err_new(ERR_SERVICE, "%s: more than %d bytes of headers", t->where,
			 HTTP_HEAD_MAX_BYTES);
	return 0;
}

static int on_progress(void *ctx, curl_off_t dltotal, curl_off_t dlnow,
		       curl_off_t ultotal, curl_off_t ulnow)
{
	struct http_transfer *t = ctx;

	(void)dltotal;
	(void)ultotal;
	if (dlnow + ulnow != t->moved_bytes)
		t->alive_ms = clock_mono_ms();
	t->moved_bytes = dlnow + ulnow;
	return t->cancelled;
}

static void on_idle(void *ctx);

static struct err *watch_idle(struct http_transfer *t)
{
	if (!t->idle_timeout_ms)
		return NULL;
	return loop_timer(t->http->loop,
			  deadline_after_ms(t->alive_ms, t->idle_timeout_ms), on_idle, t,
			  &t->idle);
}

static void on_idle(void *ctx)
{
	struct http_transfer *t = ctx;
	int64_t silent_ms = clock_mono_ms() - t->alive_ms;
	struct err *err;

	t->idle = NULL;
	if (silent_ms >= t->idle_timeout_ms) {
		finish(t, RETRY_SILENCE,
		       err_new(ERR_SERVICE, "%s: nothing came for %.1f s", t->where,
			       (double)silent_ms / 1000));
		return;
	}
	err = watch_idle(t);
	if (err)
		finish(t, RETRY_NEVER, err);
}

/* Not from a callback of libcurl's, hence the queue. */
static struct err *add_queued(struct http *http)
{
	for (struct http_transfer *t = http->transfers; t; t = t->next) {
		CURLMcode code;
		struct err *err;

		if (t->added)
			continue;
		code = curl_multi_add_handle(http->multi, t->easy);
		if (code)
			return err_new(ERR_FATAL, "cannot start a transfer: %s",
				       curl_multi_strerror(code));
		t->added = true;
		t->alive_ms = clock_mono_ms();
		err = watch_idle(t);
		if (err)
			return err;
	}
	return NULL;
}

static void free_cancelled(struct http *http)
{
	struct http_transfer **at = &http->transfers;

	while (*at) {
		struct http_transfer *t = *at;

		if (!t->cancelled) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		transfer_free(t);
	}
}

static bool busy(void *ctx)
{
	struct http *http = ctx;

	return http->transfers != NULL;
}

static struct err *perform(void *ctx)
{
	struct http *http = ctx;
	struct err *err = add_queued(http);
	int running, left;
	CURLMcode code;
	CURLMsg *msg;

	if (err)
		return err;
	http->in_curl = true;
	code = curl_multi_perform(http->multi, &running);
	http->in_curl = false;
	if (code)
		return err_new(ERR_FATAL, "transfers: %s", curl_multi_strerror(code));
	free_cancelled(http);
	while ((msg = curl_multi_info_read(http->multi, &left))) {
		CURLcode result = msg->data.result;
		char *t = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
		finish_with_code((struct http_transfer *)(void *)t, result);
	}
	return NULL;
}

static bool has_queued(const struct http *http)
{
	for (const struct http_transfer *t = http->transfers; t; t = t->next) {
		if (!t->added)
			return true;
	}
	return false;
}

static short to_curl(short events)
{
	return (short)((events & POLLIN ? CURL_WAIT_POLLIN : 0) |
		       (events & POLLPRI ? CURL_WAIT_POLLPRI : 0) |
		       (events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
}

static struct err *wait_for_sockets(void *ctx, struct pollfd *extra, size_t n,
				    int timeout_ms)
{
	struct http *http = ctx;
	CURLMcode code;

	if (n > http->waits_cap) {
		struct curl_waitfd *waits = realloc(http->waits, 2 * n * sizeof(*waits));

		if (!waits)
			return err_nomem();
		http->waits = waits;
		http->waits_cap = 2 * n;
	}
	for (size_t i = 0; i < n; i++)
		http->waits[i] = (struct curl_waitfd){
			.fd = extra[i].fd, .events = to_curl(extra[i].events),
		};
	if (has_queued(http))
		timeout_ms = 0;
	else if (timeout_ms < 0 || timeout_ms > POLL_MAX_MS)
		timeout_ms = POLL_MAX_MS;
	code = curl_multi_poll(http->multi, http->waits, (unsigned int)n, timeout_ms,
			       NULL);
	if (code)
		return err_new(ERR_FATAL, "cannot wait: %s", curl_multi_strerror(code));
	/* libcurl tells of no hang-up, and so would wake up for it without end. */
	if (poll(extra, n, 0) >= 0)
		return NULL;
	if (errno != EINTR)
		return err_errno(ERR_FATAL, errno, "cannot wait for events");
	for (size_t i = 0; i < n; i++) /* the signal has written to the loop's pipe */
		extra[i].revents = 0;
	return NULL;
}

static char *copy_or_null(const char *s, bool *failed)
{
	char *copy = s ? strdup(s) : NULL;

	*failed |= s && !copy;
	return copy;
}

struct err *http_new(struct http **out, struct loop *loop,
		     const struct http_config *config)
{
	struct http *http = calloc(1, sizeof(*http));
	bool failed = !http;

	*out = NULL;
	if (http) {
		http->loop = loop;
		http->proxy = copy_or_null(config->proxy, &failed);
		http->ca_file = copy_or_null(config->ca_file, &failed);
		http->transport = (struct loop_transport){
			.busy = busy, .poll = wait_for_sockets, .perform = perform,
			.ctx = http,
		};
	}
	if (failed) {
		http_free(http);
		return err_nomem();
	}
	*out = http;
	return NULL;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	while (http->transfers)
		http_cancel(http->transfers);
	if (http->multi) {
		loop_attach(http->loop, NULL);
		curl_multi_cleanup(http->multi);
		curl_global_cleanup();
	}
	free(http->waits);
	wipe(http->proxy); /* it may hold a password */
	free(http->proxy);
	free(http->ca_file);
	free(http);
}

static struct err *start_curl(struct http *http)
{
	if (http->multi)
		return NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return err_new(ERR_FATAL, "cannot start libcurl");
	http->multi = curl_multi_init();
	if (!http->multi) {
		curl_global_cleanup();
		return err_nomem();
	}
	loop_attach(http->loop, &http->transport);
	return NULL;
}

#define SET(option, value) \
	do { \
		if (!code) \
			code = curl_easy_setopt(t->easy, option, value); \
	} while (0)

static const char *ca_file_of(const struct http *http)
{
	const char *git = getenv("GIT_SSL_CAINFO"), *curl = getenv("CURL_CA_BUNDLE");

	if (git && *git)
		return git;
	if (http->ca_file)
		return http->ca_file;
	return curl && *curl ? curl : getenv("SSL_CERT_FILE");
}

static CURLcode set_connection(struct http_transfer *t,
			       const struct http_request *request, const struct url *url)
{
	const char *ca_file = ca_file_of(t->http);
	CURLcode code = CURLE_OK;

	SET(CURLOPT_URL, request->url);
#if LIBCURL_VERSION_NUM >= 0x075500
	SET(CURLOPT_PROTOCOLS_STR, request->allow_http ? "http,https" : "https");
#else
	SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTPS |
				      (request->allow_http ? CURLPROTO_HTTP : 0)));
#endif
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (url->https) /* streams of one connection, instead of a connection each */
		SET(CURLOPT_PIPEWAIT, 1L);
	if (url->loopback)
		SET(CURLOPT_PROXY, "");
	else if (t->http->proxy)
		SET(CURLOPT_PROXY, t->http->proxy);
	if (ca_file && *ca_file)
		SET(CURLOPT_CAINFO, ca_file);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(request->connect_timeout_ms ?
					      request->connect_timeout_ms :
					      CONNECT_TIMEOUT_MS));
	SET(CURLOPT_TIMEOUT_MS, (long)request->total_timeout_ms);
	return code;
}

static CURLcode set_request(struct http_transfer *t, const struct http_request *request)
{
	CURLcode code = CURLE_OK;

	if (!strcmp(request->method, "POST")) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.len);
		SET(CURLOPT_POSTFIELDS, t->body.buf);
	}
	SET(CURLOPT_USERAGENT, "git-dualfix/" DUALFIX_VERSION);
	SET(CURLOPT_HTTPHEADER, t->headers);
	SET(CURLOPT_PRIVATE, (void *)t);
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, (void *)t);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, (void *)t);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, (void *)t);
	SET(CURLOPT_NOPROGRESS, 0L);
	return code;
}

static struct err *add_header(struct http_transfer *t, const char *line)
{
	struct curl_slist *list = curl_slist_append(t->headers, line);

	if (!list)
		return err_nomem();
	t->headers = list;
	return NULL;
}

static struct err *add_bearer(struct http_transfer *t, const struct http_request *request)
{
	char line[HEADER_MAX_BYTES];
	struct err *err;
	int n;

	n = snprintf(line, sizeof(line), "%s%s",
		     request->bearer_as ? request->bearer_as : "Authorization: Bearer ",
		     secret_reveal(request->bearer));
	if (n < 0 || (size_t)n >= sizeof(line) || !http_head_is_line(line))
		err = err_new(ERR_CONFIG, "the key does not fit into a header");
	else
		err = add_header(t, line);
	explicit_bzero(line, sizeof(line));
	return err;
}

static struct err *add_headers(struct http_transfer *t,
			       const struct http_request *request)
{
	const char *const *line = request->headers;
	/* "Expect: 100-continue" would cost a second with servers that ignore it */
	struct err *err = add_header(t, "Expect:");

	for (; !err && line && *line; line++) {
		if (!http_head_is_line(*line))
			err = err_new(ERR_CONFIG, "'%s' is no header", *line);
		else
			err = add_header(t, *line);
	}
	if (!err && request->bearer)
		err = add_bearer(t, request);
	return err;
}

static struct err *transfer_new(struct http_transfer **out, struct http *http,
				const struct http_request *request, const struct url *url)
{
	struct http_transfer *t = calloc(1, sizeof(*t));
	CURLcode code;
	struct err *err;

	*out = t;
	if (!t)
		return err_nomem();
	t->http = http;
	t->reply = (struct http_reply){
		.content_type = t->content_type, .request_id = t->head.request_id,
		.retry_after_ms = -1,
	};
	http_head_init(&t->head);
	t->start_ms = clock_mono_ms();
	t->idle_timeout_ms = request->idle_timeout_ms;
	t->max_bytes = request->max_bytes;
	t->header = request->header;
	t->data = request->data;
	t->done = request->done;
	t->ctx = request->ctx;
	snprintf(t->where, sizeof(t->where), "%.*s:%u", (int)url->host.len, url->host.ptr,
		 url->port);
	str_init(&t->body, REQUEST_MAX_BYTES);
	str_add_span(&t->body, request->body);
	err = str_err(&t->body, "request");
	if (!err)
		err = add_headers(t, request);
	if (err)
		return err;
	t->easy = curl_easy_init();
	code = t->easy ? set_connection(t, request, url) : CURLE_OUT_OF_MEMORY;
	if (!code)
		code = set_request(t, request);
	if (!code)
		return NULL;
	return err_new(ERR_FATAL, "%s: %s", t->where, curl_easy_strerror(code));
}

struct err *http_start(struct http *http, const struct http_request *request,
		       struct http_transfer **out)
{
	struct http_transfer *t = NULL, **last = &http->transfers;
	struct url url;
	struct err *err;

	*out = NULL;
	err = url_parse(&url, request->url);
	if (!err && !url.https && !request->allow_http)
		err = err_new(ERR_CONFIG, "%.*s: only https is allowed",
			      (int)url.authority.len, url.authority.ptr);
	if (!err && strcmp(request->method, "GET") && strcmp(request->method, "POST"))
		err = err_new(ERR_FATAL, "unknown HTTP method '%s'", request->method);
	if (!err)
		err = start_curl(http);
	if (!err)
		err = transfer_new(&t, http, request, &url);
	if (err) {
		if (t)
			transfer_free(t);
		return err;
	}
	while (*last)
		last = &(*last)->next;
	*last = t;
	*out = t;
	return NULL;
}

void http_cancel(struct http_transfer *t)
{
	if (!t || t->finishing)
		return;
	if (t->http->in_curl) {
		t->cancelled = true;
		return;
	}
	transfer_unlink(t);
	transfer_free(t);
}

struct err *http_url_check(const char *url, bool *is_https, bool *is_loopback, char *host,
			   size_t host_size)
{
	struct url parts;
	struct err *err = url_parse(&parts, url);

	if (err)
		return err;
	*is_https = parts.https;
	*is_loopback = parts.loopback;
	snprintf(host, host_size, "%.*s", (int)parts.authority.len, parts.authority.ptr);
	return NULL;
}

void http_library(struct str *out)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	str_addf(out, "libcurl %s (%s)", info->version,
		 info->ssl_version ? info->ssl_version : "no TLS");
}
