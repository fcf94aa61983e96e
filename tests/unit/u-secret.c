/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/loop.h"
#include "sys/secret.h"

static struct loop *loop;

static void test_scrub(void **state)
{
	static const struct {
		const char *name;
		bool stays;
	} cases[] = {
		{ "DEEPSEEK_API_KEY", false },
		{ "DUALFIX_PLANNER_KEY", false },
		{ "github_token", false },
		{ "MyPassword", false },
		{ "AWS_SECRET_ACCESS", false },
		{ "PLAIN", true },
		{ "GIT_CONFIG_KEY_0", true },
		{ "PASSWORD_STORE_DIR", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		setenv(cases[i].name, cases[i].name, 1);
	secret_scrub_env();
	secret_scrub_env();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct secret *secret;

		assert_int_equal(getenv(cases[i].name) != NULL, cases[i].stays);
		secret = secret_from_variable(cases[i].name);
		assert_non_null(secret);
		assert_string_equal(secret_reveal(secret), cases[i].name);
		assert_null(getenv(cases[i].name));
		secret_free(secret);
	}
}

static void test_from_variable(void **state)
{
	struct secret *secret;

	(void)state;
	assert_null(secret_from_variable(NULL));
	assert_null(secret_from_variable(""));
	assert_null(secret_from_variable("DUALFIX_T_UNSET"));
	setenv("DUALFIX_T_BLANK", "  ", 1);
	assert_null(secret_from_variable("DUALFIX_T_BLANK"));
	setenv("DUALFIX_T_OWN", " old-value-1\n", 1);
	secret_free(secret_from_variable("DUALFIX_T_OWN"));
	setenv("DUALFIX_T_OWN", "new-value-1", 1);
	secret = secret_from_variable("DUALFIX_T_OWN");
	assert_string_equal(secret_reveal(secret), "new-value-1");
	secret_free(secret);
	secret_free(NULL);
}

static void test_redact(void **state)
{
	static const char *const cases[][2] = {
		{ "nothing here", "nothing here" },
		{ "sk-12345678", "[key]" },
		{ "a sk-12345678 b sk-12345678", "a [key] b [key]" },
		{ "sk-12345678-long", "[key]" },
		{ "sk-12345678-lon", "[key]-lon" },
		{ "sk-1234567", "sk-1234567" },
		{ "short1", "short1" },
		{ "", "" },
	};

	(void)state;
	setenv("A_KEY", "sk-12345678", 1);
	setenv("B_KEY", "sk-12345678-long", 1);
	setenv("C_KEY", "short1", 1);
	secret_scrub_env();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str s = STR_INIT(100);

		str_adds(&s, cases[i][0]);
		secret_redact(&s);
		assert_string_equal(s.buf, cases[i][1]);
		str_release(&s);
	}
}

/* A program of the test's, first in PATH, that plays git. */
static void play_git(const char *folder, const char *script)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/git", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	fclose(f);
	chmod(path, 0755);
}

static void test_find(void **state)
{
	static const char lookup[] =
		"test \"$1 $2\" = 'credential fill' || exit 9\n"
		"test \"$GIT_TERMINAL_PROMPT\" = 0 || exit 9\n"
		"test -z \"$GIT_ASKPASS$SSH_ASKPASS\" || exit 9\n"
		"in=$(cat)\n"
		"case $in in *host=%s*) ;; *) exit 128;; esac\n"
		"case $in in *username=dualfix*) test -z '%s' && exit 128;; esac\n"
		"printf 'protocol=https\\nusername=u\\npassword=from-git-1\\n'";
	static const struct {
		const char *own, *named, *url, *script_host, *script_user;
		const char *value, *source;
	} cases[] = {
		{ "o", "n", "https://h.example", "h.example", "x", "o", "T_OWN" },
		{ NULL, "n", "https://h.example", "h.example", "x", "n", "T_NAMED" },
		{ NULL, NULL, "https://h.example/v1", "h.example", "x", "from-git-1",
		  "git credential" },
		{ NULL, NULL, "https://h.example:8080/v1", "h.example:8080", "x",
		  "from-git-1", "git credential" },
		{ NULL, NULL, "https://h.example/v1", "h.example", "", "from-git-1",
		  "git credential" },
		{ NULL, NULL, "https://h.example/v1", "other", "x", NULL, NULL },
	};
	char folder[] = "/tmp/u-secret-XXXXXX", path[512], script[1024];
	char *old_path = strdup(getenv("PATH"));

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s:%s", folder, old_path);
	setenv("PATH", path, 1);
	setenv("SSH_ASKPASS", "/bin/false", 1);
	ok(loop_new(&loop));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct secret *secret;
		const char *source;

		snprintf(script, sizeof(script), lookup, cases[i].script_host,
			 cases[i].script_user);
		play_git(folder, script);
		setenv("T_OWN", cases[i].own ? cases[i].own : "", 1);
		setenv("T_NAMED", cases[i].named ? cases[i].named : "", 1);
		ok(secret_find(&secret, loop, cases[i].url, "T_OWN", "T_NAMED", &source));
		if (cases[i].value) {
			assert_non_null(secret);
			assert_string_equal(secret_reveal(secret), cases[i].value);
			assert_string_equal(source, cases[i].source);
		} else {
			assert_null(secret);
		}
		secret_free(secret);
	}
	loop_free(loop);
	setenv("PATH", old_path, 1);
	snprintf(path, sizeof(path), "%s/git", folder);
	unlink(path);
	rmdir(folder);
	free(old_path);
}

/* What the process was started with is what /proc would go on showing. */
static int start_with_key(void)
{
	char bytes[4096];
	FILE *f;
	size_t n;

	secret_scrub_env();
	f = fopen("/proc/self/environ", "r");
	if (!f)
		return 1;
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	return !n || memmem(bytes, n, "shown-to-all", 12) ? 1 : 0;
}

static void test_proc_shows_nothing(void **state)
{
	char *argv[] = { (char *)"u-secret", (char *)"start-with-key", NULL };
	char *env[] = { (char *)"FIRST=1", (char *)"SOME_KEY=shown-to-all", NULL };
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		execve("/proc/self/exe", argv, env);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scrub),
		cmocka_unit_test(test_from_variable),
		cmocka_unit_test(test_redact),
		cmocka_unit_test(test_proc_shows_nothing),
		cmocka_unit_test(test_find),
	};

	if (argc > 1 && !strcmp(argv[1], "start-with-key"))
		return start_with_key();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
