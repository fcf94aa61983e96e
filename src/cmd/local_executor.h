/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The executor on this machine, where the user has named none: looked for on the
 * ports of the known servers, and remembered, found or not, for an hour in
 * <common dir>/dualfix/executor.
 */
#ifndef CMD_LOCAL_EXECUTOR_H
#define CMD_LOCAL_EXECUTOR_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "repo/repo.h"
#include "sys/http.h"

/* url and model get what there is; both stay empty when there is none. */
struct err *local_executor_find(struct repo *repo, struct http *http, struct str *url,
				struct str *model) MUST_USE;

#endif
