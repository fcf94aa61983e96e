/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line, as gitcli(7) has it: --no-x undoes --x, unique prefixes of
 * long options are accepted, short ones can be joined, "--" ends them, options
 * and arguments may be mixed. One table holds every option of every command;
 * the usage text comes out of it.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cmd/settings.h"
#include "cmd/value.h"

/* Commands, as bits of an option's mask. */
enum {
	FOR_RUN = 1 << 0,
	FOR_PLAN = 1 << 1,
	FOR_APPLY = 1 << 2,
	FOR_VERIFY = 1 << 3,
	FOR_TAKE = 1 << 4,
	FOR_DROP = 1 << 5,
	FOR_LOG = 1 << 6,
	FOR_SHOW = 1 << 7,
	FOR_INIT = 1 << 8,
	FOR_DOCTOR = 1 << 9,
	FOR_GC = 1 << 10,
	FOR_HOOK = 1 << 11,
	FOR_BATCH = 1 << 12,
	FOR_CHECK_MAIL = 1 << 13,
	FOR_AMEND = 1 << 14,
	FOR_RESUME = 1 << 15,
};

struct option {
	char letter;      /* 0: none */
	const char *name; /* long name, without the dashes */
	unsigned commands;
	struct value_spec value;
	const char *argument; /* name of its argument in the usage; NULL: takes none */
	bool optional;        /* the argument may be left out */
	const char *fallback; /* what counts when it is; "true" if NULL */
	const char *negated;  /* what --no-x sets; NULL: see below */
	const char *help;
};

extern const struct option options_table[];
extern const size_t options_table_n;

/*
 * --no-x makes a flag false, and takes back every earlier --x of what is no flag: the
 * field stays as it came, from config or the defaults.
 *
 * Reads args for the command whose bit is given into settings; what is not an
 * option goes to rest. *help is set by -h. Errors are ERR_USAGE.
 */
struct err *options_read(struct settings *settings, unsigned command,
			 const char *const *args, struct argv *rest, bool *help) MUST_USE;

/* Adds text and a line end, broken at 80 columns, each line below where it began. */
void usage_fold(struct str *out, const char *text);

/* The options of a command, as usage prints them. */
void options_usage(unsigned command, struct str *out);

#endif
