/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rows.h"
#include "flow/mode.h"

static const char *const when_names[] = { "always", "never", "auto", NULL };

#define USAGE_COLUMNS 80

#define FLAG(name_, letter_, commands_, value_, help_) \
	{ .letter = (letter_), .name = (name_), .commands = (commands_), .value = value_, \
	  .help = (help_) }
#define WITH(name_, letter_, commands_, value_, argument_, help_) \
	{ .letter = (letter_), .name = (name_), .commands = (commands_), .value = value_, \
	  .argument = (argument_), .help = (help_) }

#define MAKES (FOR_RUN | FOR_APPLY | FOR_BATCH | FOR_AMEND | FOR_RESUME)
#define SHOWS (FOR_RUN | FOR_APPLY | FOR_AMEND | FOR_RESUME)
#define FROM_BASE (FOR_RUN | FOR_APPLY | FOR_BATCH | FOR_PLAN)
#define CHECKS (MAKES | FOR_PLAN | FOR_VERIFY | FOR_CHECK_MAIL)
#define THINKS (FOR_RUN | FOR_PLAN)
#define ANY (FOR_RUN | FOR_PLAN | FOR_APPLY | FOR_VERIFY | FOR_TAKE | FOR_DROP | FOR_LOG | \
	     FOR_SHOW | FOR_INIT | FOR_DOCTOR | FOR_GC | FOR_BATCH | FOR_CHECK_MAIL | FOR_AMEND | \
	     FOR_RESUME)

