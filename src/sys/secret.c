/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/argv.h"
#include "sys/proc.h"
#include "sys/url.h"

/* Shorter values would blank out words by chance, and are no keys. */
#define REDACT_MIN_BYTES 8

#define CREDENTIAL_TIMEOUT_MS 5000
#define CREDENTIAL_MAX_BYTES 65536

struct secret {
	struct secret *next;
	char *name; /* of the variable it was taken from; NULL: somebody's own */
	char *value;
};

/*
 * One for the process, as the environment is. The longest value first, so that
 * a key that begins with another one is blanked whole.
 */
static struct secret *known;

extern char **environ;

static const char *const telling[] = { "KEY", "TOKEN", "SECRET", "PASSWORD" };

/* Names that say key or password and hold none, but that git or a helper needs. */
static const char *const harmless[] = {
	"GIT_CONFIG_KEY_", "PASSWORD_STORE_", "GNOME_KEYRING_",
};

static bool says_secret(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		if (!strncmp(name, harmless[i], strlen(harmless[i])))
			return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(telling); i++) {
		if (strcasestr(name, telling[i]))
			return true;
	}
	return false;
}

static void secret_link(struct secret *secret)
{
	struct secret **at = &known;

	while (*at && strlen((*at)->value) > strlen(secret->value))
		at = &(*at)->next;
	secret->next = *at;
	*at = secret;
}

static void secret_unlink(struct secret *secret)
{
	struct secret **at = &known;

	while (*at && *at != secret)
		at = &(*at)->next;
	if (*at)
		*at = secret->next;
}

void secret_free(struct secret *secret)
{
	if (!secret)
		return;
	secret_unlink(secret);
	if (secret->value)
		explicit_bzero(secret->value, strlen(secret->value));
	free(secret->value);
	free(secret->name);
	free(secret);
}

static struct secret *secret_new(const char *name, struct span value)
{
	struct secret *secret = calloc(1, sizeof(*secret));

	if (!secret)
		return NULL;
	secret->value = strndup(value.ptr, value.len);
	secret->name = name ? strdup(name) : NULL;
	if (!secret->value || (name && !secret->name)) {
		secret_free(secret);
		return NULL;
	}
	secret_link(secret);
	return secret;
}

static struct secret *find_taken(const char *name)
{
	struct secret *secret = known;

	while (secret && (!secret->name || strcmp(secret->name, name)))
		secret = secret->next;
	return secret;
}

/*
 * The bytes themselves are blanked as well: /proc/self/environ shows the
 * memory that the process was started with, not what environ points to.
 */
static void take_out(const char *name, char *value)
{
	secret_free(find_taken(name));
	(void)secret_new(name, span_of(value));
	explicit_bzero(value, strlen(value));
	unsetenv(name);
}

void secret_scrub_env(void)
{
	char **at = environ;

	while (at && *at) {
		char *sign = strchr(*at, '=');
		char *name = sign ? strndup(*at, (size_t)(sign - *at)) : NULL;

		if (name && *name && says_secret(name)) {
			take_out(name, sign + 1);
			at = environ; /* unsetenv() moved what follows */
		} else {
			at++;
		}
		free(name);
	}
}

struct secret *secret_from_variable(const char *name)
{
	const struct secret *secret;
	struct span value;
	char *set;

	if (!name || !*name)
		return NULL;
	set = getenv(name); /* one that the configuration names need not say key */
	if (set)
		take_out(name, set);
	secret = find_taken(name);
	value = span_trim(span_of(secret ? secret->value : NULL));
	return value.len ? secret_new(NULL, value) : NULL;
}

const char *secret_reveal(const struct secret *secret)
{
	return secret->value;
}

static void redact(struct str *s, const char *value)
{
	struct span key = span_of(value);
	ptrdiff_t at = 0;

	if (key.len < REDACT_MIN_BYTES)
		return;
	while ((at = span_find(str_span(s), key, (size_t)at)) >= 0) {
		str_splice(s, (size_t)at, (size_t)at + key.len, SPAN("[key]"));
		at += (ptrdiff_t)strlen("[key]");
	}
}

