/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/detect.h"

#include <string.h>

#include "sys/json.h"

/* A package.json or a build file beyond this is nobody's. */
#define JSON_MAX_BYTES ((size_t)4 << 20)
#define JSON_MAX_DEPTH 64

struct look {
	const struct source *tree;
	struct err *err; /* the first; all answers are "no" from then on */
};

/* A row's condition: text is that of the row's file. */
typedef bool condition(struct look *look, struct span text);

static struct span read_file(struct look *look, const char *path)
{
	struct source_entry entry = { .kind = SOURCE_ABSENT };

	if (!look->err)
		look->err = look->tree->read(look->tree->ctx, path, &entry);
	if (look->err || (entry.kind != SOURCE_FILE && entry.kind != SOURCE_EXECUTABLE))
		return (struct span){ 0 };
	return entry.bytes.ptr ? entry.bytes : SPAN("");
}

static bool has_file(struct look *look, const char *path)
{
	return read_file(look, path).ptr != NULL;
}

static bool has_folder(struct look *look, const char *path)
{
	struct source_entry entry = { .kind = SOURCE_ABSENT };

	if (!look->err)
		look->err = look->tree->read(look->tree->ctx, path, &entry);
	return !look->err && entry.kind == SOURCE_FOLDER;
}

static bool says(struct span text, const char *word)
{
	return span_find(text, span_of(word), 0) >= 0;
}

static struct err *note_match(void *ctx, const char *path)
{
	(void)path;
	*(bool *)ctx = true;
	return NULL;
}

static bool has_match(struct look *look, const char *pathspec)
{
	bool any = false;

	if (!look->err)
		look->err = look->tree->list(look->tree->ctx, pathspec, note_match, &any);
	return any;
}

/* Whether a makefile has a rule for the target: "all check: deps", not "check := x". */
static bool has_target(struct span text, const char *target)
{
	struct span line, word;

	while (span_line(&text, &line)) {
		ptrdiff_t colon = span_findc(line, ':', 0);
		struct span names;

		if (colon <= 0 || line.ptr[0] == '\t' || line.ptr[0] == '#' ||
		    line.ptr[0] == ' ')
			continue;
		names = span_cut(line, 0, (size_t)colon);
		if (span_findc(names, '=', 0) >= 0 ||
		    ((size_t)colon + 1 < line.len && line.ptr[colon + 1] == '='))
			continue;
		while (span_split(&names, ' ', &word))
			if (span_eqs(span_trim(word), target))
				return true;
	}
	return false;
}

static bool makes_check(struct look *look, struct span text)
{
	(void)look;
	return has_target(text, "check");
}

static bool makes_test(struct look *look, struct span text)
{
	(void)look;
	return has_target(text, "test");
}

static bool passes_test_on(struct look *look, struct span text)
{
	return has_target(text, ".DEFAULT") && has_target(read_file(look, "src/Makefile"),
							  "test");
}

static bool is_workspace(struct look *look, struct span text)
{
	(void)look;
	return says(text, "[workspace");
}

static bool has_cmake_tests(struct span text)
{
	return says(text, "enable_testing") || says(text, "ENABLE_TESTING") ||
	       says(text, "include(CTest)") || says(text, "INCLUDE(CTest)") ||
	       says(text, "add_test") || says(text, "ADD_TEST");
}

static bool build_is_free(struct look *look, struct span text)
{
	(void)text;
	return !has_folder(look, "build") && !has_file(look, "build");
}

static bool build_is_taken(struct look *look, struct span text)
{
	return !build_is_free(look, text);
}

static bool tests_in_build(struct look *look, struct span text)
{
	return has_cmake_tests(text) && build_is_free(look, text);
}

static bool tests_beside_build(struct look *look, struct span text)
{
	return has_cmake_tests(text) && build_is_taken(look, text);
}

static bool has_configure(struct look *look, struct span text)
{
	(void)text;
	return has_file(look, "configure");
}

