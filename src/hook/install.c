/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hook/install.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hook/manager.h"
#include "hook/place.h"
#include "hook/written.h"
#include "sys/file.h"

#define PATH_BYTES 8192
#define KEY_BYTES 128
#define COMMAND_BYTES 256

static struct err *check_event(const char *event)
{
	if (place_our_hook(event).ptr)
		return NULL;
	return err_new(ERR_USAGE, "'%s' is no hook of git dualfix; pre-push, pre-commit and "
		       "sendemail-validate are", event);
}

/* A section for each event: its command has to know which one it is called for. */
static struct err *configure(struct repo *repo, const char *event)
{
	char key[KEY_BYTES], command[COMMAND_BYTES];
	struct err *err;

	/* A configured hook whose program is gone would block every push. */
	snprintf(command, sizeof(command),
		 "command -v git-dualfix >/dev/null || exit 0; git-dualfix hook %s", event);
	snprintf(key, sizeof(key), "hook.dualfix.%s.command", event);
	err = written_add(repo, key, command, NULL);
	snprintf(key, sizeof(key), "hook.dualfix.%s.event", event);
	return err ? err : written_add(repo, key, event, NULL);
}

static struct err *write_file(struct repo *repo, const struct hook_place *place, struct span hook)
{
	struct str dir = STR_INIT(PATH_BYTES);
	const char *slash = strrchr(place->path.buf, '/');
	struct err *err;

	str_add(&dir, place->path.buf, (size_t)(slash - place->path.buf));
	err = str_err(&dir, "hook");
	if (!err && !file_is_dir(dir.buf)) {
		err = file_mkdirs(dir.buf, 0777);
		if (!err)
			err = written_note_folder(repo, dir.buf);
	}
	if (!err)
		err = file_write(place->path.buf, hook, 0755);
	str_release(&dir);
	return err;
}

static struct err *move(const char *from, const char *to)
{
	if (!rename(from, to))
		return NULL;
	return err_errno(ERR_FATAL, errno, "cannot rename '%s' to '%s'", from, to);
}

static struct err *chain_file(struct repo *repo, const struct hook_place *place, const char *event,
			      struct str *said)
{
	struct err *err;

	if (file_exists(place->orig.buf))
		return err_new(ERR_CONFIG, "'%s' is in the way", place->orig.buf);
	err = move(place->path.buf, place->orig.buf);
	if (err)
		return err;
	err = write_file(repo, place, place_chained_hook());
	if (err)
		return err_first(err, move(place->orig.buf, place->path.buf));
	str_addf(said, "%s: installed before the hook that was there, which is %s now", event,
		 place->orig.buf);
	return NULL;
}

static struct err *beside_other(struct repo *repo, const struct hook_place *place,
				const char *event, bool chain, struct str *said)
{
	const struct manager *manager = place->manager;
	bool can_chain = !place->by_name && !(manager && manager->rewrites);
	struct err *err;

	if (chain && can_chain)
		return chain_file(repo, place, event, said);
	manager_advise(manager, event, said);
	if (chain && place->by_name)
		return err_new(ERR_CONFIG, "'%s' goes by the name it is called by, so it cannot "
			       "be renamed", place->path.buf);
	err = err_new(ERR_CONFIG, "%s: '%s' is %s's hook; it was left alone", event,
		      place->path.buf, manager ? manager->name : "somebody else");
	return can_chain ? err_hint(err, "git dualfix init --hooks=%s --chain", event) : err;
}

static struct err *refuse_shared(const struct hook_place *place, const char *event)
{
	return err_hint(err_new(ERR_CONFIG, "core.hooksPath is for all of your repositories; "
				"'%s' was left alone", place->path.buf),
			"git config core.hooksPath .git/hooks, or add to it: git-dualfix hook "
			"%s \"$@\" || exit", event);
}

struct err *hook_install(struct repo *repo, const char *event, bool chain, struct str *said)
{
	struct hook_place place = { 0 };
	struct err *err = check_event(event);

	if (!err)
		err = place_look(&place, repo, event);
	if (err)
		goto out;
	/* git runs what its configuration names whatever the folder is. */
	if (place.shared && !place.config_hooks) {
		err = refuse_shared(&place, event);
	} else if (place.standing == HOOK_OTHER && !place.config_hooks) {
		err = beside_other(repo, &place, event, chain, said);
	} else if (place.standing == HOOK_NONE || place.standing == HOOK_OTHER) {
		err = place.config_hooks ? configure(repo, event) :
					   write_file(repo, &place, place_our_hook(event));
		if (!err)
			str_addf(said, "%s: installed %s", event,
				 place.config_hooks ? "in git config (hook.dualfix)" :
						      place.path.buf);
	} else {
		str_addf(said, "%s: installed already", event);
	}
	if (!err && place.remark.len && !place.config_hooks)
		str_addf(said, "\n%s", place.remark.buf);
out:
	place_release(&place);
	return err;
}

static struct err *unconfigure(struct repo *repo, const char *event)
{
	char section[KEY_BYTES];
	const char *const drop[] = { "config", "--local", "--remove-section", section, NULL };
	size_t n;
	int code;
	struct err *err;

	snprintf(section, sizeof(section), "hook.dualfix.%s.", event);
	err = written_remove(repo, section, &n);
	section[strlen(section) - 1] = '\0';
	/* In another scope, it is not this repository's. */
	if (!err && !n)
		err = repo_git(repo, drop, (struct span){ 0 }, NULL, &code);
	return err;
}

static struct err *unchain(const struct hook_place *place)
{
	if (file_exists(place->orig.buf))
		return move(place->orig.buf, place->path.buf);
	return file_remove_tree(place->path.buf);
}

struct err *hook_uninstall(struct repo *repo, const char *event, struct str *said)
{
	struct hook_place place = { 0 };
	size_t n;
	struct err *err = check_event(event);

	if (!err)
		err = place_look(&place, repo, event);
	if (err || (place.shared && place.standing != HOOK_IN_CONFIG))
		goto out;
	switch (place.standing) {
	case HOOK_IN_CONFIG:
		err = unconfigure(repo, event);
		break;
	case HOOK_OURS:
		err = file_remove_tree(place.path.buf);
		break;
	case HOOK_CHAINED:
		err = unchain(&place);
		break;
	case HOOK_OTHER:
	case HOOK_NONE:
		if (file_exists(place.orig.buf))
			str_addf(said, "%s: ours is not installed; what stood there before it is "
				 "%s", event, place.orig.buf);
		goto out;
	}
	/* The folder, if it was made for this. */
	if (!err)
		err = written_remove(repo, "no key", &n);
	if (!err)
		str_addf(said, "%s: removed", event);
out:
	place_release(&place);
	return err;
}

struct err *hook_describe(struct repo *repo, const char *event, struct str *out)
{
	static const char *const words[] = {
		[HOOK_NONE] = "none; git dualfix init --hooks installs ours",
		[HOOK_OURS] = "ours",
		[HOOK_CHAINED] = "ours, then the one that was there before",
		[HOOK_OTHER] = "another's",
		[HOOK_IN_CONFIG] = "ours, in git config",
	};
	struct hook_place place;
	struct err *err = place_look(&place, repo, event);

	if (!err)
		str_adds(out, words[place.standing]);
	if (!err && place.standing == HOOK_OTHER && place.manager)
		str_addf(out, ": %s", place.manager->name);
	place_release(&place);
	return err;
}
