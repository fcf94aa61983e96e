/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes: started without a shell, in a process group of their own,
 * with a complete environment given by the caller, a deadline and bounded
 * capture of what they print.
 *
 * "Could not be started" (a child reports errno of a failed exec over a
 * close-on-exec pipe) and "started and failed" are different facts. At the
 * deadline, on proc_kill() and on proc_free() the whole group is killed:
 * SIGTERM, then SIGKILL after a grace time. When the child itself ended, what
 * it left in its group may go on printing for half a second, then it is killed
 * too. Children die with us but as enum proc_orphan says (Linux). No descriptor but 0, 1
 * and 2 is inherited, no signal is blocked, SIGPIPE has its default effect.
 */
#ifndef SYS_PROC_H
#define SYS_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/argv.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "sys/hold.h"
#include "sys/loop.h"

/* Should we die. */
enum proc_orphan {
	PROC_ORPHAN_DIES,
	PROC_ORPHAN_TIDIES,   /* it gets SIGTERM: it has locks to remove */
	PROC_ORPHAN_FINISHES, /* it takes no time, and half of it would be worse */
};

enum proc_overflow {
	PROC_OVERFLOW_FAILS, /* the child is killed, loop_run() returns the err */
	PROC_OVERFLOW_CUTS,  /* first and last half are kept, a line says what is not */
};

struct proc_spec {
	const char *const *argv; /* [0] is looked up in absolute folders of env's PATH */
	const char *const *env;  /* complete; see proc_env() */
	const char *dir;         /* where to run; NULL: here */
	struct span input;       /* its stdin, copied; with ptr NULL it is /dev/null */
	int64_t timeout_ms;      /* 0: none; a grace time comes on top */
	size_t out_max_bytes;    /* ceilings of the capture; 0 gives the stream */
	size_t err_max_bytes;    /*   to /dev/null */
	bool merge;              /* stderr goes into out, in the order written */
	bool foreground;         /* our streams and process group: an editor; see
				    loop_hold_interrupt() */
	enum proc_orphan orphan; /* what becomes of it should we die */
	enum proc_overflow overflow;
	const struct hold *hold; /* NULL: nothing */
};

enum proc_end {
	PROC_EXITED,
	PROC_SIGNALED,
	PROC_TIMED_OUT,
	PROC_NOT_STARTED,
};

struct proc_result {
	enum proc_end end;
	int exit_code;  /* PROC_EXITED */
	int signal;     /* PROC_SIGNALED */
	int exec_errno; /* PROC_NOT_STARTED */
	int64_t ms;     /* from start to end */
	struct str out;
	struct str err;
};

struct proc;

/*
 * Starts it. done is called once from the loop, with a result that lives until
 * done returns (its strings may be taken by swapping them out); the proc is
 * freed by the loop afterwards. An err of the capture goes to loop_fail(), and
 * the child is killed; done is still called if the loop turns on. A program
 * that is not there is a result, a folder that is not there an err.
 */
struct err *proc_start(struct loop *loop, const struct proc_spec *spec,
		       void (*done)(void *ctx, struct proc_result *result),
		       void *ctx, struct proc **out) MUST_USE;

/* Of the child; 0 when it could not be started. */
pid_t proc_pid(const struct proc *proc);

/* Ends the group now; done is still called. */
void proc_kill(struct proc *proc);

/* Ends the group and forgets it; done is not called any more. NULL is fine. */
void proc_free(struct proc *proc);

/* Runs it to its end, turning the loop. Not from a callback. */
struct err *proc_run(struct loop *loop, const struct proc_spec *spec,
		     struct proc_result *out) MUST_USE;
void proc_result_init(struct proc_result *result);
void proc_result_release(struct proc_result *result);

/* "exited with 2", "killed by signal 9 (Killed)", "timed out", "not found". */
void proc_result_say(const struct proc_result *result, struct str *out);

/*
 * Adds "NAME=value" to env for those of names that are set in our own
 * environment. This is how a child gets anything of it: by name. A name that
 * ends in '*' stands for all that begin so.
 */
void proc_env(struct argv *env, const char *const *names);

/* The names every child may see: PATH, HOME, LANG, TMPDIR, TERM, USER, ... */
extern const char *const proc_env_base[];

#endif
