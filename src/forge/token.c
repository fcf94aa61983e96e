/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/token.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/span.h"
#include "sys/url.h"

#define SITE_MAX_BYTES 300

/* In the order in which they are looked for. */
static const struct {
	const char *title; /* of the dialect */
	const char *variable;
	const char *host_variable; /* names the token's host, if it is set */
	const char *home, *below;  /* whose it is otherwise; below: all names below */
	bool declared;             /* or any host that was declared */
	const char *as;            /* NULL: the dialect's own form */
} rows[] = {
	{ "GitHub", "GH_TOKEN", NULL, "github.com", ".ghe.com", false, NULL },
	{ "GitHub", "GITHUB_TOKEN", "GITHUB_SERVER_URL", "github.com", ".ghe.com", false,
	  NULL },
	{ "GitHub Enterprise", "GH_ENTERPRISE_TOKEN", "GH_HOST", NULL, NULL, true, NULL },
	{ "GitHub Enterprise", "GITHUB_ENTERPRISE_TOKEN", "GH_HOST", NULL, NULL, true,
	  NULL },
	{ "GitHub Enterprise", "GITHUB_TOKEN", "GITHUB_SERVER_URL", NULL, NULL, false,
	  NULL },
	{ "GitLab", "GITLAB_TOKEN", "GITLAB_HOST", "gitlab.com", NULL, true, NULL },
	/* as it is, a job's token is ignored where it may not be used, and harms not */
	{ "GitLab", "CI_JOB_TOKEN", "CI_SERVER_HOST", NULL, NULL, false, "JOB-TOKEN: " },
	{ "Gitea", "GITEA_TOKEN", "GITEA_SERVER_URL", NULL, NULL, true, NULL },
	{ "Gitea", "FORGEJO_TOKEN", NULL, NULL, NULL, true, NULL },
};

/* site: a host, host:port or URL, as variables of that kind have it. */
static bool is_site_of(const char *site, const struct place *place)
{
	char text[SITE_MAX_BYTES];
	struct url url;
	struct err *err;
	int n = snprintf(text, sizeof(text), "%s%s",
			 strstr(site, "://") ? "" : "https://", site);

	if (n < 0 || (size_t)n >= sizeof(text))
		return false;
	err = url_parse(&url, text);
	if (err) {
		err_drop(err);
		return false;
	}
	if (url.authority.len > url.host.len &&
	    url.port != (place->port ? place->port : place->https ? 443 : 80))
		return false;
	return url.host.len == strlen(place->host) &&
	       !strncasecmp(url.host.ptr, place->host, url.host.len);
}

static bool belongs(size_t row, const struct place *place, bool declared,
		    variable_fn variable)
{
	const char *host =
		rows[row].host_variable ? variable(rows[row].host_variable) : NULL;

	if (strcmp(rows[row].title, place->dialect->title))
		return false;
	if (host && *host)
		return is_site_of(host, place);
	if (rows[row].home && !strcmp(rows[row].home, place->host))
		return true;
	if (rows[row].below && span_ends(span_of(place->host), rows[row].below))
		return true;
	return declared && rows[row].declared;
}

void token_from_variables(struct token *out, const struct place *place, bool declared,
			  variable_fn variable)
{
	*out = (struct token){ .source = NULL };
	for (size_t i = 0; !out->secret && i < ARRAY_SIZE(rows); i++) {
		if (!belongs(i, place, declared, variable))
			continue;
		out->secret = secret_from_variable(rows[i].variable);
		out->source = rows[i].variable;
		out->as = rows[i].as ? rows[i].as : place->dialect->key_as;
	}
}

/* It may be a token of OAuth, which every forge takes as bearer and only so. */
struct err *token_from_git(struct token *out, struct loop *loop,
			   const struct place *place)
{
	struct str url = STR_INIT(SITE_MAX_BYTES);
	struct err *err;

	*out = (struct token){ .source = NULL };
	place_site_url(place, &url);
	err = str_err(&url, "site");
	if (!err)
		err = secret_find(&out->secret, loop, url.buf, NULL, NULL, &out->source);
	str_release(&url);
	return err;
}

void token_release(struct token *token)
{
	secret_free(token->secret);
	*token = (struct token){ .source = NULL };
}

void token_hint(const struct place *place, bool declared, struct str *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].title, place->dialect->title))
			continue;
		str_addf(out, "export %s=...", rows[i].variable);
		if (!declared && !(rows[i].home && !strcmp(rows[i].home, place->host)) &&
		    rows[i].declared)
			str_addf(out, " and git config dualfix.%s.forge %s", place->host,
				 place->dialect->name);
		break;
	}
	str_adds(out, ", or store one with git credential");
}
