/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edit/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "edit/cut.h"
#include "edit/imports.h"
#include "edit/lines.h"
#include "edit/literal.h"
#include "edit/overlay.h"
#include "edit/pattern.h"
#include "edit/replace.h"
#include "edit/sweep.h"
#include "sys/json.h"

/* Lines above and below a region that an executor gets to read. */
#define CONTEXT_LINES ((size_t)6)

/* Larger or deeper JSON is not looked at. */
#define JSON_MAX_BYTES ((size_t)4 << 20)
#define JSON_MAX_DEPTH ((size_t)200)

#define RESOLVER_MAX_BYTES ((size_t)1 << 30)

struct resolver {
	struct overlay overlay;
	struct arena arena; /* texts of regions */
	struct file_change *changes;
};

struct err *resolver_new(struct resolver **out, const struct source *source)
{
	struct resolver *r = calloc(1, sizeof(*r));
	struct err *err;

	*out = r;
	if (!r)
		return err_nomem();
	arena_init(&r->arena, RESOLVER_MAX_BYTES);
	err = overlay_init(&r->overlay, source);
	if (err) {
		resolver_free(r);
		*out = NULL;
	}
	return err;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	overlay_release(&r->overlay);
	arena_release(&r->arena);
	free(r->changes);
	free(r);
}

/* A file that an executor has whole cannot be edited until it answers. */
static bool is_given_away(const struct draft *d, struct edit_result *result)
{
	const struct change *c = changes_first(&d->changes);

	if (!c || !c->whole_file || c->kind != CHANGE_RESERVED)
		return false;
	edit_result_set(result, EDIT_REFUSED,
			"edits[%zu] gives the whole file to the executor", c->edit);
	return true;
}

static struct err *cut_region(struct resolver *r, struct draft *d, const struct edit *edit,
			      const char *path, const struct line_range *lines, bool whole,
			      struct region *out);

static struct err *model_reserve(struct resolver *r, struct draft *d,
				 const struct edit *edit, struct edit_result *result)
{
	const struct change *conflict;
	struct line_range lines;
	struct region region;
	struct err *err;
	bool whole;

	if (!cut_named(d, edit, &lines, &whole, result))
		return NULL;
	if (!cut_settle(d, &lines, &conflict)) {
		draft_refuse(d, conflict, result);
		return NULL;
	}
	err = cut_region(r, d, edit, edit->file, &lines, whole, &region);
	if (!err)
		edit_result_done(result, EDIT_WAITING, NULL, lines.first + 1);
	return err;
}

static struct err *apply_pattern(struct draft *d, const struct edit *edit,
				 struct edit_result *result)
{
	struct pattern *pattern;
	struct err *err = pattern_new(&pattern, edit);

	if (!err)
		err = pattern_replace(pattern, d, result);
	pattern_free(pattern);
	return err;
}

static struct err *apply_text(struct resolver *r, struct draft *d, const struct edit *edit,
			      struct edit_result *result)
{
	switch (edit->kind) {
	case EDIT_REPLACE:
		return edit->regex ? apply_pattern(d, edit, result) :
				     replace_apply(d, edit, result);
	case EDIT_ADD_IMPORT:
		return imports_add(d, edit, result);
	case EDIT_ADD_LINE:
		return lines_add(d, edit, result);
	case EDIT_REMOVE_LINE:
		return lines_remove(d, edit, result);
	case EDIT_MODEL:
		return model_reserve(r, d, edit, result);
	default:
		return err_new(ERR_FATAL, "edits[%zu]: no text edit", edit->index);
	}
}

/* One file of a regex edit over many. */
struct glob_file {
	struct node *node;
	struct draft *draft;
	struct matches matches;
};

struct glob {
	struct resolver *r;
	const struct edit *edit;
	struct pattern *pattern;
	struct edit_result *result;
	struct glob_file *v;
	size_t n, cap, total;
	bool refused;
};

static struct err *glob_add(struct glob *g, struct node *node)
{
	struct glob_file *f;
	struct err *err;

