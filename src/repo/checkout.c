/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/checkout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "repo/backend.h"
#include "repo/checkout_state.h"
#include "repo/facade.h"
#include "repo/git.h"
#include "sys/file.h"
#include "sys/lock.h"

/* More at once would fill the disk before they are of use. */
#define N_CHECKOUTS_MAX 64

#define PATH_BYTES ((size_t)64 << 10)
#define TAGS_MAX_BYTES ((size_t)64 << 20)
#define EXCLUDE_MAX_BYTES ((size_t)16 << 20)

static struct err *take_lock(struct checkout *co)
{
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err = NULL;
	bool taken = false;

	for (int n = 0; n < N_CHECKOUTS_MAX && !taken && !err; n++) {
		struct str name = STR_INIT(PATH_BYTES);

		str_addf(&name, "checkout/%d%s%s/lock", n, co->view ? "-" : "",
			 co->view ? co->view->id : "");
		err = str_err(&name, "checkout");
		if (!err)
			err = repo_private_path(co->repo, name.buf, true, &path);
		str_release(&name);
		if (!err)
			err = lock_try(&co->lock, path.buf, &taken);
	}
	if (!err && !taken)
		err = err_new(ERR_FATAL, "all %d scratch checkouts are in use",
			      N_CHECKOUTS_MAX);
	if (!err) {
		/* gc goes by it. */
		futimens(co->lock.fd, NULL);
		*strrchr(path.buf, '/') = '\0';
		co->dir = realpath(path.buf, NULL);
		if (!co->dir)
			err = err_errno(ERR_FATAL, errno, "cannot find '%s'", path.buf);
	}
	str_release(&path);
	return err;
}

static struct err *set_paths(struct checkout *co)
{
	const char *common = co->repo->common_dir;

	str_addf(&co->tree_dir, "%s/tree", co->dir);
	str_addf(&co->git_dir, "%s/git", co->dir);
	str_addf(&co->index, "%s/git/index", co->dir);
	str_addf(&co->holds, "%s/git/holds", co->dir);
	if (co->view)
		str_addf(&co->exclude, "%s/exclude", co->dir);
	else
		str_addf(&co->exclude, "%s/info/exclude", common);
	str_addf(&co->shallow, "%s/shallow", common);
	str_addf(&co->stamp, "%s/" CHECKOUT_STAMP, co->dir);
	return err_first(str_err(&co->tree_dir, "path"), str_err(&co->shallow, "path"));
}

/* Values that git itself knows; anything else is left out. */
static void add_setting(struct str *text, const struct config *config, const char *key)
{
	static const char *const known[] = { "true", "false", "input",
					     "lf",   "crlf",  "native" };
	const char *value = config_get(config, key);

	for (size_t i = 0; value && i < ARRAY_SIZE(known); i++) {
		if (!strcmp(value, known[i]))
			str_addf(text, "\t%s = %s\n", strrchr(key, '.') + 1, value);
	}
}

static bool is_sha256(const struct repo *repo)
{
	return repo->id_bytes == ID_SHA256_BYTES;
}

/* Written each time, so that nobody else's configuration is in it. */
static struct err *put_config(struct checkout *co)
{
	struct str text = STR_INIT(PATH_BYTES);
	struct err *err;

	facade_begin_config(&text, is_sha256(co->repo));
	str_adds(&text,
		 "\tsymlinks = true\n"
		 /* a tree with a path that some file system takes for .git is refused */
		 "\tprotectHFS = true\n"
		 "\tprotectNTFS = true\n");
	add_setting(&text, co->repo->config, "core.autocrlf");
	add_setting(&text, co->repo->config, "core.eol");
	err = str_err(&text, "config");
	if (!err)
		err = facade_put(co->git_dir.buf, "config", str_span(&text));
	str_release(&text);
	return err;
}

/* As a pattern that names this path and no other. */
static void add_pattern(struct str *text, const char *path)
{
	str_addc(text, '/');
	for (; *path; path++) {
		if (strchr("*?[\\ ", *path))
			str_addc(text, '\\');
		str_addc(text, *path);
	}
	str_addc(text, '\n');
}

