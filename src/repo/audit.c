/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/audit.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTRIBUTES ".gitattributes"

struct walk {
	struct audit *audit;
	const struct index_file *file;
	struct index_entry entry; /* the next to look at */
	bool more;                /* whether there is one */
	bool with_strays;
};

static void step(struct walk *w)
{
	w->more = index_file_next(w->file, &w->entry);
}

static int open_folder(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Whether the folder has n names. Takes fd. */
static bool has_names(int fd, size_t n)
{
	DIR *dir = fdopendir(fd);
	size_t found = 0;

	if (!dir) {
		close(fd);
		return false;
	}
	while (readdir(dir))
		found++;
	closedir(dir);
	return found == n + 2; /* "." and ".." */
}

static void look_at(struct walk *w, int folder, const char *name)
{
	struct audit *audit = w->audit;
	const struct timespec *written = &w->file->written;
	bool found;
	struct stat st;

	found = folder >= 0 && !fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW);
	if (index_entry_is_submodule(&w->entry)) {
		/* What is in it is none of git's business, nor ours. */
		audit->untouched = audit->untouched && found && S_ISDIR(st.st_mode);
	} else if (!found || !index_entry_fits(&w->entry, &st)) {
		audit->untouched = false;
		index_entry_add_line(&audit->misfits, w->file, &w->entry);
	} else if (!time_is_before(&w->entry.mtime, written)) {
		/* Written when the index was, or since: its state says nothing; git knows. */
		audit->untouched = false;
	} else if (!time_is_before(&w->entry.ctime, written)) {
		/* Or its mtime was set then, and maybe once more: git does not know. */
		audit->untouched = false;
		index_entry_add_line(&audit->misfits, w->file, &w->entry);
	}
	step(w);
}

static bool is_below(const struct walk *w, const char *folder, size_t len)
{
	return w->more && w->entry.path_len > len && !memcmp(w->entry.path, folder, len);
}

/* Adds the folder's own, where git would go by it. */
static void add_attributes(struct walk *w, int fd, const char *folder, size_t len)
{
	struct stat st;

	if (fstatat(fd, ATTRIBUTES, &st, AT_SYMLINK_NOFOLLOW) || S_ISDIR(st.st_mode))
		return;
	str_add(&w->audit->attributes, folder, len);
	str_add(&w->audit->attributes, ATTRIBUTES, sizeof(ATTRIBUTES));
}

/*
 * The folder that the first len bytes of the next entry's path name, and all entries in
 * it: they stand together. It has no names but theirs if it has as many, since those were
 * all found. Takes fd, which is -1 for a folder that cannot be opened.
 */
static void walk_folder(struct walk *w, int fd, size_t len)
{
	const char *folder = w->entry.path;
	bool has_attributes = false;
	size_t names = 0;

	while (is_below(w, folder, len)) {
		char *name = w->entry.path + len, *slash = strchr(name, '/');
		int below = -1;

		names++;
		has_attributes = has_attributes || !strcmp(name, ATTRIBUTES);
		if (fd >= 0 && slash) {
			*slash = '\0';
			below = open_folder(fd, name);
			*slash = '/';
		}
		if (slash)
			walk_folder(w, below, len + (size_t)(slash - name) + 1);
		else
			look_at(w, fd, name);
	}
	if (fd >= 0 && !has_attributes)
		add_attributes(w, fd, folder, len);
	if (fd >= 0 && w->with_strays && w->audit->untouched && !w->audit->strays)
		w->audit->strays = !has_names(fd, names);
	else if (fd >= 0)
		close(fd);
}

void audit_run(struct audit *audit, const struct index_file *file, const char *dir,
	       bool with_strays)
{
	struct walk w = { .audit = audit, .file = file, .with_strays = with_strays };

	audit->untouched = true;
	audit->strays = false;
	step(&w);
	walk_folder(&w, open_folder(AT_FDCWD, dir), 0);
	audit->untouched = audit->untouched && w.entry.nth == file->n;
}
