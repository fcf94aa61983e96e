/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths that a plan may name: from the root of the repository, '/' between the
 * parts, no NUL (they are C strings).
 *
 * What is judged here is the string alone. Links and submodules on the way are
 * a matter of tree entries, and theirs is another check.
 *
 * A name has many spellings, and every file system that may hold the checkout
 * has its own view of which are the same: case folding; code points that HFS+
 * and ext4 with casefold drop; NTFS, which cuts a name at ':' (streams), drops
 * dots and blanks at its end, knows it by an 8.3 short name and takes '\' for
 * '/'. All of them count at once, whatever the file system here.
 *
 * Sources: verify_path(), is_ntfs_dotgit() and is_hfs_dotgit() of git;
 * CVE-2014-9390, CVE-2019-1350 to 1354, CVE-2021-21300.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"

#define PATH_MAX_BYTES 4096

/*
 * ERR_INPUT that names path and what is wrong with it: empty, absolute, a part
 * that is empty, '.' or '..', a control character, longer than PATH_MAX_BYTES,
 * or a part that is .git, in any spelling.
 */
struct err *path_check(const char *path) MUST_USE;

/*
 * Which of the n patterns protects path; NULL if none does.
 *
 * A pattern is a path from the root and stands for itself and all below it;
 * its parts may hold '*' and '?', which match within one part. After a leading
 * double star and slash it may begin at any part. A slash at its end changes
 * nothing.
 */
const char *path_protected(const char *path, const char *const *patterns, size_t n);

/*
 * What of path lies below dir: "" for dir itself, else from a slash on; NULL if
 * path is elsewhere. Of any two paths alike; slashes at the end of dir do not count.
 */
const char *path_below(const char *path, const char *dir);

/* What dualfix.protect is unless configured: n entries, then NULL. */
extern const char *const path_protect_default[];
extern const size_t path_protect_default_n;

#endif
