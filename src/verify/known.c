/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/known.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/hash.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "verify/lent.h"
#include "verify/surroundings.h"

#define FILE_MAX_BYTES (256 * 1024)
#define LINE_MAX_BYTES (16 * 1024)
#define PATH_BYTES 4096

/* As good as never. */
#define EXPIRY_MAX_S ((int64_t)1 << 40)

struct known {
	struct str dir;
	uint64_t environment;
	int64_t expire_s;
};

/* Folders that a package manager writes to when tools or libraries change. */
static const char *const tool_dirs[] = {
	"/usr/bin", "/usr/lib", "/usr/include", "/usr/local/bin",
	"/var/lib/dpkg/info", "/etc",
};

static uint64_t hash_folder(uint64_t hash, const char *path)
{
	char text[96] = "";
	struct stat st;

	if (!stat(path, &st))
		snprintf(text, sizeof(text), "%jd.%ld %ju", (intmax_t)st.st_mtim.tv_sec,
			 st.st_mtim.tv_nsec, (uintmax_t)st.st_ino);
	return hash_text(hash, text);
}

/* What a check sees besides the tree. */
static struct err *fingerprint(const struct sandbox *sandbox, const char *const *pass_env,
			       const char *const *read_dirs, uint64_t *out)
{
	struct argv seen = ARGV_INIT;
	uint64_t hash = HASH_START;
	struct surroundings s;
	struct utsname un;
	struct err *err;

	err = surroundings_take(&s);
	if (err)
		return err;
	hash = hash_text(hash, sandbox_name(sandbox->kind));
	hash = hash_text(hash, env_value(&s.env, "PATH"));
	hash = hash_text(hash, geteuid() ? "user" : "root");
	surroundings_release(&s);
	if (!uname(&un)) {
		hash = hash_text(hash, un.release);
		hash = hash_text(hash, un.machine);
	}
	if (pass_env)
		proc_env(&seen, pass_env);
	for (size_t i = 0; i < seen.n; i++)
		hash = hash_text(hash, seen.v[i]);
	/* Two lists: a variable is no folder. */
	hash = hash_text(hash, "");
	for (; read_dirs && *read_dirs; read_dirs++)
		hash = hash_text(hash, *read_dirs);
	hash = hash_text(hash, "");
	for (size_t i = 0; i < ARRAY_SIZE(tool_dirs); i++)
		hash = hash_folder(hash, tool_dirs[i]);
	if (sandbox->lent) {
		hash = hash_text(hash, sandbox->lent->id);
		hash = hash_bytes(hash, &sandbox->lent->stamp, sizeof(sandbox->lent->stamp));
	}
	*out = hash;
	err = argv_err(&seen);
	argv_release(&seen);
	return err;
}

struct err *known_new(struct known **out, struct repo *repo,
		      const struct sandbox *sandbox, const char *const *pass_env,
		      const char *const *read_dirs,
		      int64_t expire_s)
{
	struct known *known = calloc(1, sizeof(*known));
	struct err *err;

	*out = NULL;
	if (!known)
		return err_nomem();
	str_init(&known->dir, PATH_BYTES);
	known->expire_s = expire_s < EXPIRY_MAX_S ? expire_s : EXPIRY_MAX_S;
	err = fingerprint(sandbox, pass_env, read_dirs, &known->environment);
	if (!err)
		err = repo_private_path(repo, "known", false, &known->dir);
	if (!err)
		err = str_err(&known->dir, "known");
	if (err) {
		known_free(known);
		return err;
	}
	*out = known;
	return NULL;
}

void known_free(struct known *known)
{
	if (!known)
		return;
	str_release(&known->dir);
	free(known);
}

/* To one word of printable ASCII. */
static void add_word(struct str *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c <= ' ' || c == '%' || c >= 0x7f)
			str_addf(out, "%%%02x", c);
		else
			str_addc(out, (char)c);
	}
}

static bool file_of(const struct known *known, const struct oid *tree, struct str *path)
{
	if (oid_is_none(tree))
		return false;
	str_addf(path, "%s/%s", known->dir.buf, tree->hex);
	return !path->failed;
}

struct entry {
	size_t expiry;
	struct span environment, check;
	struct test_counts tests;
};

static bool parse(struct span line, struct entry *entry)
{
	struct span word[6];

	for (size_t i = 0; i < ARRAY_SIZE(word); i++) {
		if (!span_split(&line, ' ', &word[i]))
			return false;
	}
	entry->environment = word[1];
	entry->check = word[5];
	entry->tests.known = !span_eqs(word[2], "-");
	if (!entry->tests.known) {
		entry->tests = (struct test_counts){ 0 };
		return !line.len && span_number(word[0], SIZE_MAX / 16, &entry->expiry);
	}
	return !line.len && span_number(word[0], SIZE_MAX / 16, &entry->expiry) &&
	       span_number(word[2], SIZE_MAX / 16, &entry->tests.run) &&
	       span_number(word[3], SIZE_MAX / 16, &entry->tests.failed) &&
	       span_number(word[4], SIZE_MAX / 16, &entry->tests.skipped);
}

