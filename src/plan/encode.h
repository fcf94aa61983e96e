/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan as JSON text that plan_decode() reads back the same.
 */
#ifndef PLAN_ENCODE_H
#define PLAN_ENCODE_H

#include <stdbool.h>

#include "base/jsonw.h"
#include "plan/plan.h"

void plan_encode(const struct plan *plan, struct jsonw *w);

#endif