/* The empty places of what is lent are nothing that a check left behind. */
static struct err *put_exclude(struct checkout *co)
{
	struct str text = STR_INIT(EXCLUDE_MAX_BYTES), users = STR_INIT(PATH_BYTES);
	struct err *err = NULL;

	if (!co->view)
		return NULL;
	str_addf(&users, "%s/info/exclude", co->repo->common_dir);
	err = str_err(&users, "path");
	if (!err && file_exists(users.buf))
		err = file_read(users.buf, &text);
	str_addc(&text, '\n');
	for (size_t i = 0; co->view->lent[i]; i++)
		add_pattern(&text, co->view->lent[i]);
	err = err_first(err, str_err(&text, "exclude"));
	if (!err)
		err = facade_put(co->dir, "exclude", str_span(&text));
	str_release(&users);
	str_release(&text);
	return err;
}

static struct err *make_git_dir(struct checkout *co)
{
	static const char *const folders[] = { "objects", "refs" };
	struct str path = STR_INIT(PATH_BYTES);
	struct err *err = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(folders) && !err; i++) {
		str_reset(&path);
		str_addf(&path, "%s/%s", co->git_dir.buf, folders[i]);
		err = str_err(&path, "path");
		if (!err)
			err = file_mkdirs(path.buf, 0700);
	}
	if (!err)
		err = facade_put(co->git_dir.buf, "HEAD", SPAN("ref: refs/heads/none\n"));
	if (!err)
		err = put_config(co);
	str_release(&path);
	return err;
}

/* What `git describe` goes by. */
static struct err *read_tags(struct checkout *co)
{
	static const char *const args[] = {
		"for-each-ref", "--format=%(objectname) %(refname)"
		"%(if)%(*objectname)%(then)%0a^%(*objectname)%(end)", "refs/tags", NULL,
	};

	return repo_git(co->repo, args, NO_INPUT, &co->tags, NULL);
}

struct err *checkout_take(struct checkout **out, struct repo *repo,
			  const struct checkout_view *view)
{
	struct checkout *co = calloc(1, sizeof(*co));
	struct err *err;

	*out = NULL;
	if (!co)
		return err_nomem();
	co->repo = repo;
	co->view = view;
	co->lock = (struct lock)LOCK_INIT;
	str_init(&co->tree_dir, PATH_BYTES);
	str_init(&co->git_dir, PATH_BYTES);
	str_init(&co->index, PATH_BYTES);
	str_init(&co->holds, PATH_BYTES);
	str_init(&co->exclude, PATH_BYTES);
	str_init(&co->shallow, PATH_BYTES);
	str_init(&co->stamp, PATH_BYTES);
	str_init(&co->tags, TAGS_MAX_BYTES);
	argv_init(&co->object_dirs);
	argv_init(&co->seen_object_dirs);
	err = take_lock(co);
	if (!err)
		err = set_paths(co);
	if (!err)
		err = put_exclude(co);
	if (!err)
		err = make_git_dir(co);
	if (!err)
		err = read_tags(co);
	if (err) {
		checkout_release(co);
		return err;
	}
	*out = co;
	return NULL;
}

void checkout_release(struct checkout *co)
{
	if (!co)
		return;
	lock_release(&co->lock);
	free(co->dir);
	str_release(&co->tree_dir);
	str_release(&co->git_dir);
	str_release(&co->index);
	str_release(&co->holds);
	str_release(&co->exclude);
	str_release(&co->shallow);
	str_release(&co->stamp);
	str_release(&co->tags);
	argv_release(&co->object_dirs);
	argv_release(&co->seen_object_dirs);
	free(co);
}

struct err *checkout_git(struct checkout *co, const char *const *args, struct span input,
			 struct str *out, int *code)
{
	struct str dirs = STR_INIT(PATH_BYTES);
	struct argv env = ARGV_INIT;
	struct err *err;

