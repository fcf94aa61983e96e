/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/am_repo.h"

#include <string.h>

#include "sys/file.h"

#define PATH_BYTES 8192
#define NO_INPUT ((struct span){ NULL, 0 })
#define SHA1_HEX 40

static struct err *set_env(struct argv *env, const char *dir, const char *objects)
{
	static const char *const fixed[] = {
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_CONFIG_PARAMETERS=",
		"GIT_CONFIG_COUNT=0",
		"GIT_ATTR_NOSYSTEM=1",
		"GIT_COMMITTER_NAME=git dualfix",
		"GIT_COMMITTER_EMAIL=git-dualfix@localhost",
		NULL,
	};

	argv_push_all(env, fixed);
	argv_pushf(env, "GIT_DIR=%s/git", dir);
	argv_pushf(env, "GIT_COMMON_DIR=%s/git", dir);
	argv_pushf(env, "GIT_OBJECT_DIRECTORY=%s", objects);
	argv_pushf(env, "GIT_INDEX_FILE=%s/git/index", dir);
	argv_pushf(env, "GIT_WORK_TREE=%s/tree", dir);
	return argv_err(env);
}

/* Those in a quarantine it sees anyway. */
static struct err *borrow_objects(const struct repo *repo, const char *objects)
{
	struct str line = STR_INIT(PATH_BYTES), path = STR_INIT(PATH_BYTES);
	const char *common = repo_common_dir(repo);
	struct err *err;

	str_addf(&path, "%s/info", objects);
	str_addf(&line, "%s/objects\n", common);
	err = err_first(str_err(&path, objects), str_err(&line, common));
	if (!err && strchr(common, '\n'))
		err = err_new(ERR_FATAL, "the repository's path has a line end in it");
	if (!err)
		err = file_mkdirs(path.buf, 0700);
	str_adds(&path, "/alternates");
	if (!err)
		err = str_err(&path, objects);
	if (!err)
		err = file_write(path.buf, str_span(&line), 0600);
	str_release(&path);
	str_release(&line);
	return err;
}

static struct err *make(struct am_repo *am, const char *dir, const char *objects,
			const char *format)
{
	const char *const init[] = { "init", "-q", "--template=", format, NULL };
	struct str tree = STR_INIT(PATH_BYTES);
	struct err *err;

	str_addf(&tree, "%s/tree", dir);
	err = str_err(&tree, dir);
	if (!err)
		err = file_mkdirs(tree.buf, 0700);
	if (!err)
		err = set_env(&am->env, dir, objects);
	if (!err)
		err = am_repo_git(am, init, NO_INPUT, NULL);
	if (!err)
		err = borrow_objects(am->repo, objects);
	str_release(&tree);
	return err;
}

struct err *am_repo_make(struct am_repo *out, struct repo *repo, const char *dir,
			 const char *objects, const struct oid *like)
{
	struct str own = STR_INIT(PATH_BYTES);
	struct err *err = NULL;

	*out = (struct am_repo){ .repo = repo };
	argv_init(&out->env);
	if (!objects) {
		str_addf(&own, "%s/git/objects", dir);
		err = str_err(&own, dir);
		objects = own.buf;
	}
	if (!err)
		err = make(out, dir, objects, strlen(like->hex) > SHA1_HEX ?
			   "--object-format=sha256" : "--object-format=sha1");
	str_release(&own);
	return err;
}

void am_repo_release(struct am_repo *am)
{
	argv_release(&am->env);
}

struct err *am_repo_git(const struct am_repo *am, const char *const *args,
			struct span input, struct str *out)
{
	return repo_git_env(am->repo, args, argv_list(&am->env), input, out, NULL);
}

struct err *am_repo_start(const struct am_repo *am, const struct oid *base)
{
	const char *const head[] = { "update-ref", "--no-deref", "HEAD", base->hex, NULL };
	const char *const index[] = { "read-tree", base->hex, NULL };
	struct err *err = am_repo_git(am, head, NO_INPUT, NULL);

	return err ? err : am_repo_git(am, index, NO_INPUT, NULL);
}
