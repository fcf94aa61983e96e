/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the manual pages that the program's tables say, in mdoc(7).
 *
 *	print-tables <fragment>	prints one of them, for doc/splice.sh
 *	print-tables words	the words of reports, one a line, for the test
 *	print-tables keys	all keys of the settings table, one a line
 *
 * A fragment is "synopsis", "command <name>", "options", "settings", "plan",
 * "modes", "servers" or "protect"; or, of completions, "bash", "zsh-commands", "zsh" or
 * "fish".
 */
#include <stdio.h>
#include <string.h>

#include "completion.h"

#include "base/path.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/settings.h"
#include "flow/mode.h"
#include "model/profile.h"
#include "plan/fields.h"
#include "verify/verdict.h"

#define FOLD_COLUMN 66

/* Escapes what mdoc would read as its own; an option keeps its real dashes. */
static void put_escaped(char c, char before)
{
	if (c == '\\')
		fputs("\\e", stdout);
	else if (c == '"')
		fputs("\\(dq", stdout);
	else if (c == '-' && (before == ' ' || before == '-' || before == '['))
		fputs("\\-", stdout);
	else
		putchar(c);
}

/*
 * Running text; <word> is an argument's name. It begins with a capital if wanted,
 * never with a macro, and is folded before mandoc calls a line long.
 */
static void put_text(const char *text, bool capital)
{
	char before = ' ';
	size_t column = 0;

	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; before = *text++) {
		if (*text == ' ' && column + strcspn(text + 1, " ") > FOLD_COLUMN) {
			putchar('\n');
			column = 0;
			continue;
		}
		column++;
		if (*text == '<')
			fputs("\\fI", stdout);
		else if (*text == '>')
			fputs("\\fR", stdout);
		else if (capital && *text >= 'a' && *text <= 'z')
			putchar(*text - 'a' + 'A');
		else
			put_escaped(*text, before);
		capital = false;
	}
}

/* With a capital, unless it begins with a list of words to be typed. */
static void put_sentence(const char *text)
{
	size_t n = strlen(text);

	put_text(text, text[strcspn(text, " ,")] != ',');
	puts(n && text[n - 1] == '.' ? "" : ".");
}

/* The words that a value may be, where the help does not have them. */
static void put_choices(const struct value_spec *value, const char *help)
{
	if (value->type != VALUE_CHOICE || strstr(help, value->choices[0]))
		return;
	fputs("One of ", stdout);
	for (size_t i = 0; value->choices[i]; i++)
		printf("%s%s", i ? ", " : "", value->choices[i]);
	puts(".");
}

static void put_synopsis(const struct command *command)
{
	const char *line = command->synopsis;

	while (*line) {
		size_t n = strcspn(line, "\n");
		char text[512];

		snprintf(text, sizeof(text), "%.*s", (int)n, line);
		puts(".Nm git dualfix");
		put_text(text, false);
		putchar('\n');
		line += n + (line[n] == '\n');
	}
}

static int print_synopsis(void)
{
	for (size_t i = 0; i < commands_n; i++)
		put_synopsis(&commands[i]);
	return 0;
}

static int print_command(const char *name)
{
	const struct command *command = command_find(name);

	if (!command)
		return 1;
	printf(".It Cm %s\n", command->name);
	put_sentence(command->help);
	return 0;
}

static void put_takers(const struct option *o)
{
	const char *sep = "";
	bool all = true;

	for (size_t i = 0; i < commands_n; i++)
		all = all && (commands[i].call_raw || commands[i].options & o->commands);
	if (all) {
		puts("Taken by all commands but hook.");
		return;
	}
	fputs("Taken by ", stdout);
	for (size_t i = 0; i < commands_n; i++) {
		if (!(commands[i].options & o->commands))
			continue;
		printf("%s%s", sep, commands[i].name);
		sep = ", ";
	}
	puts(".");
}

/* Can be undone, as the usage text has it. */
static bool has_no(const struct option *o)
{
	return o->negated || (o->value.type == VALUE_BOOL && !o->argument &&
			      strncmp(o->name, "no-", 3));
}

static int print_options(void)
{
	for (size_t i = 0; i < options_table_n; i++) {
		const struct option *o = &options_table[i];

		fputs(".It ", stdout);
		if (o->letter)
			printf("Fl %c , ", o->letter);
		printf("Fl -%s%s", has_no(o) ? "[no-]" : "", o->name);
		if (o->argument && o->optional)
			printf(" Ns Op = Ns Ar %s", o->argument);
		else if (o->argument)
			printf(" Ar %s", o->argument);
		putchar('\n');
		put_sentence(o->help);
		put_choices(&o->value, o->help);
		put_takers(o);
	}
	return 0;
}

