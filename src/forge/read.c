/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forge/read.h"

#include <string.h>

#include "forge/fetch.h"
#include "forge/probe.h"
#include "forge/source.h"

#define NUMBER_MAX 1000000000

/* What came of a probe or a fetch, by the time that the loop stops. */
struct reading {
	bool done, wants_token;
	struct err *err;
	const struct dialect *dialect;
	const struct place *place;
	const struct forge_env *env;
	struct str *text, *address;
};

static bool read_number(const char *argument, size_t *number)
{
	return span_number(span_of(argument + (*argument == '#')), NUMBER_MAX, number);
}

bool forge_is_issue(const char *argument)
{
	size_t number;

	return read_number(argument, &number) || remote_is_web(argument);
}

static struct err *find_remote(struct remote *remote, size_t *number, bool *dashed,
			       const char *argument, const struct forge_env *env)
{
	*dashed = false;
	if (remote_is_web(argument))
		return err_hint(remote_parse_issue(remote, number, dashed, argument),
				"git dualfix -h says what an issue can be");
	if (!read_number(argument, number) || !*number)
		return err_new(ERR_INPUT, "issues are counted from 1");
	return source_remote(remote, env->repo);
}

static void on_probed(void *ctx, const struct dialect *dialect, struct err *err)
{
	struct reading *reading = ctx;

	reading->dialect = dialect;
	reading->err = err;
	reading->done = true;
}

static struct err *probe(const struct dialect **dialect, const struct remote *remote,
			 const struct forge_env *env)
{
	struct reading reading = { .done = false };
	struct forge_probe *probe;
	struct err *err;

	events_emit(env->events, EVENT_STAGE, "asking %s what forge it is", remote->host);
	err = forge_probe_start(&probe, env->loop, env->http, remote, on_probed,
				&reading);
	if (err)
		return err;
	err = loop_run(env->loop, &reading.done);
	if (!reading.done)
		forge_probe_cancel(probe);
	err = err_first(err, reading.err);
	*dialect = reading.dialect;
	if (!err && !*dialect)
		err = err_new(ERR_CONFIG, "%s does not say what forge it is",
			      remote->host);
	return err_hint(err, "git config dualfix.%s.forge <github, gitlab, gitea or forgejo>",
			remote->host);
}

static struct err *find_kind(const struct dialect **dialect, bool *declared, bool dashed,
			     const struct remote *remote, const struct forge_env *env)
{
	struct err *err = source_kind(dialect, declared, remote, repo_config(env->repo));

	if (err || *dialect)
		return err;
	if (!dashed)
		return probe(dialect, remote, env);
	*dialect = dialect_named("gitlab", remote->host); /* nobody else has "/-/" */
	return NULL;
}

/* What the forge calls the issue counts if it is one, on the site that was asked. */
static bool is_address(struct span said, const struct place *place)
{
	char url[PLACE_URL_MAX_BYTES];
	struct remote remote;
	size_t number;
	bool dashed;
	struct err *err;

	if (!said.len || said.len >= sizeof(url))
		return false;
	memcpy(url, said.ptr, said.len);
	url[said.len] = '\0';
	err = remote_parse_issue(&remote, &number, &dashed, url);
	if (!err)
		return !strcmp(remote.host, place->host) && remote.port == place->port &&
		       (remote.form == REMOTE_HTTPS) == place->https;
	err_drop(err);
	return false;
}

static struct err *take(struct reading *reading, const struct thread *thread)
{
	const struct place *place = reading->place;
	const struct events *events = reading->env->events;
	size_t start = reading->address->len;

	if (is_address(thread->address, place))
		str_add_span(reading->address, thread->address);
	else
		place_address(place, reading->address);
	if (thread->moved)
		events_emit(events, EVENT_WARNING, "%s was moved to another project",
			    reading->address->buf + start);
	else if (thread->closed)
		events_emit(events, EVENT_WARNING, "%s is closed",
			    reading->address->buf + start);
	return thread_text(thread, reading->text);
}

static void on_fetched(void *ctx, const struct thread *thread, struct err *err,
		       bool wants_token)
{
	struct reading *reading = ctx;

	reading->err = err ? err : take(reading, thread);
	reading->wants_token = wants_token;
	reading->done = true;
}

static struct err *fetch(struct reading *reading, const struct token *token,
			 bool declared)
{
	const struct fetch_request request = {
		.place = reading->place, .token = token, .declared = declared,
		.done = on_fetched, .ctx = reading,
	};
	const struct forge_env *env = reading->env;
	struct fetch *fetch;
	struct err *err;

	reading->done = reading->wants_token = false;
	reading->err = NULL;
	err = fetch_start(&fetch, env->loop, env->http, &request);
	if (err)
		return err;
	err = loop_run(env->loop, &reading->done);
	if (!reading->done)
		fetch_cancel(fetch);
	return err_first(err, reading->err);
}

static struct err *read_place(struct str *text, struct str *address,
			      const struct place *place, bool declared,
			      const struct forge_env *env)
{
	struct reading reading = {
		.place = place, .env = env, .text = text, .address = address,
	};
	struct token token = { .source = NULL };
	struct err *err, *git_err;

	events_emit(env->events, EVENT_STAGE, "reading issue %zu of %s on %s",
		    place->number, place->project, place->host);
	token_from_variables(&token, place, declared, env->variable);
	err = fetch(&reading, &token, declared);
	if (err && reading.wants_token && !token.secret) {
		git_err = token_from_git(&token, env->loop, place);
		if (git_err || token.secret) {
			err_drop(err);
			err = git_err ? git_err : fetch(&reading, &token, declared);
		}
	}
	token_release(&token);
	return err_wrap(err, "issue %zu of %s on %s", place->number, place->project,
			place->host);
}

struct err *forge_read(struct str *text, struct str *address, const char *argument,
		       const struct forge_env *env)
{
	const struct dialect *dialect = NULL;
	struct remote remote;
	struct place place;
	size_t number;
	bool dashed, declared = false;
	struct err *err = find_remote(&remote, &number, &dashed, argument, env);

	if (!err)
		err = find_kind(&dialect, &declared, dashed, &remote, env);
	if (!err)
		err = place_make(&place, dialect, &remote, number);
	if (err)
		return err_wrap(err, "%s", argument);
	err = read_place(text, address, &place, declared, env);
	return err ? err : str_err(address, "the issue's address");
}
