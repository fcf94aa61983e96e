/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/task.h"

#include <stdlib.h>

#include "flow/rescue.h"
#include "sys/clock.h"

#define ANSWER_MAX_BYTES ((size_t)4 << 20)
#define ACTION_MAX_BYTES ((size_t)2 << 20)

struct task *task_new(struct delegate *d, const struct edit *edit, struct edit_result *result)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		return NULL;
	task->d = d;
	task->row.edit = edit;
	task->result = result;
	task->start_ms = clock_mono_ms();
	str_init(&task->action, ACTION_MAX_BYTES);
	str_init(&task->answer, ANSWER_MAX_BYTES);
	str_init(&task->reason, EDIT_REASON_MAX_BYTES);
	prompt_init(&task->prompt);
	task->barred = calloc(d->n_servers, sizeof(*task->barred));
	if (task->barred)
		return task;
	task_free(task);
	return NULL;
}

void task_free(struct task *task)
{
	free(task->barred);
	prompt_release(&task->prompt);
	str_release(&task->action);
	str_release(&task->answer);
	str_release(&task->reason);
	free(task);
}

struct err *task_prompt(struct task *task)
{
	const struct span none = { NULL, 0 };

	task->input.before = task->bare ? none : task->region.before;
	task->input.after = task->bare ? none : task->region.after;
	prompt_release(&task->prompt);
	prompt_init(&task->prompt);
	return prompt_region(&task->prompt, task->d->spec.templates, &task->input);
}

struct err *task_describe(struct task *task)
{
	const struct templates *templates = task->d->spec.templates;
	const struct edit *edit = task->row.edit;
	struct err *err;

	task->input = (struct prompt_region){
		.file = task->region.file,
		.action = edit->action,
		.code = task->region.text,
	};
	if (edit_is_direct(edit)) {
		err = rescue_action(templates, edit, task->result, &task->action);
		if (err)
			return err;
		task->input.action = str_span(&task->action);
	}
	return task_prompt(task);
}

bool task_make_bare(struct task *task)
{
	if (task->bare)
		return false;
	task->bare = true;
	return task->region.before.len || task->region.after.len;
}