const struct option options_table[] = {
	WITH("message", 'm', THINKS, LIST(messages), "text", "the issue's text"),
	WITH("message", 'm', FOR_AMEND, LIST(messages), "text", "what is to be different"),
	WITH("base", 'b', FROM_BASE, TEXT(base), "rev", "the commit it is about; HEAD by default"),
	WITH("base", 'b', FOR_CHECK_MAIL, TEXT(base), "rev",
	     "the commit they apply to; by default the one they name, the upstream, HEAD"),
	FLAG("worktree", 0, FROM_BASE, BOOLEAN(worktree),
	     "HEAD plus the uncommitted changes of tracked files"),
	FLAG("worktree", 0, FOR_TAKE, BOOLEAN(worktree), "to the files only, uncommitted"),
	FLAG("failing", 0, THINKS, BOOLEAN(failing), "the issue is what the checks say is broken"),
	WITH("mode", 0, MAKES | FOR_PLAN, CHOICE(mode, mode_names), "mode",
	     "sequential, hybrid, adaptive (default) or single"),
	WITH("plan", 0, FOR_RUN | FOR_AMEND, TEXT(plan_file), "file", "use this plan"),
	FLAG("edit", 'e', SHOWS, BOOLEAN(edit), "open the plan in the editor first"),
	WITH("verify", 0, CHECKS, LIST(verify), "command",
	     "a check; overrides the configured ones"),
	WITH("verify", 0, FOR_INIT, LIST(verify), "command", "a check; written as it is given"),
	/* "--no-verify" is a name of its own: it does not undo --verify. */
	FLAG("no-verify", 0, MAKES, BOOLEAN(no_verify), "run no checks"),
	FLAG("review", 0, MAKES, BOOLEAN(review), "let the planner read the result and refuse it"),
	WITH("accept", 0, MAKES, CHOICE(accept, accept_names), "outcome",
	     "the weakest outcome that counts"),
	WITH("attempts", 0, MAKES, COUNT(attempts, 0, 20), "n", "rounds of repair"),
	WITH("budget", 0, MAKES | FOR_PLAN, USD(budget_usd), "usd", "stop before spending more"),
	WITH("timeout", 0, CHECKS | FOR_INIT, COUNT(timeout_s, 1, 86400), "seconds",
	     "stop before taking longer"),
	WITH("jobs", 'j', FOR_RUN | FOR_BATCH, COUNT(jobs, 1, 256), "n", "runs at once"),
	WITH("branch", 0, SHOWS, TEXT(branch), "name", "where the commit goes"),
	FLAG("format-patch", 0, SHOWS, BOOLEAN(format_patch), "mailable patches as well"),
	WITH("output-directory", 'o', SHOWS, TEXT(output_directory), "dir",
	     "put them there; implies --format-patch"),
	WITH("reroll-count", 0, SHOWS, COUNT(reroll_count, 1, 1000), "n", "mark them as v<n>"),
	WITH("range-diff", 0, SHOWS, TEXT(range_diff), "rev",
	     "say in them what changed since that version"),
	FLAG("stdout", 0, SHOWS, BOOLEAN(to_stdout), "the patch series itself to stdout"),
	FLAG("diff", 0, SHOWS, BOOLEAN(diff),
	     "only the diff to stdout; no checks, no branch, no commit"),
	FLAG("json", 0, SHOWS | FOR_PLAN | FOR_VERIFY | FOR_SHOW, BOOLEAN(json),
	     "the report as one JSON object on stdout"),
	FLAG("json", 0, FOR_LOG, BOOLEAN(json), "their reports as one JSON array on stdout"),
	FLAG("signoff", 's', MAKES, BOOLEAN(signoff), "add your Signed-off-by"),
	FLAG("keep-going", 0, FOR_APPLY, BOOLEAN(keep_going), "apply what can be applied, exit 1"),
	FLAG("allow-protected", 0, MAKES, BOOLEAN(allow_protected), "touch protected paths"),
	FLAG("allow-test-edits", 0, MAKES, BOOLEAN(allow_test_edits),
	     "let a fix weaken tests, or answer for them"),
	{ .name = "load-bearing", .commands = MAKES, .value = CHOICE(idle, idle_names),
	  .argument = "way", .optional = true, .fallback = "name", .negated = "off",
	  .help = "what becomes of hunks that the checks do not need" },
	WITH("repeat", 0, MAKES | FOR_VERIFY, COUNT(repeat, 1, 100), "n",
	     "run each check so often, to see flaky ones"),
	FLAG("clean", 0, MAKES | FOR_PLAN | FOR_VERIFY, BOOLEAN(clean),
	     "run the checks in a checkout made anew"),
	WITH("record", 0, MAKES | FOR_PLAN, TEXT(record), "file", "keep the model exchanges there"),
	WITH("replay", 0, MAKES | FOR_PLAN, TEXT(replay), "file",
	     "answer from there; nothing is sent"),
	FLAG("cache", 0, MAKES | FOR_PLAN, BOOLEAN(cache),
	     "take answers from earlier runs where the question is the same (default)"),
	WITH("trace", 0, MAKES | FOR_PLAN, TEXT(trace), "file",
	     "what happened when, for Perfetto or chrome://tracing"),
	WITH("predictions", 0, FOR_BATCH, TEXT(predictions), "file",
	     "add a line for SWE-bench for each commit"),
	WITH("shard", 0, FOR_BATCH, TEXT(shard), "i/n", "only the i-th of n parts of the list"),
	WITH("skip", 0, FOR_BATCH, TEXT(skip), "file", "leave out what this earlier output has"),
	FLAG("uninstall", 0, FOR_INIT, BOOLEAN(uninstall), "take out what init put in"),
	{ .name = "hooks", .commands = FOR_INIT, .value = LIST(hooks), .argument = "event,...",
	  .optional = true, .fallback = "pre-push", .help = "install hooks" },
	FLAG("chain", 0, FOR_INIT, BOOLEAN(chain), "before hooks that are there"),
	FLAG("yes", 'y', FOR_INIT, BOOLEAN(yes), "take the check that passes; ask nothing"),
	WITH("planner", 0, FOR_INIT, TEXT(new_planner), "url", "the planner's endpoint"),
	WITH("planner-model", 0, FOR_INIT, TEXT(new_planner_model), "id", "its model"),
	WITH("executor", 0, FOR_INIT, TEXT(new_executor), "url", "the executor's endpoint"),
	WITH("executor-model", 0, FOR_INIT, TEXT(new_executor_model), "id", "its model"),
	WITH("send", 0, FOR_INIT, ONE_OF(new_send, send_names), "when",
	     "whether text may go to a model elsewhere: ask, always, never"),
	FLAG("quiet", 'q', ANY, BOOLEAN(quiet), "say nothing but errors"),
	FLAG("verbose", 'v', ANY, COUNT(verbose, 0, 9), "say more"),
	{ .name = "progress", .commands = ANY, .value = TEXT(progress), .fallback = "always",
	  .negated = "never", .help = "show progress also where stderr is no terminal" },
	{ .name = "color", .commands = ANY, .value = ONE_OF(color, when_names), .argument = "when",
	  .optional = true, .fallback = "always", .negated = "never",
	  .help = "always, never or auto" },
};
const size_t options_table_n = ARRAY_SIZE(options_table);

