/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any file and any import: "a letter for the language, import, NUL, file". Adding
 * neither crashes nor leaks, takes no byte of the file away, and adding it once
 * more adds nothing.
 */
#include <string.h>

#include "edit/resolve.h"
#include "fuzz.h"

static struct span file_bytes;

static struct err *read_one(void *ctx, const char *path, struct source_entry *out)
{
	(void)ctx, (void)path;
	*out = (struct source_entry){ SOURCE_FILE, file_bytes };
	return NULL;
}

static const char *const paths[] = { "a.c", "a.py", "a.js", "a.go", "a.rs", "A.java", "a.sh",
				     "a.rb" };

/* Whether all bytes of part stand in whole, in order. */
static bool is_within(struct span part, struct span whole)
{
	size_t i = 0;

	for (size_t j = 0; i < part.len && j < whole.len; j++)
		i += part.ptr[i] == whole.ptr[j];
	return i == part.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct source source = { .read = read_one };
	struct span rest = { (const char *)data, size }, import;
	struct edit edit = { .kind = EDIT_ADD_IMPORT };
	const struct file_change *changes;
	struct edit_result result;
	struct resolver *r;
	char *text;
	size_t n;

	if (size < 2 || !span_split(&rest, '\0', &import) || !rest.ptr || !import.len)
		return 0;
	edit.file = paths[(unsigned char)import.ptr[0] % (sizeof(paths) / sizeof(paths[0]))];
	text = strndup(import.ptr + 1, import.len - 1);
	if (!text || resolver_new(&r, &source))
		abort();
	edit.import_line = span_of(text);
	file_bytes = rest;
	edit_result_init(&result);
	err_drop(resolver_apply(r, &edit, &result));
	if (resolver_changes(r, &changes, &n))
		abort();
	/* Go's single import moves into a block: its line is written anew. */
	if (n && strcmp(edit.file, "a.go") && !is_within(file_bytes, changes[0].bytes))
		abort();
	resolver_free(r);
	edit_result_release(&result);
	free(text);
	return 0;
}
