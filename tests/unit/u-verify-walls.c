/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attacks on the box of Landlock and seccomp, from inside: this program, copied
 * into a folder that the box shows, runs itself there as "attack <name>" and
 * prints the errno it got, 0 when it succeeded.
 */
#include "as-user.h"
#include "walls-attacks.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/file.h"
#include "sys/proc.h"
#include "verify/landlock.h"
#include "verify/sandbox.h"
#include "verify/walls.h"

#define SHOWN_TEXT "shown, not to be changed\n"
#define SECRET_TEXT "not to be seen\n"

static struct {
	struct loop *loop;
	struct sandbox box;
	int listener;
	char top[64];
	char tree[128], temp[128], shown[128], hidden[128];
} w;

static int attack(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(attacks); i++) {
		if (!strcmp(attacks[i].name, name)) {
			printf("%d\n", attacks[i].go());
			fflush(stdout);
			_exit(0);
		}
	}
	_exit(2);
}

/* The fort. */

static void folder(char *out, size_t size, const char *below)
{
	snprintf(out, size, "%s/%s", w.top, below);
	ok(file_mkdirs(out, 0755));
}

static int setup(void **state)
{
	struct str self = STR_INIT((size_t)64 << 20);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char path[256];

	(void)state;
	strcpy(w.top, "/tmp/u-walls-XXXXXX");
	assert_non_null(mkdtemp(w.top));
	folder(w.tree, sizeof(w.tree), "tree");
	folder(w.temp, sizeof(w.temp), "temp");
	folder(w.shown, sizeof(w.shown), "shown");
	folder(w.hidden, sizeof(w.hidden), "shown/below/.git");
	ok(file_read("/proc/self/exe", &self));
	snprintf(path, sizeof(path), "%s/program", w.shown);
	ok(file_write(path, str_span(&self), 0755));
	str_release(&self);
	snprintf(path, sizeof(path), "%s/file", w.shown);
	ok(file_write(path, SPAN(SHOWN_TEXT), 0644));
	setenv("SHOWN", path, 1);
	assert_true(snprintf(at.sun_path, sizeof(at.sun_path), "%s.sock", path) < 108);
	w.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(w.listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(w.listener, 1), 0);
	snprintf(path, sizeof(path), "%s/config", w.hidden);
	ok(file_write(path, SPAN(SECRET_TEXT), 0644));
	setenv("HIDDEN", path, 1);
	snprintf(path, sizeof(path), "%s/way", w.shown);
	assert_int_equal(symlink("../elsewhere", path), 0);
	snprintf(path, sizeof(path), "%s/elsewhere", w.top);
	ok(file_write(path, SPAN("not shown\n"), 0644));
	snprintf(path, sizeof(path), "%s/beside", w.shown);
	ok(file_write(path, SPAN("beside\n"), 0644));
	snprintf(path, sizeof(path), "%d", (int)getpid());
	setenv("OUTSIDE", path, 1);
	ok(loop_new(&w.loop));
	ok(sandbox_take(&w.box, w.loop, "landlock", NULL));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(w.listener);
	sandbox_release(&w.box);
	loop_free(w.loop);
	ok(file_remove_tree(w.top));
	return 0;
}

static void run(const char *command, int version, bool network, struct proc_result *result)
{
	const char *const read_dirs[] = { w.shown, NULL };
	const char *const hide_dirs[] = { w.hidden, NULL };
	const char *const pass_env[] = { "SHOWN", "HIDDEN", "OUTSIDE", NULL };
	struct sandbox box = w.box;
	struct sandbox_job job = {
		.command = command, .tree_dir = w.tree, .work_dir = w.tree,
		.temp_dir = w.temp, .read_dirs = read_dirs, .hide_dirs = hide_dirs,
		.pass_env = pass_env, .network = network, .timeout_ms = 20000,
	};
	struct proc_spec spec = { 0 };
	struct sandbox_entry entry;

	if (box.landlock_version > version)
		box.landlock_version = version;
	ok(walls_around(&box.around, &box));
	ok(sandbox_enter(&entry, &box, &job));
	sandbox_entry_spec(&entry, &spec);
	spec.timeout_ms = 20000;
	spec.out_max_bytes = 65536;
	spec.merge = true;
	ok(proc_run(w.loop, &spec, result));
	sandbox_entry_release(&entry);
	walls_around_free(box.around);
}

