/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The forges that are spoken with, as one table: where the API is, what an issue
 * and its comments are called there, how a key is sent. Pure.
 *
 * Sources: docs.github.com/rest/issues (version 2022-11-28), docs.gitlab.com/api
 * (issues, notes; v4), the swagger of Gitea and Forgejo (api/v1).
 */
#ifndef FORGE_DIALECT_H
#define FORGE_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "forge/remote.h"

/* The longest URL that is made of a place. */
#define PLACE_URL_MAX_BYTES 4096

/* A member of a JSON object, or of one inside it: "user.login". NULL: it has none. */
struct dialect_fields {
	const char *body, *author, *address;
	const char *n_comments;
	const char *request; /* not null on what is a pull request */
	const char *moved;   /* not null on what went elsewhere */
};

struct dialect {
	const char *name;    /* as dualfix.<host>.forge has it */
	const char *title;   /* for people */
	const char *host;    /* before the site's host: "api." */
	const char *api;     /* after host, and folder: "/api/v4" */
	const char *probe;   /* after api; only this kind answers it with JSON */
	const char *project; /* after api: "/repos/" */
	const char *comments; /* after an issue's URL */
	const char *web;     /* after a project's address: "/issues/" */
	bool nested;         /* a project has any number of parts, else two */
	bool below;          /* it may live in a folder of its host */
	const char *key_as;  /* sys/http.h bearer_as, for a token of one's own */
	const char *const *headers;
	struct dialect_fields fields;
};

/* Ends with a row whose name is NULL. GitHub stands there twice. */
extern const struct dialect dialects[];

/* "github", "gitlab", "gitea" or "forgejo", in any case; NULL for another name. */
const struct dialect *dialect_named(const char *name, const char *host);

/*
 * Of a host that is known by its name. NULL: not known, or *no_issues says why
 * there is nothing to read.
 */
const struct dialect *dialect_of_host(const char *host, const char **no_issues);

/* The host that has the issues, where another is for git alone: ssh.github.com. */
const char *dialect_web_host(const char *host);

/* An issue somewhere. The strings are what URLs are made of. */
struct place {
	const struct dialect *dialect;
	bool https; /* else loopback */
	char host[REMOTE_HOST_MAX_BYTES + 1];
	unsigned int port; /* 0: that of the scheme */
	char folder[REMOTE_PATH_MAX_BYTES + 2];  /* "" or "/git", not escaped */
	char project[REMOTE_PATH_MAX_BYTES + 1]; /* "o/r", not escaped */
	size_t number;
};

/* ERR_INPUT when the forge can have no such project, or is reached in no safe way. */
struct err *place_make(struct place *out, const struct dialect *dialect,
		       const struct remote *remote, size_t number) MUST_USE;

void place_api_url(const struct place *place, const char *after, struct str *out);
void place_issue_url(const struct place *place, struct str *out);
void place_comments_url(const struct place *place, const char *issue_url,
			struct str *out);

/* What a person would open. */
void place_address(const struct place *place, struct str *out);

/* The site alone, for git credential: "https://host/". */
void place_site_url(const struct place *place, struct str *out);

#endif
