/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A comment without what it only repeats. Pure.
 *
 * Answers by mail carry the whole thread below them. What goes: a quotation with
 * the line that says who wrote it, one of more than four lines that were all said
 * before, and all from "Original Message", a mail's signature or a forge's footer
 * on. A short quotation that is answered stays: the answer means nothing without it.
 * So does all that is in a fenced block.
 */
#ifndef FORGE_QUOTE_H
#define FORGE_QUOTE_H

#include "base/span.h"
#include "base/str.h"

/* Adds text, which is cleaned already, to out; before is what the thread said so far. */
void quote_strip(struct str *out, struct span text, struct span before);

/*
 * The same for what opens a thread: there quotations are reports. A comment mark at
 * the begin of a line, never closed, hides the rest (CommonMark 4.6), here and above.
 */
void quote_strip_first(struct str *out, struct span text);

#endif
