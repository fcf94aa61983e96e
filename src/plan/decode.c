/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/decode.h"

#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "plan/fields.h"
#include "sys/json.h"
#include "sys/regex.h"

#define LAST_LINE 1000000000 /* past any file we read */

/* What is being read, and where it stands. */
struct reader {
	struct plan *plan;
	const json_node *node;
	const char *where; /* "edits[3]", "" for the root */
};

static struct err *bad(const struct reader *r, const char *key, const char *what)
{
	return err_new(ERR_INPUT, "%s%s%s: %s", r->where, *r->where && *key ? "." : "",
		       key, what);
}

static struct err *wants(const struct reader *r, const char *key, const char *what)
{
	return err_new(ERR_INPUT, "%s%s%s: expected %s", r->where,
		       *r->where && *key ? "." : "", key, what);
}

static struct err *keep(const struct reader *r, struct span text, struct span *out)
{
	char *copy = arena_dup(&r->plan->arena, text);

	if (!copy)
		return arena_err(&r->plan->arena, "plan");
	*out = (struct span){ copy, text.len };
	return NULL;
}

/*
 * As keep(), with LF for every CRLF; also for CR CR LF, or a plan written back
 * and read again would be another one.
 */
static struct err *keep_lf(const struct reader *r, struct span text, struct span *out)
{
	struct err *err = keep(r, text, out);
	char *to;
	size_t n = 0;

	if (err || span_findc(text, '\r', 0) < 0)
		return err;
	to = (char *)out->ptr; /* ours: just copied */
	for (size_t i = 0; i < text.len; i++) {
		while (text.ptr[i] == '\n' && n && to[n - 1] == '\r')
			n--;
		to[n++] = text.ptr[i];
	}
	to[n] = '\0';
	out->len = n;
	return NULL;
}

static struct err *read_text(const struct reader *r, const char *key, enum json_need need,
			     struct span *out)
{
	struct span text = { NULL, 0 };
	struct err *err = json_read_string(r->node, r->where, key, need, &text);

	if (err || !text.ptr)
		return err;
	return keep(r, text, out);
}

/* A word by number, or NULL where the number has none. */
typedef const char *name_fn(size_t i);

static const char *position_at(size_t i)
{
	return edit_position_name((enum edit_position)i);
}

static const char *role_at(size_t i)
{
	return edit_role_name((enum edit_role)i);
}

/* Which of the n words stands there; *out stays where none does. */
static struct err *read_choice(const struct reader *r, const struct plan_field *f,
			       enum json_need need, name_fn *name_at, size_t n,
			       size_t *out)
{
	struct span text = { NULL, 0 };
	struct err *err = json_read_string(r->node, r->where, f->key, need, &text);

	if (err || !text.ptr)
		return err;
	for (size_t i = 0; i < n; i++) {
		const char *name = name_at(i);

		if (name && span_eqs(text, name)) {
			*out = i;
			return NULL;
		}
	}
	return wants(r, f->key, field_type_wants(f->type));
}

static struct err *read_line(const struct reader *r, const char *key, enum json_need need,
			     size_t *out)
{
	int64_t n = 0;
	struct err *err = json_read_int(r->node, r->where, key, need, 1, LAST_LINE, &n);

	if (!err)
		*out = (size_t)n;
	return err;
}

static struct err *read_region(const struct reader *r, const char *key, size_t region[2])
{
	char where[64];
	struct reader inner = { r->plan, json_get(r->node, key), where };
	struct err *err;

	if (!inner.node)
		return NULL;
	if (!json_is_object(inner.node))
		return wants(r, key, field_type_wants(FIELD_REGION));
	snprintf(where, sizeof(where), "%s.%s", r->where, key);
	err = read_line(&inner, "start", JSON_REQUIRED, &region[0]);
	if (!err)
		err = read_line(&inner, "end", JSON_REQUIRED, &region[1]);
	if (!err && region[0] > region[1])
		err = bad(&inner, "end", "comes before start");
	return err;
}

static struct err *read_path(const struct reader *r, const struct plan_field *f,
			     enum json_need need, const char **out)
{
	struct span text = { NULL, 0 };
	struct err *err = read_text(r, f->key, need, &text);

	if (err || !text.ptr)
		return err;
	*out = text.ptr;
	return err_wrap(path_check(text.ptr), "%s.%s", r->where, f->key);
}

static struct err *read_span(const struct reader *r, const struct plan_field *f,
			     enum json_need need, struct span *out)
{
	struct span text = { NULL, 0 };
	struct err *err = json_read_string(r->node, r->where, f->key, need, &text);

	if (err || !text.ptr)
		return err;
	if (!text.len && f->not_empty)
		return bad(r, f->key, "empty");
	return f->type == FIELD_TEXT ? keep_lf(r, text, out) : keep(r, text, out);
}

