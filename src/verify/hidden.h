/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why something lent does not run: a link in it leads to what the box hides. The
 * python of a venv often leads into the home, where pyenv, uv or conda put it.
 */
#ifndef VERIFY_HIDDEN_H
#define VERIFY_HIDDEN_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "verify/box.h"

/*
 * The first such link in a folder that is lent, or in its bin/. link gets its path,
 * folder what to show for it (dualfix.sandboxRead); both stay empty if there is none.
 */
struct err *hidden_link(const struct sandbox *sandbox, const char *const *read_dirs,
			struct str *link, struct str *folder) MUST_USE;

#endif