static const char dashes[] = "--";

static bool takes(const struct option *o, unsigned command)
{
	return (o->commands & command) != 0;
}

/* An option as it stands on the command line. */
struct given {
	const struct option *option;
	bool negated;
	const char *argument;
};

struct reading {
	unsigned command;
	struct given *given;
	size_t n;
	bool help;
};

static void note(struct reading *r, const struct option *o, bool negated,
		 const char *argument)
{
	r->given[r->n++] = (struct given){ o, negated, argument };
}

static struct err *set_option(const struct given *given, struct settings *s)
{
	const struct option *o = given->option;
	const char *text = given->argument;
	char what[64];

	snprintf(what, sizeof(what), "--%s%s", given->negated ? "no-" : "", o->name);
	if (given->negated)
		text = o->negated ? o->negated : "false";
	else if (!text)
		text = o->fallback ? o->fallback : "true";
	if (o->value.offset == offsetof(struct settings, accept))
		s->accept_given = true;
	if (!o->argument && o->value.type == VALUE_COUNT) {
		int64_t *count = (int64_t *)((char *)s + o->value.offset);

		*count += *count < o->value.max;
		return NULL;
	}
	return value_set(&o->value, s, ERR_USAGE, what, text);
}

/* --no-x has a value of its own, or takes back what earlier --x said. */
static bool only_undoes(const struct given *given)
{
	return given->negated && !given->option->negated &&
	       given->option->value.type != VALUE_BOOL;
}

static bool is_undone(const struct reading *r, size_t i)
{
	for (size_t later = i; later < r->n; later++)
		if (r->given[later].option == r->given[i].option &&
		    only_undoes(&r->given[later]))
			return true;
	return false;
}

/* Finds name exactly, or as the only option that it begins. */
static struct err *find_long(unsigned command, const char *name, size_t len,
			     const struct option **out)
{
	const struct option *hit = NULL;

	*out = NULL;
	for (size_t i = 0; i < options_table_n; i++) {
		const struct option *o = &options_table[i];

		if (!takes(o, command) || strncmp(o->name, name, len))
			continue;
		if (!o->name[len]) {
			*out = o;
			return NULL;
		}
		if (hit)
			return err_new(ERR_USAGE, "option '--%.*s' is ambiguous: --%s or --%s",
				       (int)len, name, hit->name, o->name);
		hit = o;
	}
	*out = hit;
	return NULL;
}

static struct err *read_long(struct reading *r, const char *arg, const char *next,
			     bool *used_next)
{
	const char *name = arg + 2;
	size_t len = strcspn(name, "=");
	const char *argument = name[len] ? name + len + 1 : NULL;
	const struct option *o;
	bool negated = false;
	struct err *err = find_long(r->command, name, len, &o);

	if (!err && !o && len > 3 && !strncmp(name, "no-", 3)) {
		negated = true;
		err = find_long(r->command, name + 3, len - 3, &o);
	}
	if (err)
		return err;
	if (!o)
		return err_new(ERR_USAGE, "unknown option '%s'", arg);
	if (argument && (negated || !o->argument))
		return err_new(ERR_USAGE, "option '--%.*s' takes no value", (int)len, name);
	if (o->argument && !o->optional && !argument && !negated) {
		if (!next)
			return err_new(ERR_USAGE, "option '--%s' needs a value", o->name);
		argument = next;
		*used_next = true;
	}
	note(r, o, negated, argument);
	return NULL;
}