	if (g->n == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 16;

		f = realloc(g->v, cap * sizeof(*f));
		if (!f)
			return err_nomem();
		g->v = f;
		g->cap = cap;
	}
	f = &g->v[g->n];
	*f = (struct glob_file){ .node = node };
	err = overlay_draft(&g->r->overlay, g->edit, node, g->result, &f->draft);
	if (err || !f->draft)
		return err;
	g->n++;
	g->result->status = EDIT_APPLIED;
	if (is_given_away(f->draft, g->result)) {
		g->refused = true;
		return NULL;
	}
	err = pattern_find(g->pattern, f->draft, &f->matches, g->result);
	g->refused = g->result->status == EDIT_REFUSED;
	g->total += f->matches.places.n;
	return err;
}

static struct err *glob_visit(void *ctx, const char *path)
{
	struct glob *g = ctx;
	struct node *node;
	struct err *err;
	bool any;

	if (g->refused)
		return NULL;
	err = overlay_node(&g->r->overlay, g->edit, "file", path, &node);
	if (err || !node->now || node->now->kind == SOURCE_LINK)
		return err;
	if (!node->now->draft) {
		if (text_refusal(node->now->bytes))
			return NULL;
		err = pattern_touches(g->pattern, node->now->bytes, &any);
		if (err || !any)
			return err_wrap(err, "%s", path);
	}
	return err_wrap(glob_add(g, node), "%s", path);
}

static struct err *glob_write(struct glob *g)
{
	struct err *err = NULL;

	for (size_t i = 0; i < g->n && !err; i++) {
		struct glob_file *f = &g->v[i];

		if (!f->matches.places.n)
			continue;
		if (!g->result->line)
			edit_result_done(g->result, EDIT_APPLIED, "regex",
					 draft_line(f->draft, &f->matches.places.v[0]));
		f->node->now->touched_by = g->edit->index;
		err = pattern_write(g->pattern, f->draft, &f->matches, f->matches.places.n,
				    g->result);
	}
	return err;
}

static struct err *apply_glob(struct resolver *r, const struct edit *edit,
			      struct edit_result *result)
{
	struct glob g = { .r = r, .edit = edit, .result = result };
	struct err *err = pattern_new(&g.pattern, edit);

	if (!err)
		err = sweep_files(&r->overlay, edit, glob_visit, &g);
	if (err || g.refused)
		goto out;
	if (!g.total)
		edit_result_set(result, EDIT_FAILED, "find matches in no file that '%s' names",
				edit->file);
	else if (g.total > 1 && !edit->all)
		edit_result_set(result, EDIT_FAILED, "find matches in %zu places (first in '%s')",
				g.total, g.v[0].node->path);
	else
		err = glob_write(&g);
out:
	for (size_t i = 0; i < g.n; i++)
		matches_release(&g.v[i].matches);
	free(g.v);
	pattern_free(g.pattern);
	return err;
}

static bool is_glob(const struct edit *edit)
{
	return edit->regex && (strpbrk(edit->file, "*?[") || edit->file[0] == ':');
}

static struct err *apply_in_file(struct resolver *r, const struct edit *edit,
				 struct edit_result *result)
{
	struct draft *draft;
	struct node *node;
	struct err *err = path_check(edit->file);

	if (err && is_glob(edit)) {
		err_drop(err);
		return apply_glob(r, edit, result);
	}
	if (err)
		return err_wrap(err, "edits[%zu].file", edit->index);
	err = overlay_node(&r->overlay, edit, "file", edit->file, &node);
	if (err)
		return err;
	if (is_glob(edit) && !node->now)
		return apply_glob(r, edit, result);
	err = overlay_draft(&r->overlay, edit, node, result, &draft);
	if (err || !draft || is_given_away(draft, result))
		return err;
	err = apply_text(r, draft, edit, result);
	if (!err && (result->status == EDIT_APPLIED || result->status == EDIT_WAITING))
		node->now->touched_by = edit->index;
	return err;
}

