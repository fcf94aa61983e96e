/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix init: hooks, put in and taken out.
 */
#include "cmd/command.h"

#include <string.h>

#include "hook/install.h"

#define EVENT_MAX_BYTES 64

static struct err *each_event(struct session *s, struct span list)
{
	struct span event;
	struct err *err = NULL;

	while (!err && span_split(&list, ',', &event)) {
		struct str name = STR_INIT(EVENT_MAX_BYTES), said = STR_INIT(16384);

		str_add_span(&name, event);
		err = str_err(&name, "--hooks");
		if (!err && s->settings.uninstall)
			err = hook_uninstall(s->repo, name.buf, &said);
		else if (!err)
			err = hook_install(s->repo, name.buf, false, &said);
		if (!err)
			terminal_note(&s->terminal, "%s", said.buf);
		str_release(&name);
		str_release(&said);
	}
	return err;
}

struct err *cmd_init(struct session *s, int *exit_code)
{
	const struct argv *hooks = &s->settings.hooks;
	struct err *err = NULL;

	*exit_code = 0;
	if (s->args.n)
		return err_new(ERR_USAGE, "init takes no argument");
	if (!hooks->n && !s->settings.uninstall)
		return err_new(ERR_USAGE, "say what to set up: --hooks, or --uninstall");
	if (!hooks->n)
		return each_event(s, SPAN("pre-push"));
	for (size_t i = 0; !err && i < hooks->n; i++)
		err = each_event(s, span_of(hooks->v[i]));
	return err;
}
