/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/editor.h"

#include "base/argv.h"
#include "cmd/person.h"
#include "plan/plan.h"
#include "sys/file.h"
#include "sys/proc.h"

/*
 * git's editor may be a command line ("code --wait"), so it goes through sh as
 * git itself does it; the file is an argument, not part of the text.
 */
static struct err *open_editor(struct person *person, const char *editor, const char *path)
{
	static const char *const names[] = { "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
					     "SSH_TTY", "COLORTERM", "EDITOR", NULL };
	struct argv args = ARGV_INIT, env = ARGV_INIT;
	struct proc_spec spec = { .foreground = true };
	struct proc_result result;
	struct str why = STR_INIT(1024);
	struct err *err;

	argv_push_all(&args, (const char *const[]){ "sh", "-c", NULL });
	argv_pushf(&args, "%s \"$@\"", editor);
	argv_push(&args, editor);
	argv_push(&args, path);
	proc_env(&env, proc_env_base);
	proc_env(&env, names);
	spec.argv = argv_list(&args);
	spec.env = argv_list(&env);
	proc_result_init(&result);
	err = err_first(argv_err(&args), argv_err(&env));
	if (!err)
		err = proc_run(repo_loop(person->repo), &spec, &result);
	if (!err && (result.end != PROC_EXITED || result.exit_code)) {
		proc_result_say(&result, &why);
		err = err_hint(err_new(ERR_CONFIG, "editor '%s': %s", editor, why.buf),
			       "git config core.editor <command>");
	}
	proc_result_release(&result);
	str_release(&why);
	argv_release(&args);
	argv_release(&env);
	return err;
}

struct err *editor_edit_plan(void *ctx, const char *dir, struct str *json)
{
	struct person *person = ctx;
	struct str editor = STR_INIT(4096), path = STR_INIT(8192);
	const char *const args[] = { "var", "GIT_EDITOR", NULL };
	struct err *err;

	terminal_clear(person->terminal);
	err = repo_git(person->repo, args, (struct span){ 0 }, &editor, NULL);
	if (err)
		goto out;
	str_truncate(&editor, span_trim(str_span(&editor)).len);
	str_addf(&path, "%s/PLAN_EDIT.json", dir);
	err = str_err(&path, "path");
	if (!err)
		err = file_write(path.buf, str_span(json), 0600);
	if (!err)
		err = open_editor(person, editor.buf, path.buf);
	if (err)
		goto out;
	str_reset(json);
	err = file_read(path.buf, json);
	if (!err && !span_trim(str_span(json)).len)
		err = err_new(ERR_INPUT, "the plan was emptied in the editor: nothing is done");
	if (!err)
		err = file_remove_tree(path.buf);
out:
	str_release(&editor);
	str_release(&path);
	return err;
}
