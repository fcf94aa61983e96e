/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The person at the terminal, as a run's wall (flow/wall.h) sees them.
 */
#ifndef CMD_PERSON_H
#define CMD_PERSON_H

#include "cmd/terminal.h"
#include "repo/repo.h"

struct person {
	struct repo *repo;
	struct terminal *terminal;
	int send; /* dualfix.send: SEND_ASK, SEND_ALWAYS, SEND_NEVER */
};

#endif
