/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a Python project's other files get a name from.
 */
#ifndef ISSUE_PYIMPORTS_H
#define ISSUE_PYIMPORTS_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "issue/remedy.h"

/*
 * The import line that other files use for name, for file: they must all agree,
 * and file must not bind the name itself. Sets *why otherwise.
 */
struct err *import_alike(struct remedy *d, const char *file, struct span name,
			 struct span *import, const char **why) MUST_USE;

/* Whether file, Python source, gives name a meaning of its own anywhere. */
bool py_binds(const struct tree_file *file, struct span name);

#endif
