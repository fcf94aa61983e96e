/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/surroundings.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "sys/proc.h"

static const char *const names[] = { "PATH", "HOME", "TMPDIR", NULL };

struct err *surroundings_take(struct surroundings *out)
{
	struct err *err;

	argv_init(&out->env);
	proc_env(&out->env, names);
	err = argv_err(&out->env);
	if (err)
		surroundings_release(out);
	return err;
}

void surroundings_release(struct surroundings *s)
{
	argv_release(&s->env);
}

const char *env_value(const struct argv *env, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < env->n; i++) {
		if (!strncmp(env->v[i], name, n) && env->v[i][n] == '=')
			return env->v[i] + n + 1;
	}
	return NULL;
}

const char *surroundings_home(const struct surroundings *s)
{
	const char *home = env_value(&s->env, "HOME");
	const struct passwd *pw;

	if (home && home[0] == '/')
		return home;
	pw = getpwuid(getuid());
	return pw && pw->pw_dir && pw->pw_dir[0] == '/' ? pw->pw_dir : NULL;
}

const char *surroundings_temp(const struct surroundings *s)
{
	const char *temp = env_value(&s->env, "TMPDIR");

	return temp && temp[0] == '/' ? temp : "/tmp";
}
