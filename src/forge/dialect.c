/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/dialect.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/span.h"

static const char *const github_headers[] = {
	"Accept: application/vnd.github+json", "X-GitHub-Api-Version: 2022-11-28", NULL,
};

/* Servers of one's own may be older than any version. */
static const char *const enterprise_headers[] = {
	"Accept: application/vnd.github+json", NULL,
};

static const char *const json_headers[] = { "Accept: application/json", NULL };

#define GITHUB_FIELDS \
	.fields = { .body = "body", .author = "user.login", .address = "html_url", \
		    .n_comments = "comments", .request = "pull_request" }

enum { GITHUB, ENTERPRISE, GITLAB, GITEA };

const struct dialect dialects[] = {
	[GITHUB] = {
		.name = "github", .title = "GitHub", .host = "api.", .api = "",
		.project = "/repos/", .comments = "/comments?per_page=100",
		.web = "/issues/", .headers = github_headers, GITHUB_FIELDS,
	},
	[ENTERPRISE] = {
		.name = "github", .title = "GitHub Enterprise", .host = "",
		.api = "/api/v3", .probe = "/meta",
		.project = "/repos/", .comments = "/comments?per_page=100",
		.web = "/issues/", .headers = enterprise_headers, GITHUB_FIELDS,
	},
	[GITLAB] = {
		.name = "gitlab", .title = "GitLab", .host = "",
		.api = "/api/v4", .probe = "/version", .project = "/projects/",
		.comments = "/notes?sort=asc&order_by=created_at&per_page=100",
		.web = "/-/issues/", .nested = true, .key_as = "PRIVATE-TOKEN: ",
		.headers = json_headers,
		.fields = { .body = "description", .author = "author.username",
			    .address = "web_url", .n_comments = "user_notes_count",
			    .moved = "moved_to_id" },
	},
	[GITEA] = {
		.name = "gitea", .title = "Gitea", .host = "",
		.api = "/api/v1", .probe = "/version", .project = "/repos/",
		.comments = "/comments", .web = "/issues/", .below = true,
		.key_as = "Authorization: token ", .headers = json_headers,
		GITHUB_FIELDS,
	},
	{ .name = NULL },
};

#define ENDED "Bitbucket's issues ended in August 2026"
#define APART "sourcehut's trackers are apart from its repositories"

/* web: the host itself when NULL. kind: no issues, for the reason given, when -1. */
static const struct {
	const char *host, *web;
	int kind;
	const char *no_issues;
} known_hosts[] = {
	{ "github.com", NULL, GITHUB, NULL },
	{ "www.github.com", "github.com", GITHUB, NULL },
	{ "ssh.github.com", "github.com", GITHUB, NULL },
	{ "gitlab.com", NULL, GITLAB, NULL },
	{ "altssh.gitlab.com", "gitlab.com", GITLAB, NULL },
	{ "salsa.debian.org", NULL, GITLAB, NULL },
	{ "gitlab.freedesktop.org", NULL, GITLAB, NULL },
	{ "gitlab.gnome.org", NULL, GITLAB, NULL },
	{ "invent.kde.org", NULL, GITLAB, NULL },
	{ "codeberg.org", NULL, GITEA, NULL },
	{ "gitea.com", NULL, GITEA, NULL },
	{ "bitbucket.org", NULL, -1, ENDED },
	{ "altssh.bitbucket.org", "bitbucket.org", -1, ENDED },
	{ "git.sr.ht", NULL, -1, APART },
	{ "todo.sr.ht", NULL, -1, APART },
};

/* Data residency: a company's own name below ghe.com. */
static bool is_github_cloud(const char *host)
{
	return !strcmp(host, "github.com") || span_ends(span_of(host), ".ghe.com");
}

const struct dialect *dialect_named(const char *name, const char *host)
{
	if (!strcasecmp(name, "github"))
		return &dialects[is_github_cloud(host) ? GITHUB : ENTERPRISE];
	if (!strcasecmp(name, "forgejo"))
		return &dialects[GITEA];
	for (const struct dialect *dialect = dialects; dialect->name; dialect++) {
		if (!strcasecmp(name, dialect->name))
			return dialect;
	}
	return NULL;
}

