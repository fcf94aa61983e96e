/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/regex.h"

#include <stdlib.h>
#include <string.h>

#include "sys/dollars.h"
#include "sys/regex.h"
#include "sys/regex_state.h"

static size_t group_count(const struct regex *re)
{
	uint32_t n = 0;

	pcre2_pattern_info(re->code, PCRE2_INFO_CAPTURECOUNT, &n);
	return n;
}

#define NAME_MAX_BYTES 32 /* PCRE2's own limit */

/* One piece of a plain replacement: literal text, or a group by number or by name. */
struct piece {
	struct span literal;
	int number;                    /* -1: not by number */
	char name[NAME_MAX_BYTES + 1]; /* "": not by name */
};

static struct err *names_no_group(struct span replacement, size_t at)
{
	struct span rest = span_cut(replacement, at, at + 32);
	struct err *err = err_new(ERR_INPUT, "'%.*s' names no group of the pattern",
				  (int)rest.len, rest.ptr);

	return err_hint(err, "write $$ for a dollar sign, $1 or ${name} for a group");
}

static bool piece_names(struct piece *piece, const struct regex *re, struct span ref)
{
	size_t n;

	if (span_number(ref, group_count(re), &n)) {
		piece->number = (int)n;
		return true;
	}
	if (!ref.len || ref.len > NAME_MAX_BYTES ||
	    (ref.ptr[0] >= '0' && ref.ptr[0] <= '9'))
		return false;
	memcpy(piece->name, ref.ptr, ref.len);
	piece->name[ref.len] = '\0';
	return regex_has_name(re, piece->name);
}

/* Reads the piece at *at < replacement.len and moves *at behind it. */
static struct err *next_piece(const struct regex *re, struct span replacement, size_t *at,
			      struct piece *piece)
{
	size_t start = *at;
	struct span ref;

	*piece = (struct piece){ .number = -1 };
	dollars_next(replacement, at, &piece->literal, &ref);
	if (piece->literal.ptr || piece_names(piece, re, ref))
		return NULL;
	return names_no_group(replacement, start);
}

static struct err *substitute_err(int code)
{
	PCRE2_UCHAR why[160];

	if (code == PCRE2_ERROR_NOMEMORY)
		return err_nomem();
	pcre2_get_error_message(code, why, sizeof(why));
	return err_new(ERR_INPUT, "bad replacement: %s", (char *)why);
}

#define EXPAND_OPTIONS                                                  \
	(PCRE2_SUBSTITUTE_EXTENDED | PCRE2_SUBSTITUTE_UNSET_EMPTY |     \
	 PCRE2_SUBSTITUTE_MATCHED | PCRE2_SUBSTITUTE_REPLACEMENT_ONLY | \
	 PCRE2_SUBSTITUTE_OVERFLOW_LENGTH)

/*
 * *size is the room in buf. Then it is the length of what was put there, or,
 * where that was too little, the room that is needed, with that for a NUL.
 */
static struct err *substitute(const struct regex *re, struct span subject,
			      struct span replacement, PCRE2_UCHAR *buf, PCRE2_SIZE *size)
{
	int rc = pcre2_substitute(re->searched, units(subject), subject.len,
				  re->searched_from, EXPAND_OPTIONS | re->searched_options,
				  re->match, NULL, units(replacement), replacement.len, buf,
				  size);

	if (rc < 0 && rc != PCRE2_ERROR_NOMEMORY)
		return substitute_err(rc);
	return NULL;
}

static struct err *expand_extended(const struct regex *re, struct span subject,
				   struct span replacement, struct str *out)
{
	PCRE2_UCHAR small[1], *buf;
	PCRE2_SIZE size = sizeof(small);
	struct err *err;

	err = substitute(re, subject, replacement, small, &size);
	if (err || !size) /* there is room for the empty text alone */
		return err;
	if (size > out->max_bytes + 1)
		return err_new(ERR_INPUT, "replacement: larger than %zu bytes",
			       out->max_bytes);
	buf = malloc(size);
	if (!buf)
		return err_nomem();
	err = substitute(re, subject, replacement, buf, &size);
	if (!err)
		str_add(out, buf, size);
	free(buf);
	return err;
}

struct err *regex_expand(const struct regex *re, struct span subject,
			 struct span replacement, struct str *out)
{
	struct err *err = NULL;
	struct piece piece;
	size_t at = 0;

	if (re->flags & REGEX_EXPAND)
		return expand_extended(re, subject, replacement, out);
	while (at < replacement.len) {
		err = next_piece(re, replacement, &at, &piece);
		if (err)
			return err;
		if (piece.number >= 0)
			str_add_span(out, regex_group(re, subject, piece.number));
		else if (*piece.name)
			str_add_span(out, regex_named(re, subject, piece.name));
		else
			str_add_span(out, piece.literal);
	}
	return NULL;
}

/* A pattern with the groups and names of re, all of them empty. */
static struct err *skeleton(const struct regex *re, struct str *out)
{
	size_t n = group_count(re);
	const char **names = calloc(n + 1, sizeof(*names));
	PCRE2_SPTR table = NULL;
	uint32_t n_names = 0, size = 0;

	if (!names)
		return err_nomem();
	pcre2_pattern_info(re->code, PCRE2_INFO_NAMETABLE, &table);
	pcre2_pattern_info(re->code, PCRE2_INFO_NAMECOUNT, &n_names);
	pcre2_pattern_info(re->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	for (; n_names; n_names--, table += size)
		names[table[0] << 8 | table[1]] = (const char *)table + 2;
	str_adds(out, "(?J)");
	for (size_t i = 1; i <= n; i++) {
		if (names[i])
			str_addf(out, "(?<%s>)", names[i]);
		else
			str_adds(out, "()");
	}
	free(names);
	return str_err(out, "pattern");
}

/*
 * PCRE2 checks an extended replacement only by using it on a match. So it is
 * used on one of a pattern that has the same groups and names, all empty.
 */
static struct err *check_extended(const struct regex *re, struct span replacement)
{
	struct str like = STR_INIT(2 * PATTERN_MAX_BYTES);
	struct regex stand_in = { 0 };
	pcre2_code *code = NULL;
	PCRE2_UCHAR small[1];
	PCRE2_SIZE size = sizeof(small);
	struct err *err = skeleton(re, &like);

	if (!err)
		err = regex_compile(&code, str_span(&like),
			      re->flags & REGEX_UTF ? PCRE2_UTF : 0);
	if (err)
		goto out;
	stand_in.searched = code;
	stand_in.match = pcre2_match_data_create_from_pattern(code, NULL);
	if (!stand_in.match ||
	    pcre2_match(code, units(SPAN("")), 0, 0, 0, stand_in.match, NULL) < 0)
		err = err_nomem();
	else
		err = substitute(&stand_in, SPAN(""), replacement, small, &size);
out:
	pcre2_match_data_free(stand_in.match);
	pcre2_code_free(code);
	str_release(&like);
	return err;
}

struct err *regex_check_replacement(const struct regex *re, struct span replacement)
{
	struct err *err = NULL;
	struct piece piece;
	size_t at = 0;

	if (re->flags & REGEX_EXPAND)
		return check_extended(re, replacement);
	while (at < replacement.len && !err)
		err = next_piece(re, replacement, &at, &piece);
	return err;
}
