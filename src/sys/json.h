/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed reads of JSON that name the place: the only room that knows jansson.
 *
 * A json_node is borrowed from its document. Reads never convert: a number
 * where a string is wanted is an error "edits[3].find: expected a string".
 * Duplicate keys, NUL, invalid UTF-8, lone surrogates, trailing text and
 * nesting past the limit are refused when parsing.
 */
#ifndef SYS_JSON_H
#define SYS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

struct json_doc;
typedef struct json_t json_node;

/* Of one document, whatever its size: each costs memory many times its text. */
#define JSON_MAX_VALUES (1 << 20)

struct json_limits {
	size_t max_bytes;
	size_t max_depth; /* of nesting; the text is scanned before it is parsed */
};

/*
 * ERR_INPUT with line and column of the fault. text need not outlive the call;
 * a byte order mark at its start is passed over, the root may be of any type.
 */
struct err *json_parse(struct json_doc **out, struct span text,
		       const struct json_limits *limits) MUST_USE;
void json_free(struct json_doc *doc);
const json_node *json_root(const struct json_doc *doc);

/* Members and elements: NULL when absent, of another type or out of range. */
const json_node *json_get(const json_node *object, const char *key);
const json_node *json_at(const json_node *array, size_t index);
size_t json_count(const json_node *array); /* 0 unless an array */

bool json_is_object(const json_node *node);
bool json_is_array(const json_node *node);
bool json_is_null(const json_node *node); /* also for NULL */

/* Loose reads: false leaves *out alone. */
bool json_string_of(const json_node *node, struct span *out);
bool json_int_of(const json_node *node, int64_t *out);
bool json_bool_of(const json_node *node, bool *out);
bool json_real_of(const json_node *node, double *out);

/*
 * Strict reads of a member, for documents whose form is a promise. where is the
 * place of the object ("edits[3]", or "" for the root). A missing required
 * member is an error "edits[3].find: missing".
 */
enum json_need { JSON_OPTIONAL, JSON_REQUIRED };

struct err *json_read_string(const json_node *object, const char *where, const char *key,
			     enum json_need need, struct span *out) MUST_USE;
struct err *json_read_int(const json_node *object, const char *where, const char *key,
			  enum json_need need, int64_t min, int64_t max,
			  int64_t *out) MUST_USE;
struct err *json_read_bool(const json_node *object, const char *where, const char *key,
			   enum json_need need, bool *out) MUST_USE;

/* Calls fn for each member in document order. */
void json_each(const json_node *object,
	       void (*fn)(void *ctx, const char *key, const json_node *value), void *ctx);

/* Adds the name and version of the library at work. */
void json_library(struct str *out);

#endif
