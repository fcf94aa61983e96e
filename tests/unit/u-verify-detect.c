/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <stdio.h>

#include "unit.h"

#include "verify/detect.h"
#include "verify/lacks.h"

/* A root: "path|text|path|text...", a folder being "path/|". */
struct root {
	struct span v[16];
	size_t n;
};

static void root_read(struct root *root, const char *text)
{
	struct span rest = span_of(text), part;

	root->n = 0;
	while (span_split(&rest, '|', &part)) {
		assert_true(root->n < ARRAY_SIZE(root->v));
		root->v[root->n++] = part;
	}
}

static struct err *read_entry(void *ctx, const char *path, struct source_entry *out)
{
	const struct root *root = ctx;

	*out = (struct source_entry){ .kind = SOURCE_ABSENT };
	for (size_t i = 0; i + 1 < root->n; i += 2) {
		struct span name = root->v[i];
		bool folder = span_ends(name, "/");

		if (!span_eqs(span_cut(name, 0, name.len - folder), path))
			continue;
		out->kind = folder ? SOURCE_FOLDER : SOURCE_FILE;
		out->bytes = folder ? (struct span){ 0 } : root->v[i + 1];
	}
	return NULL;
}

static struct err *list_entries(void *ctx, const char *pathspec,
				struct err *(*fn)(void *fn_ctx, const char *path), void *fn_ctx)
{
	const struct root *root = ctx;
	struct err *err = NULL;

	for (size_t i = 0; !err && i + 1 < root->n; i += 2) {
		char path[256];

		snprintf(path, sizeof(path), "%.*s", (int)root->v[i].len, root->v[i].ptr);
		if (!fnmatch(pathspec, path, 0))
			err = fn(fn_ctx, path);
	}
	return err;
}

/* The checks that are proposed, with " < setup" where there is one, one a line. */
static const struct {
	const char *tree, *proposals;
} projects[] = {
	{ "README|hello", "" },
	{ "Makefile|all:\n\tcc x.c\n", "make\n" },
	{ "Makefile|all check: x\n\ttrue\n", "make check\nmake && make check\nmake\n" },
	{ "Makefile|check := x\ntest: all\n", "make test\nmake && make test\nmake\n" },
	{ "Makefile|x = a:b\n#check:\n\tcheck: no\ncheck:= 1\n", "make\n" },
	{ "Makefile|.PHONY: check test\n", "make\n" },
	{ "GNUmakefile|check:\n|Makefile|test:\n", "make check\nmake test\nmake && make test\nmake\n" },
	{ "Makefile|.DEFAULT:\n\tcd src && $(MAKE) $@\n|src/Makefile|test: redis\n",
	  "make test\nmake\n" },
	/* Debian's zlib: the makefile only says to configure first, and passes. */
	{ "configure|#!/bin/sh|Makefile|all:\n\t@echo configure first\n|Makefile.in|test: all\n",
	  "./configure && make test\n./configure && make\n" },
	{ "configure|#!/bin/sh|configure.ac|AC_INIT|Makefile.in|check:\n",
	  "{ test -f Makefile || ./configure; } && make check\n"
	  "{ test -f Makefile || { autoreconf -fi && ./configure; }; } && make check\n"
	  "{ test -f Makefile || { autoreconf -fi && ./configure; }; } && make\n" },
	{ "meson.build|project('x')",
	  "{ test -f build/build.ninja || meson setup build; } && meson test -C build "
	  "--print-errorlogs\n" },
	{ "CMakeLists.txt|project(x)\nenable_testing()\n",
	  "cmake -S . -B build && cmake --build build -j \"$(nproc)\" && "
	  "ctest --test-dir build --output-on-failure\n"
	  "cmake -S . -B build && cmake --build build -j \"$(nproc)\"\n" },
	{ "CMakeLists.txt|project(x)\n|build/|",
	  "cmake -S . -B build-dualfix && cmake --build build-dualfix -j \"$(nproc)\"\n" },
	{ "configure.ac|AC_INIT|configure|#!/bin/sh",
	  "{ test -f Makefile || ./configure; } && make check\n"
	  "{ test -f Makefile || { autoreconf -fi && ./configure; }; } && make check\n"
	  "{ test -f Makefile || { autoreconf -fi && ./configure; }; } && make\n" },
	{ "Cargo.toml|[package]\n",
	  "cargo test --offline\ncargo test --offline < cargo fetch\n"
	  "cargo check --offline\ncargo check --offline < cargo fetch\n" },
	{ "go.mod|module x\n",
	  "go test ./...\ngo test ./... < go mod download\n"
	  "go vet ./...\ngo vet ./... < go mod download\n" },
	{ "package.json|{\"scripts\": {\"test\": \"mocha\"}}|yarn.lock|",
	  "npm test\nnpm test < yarn install --frozen-lockfile\n" },
	{ "package.json|{\"scripts\": {\"test\": \"mocha\"}}|package-lock.json|{}|yarn.lock|",
	  "npm test\nnpm test < npm ci\n" },
	{ "package.json|{\"scripts\": {\"test\": \"echo \\\"Error: no test specified\\\"\"}}|a.js|",
	  "git ls-files -z '*.js' | xargs -0 -r -n 1 node --check\n" },
	{ "package.json|{\"scripts\": {\"test\": 1}}", "" },
	{ "package.json|{\"scripts\": [\"test\"]", "" },
	{ "package.json|", "" },
	{ "pyproject.toml|[tool.pytest.ini_options]\n|src/x.py|",
	  "PYTHONPATH=src python3 -m pytest -q\n"
	  "~/venv/bin/python -m pytest -q < python3 -m venv ~/venv && "
	  "~/venv/bin/pip install -q -e . pytest\n"
	  "python3 -m pytest -q\n"
	  "git ls-files -z '*.py' | xargs -0 -r python3 -m py_compile\n" },
	{ "setup.py|setup()|x/test_x.py|",
	  "python3 -m unittest discover\n"
	  "git ls-files -z '*.py' | xargs -0 -r python3 -m py_compile\n" },
	{ "tox.ini|deps = pytest\n",
	  "python3 -m pytest -q\n"
	  "~/venv/bin/python -m pytest -q < python3 -m venv ~/venv && "
	  "~/venv/bin/pip install -q -e . pytest\n" },
	/* What is a folder is no file. */
	{ "Makefile/|", "" },
};

