/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/past.h"

#include <stdio.h>
#include <string.h>

#include "repo/record.h"

#define REPORT_MAX_BYTES ((size_t)64 << 20)

void past_init(struct past *past)
{
	*past = (struct past){ 0 };
	str_init(&past->id, 256);
	str_init(&past->text, REPORT_MAX_BYTES);
	str_init(&past->branch, 4096);
	str_init(&past->outcome, 64);
}

void past_release(struct past *past)
{
	json_free(past->doc);
	str_release(&past->id);
	str_release(&past->text);
	str_release(&past->branch);
	str_release(&past->outcome);
	past_init(past);
}

static void copy_text(const json_node *root, const char *key, struct str *out)
{
	struct span text;

	if (json_string_of(json_get(root, key), &text))
		str_add_span(out, text);
}

static void copy_oid(const json_node *root, const char *key, struct oid *out)
{
	struct span text;

	if (json_string_of(json_get(root, key), &text) && text.len < sizeof(out->hex))
		snprintf(out->hex, sizeof(out->hex), "%.*s", (int)text.len, text.ptr);
}

struct err *past_read(struct past *past, struct repo *repo, const char *id)
{
	const struct json_limits limits = { REPORT_MAX_BYTES, 64 };
	const json_node *root;
	struct err *err;

	past_release(past);
	str_adds(&past->id, id);
	err = record_read(repo, id, "report.json", REPORT_MAX_BYTES, &past->text);
	if (err && err_kind(err) == ERR_INPUT) {
		err_drop(err);
		str_adds(&past->outcome, record_in_use(repo, id) ? "running" : "killed");
		return NULL;
	}
	if (err)
		return err_wrap(err, "run %s", id);
	err = json_parse(&past->doc, str_span(&past->text), &limits);
	if (err && err_kind(err) == ERR_INPUT) { /* one bad record hides no others */
		err_drop(err);
		str_adds(&past->outcome, "unreadable");
		str_reset(&past->text);
		return NULL;
	}
	if (err)
		return err_wrap(err, "run %s", id);
	root = json_root(past->doc);
	copy_text(root, "outcome", &past->outcome);
	copy_text(root, "branch", &past->branch);
	copy_oid(root, "base", &past->base);
	copy_oid(root, "commit", &past->commit);
	return NULL;
}

struct search {
	struct past *past;
	struct repo *repo;
	const char *branch;
	const struct oid *commit;
	bool found;
};

static struct err *look_at(void *ctx, const char *id)
{
	struct search *search = ctx;
	struct err *err;

	if (search->found)
		return NULL;
	err = past_read(search->past, search->repo, id);
	if (err)
		return err;
	search->found = !strcmp(search->past->branch.buf, search->branch) ||
			(!oid_is_none(search->commit) &&
			 oid_eq(search->commit, &search->past->commit));
	return NULL;
}

static struct err *look_for_commit(void *ctx, const char *id)
{
	struct search *search = ctx;
	struct err *err;

	if (search->found)
		return NULL;
	err = past_read(search->past, search->repo, id);
	search->found = !err && !oid_is_none(&search->past->commit);
	return err;
}

struct err *past_find_fix(struct past *past, struct repo *repo, const char *name)
{
	struct search search = { .past = past, .repo = repo };
	struct err *err;

	if (name)
		return past_find(past, repo, name);
	err = record_each(repo, look_for_commit, &search);
	if (!err && !search.found)
		err = err_hint(err_new(ERR_INPUT, "no run made a commit"), "git dualfix log");
	return err;
}

struct err *past_find(struct past *past, struct repo *repo, const char *name)
{
	struct str id = STR_INIT(256);
	struct oid commit = { "" };
	struct search search = { past, repo, name, &commit, false };
	struct err *err = record_find(repo, name, &id);

	if (!err) {
		err = past_read(past, repo, id.buf);
		goto out;
	}
	if (!name || err_kind(err) != ERR_INPUT)
		goto out;
	/* Not an id: the name of a branch or commit, which may be gone by now. */
	err_drop(repo_commit_of(repo, name, &commit));
	err = err_first(record_each(repo, look_at, &search), err);
	if (!search.found)
		goto out;
	err_drop(err);
	err = NULL;
out:
	str_release(&id);
	return err;
}
