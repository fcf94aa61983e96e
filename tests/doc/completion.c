/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "completion.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/options.h"

static bool has_no(const struct option *o)
{
	return o->negated || (o->value.type == VALUE_BOOL && !o->argument &&
			      strncmp(o->name, "no-", 3));
}

static bool needs_argument(const struct option *o)
{
	return o->argument && !o->optional;
}

/* What its value may be, each after a blank. */
static void put_values(const struct option *o, const char *sep)
{
	for (size_t i = 0; o->value.choices && o->value.choices[i]; i++)
		printf("%s%s", i ? sep : "", o->value.choices[i]);
}

/* Within single quotes of a shell; what marks has gets a backslash. */
static void put_quoted(const char *text, const char *marks)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr(marks, *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static bool is_path(const struct option *o)
{
	return !strcmp(o->argument, "file") || !strcmp(o->argument, "dir");
}

int print_bash(void)
{
	fputs("__git_dualfix_commands='", stdout);
	for (size_t i = 0; i < commands_n; i++)
		printf("%s%s", i ? " " : "", commands[i].name);
	puts("'\n__git_dualfix_options () {\n\tcase $1 in");
	for (size_t i = 0; i < commands_n; i++) {
		const char *sep = "";

		printf("\t%s) echo '", commands[i].name);
		for (size_t j = 0; j < options_table_n; j++) {
			const struct option *o = &options_table[j];

			if (!(o->commands & commands[i].options))
				continue;
			printf("%s--%s%s", sep, o->name, needs_argument(o) ? "=" : "");
			if (has_no(o))
				printf(" --no-%s", o->name);
			sep = " ";
		}
		puts("' ;;");
	}
	puts("\tesac\n}\n__git_dualfix_values () {\n\tcase $1 in");
	for (size_t j = 0; j < options_table_n; j++) {
		const struct option *o = &options_table[j];

		if (!o->argument || !o->value.choices)
			continue;
		printf("\t--%s) echo '", o->name);
		put_values(o, " ");
		puts("' ;;");
	}
	puts("\tesac\n}");
	return 0;
}

int print_zsh_commands(void)
{
	for (size_t i = 0; i < commands_n; i++) {
		printf("\t\t'%s:", commands[i].name);
		put_quoted(commands[i].help, ":\\");
		puts("'");
	}
	return 0;
}

static void put_zsh_option(const struct option *o)
{
	const char *equals = needs_argument(o) ? "=" : o->argument ? "=-" : "";

	fputs(o->value.type == VALUE_LIST ? " \\\n\t\t\t'*'" : " \\\n\t\t\t", stdout);
	if (o->letter)
		printf("{-%c%s,--%s%s}", o->letter, needs_argument(o) ? "+" : "", o->name,
		       equals);
	else
		printf("--%s%s", o->name, equals);
	fputs("'[", stdout);
	put_quoted(o->help, "[]:\\");
	fputs("]", stdout);
	if (o->argument) {
		fputs(o->optional ? "::" : ":", stdout);
		put_quoted(o->argument, ":\\");
		fputs(":", stdout);
		if (o->value.choices) {
			fputs("(", stdout);
			put_values(o, " ");
			fputs(")", stdout);
		} else if (is_path(o)) {
			fputs(strcmp(o->argument, "dir") ? "_files" : "_files -/", stdout);
		} else {
			fputs(" ", stdout);
		}
	}
	fputs("'", stdout);
	if (has_no(o))
		printf(" \\\n\t\t\t--no-%s", o->name);
}

int print_zsh(void)
{
	for (size_t i = 0; i < commands_n; i++) {
		printf("\t%s) _arguments -s -S $rest", commands[i].name);
		for (size_t j = 0; j < options_table_n; j++)
			if (options_table[j].commands & commands[i].options)
				put_zsh_option(&options_table[j]);
		puts(" ;;");
	}
	return 0;
}

static void put_fish_option(const struct command *command, const struct option *o)
{
	printf("complete -c git-dualfix -n '__git_dualfix_is %s' -l %s", command->name, o->name);
	if (o->letter)
		printf(" -s %c", o->letter);
	if (needs_argument(o))
		fputs(is_path(o) ? " -r" : " -x", stdout);
	if (o->argument && o->value.choices) {
		fputs(" -a '", stdout);
		put_values(o, " ");
		fputs("'", stdout);
	}
	fputs(" -d '", stdout);
	put_quoted(o->help, "\\");
	puts("'");
	if (has_no(o))
		printf("complete -c git-dualfix -n '__git_dualfix_is %s' -l no-%s\n",
		       command->name, o->name);
}

int print_fish(void)
{
	fputs("set -g __git_dualfix_commands", stdout);
	for (size_t i = 0; i < commands_n; i++)
		printf(" %s", commands[i].name);
	putchar('\n');
	for (size_t i = 0; i < commands_n; i++) {
		printf("complete -c git-dualfix -n __git_dualfix_is_first -a %s -d '",
		       commands[i].name);
		put_quoted(commands[i].help, "\\");
		puts("'");
		for (size_t j = 0; j < options_table_n; j++)
			if (options_table[j].commands & commands[i].options)
				put_fish_option(&commands[i], &options_table[j]);
	}
	return 0;
}
