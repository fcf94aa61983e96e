/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/repo.h"

#include <stdlib.h>
#include <string.h>

#include "repo/backend.h"
#include "repo/git.h"
#include "repo/memory.h"
#include "sys/file.h"

#define CONFIG_MAX_BYTES ((size_t)16 << 20)
#define PATHS_MAX_BYTES ((size_t)64 << 10)

/*
 * Trees up to this size stay in libgit2's cache. Its own limit of 4 KiB would
 * have a folder of a hundred files read again for every path in it.
 */
#define TREE_CACHE_MAX_BYTES ((size_t)256 << 10)

bool oid_is_none(const struct oid *oid)
{
	return !oid->hex[0];
}

bool oid_eq(const struct oid *a, const struct oid *b)
{
	return !strcmp(a->hex, b->hex);
}

/*
 * Whether to open it is git's to say, so what points git at a repository is
 * handed on as it is; only here.
 */
static const char *const discovery_names[] = {
	"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_CEILING_DIRECTORIES",
	"GIT_DISCOVERY_ACROSS_FILESYSTEM", NULL,
};

static const char *const probe_args[] = {
	"rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir",
	"--show-object-format", "--is-bare-repository", "--is-inside-work-tree",
	/* fails where there is no work tree, so it comes last */
	"--show-toplevel", NULL,
};

enum {
	LINE_GIT_DIR,
	LINE_COMMON_DIR,
	LINE_FORMAT,
	LINE_BARE,
	LINE_INSIDE,
	LINE_WORK_TREE,
	N_LINES,
};

static char *path_dup(struct span s)
{
	while (s.len > 1 && s.ptr[s.len - 1] == '/')
		s.len--;
	return strndup(s.ptr, s.len);
}

static struct err *take_paths(struct repo *repo, struct span answer)
{
	struct span line[N_LINES + 1] = { 0 };
	size_t n = 0;

	while (n <= N_LINES && span_line(&answer, &line[n]))
		n++;
	if (n && span_starts(line[0], "--"))
		return err_new(ERR_FATAL, "git is too old: 2.31 or later is needed");
	if (n == N_LINES && span_eqs(line[LINE_INSIDE], "true"))
		repo->work_tree = path_dup(line[LINE_WORK_TREE]);
	else if (n != LINE_INSIDE + 1 && n != N_LINES)
		return err_new(ERR_FATAL,
			       "git rev-parse gave an unexpected answer: "
			       "is there a line break in the repository's path?");
	if (span_eqs(line[LINE_FORMAT], "sha1"))
		repo->id_bytes = ID_SHA1_BYTES;
	else if (span_eqs(line[LINE_FORMAT], "sha256"))
		repo->id_bytes = ID_SHA256_BYTES;
	else
		return err_hint(
			err_new(ERR_FATAL,
				"the repository uses the extension objectFormat=%.*s, "
				"which cannot be read",
				(int)line[LINE_FORMAT].len, line[LINE_FORMAT].ptr),
			"only sha1 and sha256 repositories are supported");
	repo->git_dir = path_dup(line[LINE_GIT_DIR]);
	repo->common_dir = path_dup(line[LINE_COMMON_DIR]);
	if (!repo->git_dir || !repo->common_dir)
		return err_nomem();
	return NULL;
}

struct probe {
	bool done;
	struct proc_result result;
};

static void on_probe(void *ctx, struct proc_result *result)
{
	struct probe *probe = ctx;

	probe->result = *result;
	proc_result_init(result);
	probe->done = true;
}

static struct err *start_library(struct repo *repo)
{
	int rc;

	memory_for_library();
	rc = git_libgit2_init();
	if (rc < 0)
		return backend_err(ERR_FATAL, rc, "libgit2");
	repo->library = true;
	git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE,
			 TREE_CACHE_MAX_BYTES);
	/* git does not hash what it reads either; zlib's sum finds a damaged object. */
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	return NULL;
}

/* Asks git where and what the repository is, and whether it trusts it. */
static struct err *probe(struct repo *repo, const char *dir)
{
	struct probe probe = { .done = false };
	struct argv args = ARGV_INIT, env = ARGV_INIT;
	struct proc *proc = NULL;
	struct err *err;

	proc_result_init(&probe.result);
	argv_push(&args, "git");
	argv_push_all(&args, probe_args);
	git_env(&env);
	if (!dir)
		proc_env(&env, discovery_names);
	err = err_first(argv_err(&args), argv_err(&env));
	if (err)
		goto out;
	err = proc_start(repo->loop,
			 &(struct proc_spec){
				 .argv = argv_list(&args),
				 .env = argv_list(&env),
				 .dir = dir,
				 .timeout_ms = GIT_TIMEOUT_MS,
				 .out_max_bytes = PATHS_MAX_BYTES,
				 .err_max_bytes = GIT_WORDS_MAX_BYTES,
			 },
			 on_probe, &probe, &proc);
	if (err)
		goto out;
	/* Its start-up takes longer than git's answer: both at once. */
	err = err_first(start_library(repo), loop_run(repo->loop, &probe.done));
	if (!probe.done)
		proc_free(proc);
	if (err)
		goto out;
	err = git_ended(&probe.result, "rev-parse");
	if (!err && probe.result.exit_code && !probe.result.out.len)
		err = git_words(&probe.result, NULL);
	if (!err)
		err = take_paths(repo, str_span(&probe.result.out));
out:
	proc_result_release(&probe.result);
	argv_release(&args);
	argv_release(&env);
	return err;
}