/* A script of the project's own that makes the makefile, as zlib's. */
static bool configures_itself(struct look *look)
{
	return has_file(look, "configure") && !has_file(look, "configure.ac") &&
	       !has_file(look, "configure.in");
}

static bool configured_check(struct look *look, struct span text)
{
	return configures_itself(look) && has_target(text, "check");
}

static bool configured_test(struct look *look, struct span text)
{
	return configures_itself(look) && has_target(text, "test");
}

static bool is_configured(struct look *look, struct span text)
{
	(void)text;
	return configures_itself(look);
}

/* Where there is a configure, a makefile may be a stub that only says so, and passes. */
static bool builds_at_once(struct look *look, struct span text)
{
	return !has_configure(look, text);
}

static bool has_autogen(struct look *look, struct span text)
{
	(void)text;
	return has_file(look, "autogen.sh");
}

/* The script's name is "test", and it is not the one that npm init writes. */
static bool has_npm_test(struct look *look, struct span text)
{
	const struct json_limits limits = { JSON_MAX_BYTES, JSON_MAX_DEPTH };
	struct json_doc *doc = NULL;
	struct span script = { 0 };
	struct err *err = json_parse(&doc, text, &limits);
	bool found;

	(void)look;
	found = !err && json_string_of(json_get(json_get(json_root(doc), "scripts"), "test"),
				       &script) &&
		!says(script, "no test specified");
	json_free(doc);
	err_drop(err);
	return found;
}

static bool has_javascript(struct look *look, struct span text)
{
	(void)text;
	return has_match(look, "*.js");
}

static bool is_pytest(struct look *look, struct span text)
{
	return says(text, "[tool.pytest") || has_file(look, "pytest.ini") ||
	       has_file(look, "conftest.py") || has_file(look, "tests/conftest.py") ||
	       says(read_file(look, "setup.cfg"), "[tool:pytest]") ||
	       says(read_file(look, "tox.ini"), "pytest");
}

static bool is_pytest_of_src(struct look *look, struct span text)
{
	return is_pytest(look, text) && has_match(look, "src/*.py");
}

static bool has_unittests(struct look *look, struct span text)
{
	return !is_pytest(look, text) && has_match(look, "*test*.py");
}

/* Names that stand for one another: the row is tried with each of them that is there. */
#define ROW_FILES_MAX 3
#define MAKEFILES { "GNUmakefile", "Makefile", "makefile" }
#define PYTHON_PROJECTS { "pyproject.toml", "setup.py" }