const struct dialect *dialect_of_host(const char *host, const char **no_issues)
{
	*no_issues = NULL;
	if (is_github_cloud(host))
		return &dialects[GITHUB];
	for (size_t i = 0; i < ARRAY_SIZE(known_hosts); i++) {
		if (strcmp(known_hosts[i].host, host))
			continue;
		*no_issues = known_hosts[i].no_issues;
		return known_hosts[i].kind < 0 ? NULL : &dialects[known_hosts[i].kind];
	}
	return NULL;
}

const char *dialect_web_host(const char *host)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_hosts); i++) {
		if (known_hosts[i].web && !strcmp(known_hosts[i].host, host))
			return known_hosts[i].web;
	}
	return host;
}

/* A port of ssh or git says nothing about https, one of http that there is none. */
static struct err *set_site(struct place *out, const struct remote *remote)
{
	snprintf(out->host, sizeof(out->host), "%s", dialect_web_host(remote->host));
	out->https = true;
	switch (remote->form) {
	case REMOTE_HTTPS:
		out->port = remote->port;
		return NULL;
	case REMOTE_HTTP:
		out->https = !remote->loopback;
		if (!remote->loopback && remote->port)
			return err_hint(err_new(ERR_INPUT,
						"%s:%u speaks http, and issues "
						"are read over https only",
						out->host, remote->port),
					"name the issue by its https address");
		out->port = remote->port;
		return NULL;
	case REMOTE_SSH:
	case REMOTE_GIT:
		return NULL;
	case REMOTE_NO_HOST:
		break;
	}
	return err_new(ERR_INPUT, "no forge can be seen in the URL");
}

/* Where the last two parts of path begin; path.len when it has only one. */
static size_t last_two(struct span path)
{
	size_t slashes = 0, at = path.len;

	while (at && slashes < 2)
		slashes += path.ptr[--at] == '/';
	if (slashes == 2)
		return at + 1;
	return slashes == 1 ? 0 : path.len;
}

struct err *place_make(struct place *out, const struct dialect *dialect,
		       const struct remote *remote, size_t number)
{
	struct span path = span_of(remote->path);
	size_t project = last_two(path);
	struct err *err;

	*out = (struct place){ .dialect = dialect, .number = number };
	err = set_site(out, remote);
	if (err)
		return err;
	if (project == path.len || (project && !dialect->nested && !dialect->below))
		return err_new(ERR_INPUT, "'%s' is no project of %s: expected %s",
			       remote->path, dialect->title,
			       dialect->nested ? "group/project" : "owner/repository");
	if (dialect->nested)
		project = 0;
	if (project)
		snprintf(out->folder, sizeof(out->folder), "/%.*s", (int)project - 1,
			 path.ptr);
	snprintf(out->project, sizeof(out->project), "%s", path.ptr + project);
	return NULL;
}

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (c && strchr("-._~", c));
}

/* slash: how '/' is written. */
static void add_escaped(struct str *out, const char *text, const char *slash)
{
	for (; *text; text++) {
		if (*text == '/')
			str_adds(out, slash);
		else if (is_plain(*text))
			str_addc(out, *text);
		else
			str_addf(out, "%%%02X", (unsigned char)*text);
	}
}

static void add_site(const struct place *place, const char *before, struct str *out)
{
	str_addf(out, "%s://%s%s", place->https ? "https" : "http", before, place->host);
	if (place->port)
		str_addf(out, ":%u", place->port);
}

void place_site_url(const struct place *place, struct str *out)
{
	add_site(place, "", out);
	str_addc(out, '/');
}

void place_api_url(const struct place *place, const char *after, struct str *out)
{
	add_site(place, place->dialect->host, out);
	add_escaped(out, place->folder, "/");
	str_addf(out, "%s%s", place->dialect->api, after);
}

void place_issue_url(const struct place *place, struct str *out)
{
	place_api_url(place, place->dialect->project, out);
	add_escaped(out, place->project, place->dialect->nested ? "%2F" : "/");
	str_addf(out, "/issues/%zu", place->number);
}

void place_comments_url(const struct place *place, const char *issue_url, struct str *out)
{
	str_addf(out, "%s%s", issue_url, place->dialect->comments);
}

void place_address(const struct place *place, struct str *out)
{
	add_site(place, "", out);
	add_escaped(out, place->folder, "/");
	str_addc(out, '/');
	add_escaped(out, place->project, "/");
	str_addf(out, "%s%zu", place->dialect->web, place->number);
}
