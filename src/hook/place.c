/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hook/place.h"

#include <stdio.h>
#include <string.h>

#include "base/template_files.h"
#include "hook/manager.h"
#include "sys/file.h"

#define HOOK_MAX_BYTES ((size_t)1 << 20)
#define PATH_BYTES 8192
#define REMARK_MAX_BYTES 16384

/* The first version that reads hook.<name>.* (git's release notes). */
#define CONFIG_HOOKS_MAJOR 2
#define CONFIG_HOOKS_MINOR 54

const char *const hook_events[] = { "pre-push", "pre-commit", "sendemail-validate", NULL };

static struct span template_text(const char *name)
{
	for (size_t i = 0; i < template_files_count; i++)
		if (!strcmp(template_files[i].name, name))
			return (struct span){ template_files[i].bytes, template_files[i].len };
	return (struct span){ 0 };
}

struct span place_our_hook(const char *event)
{
	char name[64];

	for (size_t i = 0; hook_events[i]; i++) {
		if (strcmp(hook_events[i], event))
			continue;
		snprintf(name, sizeof(name), "hooks/%s", event);
		return template_text(name);
	}
	return (struct span){ 0 };
}

struct span place_chained_hook(void)
{
	return template_text("hooks/chained");
}

static struct err *git_has_config_hooks(struct repo *repo, bool *has)
{
	const char *const args[] = { "version", NULL };
	struct str text = STR_INIT(1024);
	unsigned major = 0, minor = 0;
	struct err *err = repo_git(repo, args, (struct span){ 0 }, &text, NULL);

	*has = !err && sscanf(text.buf, "git version %u.%u", &major, &minor) == 2 &&
	       (major > CONFIG_HOOKS_MAJOR ||
		(major == CONFIG_HOOKS_MAJOR && minor >= CONFIG_HOOKS_MINOR));
	str_release(&text);
	return err;
}

/* core.hooksPath with "~" resolved, and whether it comes from the user's or system's file. */
static struct err *hooks_path(struct repo *repo, struct str *path, bool *shared)
{
	const char *const args[] = { "config", "-z", "--show-scope", "--type=path", "--get-all",
				     "core.hooksPath", NULL };
	struct str text = STR_INIT(HOOK_MAX_BYTES);
	struct span rest, scope, value, last = { 0 }, last_scope = { 0 };
	struct span before = { 0 }, before_scope = { 0 };
	int code;
	struct err *err = repo_git(repo, args, (struct span){ 0 }, &text, &code);

	*shared = false;
	rest = str_span(&text);
	/* The last one is what keeps hooks from repo_git(). */
	while (!err && span_split(&rest, '\0', &scope) && span_split(&rest, '\0', &value)) {
		before = last;
		before_scope = last_scope;
		last = value;
		last_scope = scope;
	}
	str_add_span(path, before);
	*shared = span_eqs(before_scope, "global") || span_eqs(before_scope, "system");
	str_release(&text);
	return err_first(err, str_err(path, "core.hooksPath"));
}

static struct err *find_path(struct repo *repo, const char *event, struct hook_place *place,
			     struct str *set)
{
	const char *top = repo_work_tree(repo) ? repo_work_tree(repo) : repo_git_dir(repo);
	struct err *err = hooks_path(repo, set, &place->shared);

	if (err)
		return err;
	if (!set->len)
		str_addf(&place->path, "%s/hooks/%s", repo_common_dir(repo), event);
	else if (*set->buf == '/')
		str_addf(&place->path, "%s/%s", set->buf, event);
	else
		str_addf(&place->path, "%s/%s/%s", top, set->buf, event);
	str_addf(&place->orig, "%s" PLACE_ORIG, place->path.buf);
	if (set->len && *set->buf != '/')
		str_addf(&place->remark, "core.hooksPath is '%s': a work tree without that "
			 "folder has no hooks", set->buf);
	return err_first(str_err(&place->path, "hook"), str_err(&place->orig, "hook"));
}

static bool goes_by_name(struct span text)
{
	return span_find(text, SPAN("basename"), 0) >= 0 ||
	       span_find(text, SPAN("${0##"), 0) >= 0;
}

static struct err *look_at_file(struct hook_place *place, const char *event, const char *folder)
{
	struct str text = STR_INIT(HOOK_MAX_BYTES);
	struct span hook;
	struct err *err = NULL;

	if (file_exists(place->path.buf))
		err = file_read(place->path.buf, &text);
	if (err)
		goto out;
	hook = str_span(&text);
	place->manager = manager_of(hook, folder);
	place->by_name = goes_by_name(hook);
	if (span_eq(hook, place_our_hook(event)))
		place->standing = HOOK_OURS;
	else if (span_eq(hook, place_chained_hook()))
		place->standing = HOOK_CHAINED;
	else if (file_exists(place->path.buf) || (place->manager && place->manager->rewrites))
		place->standing = HOOK_OTHER;
out:
	str_release(&text);
	return err;
}

struct err *place_look(struct hook_place *out, struct repo *repo, const char *event)
{
	struct str folder = STR_INIT(PATH_BYTES), key = STR_INIT(PATH_BYTES);
	struct err *err;

	*out = (struct hook_place){ .standing = HOOK_NONE };
	str_init(&out->path, PATH_BYTES);
	str_init(&out->orig, PATH_BYTES);
	str_init(&out->remark, REMARK_MAX_BYTES);
	str_addf(&key, "hook.dualfix.%s.event", event);
	err = git_has_config_hooks(repo, &out->config_hooks);
	/* git send-email runs hooks only where this one is a file, to this day (2.55). */
	if (!strcmp(event, "sendemail-validate"))
		out->config_hooks = false;
	if (!err)
		err = find_path(repo, event, out, &folder);
	if (err)
		goto out;
	if (config_get(repo_config(repo), key.buf))
		out->standing = HOOK_IN_CONFIG;
	else
		err = look_at_file(out, event, folder.buf);
out:
	str_release(&folder);
	str_release(&key);
	return err;
}

void place_release(struct hook_place *place)
{
	str_release(&place->path);
	str_release(&place->orig);
	str_release(&place->remark);
	*place = (struct hook_place){ 0 };
}
