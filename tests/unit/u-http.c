/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/http.h"
#include "sys/http_head.h"
#include "sys/proc.h"
#include "sys/url.h"

/*
 * The other side: a child that answers each path with fixed bytes. After them
 * it closes, says nothing more, or repeats the last piece without end.
 */
enum after { CLOSES, STALLS, REPEATS, ECHOES };

#define OK_HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n"

static const struct {
	const char *path;
	enum after after;
	const char *bytes, *piece;
} answers[] = {
	{ "/ok", CLOSES, OK_HEAD "Content-Type: text/plain\r\nContent-Length: 5\r\n"
	  "X-Request-Id: abc-1\r\n\r\nhello", NULL },
	{ "/chunked", CLOSES, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
	  "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", NULL },
	{ "/interim", CLOSES, "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n"
	  "X-Request-Id: no\r\n\r\n" OK_HEAD "Content-Length: 5\r\n\r\nhello", NULL },
	{ "/empty", CLOSES, OK_HEAD "Content-Length: 0\r\n\r\n", NULL },
	{ "/moved", CLOSES, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nConnection: close\r\n"
	  "Content-Length: 5\r\n\r\nmoved", NULL },
	{ "/busy", CLOSES, "HTTP/1.1 429 Slow\r\nConnection: close\r\nRetry-After: 7\r\n"
	  "Content-Length: 0\r\n\r\n", NULL },
	{ "/past", CLOSES, "HTTP/1.1 429 Slow\r\nConnection: close\r\n"
	  "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n",
	  NULL },
	{ "/century", CLOSES, "HTTP/1.1 503 No\r\nConnection: close\r\n"
	  "Retry-After: 9999999999\r\nContent-Length: 0\r\n\r\n", NULL },
	{ "/ms", CLOSES, "HTTP/1.1 429 Slow\r\nConnection: close\r\nRetry-After: 7\r\n"
	  "retry-after-ms: 1500\r\nContent-Length: 0\r\n\r\n", NULL },
	{ "/large", REPEATS, OK_HEAD "\r\n", "0123456789" },
	{ "/heads", REPEATS, OK_HEAD, "X-More: 01234567890123456789012345678901\r\n" },
	{ "/cut", CLOSES, OK_HEAD "Content-Length: 10\r\n\r\nhello", NULL },
	{ "/nothing", CLOSES, "", NULL },
	{ "/garbage", CLOSES, "SSH-2.0-OpenSSH_9.2\r\n", NULL },
	{ "/silent", STALLS, "", NULL },
	{ "/stall", STALLS, OK_HEAD "\r\nhello", NULL },
	{ "/echo", ECHOES, OK_HEAD "\r\n", NULL },
};

static struct loop *loop;
static struct http *http;
static pid_t server;
static int port;

static void answer(int fd)
{
	char request[70000];
	size_t len = 0, i = 0;
	struct span got;
	ssize_t n;

	do {
		n = read(fd, request + len, sizeof(request) - len);
		len += n > 0 ? (size_t)n : 0;
		got = (struct span){ request, len };
	} while (n > 0 && request[0] != 0x16 && /* a TLS greeting */
		 span_find(got, SPAN("\r\n\r\n"), 0) < 0);
	while (i < ARRAY_SIZE(answers)) {
		ptrdiff_t at = span_find(got, span_of(answers[i].path), 0);

		if ((at == 4 || at == 5) &&
		    got.ptr[(size_t)at + strlen(answers[i].path)] == ' ')
			break;
		i++;
	}
	if (i == ARRAY_SIZE(answers))
		return;
	n = write(fd, answers[i].bytes, strlen(answers[i].bytes));
	if (answers[i].after == ECHOES)
		n = write(fd, request, len);
	while (n >= 0 && answers[i].after == REPEATS)
		n = write(fd, answers[i].piece, strlen(answers[i].piece));
	while (answers[i].after == STALLS && read(fd, request, sizeof(request)) > 0)
		;
}