static struct err *apply_to_tree(struct resolver *r, const struct edit *edit,
				 struct edit_result *result)
{
	struct err *err = path_check(edit->file);

	if (err)
		return err_wrap(err, "edits[%zu].file", edit->index);
	if (edit->kind == EDIT_CREATE_FILE)
		return overlay_create(&r->overlay, edit, result);
	if (edit->kind == EDIT_DELETE_FILE)
		return overlay_delete(&r->overlay, edit, result);
	err = path_check(edit->to);
	if (err)
		return err_wrap(err, "edits[%zu].to", edit->index);
	return overlay_rename(&r->overlay, edit, result);
}

struct err *resolver_apply(struct resolver *r, const struct edit *edit,
			   struct edit_result *result)
{
	struct err *err;

	edit_result_release(result);
	if (edit->kind == EDIT_CREATE_FILE || edit->kind == EDIT_DELETE_FILE ||
	    edit->kind == EDIT_RENAME_FILE)
		return apply_to_tree(r, edit, result);
	err = err_first(apply_in_file(r, edit, result), tags_err(&r->overlay.tags));
	/* A pattern that ran into a limit is the edit's failure, not ours. */
	if (err && err_kind(err) == ERR_NO_FIX) {
		edit_result_set(result, EDIT_FAILED, "%s", err_text(err));
		err_drop(err);
		err = NULL;
	}
	return err;
}

bool resolver_may_turn(struct resolver *r, const struct edit *edit)
{
	struct node *node;
	struct text text;
	bool needs = false;
	struct err *err;

	if (edit->regex)
		return true;
	if (!edit->symbol || edit->kind > EDIT_MODEL)
		return false;
	err = path_check(edit->file);
	if (!err)
		err = overlay_node(&r->overlay, edit, "file", edit->file, &node);
	/* What is wrong with it is said when it is applied. */
	if (!err && node->now && !text_refusal(node->now->bytes)) {
		err = text_init(&text, node->now->bytes);
		needs = !err && symbols_need_tags(&text, edit->file, edit->symbol);
		text_release(&text);
	}
	err_drop(err);
	return needs;
}

static struct err *keep_span(struct resolver *r, struct span s, struct span *out)
{
	char *copy = arena_dup(&r->arena, s);

	if (!copy)
		return arena_err(&r->arena, "regions");
	*out = (struct span){ copy, s.len };
	return NULL;
}

static struct err *keep_view(struct resolver *r, const struct draft *d, size_t start,
			     size_t end, struct span *out)
{
	struct str text = STR_INIT(CHANGE_LOG_MAX_BYTES), ends = text;
	struct err *err;

	changes_view(&d->changes, &d->text, start, end, &text, &ends);
	err = str_err(&text, "region");
	if (!err)
		err = keep_span(r, str_span(&text), out);
	str_release(&text);
	str_release(&ends);
	return err;
}

/* Replaces all changes of [start, end) by one that keeps their text, reserved. */
static struct err *reserve(struct draft *d, const struct edit *edit, size_t start,
			   size_t end, bool whole)
{
	struct str text = STR_INIT(CHANGE_LOG_MAX_BYTES), ends = text;
	struct written w = { .edit = edit->index, .kind = CHANGE_RESERVED,
			     .whole_file = whole };
	struct change *c, *made, *conflict;
	struct err *err;

	changes_view(&d->changes, &d->text, start, end, &text, &ends);
	err = err_first(str_err(&text, "region"), str_err(&ends, "region"));
	for (c = changes_from(&d->changes, start); !err && c && c->start <= end;) {
		struct change *next = change_next(c);

		if (c->start >= start && (c->start < end || end == d->text.view.len))
			changes_remove(&d->changes, c);
		c = next;
	}
	w.text = str_span(&text);
	w.ends = str_span(&ends);
	if (!err)
		err = changes_add(&d->changes, start, end, &w, &made, &conflict);
	str_release(&text);
	str_release(&ends);
	return err;
}

