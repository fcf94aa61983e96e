/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP requests on the loop; the only room that knows libcurl.
 *
 * No redirects, https only unless the request allows http, bounded bodies
 * (counted after decompression) and headers, and watchdogs of its own: a
 * transfer that sends nothing but keep-alives is ended by the caller, who
 * knows what counts as data, with http_cancel().
 *
 * Creating an http loads nothing that the first request does not need. Proxies
 * are those of the environment or of the configuration, never for loopback; CAs
 * are the system's unless GIT_SSL_CAINFO, the configuration, CURL_CA_BUNDLE or
 * SSL_CERT_FILE name others, in this order.
 *
 * Errors are ERR_SERVICE, and ERR_CONFIG for a URL, header or key that is never
 * sent; they name the host, never the rest of the URL, and no key.
 */
#ifndef SYS_HTTP_H
#define SYS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "sys/loop.h"
#include "sys/retry.h"
#include "sys/secret.h"

struct http;
struct http_transfer;

struct http_config {
	const char *proxy;   /* git's http.proxy, or NULL: the environment decides */
	const char *ca_file; /* git's http.sslCAInfo, or NULL: the system's */
};

struct err *http_new(struct http **out, struct loop *loop,
		     const struct http_config *config) MUST_USE;

/* Ends what is under way without calling done. Not from a callback of a transfer. */
void http_free(struct http *http);

struct http_reply {
	int status;              /* 0: no answer */
	const char *content_type; /* "" if none */
	int64_t retry_after_ms;  /* -1: not said; else 0 to an hour */
	const char *request_id;  /* x-request-id and its kin, or "" */
	bool sent;               /* some of the request may have reached the server */
	enum retry_cause failure; /* for retry_next(): RETRY_STATUS when it came whole */
	int64_t ms;              /* whole transfer */
};

struct http_request {
	const char *method; /* "GET" or "POST" */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-terminated; NULL: none */
	const struct secret *bearer; /* sent as "Authorization: Bearer ..."; NULL: none */
	const char *bearer_as;      /* before the key instead: "PRIVATE-TOKEN: "; NULL */
	struct span body;           /* copied */
	bool allow_http;            /* plain http is meant, by the user or for loopback */
	int64_t connect_timeout_ms; /* 0: 10 s */
	int64_t idle_timeout_ms;    /* no byte at all for so long ends it; 0: never */
	int64_t total_timeout_ms;   /* 0: none */
	size_t max_bytes;           /* of the body received */

	/* Called for each header line, status lines of interim answers too. May be NULL. */
	void (*header)(void *ctx, struct span line);
	/* Called with status known. An err ends the transfer and is what done gets. */
	struct err *(*data)(void *ctx, const struct http_reply *reply, struct span bytes);
	/* Called once. err (owned by the callee) is set when the transfer failed. */
	void (*done)(void *ctx, const struct http_reply *reply, struct err *err);
	void *ctx;
};

/* Queues it; safe from callbacks. */
struct err *http_start(struct http *http, const struct http_request *request,
		       struct http_transfer **out) MUST_USE;

/* Ends it without calling done. NULL is fine. */
void http_cancel(struct http_transfer *transfer);

/*
 * Takes url apart as far as trust needs it; host, with the port if url has one,
 * is cut to host_size.
 */
struct err *http_url_check(const char *url, bool *is_https, bool *is_loopback,
			   char *host, size_t host_size) MUST_USE;

/* Adds the names and versions of the libraries at work. */
void http_library(struct str *out);

#endif
