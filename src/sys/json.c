/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/json.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdlib.h>

#include <jansson.h>

struct json_doc {
	json_t *root;
};

/* How deep an array or object may stand, and how many values there may be. */
struct scan {
	size_t depth, max_depth;
	size_t values;
	size_t line, line_start;
};

static struct err *scan_open(struct scan *scan, size_t at)
{
	if (++scan->depth > scan->max_depth)
		return err_new(ERR_INPUT,
			       "line %zu, column %zu: nested more than %zu deep",
			       scan->line, at - scan->line_start + 1, scan->max_depth);
	return NULL;
}

static size_t skip_string(struct span text, size_t at)
{
	while (at < text.len && text.ptr[at] != '"')
		at += text.ptr[at] == '\\' ? 2 : 1;
	return at;
}

/*
 * jansson limits neither the nesting to our taste nor the number of values,
 * and an empty array costs it forty times its three bytes of text.
 */
static struct err *scan_text(struct span text, size_t max_depth)
{
	struct scan scan = { .max_depth = max_depth, .line = 1 };
	struct err *err = NULL;

	for (size_t at = 0; at < text.len && !err; at++) {
		switch (text.ptr[at]) {
		case '"':
			at = skip_string(text, at + 1);
			break;
		case '\n':
			scan.line++;
			scan.line_start = at + 1;
			break;
		case '[':
		case '{':
			scan.values++;
			err = scan_open(&scan, at);
			break;
		case ']':
		case '}':
			if (scan.depth)
				scan.depth--;
			break;
		case ',':
			scan.values++;
			break;
		case '\0': /* jansson takes it for the end */
			return err_new(ERR_INPUT, "line %zu, column %zu: a NUL byte",
				       scan.line, at - scan.line_start + 1);
		}
		if (scan.values > JSON_MAX_VALUES)
			return err_first(err, err_new(ERR_INPUT, "more than %d values",
						      JSON_MAX_VALUES));
	}
	return err;
}

static struct err *parse_err(const json_error_t *error, struct span text)
{
	if (json_error_code(error) == json_error_out_of_memory)
		return err_nomem();
	if (!span_trim(text).len)
		return err_new(ERR_INPUT, "empty");
	if (json_error_code(error) == json_error_premature_end_of_input)
		return err_new(ERR_INPUT, "line %d, column %d: the text ends too early",
			       error->line, error->column);
	if (json_error_code(error) == json_error_null_character)
		return err_new(ERR_INPUT, "line %d, column %d: a string with NUL",
			       error->line, error->column);
	return err_new(ERR_INPUT, "line %d, column %d: %s", error->line, error->column,
		       error->text);
}

/* Where a failed allocation of the parser goes on; NULL: nothing is parsed. */
static _Thread_local jmp_buf *no_memory;

static void *allocate(size_t size)
{
	void *mem = malloc(size);

	if (!mem && no_memory)
		longjmp(*no_memory, 1);
	return mem;
}

/*
 * Up to jansson 2.15 the parser goes on when it could not keep a byte of a string, and
 * then reads and writes past its buffer. What it has until there is lost.
 */
static struct err *load(struct span text, json_t **root, json_error_t *error)
{
	jmp_buf out;

	*root = NULL;
	json_set_alloc_funcs(allocate, free);
	if (setjmp(out)) {
		no_memory = NULL;
		return err_nomem();
	}
	no_memory = &out;
	*root = json_loadb(text.len ? text.ptr : "", text.len,
			   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, error);
	no_memory = NULL;
	return *root ? NULL : parse_err(error, text);
}

struct err *json_parse(struct json_doc **out, struct span text,
		       const struct json_limits *limits)
{
	json_error_t error;
	struct json_doc *doc;
	struct err *err;

	*out = NULL;
	if (text.len > limits->max_bytes)
		return err_new(ERR_INPUT, "larger than %zu bytes", limits->max_bytes);
	if (span_starts(text, "\xef\xbb\xbf"))
		text = span_cut(text, 3, text.len);
	err = scan_text(text, limits->max_depth);
	if (err)
		return err;
	doc = calloc(1, sizeof(*doc));
	if (!doc)
		return err_nomem();
	err = load(text, &doc->root, &error);
	if (err)
		free(doc);
	else
		*out = doc;
	return err;
}

