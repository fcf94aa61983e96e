/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording of what was asked and answered, and a player of it: the other model
 * beside the network (model/client.h). Pure; whoever owns it reads and writes the file.
 *
 * A tape is text, a JSON object a line: first {"tape":1}, then facts
 * {"fact":"run","value":"..."} and exchanges {"request":"...","text":"...",...} in
 * the order in which they ended. A request is the body that is sent, byte for byte,
 * but that paths of this machine are replaced by names given to them. Keys are
 * never on a tape.
 *
 * A request that stands on the tape more than once is answered in the order of the
 * tape, the last answer again and again.
 */
#ifndef MODEL_TAPE_H
#define MODEL_TAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "model/chat.h"

#define TAPE_MAX_BYTES ((size_t)256 << 20)

struct tape;

/* An empty one, to record on. */
struct err *tape_new(struct tape **out) MUST_USE;

/* One to play. ERR_INPUT names the line that is bad. */
struct err *tape_parse(struct tape **out, struct span text) MUST_USE;
void tape_free(struct tape *tape);

bool tape_plays(const struct tape *tape);

/* From now on path stands on the tape as name: "[checkout]". The longest path wins. */
struct err *tape_hide(struct tape *tape, const char *path, const char *name) MUST_USE;

/*
 * What a run must have the same when it is played: its id, the time. Recording keeps
 * value and gives it back, playing gives what was recorded then; NULL if nothing was.
 * The first value of a name stays. Lives as long as the tape.
 */
const char *tape_fact(struct tape *tape, const char *name, const char *value);

/* Records an exchange; err (borrowed) is what the call ended with, or NULL. */
struct err *tape_add(struct tape *tape, struct span request,
		     const struct chat_reply *reply, const struct err *err) MUST_USE;

/*
 * Plays the answer to request into reply, or returns the err that was recorded.
 * ERR_INPUT when the tape has no such request.
 */
struct err *tape_play(struct tape *tape, struct span request,
		      struct chat_reply *reply) MUST_USE;

/* The whole tape as text. */
struct span tape_text(const struct tape *tape);

#endif
