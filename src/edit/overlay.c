/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/overlay.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BUCKETS 64

struct err *overlay_init(struct overlay *o, const struct source *source)
{
	*o = (struct overlay){ .source = source, .n_buckets = FIRST_BUCKETS };
	tags_init(&o->tags, source);
	o->buckets = calloc(o->n_buckets, sizeof(struct node *));
	return o->buckets ? NULL : err_nomem();
}

static void content_free(struct content *c)
{
	if (c->draft)
		draft_release(c->draft);
	free(c->draft);
	str_release(&c->result);
	free(c);
}

void overlay_release(struct overlay *o)
{
	for (size_t i = 0; o->buckets && i < o->n_buckets; i++) {
		struct node *node = o->buckets[i];

		while (node) {
			struct node *next = node->chain;

			free(node->path);
			free(node);
			node = next;
		}
	}
	while (o->contents) {
		struct content *next = o->contents->next;

		content_free(o->contents);
		o->contents = next;
	}
	tags_release(&o->tags);
	free(o->buckets);
	*o = (struct overlay){ .source = NULL };
}

static size_t hash_path(struct span path)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < path.len; i++)
		h = (h ^ (unsigned char)path.ptr[i]) * 0x100000001b3u;
	return (size_t)(h ^ h >> 32);
}

static struct node *find(const struct overlay *o, struct span path)
{
	struct node *node = o->buckets[hash_path(path) & (o->n_buckets - 1)];

	while (node && !span_eqs(path, node->path))
		node = node->chain;
	return node;
}

bool overlay_knows(const struct overlay *o, const char *path)
{
	return find(o, span_of(path)) != NULL;
}

static struct err *grow(struct overlay *o)
{
	size_t n = o->n_buckets * 2;
	struct node **buckets = calloc(n, sizeof(struct node *));

	if (!buckets)
		return err_nomem();
	for (size_t i = 0; i < o->n_buckets; i++) {
		while (o->buckets[i]) {
			struct node *node = o->buckets[i];
			size_t at = hash_path(span_of(node->path)) & (n - 1);

			o->buckets[i] = node->chain;
			node->chain = buckets[at];
			buckets[at] = node;
		}
	}
	free(o->buckets);
	o->buckets = buckets;
	o->n_buckets = n;
	return NULL;
}

/* The node of path, made if there was none; the source is not asked. */
static struct err *node_of(struct overlay *o, struct span path, struct node **out)
{
	struct node *node = find(o, path);
	size_t at;

	*out = node;
	if (node)
		return NULL;
	if (o->n_nodes >= o->n_buckets) {
		struct err *err = grow(o);

		if (err)
			return err;
	}
	node = calloc(1, sizeof(*node));
	if (!node)
		return err_nomem();
	node->path = strndup(path.ptr, path.len);
	if (!node->path) {
		free(node);
		return err_nomem();
	}
	node->gone_by = NO_EDIT;
	at = hash_path(path) & (o->n_buckets - 1);
	node->chain = o->buckets[at];
	o->buckets[at] = node;
	o->n_nodes++;
	*out = node;
	return NULL;
}

static struct err *add_content(struct overlay *o, enum source_kind kind, struct span bytes,
			       size_t made_by, struct content **out)
{
	struct content *c = calloc(1, sizeof(*c));

	*out = c;
	if (!c)
		return err_nomem();
	*c = (struct content){
		.kind = kind, .bytes = bytes, .made_by = made_by,
		.touched_by = made_by, .next = o->contents,
		.result = STR_INIT(TEXT_MAX_BYTES),
	};
	o->contents = c;
	return NULL;
}

static bool is_file(enum source_kind kind)
{
	return kind == SOURCE_FILE || kind == SOURCE_EXECUTABLE;
}

static struct err *read_node(struct overlay *o, struct node *node)
{
	struct err *err = o->source->read(o->source->ctx, node->path, &node->base);

