/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Go's import block: a statement `import (` with one specification a line,
 * in groups with empty lines between, each sorted by path (gofmt).
 */
#ifndef EDIT_IMPORT_GO_H
#define EDIT_IMPORT_GO_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/text.h"

/* What to write instead of [start, end) of the text. */
struct go_change {
	size_t start, end;
	struct str text;
	bool satisfied; /* it is imported already; nothing to write */
	bool general;   /* no block and nothing to make one of: the common rule applies */
};

/* spec: `import "fmt"`, `"fmt"` or `import f "fmt"`. out->text is the caller's to release. */
struct err *import_go(struct go_change *out, const struct text *t, struct span code,
		      struct span spec) MUST_USE;

#endif
