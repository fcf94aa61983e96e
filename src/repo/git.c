/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "repo/git.h"

#include <string.h>

#include "repo/backend.h"

/* Where git finds itself and its user. */
static const char *const user_names[] = {
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "XDG_CONFIG_HOME",
	"GIT_EXEC_PATH", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_GLOBAL",
	/* git -c */
	"GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_*",
	"GIT_CONFIG_VALUE_*", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME",
	"GIT_COMMITTER_EMAIL", "EMAIL", "GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE",
	/* what `git var GIT_EDITOR` goes by, and what signing needs */
	"GIT_EDITOR", "VISUAL", "EDITOR", "TERM", "GNUPGHOME", "GPG_TTY", "SSH_AUTH_SOCK",
	NULL,
};

static const char *const bare_names[] = { "PATH", "TMPDIR", "GIT_EXEC_PATH", NULL };

static const char *const fixed[] = {
	"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_PAGER=cat",
	"GIT_ADVICE=0",
	/* Objects are read as they are, here and by libgit2. */
	"GIT_NO_REPLACE_OBJECTS=1",
	/* A partial clone would fetch what is missing; the first is for git 2.45 on. */
	"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", NULL,
};

static const char *const no_user[] = {
	"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_SYSTEM=/dev/null",
	"GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1", NULL,
};

/* Before the command. They win over the user's configuration and his git -c. */
static const char *const settings[] = {
	"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
	"-c", "core.quotePath=false",	  "-c", "gc.auto=0",
	"-c", "maintenance.auto=false",	  "-c", "submodule.recurse=false",
	"-c", "log.showSignature=false",  "-c", "diff.suppressBlankEmpty=false", NULL,
};

/* What a transport needs; no other git of ours is shown them. */
static const char *const transport_names[] = {
	"GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "http_proxy", "https_proxy",
	"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", NULL,
};

static const char *const fetching[] = {
	"GIT_NO_LAZY_FETCH=0", "GIT_ALLOW_PROTOCOL=file:git:http:https:ssh", NULL,
};

void git_env_fetching(struct argv *env)
{
	proc_env(env, transport_names);
	argv_push_all(env, fetching);
}

void git_env(struct argv *env)
{
	proc_env(env, user_names);
	argv_push_all(env, fixed);
}

void git_env_bare(struct argv *env)
{
	proc_env(env, bare_names);
	argv_push_all(env, fixed);
	argv_push_all(env, no_user);
}

static const char *const tags[] = { "fatal: ", "error: " };

struct err *git_ended(const struct proc_result *result, const char *command)
{
	struct str how = STR_INIT(1024);
	struct err *err;

	if (result->end == PROC_EXITED)
		return NULL;
	proc_result_say(result, &how);
	if (result->end == PROC_NOT_STARTED)
		err = err_hint(err_new(ERR_FATAL, "cannot run git: %s", how.buf),
			       "is git installed, and in PATH?");
	else
		err = err_new(ERR_FATAL, "git %s: %s", command, how.buf);
	str_release(&how);
	return err;
}

/*
 * Picks the line that says why from what git said; text gets it, and the indented
 * lines below it when it ends in a colon. advice gets a command it advises.
 */
static void pick_words(struct span said, struct str *text, struct span *advice)
{
	struct span line;
	bool tagged = false, goes_on = false;

	while (span_line(&said, &line)) {
		bool indented = span_starts(line, "\t");

		if (indented && goes_on) {
			str_addc(text, ' ');
			str_add_span(text, span_trim(line));
			continue;
		}
		goes_on = false;
		if (indented && span_starts(line, "\tgit ") && !advice->len)
			*advice = span_trim(line);
		if (tagged || !span_trim(line).len)
			continue;
		str_reset(text);
		for (size_t i = 0; i < ARRAY_SIZE(tags) && !tagged; i++) {
			tagged = span_starts(line, tags[i]);
			if (tagged)
				line = span_cut(line, strlen(tags[i]), line.len);
		}
		str_add_span(text, line);
		goes_on = tagged && span_ends(line, ":");
	}
}

