/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/lockfiles.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "repo/tree.h"

/* By the last part of a path; globs of fnmatch(3). */
static const char *const names[] = {
	/* JavaScript */
	"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock",
	"bun.lockb", "deno.lock",
	/* Python */
	"requirements*.txt", "constraints*.txt", "poetry.lock", "uv.lock", "pdm.lock",
	"Pipfile.lock", "pylock*.toml", "conda-lock.yml", "environment.yml",
	/* Rust, Go, Ruby, PHP, Elixir, Erlang, Dart, Swift */
	"Cargo.lock", "go.sum", "Gemfile.lock", "composer.lock", "mix.lock", "rebar.lock",
	"pubspec.lock", "Package.resolved",
	/* JVM, .NET, Haskell, C and C++, Nix */
	"gradle.lockfile", "verification-metadata.xml", "packages.lock.json",
	"stack.yaml.lock", "cabal.project.freeze", "conan.lock", "vcpkg.json", "flake.lock",
};

bool lockfiles_has(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *last = slash ? slash + 1 : path;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!fnmatch(names[i], last, 0))
			return true;
	}
	return false;
}

static struct err *on_file(void *ctx, const char *path, bool is_link, const struct oid *blob)
{
	uint64_t *hash = ctx;

	if (!is_link && lockfiles_has(path))
		*hash = hash_text(hash_text(*hash, path), blob->hex);
	return NULL;
}

struct err *lockfiles_key(struct str *key, struct repo *repo, const struct oid *tree,
			  const struct check_list *checks, const struct sandbox *sandbox)
{
	uint64_t files = HASH_START, commands = HASH_START;
	struct err *err = repo_tree_walk(repo, tree, on_file, &files);

	for (size_t i = 0; i < checks->n_setup; i++)
		commands = hash_text(commands, checks->setup[i].command);
	str_addf(key, "%s %016" PRIx64 " %016" PRIx64, sandbox_name(sandbox->kind), commands,
		 files);
	return err ? err : str_err(key, "lockfiles");
}
