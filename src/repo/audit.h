/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the files below a folder are what an index says, in one walk over it: a look
 * at the state of each file, and at the names in each folder. No content is read, no
 * link followed. For this room alone.
 */
#ifndef REPO_AUDIT_H
#define REPO_AUDIT_H

#include <stdbool.h>

#include "base/str.h"
#include "repo/index_file.h"

struct audit {
	/*
	 * All that the index has is there in the noted state, which nothing else can
	 * be in: a file's ctime cannot be set, and is older than the index.
	 */
	bool untouched;
	struct str misfits; /* lines of what is not, for update-index */
	/* Paths, each with its NUL, of .gitattributes beside what the index has. */
	struct str attributes;
	bool strays;        /* there is something that the index does not have */
};

/*
 * Of the files below dir. misfits and attributes are empty, with a ceiling. strays is
 * found only if it is asked for, and where all is untouched.
 */
void audit_run(struct audit *audit, const struct index_file *file, const char *dir,
	       bool with_strays);

#endif