static void serve(int listener)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0 && fork() == 0) {
			answer(fd);
			_exit(0);
		}
		close(fd);
	}
}

static int listen_somewhere(int *got_port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t size = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &size), 0);
	*got_port = ntohs(addr.sin_port);
	return fd;
}

static int start_server(void **state)
{
	int fd = listen_somewhere(&port);

	(void)state;
	assert_int_equal(listen(fd, 16), 0);
	server = fork();
	if (server == 0)
		serve(fd);
	close(fd);
	/* whoever went through a proxy would miss the server */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	return 0;
}

static int stop_server(void **state)
{
	(void)state;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return 0;
}

static int setup(void **state)
{
	static const struct http_config config = { .proxy = "http://127.0.0.1:1" };

	(void)state;
	ok(loop_new(&loop));
	ok(http_new(&http, loop, &config));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	http_free(http);
	loop_free(loop);
	return 0;
}

struct got {
	struct str body;
	struct http_reply reply;
	char request_id[64], text[256];
	enum err_kind kind;
	bool failed, done, refuses, cancels;
	int calls;
	struct http_transfer *transfer;
	bool *all_done;
	int *left;
};

static struct err *on_data(void *ctx, const struct http_reply *reply, struct span bytes)
{
	struct got *got = ctx;

	assert_true(reply->status > 0);
	str_add_span(&got->body, bytes);
	if (got->refuses)
		return err_new(ERR_INPUT, "not wanted");
	if (got->cancels) {
		http_cancel(got->transfer);
		got->done = true;
	}
	return NULL;
}

static void on_done(void *ctx, const struct http_reply *reply, struct err *err)
{
	struct got *got = ctx;

	got->calls++;
	got->reply = *reply;
	snprintf(got->request_id, sizeof(got->request_id), "%s", reply->request_id);
	if (err) {
		got->failed = true;
		got->kind = err_kind(err);
		snprintf(got->text, sizeof(got->text), "%s", err_text(err));
		err_drop(err);
	}
	http_cancel(got->transfer); /* harmless: it is over */
	got->done = true;
	if (got->left && --*got->left == 0)
		*got->all_done = true;
}

static struct http_request request_for(struct got *got, char *url, size_t size,
				       const char *path)
{
	snprintf(url, size, "http://127.0.0.1:%d%s", port, path);
	*got = (struct got){ .body = STR_INIT(1 << 20) };
	return (struct http_request){
		.method = "GET", .url = url, .allow_http = true, .max_bytes = 100000,
		.data = on_data, .done = on_done, .ctx = got, .total_timeout_ms = 10000,
	};
}

static void get(struct got *got, const char *path, int64_t idle_timeout_ms)
{
	char url[128];
	struct http_request request = request_for(got, url, sizeof(url), path);

	request.idle_timeout_ms = idle_timeout_ms;
	ok(http_start(http, &request, &got->transfer));
	ok(loop_run(loop, &got->done));
	assert_int_equal(got->calls, 1);
}

