/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "verify/check.h"

#define LIST_MAX_BYTES (1024 * 1024)
#define CHECKS_MAX 256
#define KEY_BYTES 1024
#define TIMEOUT_DEFAULT_S 600
#define TIMEOUT_MAX_S (7 * 24 * 3600)

/* What config_subsections() calls back with. */
struct collect {
	struct check_list *list;
	const struct config *config;
	int64_t timeout_s;
	struct err *err;
};

static struct err *copy(struct check_list *list, struct check *slot, const struct check *check)
{
	*slot = *check;
	slot->name = check->name ? arena_dups(&list->arena, check->name) : NULL;
	slot->command = arena_dups(&list->arena, check->command);
	slot->path = check->path ? arena_dups(&list->arena, check->path) : NULL;
	slot->dir = check->dir ? arena_dups(&list->arena, check->dir) : NULL;
	if (!slot->command || (check->name && !slot->name) ||
	    (check->path && !slot->path) || (check->dir && !slot->dir))
		return err_as(arena_err(&list->arena, "checks"), ERR_CONFIG);
	return NULL;
}

static struct err *add(struct check_list *list, const struct check *check)
{
	if (list->n == CHECKS_MAX)
		return err_new(ERR_CONFIG, "more than %d checks", CHECKS_MAX);
	return copy(list, &list->v[list->n++], check);
}

static bool is_blank(const char *text)
{
	return !span_trim(span_of(text)).len;
}

/* Below the root, whatever the tree has there. */
static bool is_inside(const char *dir)
{
	struct span rest = span_of(dir), part;

	if (!*dir || *dir == '/')
		return false;
	while (span_split(&rest, '/', &part)) {
		if (span_eqs(part, ".."))
			return false;
	}
	return true;
}

static struct err *add_named(struct collect *c, const char *name)
{
	struct str key = STR_INIT(KEY_BYTES);
	struct check check = { .name = name };
	int64_t timeout_s = c->timeout_s;
	struct err *err;
	size_t stem;

	str_addf(&key, "dualfix.check.%s.", name);
	stem = key.len;
#define KEY(last) (str_truncate(&key, stem), str_adds(&key, last), key.buf)
	check.command = config_get(c->config, KEY("command"));
	err = str_err(&key, "dualfix.check");
	if (err)
		goto out;
	if (!check.command || is_blank(check.command)) {
		err = err_hint(err_new(ERR_CONFIG, "%s: missing", key.buf),
			       "git config '%s' 'make check'", key.buf);
		goto out;
	}
	check.path = config_get(c->config, KEY("path"));
	check.dir = config_get(c->config, KEY("dir"));
	if (check.dir && !is_inside(check.dir)) {
		err = err_new(ERR_CONFIG, "%s: '%s' is not a folder below the root",
			      key.buf, check.dir);
		goto out;
	}
	err = config_get_int(c->config, KEY("timeout"), 1, TIMEOUT_MAX_S, &timeout_s);
	if (err)
		goto out;
	check.timeout_ms = timeout_s * 1000;
	err = config_get_bool(c->config, KEY("network"), &check.network);
	if (!err)
		err = add(c->list, &check);
#undef KEY
out:
	str_release(&key);
	return err;
}

static void on_name(void *ctx, const char *name)
{
	struct collect *c = ctx;

	if (!c->err)
		c->err = add_named(c, name);
}

static struct err *add_plain(struct collect *c, const char *where,
			     const char *const *commands, size_t n)
{
	struct err *err = NULL;

	for (size_t i = 0; !err && i < n; i++) {
		struct check check = {
			.command = commands[i],
			.timeout_ms = c->timeout_s * 1000,
		};

		if (is_blank(commands[i]))
			err = err_new(*where == '-' ? ERR_USAGE : ERR_CONFIG,
				      "%s: an empty command", where);
		else
			err = add(c->list, &check);
	}
	return err;
}

static struct err *add_setup(struct collect *c)
{
	struct check_list *list = c->list;
	const char *const *values;
	size_t n = config_get_all(c->config, "dualfix.setup", &values);
	struct err *err = NULL;

	if (n > CHECKS_MAX)
		return err_new(ERR_CONFIG, "dualfix.setup: more than %d commands", CHECKS_MAX);
	list->setup = arena_array(&list->arena, n ? n : 1, sizeof(*list->setup));
	if (!list->setup)
		return arena_err(&list->arena, "checks");
	for (size_t i = 0; !err && i < n; i++) {
		const struct check check = {
			.command = values[i],
			.timeout_ms = c->timeout_s * 1000,
			.network = true,
		};

		if (is_blank(values[i]))
			err = err_new(ERR_CONFIG, "dualfix.setup: an empty command");
		else
			err = copy(list, &list->setup[list->n_setup++], &check);
	}
	return err;
}

struct err *check_list_make(struct check_list *out, const struct config *config,
			    const char *const *commands, size_t n_commands)
{
	struct collect c = {
		.list = out,
		.config = config,
		.timeout_s = TIMEOUT_DEFAULT_S,
	};
	const char *const *values;
	struct err *err;
	size_t n;

	*out = (struct check_list){ 0 };
	arena_init(&out->arena, LIST_MAX_BYTES);
	out->v = arena_array(&out->arena, CHECKS_MAX, sizeof(*out->v));
	if (!out->v) {
		err = arena_err(&out->arena, "checks");
		goto out;
	}
	err = config_get_int(config, "dualfix.verifyTimeout", 1, TIMEOUT_MAX_S,
			     &c.timeout_s);
	if (!err)
		err = add_setup(&c);
	if (err)
		goto out;
	if (n_commands) {
		err = add_plain(&c, "--verify", commands, n_commands);
		goto out;
	}
	n = config_get_all(config, "dualfix.verify", &values);
	err = add_plain(&c, "dualfix.verify", values, n);
	if (err)
		goto out;
	config_subsections(config, "dualfix.check", on_name, &c);
	err = c.err;
out:
	if (err)
		check_list_release(out);
	return err;
}

void check_list_release(struct check_list *list)
{
	arena_release(&list->arena);
	list->v = list->setup = NULL;
	list->n = list->n_setup = 0;
}
