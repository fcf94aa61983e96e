/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A repository to test on: made by git in a folder of its own, gone at the end.
 * fixture_run() runs each test on every sort of repository and way to read it that
 * there is.
 */
#ifndef REPO_FIXTURE_H
#define REPO_FIXTURE_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repo/repo.h"
#include "sys/file.h"
#include "sys/loop.h"

#define HISTORY_SH                                                \
	"git init -q -b main . 2>/dev/null && "                   \
	"mkdir -p src/deep && "                                   \
	"printf 'int one;\\nint two;\\n' >src/a.c && "            \
	"printf 'alpha beta alpha\\n' >src/deep/b.txt && "        \
	"printf '#!/bin/sh\\n' >run.sh && chmod +x run.sh && "    \
	"ln -s src/a.c link && ln -s src dirlink && "             \
	"printf 'x\\0y alpha' >bin.dat && "                       \
	"git add . && "                                           \
	"git update-index --add --cacheinfo "                     \
	"160000,$FIXTURE_ID,sub && "                              \
	"mkdir sub && git commit -q -m base"

struct fixture {
	char dir[64]; /* holds everything */
	char top[80]; /* the repository */
	struct loop *loop;
	struct repo *repo;
};

static struct loop *fixture_loop;

struct fixture_variant {
	const char *name;
	const char *backend; /* dualfix.backend */
	const char *format;  /* of the repositories that git makes */
	const char *id;      /* of an object that is nowhere */
};

#define DIGITS_32 "01234567890123456789012345678901"

static const struct fixture_variant fixture_variants[] = {
	{ "libgit2", "libgit2", "sha1", DIGITS_32 "23456789" },
	{ "git", "git", "sha1", DIGITS_32 "23456789" },
	{ "sha256", "auto", "sha256", DIGITS_32 DIGITS_32 },
};

static const struct fixture_variant *fixture_variant = &fixture_variants[0];

/* Digits in an object's name. */
static inline size_t fixture_id_len(void)
{
	return strlen(fixture_variant->id);
}

/* Runs a shell line in the repository, hermetically. */
static inline int sh_code(const struct fixture *f, const char *line)
{
	char *all = NULL;
	int rc;

	if (asprintf(&all, "cd '%s' && { %s\n}", f->top, line) < 0)
		return -1;
	rc = system(all);
	free(all);
	return rc;
}

static inline void sh(const struct fixture *f, const char *line)
{
	if (sh_code(f, line)) {
		print_error("failed: %s\n", line);
		fail();
	}
}

/* What a shell line prints, without its last line end. Static memory. */
static inline const char *sh_out(const struct fixture *f, const char *line)
{
	static char out[65536];
	char *all = NULL;
	size_t n = 0;
	FILE *p;

	if (asprintf(&all, "cd '%s' && { %s\n}", f->top, line) < 0)
		return "";
	p = popen(all, "r");
	if (p) {
		n = fread(out, 1, sizeof(out) - 1, p);
		pclose(p);
	}
	free(all);
	while (n && out[n - 1] == '\n')
		n--;
	out[n] = '\0';
	return out;
}

static inline void fixture_env(void)
{
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_AUTHOR_NAME", "A U Thor", 1);
	setenv("GIT_AUTHOR_EMAIL", "author@example.com", 1);
	setenv("GIT_COMMITTER_NAME", "C O Mitter", 1);
	setenv("GIT_COMMITTER_EMAIL", "committer@example.com", 1);
	setenv("GIT_DEFAULT_HASH", fixture_variant->format, 1);
	setenv("FIXTURE_ID", fixture_variant->id, 1);
	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "dualfix.backend", 1);
	setenv("GIT_CONFIG_VALUE_0", fixture_variant->backend, 1);
	unsetenv("GIT_DIR");
	unsetenv("GIT_WORK_TREE");
	unsetenv("GIT_INDEX_FILE");
	unsetenv("GIT_OBJECT_DIRECTORY");
	unsetenv("GIT_CONFIG_PARAMETERS");
}

/* Makes the repository with a script; opens it unless script is NULL. */
static inline void fixture_make(struct fixture *f, const char *script)
{
	struct str dir = STR_INIT(64);

	memset(f, 0, sizeof(*f));
	fixture_env();
	ok(file_temp_dir("/tmp", "u-repo-", &dir));
	snprintf(f->dir, sizeof(f->dir), "%s", dir.buf);
	snprintf(f->top, sizeof(f->top), "%s/top", dir.buf);
	str_release(&dir);
	ok(file_mkdirs(f->top, 0755));
	sh(f, script);
	/* One a process; a test that fails leaves it for the next. */
	if (!fixture_loop)
		ok(loop_new(&fixture_loop));
	f->loop = fixture_loop;
}

static inline void fixture_open(struct fixture *f)
{
	repo_close(f->repo);
	f->repo = NULL;
	ok(repo_open(&f->repo, f->loop, f->top));
}

static inline void fixture_drop(struct fixture *f)
{
	repo_close(f->repo);
	ok(file_remove_tree(f->dir));
}

/* For main(), after the tests. */
static inline int fixture_end(int failed)
{
	loop_free(fixture_loop);
	return failed;
}

static inline int fixture_choose(void **state)
{
	fixture_variant = *state;
	return 0;
}

/* For main(): all tests on all variants. What is passed to the tests as state is theirs. */
static inline int fixture_run(const struct CMUnitTest *tests, size_t n)
{
	size_t n_variants = sizeof(fixture_variants) / sizeof(*fixture_variants);
	struct CMUnitTest *all = calloc(n * n_variants, sizeof(*all));
	int failed;

	if (!all)
		return 1;
	for (size_t i = 0; i < n * n_variants; i++) {
		const struct fixture_variant *variant = &fixture_variants[i / n];
		char *name = NULL;

		all[i] = tests[i % n];
		if (asprintf(&name, "%s: %s", variant->name, all[i].name) < 0)
			return 1;
		all[i].name = name;
		all[i].setup_func = fixture_choose;
		all[i].initial_state = (void *)variant;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = _cmocka_run_group_tests("tests", all, n * n_variants, NULL, NULL);
	for (size_t i = 0; i < n * n_variants; i++)
		free((char *)all[i].name);
	free(all);
	return fixture_end(failed);
}

/* cmocka's skip() would count as a failure to what reads TAP. */
static inline void fixture_skip(const char *why)
{
	print_message("# skipped: %s\n", why);
}

#endif