static void test_answers(void **state)
{
	static const struct {
		const char *path;
		int status;
		const char *body;
		enum retry_cause failure;
		int64_t retry_after_ms;
		const char *request_id, *text;
	} cases[] = {
		{ "/ok", 200, "hello", RETRY_STATUS, -1, "abc-1", NULL },
		{ "/chunked", 200, "hello", RETRY_STATUS, -1, "", NULL },
		{ "/interim", 200, "hello", RETRY_STATUS, -1, "", NULL },
		{ "/empty", 200, "", RETRY_STATUS, -1, "", NULL },
		{ "/moved", 302, "moved", RETRY_STATUS, -1, "", NULL },
		{ "/busy", 429, "", RETRY_STATUS, 7000, "", NULL },
		{ "/past", 429, "", RETRY_STATUS, 0, "", NULL },
		{ "/century", 503, "", RETRY_STATUS, 3600000, "", NULL },
		{ "/ms", 429, "", RETRY_STATUS, 1500, "", NULL },
		{ "/large", 200, NULL, RETRY_NEVER, -1, "",
		  "the answer is larger than 100000 bytes" },
		{ "/heads", 200, "", RETRY_NEVER, -1, "",
		  "more than 65536 bytes of headers" },
		{ "/cut", 200, "hello", RETRY_CUT, -1, "", "127.0.0.1:" },
		{ "/nothing", 0, "", RETRY_CUT, -1, "", "127.0.0.1:" },
		{ "/garbage", 0, "", RETRY_NEVER, -1, "", "127.0.0.1:" },
		{ "/silent", 0, "", RETRY_SILENCE, -1, "", "nothing came for 0." },
		{ "/stall", 200, "hello", RETRY_SILENCE, -1, "", "nothing came for 0." },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct got got;

		get(&got, cases[i].path, cases[i].failure == RETRY_SILENCE ? 150 : 9000);
		if (cases[i].body)
			assert_string_equal(got.body.buf, cases[i].body);
		else
			assert_true(got.body.len <= 100000);
		assert_int_equal(got.reply.status, cases[i].status);
		assert_int_equal(got.reply.failure, cases[i].failure);
		assert_int_equal(got.reply.retry_after_ms, cases[i].retry_after_ms);
		assert_string_equal(got.request_id, cases[i].request_id);
		assert_true(got.reply.sent);
		assert_int_equal(got.failed, cases[i].text != NULL);
		if (cases[i].text && !strstr(got.text, cases[i].text))
			fail_msg("%s: %s", cases[i].path, got.text);
		if (got.failed)
			assert_int_equal(got.kind, ERR_SERVICE);
		str_release(&got.body);
	}
}

static void test_no_connection(void **state)
{
	char url[128], want[128];
	struct got got;
	struct http_request request = request_for(&got, url, sizeof(url), "/");
	int closed_port, fd = listen_somewhere(&closed_port);

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/?key=sk-secret", closed_port);
	ok(http_start(http, &request, &got.transfer));
	ok(loop_run(loop, &got.done));
	close(fd);
	snprintf(want, sizeof(want), "could not connect to 127.0.0.1:%d", closed_port);
	assert_string_equal(got.text, want);
	assert_int_equal(got.reply.failure, RETRY_CONNECT);
	assert_int_equal(got.reply.status, 0);
	assert_false(got.reply.sent);
	/* a server that speaks no TLS */
	request = request_for(&got, url, sizeof(url), "/ok");
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/ok", port);
	ok(http_start(http, &request, &got.transfer));
	ok(loop_run(loop, &got.done));
	assert_true(got.failed);
	assert_int_equal(got.reply.status, 0);
}

/* What is sent, and that a key is. */
static void test_request(void **state)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	char url[128], body[3001];
	struct got got;
	struct http_request request = request_for(&got, url, sizeof(url), "/echo");

	(void)state;
	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	setenv("T_HTTP_KEY", "sk-0123456789", 1);
	request.method = "POST";
	request.bearer = secret_from_variable("T_HTTP_KEY");
	request.headers = headers;
	request.body = (struct span){ body, 300 };
	ok(http_start(http, &request, &got.transfer));
	body[0] = 'y'; /* it was copied */
	ok(loop_run(loop, &got.done));
	assert_false(got.failed);
	assert_true(span_starts(str_span(&got.body), "POST /echo HTTP/1.1\r\n"));
	assert_non_null(strstr(got.body.buf,
			       "\r\nAuthorization: Bearer sk-0123456789\r\n"));
	assert_non_null(strstr(got.body.buf, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(got.body.buf, "\r\nUser-Agent: git-dualfix/"));
	assert_non_null(strstr(got.body.buf, "\r\nContent-Length: 300\r\n"));
	assert_null(strstr(got.body.buf, "Expect"));
	assert_null(strstr(got.body.buf, "yx"));
	str_reset(&got.body);
	got = (struct got){ .body = got.body };
	request.bearer_as = "PRIVATE-TOKEN: ";
	ok(http_start(http, &request, &got.transfer));
	ok(loop_run(loop, &got.done));
	assert_non_null(strstr(got.body.buf, "\r\nPRIVATE-TOKEN: sk-0123456789\r\n"));
	assert_null(strstr(got.body.buf, "Authorization"));
	secret_free((struct secret *)request.bearer);
	str_release(&got.body);
}