static struct err *read_word(const struct reader *r, const struct plan_field *f,
			     enum json_need need, const char **out)
{
	struct span text = { NULL, 0 };
	struct err *err = read_text(r, f->key, need, &text);

	if (!err && text.len)
		*out = text.ptr;
	return err;
}

static struct err *read_field(const struct reader *r, const struct plan_field *f,
			      struct edit *edit)
{
	void *member = (char *)edit + f->offset;
	enum json_need need =
		f->required & KIND(edit->kind) ? JSON_REQUIRED : JSON_OPTIONAL;
	struct err *err = NULL;
	size_t choice = 0;

	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_VERBATIM:
		return read_span(r, f, need, member);
	case FIELD_WORD:
		return read_word(r, f, need, member);
	case FIELD_PATH:
		return read_path(r, f, need, member);
	case FIELD_LINE:
		return read_line(r, f->key, need, member);
	case FIELD_BOOL:
		return json_read_bool(r->node, r->where, f->key, need, member);
	case FIELD_POSITION:
		err = read_choice(r, f, need, position_at, EDIT_POSITIONS, &choice);
		*(enum edit_position *)member = (enum edit_position)choice;
		return err;
	case FIELD_ROLE:
		err = read_choice(r, f, need, role_at, EDIT_ROLES, &choice);
		*(enum edit_role *)member = (enum edit_role)choice;
		return err;
	case FIELD_REGION:
		return read_region(r, f->key, member);
	}
	return NULL;
}

static struct err *check_regex(const struct reader *r, const struct edit *edit)
{
	unsigned flags = 0;
	struct regex *re = NULL;
	struct err *err;

	if (edit->flags && !regex_flags_of(edit->flags, &flags))
		return wants(r, "flags", "letters of imsxe");
	err = regex_new(&re, edit->find, flags | REGEX_UTF);
	if (err)
		return err_wrap(err, "%s.find", r->where);
	err = regex_check_replacement(re, edit->replace);
	regex_free(re);
	return err_wrap(err, "%s.replace", r->where);
}

static struct err *check_replace(const struct reader *r, const struct edit *edit)
{
	if (edit->regex)
		return check_regex(r, edit);
	if (edit->flags)
		return bad(r, "flags", "only with regex");
	return NULL;
}

static struct err *check_add_line(const struct reader *r, const struct edit *edit)
{
	bool wants_anchor =
		edit->position == POSITION_BEFORE || edit->position == POSITION_AFTER;

	if (wants_anchor && !edit->anchor.ptr)
		return bad(r, "anchor", "missing");
	if (!wants_anchor && edit->anchor.ptr)
		return bad(r, "anchor", "only with position before or after");
	return NULL;
}

/* What no single field can say. */
static struct err *check_edit(const struct reader *r, const struct edit *edit)
{
	bool regex = false;

	/* Taken for literal text, a pattern might name another place. */
	if ((edit->kind == EDIT_REMOVE_LINE || edit->kind == EDIT_ADD_LINE) &&
	    json_bool_of(json_get(r->node, "regex"), &regex) && regex)
		return bad(r, "regex", "only for replace");
	if (edit->regex && *edit->file == ':')
		return bad(r, "file", "a glob may not have pathspec magic");
	if (!edit->regex && strchr(edit->file, '*'))
		return bad(r, "file", "a glob needs regex");
	switch (edit->kind) {
	case EDIT_REPLACE:
		return check_replace(r, edit);
	case EDIT_ADD_LINE:
		return check_add_line(r, edit);
	case EDIT_RENAME_FILE:
		if (strchr(edit->to, '*'))
			return bad(r, "to", "a glob names no place");
		if (!strcmp(edit->file, edit->to))
			return bad(r, "to", "the same as file");
		return NULL;
	default:
		return NULL;
	}
}

static struct err *read_kind(const struct reader *r, enum edit_kind *out)
{
	struct span name;
	struct err *err =
		json_read_string(r->node, r->where, "type", JSON_REQUIRED, &name);

	if (err)
		return err;
	for (size_t i = 0; i < EDIT_KINDS; i++) {
		if (span_eqs(name, edit_kind_name((enum edit_kind)i))) {
			*out = (enum edit_kind)i;
			return NULL;
		}
	}
	return err_new(ERR_INPUT, "%s.type: unknown type '%.*s'", r->where,
		       (int)(name.len < 64 ? name.len : 64), name.ptr);
}

static struct err *read_edit(const struct reader *r, struct edit *edit)
{
	struct err *err;

	if (!json_is_object(r->node))
		return wants(r, "", "an object");
	err = read_kind(r, &edit->kind);
	for (size_t i = 0; !err && i < plan_fields_n; i++)
		if (plan_fields[i].kinds & KIND(edit->kind))
			err = read_field(r, &plan_fields[i], edit);
	return err ? err : check_edit(r, edit);
}

