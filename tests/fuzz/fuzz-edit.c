/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text and any edits of it: "file NUL edit NUL edit ...", where an edit is a
 * letter for its kind, a letter for its flags, and fields with 0x01 between.
 *
 * Resolving neither crashes nor leaks. A refused or failed edit changes nothing;
 * what an applied replace wrote does not reach beyond the lines it matched.
 */
#include <string.h>

#include "edit/resolve.h"
#include "fuzz.h"

#define EDITS_MAX 12

static struct span file_bytes;

static struct err *read_one(void *ctx, const char *path, struct source_entry *out)
{
	(void)ctx, (void)path;
	*out = (struct source_entry){ SOURCE_FILE, file_bytes };
	return NULL;
}

/* Plan text is NUL-free and lives in a buffer of its own. */
static void make_edit(struct edit *edit, struct span s, size_t index)
{
	struct span kind = span_cut(s, 0, 1), flags = span_cut(s, 1, 2);
	struct span rest = span_cut(s, 2, s.len), a = SPAN(""), b = SPAN("");
	char k = kind.len ? kind.ptr[0] : 'r', f = flags.len ? flags.ptr[0] : 0;

	span_split(&rest, '\x01', &a);
	if (rest.ptr)
		b = rest;
	*edit = (struct edit){ .kind = EDIT_REPLACE, .file = "a.c", .index = index,
			       .find = a, .replace = b, .all = f & 1,
			       .line = f & 2 ? (size_t)(f >> 3) : 0 };
	if (k == 'a' || k == 'b') {
		edit->kind = EDIT_ADD_LINE;
		edit->position = k == 'a' ? POSITION_AFTER : POSITION_BEFORE;
		edit->anchor = a;
		edit->line_content = b;
	} else if (k == 'e' || k == 's') {
		edit->kind = EDIT_ADD_LINE;
		edit->position = k == 'e' ? POSITION_END : POSITION_START;
		edit->line_content = a;
	} else if (k == 'd') {
		edit->kind = EDIT_REMOVE_LINE;
	} else if (k == 'x') {
		edit->regex = true;
	} else if (k == 'i') {
		edit->kind = EDIT_ADD_IMPORT;
		edit->file = f & 4 ? "a.py" : f & 8 ? "a.go" : "a.c";
		edit->import_line = a;
	} else if (k == 'm') {
		edit->kind = EDIT_MODEL;
		edit->region_start = edit->region_end = edit->line;
	}
}

static struct str snapshot(struct resolver *r)
{
	const struct file_change *changes;
	struct str out = STR_INIT((size_t)64 << 20);
	size_t n;
	struct err *err = resolver_changes(r, &changes, &n);

	if (err) {
		err_drop(err);
		return out;
	}
	for (size_t i = 0; i < n; i++) {
		str_adds(&out, changes[i].path);
		str_add_span(&out, changes[i].bytes);
	}
	return out;
}

static void try_model(struct resolver *r, const struct edit *edit,
		      const struct edit_result *result)
{
	struct str reason = STR_INIT(EDIT_REASON_MAX_BYTES);
	struct region region;
	bool found;
	struct err *err = resolver_region(r, edit, result, &found, &region);

	if (!err && found) {
		(void)region_check(&region, edit->replace, &reason);
		err = resolver_splice(r, &region, edit->replace);
	}
	str_release(&reason);
	err_drop(err);
}

/* Edits that feed on each other grow without end; this much tells enough. */
#define ENOUGH_BYTES ((size_t)1 << 18)

static bool run(struct resolver *r, const struct edit *edit)
{
	struct str before = snapshot(r), after;
	struct edit_result result;
	struct err *err;
	bool more;

	edit_result_init(&result);
	err = resolver_apply(r, edit, &result);
	after = snapshot(r);
	if ((err || result.status != EDIT_APPLIED) &&
	    !span_eq(str_span(&before), str_span(&after)))
		abort();
	if (!err && (result.status == EDIT_WAITING || result.status == EDIT_FAILED))
		try_model(r, edit, &result);
	err_drop(err);
	more = after.len < ENOUGH_BYTES;
	edit_result_release(&result);
	str_release(&before);
	str_release(&after);
	return more;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct source source = { .read = read_one };
	struct span rest = { (const char *)data, size }, part;
	struct resolver *r;
	char *texts[EDITS_MAX];
	size_t n = 0;

	if (!size || !span_split(&rest, '\0', &part))
		return 0;
	file_bytes = part;
	if (resolver_new(&r, &source))
		abort();
	while (n < EDITS_MAX && span_split(&rest, '\0', &part)) {
		struct edit edit;

		texts[n] = strndup(part.ptr, part.len);
		if (!texts[n])
			abort();
		make_edit(&edit, (struct span){ texts[n], part.len }, n);
		n++;
		if ((edit.kind == EDIT_REPLACE || edit.kind == EDIT_REMOVE_LINE) &&
		    !edit.find.len)
			continue;
		if (edit.position >= POSITION_BEFORE && !edit.anchor.len)
			continue;
		if (!run(r, &edit))
			break;
	}
	resolver_free(r);
	while (n)
		free(texts[--n]);
	return 0;
}