static struct err *cut_region(struct resolver *r, struct draft *d, const struct edit *edit,
			      const char *path, const struct line_range *lines, bool whole,
			      struct region *out)
{
	const struct text *t = &d->text;
	size_t n = t->n_lines, first = n ? lines->first : 0, stop = n ? lines->last + 1 : 0;
	size_t above = first > CONTEXT_LINES ? first - CONTEXT_LINES : 0;
	size_t below = n - stop > CONTEXT_LINES ? stop + CONTEXT_LINES : n;
	char *name = arena_dups(&r->arena, path);
	struct err *err = NULL;

	*out = (struct region){ .edit = edit, .file = name, .first_line = first + 1,
				.last_line = stop };
	if (!name)
		return arena_err(&r->arena, "regions");
	err = keep_view(r, d, t->start[first], t->start[stop], &out->text);
	if (!err)
		err = keep_view(r, d, t->start[above], t->start[first], &out->before);
	if (!err)
		err = keep_view(r, d, t->start[stop], t->start[below], &out->after);
	if (!err)
		err = reserve(d, edit, t->start[first], t->start[stop], whole);
	return err;
}

struct err *resolver_prepare(struct resolver *r, const char *path, bool *there)
{
	const struct edit edit = { .file = path, .index = NO_EDIT };
	struct edit_result result;
	struct draft *draft = NULL;
	struct node *node;
	struct err *err;

	*there = false;
	edit_result_init(&result);
	err = overlay_node(&r->overlay, &edit, "file", path, &node);
	if (!err && node->now)
		err = overlay_draft(&r->overlay, &edit, node, &result, &draft);
	*there = !err && draft;
	edit_result_release(&result);
	return err;
}

static struct change *find_reserved(const struct draft *d, const struct edit *edit)
{
	struct change *c = changes_first(&d->changes);

	while (c && (c->kind == CHANGE_DIRECT || c->edit != edit->index))
		c = change_next(c);
	return c;
}

/* The region that a waiting edit has reserved already. */
static struct err *region_again(struct resolver *r, struct draft *d,
				const struct edit *edit, const char *path, struct change *c,
				struct region *out)
{
	size_t first = text_line_at(&d->text, c->start);
	struct line_range lines = { first, c->end > c->start ?
				    text_line_at(&d->text, c->end - 1) : first };

	return cut_region(r, d, edit, path, &lines, c->whole_file, out);
}

struct err *resolver_region(struct resolver *r, const struct edit *edit,
			    const struct edit_result *failed, bool *found,
			    struct region *out)
{
	struct edit_result why;
	const struct change *conflict;
	struct line_range lines;
	struct draft *d = NULL;
	struct change *c;
	struct node *node;
	struct err *err;
	bool whole;

	*found = false;
	if (edit->kind > EDIT_MODEL || is_glob(edit))
		return NULL;
	edit_result_init(&why);
	err = overlay_node(&r->overlay, edit, "file", edit->file, &node);
	if (!err)
		err = overlay_draft(&r->overlay, edit, node, &why, &d);
	if (err || !d)
		goto out;
	c = find_reserved(d, edit);
	if (c) {
		*found = true;
		err = region_again(r, d, edit, node->path, c, out);
		goto out;
	}
	if (edit->kind == EDIT_MODEL ||
	    !cut_around(d, edit, failed, &lines, &whole) ||
	    !cut_settle(d, &lines, &conflict))
		goto out;
	node->now->touched_by = edit->index;
	*found = true;
	err = cut_region(r, d, edit, node->path, &lines, whole, out);
out:
	edit_result_release(&why);
	return err_first(err, tags_err(&r->overlay.tags));
}

/* The answer with LF line ends and the end of the text that it replaces. */
static void close_answer(struct str *out, struct span answer, struct span old)
{
	bool ended = span_ends(old, "\n") || !old.len;

	str_add_span(out, answer);
	if (!out->len)
		return;
	if (ended && !span_ends(answer, "\n"))
		str_addc(out, '\n');
	else if (!ended && span_ends(answer, "\n"))
		str_truncate(out, out->len - 1);
}

