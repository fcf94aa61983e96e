/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/index_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "repo/repo.h"
#include "sys/file.h"

#define INDEX_MAX_BYTES ((size_t)1 << 30)

#define HEADER_BYTES ((size_t)12)
#define STATE_BYTES ((size_t)40)
#define FLAGS_BYTES ((size_t)2)

/* An entry that has more flags than these two bytes, is not to be looked at, or unmerged. */
#define ODD_FLAGS 0xf000u

#define MODE_SUBMODULE 0160000u

static uint32_t number_at(const char *bytes)
{
	const unsigned char *b = (const unsigned char *)bytes;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static struct timespec time_at(const char *bytes)
{
	return (struct timespec){ .tv_sec = (time_t)number_at(bytes),
				  .tv_nsec = (long)number_at(bytes + 4) };
}

struct err *index_file_read(struct index_file *file, const char *path, size_t id_bytes)
{
	const struct str *bytes = &file->bytes;
	struct err *err;
	struct stat st;

	*file = (struct index_file){ .id_bytes = id_bytes };
	str_init(&file->bytes, INDEX_MAX_BYTES);
	if (lstat(path, &st) < 0)
		return err_errno(ERR_INPUT, errno, "cannot read '%s'", path);
	err = file_read(path, &file->bytes);
	if (err)
		return err;
	if (bytes->len < HEADER_BYTES + id_bytes || memcmp(bytes->buf, "DIRC", 4) ||
	    number_at(bytes->buf + 4) < 2 || number_at(bytes->buf + 4) > 3)
		return err_new(ERR_INPUT, "'%s' is no index of version 2 or 3", path);
	file->n = number_at(bytes->buf + 8);
	file->written = st.st_mtim;
	return NULL;
}

void index_file_release(struct index_file *file)
{
	str_release(&file->bytes);
}

struct err *index_file_checksum(const char *path, size_t id_bytes, struct id *out)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool found = fd >= 0 && lseek(fd, -(off_t)id_bytes, SEEK_END) >= 0;

	*out = (struct id){ { 0 } };
	found = found && read(fd, out->raw, sizeof(out->raw)) == (ssize_t)id_bytes;
	if (fd >= 0)
		close(fd);
	return found ? NULL : err_new(ERR_INPUT, "cannot read '%s'", path);
}

bool index_file_next(const struct index_file *file, struct index_entry *entry)
{
	size_t fixed = STATE_BYTES + file->id_bytes + FLAGS_BYTES;
	size_t start = entry->nth ? entry->end : HEADER_BYTES;
	size_t left = file->bytes.len - file->id_bytes - start;
	char *at = file->bytes.buf + start;

	if (entry->nth == file->n || left <= fixed ||
	    number_at(at + fixed - 4) & ODD_FLAGS)
		return false;
	entry->path = at + fixed;
	entry->path_len = strnlen(entry->path, left - fixed);
	if (entry->path_len >= PATH_MAX)
		return false;
	/* One NUL at least, up to a multiple of 8. */
	entry->end = start + ((fixed + entry->path_len + 8) & ~(size_t)7);
	if (entry->end - start > left)
		return false;
	entry->nth++;
	entry->ctime = time_at(at);
	entry->mtime = time_at(at + 8);
	entry->ino = number_at(at + 20);
	entry->mode = number_at(at + 24);
	entry->uid = number_at(at + 28);
	entry->gid = number_at(at + 32);
	entry->size = number_at(at + 36);
	memcpy(entry->id.raw, at + STATE_BYTES, file->id_bytes);
	return true;
}

bool index_entry_is_submodule(const struct index_entry *entry)
{
	return entry->mode == MODE_SUBMODULE;
}

static bool same_kind(uint32_t noted, mode_t mode)
{
	if (S_ISREG(noted))
		return S_ISREG(mode) && !((noted ^ mode) & S_IXUSR);
	return S_ISLNK(noted) && S_ISLNK(mode);
}

static bool same_time(const struct timespec *noted, const struct timespec *t)
{
	return (uint32_t)noted->tv_sec == (uint32_t)t->tv_sec && noted->tv_nsec == t->tv_nsec;
}

bool index_entry_fits(const struct index_entry *entry, const struct stat *st)
{
	return same_kind(entry->mode, st->st_mode) && same_time(&entry->mtime, &st->st_mtim) &&
	       same_time(&entry->ctime, &st->st_ctim) &&
	       entry->size == (uint32_t)st->st_size && entry->ino == (uint32_t)st->st_ino &&
	       entry->uid == (uint32_t)st->st_uid && entry->gid == (uint32_t)st->st_gid;
}

void index_add_line(struct str *lines, unsigned mode, const char *hex, const char *path)
{
	str_addf(lines, "%06o %s\t%s", mode, hex, path);
	str_addc(lines, '\0');
}

void index_entry_add_line(struct str *lines, const struct index_file *file,
			  const struct index_entry *entry)
{
	struct oid oid;

	id_hex(&entry->id, file->id_bytes, oid.hex);
	index_add_line(lines, entry->mode, oid.hex, entry->path);
}

bool time_is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}