static struct err *read_short(struct reading *r, const char *arg, const char *next,
			      bool *used_next)
{
	for (const char *p = arg + 1; *p; p++) {
		const struct option *o = NULL;
		const char *argument = NULL;

		if (*p == 'h') {
			r->help = true;
			continue;
		}
		for (size_t i = 0; i < options_table_n && !o; i++)
			if (options_table[i].letter == *p && takes(&options_table[i], r->command))
				o = &options_table[i];
		if (!o)
			return err_new(ERR_USAGE, "unknown option '-%c'", *p);
		if (o->argument) {
			argument = p[1] ? p + 1 : next;
			if (!argument)
				return err_new(ERR_USAGE, "option '-%c' needs a value", *p);
			*used_next = !p[1];
		}
		note(r, o, false, argument);
		if (argument)
			break;
	}
	return NULL;
}

static struct err *read_args(struct reading *r, const char *const *args, struct argv *rest)
{
	for (; *args && !r->help; args++) {
		bool used_next = false;
		struct err *err = NULL;

		if (!strcmp(*args, dashes)) {
			argv_push_all(rest, args + 1);
			break;
		}
		if (!strcmp(*args, "--help"))
			r->help = true;
		else if (!strncmp(*args, dashes, 2))
			err = read_long(r, *args, args[1], &used_next);
		else if (**args == '-' && (*args)[1])
			err = read_short(r, *args, args[1], &used_next);
		else
			argv_push(rest, *args);
		if (err)
			return err;
		if (used_next)
			args++;
	}
	return argv_err(rest);
}

struct err *options_read(struct settings *settings, unsigned command,
			 const char *const *args, struct argv *rest, bool *help)
{
	struct reading r = { .command = command };
	size_t most = 1;
	struct err *err;

	/* Short ones can be joined: never more than there are letters. */
	for (size_t i = 0; args[i]; i++)
		most += strlen(args[i]);
	r.given = calloc(most, sizeof(*r.given));
	err = r.given ? read_args(&r, args, rest) : err_nomem();
	for (size_t i = 0; !err && !r.help && i < r.n; i++)
		if (!is_undone(&r, i))
			err = set_option(&r.given[i], settings);
	free(r.given);
	*help = r.help;
	return err;
}

void usage_fold(struct str *out, const char *text)
{
	struct span rest = span_of(text), word;
	size_t indent = 0, column;

	while (indent < out->len && out->buf[out->len - indent - 1] != '\n')
		indent++;
	column = indent;
	for (bool first = true; span_split(&rest, ' ', &word); first = false) {
		if (!first && column + 1 + word.len > USAGE_COLUMNS) {
			str_addf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			str_addc(out, ' ');
			column++;
		}
		str_add_span(out, word);
		column += word.len;
	}
	str_addc(out, '\n');
}

void options_usage(unsigned command, struct str *out)
{
	for (size_t i = 0; i < options_table_n; i++) {
		const struct option *o = &options_table[i];
		size_t start = out->len;
		const char *no = o->negated || (o->value.type == VALUE_BOOL && !o->argument &&
						strncmp(o->name, "no-", 3)) ? "[no-]" : "";

		if (!takes(o, command))
			continue;
		if (o->letter)
			str_addf(out, "    -%c, --%s%s", o->letter, no, o->name);
		else
			str_addf(out, "        --%s%s", no, o->name);
		if (o->argument && o->optional)
			str_addf(out, "[=<%s>]", o->argument);
		else if (o->argument)
			str_addf(out, " <%s>", o->argument);
		do {
			str_addc(out, ' ');
		} while (out->len < start + 40 && !out->failed);
		usage_fold(out, o->help);
	}
}
