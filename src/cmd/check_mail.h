/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What git's sendemail-validate hook calls: one mail, which may be one of a series;
 * those before it are looked for beside it.
 */
#ifndef CMD_CHECK_MAIL_H
#define CMD_CHECK_MAIL_H

#include "base/compiler.h"
#include "base/err.h"
#include "cmd/session.h"

struct err *check_mail_hook(struct session *s, const char *const *args,
			    int *exit_code) MUST_USE;

#endif
