/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in the bytes of a tree and of a commit, and the bytes of new ones. No
 * object is read here. The formats are in git's gitformat-pack(5) in name only;
 * they are
 *
 *	tree      { <octal mode> SP <name> NUL <id, raw> }, in the order of names,
 *	          a folder's as if a "/" stood at its end
 *	commit    "tree <hex>\n" { "parent <hex>\n" } "author ..."
 */
#ifndef REPO_CONTENT_H
#define REPO_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/source.h"

#define ID_SHA1_BYTES 20
#define ID_SHA256_BYTES 32

/* An object id, raw; zeros behind what is used of it. */
struct id {
	unsigned char raw[ID_SHA256_BYTES];
};

bool id_eq(const struct id *a, const struct id *b);

/* False unless hex is 2 * bytes lower-case hex digits and nothing else. */
bool id_parse(struct id *out, struct span hex, size_t bytes);

/* hex has room for 2 * bytes + 1. */
void id_hex(const struct id *id, size_t bytes, char *hex);

struct tree_entry {
	unsigned mode;
	const char *name; /* in the tree's bytes */
	size_t name_len;
	struct id id;
};

/* MODE_TREE and the like, whatever the bits of permission. */
bool entry_is_tree(const struct tree_entry *entry);
bool entry_is_submodule(const struct tree_entry *entry);
enum source_kind entry_kind(const struct tree_entry *entry);
unsigned mode_of_kind(enum source_kind kind);

#define MODE_TREE 0040000u

/* Whether all of it can be read by tree_next(): the names are such as git writes. */
bool tree_is_sound(struct span tree, size_t id_bytes);

/* The entry at *at, which is moved behind it. False at the end. The tree is sound. */
bool tree_next(struct span tree, size_t id_bytes, size_t *at, struct tree_entry *out);

/* False if there is none of this name. */
bool tree_find(struct span tree, size_t id_bytes, struct span name,
	       struct tree_entry *out);

/* As git sorts. */
int entry_order(const struct tree_entry *a, const struct tree_entry *b);

void tree_add(struct str *tree, size_t id_bytes, const struct tree_entry *entry);

struct commit_names {
	struct id tree, parent; /* the first parent */
	bool has_parent;
};

/* False if the bytes are no commit's. */
bool commit_parse(struct commit_names *out, struct span commit, size_t id_bytes);

#endif