static void on_header(void *ctx, struct span line)
{
	struct got *got = ctx;
	struct span value;

	if (span_starts(line, "HTTP/"))
		str_addf(&got->body, "%.*s;", (int)span_trim(line).len, line.ptr);
	if (http_head_value(line, "x-request-ID", &value))
		str_addf(&got->body, "[%.*s]", (int)value.len, value.ptr);
}

static void test_headers_are_told(void **state)
{
	char url[128];
	struct got got;
	struct http_request request = request_for(&got, url, sizeof(url), "/interim");

	(void)state;
	request.header = on_header;
	ok(http_start(http, &request, &got.transfer));
	ok(loop_run(loop, &got.done));
	assert_string_equal(got.body.buf,
			    "HTTP/1.1 103 Early Hints;[no]HTTP/1.1 200 OK;hello");
	str_release(&got.body);
}

static void test_refused_before_sending(void **state)
{
	static const char *const bad_headers[] = {
		"X: a\r\nY: b", "X: a\nb", "none", ": a", "",
	};
	char url[128];
	struct got got;
	struct http_request request = request_for(&got, url, sizeof(url), "/ok");
	struct err *err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_headers); i++) {
		const char *headers[] = { bad_headers[i], NULL };

		request.headers = headers;
		err = http_start(http, &request, &got.transfer);
		assert_non_null(err);
		assert_int_equal(err_kind(err), ERR_CONFIG);
		assert_null(got.transfer);
		err_drop(err);
	}
	request.headers = NULL;
	setenv("T_HTTP_KEY", "sk-01\r\nX-Injected: 1", 1);
	request.bearer = secret_from_variable("T_HTTP_KEY");
	err = http_start(http, &request, &got.transfer);
	assert_non_null(err);
	assert_null(strstr(err_text(err), "sk-01"));
	err_drop(err);
	secret_free((struct secret *)request.bearer);
	request.bearer = NULL;
	request.allow_http = false;
	err = http_start(http, &request, &got.transfer);
	assert_non_null(err);
	assert_non_null(strstr(err_text(err), "only https is allowed"));
	err_drop(err);
}

static void on_time(void *ctx)
{
	struct got *got = ctx;

	http_cancel(got->transfer);
	got->done = true;
}

static void test_cancel_and_refuse(void **state)
{
	char url[128];
	struct got got;
	struct http_request request = request_for(&got, url, sizeof(url), "/stall");

	(void)state;
	/* from a timer, while it is silent */
	ok(http_start(http, &request, &got.transfer));
	ok(loop_timer(loop, loop_now_ms(loop) + 30, on_time, &got, NULL));
	ok(loop_run(loop, &got.done));
	assert_int_equal(got.calls, 0);
	str_release(&got.body);
	/* from within its own data callback */
	request = request_for(&got, url, sizeof(url), "/stall");
	got.cancels = true;
	ok(http_start(http, &request, &got.transfer));
	ok(loop_run(loop, &got.done));
	assert_int_equal(got.calls, 0);
	str_release(&got.body);
	/* before it began */
	request = request_for(&got, url, sizeof(url), "/stall");
	ok(http_start(http, &request, &got.transfer));
	http_cancel(got.transfer);
	http_cancel(NULL);
	/* an err of the data callback is what done gets */
	request = request_for(&got, url, sizeof(url), "/large");
	got.refuses = true;
	ok(http_start(http, &request, &got.transfer));
	ok(loop_run(loop, &got.done));
	assert_string_equal(got.text, "not wanted");
	assert_int_equal(got.kind, ERR_INPUT);
	assert_int_equal(got.reply.failure, RETRY_NEVER);
	str_release(&got.body);
	/* left alone: http_free() ends it */
	request = request_for(&got, url, sizeof(url), "/stall");
	ok(http_start(http, &request, &got.transfer));
}

