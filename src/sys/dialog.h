/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child that stays, is asked and answers: `git cat-file --batch`.
 *
 * The one place besides sys/loop.c that waits, since what is asked is asked in
 * the middle of work, as a file is read: for this child alone, and never longer
 * than timeout_ms from one dialog_send() to the end of its answer. The loop does
 * not turn meanwhile; SIGINT and SIGTERM end the waiting with an err, as they will end
 * the loop's next turn.
 *
 * The child is started as sys/proc.h starts one, and dies with us. After any err
 * the dialog is of no more use than to be freed.
 */
#ifndef SYS_DIALOG_H
#define SYS_DIALOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "sys/loop.h"

struct dialog;

struct dialog_spec {
	const char *name;        /* for messages */
	const char *const *argv; /* [0] is looked up as in sys/proc.h */
	const char *const *env;  /* complete */
	const char *dir;         /* NULL: here */
	int64_t timeout_ms;
};

struct err *dialog_start(struct dialog **out, struct loop *loop,
			 const struct dialog_spec *spec) MUST_USE;

/* Ends the child without waiting for it; NULL is fine. */
void dialog_free(struct dialog *dialog);

/* A question; it must not be larger than what the child takes in before it answers. */
struct err *dialog_send(struct dialog *dialog, struct span bytes) MUST_USE;

/* The next line without its "\n", borrowed until the next call. ERR_FATAL past 4 KiB. */
struct err *dialog_line(struct dialog *dialog, struct span *line) MUST_USE;

/* The next len bytes, into to; NULL drops them. */
struct err *dialog_bytes(struct dialog *dialog, void *to, size_t len) MUST_USE;

#endif