static const struct {
	enum proposal_strength strength;
	const char *files[ROW_FILES_MAX];
	condition *when; /* NULL: the file is enough */
	const char *reason;
	const char *check;
	const char *setup;
} rows[] = {
	{ PROPOSAL_TESTS, { "Cargo.toml" }, is_workspace, "a Cargo workspace",
	  "cargo test --offline --workspace", "cargo fetch" },
	{ PROPOSAL_TESTS, { "Cargo.toml" }, NULL, "a Cargo package", "cargo test --offline",
	  "cargo fetch" },
	{ PROPOSAL_TESTS, { "go.mod" }, NULL, "a Go module", "go test ./...", "go mod download" },
	{ PROPOSAL_TESTS, MAKEFILES, makes_check, "a target 'check'", "make check", NULL },
	{ PROPOSAL_TESTS, MAKEFILES, makes_test, "a target 'test'", "make test", NULL },
	/* lz4's tests want what "all" builds, and do not say so. */
	{ PROPOSAL_TESTS_AGAIN, { "Makefile" }, makes_check, "a target 'check'",
	  "make && make check", NULL },
	{ PROPOSAL_TESTS_AGAIN, { "Makefile" }, makes_test, "a target 'test'",
	  "make && make test", NULL },
	{ PROPOSAL_TESTS, { "Makefile" }, passes_test_on, "a target 'test' in src/", "make test",
	  NULL },
	{ PROPOSAL_TESTS, { "meson.build" }, build_is_free, "a Meson project",
	  "{ test -f build/build.ninja || meson setup build; } && meson test -C build "
	  "--print-errorlogs", NULL },
	{ PROPOSAL_TESTS, { "CMakeLists.txt" }, tests_in_build, "CMake tests",
	  "cmake -S . -B build && cmake --build build -j \"$(nproc)\" && "
	  "ctest --test-dir build --output-on-failure", NULL },
	{ PROPOSAL_TESTS, { "CMakeLists.txt" }, tests_beside_build, "CMake tests",
	  "cmake -S . -B build-dualfix && cmake --build build-dualfix -j \"$(nproc)\" && "
	  "ctest --test-dir build-dualfix --output-on-failure", NULL },
	{ PROPOSAL_TESTS, { "configure.ac" }, has_configure, "configure",
	  "{ test -f Makefile || ./configure; } && make check", NULL },
	{ PROPOSAL_TESTS, { "configure.ac" }, has_autogen, "autogen.sh",
	  "{ test -f Makefile || { ./autogen.sh && { test -f Makefile || ./configure; }; }; } "
	  "&& make check", NULL },
	/* Debian's dash: its patches alter Makefile.am, and not what was made of it. */
	{ PROPOSAL_TESTS, { "configure.ac" }, NULL, "Autoconf",
	  "{ test -f Makefile || { autoreconf -fi && ./configure; }; } && make check", NULL },
	{ PROPOSAL_TESTS, { "Makefile.in" }, configured_check, "a target 'check'",
	  "./configure && make check", NULL },
	{ PROPOSAL_TESTS, { "Makefile.in" }, configured_test, "a target 'test'",
	  "./configure && make test", NULL },
	{ PROPOSAL_TESTS, { "package.json" }, has_npm_test, "a script 'test'", "npm test", NULL },
	{ PROPOSAL_TESTS, PYTHON_PROJECTS, is_pytest_of_src, "pytest, modules in src/",
	  "PYTHONPATH=src python3 -m pytest -q", NULL },
	{ PROPOSAL_TESTS, { "pyproject.toml", "setup.py", "tox.ini" }, is_pytest, "pytest",
	  "python3 -m pytest -q", NULL },
	{ PROPOSAL_TESTS, PYTHON_PROJECTS, has_unittests, "unittest",
	  "python3 -m unittest discover", NULL },
	{ PROPOSAL_BUILD, { "Cargo.toml" }, NULL, "a Cargo package", "cargo check --offline",
	  "cargo fetch" },
	{ PROPOSAL_BUILD, { "go.mod" }, NULL, "a Go module", "go vet ./...", "go mod download" },
	{ PROPOSAL_BUILD, { "CMakeLists.txt" }, build_is_free, "a CMake project",
	  "cmake -S . -B build && cmake --build build -j \"$(nproc)\"", NULL },
	{ PROPOSAL_BUILD, { "CMakeLists.txt" }, build_is_taken, "a CMake project",
	  "cmake -S . -B build-dualfix && cmake --build build-dualfix -j \"$(nproc)\"", NULL },
	{ PROPOSAL_BUILD, { "configure.ac" }, NULL, "Autoconf",
	  "{ test -f Makefile || { autoreconf -fi && ./configure; }; } && make", NULL },
	{ PROPOSAL_BUILD, { "Makefile.in" }, is_configured, "configure beside it",
	  "./configure && make", NULL },
	{ PROPOSAL_BUILD, MAKEFILES, builds_at_once, "rules", "make", NULL },
	{ PROPOSAL_SYNTAX, { "package.json" }, has_javascript, "JavaScript",
	  "git ls-files -z '*.js' | xargs -0 -r -n 1 node --check", NULL },
	{ PROPOSAL_SYNTAX, PYTHON_PROJECTS, NULL, "a Python project",
	  "git ls-files -z '*.py' | xargs -0 -r python3 -m py_compile", NULL },
};

