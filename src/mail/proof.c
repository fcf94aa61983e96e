/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/proof.h"

#include <stdio.h>
#include <string.h>

#include "base/argv.h"
#include "sys/file.h"

#define PATH_BYTES 8192
#define HISTORY_MAX_BYTES (16 * 1024 * 1024)
#define SHA1_HEX 40

#define NOTHING ((struct span){ NULL, 0 })

/* What there is of a commit to compare; each ends with a NUL. */
#define FORMAT "--format=%T%x00%an <%ae>%x00%B%x00"

#define LOG "log", "--encoding=UTF-8", "--no-notes", FORMAT

static const char *const parts[] = { "tree", "author", "message" };

/* The scratch repository: <dir>/git and <dir>/tree. */
struct scratch {
	struct repo *repo;
	const struct proof_spec *spec;
	struct argv env;
	char object_format[32];
};

/* Its environment: no configuration but git's defaults, which is what others have. */
static struct err *scratch_env(struct scratch *s)
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
	const char *dir = s->spec->dir;

	argv_push_all(&s->env, fixed);
	argv_pushf(&s->env, "GIT_DIR=%s/git", dir);
	argv_pushf(&s->env, "GIT_COMMON_DIR=%s/git", dir);
	argv_pushf(&s->env, "GIT_OBJECT_DIRECTORY=%s/git/objects", dir);
	argv_pushf(&s->env, "GIT_INDEX_FILE=%s/git/index", dir);
	argv_pushf(&s->env, "GIT_WORK_TREE=%s/tree", dir);
	return argv_err(&s->env);
}

static struct err *scratch_git(struct scratch *s, const char *const *args,
			       struct str *out)
{
	return repo_git_env(s->repo, args, argv_list(&s->env), NOTHING, out, NULL);
}

/* Lets it read the user's objects; those in the quarantine it sees anyway. */
static struct err *borrow_objects(struct scratch *s)
{
	struct str line = STR_INIT(PATH_BYTES), path = STR_INIT(PATH_BYTES);
	const char *common = repo_common_dir(s->repo);
	struct err *err;

	str_addf(&path, "%s/git/objects/info", s->spec->dir);
	str_addf(&line, "%s/objects\n", common);
	err = err_first(str_err(&path, s->spec->dir), str_err(&line, common));
	if (!err && strchr(common, '\n'))
		err = err_new(ERR_FATAL, "the repository's path has a line end in it");
	if (!err)
		err = file_mkdirs(path.buf, 0700);
	str_adds(&path, "/alternates");
	if (!err)
		err = str_err(&path, s->spec->dir);
	if (!err)
		err = file_write(path.buf, str_span(&line), 0600);
	str_release(&path);
	str_release(&line);
	return err;
}

/* An empty repository whose HEAD and index are the base. */
static struct err *scratch_make(struct scratch *s)
{
	const char *base = s->spec->base->hex;
	const char *const init[] = { "init", "-q", "--template=", s->object_format,
				     NULL };
	const char *const head[] = { "update-ref", "--no-deref", "HEAD", base, NULL };
	const char *const index[] = { "read-tree", base, NULL };
	struct str tree = STR_INIT(PATH_BYTES);
	struct err *err;

	str_addf(&tree, "%s/tree", s->spec->dir);
	err = str_err(&tree, s->spec->dir);
	if (!err)
		err = file_remove_tree(s->spec->dir);
	if (!err)
		err = file_mkdirs(tree.buf, 0700);
	str_release(&tree);
	if (!err)
		err = scratch_git(s, init, NULL);
	if (!err)
		err = borrow_objects(s);
	if (!err)
		err = scratch_git(s, head, NULL);
	if (!err)
		err = scratch_git(s, index, NULL);
	return err;
}

/* Names the first thing that differs in two histories. */
static void compare(struct span wanted, struct span got, struct str *why)
{
	for (size_t i = 0; wanted.len || got.len; i++) {
		struct span w = { 0 }, g = { 0 };

		if (!span_split(&wanted, '\0', &w) || !span_split(&got, '\0', &g) ||
		    !span_eq(span_trim(w), span_trim(g))) {
			str_addf(why, "git am gives another %s",
				 parts[i % ARRAY_SIZE(parts)]);
			return;
		}
	}
}

static struct err *histories(struct scratch *s, struct str *wanted, struct str *got)
{
	char count[32];
	const char *const ours[] = { LOG, count, s->spec->tip->hex, NULL };
	const char *const theirs[] = { LOG, count, "HEAD", NULL };
	struct err *err;

	snprintf(count, sizeof(count), "--max-count=%zu", s->spec->n);
	err = repo_git(s->repo, ours, NOTHING, wanted, NULL);
	if (!err)
		err = scratch_git(s, theirs, got);
	return err;
}

static struct err *apply(struct scratch *s, bool keep_cr, struct str *why)
{
	struct str wanted = STR_INIT(HISTORY_MAX_BYTES);
	struct str got = STR_INIT(HISTORY_MAX_BYTES);
	struct argv args = ARGV_INIT;
	struct err *err, *refused;

	err = scratch_make(s);
	if (err)
		goto out;
	argv_push(&args, "am");
	argv_push(&args, "-q");
	if (keep_cr)
		argv_push(&args, "--keep-cr");
	argv_push(&args, "--");
	for (size_t i = 0; i < s->spec->n; i++)
		argv_push(&args, s->spec->files[i]);
	err = argv_err(&args);
	if (err)
		goto out;
	refused = scratch_git(s, argv_list(&args), NULL);
	if (refused) {
		str_addf(why, "git am refuses it: %s", err_text(refused));
		err_drop(refused);
		goto out;
	}
	err = histories(s, &wanted, &got);
	if (!err)
		compare(str_span(&wanted), str_span(&got), why);
out:
	argv_release(&args);
	str_release(&got);
	str_release(&wanted);
	return err;
}

struct err *proof_run(struct repo *repo, const struct proof_spec *spec, bool *keep_cr,
		      struct str *why)
{
	struct scratch s = { .repo = repo, .spec = spec };
	struct str other = STR_INIT(PATH_BYTES);
	struct err *err;

	*keep_cr = false;
	argv_init(&s.env);
	snprintf(s.object_format, sizeof(s.object_format), "--object-format=%s",
		 strlen(spec->base->hex) == SHA1_HEX ? "sha1" : "sha256");
	err = scratch_env(&s);
	if (!err)
		err = apply(&s, false, why);
	if (!err && why->len) {
		err = apply(&s, true, &other);
		if (!err && !other.len) {
			*keep_cr = true;
			str_reset(why);
			str_adds(why, "it needs git am --keep-cr");
		}
	}
	str_release(&other);
	argv_release(&s.env);
	return err ? err : str_err(why, "git am");
}
