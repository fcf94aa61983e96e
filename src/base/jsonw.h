/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes JSON into a str, byte-stable: members in the order they are written,
 * no blanks (or two-space indentation if pretty), UTF-8 as it is, invalid
 * UTF-8 as U+FFFD. Failure is the str's.
 *
 *	struct jsonw w;
 *
 *	jsonw_init(&w, &out, false);
 *	jsonw_object(&w);
 *	jsonw_key(&w, "branch");
 *	jsonw_string(&w, SPAN("dualfix/x"));
 *	jsonw_end(&w);
 */
#ifndef BASE_JSONW_H
#define BASE_JSONW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/str.h"

#define JSONW_DEPTH_MAX 32

struct jsonw {
	struct str *out;
	bool pretty;
	bool after_key;
	int depth;
	char closer[JSONW_DEPTH_MAX];
	bool filled[JSONW_DEPTH_MAX];
};

void jsonw_init(struct jsonw *w, struct str *out, bool pretty);
void jsonw_object(struct jsonw *w);
void jsonw_array(struct jsonw *w);
void jsonw_end(struct jsonw *w); /* closes the innermost object or array */
void jsonw_key(struct jsonw *w, const char *key);

void jsonw_string(struct jsonw *w, struct span s);
void jsonw_text(struct jsonw *w, const char *s); /* NULL: null */
void jsonw_int(struct jsonw *w, int64_t n);
void jsonw_real(struct jsonw *w, double d); /* shortest exact form; not finite: null */
void jsonw_bool(struct jsonw *w, bool b);
void jsonw_null(struct jsonw *w);

/* A whole value that is JSON already, as it is. */
void jsonw_raw(struct jsonw *w, struct span json);

/* key and value in one call */
void jsonw_kv_string(struct jsonw *w, const char *key, struct span s);
void jsonw_kv_text(struct jsonw *w, const char *key, const char *s);
void jsonw_kv_int(struct jsonw *w, const char *key, int64_t n);
void jsonw_kv_bool(struct jsonw *w, const char *key, bool b);

#endif