static int print_settings(void)
{
	for (size_t i = 0; i < settings_table_n; i++) {
		const struct setting *row = &settings_table[i];

		printf(".It Va %s%s\n", row->key,
		       row->value.type == VALUE_LIST ? " Pq repeatable" : "");
		put_sentence(row->help);
		put_choices(&row->value, row->help);
		if (row->fallback)
			printf("Default:\n.Ql %s .\n", row->fallback);
		if (row->variable)
			printf("Environment:\n.Ev %s .\n", row->variable);
	}
	return 0;
}

/* One line of mdoc that is escaped already: folded, with a capital at its head. */
static void put_mdoc(struct span line)
{
	size_t column = 0;

	if (span_starts(line, ".")) {
		printf("%.*s\n", (int)line.len, line.ptr);
		return;
	}
	for (size_t i = 0; i < line.len; i++) {
		ptrdiff_t next = span_findc(line, ' ', i + 1);
		size_t word = (next < 0 ? line.len : (size_t)next) - i;
		char c = line.ptr[i];

		if (!i && c >= 'a' && c <= 'z' && !span_starts(line, "true"))
			c = (char)(c - 'a' + 'A');
		if (c == ' ' && column + word > FOLD_COLUMN)
			c = '\n';
		column = c == '\n' ? 0 : column + 1;
		putchar(c);
	}
	putchar('\n');
}

static int print_plan(void)
{
	struct str text = STR_INIT(64 * 1024);
	struct span rest, line;

	plan_man(&text);
	rest = str_span(&text);
	while (span_line(&rest, &line))
		put_mdoc(line);
	str_release(&text);
	return 0;
}

static int print_modes(void)
{
	for (size_t i = 0; mode_names[i]; i++) {
		const struct mode_traits *t = mode_traits((enum mode)i);

		printf(".It %s Ta %s Ta %s Ta %s\n", mode_names[i],
		       t->executor ? "executor" : t->planner_edits ? "planner" : "refused",
		       t->rescue ? "executor" : "fails", t->repair ? "planner" : "ends");
	}
	return 0;
}

static int print_servers(void)
{
	const struct profile *profile;

	for (size_t i = 0; (profile = profile_at(i)); i++)
		printf(".Cm %s%s\n", profile->name, profile_at(i + 1) ? " ," : " .");
	return 0;
}

static int print_protect(void)
{
	for (size_t i = 0; i < path_protect_default_n; i++)
		printf(".It\n.Pa %s\n", path_protect_default[i]);
	return 0;
}

static int print_words(void)
{
	for (int i = OUTCOME_FIXED; i <= OUTCOME_ERROR; i++)
		puts(outcome_name((enum outcome)i));
	for (int i = CHECK_NOT_RUN; i <= CHECK_ERROR; i++)
		if (i != CHECK_NOT_RUN)
			puts(check_status_name((enum check_status)i));
	for (int i = EDIT_APPLIED; i <= EDIT_SKIPPED; i++)
		if (i != EDIT_WAITING)
			puts(edit_status_name((enum edit_status)i));
	for (int i = ERR_NO_FIX; i <= ERR_TERMINATED; i++)
		puts(err_kind_name((enum err_kind)i));
	return 0;
}

static int print_keys(void)
{
	for (size_t i = 0; i < settings_table_n; i++)
		puts(settings_table[i].key);
	return 0;
}

static const struct {
	const char *name;
	int (*print)(void);
} fragments[] = {
	{ "synopsis", print_synopsis }, { "options", print_options },
	{ "settings", print_settings }, { "plan", print_plan },
	{ "modes", print_modes },       { "protect", print_protect },
	{ "servers", print_servers },   { "bash", print_bash },
	{ "zsh", print_zsh },           { "zsh-commands", print_zsh_commands },
	{ "fish", print_fish },
	{ "words", print_words },       { "keys", print_keys },
};

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "command"))
		return print_command(argv[2]);
	for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(fragments); i++)
		if (!strcmp(argv[1], fragments[i].name))
			return fragments[i].print();
	fprintf(stderr, "print-tables: there is no such fragment\n");
	return 129;
}
