/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/lacks.h"

#include "base/compiler.h"

#define LINE_SHOWN_BYTES 200

/*
 * What tools say when something is not installed: Python; node; CMake (of what is
 * required: it indents errors), Meson, pkg-config and configure; Autotools; Go; Cargo
 * and rustup; test suites in Tcl; shells.
 */
static const char *const lacks[] = {
	"No module named ",
	"ModuleNotFoundError: ",
	"Cannot find module ",
	"ERR_MODULE_NOT_FOUND",
	"  Could NOT find ",
	"Could not find a package configuration file",
	"CMake Error: CMake was unable to find a build program",
	"or higher is required.  You are running version",
	"No package '",
	"configure: error: ",
	"Can't exec \"",
	"possibly undefined macro: ",
	"ERROR: Dependency ",
	"ERROR: Program ",
	"no required module provides package",
	"missing go.sum entry",
	"module lookup disabled",
	"toolchain not available",
	"(running go ",
	"no matching package named ",
	"attempting to make an HTTP request, but --offline was specified",
	"failed to download",
	"requires rustc ",
	"is not supported by the following package",
	"rustup could not choose a version",
	"error: toolchain '",
	"You need tcl ",
};

/*
 * "/bin/sh: 3: go: not found", "sh: line 3: go: command not found", and make's word for
 * the same. A test may print the end of such a line, but not its start.
 */
static bool names_no_program(struct span line)
{
	bool of_shell = span_starts(line, "/bin/sh: ") || span_starts(line, "sh: ");

	return (of_shell && (span_ends(line, ": not found") ||
			     span_ends(line, ": command not found"))) ||
	       (span_starts(line, "make") && span_ends(line, "] Error 127"));
}

static bool names_lack(struct span line)
{
	for (size_t i = 0; i < ARRAY_SIZE(lacks); i++)
		if (span_find(line, span_of(lacks[i]), 0) >= 0)
			return true;
	return names_no_program(line);
}

/* make does not name the program: what a script said just before does. */
static bool find_line(struct span log, bool (*is)(struct span line), struct str *why)
{
	struct span line, missing = { 0 };

	while (span_line(&log, &line)) {
		if (!is(line)) {
			if (span_ends(line, ": command not found") ||
			    span_ends(line, ": not found"))
				missing = line;
			continue;
		}
		if (span_starts(line, "make") && missing.len)
			line = missing;
		line = span_trim(line);
		str_add_span(why, span_cut(line, 0, LINE_SHOWN_BYTES));
		return true;
	}
	return false;
}

bool log_names_lack(struct span log, struct str *why)
{
	return find_line(log, names_lack, why);
}

bool log_names_no_program(struct span log, struct str *why)
{
	return find_line(log, names_no_program, why);
}