/* What is installed in the home or the work tree, as a rule: a sandbox has to show it. */
static const char *const cargo_reads[] = { "~/.cargo/bin", "~/.rustup", NULL };
static const char *const node_lends[] = { "node_modules", NULL };

static const struct {
	const char *file;
	const char *const *reads, *const *lends;
} homes[] = {
	{ "Cargo.toml", cargo_reads, NULL },
	{ "package.json", NULL, node_lends },
};

/* What fetches the packages that a check of the first needs: the first row that fits. */
static const struct {
	const char *check;
	const char *file; /* NULL: what is left */
	const char *setup, *then;
} fetchers[] = {
	{ "npm test", "package-lock.json", "npm ci", NULL },
	{ "npm test", "npm-shrinkwrap.json", "npm ci", NULL },
	{ "npm test", "pnpm-lock.yaml", "pnpm install --frozen-lockfile", NULL },
	{ "npm test", "yarn.lock", "yarn install --frozen-lockfile", NULL },
	{ "npm test", NULL, "npm install --no-audit --no-fund --no-package-lock", NULL },
	{ "python3 -m pytest -q", NULL,
	  "python3 -m venv ~/venv && ~/venv/bin/pip install -q -e . pytest",
	  "~/venv/bin/python -m pytest -q" },
	{ "PYTHONPATH=src python3 -m pytest -q", NULL,
	  "python3 -m venv ~/venv && ~/venv/bin/pip install -q -e . pytest",
	  "~/venv/bin/python -m pytest -q" },
};

static bool is_there(const struct proposal *v, size_t n, const char *check, const char *setup)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(v[i].check, check) && !v[i].setup == !setup)
			return true;
	return false;
}

static void add(struct proposal *out, size_t *n, const struct proposal *proposal)
{
	if (*n < PROPOSALS_MAX && !is_there(out, *n, proposal->check, proposal->setup))
		out[(*n)++] = *proposal;
}

/* The check as it stands, for where its packages are there; then with its fetcher. */
static void add_both(struct look *look, struct proposal *out, size_t *n,
		     struct proposal proposal)
{
	const char *fetches = proposal.setup;
	const char *check = proposal.check;

	proposal.setup = NULL;
	add(out, n, &proposal);
	for (size_t i = 0; !fetches && i < ARRAY_SIZE(fetchers); i++) {
		if (strcmp(fetchers[i].check, proposal.check) ||
		    (fetchers[i].file && !has_file(look, fetchers[i].file)))
			continue;
		fetches = fetchers[i].setup;
		if (fetchers[i].then)
			check = fetchers[i].then;
	}
	if (!fetches)
		return;
	proposal.check = check;
	proposal.setup = fetches;
	add(out, n, &proposal);
}

static void try_row(struct look *look, size_t row, const char *file, struct proposal *out,
		    size_t *n)
{
	struct span text = read_file(look, file);
	struct proposal proposal = {
		.strength = rows[row].strength,
		.check = rows[row].check,
		.setup = rows[row].setup,
		.file = file,
		.reason = rows[row].reason,
	};

	for (size_t h = 0; h < ARRAY_SIZE(homes); h++) {
		if (strcmp(homes[h].file, file))
			continue;
		proposal.reads = homes[h].reads;
		proposal.lends = homes[h].lends;
	}
	if (text.ptr && (!rows[row].when || rows[row].when(look, text)))
		add_both(look, out, n, proposal);
}

struct err *detect_checks(struct proposal out[PROPOSALS_MAX], size_t *n,
			  const struct source *tree)
{
	struct look look = { .tree = tree };

	*n = 0;
	for (size_t row = 0; row < ARRAY_SIZE(rows); row++)
		for (size_t f = 0; f < ROW_FILES_MAX && rows[row].files[f]; f++)
			try_row(&look, row, rows[row].files[f], out, n);
	return look.err;
}
