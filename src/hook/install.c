/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hook/install.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/template_files.h"
#include "sys/file.h"

#define HOOK_MAX_BYTES ((size_t)1 << 20)
#define PATH_BYTES 8192

/* The first version that reads hook.<name>.* (git's release notes). */
#define CONFIG_HOOKS_MAJOR 2
#define CONFIG_HOOKS_MINOR 54

#define COMMAND_KEY "hook.dualfix.command"
#define EVENT_KEY "hook.dualfix.event"

enum standing { HOOK_NONE, HOOK_OURS, HOOK_OTHER, HOOK_IN_CONFIG };

struct place {
	struct str path; /* of the hook's file */
	enum standing standing;
	bool config_hooks; /* git runs hooks from its configuration */
};

static struct span our_hook(const char *event)
{
	char name[64];

	snprintf(name, sizeof(name), "hooks/%s", event);
	for (size_t i = 0; i < template_files_count; i++)
		if (!strcmp(template_files[i].name, name))
			return (struct span){ template_files[i].bytes, template_files[i].len };
	return (struct span){ 0 };
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

/* Where git looks for it; not asked of git, which repo_git() keeps from hooks. */
static struct err *find_path(struct repo *repo, const char *event, struct str *path)
{
	const char *top = repo_work_tree(repo) ? repo_work_tree(repo) : repo_git_dir(repo);
	const char *set = config_get(repo_config(repo), "core.hookspath");
	struct err *err = NULL;

	if (!set)
		str_addf(path, "%s/hooks/%s", repo_common_dir(repo), event);
	else if (*set == '/')
		str_addf(path, "%s/%s", set, event);
	else if (!strncmp(set, "~/", 2))
		err = err_hint(err_new(ERR_CONFIG, "core.hooksPath is '%s', a folder of all of "
				       "your repositories", set),
			       "add to its %s: git-dualfix hook %s \"$@\"", event, event);
	else
		str_addf(path, "%s/%s/%s", top, set, event);
	return err_first(err, str_err(path, "hook"));
}

static struct err *look(struct repo *repo, const char *event, struct place *place)
{
	struct str text = STR_INIT(HOOK_MAX_BYTES);
	const char *const *events;
	size_t n;
	struct err *err;

	*place = (struct place){ 0 };
	str_init(&place->path, PATH_BYTES);
	err = git_has_config_hooks(repo, &place->config_hooks);
	if (!err)
		err = find_path(repo, event, &place->path);
	if (err)
		goto out;
	n = config_get_all(repo_config(repo), EVENT_KEY, &events);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(events[i], event))
			place->standing = HOOK_IN_CONFIG;
	if (place->standing == HOOK_IN_CONFIG || !file_exists(place->path.buf))
		goto out;
	err = file_read(place->path.buf, &text);
	if (!err)
		place->standing = span_eq(str_span(&text), our_hook(event)) ? HOOK_OURS :
									      HOOK_OTHER;
out:
	str_release(&text);
	return err;
}

static struct err *configure(struct repo *repo, const char *event)
{
	char command[128];
	const char *const set[] = { "config", "--local", COMMAND_KEY, command, NULL };
	const char *const add[] = { "config", "--local", "--add", EVENT_KEY, event, NULL };
	struct err *err;

	/* A configured hook whose program is gone would block every push. */
	snprintf(command, sizeof(command),
		 "command -v git-dualfix >/dev/null || exit 0; git-dualfix hook %s", event);
	err = repo_git(repo, set, (struct span){ 0 }, NULL, NULL);
	if (!err)
		err = repo_git(repo, add, (struct span){ 0 }, NULL, NULL);
	return err;
}

static struct err *write_file(const struct place *place, const char *event)
{
	struct str dir = STR_INIT(PATH_BYTES);
	const char *slash = strrchr(place->path.buf, '/');
	struct err *err;

	str_add(&dir, place->path.buf, (size_t)(slash - place->path.buf));
	err = str_err(&dir, "hook");
	if (!err)
		err = file_mkdirs(dir.buf, 0777);
	if (!err)
		err = file_write(place->path.buf, our_hook(event), 0755);
	str_release(&dir);
	return err;
}

struct err *hook_install(struct repo *repo, const char *event, struct str *said)
{
	struct place place;
	struct err *err;

	if (!our_hook(event).ptr)
		return err_new(ERR_USAGE, "'%s' is no hook of git dualfix; pre-push is", event);
	err = look(repo, event, &place);
	if (err)
		goto out;
	switch (place.standing) {
	case HOOK_IN_CONFIG:
	case HOOK_OURS:
		str_addf(said, "%s: installed already", event);
		break;
	case HOOK_OTHER:
		err = err_hint(err_new(ERR_CONFIG, "'%s' is another's hook; it was left alone",
				       place.path.buf),
			       "add this line to it: git-dualfix hook %s \"$@\" || exit", event);
		break;
	case HOOK_NONE:
		err = place.config_hooks ? configure(repo, event) : write_file(&place, event);
		if (!err)
			str_addf(said, "%s: installed %s", event,
				 place.config_hooks ? "in git config (hook.dualfix)" :
						      place.path.buf);
		break;
	}
out:
	str_release(&place.path);
	return err;
}

/* git's own folder of hooks, if it was we who made it: one with others' in it stays. */
static void leave_no_folder(const char *path)
{
	struct str dir = STR_INIT(PATH_BYTES);

	str_add(&dir, path, (size_t)(strrchr(path, '/') - path));
	if (!dir.failed)
		(void)rmdir(dir.buf);
	str_release(&dir);
}

struct err *hook_uninstall(struct repo *repo, const char *event, struct str *said)
{
	const char *const drop[] = { "config", "--local", "--remove-section", "hook.dualfix",
				     NULL };
	struct place place;
	struct err *err = look(repo, event, &place);

	if (err)
		goto out;
	switch (place.standing) {
	case HOOK_IN_CONFIG:
		err = repo_git(repo, drop, (struct span){ 0 }, NULL, NULL);
		break;
	case HOOK_OURS:
		err = file_remove_tree(place.path.buf);
		if (!err && !config_get(repo_config(repo), "core.hookspath"))
			leave_no_folder(place.path.buf);
		break;
	case HOOK_OTHER:
	case HOOK_NONE:
		str_addf(said, "%s: ours is not installed", event);
		goto out;
	}
	if (!err)
		str_addf(said, "%s: removed", event);
out:
	str_release(&place.path);
	return err;
}

struct err *hook_describe(struct repo *repo, const char *event, struct str *out)
{
	static const char *const words[] = {
		[HOOK_NONE] = "none; git dualfix init --hooks installs ours",
		[HOOK_OURS] = "ours",
		[HOOK_OTHER] = "another's",
		[HOOK_IN_CONFIG] = "ours, in git config",
	};
	struct place place;
	struct err *err = look(repo, event, &place);

	if (!err)
		str_addf(out, "%s", words[place.standing]);
	str_release(&place.path);
	return err;
}