/* A lock that is in the way of git's; len is 0 if none is. */
static struct span locked_by(struct span text)
{
	static const char before[] = "Unable to create '", after[] = ".lock': File exists";
	ptrdiff_t start = span_find(text, span_of(before), 0);
	ptrdiff_t end = start < 0 ? -1 : span_find(text, span_of(after), (size_t)start);

	if (end < 0)
		return (struct span){ 0 };
	return span_cut(text, (size_t)start + strlen(before), (size_t)end + strlen(".lock"));
}

/* Takes err. */
static struct err *hint_lock(struct err *err, struct span lock)
{
	struct str path = STR_INIT(GIT_WORDS_MAX_BYTES), word = STR_INIT(GIT_WORDS_MAX_BYTES);

	str_add_span(&path, lock);
	str_add_quoted(&word, path.buf);
	err = err_hint(err, "git dualfix gc; else, if no git is running: rm %s", word.buf);
	str_release(&path);
	str_release(&word);
	return err;
}

struct err *git_words(const struct proc_result *result, const char *command)
{
	struct str text = STR_INIT(GIT_WORDS_MAX_BYTES);
	struct span advice = { 0 }, lock;
	struct err *err;

	pick_words(str_span(&result->err), &text, &advice);
	err = err_new(ERR_FATAL, "%s",
		      text.len ? text.buf : "git failed and said nothing");
	if (command)
		err = err_wrap(err, "git %s", command);
	lock = locked_by(str_span(&text));
	if (span_find(str_span(&text), SPAN("cannot lock references"), 0) >= 0)
		err = err_hint(err, "git dualfix gc names the lock, should it be a stale one");
	else if (lock.len)
		err = hint_lock(err, lock);
	str_release(&text);
	return advice.len ? err_hint(err, "%.*s", (int)advice.len, advice.ptr) : err;
}

/* The command in args, past its -c. */
static const char *command_of(const char *const *args)
{
	while (args[0] && args[1] && !strcmp(args[0], "-c"))
		args += 2;
	return args[0] ? args[0] : "";
}

static struct err *take_result(const struct git_job *job, struct proc_result *result)
{
	const char *command = command_of(job->args);
	struct err *err = git_ended(result, command);

	if (err)
		return err;
	if (job->code)
		*job->code = result->exit_code;
	else if (job->refused)
		*job->refused = result->exit_code;
	if (result->exit_code && !job->code)
		return git_words(result, command);
	if (!job->out)
		return NULL;
	if (job->out->len) {
		str_add_span(job->out, str_span(&result->out));
	} else {
		/* Taken over, not copied: it may be large. */
		size_t max = job->out->max_bytes;

		str_release(job->out);
		*job->out = result->out;
		job->out->max_bytes = max;
		str_init(&result->out, 0);
	}
	return str_err(job->out, command);
}

struct err *git_run(struct loop *loop, const struct git_job *job)
{
	struct argv args = ARGV_INIT;
	struct proc_result result;
	struct proc_spec spec = {
		.env = job->env,
		.dir = job->dir,
		.input = job->input,
		.timeout_ms = job->timeout_ms ? job->timeout_ms : GIT_TIMEOUT_MS,
		.out_max_bytes = job->out ? job->out->max_bytes - job->out->len : 0,
		.err_max_bytes = GIT_WORDS_MAX_BYTES,
		.orphan = job->finishes ? PROC_ORPHAN_FINISHES : PROC_ORPHAN_TIDIES,
		.overflow = PROC_OVERFLOW_FAILS,
	};
	struct err *err;

	proc_result_init(&result);
	argv_push(&args, "git");
	if (!job->as_configured)
		argv_push_all(&args, settings);
	argv_push_all(&args, job->args);
	err = argv_err(&args);
	if (!err) {
		spec.argv = argv_list(&args);
		err = proc_run(loop, &spec, &result);
	}
	if (!err)
		err = take_result(job, &result);
	proc_result_release(&result);
	argv_release(&args);
	return err;
}

