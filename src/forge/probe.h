/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which kind of forge a host is: each kind is asked for what it alone answers, all at
 * once, with no key. A kind is taken when it is the only one that answered best; a
 * host that answers all alike stays unknown.
 */
#ifndef FORGE_PROBE_H
#define FORGE_PROBE_H

#include "base/compiler.h"
#include "base/err.h"
#include "forge/dialect.h"
#include "forge/remote.h"
#include "sys/http.h"
#include "sys/loop.h"

#define FORGE_PROBE_MS 15000

struct forge_probe;

/*
 * done is called once; dialect is NULL when it could not be told, and the last
 * failure, if the host could not be reached at all, is in err (the callee's).
 * remote is not looked at after the call.
 */
struct err *forge_probe_start(struct forge_probe **out, struct loop *loop,
			      struct http *http, const struct remote *remote,
			      void (*done)(void *ctx, const struct dialect *dialect,
					   struct err *err),
			      void *ctx) MUST_USE;
void forge_probe_cancel(struct forge_probe *probe); /* without done; NULL is fine */

#endif