	if (err)
		return err;
	node->read = true;
	if (is_file(node->base.kind) || node->base.kind == SOURCE_LINK)
		err = add_content(o, node->base.kind, node->base.bytes, NO_EDIT,
				  &node->now);
	return err;
}

struct err *overlay_node(struct overlay *o, const struct edit *edit, const char *key,
			 const char *path, struct node **out)
{
	const char *through = NULL;
	struct err *err = node_of(o, span_of(path), out);

	if (!err && !(*out)->read)
		err = read_node(o, *out);
	if (err)
		return err_wrap(err, "edits[%zu].%s", edit->index, key);
	switch ((*out)->base.kind) {
	case SOURCE_BEYOND_LINK:
		through = "leads through a symbolic link";
		break;
	case SOURCE_BEYOND_SUBMODULE:
		through = "leads into a submodule";
		break;
	case SOURCE_SUBMODULE:
		through = "is a submodule";
		break;
	default:
		return NULL;
	}
	return err_new(ERR_INPUT, "edits[%zu].%s: '%s' %s", edit->index, key, path, through);
}

static void say_absent(const struct node *node, struct edit_result *result)
{
	if (node->gone_to)
		edit_result_set(result, EDIT_REFUSED, "edits[%zu] renamed '%s' to '%s'",
				node->gone_by, node->path, node->gone_to);
	else if (node->gone_by != NO_EDIT)
		edit_result_set(result, EDIT_REFUSED, "edits[%zu] deleted '%s'",
				node->gone_by, node->path);
	else if (node->base.kind == SOURCE_FOLDER)
		edit_result_set(result, EDIT_REFUSED, "'%s' is a folder", node->path);
	else
		edit_result_set(result, EDIT_FAILED, "there is no file '%s'", node->path);
}

struct err *overlay_draft(struct overlay *o, const struct edit *edit, struct node *node,
			  struct edit_result *result, struct draft **out)
{
	struct content *c = node->now;
	const char *why;
	struct err *err;

	*out = NULL;
	if (!c) {
		say_absent(node, result);
		return NULL;
	}
	if (!is_file(c->kind)) {
		edit_result_set(result, EDIT_REFUSED, "'%s' is a symbolic link: it can be "
				"deleted or renamed, not edited", node->path);
		return NULL;
	}
	if (!c->draft) {
		struct draft *draft;

		why = text_refusal(c->bytes);
		if (why) {
			edit_result_set(result, EDIT_REFUSED, "'%s' %s", node->path, why);
			return NULL;
		}
		draft = calloc(1, sizeof(*draft));
		if (!draft)
			return err_nomem();
		c->draft = draft;
		err = draft_init(draft, node->path, c->bytes);
		if (err)
			return err;
	}
	/* The name tells the language, and it may have changed. */
	c->draft->path = node->path;
	c->draft->tags = &o->tags;
	c->draft->editing = edit->index;
	*out = c->draft;
	return NULL;
}

/*
 * Whether a file can be at path: nothing there, no file above it, none below.
 * Otherwise the result says what is in the way.
 */
static struct err *check_room(struct overlay *o, const struct edit *edit,
			      const struct node *node, struct edit_result *result,
			      bool *room)
{
	const char *path = node->path, *slash = path;

	*room = false;
	if (node->now || node->base.kind == SOURCE_FOLDER || node->n_below) {
		const char *what = node->now ? "exists already" : "is a folder";

		edit_result_set(result, EDIT_REFUSED, "'%s' %s", path, what);
		if (node->now && node->now->made_by != NO_EDIT)
			edit_result_set(result, EDIT_REFUSED, "edits[%zu] made '%s' already",
					node->now->made_by, path);
		return NULL;
	}
	if (node->gone_by != NO_EDIT && !node->gone_to) {
		edit_result_set(result, EDIT_REFUSED, "edits[%zu] deleted '%s'", node->gone_by,
				path);
		return NULL;
	}
	while ((slash = strchr(slash, '/'))) {
		struct span above = { path, (size_t)(slash++ - path) };
		struct node *folder = find(o, above);
		struct err *err = NULL;

		if (!folder && node->base.kind == SOURCE_BEYOND_FILE)
			err = node_of(o, above, &folder);
		if (!err && folder && !folder->read)
			err = read_node(o, folder);
		if (err)
			return err_wrap(err, "edits[%zu]", edit->index);
		if (folder && folder->now) {
			edit_result_set(result, EDIT_REFUSED, "'%s' is a file, not a folder",
					folder->path);
			return NULL;
		}
	}
	*room = true;
	return NULL;
}