	for (size_t i = 0; i < co->object_dirs.n; i++) {
		if (i)
			str_addc(&dirs, ':');
		object_dir_quote(&dirs, co->object_dirs.v[i]);
	}
	git_env_bare(&env);
	argv_pushf(&env, "GIT_DIR=%s", co->git_dir.buf);
	argv_pushf(&env, "GIT_WORK_TREE=%s", co->tree_dir.buf);
	argv_pushf(&env, "GIT_ALTERNATE_OBJECT_DIRECTORIES=%s", dirs.buf);
	argv_push(&env, "GIT_LITERAL_PATHSPECS=1");
	err = err_first(str_err(&dirs, "object folders"), argv_err(&env));
	if (!err)
		err = git_run(co->repo->loop,
			      &(struct git_job){ .args = args,
						 .env = argv_list(&env),
						 .dir = co->tree_dir.buf,
						 .input = input,
						 .out = out,
						 .code = code });
	str_release(&dirs);
	argv_release(&env);
	return err;
}

static struct err *find_objects(struct checkout *co)
{
	struct err *err;

	argv_release(&co->object_dirs);
	err = object_dirs(&co->object_dirs, co->repo->objects_dir);
	if (!err && co->repo->quarantine)
		err = object_dirs(&co->object_dirs, co->repo->quarantine);
	argv_release(&co->seen_object_dirs);
	for (size_t i = 0; co->view && i < co->object_dirs.n; i++)
		argv_pushf(&co->seen_object_dirs, CHECKOUT_OBJECTS "/%zu", i);
	return err ? err : argv_err(&co->seen_object_dirs);
}

struct err *checkout_clear(struct checkout *co)
{
	return err_wrap(move_forget(co), "scratch checkout");
}

/* A folder without rights, an index that was cut off: none of it is worth a repair. */
static struct err *move_afresh(struct checkout *co, const struct oid *tree)
{
	struct err *err = move_forget(co);

	return err ? err : move_files(co, tree);
}

struct err *checkout_move(struct checkout *co, const struct oid *tree,
			  const struct oid *head)
{
	struct facade_spec facade = {
		.head = head->hex,
		.index = co->index.buf,
		.exclude = co->exclude.buf,
		.shallow = co->shallow.buf,
		.tags = str_span(&co->tags),
		.sha256 = is_sha256(co->repo),
	};
	struct err *err = find_objects(co);

	/* The checkout itself knows nobody to fetch from. */
	if (!err)
		err = backend_prefetch(co->repo, tree);
	if (!err)
		err = move_files(co, tree);
	if (err && err_kind(err) == ERR_FATAL) {
		err_drop(err);
		err = move_afresh(co, tree);
	}
	if (!err) {
		checkout_seen_object_dirs(co, &facade.object_dirs);
		err = facade_make(co->tree_dir.buf, &facade);
	}
	return err_wrap(err, "scratch checkout");
}

struct err *checkout_renew(struct checkout *co, const char *const *paths, size_t n)
{
	struct argv args = ARGV_INIT;
	struct err *err;

	/* Of the index only: a check may have made a link of any folder on the way. */
	argv_push(&args, "update-index");
	argv_push(&args, "--force-remove");
	argv_push(&args, "--");
	for (size_t i = 0; i < n; i++)
		argv_push(&args, paths[i]);
	err = argv_err(&args);
	if (!err)
		err = checkout_git(co, argv_list(&args), NO_INPUT, NULL, NULL);
	argv_release(&args);
	return err_wrap(err, "scratch checkout");
}

struct err *checkout_beside(const struct checkout *co, const char *name, struct str *path)
{
	str_addf(path, "%s/%s", co->dir, name);
	return str_err(path, co->dir);
}

const char *checkout_dir(const struct checkout *co)
{
	return co->tree_dir.buf;
}

const char *checkout_seen_dir(const struct checkout *co)
{
	return co->view ? co->view->dir : co->tree_dir.buf;
}

size_t checkout_seen_object_dirs(const struct checkout *co, const char *const **dirs)
{
	*dirs = argv_list(co->view ? &co->seen_object_dirs : &co->object_dirs);
	return co->object_dirs.n;
}

size_t checkout_object_dirs(const struct checkout *co, const char *const **dirs)
{
	*dirs = argv_list(&co->object_dirs);
	return co->object_dirs.n;
}
