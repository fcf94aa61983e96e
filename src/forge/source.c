/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/source.h"

#include <stdio.h>
#include <string.h>

#include "base/argv.h"
#include "sys/proc.h"

#define URL_MAX_BYTES 8192
#define KEY_MAX_BYTES 1024
#define SSH_MAX_BYTES ((size_t)64 << 10)
#define SSH_TIMEOUT_MS 5000

static const char *const no_remote_hint = "git dualfix <https address of the issue>";

struct err *source_kind(const struct dialect **dialect, bool *declared,
			const struct remote *remote, const struct config *config)
{
	char key[REMOTE_HOST_MAX_BYTES + 32];
	const char *host = dialect_web_host(remote->host), *name, *no_issues;

	snprintf(key, sizeof(key), "dualfix.%s.forge", host);
	name = config_get(config, key);
	*declared = name && *name;
	if (*declared) {
		*dialect = dialect_named(name, host);
		if (*dialect)
			return NULL;
		return err_hint(err_new(ERR_CONFIG, "bad value '%s' for '%s': expected "
					"github, gitlab, gitea or forgejo", name, key),
				"git config %s <kind>", key);
	}
	*dialect = dialect_of_host(host, &no_issues);
	if (!no_issues)
		return NULL;
	return err_hint(err_new(ERR_CONFIG, "no issues can be read from %s: %s", host,
				no_issues),
			"git dualfix -m <text>, or a file");
}

static struct err *config_of(const struct repo *repo, const char *before,
			     const char *name, const char *after, const char **out)
{
	struct str key = STR_INIT(KEY_MAX_BYTES);
	struct err *err;

	str_addf(&key, "%s.%s.%s", before, name, after);
	err = str_err(&key, "key");
	*out = err ? NULL : config_get(repo_config(repo), key.buf);
	str_release(&key);
	return err;
}

static void add_name(void *ctx, const char *name)
{
	argv_push(ctx, name);
}

static bool has(const struct argv *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (!strcmp(names->v[i], name))
			return true;
	}
	return false;
}

/* The remote of the branch one is on; *out is NULL if it has none, or is "." */
static struct err *branch_remote(struct repo *repo, const char **out)
{
	struct str branch = STR_INIT(KEY_MAX_BYTES);
	struct err *err = repo_head_branch(repo, &branch);

	*out = NULL;
	if (!err && branch.len)
		err = config_of(repo, "branch", branch.buf, "remote", out);
	if (*out && (!**out || !strcmp(*out, ".")))
		*out = NULL;
	str_release(&branch);
	return err;
}

/* *out is borrowed from the configuration or names; it may be a URL. */
static struct err *pick_remote(struct repo *repo, const struct argv *names,
			       const char **out)
{
	struct err *err = branch_remote(repo, out);

	if (err || *out)
		return err;
	if (has(names, "upstream"))
		*out = "upstream";
	else if (has(names, "origin"))
		*out = "origin";
	else if (names->n == 1)
		*out = names->v[0];
	if (*out)
		return NULL;
	if (!names->n)
		return err_hint(err_new(ERR_CONFIG, "the repository has no remote"), "%s",
				no_remote_hint);
	return err_hint(err_new(ERR_CONFIG,
				"none of the %zu remotes is called origin, or "
				"is that of the branch",
				names->n),
			"%s", no_remote_hint);
}

/* What git fetches from; nothing is asked of anybody. */
static struct err *fetch_url(struct repo *repo, const char *name, struct str *out)
{
	const char *const args[] = { "ls-remote", "--get-url", "--", name, NULL };
	struct err *err = repo_git(repo, args, (struct span){ 0 }, out, NULL);
	struct span url = span_trim(str_span(out));

	str_truncate(out, (size_t)(url.ptr - out->buf) + url.len);
	return err;
}

/* Also of a host that is known to have no issues. */
static bool is_told(const struct remote *remote, const struct repo *repo)
{
	const struct dialect *dialect = NULL;
	bool declared;
	struct err *err;

	if (remote->form == REMOTE_NO_HOST)
		return false;
	err = source_kind(&dialect, &declared, remote, repo_config(repo));
	if (!err)
		return dialect != NULL;
	err_drop(err);
	return true;
}

static struct err *read_url(struct remote *out, struct repo *repo, const char *name)
{
	struct str url = STR_INIT(URL_MAX_BYTES);
	const char *raw = NULL;
	struct remote other;
	struct err *err = fetch_url(repo, name, &url);

	if (!err)
		err = err_as(remote_parse(out, url.buf), ERR_CONFIG);
	if (!err && !is_told(out, repo))
		err = config_of(repo, "remote", name, "url", &raw);
	if (raw) {
		struct err *second = remote_parse(&other, raw);

		if (!second && is_told(&other, repo))
			*out = other;
		err_drop(second);
	}
	str_release(&url);
	return err;
}

/* "hostname github.com": what ssh would connect to. */
static void take_hostname(struct remote *remote, struct span said)
{
	struct span line;

	while (span_line(&said, &line)) {
		struct remote real;
		char url[REMOTE_HOST_MAX_BYTES + 32];
		struct err *err;

		if (!span_starts(line, "hostname ") || line.len > REMOTE_HOST_MAX_BYTES)
			continue;
		line = span_cut(line, strlen("hostname "), line.len);
		snprintf(url, sizeof(url), "https://%.*s/x", (int)line.len, line.ptr);
		err = remote_parse(&real, url);
		if (!err)
			memcpy(remote->host, real.host, sizeof(remote->host));
		err_drop(err);
	}
}

/* No ssh, or one that does not know: the name stays what it is. */
static struct err *ask_ssh(struct remote *remote, struct repo *repo)
{
	const char *const argv[] = { "ssh", "-G", "--", remote->host, NULL };
	struct argv env = ARGV_INIT;
	struct proc_result result;
	struct proc_spec spec = {
		.argv = argv,
		.timeout_ms = SSH_TIMEOUT_MS,
		.out_max_bytes = SSH_MAX_BYTES,
		.overflow = PROC_OVERFLOW_CUTS,
	};
	struct err *err;

	proc_result_init(&result);
	proc_env(&env, proc_env_base);
	err = argv_err(&env);
	spec.env = argv_list(&env);
	if (!err)
		err = proc_run(repo_loop(repo), &spec, &result);
	if (!err && result.end == PROC_EXITED && result.exit_code == 0)
		take_hostname(remote, str_span(&result.out));
	proc_result_release(&result);
	argv_release(&env);
	return err;
}

static struct err *check_host(struct remote *remote, struct repo *repo)
{
	if (remote->form == REMOTE_NO_HOST)
		return err_hint(err_new(ERR_CONFIG, "no forge can be seen in its URL"),
				"%s", no_remote_hint);
	if (remote->form == REMOTE_SSH && remote->host[0] != '[' &&
	    !is_told(remote, repo))
		return ask_ssh(remote, repo);
	return NULL;
}

struct err *source_remote(struct remote *out, struct repo *repo)
{
	struct argv names = ARGV_INIT;
	const char *name = NULL;
	struct err *err;

	config_subsections(repo_config(repo), "remote", add_name, &names);
	err = argv_err(&names);
	if (!err)
		err = pick_remote(repo, &names, &name);
	if (err)
		goto out;
	err = read_url(out, repo, name);
	if (!err)
		err = check_host(out, repo);
	/* a name that is a URL may hold a password */
	err = err_wrap(err, "remote '%s'", has(&names, name) ? name : "of this branch");
out:
	argv_release(&names);
	return err;
}