struct err *resolver_splice(struct resolver *r, const struct region *region,
			    struct span answer)
{
	struct str hold = STR_INIT(0), text = STR_INIT(TEXT_MAX_BYTES);
	struct node *node;
	struct change *c = NULL;
	struct edit_result result;
	struct draft *d;
	struct place all;
	bool done;
	struct err *err;

	edit_result_init(&result);
	err = overlay_node(&r->overlay, region->edit, "file", region->file, &node);
	d = !err && node->now ? node->now->draft : NULL;
	if (d)
		c = find_reserved(d, region->edit);
	if (!err && !c)
		err = err_new(ERR_FATAL, "edits[%zu]: its region is not reserved",
			      region->edit->index);
	if (err)
		goto out;
	close_answer(&text, plan_text(answer, &hold), change_text(&d->changes, c));
	err = err_first(str_err(&hold, "answer"), str_err(&text, "answer"));
	all = (struct place){ 0, c->len, c };
	if (!err)
		err = draft_write(d, &all, str_span(&text), NULL, region->edit, &result,
				  &done);
	c->kind = CHANGE_ANSWERED;
out:
	edit_result_release(&result);
	str_release(&hold);
	str_release(&text);
	return err;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct file_change *)a)->path,
		      ((const struct file_change *)b)->path);
}

static bool is_json(struct span bytes)
{
	const struct json_limits limits = { JSON_MAX_BYTES, JSON_MAX_DEPTH };
	struct json_doc *doc = NULL;
	struct err *err = json_parse(&doc, bytes, &limits);
	bool good = !err;

	err_drop(err);
	json_free(doc);
	return good;
}

/* A file that was JSON must be JSON when all is done; between two edits it need not. */
static struct err *check_json(const struct node *node, struct span now)
{
	if (!span_ends(span_of(node->path), ".json") || node->now->touched_by == NO_EDIT ||
	    !is_json(node->base.bytes) || is_json(now))
		return NULL;
	return err_new(ERR_NO_FIX, "edits[%zu]: after it, '%s' is no valid JSON any more",
		       node->now->touched_by, node->path);
}

/* Whether what stands at node now differs from the source, and what it is. */
static struct err *compare(struct node *node, struct file_change *out, bool *differs)
{
	enum source_kind kind = node->now ? node->now->kind : SOURCE_ABSENT;
	enum source_kind was = node->base.kind;
	struct err *err = NULL;

	*differs = false;
	*out = (struct file_change){ .path = node->path, .kind = kind };
	if (!node->read)
		return NULL;
	if (!node->now) {
		*differs = was == SOURCE_FILE || was == SOURCE_EXECUTABLE ||
			   was == SOURCE_LINK;
		return NULL;
	}
	err = content_bytes(node->now, &out->bytes);
	if (err)
		return err_wrap(err, "%s", node->path);
	*differs = kind != was || !span_eq(out->bytes, node->base.bytes);
	return *differs && was == SOURCE_FILE ? check_json(node, out->bytes) : NULL;
}

struct err *resolver_changes(struct resolver *r, const struct file_change **out, size_t *n)
{
	struct overlay *o = &r->overlay;
	struct err *err = NULL;

	*n = 0;
	free(r->changes);
	r->changes = calloc(o->n_nodes + 1, sizeof(*r->changes));
	*out = r->changes;
	if (!r->changes)
		return err_nomem();
	for (size_t i = 0; i < o->n_buckets && !err; i++) {
		for (struct node *node = o->buckets[i]; node && !err; node = node->chain) {
			bool differs;

			err = compare(node, &r->changes[*n], &differs);
			if (!err && differs)
				++*n;
		}
	}
	qsort(r->changes, *n, sizeof(*r->changes), by_path);
	return err;
}