static void on_proc(void *ctx, struct proc_result *result)
{
	struct got *got = ctx;

	str_add_span(&got->body, str_span(&result->out));
	got->done = true;
}

/* Children, timers and transfers are waited for at once, and without spinning. */
static void test_children_beside_transfers(void **state)
{
	static const char *const argv[] = {
		"/bin/sh", "-c", "sleep 0.2; echo out", NULL,
	};
	struct proc_spec spec = {
		.argv = argv, .out_max_bytes = 100, .timeout_ms = 9000,
	};
	char url[128];
	struct got stalled, child;
	struct http_request request = request_for(&stalled, url, sizeof(url), "/stall");
	struct proc *proc;
	clock_t cpu;

	(void)state;
	child = (struct got){ .body = STR_INIT(100) };
	ok(http_start(http, &request, &stalled.transfer));
	ok(proc_start(loop, &spec, on_proc, &child, &proc));
	cpu = clock();
	ok(loop_run(loop, &child.done));
	assert_true(clock() - cpu < CLOCKS_PER_SEC / 10);
	assert_string_equal(child.body.buf, "out\n");
	assert_string_equal(stalled.body.buf, "hello");
	str_release(&child.body);
	str_release(&stalled.body);
}

struct hang_up {
	int fd[2];
	bool done;
};

static void on_close(void *ctx)
{
	struct hang_up *h = ctx;

	close(h->fd[1]);
}

static void on_hang_up(void *ctx, short revents)
{
	struct hang_up *h = ctx;

	assert_true(revents & POLLHUP);
	h->done = true;
}

/* libcurl's poll does not tell of it. */
static void test_hang_up_beside_transfers(void **state)
{
	char url[128];
	struct got stalled;
	struct http_request request = request_for(&stalled, url, sizeof(url), "/stall");
	struct hang_up h = { .done = false };
	struct loop_watch *watch;

	(void)state;
	assert_int_equal(pipe(h.fd), 0);
	request.total_timeout_ms = 2000;
	ok(http_start(http, &request, &stalled.transfer));
	ok(loop_watch(loop, h.fd[0], POLLIN, on_hang_up, &h, &watch));
	ok(loop_timer(loop, loop_now_ms(loop) + 30, on_close, &h, NULL));
	ok(loop_timer(loop, loop_now_ms(loop) + 1500, on_time, &stalled, NULL));
	ok(loop_run(loop, &h.done));
	assert_false(stalled.done);
	loop_unwatch(loop, watch);
	close(h.fd[0]);
	str_release(&stalled.body);
}

static void on_start_next(void *ctx, const struct http_reply *reply, struct err *err)
{
	struct got *next = ctx;
	char url[128];
	struct http_request request = request_for(next, url, sizeof(url), "/ok");

	assert_int_equal(reply->status, 200);
	err_drop(err);
	ok(http_start(http, &request, &next->transfer));
}