static struct err *set_env(struct repo *repo)
{
	git_env(&repo->env);
	argv_pushf(&repo->env, "GIT_DIR=%s", repo->git_dir);
	if (repo->work_tree)
		argv_pushf(&repo->env, "GIT_WORK_TREE=%s", repo->work_tree);
	else
		argv_push(&repo->env, "GIT_IMPLICIT_WORK_TREE=0");
	return argv_err(&repo->env);
}

static struct err *read_config(struct repo *repo)
{
	static const char *const args[] = { "config", "--list", "-z", "--includes",
					    NULL };
	struct str listing = STR_INIT(CONFIG_MAX_BYTES);
	/* With our settings on top, core.hooksPath would be said to be ours. */
	struct git_job job = { .args = args, .out = &listing, .as_configured = true };
	struct err *err = git_run_on(repo, &job);

	if (!err)
		err = config_parse(&repo->config, str_span(&listing));
	str_release(&listing);
	return err;
}

/* In a clone that lacks nothing there is nothing to be allowed. */
static struct err *set_fetching(struct repo *repo)
{
	struct err *err =
		config_get_bool(repo->config, "dualfix.fetchMissing", &repo->may_fetch);
	struct argv allowing = ARGV_INIT, env = ARGV_INIT;

	repo->may_fetch = repo->may_fetch && backend_is_partial(repo);
	if (err || !repo->may_fetch)
		return err;
	git_env_fetching(&allowing);
	err = argv_err(&allowing);
	if (!err)
		err = git_env_on(repo, argv_list(&allowing), NULL, &env);
	if (err) {
		argv_release(&env);
	} else {
		argv_release(&repo->env);
		repo->env = env;
	}
	argv_release(&allowing);
	return err;
}

static struct err *set_objects_dir(struct repo *repo)
{
	struct str path = STR_INIT(PATHS_MAX_BYTES);
	struct err *err;

	str_addf(&path, "%s/objects", repo->common_dir);
	err = str_err(&path, "path");
	if (!err) {
		repo->objects_dir = realpath(path.buf, NULL);
		if (!repo->objects_dir)
			err = err_new(ERR_FATAL, "cannot find '%s'", path.buf);
	}
	str_release(&path);
	return err;
}

struct err *repo_open(struct repo **out, struct loop *loop, const char *dir)
{
	struct repo *repo = calloc(1, sizeof(*repo));
	struct err *err;

	*out = NULL;
	if (!repo)
		return err_nomem();
	repo->loop = loop;
	argv_init(&repo->env);
	err = probe(repo, dir);
	if (!err)
		err = set_env(repo);
	if (!err)
		err = set_objects_dir(repo);
	if (!err)
		err = read_config(repo);
	if (!err)
		err = set_fetching(repo);
	if (!err)
		err = backend_open(repo);
	if (err) {
		repo_close(repo);
		return err;
	}
	*out = repo;
	return NULL;
}

void repo_close(struct repo *repo)
{
	if (!repo)
		return;
	backend_close(repo);
	if (repo->library)
		git_libgit2_shutdown();
	if (!repo->is_dup)
		config_free(repo->config);
	argv_release(&repo->env);
	free(repo->git_dir);
	free(repo->common_dir);
	free(repo->work_tree);
	free(repo->objects_dir);
	free(repo->quarantine);
	free(repo->author);
	free(repo->committer);
	free(repo);
}

struct err *repo_dup(struct repo **out, const struct repo *from)
{
	struct repo *repo = calloc(1, sizeof(*repo));
	struct err *err;

	*out = NULL;
	if (!repo)
		return err_nomem();
	repo->is_dup = true;
	repo->loop = from->loop;
	repo->config = from->config;
	repo->id_bytes = from->id_bytes;
	repo->may_fetch = from->may_fetch;
	repo->backend = from->backend;
	argv_init(&repo->env);
	argv_push_all(&repo->env, argv_list(&from->env));
	repo->git_dir = strdup(from->git_dir);
	repo->common_dir = strdup(from->common_dir);
	repo->objects_dir = strdup(from->objects_dir);
	if (from->work_tree)
		repo->work_tree = strdup(from->work_tree);
	if (!repo->git_dir || !repo->common_dir || !repo->objects_dir ||
	    (from->work_tree && !repo->work_tree))
		err = err_nomem();
	else
		err = argv_err(&repo->env);
	if (!err)
		err = start_library(repo);
	if (!err)
		err = backend_use(repo, NULL);
	if (err) {
		repo_close(repo);
		return err;
	}
	*out = repo;
	return NULL;
}

const char *repo_git_dir(const struct repo *repo)
{
	return repo->git_dir;
}

const char *repo_common_dir(const struct repo *repo)
{
	return repo->common_dir;
}

const char *repo_work_tree(const struct repo *repo)
{
	return repo->work_tree;
}

const char *repo_backend(const struct repo *repo)
{
	return repo->backend->name;
}

const struct config *repo_config(const struct repo *repo)
{
	return repo->config;
}

struct loop *repo_loop(const struct repo *repo)
{
	return repo->loop;
}

struct err *repo_private_path(struct repo *repo, const char *name, bool make,
			      struct str *out)
{
	struct err *err;
	char *slash;

	str_reset(out);
	str_addf(out, "%s/dualfix/%s", repo->common_dir, name);
	err = str_err(out, "path");
	if (err || !make)
		return err;
	slash = strrchr(out->buf, '/');
	*slash = '\0';
	err = file_mkdirs(out->buf, 0700);
	*slash = '/';
	return err;
}

void repo_library(struct str *out)
{
	int major = 0, minor = 0, patch = 0;

	git_libgit2_version(&major, &minor, &patch);
	str_addf(out, "libgit2 %d.%d.%d", major, minor, patch);
}