static void assert_file(const char *path, const char *text)
{
	struct str bytes = STR_INIT(4096);

	ok(file_read(path, &bytes));
	assert_string_equal(bytes.buf, text);
	str_release(&bytes);
}

static void check_attacks(int version, bool network, size_t want)
{
	for (size_t i = 0; i < ARRAY_SIZE(attacks); i++) {
		const struct attack *a = &attacks[i];
		struct proc_result result;
		char command[400], text[16];

		snprintf(text, sizeof(text), "%d\n", *(const int *)((const char *)a + want));
		snprintf(command, sizeof(command), "WARDEN=$PPID %s/program attack %s", w.shown,
			 a->name);
		run(command, version, network, &result);
		if (result.end != PROC_EXITED || strcmp(result.out.buf, text))
			fail_msg("%s, version %d: %s, not %s", a->name, version,
				 result.out.buf, text);
		proc_result_release(&result);
		assert_file(getenv("SHOWN"), SHOWN_TEXT);
		assert_file(getenv("HIDDEN"), SECRET_TEXT);
	}
}

static void newest_holds(void **state)
{
	(void)state;
	if (w.box.landlock_version < LANDLOCK_SCOPES)
		return; /* not here */
	check_attacks(100, false, offsetof(struct attack, want));
}

/* Debian 12. */
static void version_2_holds(void **state)
{
	(void)state;
	check_attacks(LANDLOCK_MOVES, false, offsetof(struct attack, want_v2));
}

static void network_opens_no_more(void **state)
{
	(void)state;
	if (w.box.landlock_version < LANDLOCK_SCOPES)
		return; /* not here */
	check_attacks(100, true, offsetof(struct attack, want_net));
}

/* Outside each attack that is refused inside would do something else. */
static void attacks_can_succeed(void **state)
{
	static const char *const harmless[] = {
		"unix", "inet", "unix_high_bits", "datagram_pair", "read_hidden", "reopen_shown",
		"process_memory", "limit_own", "signal_outside", "list_hidden", "hard_link",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(attacks); j++) {
			if (!strcmp(attacks[j].name, harmless[i]))
				assert_int_equal(attacks[j].go(), 0);
		}
	}
	unlink("hard");
}

static void hidden_below_shown(void **state)
{
	static const struct {
		const char *command;
		const char *out;
	} rows[] = {
		{ "cat $(dirname $SHOWN)/beside", "beside\n" },
		{ "cat $(dirname $SHOWN)/below/.git/config 2>/dev/null || echo no", "no\n" },
		{ "cat $(dirname $SHOWN)/way 2>/dev/null || echo no", "no\n" },
		{ "ls $(dirname $SHOWN) 2>/dev/null || echo no", "no\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct proc_result result;

		run(rows[i].command, 100, false, &result);
		assert_string_equal(result.out.buf, rows[i].out);
		proc_result_release(&result);
	}
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newest_holds),
		cmocka_unit_test(version_2_holds),
		cmocka_unit_test(network_opens_no_more),
		cmocka_unit_test(attacks_can_succeed),
		cmocka_unit_test(hidden_below_shown),
		cmocka_unit_test(ordinary_user),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "attack"))
		return attack(argv[2]);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (landlock_version() < LANDLOCK_MOVES) {
		printf("1..0 # SKIP no Landlock\n");
		return 0;
	}
	run_as_user(run_all);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return run_all();
}
