/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repo/backend.h"
#include "repo/git.h"
#include "sys/dialog.h"

#define PATH_BYTES ((size_t)64 << 10)

/* More than this of an object that is not wanted is not read: git starts anew. */
#define SKIP_MAX_BYTES ((size_t)64 << 20)

struct store {
	const struct repo *repo;
	char *quarantine; /* or NULL */
	char *input;      /* beside it: what is to be written, as a file for git */
	struct dialog *reader;
	struct dialog *writer[OBJECT_OTHER];
};

static void store_close(void *ctx)
{
	struct store *store = ctx;

	if (!store)
		return;
	dialog_free(store->reader);
	for (size_t i = 0; i < ARRAY_SIZE(store->writer); i++)
		dialog_free(store->writer[i]);
	if (store->input)
		unlink(store->input);
	free(store->input);
	free(store->quarantine);
	free(store);
}

static struct err *store_open(void **out, const struct repo *repo, const char *quarantine,
			      enum store_use use)
{
	struct store *store = calloc(1, sizeof(*store));

	(void)use;
	*out = NULL;
	if (!store)
		return err_nomem();
	store->repo = repo;
	if (quarantine) {
		store->quarantine = strdup(quarantine);
		if (!store->quarantine ||
		    asprintf(&store->input, "%s.in", quarantine) < 0) {
			store->input = NULL;
			store_close(store);
			return err_nomem();
		}
	}
	*out = store;
	return NULL;
}

static struct err *start_reader(struct store *store)
{
	static const char *const args[] = { "cat-file", "--batch", NULL };

	if (store->reader)
		return NULL;
	return git_dialog(&store->reader, store->repo, args, NULL, store->quarantine);
}

static struct err *strange(const char *command, struct span answer)
{
	if (answer.len > 80)
		answer.len = 80;
	return err_new(ERR_FATAL, "git %s: unexpected answer '%.*s'", command,
		       (int)answer.len, answer.ptr);
}

static enum object_type type_of(struct span word)
{
	static const enum object_type types[] = { OBJECT_BLOB, OBJECT_TREE,
						  OBJECT_COMMIT };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (span_eqs(word, object_type_name(types[i])))
			return types[i];
	}
	return span_eqs(word, "tag") ? OBJECT_OTHER : OBJECT_NONE;
}

/* "<id> missing", or "<id> <type> <size>": of the id that was asked for. */
static struct err *read_header(struct span line, const char *hex, struct object *out)
{
	struct span rest = line, part, size = { 0 };

	if (!span_split(&rest, ' ', &part) || !span_eqs(part, hex) ||
	    !span_split(&rest, ' ', &part))
		return strange("cat-file", line);
	if (span_eqs(part, "missing") && !rest.len)
		return NULL;
	out->type = type_of(part);
	if (out->type == OBJECT_NONE || !span_split(&rest, ' ', &size) || rest.len ||
	    !span_number(size, SIZE_MAX / 2, &out->size))
		return strange("cat-file", line);
	return NULL;
}

static struct err *read_bytes(struct store *store, struct object *out)
{
	char *bytes = malloc(out->size + 1);
	struct err *err;
	char end;

	if (!bytes)
		return err_nomem();
	out->held = bytes;
	out->drop = free;
	err = dialog_bytes(store->reader, bytes, out->size);
	if (!err)
		err = dialog_bytes(store->reader, &end, 1);
	if (!err && end != '\n')
		err = err_new(ERR_FATAL, "git cat-file: an object of another size than "
					 "it said");
	bytes[out->size] = '\0';
	out->bytes = (struct span){ bytes, out->size };
	return err;
}

static void stop_reader(struct store *store)
{
	dialog_free(store->reader);
	store->reader = NULL;
}

static struct err *ask(struct store *store, const char *hex, size_t max_bytes,
		       struct object *out)
{
	struct str question = STR_INIT(sizeof(struct oid) + 1);
	struct span line = { 0 };
	struct err *err = start_reader(store);

