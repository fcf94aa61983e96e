/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "forge/dialect.h"

/* kind: as dualfix.<host>.forge has it; NULL: the host is known. */
static const struct {
	const char *remote, *kind;
	const char *issue, *comments, *address;
} places[] = {
	{ "git@github.com:o/r.git", NULL, "https://api.github.com/repos/o/r/issues/7",
	  "/comments?per_page=100", "https://github.com/o/r/issues/7" },
	{ "ssh://git@ssh.github.com:443/o/r.git", NULL,
	  "https://api.github.com/repos/o/r/issues/7", "/comments?per_page=100",
	  "https://github.com/o/r/issues/7" },
	{ "http://github.com/o/r", NULL, "https://api.github.com/repos/o/r/issues/7",
	  "/comments?per_page=100", "https://github.com/o/r/issues/7" },
	{ "https://corp.ghe.com/o/r", NULL, "https://api.corp.ghe.com/repos/o/r/issues/7",
	  "/comments?per_page=100", "https://corp.ghe.com/o/r/issues/7" },
	{ "git@git.corp.example:o/r", "github",
	  "https://git.corp.example/api/v3/repos/o/r/issues/7", "/comments?per_page=100",
	  "https://git.corp.example/o/r/issues/7" },
	{ "git@altssh.gitlab.com:g/s/p.git", NULL,
	  "https://gitlab.com/api/v4/projects/g%2Fs%2Fp/issues/7",
	  "/notes?sort=asc&order_by=created_at&per_page=100",
	  "https://gitlab.com/g/s/p/-/issues/7" },
	{ "ssh://git@gitlab.example:2222/g/p", "gitlab",
	  "https://gitlab.example/api/v4/projects/g%2Fp/issues/7",
	  "/notes?sort=asc&order_by=created_at&per_page=100",
	  "https://gitlab.example/g/p/-/issues/7" },
	{ "http://127.0.0.1:8080/o/r.git", "GitLab",
	  "http://127.0.0.1:8080/api/v4/projects/o%2Fr/issues/7",
	  "/notes?sort=asc&order_by=created_at&per_page=100",
	  "http://127.0.0.1:8080/o/r/-/issues/7" },
	{ "https://codeberg.org/o/r", NULL,
	  "https://codeberg.org/api/v1/repos/o/r/issues/7", "/comments",
	  "https://codeberg.org/o/r/issues/7" },
	{ "https://u:p@host.example:3000/git/o/r/", "forgejo",
	  "https://host.example:3000/git/api/v1/repos/o/r/issues/7", "/comments",
	  "https://host.example:3000/git/o/r/issues/7" },
	{ "https://host.example/a b/o/r?&%C3%A9", "gitea",
	  "https://host.example/a%20b/api/v1/repos/o/r%3F%26%C3%A9/issues/7", "/comments",
	  "https://host.example/a%20b/o/r%3F%26%C3%A9/issues/7" },
};

static void test_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct str url = STR_INIT(PLACE_URL_MAX_BYTES);
		struct str comments = STR_INIT(PLACE_URL_MAX_BYTES);
		struct str address = STR_INIT(PLACE_URL_MAX_BYTES);
		const struct dialect *dialect;
		const char *no_issues;
		struct remote remote;
		struct place place;

		ok(remote_parse(&remote, places[i].remote));
		dialect = places[i].kind ?
			dialect_named(places[i].kind, remote.host) :
			dialect_of_host(dialect_web_host(remote.host), &no_issues);
		assert_non_null(dialect);
		ok(place_make(&place, dialect, &remote, 7));
		place_issue_url(&place, &url);
		place_comments_url(&place, url.buf, &comments);
		place_address(&place, &address);
		assert_string_equal(url.buf, places[i].issue);
		assert_string_equal(comments.buf + url.len, places[i].comments);
		assert_string_equal(address.buf, places[i].address);
		str_release(&url);
		str_release(&comments);
		str_release(&address);
	}
}

static void test_no_places(void **state)
{
	static const struct {
		const char *remote, *kind, *text;
	} cases[] = {
		{ "https://github.com/r", "github", "'r' is no project of GitHub" },
		{ "https://github.com/a/o/r", "github", "expected owner/repository" },
		{ "https://gitlab.com/p", "gitlab", "expected group/project" },
		{ "https://host.example/r", "gitea", "'r' is no project of Gitea" },
		{ "http://host.example:3000/o/r", "gitea", "over https only" },
		{ "/srv/r.git", "gitea", "no forge can be seen" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct remote remote;
		struct place place;

		ok(remote_parse(&remote, cases[i].remote));
		fails_saying(place_make(&place, dialect_named(cases[i].kind, remote.host),
					&remote, 7),
			     ERR_INPUT, cases[i].text);
	}
	assert_null(dialect_named("bitbucket", "host.example"));
	assert_null(dialect_named("", "host.example"));
}

static void test_hosts(void **state)
{
	static const struct {
		const char *host, *title, *no_issues;
	} cases[] = {
		{ "github.com", "GitHub", NULL },
		{ "corp.ghe.com", "GitHub", NULL },
		{ "gitlab.com", "GitLab", NULL },
		{ "codeberg.org", "Gitea", NULL },
		{ "bitbucket.org", NULL, "Bitbucket's issues ended" },
		{ "git.sr.ht", NULL, "apart from its repositories" },
		{ "github.com.example", NULL, NULL },
		{ "evilghe.com", NULL, NULL },
		{ "gitlab.example", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *no_issues;
		const struct dialect *dialect =
			dialect_of_host(cases[i].host, &no_issues);

		assert_int_equal(dialect != NULL, cases[i].title != NULL);
		if (dialect)
			assert_string_equal(dialect->title, cases[i].title);
		assert_int_equal(no_issues != NULL, cases[i].no_issues != NULL);
		if (no_issues)
			assert_non_null(strstr(no_issues, cases[i].no_issues));
	}
}

/* Whatever fits into a remote fits into a URL. */
static void test_longest(void **state)
{
	struct str url = STR_INIT(PLACE_URL_MAX_BYTES);
	struct remote remote;
	struct place place;

	(void)state;
	ok(remote_parse(&remote, "https://host.example:65535/o/r"));
	memset(remote.host, 'h', sizeof(remote.host) - 1);
	memset(remote.path, ' ', sizeof(remote.path) - 1);
	for (size_t i = 1; i < sizeof(remote.path) - 1; i += 2)
		remote.path[i] = '/';
	ok(place_make(&place, dialect_named("gitlab", "h"), &remote, 999999999));
	place_issue_url(&place, &url);
	ok(str_err(&url, "URL"));
	ok(place_make(&place, dialect_named("gitea", "h"), &remote, 999999999));
	str_reset(&url);
	place_address(&place, &url);
	ok(str_err(&url, "URL"));
	str_release(&url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_no_places),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_longest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
