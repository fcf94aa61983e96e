/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * universal-ctags, where it is installed, in the mode that editors use: one request
 * and the text on its standard input, JSON lines out (ctags-client-tools(7) of the
 * project), with its own filter of system calls, for the text is anybody's.
 */
#include <string.h>
#include <sys/resource.h>

#include "base/jsonw.h"
#include "repo/backend.h"
#include "sys/json.h"
#include "sys/proc.h"

#define TEXT_MAX_BYTES ((size_t)4 << 20)
#define TAGS_MAX_BYTES ((size_t)8 << 20)
#define LINE_MAX_BYTES ((size_t)64 << 10)
#define TIMEOUT_MS 5000
#define CPU_MAX_S 5
#define FILE_MAX_BYTES ((uint64_t)64 << 10)
#define MEMORY_MAX_BYTES ((uint64_t)1 << 30)

static const char *const command[] = {
	"ctags", "--options=NONE", "--quiet=yes", "--_interactive=sandbox", "--fields=Nnes", NULL
};

static struct err *make_request(const char *path, struct span text, struct str *out)
{
	const char *slash = strrchr(path, '/');
	struct jsonw w;

	/* The name tells the language; nothing is opened. */
	jsonw_init(&w, out, false);
	jsonw_object(&w);
	jsonw_kv_text(&w, "command", "generate-tags");
	jsonw_kv_text(&w, "filename", slash ? slash + 1 : path);
	jsonw_kv_int(&w, "size", (int64_t)text.len);
	jsonw_end(&w);
	str_addc(out, '\n');
	str_add_span(out, text);
	return str_err(out, "request to ctags");
}

/* *end is set at the line that says all is there. */
static struct err *read_line(struct span line, bool *end,
			     struct err *(*fn)(void *ctx, const struct source_tag *tag),
			     void *ctx)
{
	const struct json_limits limits = { LINE_MAX_BYTES, 4 };
	struct source_tag tag = { .scope = SPAN("") };
	struct json_doc *doc;
	const json_node *root;
	struct span type;
	int64_t first, last;
	struct err *err = json_parse(&doc, line, &limits);

	if (err)
		return err;
	root = json_root(doc);
	if (json_string_of(json_get(root, "_type"), &type)) {
		*end = span_eqs(type, "completed");
		json_string_of(json_get(root, "scope"), &tag.scope);
		if (span_eqs(type, "tag") && json_string_of(json_get(root, "name"), &tag.name) &&
		    json_int_of(json_get(root, "line"), &first) && first > 0 &&
		    json_int_of(json_get(root, "end"), &last) && last >= first) {
			tag.first = (size_t)first;
			tag.last = (size_t)last;
			err = fn(ctx, &tag);
		}
	}
	json_free(doc);
	return err;
}

static struct err *read_tags(struct span out,
			     struct err *(*fn)(void *ctx, const struct source_tag *tag),
			     void *ctx)
{
	struct err *err = NULL;
	struct span line;
	bool end = false;

	while (!err && !end && span_line(&out, &line))
		err = read_line(line, &end, fn, ctx);
	if (!err && !end)
		err = err_new(ERR_INPUT, "it breaks off");
	return err ? err_as(err_wrap(err, "ctags"), ERR_NO_FIX) : NULL;
}

struct err *backend_ctags(struct loop *loop, const char *path, struct span text, bool *useless,
			  struct err *(*fn)(void *ctx, const struct source_tag *tag),
			  void *ctx)
{
	static const char *const names[] = { "PATH", NULL };
	static const struct hold_limit limits[] = {
		{ RLIMIT_CPU, CPU_MAX_S }, { RLIMIT_AS, MEMORY_MAX_BYTES },
		{ RLIMIT_FSIZE, FILE_MAX_BYTES }, { RLIMIT_CORE, 0 },
	};
	static const struct hold hold = { .limits = limits,
					  .n_limits = sizeof(limits) / sizeof(*limits),
					  .first_to_go = true };
	struct str request = STR_INIT(TEXT_MAX_BYTES + LINE_MAX_BYTES);
	struct proc_spec spec = {
		.argv = command,
		.dir = "/",
		.timeout_ms = TIMEOUT_MS,
		.out_max_bytes = TAGS_MAX_BYTES,
		.overflow = PROC_OVERFLOW_CUTS,
		.hold = &hold,
	};
	struct argv env = ARGV_INIT;
	struct proc_result result;
	struct err *err = NULL;

	*useless = false;
	if (text.len > TEXT_MAX_BYTES)
		return NULL;
	proc_result_init(&result);
	proc_env(&env, names);
	argv_push(&env, "LC_ALL=C");
	err = err_first(argv_err(&env), make_request(path, text, &request));
	if (err)
		goto out;
	spec.env = argv_list(&env);
	spec.input = str_span(&request);
	err = proc_run(loop, &spec, &result);
	if (err)
		goto out;
	/* Not there, Exuberant, without the filter, or stuck: the next text fares no better. */
	*useless = result.end != PROC_EXITED || result.exit_code;
	if (!*useless)
		err = read_tags(str_span(&result.out), fn, ctx);
out:
	proc_result_release(&result);
	argv_release(&env);
	str_release(&request);
	return err;
}
