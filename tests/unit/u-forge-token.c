/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "forge/token.h"

#define PAIRS_MAX 5

static const char *const all_tokens[] = {
	"GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN",
	"GITLAB_TOKEN", "CI_JOB_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN",
};

static const char *const *hosts; /* name and value by turns, until NULL */

static const char *host_variable(const char *name)
{
	for (size_t i = 0; hosts[i]; i += 2) {
		if (!strcmp(hosts[i], name))
			return hosts[i + 1];
	}
	return NULL;
}

/* Every token is set, its value its own name: which one is sent there? NULL: none. */
static const struct {
	const char *remote, *kind;
	bool declared;
	const char *hosts[PAIRS_MAX];
	const char *want, *as;
} cases[] = {
	{ "https://github.com/o/r", "github", false, { NULL }, "GH_TOKEN", NULL },
	{ "https://github.com/o/r", "github", true, { "GH_HOST", "ghe.example" },
	  "GH_TOKEN", NULL },
	{ "https://corp.ghe.com/o/r", "github", false, { NULL }, "GH_TOKEN", NULL },
	{ "https://ghe.example/o/r", "github", false, { NULL }, NULL, NULL },
	{ "https://ghe.example/o/r", "github", true, { NULL }, "GH_ENTERPRISE_TOKEN", NULL },
	{ "https://ghe.example/o/r", "github", false, { "GH_HOST", "ghe.example" },
	  "GH_ENTERPRISE_TOKEN", NULL },
	{ "https://ghe.example/o/r", "github", true, { "GH_HOST", "other.example" }, NULL,
	  NULL },
	{ "https://ghe.example/o/r", "github", false,
	  { "GITHUB_SERVER_URL", "https://ghe.example" }, "GITHUB_TOKEN", NULL },
	{ "https://gitlab.com/g/p", "gitlab", false, { NULL }, "GITLAB_TOKEN",
	  "PRIVATE-TOKEN: " },
	{ "https://gitlab.com/g/p", "gitlab", false, { "GITLAB_HOST", "gitlab.example" },
	  NULL, NULL },
	{ "https://gitlab.com/g/p", "gitlab", true,
	  { "GITLAB_HOST", "gitlab.example", "CI_SERVER_HOST", "gitlab.com" },
	  "CI_JOB_TOKEN", "JOB-TOKEN: " },
	{ "https://evil.example/g/p", "gitlab", false, { NULL }, NULL, NULL },
	{ "https://gitlab.com.evil.example/g/p", "gitlab", false, { NULL }, NULL, NULL },
	{ "https://gitlab.example/g/p", "gitlab", true, { NULL }, "GITLAB_TOKEN",
	  "PRIVATE-TOKEN: " },
	{ "https://gitlab.example:8443/g/p", "gitlab", false,
	  { "GITLAB_HOST", "https://GitLab.example:8443/" }, "GITLAB_TOKEN",
	  "PRIVATE-TOKEN: " },
	{ "https://gitlab.example/g/p", "gitlab", false,
	  { "GITLAB_HOST", "gitlab.example:8443" }, NULL, NULL },
	{ "https://gitlab.example/g/p", "gitlab", false,
	  { "GITLAB_HOST", "https://x@gitlab.example" }, NULL, NULL },
	{ "https://codeberg.org/o/r", "gitea", false, { NULL }, NULL, NULL },
	{ "https://codeberg.org/o/r", "gitea", true, { NULL }, "GITEA_TOKEN",
	  "Authorization: token " },
	{ "https://codeberg.org/o/r", "gitea", true,
	  { "GITEA_SERVER_URL", "https://gitea.example" }, "FORGEJO_TOKEN",
	  "Authorization: token " },
};

static void test_whose(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all_tokens); i++)
		setenv(all_tokens[i], all_tokens[i], 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct remote remote;
		struct place place;
		struct token token;

		hosts = cases[i].hosts;
		ok(remote_parse(&remote, cases[i].remote));
		ok(place_make(&place, dialect_named(cases[i].kind, remote.host), &remote, 7));
		token_from_variables(&token, &place, cases[i].declared, host_variable);
		if ((token.secret != NULL) != (cases[i].want != NULL))
			fail_msg("%zu: %s for %s", i, token.secret ? token.source : "nothing",
				 cases[i].remote);
		if (token.secret) {
			assert_string_equal(secret_reveal(token.secret), cases[i].want);
			assert_string_equal(token.source, cases[i].want);
			assert_int_equal(token.as != NULL, cases[i].as != NULL);
			if (token.as)
				assert_string_equal(token.as, cases[i].as);
		}
		token_release(&token);
	}
}

static void test_hints(void **state)
{
	static const struct {
		const char *remote, *kind;
		bool declared;
		const char *want;
	} hints[] = {
		{ "https://github.com/o/r", "github", false,
		  "export GH_TOKEN=..., or store one with git credential" },
		{ "https://gitlab.example/g/p", "gitlab", false,
		  "export GITLAB_TOKEN=... and git config dualfix.gitlab.example.forge "
		  "gitlab, or store one with git credential" },
		{ "https://gitlab.example/g/p", "gitlab", true,
		  "export GITLAB_TOKEN=..., or store one with git credential" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++) {
		struct str out = STR_INIT(4096);
		struct remote remote;
		struct place place;

		ok(remote_parse(&remote, hints[i].remote));
		ok(place_make(&place, dialect_named(hints[i].kind, remote.host), &remote, 7));
		token_hint(&place, hints[i].declared, &out);
		assert_string_equal(out.buf, hints[i].want);
		str_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whose),
		cmocka_unit_test(test_hints),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
