/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "on-loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/dialog.h"

static const char *const env[] = { "PATH=/usr/bin:/bin", NULL };

static struct dialog *start(const char *script, int64_t timeout_ms)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct dialog *d;

	ok(dialog_start(&d, loop,
			&(struct dialog_spec){ .name = "oracle",
					       .argv = argv,
					       .env = env,
					       .timeout_ms = timeout_ms }));
	return d;
}

#define ECHO "while read -r x; do printf '%s\\nabc\\n' \"got $x\"; done"

static void questions_and_answers(void **state)
{
	struct dialog *d = start(ECHO, 20000);
	char bytes[5] = "";
	struct span line;

	(void)state;
	for (int i = 0; i < 100; i++) {
		ok(dialog_send(d, SPAN("one\n")));
		ok(dialog_line(d, &line));
		assert_span(line, "got one");
		ok(dialog_bytes(d, bytes, 4));
		assert_string_equal(bytes, "abc\n");
		ok(dialog_send(d, SPAN("two\n")));
		ok(dialog_line(d, &line));
		ok(dialog_bytes(d, NULL, 4));
	}
	dialog_free(d);
	dialog_free(NULL);
}

/* More than any buffer holds, kept and dropped, the next answer being right all the same. */
static void large_answers(void **state)
{
	enum { N = 3000000 };
	struct dialog *d = start("while read -r x; do head -c 3000000 /dev/zero; echo; done",
				 60000);
	char *bytes = malloc(N + 1);
	struct span line;

	(void)state;
	assert_non_null(bytes);
	for (int i = 0; i < 4; i++) {
		memset(bytes, 'x', N + 1);
		ok(dialog_send(d, SPAN("x\n")));
		ok(dialog_bytes(d, i % 2 ? NULL : bytes, N));
		assert_true(i % 2 || (!bytes[0] && !bytes[N - 1]));
		assert_int_equal(bytes[N], 'x');
		ok(dialog_line(d, &line));
		assert_int_equal(line.len, 0);
	}
	free(bytes);
	dialog_free(d);
}

static void what_goes_wrong(void **state)
{
	static const struct {
		const char *script, *said;
	} cases[] = {
		{ "read -r x; exit 0", "oracle ended before it answered" },
		{ "read -r x; echo; echo 'no such luck' >&2; echo two >&2; exit 1",
		  "oracle: no such luck" },
		{ "read -r x; printf half", "oracle ended before it answered" },
		{ "kill -9 $$", "oracle ended before it answered" },
		{ "read -r x; head -c 100000 /dev/zero | tr '\\0' x; sleep 60",
		  "oracle: its answer has no end" },
		/* what fills every pipe that nobody empties would wait for ever */
		{ "read -r x; head -c 5000000 /dev/zero >&2; exit 1",
		  "oracle ended before it answered" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dialog *d = start(cases[i].script, 60000);
		struct span line;
		struct err *err = dialog_send(d, SPAN("q\n"));

		for (int n = 0; !err && n < 2; n++)
			err = dialog_line(d, &line);
		if (err && strstr(cases[i].script, "/dev/zero >&2")) {
			assert_int_equal(err_kind(err), ERR_FATAL);
			err_drop(err);
		} else {
			fails_saying(err, ERR_FATAL, cases[i].said);
		}
		dialog_free(d);
	}
}

static void a_deadline(void **state)
{
	struct dialog *d = start("trap '' TERM; read -r x; echo half; sleep 600", 300);
	int64_t start_ms = clock_mono_ms();
	struct span line;

	(void)state;
	ok(dialog_send(d, SPAN("q\n")));
	ok(dialog_line(d, &line));
	fails(dialog_line(d, &line), ERR_FATAL, "oracle: no answer within 0 s");
	dialog_free(d);
	assert_true(clock_mono_ms() - start_ms < 60000);
}

/* Nobody waits for an answer to the end who was told to stop. */
static void a_signal(void **state)
{
	struct dialog *d = start("read -r x; sleep 600", 600000);
	bool done = false;
	struct span line;

	(void)state;
	ok(dialog_send(d, SPAN("q\n")));
	raise(SIGTERM);
	fails(dialog_line(d, &line), ERR_TERMINATED, "terminated");
	dialog_free(d);
	fails(loop_run(loop, &done), ERR_TERMINATED, "terminated");
}

/* One that takes nothing in does not hold us up for longer either. */
static void a_deaf_child(void **state)
{
	struct dialog *d = start("sleep 600", 300);
	struct str question = STR_INIT(1 << 20);

	(void)state;
	while (question.len < 500000)
		str_adds(&question, "question\n");
	fails_saying(dialog_send(d, str_span(&question)), ERR_FATAL, "no answer within");
	str_release(&question);
	dialog_free(d);
}

static void no_program(void **state)
{
	const char *const argv[] = { "no-such-program", NULL };
	const char *const folder[] = { "/tmp", NULL };
	struct dialog *d;
	struct dialog_spec spec = { "x", argv, env, NULL, 1000 };

	(void)state;
	fails_saying(dialog_start(&d, loop, &spec), ERR_FATAL,
		     "cannot run 'no-such-program'");
	assert_null(d);
	spec.argv = folder;
	fails_saying(dialog_start(&d, loop, &spec), ERR_FATAL, "cannot run '/tmp'");
	assert_null(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_and_answers),
		cmocka_unit_test(large_answers),
		cmocka_unit_test(what_goes_wrong),
		cmocka_unit_test(a_deadline),
		cmocka_unit_test(a_signal),
		cmocka_unit_test(a_deaf_child),
		cmocka_unit_test(no_program),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
