/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The transcript: what edits do to one text, kept beside it.
 *
 * A change puts a text in the place of a range of the base view (edit/text.h).
 * Changes are sorted and never overlap; the file is put together once, in one
 * pass, at the end. Insertions at one offset stand in the order they came in.
 *
 * A change remembers how much of its text, at either edge, is the base's own
 * (head, tail: context that an edit quoted and kept). What lies between is hard.
 * A later change may reach into that context: the earlier one then lets go of
 * it. Whatever reaches into hard text is a conflict, told at once, and nothing
 * is changed; only changes_rewrite() goes inside.
 *
 * Texts have LF line ends. Beside each stands one byte per LF, '\n' or '\r',
 * that says whether the file gets LF or CRLF there.
 *
 * Look-up and insertion cost O(log n). Texts live in one log that only grows;
 * replaced versions stay in it, dead, up to its ceiling.
 */
#ifndef EDIT_CHANGE_H
#define EDIT_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "edit/text.h"

#define CHANGE_LEVELS 20
#define CHANGE_LOG_MAX_BYTES ((size_t)256 << 20)

enum change_kind {
	CHANGE_DIRECT,
	CHANGE_RESERVED, /* an executor works on it; its text is still the old one */
	CHANGE_ANSWERED, /* an executor wrote it */
};

struct change {
	size_t start, end; /* in the base view */
	size_t head, tail; /* bytes of the text that are the base's own */
	size_t at, len;    /* of the text, in the log */
	size_t ends_at;    /* of its line ends, in ends */
	size_t edit;       /* plan index of the last edit that wrote it */
	enum change_kind kind;
	bool whole_file;
	size_t segment;
	int height;
	struct change *next[];
};

/* One version of a change's text in the log. */
struct change_segment {
	size_t at, len;
	struct change *owner; /* NULL: a dead version */
};

struct changes {
	struct change *first[CHANGE_LEVELS];
	struct str log;
	struct str ends;
	struct change_segment *segments; /* sorted by at */
	size_t n_segments, cap_segments;
	size_t n;
	uint32_t dice;
};

/* What a change puts in place of a range. */
struct written {
	struct span text; /* LF line ends */
	struct span ends; /* as many bytes as text has LFs */
	size_t head, tail;
	size_t edit;
	enum change_kind kind;
	bool whole_file;
};

void changes_init(struct changes *ch);
void changes_release(struct changes *ch);

/* *conflict is the change in the way, or NULL; *made is then the new one. */
struct err *changes_add(struct changes *ch, size_t start, size_t end,
			const struct written *w, struct change **made,
			struct change **conflict) MUST_USE;

/* Replaces [start, end) of the text of c; w->head and w->tail are not read. */
struct err *changes_rewrite(struct changes *ch, struct change *c, size_t start,
			    size_t end, const struct written *w) MUST_USE;

void changes_remove(struct changes *ch, struct change *c);

struct change *changes_first(const struct changes *ch);
struct change *change_next(const struct change *c);

/* The first change that ends at or after at. */
struct change *changes_from(const struct changes *ch, size_t at);

/* A change whose hard text [start, end) would reach into, or NULL. */
struct change *changes_conflict(const struct changes *ch, size_t start, size_t end);

/* The part of a change's base range that is not mere context. */
size_t change_hard_start(const struct change *c);
size_t change_hard_end(const struct change *c);

/* Valid until the next change. */
struct span change_text(const struct changes *ch, const struct change *c);
struct span change_ends(const struct changes *ch, const struct change *c);

/* The live change whose text holds [at, at + len) of the log whole, or NULL. */
struct change *changes_at_log(const struct changes *ch, size_t at, size_t len);

/* The file as it is now: BOM, line ends and all. */
struct err *changes_apply(const struct changes *ch, const struct text *t,
			  struct str *out) MUST_USE;

/*
 * The same for [start, end) of the base view, as view text and its line ends.
 * Insertions at start are part of it, those at end only at the end of the file.
 */
void changes_view(const struct changes *ch, const struct text *t, size_t start,
		  size_t end, struct str *text, struct str *ends);

#endif