	str_addf(&question, "%s\n", hex);
	err = err_first(err, str_err(&question, "object name"));
	if (!err)
		err = dialog_send(store->reader, str_span(&question));
	if (!err)
		err = dialog_line(store->reader, &line);
	if (!err)
		err = read_header(line, hex, out);
	str_release(&question);
	if (err || out->type == OBJECT_NONE)
		return err;
	if (out->size <= max_bytes)
		return read_bytes(store, out);
	if (out->size <= SKIP_MAX_BYTES)
		return dialog_bytes(store->reader, NULL, out->size + 1);
	stop_reader(store);
	return NULL;
}

static struct err *store_read(void *ctx, const struct id *id, size_t max_bytes,
			      struct object *out)
{
	struct store *store = ctx;
	struct oid oid;
	struct err *err;

	*out = (struct object){ .type = OBJECT_NONE };
	backend_hex(store->repo, id, &oid);
	err = ask(store, oid.hex, max_bytes, out);
	if (!err)
		return NULL;
	/* What it says next belongs to no question of ours. */
	stop_reader(store);
	/* A git that knows no GIT_NO_LAZY_FETCH dies of a fetch that is not allowed. */
	if (out->type == OBJECT_NONE && !err_is_signal(err) &&
	    backend_is_partial(store->repo) && !store->repo->may_fetch) {
		err_drop(err);
		return NULL;
	}
	object_release(out);
	return err_wrap(err, "cannot read object %s", oid.hex);
}

/* git writes to the quarantine alone, and sees all others. */
static struct err *start_writer(struct store *store, enum object_type type)
{
	const char *const args[] = { "hash-object",	    "-t", object_type_name(type),
				     "-w",		    "--no-filters",
				     "--stdin-paths",	    NULL };
	struct argv env = ARGV_INIT;
	struct err *err;

	if (store->writer[type])
		return NULL;
	err = git_env_writing(store->repo, store->quarantine, &env);
	if (!err)
		err = git_dialog(&store->writer[type], store->repo, args, argv_list(&env),
				 NULL);
	argv_release(&env);
	return err;
}

static struct err *put_input(struct store *store, struct span bytes)
{
	int fd = open(store->input, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		      0600);
	struct err *err = NULL;

	while (fd >= 0 && bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno != EINTR)
			break;
		bytes = span_cut(bytes, n < 0 ? 0 : (size_t)n, bytes.len);
	}
	if (fd < 0 || bytes.len)
		err = err_errno(ERR_FATAL, errno, "cannot write '%s'", store->input);
	if (fd >= 0 && close(fd) < 0 && !err)
		err = err_errno(ERR_FATAL, errno, "cannot write '%s'", store->input);
	return err;
}

static struct err *hash_input(struct store *store, enum object_type type, struct id *out)
{
	struct dialog *writer = store->writer[type];
	struct str question = STR_INIT(PATH_BYTES);
	struct span line = { 0 };
	struct err *err;

	str_addf(&question, "%s\n", store->input);
	err = str_err(&question, "path");
	if (!err)
		err = dialog_send(writer, str_span(&question));
	if (!err)
		err = dialog_line(writer, &line);
	if (!err && !id_parse(out, line, store->repo->id_bytes))
		err = strange("hash-object", line);
	str_release(&question);
	return err;
}

static struct err *store_write(void *ctx, enum object_type type, struct span bytes,
			       struct id *out)
{
	struct store *store = ctx;
	struct err *err;

	*out = (struct id){ { 0 } };
	if (!store->quarantine)
		return err_new(ERR_FATAL, "no quarantine to write objects to");
	/* A name of ours, below a folder that may be called anything. */
	if (strpbrk(store->input, "\n\r") || *store->input == '"')
		return err_new(ERR_FATAL, "the repository's path has a line end in it");
	err = start_writer(store, type);
	if (!err)
		err = put_input(store, bytes);
	if (!err)
		err = hash_input(store, type, out);
	if (err && store->writer[type]) {
		dialog_free(store->writer[type]);
		store->writer[type] = NULL;
	}
	return err_wrap(err, "cannot write a %s", object_type_name(type));
}

const struct backend backend_git = {
	.name = "git",
	.parallel = false,
	.open = store_open,
	.close = store_close,
	.read = store_read,
	.write = store_write,
};
