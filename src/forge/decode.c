/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/decode.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/utf8.h"
#include "sys/json.h"

#define NESTING_MAX 64
#define KEY_MAX_BYTES 64
#define LABELS_MAX_BYTES 1000
#define MESSAGE_MAX_BYTES 200

/* Notes of the forge's own, and of a project's members among themselves (GitLab). */
static const char *const not_for_us[] = { "system", "internal", "confidential" };

/* "user.login": NULL where there is no such member. */
static const json_node *member(const json_node *node, const char *path)
{
	struct span rest = span_of(path), part;

	while (path && span_split(&rest, '.', &part)) {
		char key[KEY_MAX_BYTES];

		snprintf(key, sizeof(key), "%.*s", (int)part.len, part.ptr);
		node = json_get(node, key);
	}
	return path ? node : NULL;
}

static struct span text_of(const json_node *node, const char *path)
{
	struct span text = SPAN("");

	(void)json_string_of(member(node, path), &text);
	return text;
}

/* A list of names, or of objects that have one. */
static void add_labels(struct str *out, const json_node *labels)
{
	for (size_t i = 0; i < json_count(labels); i++) {
		struct span name = text_of(json_at(labels, i), "name");

		(void)json_string_of(json_at(labels, i), &name);
		if (name.len && out->len + name.len + 2 <= LABELS_MAX_BYTES) {
			str_adds(out, out->len ? ", " : "");
			str_add_span(out, name);
		}
	}
}

static struct err *parse(struct json_doc **doc, struct span json)
{
	const struct json_limits limits = { DECODE_MAX_BYTES, NESTING_MAX };
	struct err *err = json_parse(doc, json, &limits);

	return err_as(err_wrap(err, "malformed answer"), ERR_SERVICE);
}

static struct err *take_issue(struct thread *thread, const struct dialect *dialect,
			      const json_node *root)
{
	const struct dialect_fields *fields = &dialect->fields;
	struct str labels = STR_INIT(LABELS_MAX_BYTES);
	struct span state = text_of(root, "state");
	struct span body = text_of(root, fields->body);
	int64_t n;

	add_labels(&labels, json_get(root, "labels"));
	thread->title = thread_copy(thread, text_of(root, "title"));
	thread->labels = thread_copy(thread, str_span(&labels));
	thread->address = thread_copy(thread, text_of(root, fields->address));
	thread->first = (struct note){
		.author = thread_copy(thread, text_of(root, fields->author)),
		.date = thread_copy(thread, text_of(root, "created_at")),
		.body = thread_copy(thread, body),
		.cut = body.len > THREAD_PIECE_MAX_BYTES,
	};
	thread->closed = span_eqs(state, "closed");
	thread->moved = !json_is_null(member(root, fields->moved));
	if (json_int_of(member(root, fields->n_comments), &n) && n >= 0)
		thread->n_comments = (size_t)n;
	str_release(&labels);
	if (!thread->title.ptr || !thread->labels.ptr || !thread->address.ptr ||
	    !thread->first.author.ptr || !thread->first.date.ptr ||
	    !thread->first.body.ptr)
		return arena_err(&thread->arena, "issue");
	return NULL;
}

struct err *decode_issue(struct thread *thread, const struct dialect *dialect,
			 struct span json)
{
	struct json_doc *doc;
	const json_node *root;
	struct err *err = parse(&doc, json);

	if (err)
		return err;
	root = json_root(doc);
	if (!span_trim(text_of(root, "title")).len)
		err = err_new(ERR_SERVICE, "malformed answer: no issue with a title");
	else if (!json_is_null(member(root, dialect->fields.request)))
		err = err_new(ERR_INPUT, "a pull request, not an issue");
	else
		err = take_issue(thread, dialect, root);
	json_free(doc);
	return err;
}

static bool is_for_us(const json_node *comment)
{
	bool set;

	for (size_t i = 0; i < ARRAY_SIZE(not_for_us); i++) {
		set = false;
		if (json_bool_of(json_get(comment, not_for_us[i]), &set) && set)
			return false;
	}
	return true;
}

struct err *decode_comments(struct thread *thread, const struct dialect *dialect,
			    struct span json)
{
	struct json_doc *doc;
	const json_node *root;
	struct err *err = parse(&doc, json);

	if (err)
		return err;
	root = json_root(doc);
	if (!json_is_array(root))
		err = err_new(ERR_SERVICE, "malformed answer: no list of comments");
	for (size_t i = 0; !err && i < json_count(root); i++) {
		const json_node *comment = json_at(root, i);
		struct note note = {
			.author = text_of(comment, dialect->fields.author),
			.date = text_of(comment, "created_at"),
			.body = text_of(comment, "body"),
		};

		if (is_for_us(comment))
			err = thread_add(thread, &note);
	}
	json_free(doc);
	return err;
}

void decode_message(struct span body, struct str *out)
{
	static const char *const keys[] = {
		"message", "error.message", "error_description", "error",
	};
	struct json_doc *doc = NULL;
	struct err *err = parse(&doc, body);
	struct span text = SPAN("");

	for (size_t i = 0; !err && !text.len && i < ARRAY_SIZE(keys); i++)
		text = text_of(json_root(doc), keys[i]);
	utf8_clean(out, span_trim(span_cut(text, 0, MESSAGE_MAX_BYTES)), UTF8_LINE);
	json_free(doc);
	err_drop(err);
}
