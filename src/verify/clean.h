/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines as a person would have seen them: without terminal codes, what a
 * carriage return wrote over, control characters and invisible marks. Pure.
 */
#ifndef VERIFY_CLEAN_H
#define VERIFY_CLEAN_H

#include "base/span.h"
#include "base/str.h"

/* Adds the line to out: valid UTF-8, tabs kept, "?" for bytes that are no text. */
void clean_line(struct span line, struct str *out);

/* True when clean_line() would add the line as it is. */
bool clean_already(struct span line);

#endif
