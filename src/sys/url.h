/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * http and https URLs taken apart, strictly: what two parsers could read in two
 * ways is refused, and so is a user name or password, which would end in logs.
 */
#ifndef SYS_URL_H
#define SYS_URL_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

/* The spans point into the URL given. */
struct url {
	bool https;
	bool loopback;   /* localhost, 127.0.0.0/8 or ::1, written so */
	struct span authority; /* host, and ":port" if it was given */
	struct span host;      /* an IPv6 address is in brackets */
	unsigned int port;
	struct span path;      /* with query, maybe empty */
};

/* ERR_CONFIG; the text names the host at most, never the whole URL. */
struct err *url_parse(struct url *out, const char *text) MUST_USE;

#endif
