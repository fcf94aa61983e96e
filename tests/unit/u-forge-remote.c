/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "forge/remote.h"

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONGER LONG LONG LONG LONG
#define HUGE_PATH LONGER LONGER LONGER LONGER

static void test_remotes(void **state)
{
	static const struct {
		const char *url;
		enum remote_form form;
		const char *host;
		unsigned int port;
		const char *path;
	} cases[] = {
		{ "https://github.com/o/r.git", REMOTE_HTTPS, "github.com", 0, "o/r" },
		{ "https://github.com/o/r", REMOTE_HTTPS, "github.com", 0, "o/r" },
		{ "https://github.com/o/r.git/", REMOTE_HTTPS, "github.com", 0, "o/r" },
		{ "https://github.com//o/r//", REMOTE_HTTPS, "github.com", 0, "o/r" },
		{ "HTTPS://GitHub.COM/O/R", REMOTE_HTTPS, "github.com", 0, "O/R" },
		{ "http://127.0.0.1:8080/o/r.git", REMOTE_HTTP, "127.0.0.1", 8080, "o/r" },
		{ "https://user:tok@gitea.example:3000/o/r/", REMOTE_HTTPS,
		  "gitea.example", 3000, "o/r" },
		{ "https://github.com@evil.example/o/r", REMOTE_HTTPS, "evil.example", 0,
		  "o/r" },
		{ "https://u:p@ss@host.example/o/r", REMOTE_HTTPS, "host.example", 0, "o/r" },
		{ "https://host.example/g/s/p%C3%A9", REMOTE_HTTPS, "host.example", 0,
		  "g/s/p\xc3\xa9" },
		{ "https://host.example/o/r%zz", REMOTE_HTTPS, "host.example", 0, "o/r%zz" },
		{ "https://[::1]:3000/o/r", REMOTE_HTTPS, "[::1]", 3000, "o/r" },
		{ "git@github.com:o/r.git", REMOTE_SSH, "github.com", 0, "o/r" },
		{ "github.com:o/r", REMOTE_SSH, "github.com", 0, "o/r" },
		{ "git@host:/o/r", REMOTE_SSH, "host", 0, "o/r" },
		{ "gh-work:o/r.git", REMOTE_SSH, "gh-work", 0, "o/r" },
		{ "host:path:with/colon", REMOTE_SSH, "host", 0, "path:with/colon" },
		{ "host:o/r%20s", REMOTE_SSH, "host", 0, "o/r%20s" },
		{ "[::1]:o/r", REMOTE_SSH, "[::1]", 0, "o/r" },
		{ "git@[::1]:2222/x", REMOTE_SSH, "[::1]", 0, "2222/x" },
		{ "[host.example:2222]:o/r", REMOTE_SSH, "host.example", 2222, "o/r" },
		{ "[git@host.example:2222]:o/r", REMOTE_SSH, "host.example", 2222, "o/r" },
		{ "C:/x", REMOTE_SSH, "c", 0, "x" },
		{ "ssh://git@gitlab.example:2222/g/sub/p.git", REMOTE_SSH,
		  "gitlab.example", 2222, "g/sub/p" },
		{ "ssh://git@ssh.github.com:443/o/r.git", REMOTE_SSH, "ssh.github.com", 443,
		  "o/r" },
		{ "ssh://host/o/r%20s", REMOTE_SSH, "host", 0, "o/r s" },
		{ "git+ssh://host/o/r", REMOTE_SSH, "host", 0, "o/r" },
		{ "ssh+git://host/o/r", REMOTE_SSH, "host", 0, "o/r" },
		{ "git://host.example:9418/o/r", REMOTE_GIT, "host.example", 9418, "o/r" },
		{ "ssh://git@[fe80::1]:22/o/r", REMOTE_SSH, "[fe80::1]", 22, "o/r" },
		{ "./a:b", REMOTE_NO_HOST, "", 0, "" },
		{ "/srv/git/r.git", REMOTE_NO_HOST, "", 0, "" },
		{ "/srv/git@host:r.git", REMOTE_NO_HOST, "", 0, "" },
		{ "../r", REMOTE_NO_HOST, "", 0, "" },
		{ "r", REMOTE_NO_HOST, "", 0, "" },
		{ "", REMOTE_NO_HOST, "", 0, "" },
		{ ":o/r", REMOTE_NO_HOST, "", 0, "" },
		{ "file:///srv/r.git", REMOTE_NO_HOST, "", 0, "" },
		{ "ftp://host/o/r", REMOTE_NO_HOST, "", 0, "" },
		{ "ext::sh -c x", REMOTE_NO_HOST, "", 0, "" },
		{ "hg::https-like", REMOTE_NO_HOST, "", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct remote remote;
		struct err *err = remote_parse(&remote, cases[i].url);

		if (err)
			fail_msg("%s: %s", cases[i].url, err_text(err));
		if (remote.form != cases[i].form || remote.port != cases[i].port ||
		    strcmp(remote.host, cases[i].host) ||
		    strcmp(remote.path, cases[i].path))
			fail_msg("%s: form %d, '%s' %u '%s'", cases[i].url, remote.form,
				 remote.host, remote.port, remote.path);
		assert_int_equal(remote.loopback, !strcmp(remote.host, "127.0.0.1") ||
						  !strcmp(remote.host, "[::1]"));
	}
}

static void test_bad_remotes(void **state)
{
	static const char *const urls[] = {
		"https://github.com", "https://github.com/", "https:///o/r",
		"https://host:0/o/r", "https://host:99999/o/r", "https://host:x/o/r",
		"https://ho st/o/r", "https://host\\.example/o/r", "https://-oProxy=x/o/r",
		"https://host/o/../r", "https://host/o//r", "https://host/o/%2e%2e/r",
		"https://host/o/r%00x", "https://host/o/r%0ax", "https://host/o/\xff",
		"https://host/o/\xe2\x80\xae" "r", "https://host?x/o/r", "https://host#x/o/r",
		"-oProxyCommand=x:o/r", "ssh://-oProxyCommand=x/o/r", "host:", "host:/",
		"host:.git", "host:../r", "git@ho st:o/r",
		"https://" LONGER "/o/r", "https://host/" HUGE_PATH,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		struct remote remote;
		struct err *err = remote_parse(&remote, urls[i]);

		if (!err)
			fail_msg("%s: taken, host '%s', path '%s'", urls[i], remote.host,
				 remote.path);
		assert_int_equal(err_kind(err), ERR_INPUT);
		err_drop(err);
	}
}

static void test_no_password_in_errors(void **state)
{
	struct remote remote;
	struct err *err = remote_parse(&remote, "https://u:sk-secret@ho\\st/o/r");

	(void)state;
	assert_non_null(err);
	assert_null(strstr(err_text(err), "secret"));
	err_drop(err);
}

static void test_issues(void **state)
{
	static const struct {
		const char *url, *host;
		unsigned int port;
		const char *path;
		size_t number;
		bool dashed;
	} cases[] = {
		{ "https://github.com/o/r/issues/7", "github.com", 0, "o/r", 7, false },
		{ "https://github.com/o/r/issues/7/", "github.com", 0, "o/r", 7, false },
		{ "https://GitHub.com/o/r/issues/7#issuecomment-9", "github.com", 0, "o/r", 7,
		  false },
		{ "https://github.com/o/r/issues/7?a=/b/issues/8", "github.com", 0, "o/r", 7,
		  false },
		{ "https://gitlab.com/g/s/p/-/issues/12", "gitlab.com", 0, "g/s/p", 12, true },
		{ "https://gitlab.com/g/p/issues/12", "gitlab.com", 0, "g/p", 12, false },
		{ "https://gitlab.com/g/p/-/work_items/12", "gitlab.com", 0, "g/p", 12, true },
		{ "https://host.example:3000/git/o/r/issues/1", "host.example", 3000,
		  "git/o/r", 1, false },
		{ "https://github.com/issues/issues/issues/3", "github.com", 0,
		  "issues/issues", 3, false },
		{ "http://127.0.0.1:8080/o/r/issues/1", "127.0.0.1", 8080, "o/r", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct remote project;
		size_t number;
		bool dashed;

		assert_true(remote_is_web(cases[i].url));
		ok(remote_parse_issue(&project, &number, &dashed, cases[i].url));
		assert_string_equal(project.host, cases[i].host);
		assert_string_equal(project.path, cases[i].path);
		assert_int_equal(project.port, cases[i].port);
		assert_int_equal(number, cases[i].number);
		assert_int_equal(dashed, cases[i].dashed);
	}
}

static void test_bad_issues(void **state)
{
	static const struct {
		const char *url, *text;
	} cases[] = {
		{ "https://github.com/o/r", "its last part is no number" },
		{ "https://github.com/o/r/issues/x", "its last part is no number" },
		{ "https://github.com/o/r/issues/0", "its last part is no number" },
		{ "https://github.com/o/r/issues/7/8", "no address of an issue" },
		{ "https://github.com/o/r/pull/7", "of a pull request, not of an issue" },
		{ "https://codeberg.org/o/r/pulls/7", "of a pull request, not of an issue" },
		{ "https://gitlab.com/g/p/-/merge_requests/7", "of a pull request" },
		{ "https://github.com/issues/7", "names no project" },
		{ "https://github.com/o/../issues/7", "is no project" },
		{ "http://github.com/o/r/issues/7", "over https only" },
		{ "https://u:p@github.com/o/r/issues/7", "a user name or password" },
		{ "https://github.com\\@x/o/r/issues/7", "characters that must be escaped" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct remote project;
		size_t number;
		bool dashed;

		fails_saying(remote_parse_issue(&project, &number, &dashed, cases[i].url),
			     ERR_INPUT, cases[i].text);
	}
	assert_false(remote_is_web("7"));
	assert_false(remote_is_web("ssh://host/o/r"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remotes),
		cmocka_unit_test(test_bad_remotes),
		cmocka_unit_test(test_no_password_in_errors),
		cmocka_unit_test(test_issues),
		cmocka_unit_test(test_bad_issues),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
