/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a remote's URL, or the address of an issue, says about where a project
 * lives. Pure.
 *
 * URLs are read as git reads them (git-fetch(1), "GIT URLS"; connect.c):
 *
 *	https://[user[:password]@]host[:port]/path[.git][/]	http, too
 *	ssh://[user@]host[:port]/path		also git+ssh, ssh+git; git://
 *	[user@]host:path			a colon before any slash
 *	[user@][v6]:path, [host:port]:path	the second's port is one
 *
 * User and password are dropped here and stand in no error.
 */
#ifndef FORGE_REMOTE_H
#define FORGE_REMOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"

#define REMOTE_HOST_MAX_BYTES 255
#define REMOTE_PATH_MAX_BYTES 1023

enum remote_form {
	REMOTE_NO_HOST, /* a path, file://, a transport of somebody's own */
	REMOTE_HTTPS,
	REMOTE_HTTP,
	REMOTE_SSH,
	REMOTE_GIT,
};

struct remote {
	enum remote_form form;
	char host[REMOTE_HOST_MAX_BYTES + 1]; /* lower case; IPv6 in brackets */
	unsigned int port;                    /* 0: none was given */
	bool loopback;
	/* The project: parts that are neither empty nor dots, decoded, no ".git" */
	char path[REMOTE_PATH_MAX_BYTES + 1];
};

/* ERR_INPUT when url is of a form above and host, port or path are not right. */
struct err *remote_parse(struct remote *out, const char *url) MUST_USE;

/* Whether url is meant as one that remote_parse_issue() can read. */
bool remote_is_web(const char *url);

/*
 * The address of an issue: https://host[:port]/project/issues/7, with "-/" before
 * "issues" on GitLab (*dashed), which has "work_items" as well. Query and fragment
 * are cut off. http is taken for loopback only.
 */
struct err *remote_parse_issue(struct remote *project, size_t *number, bool *dashed,
			       const char *url) MUST_USE;

#endif
