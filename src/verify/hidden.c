/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/hidden.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/span.h"
#include "verify/bwrap.h"
#include "verify/lent.h"
#include "verify/premises.h"

/* A program needs what is installed beside its bin/. */
static void say_folder(const char *real, struct str *folder)
{
	struct span path = span_of(real);

	for (size_t i = 0; i < 2; i++) {
		while (path.len > 1 && path.ptr[path.len - 1] != '/')
			path.len--;
		while (path.len > 1 && path.ptr[path.len - 1] == '/')
			path.len--;
		if (!span_ends(path, "/bin"))
			break;
	}
	str_add_span(folder, path);
}

static void look_in(const struct premises *at, const char *path, struct str *link,
		    struct str *folder)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && !folder->len && (entry = readdir(dir)) != NULL) {
		char *real;

		if (entry->d_type != DT_LNK)
			continue;
		str_reset(link);
		str_addf(link, "%s/%s", path, entry->d_name);
		real = link->failed ? NULL : realpath(link->buf, NULL);
		if (real && !bwrap_shows(at, real))
			say_folder(real, folder);
		free(real);
	}
	if (!folder->len)
		str_reset(link);
	if (dir)
		closedir(dir);
}

struct err *hidden_link(const struct sandbox *sandbox, const char *const *read_dirs,
			struct str *link, struct str *folder)
{
	const struct lent *lent = sandbox->lent;
	struct str bin = STR_INIT(PATH_MAX_BYTES);
	struct sandbox_job job = { .read_dirs = read_dirs };
	struct premises at;
	struct err *err;

	if (!lent)
		return NULL;
	job.tree_dir = job.work_dir = lent->root;
	err = premises_init(&at, sandbox, &job);
	for (size_t i = 0; !err && !folder->len && i < lent->dirs.n; i++) {
		look_in(&at, lent->dirs.v[i], link, folder);
		str_reset(&bin);
		str_addf(&bin, "%s/bin", lent->dirs.v[i]);
		if (!folder->len && !bin.failed)
			look_in(&at, bin.buf, link, folder);
	}
	err = err_first(err, err_first(str_err(link, "link"), str_err(folder, "folder")));
	premises_release(&at);
	str_release(&bin);
	return err;
}
