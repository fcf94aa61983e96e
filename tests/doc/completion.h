/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What shells' completions have of the program's tables.
 */
#ifndef TESTS_DOC_COMPLETION_H
#define TESTS_DOC_COMPLETION_H

int print_bash(void);
int print_zsh_commands(void);
int print_zsh(void);
int print_fish(void);

#endif