static struct err *read_edit_at(struct plan *plan, const json_node *node, size_t index,
				struct edit *edit)
{
	char where[32];
	struct reader r = { plan, node, where };

	snprintf(where, sizeof(where), "edits[%zu]", index);
	*edit = (struct edit){ .index = index };
	return read_edit(&r, edit);
}

static struct err *read_edits(const struct reader *root)
{
	struct plan *plan = root->plan;
	const json_node *edits = json_get(root->node, "edits");
	size_t n = json_count(edits);
	struct err *err = NULL;

	if (!edits)
		return bad(root, "edits", "missing");
	if (!json_is_array(edits))
		return wants(root, "edits", "an array");
	if (n > PLAN_MAX_EDITS)
		return err_new(ERR_INPUT, "edits: more than %d", PLAN_MAX_EDITS);
	plan->edits = arena_array(&plan->arena, n, sizeof(*plan->edits));
	if (!plan->edits)
		return arena_err(&plan->arena, "plan");
	for (size_t i = 0; i < n && !err; i++)
		err = read_edit_at(plan, json_at(edits, i), i, &plan->edits[i]);
	if (!err)
		plan->n_edits = n;
	return err;
}

static struct err *read_commit(const struct reader *root)
{
	struct reader r = { root->plan, json_get(root->node, "commit"), "commit" };
	struct err *err;

	if (!r.node)
		return NULL;
	if (!json_is_object(r.node))
		return wants(root, "commit", "an object");
	err = read_text(&r, "subject", JSON_OPTIONAL, &r.plan->subject);
	if (!err)
		err = read_text(&r, "body", JSON_OPTIONAL, &r.plan->body);
	return err;
}

static struct err *read_from(const struct reader *root)
{
	struct span from = { NULL, 0 };
	struct err *err = json_read_string(root->node, "", "from", JSON_OPTIONAL, &from);

	if (!err && from.ptr && !span_eqs(from, "base"))
		err = wants(root, "from", "\"base\"");
	root->plan->from_base = !err && from.ptr;
	return err;
}

static struct err *read_plan(const struct reader *root)
{
	struct plan *plan = root->plan;
	struct err *err;

	if (!json_is_object(root->node))
		return err_new(ERR_INPUT, "expected an object");
	err = read_text(root, "root_cause", JSON_OPTIONAL, &plan->root_cause);
	if (!err)
		err = read_text(root, "strategy", JSON_OPTIONAL, &plan->strategy);
	if (!err)
		err = read_commit(root);
	if (!err)
		err = read_from(root);
	return err ? err : read_edits(root);
}

struct err *plan_decode(struct plan *out, struct span json)
{
	const struct json_limits limits = { PLAN_MAX_BYTES, PLAN_MAX_DEPTH };
	struct reader root = { .plan = out, .where = "" };
	struct json_doc *doc = NULL;
	struct err *err;

	plan_init(out);
	err = json_parse(&doc, json, &limits);
	if (err)
		return err;
	root.node = json_root(doc);
	err = read_plan(&root);
	json_free(doc);
	return err;
}

struct err *plan_decode_edit(struct plan *plan, struct span json, size_t index,
			     struct edit *out)
{
	const struct json_limits limits = { PLAN_MAX_BYTES, PLAN_MAX_DEPTH };
	struct json_doc *doc = NULL;
	struct err *err = json_parse(&doc, json, &limits);

	if (!err)
		err = read_edit_at(plan, json_root(doc), index, out);
	json_free(doc);
	return err;
}

/* What is inside the first code fence that begins with a brace; else all of reply. */
static struct span inside_fence(struct span reply)
{
	struct span rest = reply, line, inside;

	while (span_line(&rest, &line)) {
		size_t start = (size_t)(rest.ptr - reply.ptr), end = start;

		if (!span_starts(span_trim(line), "```"))
			continue;
		while (span_line(&rest, &line) && !span_starts(span_trim(line), "```"))
			end = (size_t)(rest.ptr - reply.ptr);
		inside = span_trim(span_cut(reply, start, end));
		if (span_starts(inside, "{"))
			return inside;
	}
	return reply;
}

struct span plan_unwrap(struct span reply)
{
	struct span all = span_trim(reply);
	ptrdiff_t start;
	size_t end;

	if (!span_starts(all, "{"))
		all = inside_fence(all);
	start = span_findc(all, '{', 0);
	end = all.len;
	while (end && all.ptr[end - 1] != '}')
		end--;
	if (start < 0 || end <= (size_t)start)
		return reply;
	return span_cut(all, (size_t)start, end);
}