void json_free(struct json_doc *doc)
{
	if (!doc)
		return;
	json_decref(doc->root);
	free(doc);
}

const json_node *json_root(const struct json_doc *doc)
{
	return doc->root;
}

const json_node *json_get(const json_node *object, const char *key)
{
	return json_object_get(object, key);
}

const json_node *json_at(const json_node *array, size_t index)
{
	return json_array_get(array, index);
}

size_t json_count(const json_node *array)
{
	return json_array_size(array);
}

/* jansson's names for these are macros over the type; ours are functions. */
#undef json_is_object
#undef json_is_array
#undef json_is_null

bool json_is_object(const json_node *node)
{
	return node && json_typeof(node) == JSON_OBJECT;
}

bool json_is_array(const json_node *node)
{
	return node && json_typeof(node) == JSON_ARRAY;
}

bool json_is_null(const json_node *node)
{
	return !node || json_typeof(node) == JSON_NULL;
}

bool json_string_of(const json_node *node, struct span *out)
{
	if (!json_is_string(node))
		return false;
	*out = (struct span){ json_string_value(node), json_string_length(node) };
	return true;
}

bool json_int_of(const json_node *node, int64_t *out)
{
	if (!json_is_integer(node))
		return false;
	*out = json_integer_value(node);
	return true;
}

bool json_bool_of(const json_node *node, bool *out)
{
	if (!json_is_boolean(node))
		return false;
	*out = json_is_true(node);
	return true;
}

bool json_real_of(const json_node *node, double *out)
{
	if (!json_is_number(node))
		return false;
	*out = json_number_value(node);
	return true;
}

static struct err *at_place(const char *where, const char *key, const char *what)
{
	return err_new(ERR_INPUT, "%s%s%s: %s", where, *where ? "." : "", key, what);
}

/* *node is NULL without an err where an optional member is not given. */
static struct err *member(const json_node *object, const char *where, const char *key,
			  enum json_need need, const json_node **node)
{
	*node = json_get(object, key);
	if (!*node && need == JSON_REQUIRED)
		return at_place(where, key, "missing");
	return NULL;
}

struct err *json_read_string(const json_node *object, const char *where, const char *key,
			     enum json_need need, struct span *out)
{
	const json_node *node;
	struct err *err = member(object, where, key, need, &node);

	if (err || !node)
		return err;
	if (!json_string_of(node, out))
		return at_place(where, key, "expected a string");
	return NULL;
}

struct err *json_read_int(const json_node *object, const char *where, const char *key,
			  enum json_need need, int64_t min, int64_t max, int64_t *out)
{
	const json_node *node;
	struct err *err = member(object, where, key, need, &node);
	int64_t value;

	if (err || !node)
		return err;
	if (!json_int_of(node, &value))
		return at_place(where, key, "expected an integer");
	if (value < min || value > max)
		return err_new(ERR_INPUT,
			       "%s%s%s: expected an integer from %" PRId64 " to %" PRId64,
			       where, *where ? "." : "", key, min, max);
	*out = value;
	return NULL;
}

struct err *json_read_bool(const json_node *object, const char *where, const char *key,
			   enum json_need need, bool *out)
{
	const json_node *node;
	struct err *err = member(object, where, key, need, &node);

	if (err || !node)
		return err;
	if (!json_bool_of(node, out))
		return at_place(where, key, "expected true or false");
	return NULL;
}

void json_each(const json_node *object,
	       void (*fn)(void *ctx, const char *key, const json_node *value), void *ctx)
{
	const char *key;
	json_t *value;

	/* The iterator of jansson 2.14 wants a pointer to non-const, and only reads. */
	json_object_foreach((json_t *)object, key, value)
		fn(ctx, key, value);
}

void json_library(struct str *out)
{
	str_addf(out, "jansson %s", jansson_version_str());
}
