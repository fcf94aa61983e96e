/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One commit to be: a tree and what its plan says of it. */
#ifndef FLOW_LANDING_H
#define FLOW_LANDING_H

#include "base/span.h"
#include "repo/repo.h"

/* Texts are a model's or a user's. */
struct landing {
	struct oid tree;
	struct span subject, body; /* ptr NULL: none was given */
	struct span why;           /* root cause and strategy: the body if there is none */
	size_t round;              /* the last one that it holds, from 1; 0: not known */
};

#endif