static bool same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return !strncmp(a, b, n) && b[n] == '=';
}

static bool is_named(const char *const *env, const char *variable)
{
	for (; env && *env; env++) {
		if (same_name(*env, variable))
			return true;
	}
	return false;
}

void object_dir_quote(struct str *out, const char *dir)
{
	if (*dir != '#' && *dir != '"' && !strpbrk(dir, ":\n")) {
		str_adds(out, dir);
		return;
	}
	str_addc(out, '"');
	for (const unsigned char *p = (const unsigned char *)dir; *p; p++) {
		if (*p == '"' || *p == '\\' || *p < 0x20)
			str_addf(out, "\\%03o", *p);
		else
			str_addc(out, (char)*p);
	}
	str_addc(out, '"');
}

static struct err *push_alternate(struct argv *env, const char *dir)
{
	struct str quoted = STR_INIT(64 << 10);
	struct err *err;

	object_dir_quote(&quoted, dir);
	err = str_err(&quoted, "path");
	if (!err)
		argv_pushf(env, "GIT_ALTERNATE_OBJECT_DIRECTORIES=%s", quoted.buf);
	str_release(&quoted);
	return err ? err : argv_err(env);
}

struct err *git_env_writing(const struct repo *repo, const char *quarantine,
			    struct argv *env)
{
	argv_pushf(env, "GIT_OBJECT_DIRECTORY=%s", quarantine);
	return push_alternate(env, repo->objects_dir);
}

struct err *git_env_on(const struct repo *repo, const char *const *on_top,
		       const char *quarantine, struct argv *env)
{
	for (size_t i = 0; i < repo->env.n; i++) {
		if (!is_named(on_top, repo->env.v[i]))
			argv_push(env, repo->env.v[i]);
	}
	if (on_top)
		argv_push_all(env, on_top);
	if (quarantine && !is_named(on_top, "GIT_ALTERNATE_OBJECT_DIRECTORIES="))
		return push_alternate(env, quarantine);
	return argv_err(env);
}

static const char *dir_on(const struct repo *repo)
{
	return repo->work_tree ? repo->work_tree : repo->git_dir;
}

struct err *git_run_on(const struct repo *repo, const struct git_job *job)
{
	struct argv env = ARGV_INIT;
	struct git_job whole = *job;
	struct err *err = git_env_on(repo, job->env, repo->quarantine, &env);

	if (!err) {
		whole.env = argv_list(&env);
		whole.dir = dir_on(repo);
		err = git_run(repo->loop, &whole);
	}
	argv_release(&env);
	return err;
}

struct err *git_dialog(struct dialog **out, const struct repo *repo,
		       const char *const *args, const char *const *env,
		       const char *quarantine)
{
	struct argv all = ARGV_INIT, variables = ARGV_INIT;
	struct str name = STR_INIT(1024);
	struct err *err;

	*out = NULL;
	argv_push(&all, "git");
	argv_push_all(&all, settings);
	argv_push_all(&all, args);
	str_addf(&name, "git %s", args[0]);
	err = git_env_on(repo, env, quarantine, &variables);
	err = err_first(err, err_first(argv_err(&all), str_err(&name, "git")));
	if (!err)
		err = dialog_start(out, repo->loop,
				   &(struct dialog_spec){
					   .name = name.buf,
					   .argv = argv_list(&all),
					   .env = argv_list(&variables),
					   .dir = dir_on(repo),
					   .timeout_ms = GIT_TIMEOUT_MS,
				   });
	argv_release(&all);
	argv_release(&variables);
	str_release(&name);
	return err;
}

struct err *repo_git_env(struct repo *repo, const char *const *args,
			 const char *const *env, struct span input, struct str *out,
			 int *code)
{
	return git_run_on(repo, &(struct git_job){ .args = args,
						   .env = env,
						   .input = input,
						   .out = out,
						   .code = code });
}

struct err *repo_git(struct repo *repo, const char *const *args, struct span input,
		     struct str *out, int *code)
{
	return repo_git_env(repo, args, NULL, input, out, code);
}
