/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/cannot.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/path.h"
#include "sys/spawn.h"
#include "verify/surroundings.h"

#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

/* How far from the end a reason still counts as the reason. */
#define CLOSING_BYTES 2048
#define PATH_BYTES 4096
#define LINE_SHOWN_BYTES 200

/* What a resolver or connect(2) says when there is no network at all. */
static const char *const no_network[] = {
	"Could not resolve host",
	"Couldn't resolve host",
	"Could not resolve proxy",
	"Temporary failure in name resolution",
	"Name or service not known",
	"Network is unreachable",
	"network is unreachable",
	"getaddrinfo EAI_AGAIN",
	"getaddrinfo ENOTFOUND",
	"dial tcp: lookup ",
	"nodename nor servname provided",
};

/*
 * What is said when socket(2) or bind(2) gives EPERM: errors of files behind walls are
 * EACCES. C programs and perl, Go, node, Python, Rust.
 */
static const char *const no_socket[] = {
	"socket: Operation not permitted",
	"socket(): Operation not permitted",
	"create socket: Operation not permitted",
	"bind: Operation not permitted",
	"socket: operation not permitted",
	"listen EPERM",
	"connect EPERM",
	"PermissionError: [Errno 1] Operation not permitted",
	"Os { code: 1, kind: PermissionDenied, message: \"Operation not permitted\" }",
};

static struct span closing(struct span log)
{
	size_t from = log.len > CLOSING_BYTES ? log.len - CLOSING_BYTES : 0;

	return span_cut(log, from, log.len);
}

static void say_line(struct str *why, struct span line)
{
	line = span_trim(line);
	str_add_span(why, span_cut(line, 0, LINE_SHOWN_BYTES));
}

/*
 * The word of the last line that a shell complains in: "/bin/sh: 1: cargo: not
 * found" (dash), "/bin/sh: line 1: cargo: command not found" (bash).
 */
static bool shell_complaint(struct span log, struct span *complaint, struct span *word)
{
	static const char *const ends[] = {
		": not found", ": command not found", ": Permission denied",
		": No such file or directory", ": not a directory",
	};
	struct span rest = closing(log), line;
	bool found = false;

	while (span_line(&rest, &line)) {
		for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
			struct span head, part;

			if (!span_ends(line, ends[i]))
				continue;
			*complaint = line;
			head = span_cut(line, 0, line.len - strlen(ends[i]));
			while (span_split(&head, ':', &part))
				*word = span_trim(part);
			found = true;
			break;
		}
	}
	return found;
}

/* The folder outside that has word as a program, or as a file by its path. */
static bool outside_path(struct span word, struct str *dir)
{
	struct surroundings outside;
	struct str name = STR_INIT(PATH_BYTES);
	char *path = NULL;
	struct err *err;
	int errnum;

	str_add_span(&name, word);
	if (!word.len || (word.ptr[0] != '/' && span_findc(word, '/', 0) >= 0) ||
	    name.failed)
		goto out;
	err = surroundings_take(&outside);
	if (err) {
		err_drop(err);
		goto out;
	}
	err_drop(spawn_find(&path, &errnum, name.buf, argv_list(&outside.env)));
	surroundings_release(&outside);
	if (path && !access(path, X_OK)) {
		str_adds(dir, path);
		str_truncate(dir, (size_t)(strrchr(dir->buf, '/') - dir->buf));
	}
out:
	free(path);
	str_release(&name);
	return dir->len;
}

/* What of the work tree has its programs in bin/ or .bin/ is named as a whole. */
static void say_hidden(const struct cannot_input *in, struct str *dir, struct str *why)
{
	const char *root = in->work_tree;
	size_t above = root ? strlen(root) + 1 : 0;

	if (!root || !path_below(dir->buf, root) || !strcmp(dir->buf, root)) {
		str_adds(why, "; the sandbox hides it: git config --add dualfix.sandboxRead ");
		str_add_quoted(why, dir->buf);
		return;
	}
	if (span_ends(span_cut(str_span(dir), above, dir->len), "/bin"))
		str_truncate(dir, dir->len - strlen("/bin"));
	else if (span_ends(span_cut(str_span(dir), above, dir->len), "/.bin"))
		str_truncate(dir, dir->len - strlen("/.bin"));
	str_adds(why, "; it is not committed: git config --add dualfix.overlay ");
	str_add_quoted(why, dir->buf + above);
}

static void say_shell(const struct cannot_input *in, struct str *why)
{
	struct str dir = STR_INIT(PATH_BYTES);
	struct span line, word = { 0 };

	if (!shell_complaint(in->log, &line, &word)) {
		str_addf(why, "it exited with %d", in->exit_code);
		return;
	}
	say_line(why, line);
	if (in->link[0]) {
		str_addf(why, "; '%s' leads to what the sandbox hides: "
			      "git config --add dualfix.sandboxRead ", in->link);
		str_add_quoted(why, in->folder);
	} else if (in->boxed && outside_path(word, &dir)) {
		say_hidden(in, &dir, why);
	}
	str_release(&dir);
}

static bool box_failed(struct span log, struct str *why)
{
	struct span rest = log, line, more;

	if (!span_line(&rest, &line) || !span_starts(line, "bwrap: "))
		return false;
	if (span_line(&rest, &more))
		return false;
	say_line(why, line);
	return true;
}

/* The first of phrases in the closing lines; its line goes to why. */
static bool said(struct span log, const char *const *phrases, size_t n, struct str *why)
{
	struct span rest = closing(log), line;

	while (span_line(&rest, &line)) {
		for (size_t i = 0; i < n; i++) {
			if (span_find(line, span_of(phrases[i]), 0) < 0)
				continue;
			say_line(why, line);
			return true;
		}
	}
	return false;
}

static bool network_missing(struct span log, struct str *why)
{
	if (!said(log, no_network, ARRAY_SIZE(no_network), why))
		return false;
	str_adds(why, "; there is no network: configure it as "
		      "dualfix.check.<name>.command and set "
		      "dualfix.check.<name>.network");
	return true;
}

static bool socket_missing(struct span log, struct str *why)
{
	if (!said(log, no_socket, ARRAY_SIZE(no_socket), why))
		return false;
	str_adds(why, "; there are no sockets in this sandbox, not even on loopback: "
		      "with bubblewrap there are");
	return true;
}

bool exit_is_of_shell(int exit_code)
{
	return exit_code == EXIT_NOT_EXECUTABLE || exit_code == EXIT_NOT_FOUND;
}

bool cannot_run(const struct cannot_input *in, struct str *why)
{
	if (exit_is_of_shell(in->exit_code)) {
		say_shell(in, why);
		return true;
	}
	if (!in->boxed)
		return false;
	if (in->exit_code == 1 && box_failed(in->log, why))
		return true;
	if (in->walled && !in->network && socket_missing(in->log, why))
		return true;
	return !in->network && network_missing(in->log, why);
}