void secret_redact(struct str *s)
{
	for (const struct secret *key = known; key; key = key->next)
		redact(s, key->value);
}

/* What git and the credential helpers people use need to know. */
static const char *const git_env[] = {
	"GIT_DIR", "GIT_COMMON_DIR", "GIT_CONFIG*", "GIT_EXEC_PATH",
	"GIT_CEILING_DIRECTORIES",
	"GIT_DISCOVERY_ACROSS_FILESYSTEM", "DBUS_SESSION_BUS_ADDRESS", "GNUPGHOME",
	"GPG_TTY", "PASSWORD_STORE_*", "GNOME_KEYRING_*", "XDG_DATA_HOME", NULL,
};

static struct err *credential_env(struct argv *env)
{
	proc_env(env, proc_env_base);
	proc_env(env, git_env);
	/* nobody is asked: not on the terminal, not in a window */
	argv_push(env, "GIT_TERMINAL_PROMPT=0");
	argv_push(env, "GIT_ASKPASS=");
	argv_push(env, "SSH_ASKPASS=");
	argv_push(env, "GCM_INTERACTIVE=never");
	return argv_err(env);
}

static struct span password_in(struct span reply)
{
	struct span line;

	while (span_line(&reply, &line)) {
		if (span_starts(line, "password="))
			return span_cut(line, strlen("password="), line.len);
	}
	return SPAN("");
}

static void wipe(struct str *s)
{
	explicit_bzero(s->buf, s->len);
	str_release(s);
}

static struct err *credential_fill(struct secret **out, struct loop *loop,
				   const struct url *url, const char *user_line)
{
	static const char *const argv[] = { "git", "credential", "fill", NULL };
	struct str query = STR_INIT(CREDENTIAL_MAX_BYTES);
	struct argv env = ARGV_INIT;
	struct proc_spec spec = {
		.argv = argv, .timeout_ms = CREDENTIAL_TIMEOUT_MS,
		.out_max_bytes = CREDENTIAL_MAX_BYTES, .overflow = PROC_OVERFLOW_CUTS,
	};
	struct proc_result result;
	struct err *err;

	proc_result_init(&result);
	str_addf(&query, "protocol=%s\nhost=%.*s\n%s\n", url->https ? "https" : "http",
		 (int)url->authority.len, url->authority.ptr, user_line);
	err = str_err(&query, "credential query");
	if (!err)
		err = credential_env(&env);
	if (err)
		goto out;
	spec.env = argv_list(&env);
	spec.input = str_span(&query);
	err = proc_run(loop, &spec, &result);
	if (err)
		goto out;
	if (result.end == PROC_EXITED && result.exit_code == 0) {
		struct span key = span_trim(password_in(str_span(&result.out)));

		if (key.len) {
			*out = secret_new(NULL, key);
			err = *out ? NULL : err_nomem();
		}
	}
out:
	wipe(&result.out);
	proc_result_release(&result);
	str_release(&query);
	argv_release(&env);
	return err;
}

struct err *secret_find(struct secret **out, struct loop *loop, const char *url,
			const char *own_variable, const char *named_variable,
			const char **source)
{
	const char *const variables[] = { own_variable, named_variable };
	struct url parts;
	struct err *err;

	*out = NULL;
	*source = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		*out = secret_from_variable(variables[i]);
		if (*out) {
			*source = variables[i];
			return NULL;
		}
	}
	err = url_parse(&parts, url);
	/*
	 * A helper script often answers with a password alone, so git must know
	 * a user name already; a store may hold the key under any name.
	 */
	if (!err)
		err = credential_fill(out, loop, &parts, "username=dualfix\n");
	if (!err && !*out)
		err = credential_fill(out, loop, &parts, "");
	if (!err && *out)
		*source = "git credential";
	return err;
}

void secret_redact_word(char *word, size_t size)
{
	struct str text = STR_INIT(size - 1);

	str_adds(&text, word);
	secret_redact(&text);
	memcpy(word, text.len ? text.buf : "", text.len + 1);
	str_release(&text);
}