static void proposed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(projects); i++) {
		struct root root;
		const struct source source = {
			.ctx = &root, .read = read_entry, .list = list_entries,
		};
		struct proposal v[PROPOSALS_MAX];
		struct str got = STR_INIT(1 << 16);
		size_t n;

		root_read(&root, projects[i].tree);
		ok(detect_checks(v, &n, &source));
		for (size_t p = 0; p < n; p++) {
			assert_non_null(v[p].file);
			assert_non_null(v[p].reason);
			str_addf(&got, "%s%s%s\n", v[p].check, v[p].setup ? " < " : "",
				 v[p].setup ? v[p].setup : "");
		}
		if (strcmp(got.buf, projects[i].proposals))
			fail_msg("%s:\n%s instead of:\n%s", projects[i].tree, got.buf,
				 projects[i].proposals);
		str_release(&got);
	}
}

static struct err *cannot_read(void *ctx, const char *path, struct source_entry *out)
{
	(void)ctx;
	(void)out;
	return err_new(ERR_FATAL, "cannot read '%s'", path);
}

static void fault_of_the_source(void **state)
{
	const struct source source = { .read = cannot_read, .list = list_entries };
	struct proposal v[PROPOSALS_MAX];
	size_t n;

	(void)state;
	fails(detect_checks(v, &n, &source), ERR_FATAL, "cannot read 'Cargo.toml'");
	assert_int_equal(n, 0);
}

static const struct {
	const char *log, *why; /* NULL: it lacks nothing */
} logs[] = {
	{ "", NULL },
	{ "x.c:1: error: expected ';'\nmake: *** [Makefile:1: x] Error 1\n", NULL },
	{ "x.c:1:10: fatal error: x.h: No such file or directory\n", NULL },
	{ "-- Could NOT find Doxygen (missing: DOXYGEN)\n1 test failed\n", NULL },
	{ "CMake Error at x:\n  Could NOT find OpenSSL\n", "Could NOT find OpenSSL" },
	{ "E   ModuleNotFoundError: No module named 'x'\n",
	  "E   ModuleNotFoundError: No module named 'x'" },
	{ "/bin/sh: 3: go: not found\n", "/bin/sh: 3: go: not found" },
	{ "page: not found\n", NULL },
	{ "sh: line 1: go: command not found\n", "sh: line 1: go: command not found" },
	{ "error: x: command not found\n", NULL },
	{ "make: *** [Makefile:5: test] Error 127\n", "make: *** [Makefile:5: test] Error 127" },
	{ "missing: line 81: aclocal-1.15: command not found\nmake: *** [x:1: a.m4] Error 127\n",
	  "missing: line 81: aclocal-1.15: command not found" },
	{ "checking for x... no\nconfigure: error: no x\n", "configure: error: no x" },
};

static void lacking(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		struct str why = STR_INIT(1024);
		bool lacks = log_names_lack(span_of(logs[i].log), &why);

		if (lacks != !!logs[i].why || strcmp(why.buf, lacks ? logs[i].why : ""))
			fail_msg("%s: '%s'", logs[i].log, why.buf);
		str_release(&why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proposed),
		cmocka_unit_test(fault_of_the_source),
		cmocka_unit_test(lacking),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
