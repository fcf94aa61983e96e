/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repo/git.h"

static const struct backend *const backends[] = { &backend_libgit2, &backend_git };

#define SETTING "dualfix.backend"

struct promisors {
	const struct config *config;
	bool any;
};

static void look_at_remote(void *ctx, const char *name)
{
	struct promisors *promisors = ctx;
	char *key = NULL;

	if (asprintf(&key, "remote.%s.promisor", name) < 0)
		return;
	promisors->any = promisors->any || config_get(promisors->config, key);
	free(key);
}

bool backend_is_partial(const struct repo *repo)
{
	struct promisors promisors = { .config = repo->config };

	promisors.any = config_get(repo->config, "extensions.partialclone");
	config_subsections(repo->config, "remote", look_at_remote, &promisors);
	return promisors.any;
}

struct err *backend_use(struct repo *repo, const char *quarantine)
{
	char *copy = quarantine ? strdup(quarantine) : NULL;
	void *store = NULL;
	struct err *err;

	if (quarantine && !copy)
		return err_nomem();
	err = repo->backend->open(&store, repo, quarantine, STORE_FOR_RUN);
	if (err) {
		free(copy);
		return err;
	}
	repo->backend->close(repo->store);
	free(repo->quarantine);
	repo->store = store;
	repo->quarantine = copy;
	return NULL;
}

struct err *backend_bulk(const struct repo *repo, void **store)
{
	return repo->backend->open(store, repo, repo->quarantine, STORE_FOR_BULK);
}

void backend_close(struct repo *repo)
{
	if (repo->backend)
		repo->backend->close(repo->store);
	repo->store = NULL;
}

/* NULL for auto. */
static struct err *read_setting(const struct repo *repo, const struct backend **out)
{
	const char *name = config_get(repo->config, SETTING);

	*out = NULL;
	if (!name || !strcmp(name, "auto"))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(backends) && !*out; i++) {
		if (!strcmp(name, backends[i]->name))
			*out = backends[i];
	}
	if (*out)
		return NULL;
	return err_hint(err_new(ERR_CONFIG, "bad value '%s' for '" SETTING
				"': expected auto, libgit2 or git", name),
			"git config --show-origin --get-all " SETTING);
}

struct err *backend_open(struct repo *repo)
{
	const struct backend *wanted;
	struct err *err = read_setting(repo, &wanted);

	if (err)
		return err;
	/* Of the two git alone fetches. */
	repo->backend = wanted ? wanted : repo->may_fetch ? &backend_git : backends[0];
	err = backend_use(repo, NULL);
	if (err && !wanted && repo->backend != &backend_git) {
		err_drop(err);
		repo->backend = &backend_git;
		err = backend_use(repo, NULL);
	}
	if (err && wanted)
		err = err_hint(err, "git config " SETTING " auto");
	return err;
}

struct err *backend_prefetch(struct repo *repo, const struct oid *tree)
{
	/* Of the commands that look at all files it is one that fetches them together. */
	const char *const args[] = { "diff-tree", "-r", "--shortstat", "--no-renames",
				     "--no-ext-diff", "--no-textconv",
				     backend_empty_tree(repo), tree->hex, "--", NULL };

	return repo->may_fetch ? repo_git(repo, args, NO_INPUT, NULL, NULL) : NULL;
}

const char *backend_empty_tree(const struct repo *repo)
{
	return repo->id_bytes == ID_SHA1_BYTES
		       ? "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
		       : "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";
}
