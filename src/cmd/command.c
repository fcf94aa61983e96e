/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/command.h"

#include <string.h>

#include "cmd/options.h"

/* The first is what `git dualfix <issue>` means. */
const struct command commands[] = {
	{ "run", FOR_RUN, NEEDS_REPO,
	  "[run] [<options>] (<issue>... | -m <text> | --failing | --plan <file>)",
	  "an issue becomes a verified commit or patch", cmd_run, NULL },
	{ "plan", FOR_PLAN, NEEDS_REPO, "plan [<options>] (<issue> | -m <text> | --failing)",
	  "stop after planning; the plan goes to stdout", cmd_plan, NULL },
	{ "apply", FOR_APPLY, NEEDS_REPO, "apply [<options>] <plan>...",
	  "execute plans (file or -)", cmd_apply, NULL },
	{ "verify", FOR_VERIFY, NEEDS_REPO, "verify [<options>] [<commit>]",
	  "run the checks on a commit, in the scratch checkout", cmd_verify, NULL },
	{ "take", FOR_TAKE, NEEDS_REPO, "take [--worktree] [<run>]",
	  "bring a run's fix to the current branch", cmd_take, NULL },
	{ "drop", FOR_DROP, NEEDS_REPO, "drop [<run>]", "remove a run and its branch",
	  cmd_drop, NULL },
	{ "amend", FOR_AMEND, NEEDS_REPO,
	  "amend [<options>] [<run>] (-m <text> | --plan <file>)",
	  "another round on top of a run, as v2", cmd_amend, NULL },
	{ "resume", FOR_RESUME, NEEDS_REPO, "resume [<options>] [<run>]",
	  "go on with a run that was stopped", cmd_resume, NULL },
	{ "batch", FOR_BATCH, NEEDS_REPO, "batch [<options>] <issues.jsonl>",
	  "many issues, one JSON line out per line in", cmd_batch, NULL },
	{ "log", FOR_LOG, NEEDS_REPO, "log [--json]", "past runs", cmd_log, NULL },
	{ "show", FOR_SHOW, NEEDS_REPO, "show [--json] [<run> | <commit>]",
	  "one run: plan, edits, models, cost, logs", cmd_show, NULL },
	{ "init", FOR_INIT, NEEDS_REPO,
	  "init [--yes] [--hooks[=<event>,...] [--chain]] [--uninstall]",
	  "set a repository up: checks, endpoints, hooks", cmd_init, NULL },
	{ "doctor", FOR_DOCTOR, NEEDS_REPO, "doctor",
	  "check configuration, keys, sandbox and hooks", cmd_doctor, NULL },
	{ "gc", FOR_GC, NEEDS_REPO, "gc", "drop expired runs and what killed runs left",
	  cmd_gc, NULL },
	{ "check-mail", FOR_CHECK_MAIL, NEEDS_REPO, "check-mail [<options>] <file>...",
	  "verify patches as mailed", cmd_check_mail, NULL },
	{ "hook", FOR_HOOK, 0, "hook <event> [<args>]", "what hooks call", NULL, cmd_hook },
};
const size_t commands_n = ARRAY_SIZE(commands);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < commands_n; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static const char issues_are[] =
	"An issue is '-' for stdin; a number or an https address, of an issue on a forge;\n"
	"or a file: a text, a mail or mbox, a log, SARIF, the JSON of gcc, cargo, ruff or\n"
	"ESLint, the YAML of clang-tidy. A file whose name is a number is ./7.\n";

static void add_synopsis(const struct command *command, const char *lead, struct str *out)
{
	str_addf(out, "%s git dualfix ", lead);
	usage_fold(out, command->synopsis);
}

void command_usage(const struct command *command, struct str *out)
{
	if (command) {
		add_synopsis(command, "usage:", out);
		str_addf(out, "\n    %s\n\n", command->help);
		if (strstr(command->synopsis, "<issue>"))
			str_addf(out, "%s\n", issues_are);
		options_usage(command->options, out);
		return;
	}
	for (size_t i = 0; i < commands_n; i++)
		add_synopsis(&commands[i], i ? "   or:" : "usage:", out);
	str_addf(out, "\n%s\nWhat run takes:\n\n", issues_are);
	options_usage(FOR_RUN, out);
}