static void test_many_at_once_and_from_a_callback(void **state)
{
	struct got got[8], next = { .done = false };
	char url[128];
	struct http_request request;
	struct http_transfer *transfer;
	bool done = false;
	int left = 8;

	(void)state;
	for (int i = 0; i < 8; i++) {
		request = request_for(&got[i], url, sizeof(url),
				      i % 2 ? "/ok" : "/chunked");
		got[i].left = &left;
		got[i].all_done = &done;
		ok(http_start(http, &request, &got[i].transfer));
	}
	ok(loop_run(loop, &done));
	for (int i = 0; i < 8; i++) {
		assert_string_equal(got[i].body.buf, "hello");
		str_release(&got[i].body);
	}
	request = request_for(&got[0], url, sizeof(url), "/empty");
	request.done = on_start_next;
	request.ctx = &next;
	ok(http_start(http, &request, &transfer));
	ok(loop_run(loop, &next.done));
	assert_string_equal(next.body.buf, "hello");
	str_release(&next.body);
}

static void test_urls(void **state)
{
	static const struct {
		const char *url;
		bool valid, https, loopback;
		const char *host;
	} cases[] = {
		{ "https://api.deepseek.com", true, true, false, "api.deepseek.com" },
		{ "HTTPS://h.example:8443/v1?x#y", true, true, false, "h.example:8443" },
		{ "http://localhost:11434/v1", true, false, true, "localhost:11434" },
		{ "http://LocalHost", true, false, true, "LocalHost" },
		{ "http://127.0.0.1", true, false, true, "127.0.0.1" },
		{ "http://127.255.0.9:1", true, false, true, "127.255.0.9:1" },
		{ "http://[::1]:80/", true, false, true, "[::1]:80" },
		{ "http://[2001:db8::1]", true, false, false, "[2001:db8::1]" },
		{ "http://127.1", true, false, false, "127.1" },
		{ "http://0127.0.0.1", true, false, false, "0127.0.0.1" },
		{ "http://127.0.0.01", true, false, false, "127.0.0.01" },
		{ "http://127.0.0.1.example", true, false, false, "127.0.0.1.example" },
		{ "http://localhost.example", true, false, false, "localhost.example" },
		{ "http://128.0.0.1", true, false, false, "128.0.0.1" },
		{ "https://", false, false, false, NULL },
		{ "https:///x", false, false, false, NULL },
		{ "ftp://h", false, false, false, NULL },
		{ "file:///etc/passwd", false, false, false, NULL },
		{ "h.example", false, false, false, NULL },
		{ "", false, false, false, NULL },
		{ "https://user:password1@h", false, false, false, NULL },
		{ "https://localhost@evil.example", false, false, false, NULL },
		{ "http://localhost\\@evil.example", false, false, false, NULL },
		{ "https://h:0", false, false, false, NULL },
		{ "https://h:65536", false, false, false, NULL },
		{ "https://h:", false, false, false, NULL },
		{ "https://h:80x", false, false, false, NULL },
		{ "https://[::1", false, false, false, NULL },
		{ "https://[::1]x", false, false, false, NULL },
		{ "https://[]", false, false, false, NULL },
		{ "https://h h", false, false, false, NULL },
		{ "https://h/a\nb", false, false, false, NULL },
		{ "https://-h", false, false, false, NULL },
		{ "https://h%00", false, false, false, NULL },
		{ "https://\xc3\xbc.example", false, false, false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		bool https, loopback;
		char host[64];
		struct err *err = http_url_check(cases[i].url, &https, &loopback, host,
						 sizeof(host));

		if ((err == NULL) != cases[i].valid)
			fail_msg("%s: %s", cases[i].url,
				 err ? err_text(err) : "accepted");
		if (err) {
			assert_int_equal(err_kind(err), ERR_CONFIG);
			assert_null(strstr(err_text(err), "password1"));
			err_drop(err);
			continue;
		}
		assert_int_equal(https, cases[i].https);
		assert_int_equal(loopback, cases[i].loopback);
		assert_string_equal(host, cases[i].host);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_answers),
		T(test_no_connection),
		T(test_request),
		T(test_headers_are_told),
		T(test_refused_before_sending),
		T(test_cancel_and_refuse),
		T(test_children_beside_transfers),
		T(test_hang_up_beside_transfers),
		T(test_many_at_once_and_from_a_callback),
		cmocka_unit_test(test_urls),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