/* environment and check of an entry that would be about this one. */
static bool key_of(const struct known *known, struct span check, struct str *environment,
		   struct str *text)
{
	str_addf(environment, "%016" PRIx64, known->environment);
	add_word(text, check);
	return !environment->failed && !text->failed;
}

static bool read_all(const struct known *known, const struct oid *tree, struct str *path,
		     struct str *bytes)
{
	if (!file_of(known, tree, path) || !file_exists(path->buf))
		return false;
	err_drop(file_read(path->buf, bytes));
	return !bytes->failed;
}

bool known_pass(struct known *known, const struct oid *tree, struct span check,
		struct test_counts *tests)
{
	struct str path = STR_INIT(PATH_BYTES), bytes = STR_INIT(FILE_MAX_BYTES);
	struct str environment = STR_INIT(32), text = STR_INIT(LINE_MAX_BYTES);
	int64_t now_s = clock_wall_s();
	struct span rest, line;
	bool found = false;

	if (!key_of(known, check, &environment, &text) ||
	    !read_all(known, tree, &path, &bytes))
		goto out;
	rest = str_span(&bytes);
	while (!found && span_line(&rest, &line)) {
		struct entry entry;

		found = parse(line, &entry) && (int64_t)entry.expiry > now_s &&
			span_eq(entry.environment, str_span(&environment)) &&
			span_eq(entry.check, str_span(&text));
		if (found)
			*tests = entry.tests;
	}
out:
	str_release(&text);
	str_release(&environment);
	str_release(&bytes);
	str_release(&path);
	return found;
}

/* What is still true of the file, without what is about this check. */
static void keep(struct span bytes, struct span environment, struct span check,
		 int64_t now_s, struct str *out)
{
	struct span line;

	while (span_line(&bytes, &line)) {
		struct entry entry;

		if (!parse(line, &entry) || (int64_t)entry.expiry <= now_s)
			continue;
		if (span_eq(entry.environment, environment) &&
		    span_eq(entry.check, check))
			continue;
		str_add_span(out, line);
		str_addc(out, '\n');
	}
}

/* Removes the file longest unchanged when there are too many. */
static void make_room(const struct known *known)
{
	DIR *dir = opendir(known->dir.buf);
	struct timespec oldest = { 0 };
	char victim[256] = "";
	struct dirent *entry;
	size_t n = 0;

	if (!dir)
		return;
	while ((entry = readdir(dir)) != NULL) {
		struct stat st;

		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (!n++ || st.st_mtim.tv_sec < oldest.tv_sec ||
		    (st.st_mtim.tv_sec == oldest.tv_sec &&
		     st.st_mtim.tv_nsec < oldest.tv_nsec)) {
			oldest = st.st_mtim;
			snprintf(victim, sizeof(victim), "%s", entry->d_name);
		}
	}
	if (n >= KNOWN_TREES_MAX && victim[0])
		(void)unlinkat(dirfd(dir), victim, 0);
	closedir(dir);
}

void known_note(struct known *known, const struct oid *tree, struct span check,
		const struct test_counts *tests)
{
	struct str path = STR_INIT(PATH_BYTES), bytes = STR_INIT(FILE_MAX_BYTES);
	struct str environment = STR_INIT(32), text = STR_INIT(LINE_MAX_BYTES);
	struct str out = STR_INIT(FILE_MAX_BYTES);
	int64_t now_s = clock_wall_s();

	if (!key_of(known, check, &environment, &text))
		goto out;
	str_addf(&out, "%" PRId64 " %s ", now_s + known->expire_s, environment.buf);
	if (tests->known)
		str_addf(&out, "%zu %zu %zu ", tests->run, tests->failed, tests->skipped);
	else
		str_adds(&out, "- - - ");
	str_addf(&out, "%s\n", text.buf);
	if (read_all(known, tree, &path, &bytes))
		keep(str_span(&bytes), str_span(&environment), str_span(&text), now_s,
		     &out);
	else
		make_room(known);
	if (!path.len || out.failed)
		goto out;
	/* A cache that cannot be written only costs time. */
	err_drop(file_mkdirs(known->dir.buf, 0700));
	err_drop(file_write(path.buf, str_span(&out), 0600));
out:
	str_release(&out);
	str_release(&text);
	str_release(&environment);
	str_release(&bytes);
	str_release(&path);
}