/* Notes in every folder above path that a file was put there, or taken again. */
static struct err *count_below(struct overlay *o, const char *path, bool put)
{
	const char *slash = path;

	while ((slash = strchr(slash, '/'))) {
		struct span above = { path, (size_t)(slash++ - path) };
		struct node *folder;
		struct err *err = node_of(o, above, &folder);

		if (err)
			return err;
		if (put)
			folder->n_below++;
		else if (folder->n_below)
			folder->n_below--;
	}
	return NULL;
}

struct err *overlay_create(struct overlay *o, const struct edit *edit,
			   struct edit_result *result)
{
	enum source_kind kind = edit->executable ? SOURCE_EXECUTABLE : SOURCE_FILE;
	struct node *node;
	struct span now;
	bool room;
	struct err *err = overlay_node(o, edit, "file", edit->file, &node);

	if (err)
		return err;
	if (node->now && node->now->kind == kind && node->now->made_by == NO_EDIT) {
		err = content_bytes(node->now, &now);
		if (err)
			return err;
		if (span_eq(now, edit->content)) {
			edit_result_done(result, EDIT_SATISFIED, NULL, 0);
			return NULL;
		}
	}
	err = check_room(o, edit, node, result, &room);
	if (err || !room)
		return err;
	err = add_content(o, kind, edit->content, edit->index, &node->now);
	if (!err)
		err = count_below(o, node->path, true);
	if (!err)
		edit_result_done(result, EDIT_APPLIED, NULL, 0);
	return err;
}

static void take_away(struct node *node, const struct edit *edit, const char *to)
{
	node->now = NULL;
	node->gone_by = edit->index;
	node->gone_to = to;
}

struct err *overlay_delete(struct overlay *o, const struct edit *edit,
			   struct edit_result *result)
{
	struct node *node;
	struct err *err = overlay_node(o, edit, "file", edit->file, &node);

	if (err)
		return err;
	if (!node->now) {
		say_absent(node, result);
		return NULL;
	}
	if (node->now->touched_by != NO_EDIT) {
		edit_result_set(result, EDIT_REFUSED, "edits[%zu] changed '%s'",
				node->now->touched_by, node->path);
		return NULL;
	}
	if (node->base.kind == SOURCE_ABSENT)
		err = count_below(o, node->path, false);
	take_away(node, edit, NULL);
	edit_result_done(result, EDIT_APPLIED, NULL, 0);
	return err;
}

struct err *overlay_rename(struct overlay *o, const struct edit *edit,
			   struct edit_result *result)
{
	struct node *from, *to;
	bool room;
	struct err *err = overlay_node(o, edit, "file", edit->file, &from);

	if (!err)
		err = overlay_node(o, edit, "to", edit->to, &to);
	if (err)
		return err;
	if (!from->now) {
		say_absent(from, result);
		return NULL;
	}
	err = check_room(o, edit, to, result, &room);
	if (err || !room)
		return err;
	to->now = from->now;
	to->gone_by = NO_EDIT;
	take_away(from, edit, to->path);
	err = count_below(o, to->path, true);
	if (!err)
		edit_result_done(result, EDIT_APPLIED, NULL, 0);
	return err;
}

struct err *content_bytes(struct content *c, struct span *out)
{
	struct err *err = NULL;

	*out = c->bytes;
	if (c->draft && changes_first(&c->draft->changes)) {
		str_reset(&c->result);
		err = changes_apply(&c->draft->changes, &c->draft->text, &c->result);
		*out = str_span(&c->result);
	}
	return err;
}
