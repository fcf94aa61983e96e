/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines on top of a mail or of a part of one (RFC 5322, RFC 2045). Pure.
 */
#ifndef ISSUE_MAIL_HEADER_H
#define ISSUE_MAIL_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/str.h"

#define MAIL_HEADER_MAX_BYTES 16384
#define MAIL_ID_MAX_BYTES 250

/* Length of a header line's name, 0 when line is none. */
size_t mail_header_name(struct span line);

/* Parts what has a header at the first empty line. Line ends are "\n". */
void mail_split(struct span whole, struct span *head, struct span *body);

/* Adds the value of the first header of that name, unfolded; false if there is none. */
bool mail_header(struct span head, const char *name, struct str *out);

/* The parameter name of a value such as 'text/plain; charset="x"', in out; "" if none. */
void mail_parameter(struct span value, const char *name, char *out, size_t size);

/* Seconds since 1970 of a date; false when it is none. */
bool mail_date(struct span value, int64_t *out);

/* "2026-11-23" of it; out has room for 11. */
void mail_day(int64_t seconds, char *out);

/* The next "<id@host>" in *rest, one that mail_id_is_valid() takes; false if none. */
bool mail_next_id(struct span *rest, struct span *id);

/* Whether it can stand in a header of ours: printable ASCII, one '@', no blanks. */
bool mail_id_is_valid(struct span id);

/* The name in "Name <a@b>" or "a@b (Name)", else the address; still encoded. */
struct span mail_author(struct span value);

#endif
