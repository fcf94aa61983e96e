/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/content.h"

#include <string.h>

#define MODE_KIND 0170000u
#define MODE_FILE 0100000u
#define MODE_LINK 0120000u
#define MODE_SUBMODULE 0160000u
#define MODE_EXECUTABLE 0100u

/* "160000" */
#define MODE_DIGITS_MAX 7

bool id_eq(const struct id *a, const struct id *b)
{
	return !memcmp(a->raw, b->raw, sizeof(a->raw));
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool id_parse(struct id *out, struct span hex, size_t bytes)
{
	*out = (struct id){ { 0 } };
	if (hex.len != 2 * bytes)
		return false;
	for (size_t i = 0; i < bytes; i++) {
		int high = digit_value(hex.ptr[2 * i]);
		int low = digit_value(hex.ptr[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out->raw[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

void id_hex(const struct id *id, size_t bytes, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes; i++) {
		*hex++ = digits[id->raw[i] >> 4];
		*hex++ = digits[id->raw[i] & 15];
	}
	*hex = '\0';
}

bool entry_is_tree(const struct tree_entry *entry)
{
	return (entry->mode & MODE_KIND) == MODE_TREE;
}

bool entry_is_submodule(const struct tree_entry *entry)
{
	return (entry->mode & MODE_KIND) == MODE_SUBMODULE;
}

enum source_kind entry_kind(const struct tree_entry *entry)
{
	switch (entry->mode & MODE_KIND) {
	case MODE_TREE:
		return SOURCE_FOLDER;
	case MODE_SUBMODULE:
		return SOURCE_SUBMODULE;
	case MODE_LINK:
		return SOURCE_LINK;
	default:
		return entry->mode & MODE_EXECUTABLE ? SOURCE_EXECUTABLE : SOURCE_FILE;
	}
}

unsigned mode_of_kind(enum source_kind kind)
{
	if (kind == SOURCE_LINK)
		return MODE_LINK;
	return kind == SOURCE_EXECUTABLE ? MODE_FILE | 0755 : MODE_FILE | 0644;
}

/* As tree_next(), but nothing is known of the bytes; false where they are not sound. */
static bool read_entry(struct span tree, size_t id_bytes, size_t *at,
		       struct tree_entry *out)
{
	const char *p = tree.ptr + *at, *end = tree.ptr + tree.len, *nul;
	unsigned mode = 0;
	int digits = 0;

	for (; p < end && *p >= '0' && *p <= '7'; p++) {
		if (++digits > MODE_DIGITS_MAX)
			return false;
		mode = mode << 3 | (unsigned)(*p - '0');
	}
	if (!digits || p == end || *p++ != ' ')
		return false;
	nul = memchr(p, '\0', (size_t)(end - p));
	if (!nul || (size_t)(end - nul - 1) < id_bytes)
		return false;
	out->mode = mode;
	out->name = p;
	out->name_len = (size_t)(nul - p);
	out->id = (struct id){ { 0 } };
	memcpy(out->id.raw, nul + 1, id_bytes);
	*at = (size_t)(nul + 1 - tree.ptr) + id_bytes;
	return true;
}

/* No path may come out of a name that is not the path's own. */
static bool is_name(const struct tree_entry *entry)
{
	struct span name = { entry->name, entry->name_len };

	return name.len && !span_eqs(name, ".") && !span_eqs(name, "..") &&
	       !memchr(name.ptr, '/', name.len);
}

bool tree_is_sound(struct span tree, size_t id_bytes)
{
	struct tree_entry entry;
	size_t at = 0;

	while (at < tree.len) {
		if (!read_entry(tree, id_bytes, &at, &entry) || !is_name(&entry))
			return false;
	}
	return true;
}

bool tree_next(struct span tree, size_t id_bytes, size_t *at, struct tree_entry *out)
{
	return *at < tree.len && read_entry(tree, id_bytes, at, out);
}

bool tree_find(struct span tree, size_t id_bytes, struct span name,
	       struct tree_entry *out)
{
	size_t at = 0;

	while (tree_next(tree, id_bytes, &at, out)) {
		if (out->name_len == name.len && !memcmp(out->name, name.ptr, name.len))
			return true;
	}
	return false;
}

int entry_order(const struct tree_entry *a, const struct tree_entry *b)
{
	size_t n = a->name_len < b->name_len ? a->name_len : b->name_len;
	int order = memcmp(a->name, b->name, n), x, y;

	if (order)
		return order;
	x = a->name_len > n ? (unsigned char)a->name[n] : entry_is_tree(a) ? '/' : 0;
	y = b->name_len > n ? (unsigned char)b->name[n] : entry_is_tree(b) ? '/' : 0;
	return x - y;
}

void tree_add(struct str *tree, size_t id_bytes, const struct tree_entry *entry)
{
	str_addf(tree, "%o ", entry->mode);
	str_add(tree, entry->name, entry->name_len);
	str_addc(tree, '\0');
	str_add(tree, entry->id.raw, id_bytes);
}

static bool take_id(struct span *rest, const char *field, size_t id_bytes, struct id *out)
{
	struct span line, left = *rest;

	if (!span_starts(left, field) || !span_line(&left, &line) ||
	    !id_parse(out, span_cut(line, strlen(field), line.len), id_bytes))
		return false;
	*rest = left;
	return true;
}

bool commit_parse(struct commit_names *out, struct span commit, size_t id_bytes)
{
	*out = (struct commit_names){ .has_parent = false };
	if (!take_id(&commit, "tree ", id_bytes, &out->tree))
		return false;
	out->has_parent = take_id(&commit, "parent ", id_bytes, &out->parent);
	return out->has_parent || span_starts(commit, "author ");
}
