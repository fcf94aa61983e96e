/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other side of the client: tests/server/modelserver.py with a scenario, a loop,
 * an HTTP client and an endpoint with a key. Run from the top of the project.
 */
#ifndef MODEL_SIDE_H
#define MODEL_SIDE_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "model/client.h"
#include "unit.h"

static struct {
	pid_t pid;
	int port;
	char dir[64];
	struct loop *loop;
	struct http *http;
	struct endpoint *endpoint;
} side;

static inline void side_write(const char *path, const struct str *text)
{
	FILE *f = fopen(path, "w");

	assert_null(str_err(text, "scenario"));
	assert_non_null(f);
	assert_int_equal(fwrite(text->buf, 1, text->len, f), text->len);
	assert_int_equal(fclose(f), 0);
}

static inline int side_wait_for_port(const char *path)
{
	int port = 0;

	for (int i = 0; i < 1200 && !port; i++) {
		const struct timespec nap = { .tv_nsec = 25 * 1000 * 1000 };
		FILE *f = fopen(path, "r");

		if (f && fscanf(f, "%d", &port) != 1)
			port = 0;
		if (f)
			fclose(f);
		nanosleep(&nap, NULL);
	}
	assert_true(port > 0);
	return port;
}

static inline void side_serve(const struct str *text)
{
	char scenario[128], port[128];

	snprintf(side.dir, sizeof(side.dir), "/tmp/u-model.XXXXXX");
	assert_non_null(mkdtemp(side.dir));
	snprintf(scenario, sizeof(scenario), "%s/scenario", side.dir);
	snprintf(port, sizeof(port), "%s/port", side.dir);
	side_write(scenario, text);
	side.pid = fork();
	assert_true(side.pid >= 0);
	if (!side.pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/usr/bin/python3", "/usr/bin/python3", "tests/server/modelserver.py",
		      "--scenario", scenario, "--port-file", port, (char *)NULL);
		_exit(127);
	}
	side.port = side_wait_for_port(port);
}

static inline void side_start(const struct str *scenario, const char *key)
{
	char url[64];
	const struct endpoint_settings settings = {
		.role = "planner", .url = url, .model = "m", .prices = { 1, 1, 1 },
		.own_variable = "DUALFIX_TEST_KEY",
	};
	const struct http_config config = { NULL, NULL };

	side_serve(scenario);
	setenv("DUALFIX_TEST_KEY", key, 1);
	secret_scrub_env();
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", side.port);
	ok(loop_new(&side.loop));
	ok(http_new(&side.http, side.loop, &config));
	ok(endpoint_new(&side.endpoint, side.loop, &settings));
	assert_non_null(side.endpoint->key);
	side.endpoint->concurrency = 1000;
}

static inline int side_stop(void **state)
{
	static const char *const names[] = { "port", "scenario" };
	char path[128];

	(void)state;
	endpoint_free(side.endpoint);
	http_free(side.http);
	loop_free(side.loop);
	kill(side.pid, SIGKILL);
	waitpid(side.pid, NULL, 0);
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", side.dir, names[i]);
		unlink(path);
	}
	rmdir(side.dir);
	return 0;
}

static const struct chat_message question = { CHAT_USER, SPAN("a question") };
static const struct chat_request request = {
	.messages = &question, .n_messages = 1, .max_tokens = 100,
};

static inline void never_called(void *ctx, struct chat_reply *reply, struct err *err)
{
	(void)ctx;
	(void)reply;
	err_drop(err);
	fail_msg("done was called after a cancel");
}

static inline void ring(void *ctx)
{
	*(bool *)ctx = true;
}

#endif
