/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a plan: decoding neither crashes nor leaks, an err is ERR_INPUT,
 * and what is taken is written as a plan that reads back the same.
 */
#include "base/path.h"
#include "fuzz.h"
#include "plan/check.h"
#include "plan/decode.h"
#include "plan/encode.h"

static void encode(const struct plan *plan, struct str *out)
{
	struct jsonw w;

	jsonw_init(&w, out, false);
	plan_encode(plan, &w);
	if (out->failed)
		abort();
}

static void round_trip(const struct plan *plan)
{
	struct str once = STR_INIT(8 * PLAN_MAX_BYTES), twice = once;
	struct plan again;

	encode(plan, &once);
	if (plan_decode(&again, str_span(&once)))
		abort();
	encode(&again, &twice);
	if (!span_eq(str_span(&once), str_span(&twice)))
		abort();
	plan_release(&again);
	str_release(&once);
	str_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = plan_unwrap((struct span){ (const char *)data, size });
	struct plan plan;
	struct err *err = plan_decode(&plan, text);

	if (err) {
		if (err_kind(err) != ERR_INPUT)
			abort();
		err_drop(err);
	} else {
		round_trip(&plan);
		err_drop(plan_check_conflicts(&plan));
		err_drop(plan_check_protected(&plan, path_protect_default,
					      path_protect_default_n));
	}
	plan_release(&plan);
	return 0;
}
