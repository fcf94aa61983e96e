/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/local_executor.h"

#include <inttypes.h>
#include <stdint.h>

#include "model/probe.h"
#include "sys/clock.h"
#include "sys/file.h"

#define REMEMBER_S 3600
#define MEMORY_MAX_BYTES ((size_t)16 * 1024)

/* "<seconds since the epoch> <url> <model>", or only the first: there was none. */
static bool recall(struct span memory, struct str *url, struct str *model)
{
	struct span word;
	size_t when;
	int64_t age_s;

	memory = span_trim(memory);
	if (!span_split(&memory, ' ', &word) || !span_number(word, SIZE_MAX / 2, &when))
		return false;
	age_s = clock_wall_s() - (int64_t)when;
	if (age_s < 0 || age_s > REMEMBER_S)
		return false;
	if (span_split(&memory, ' ', &word)) {
		str_add_span(url, word);
		str_add_span(model, memory);
	}
	return true;
}

struct search {
	struct str *url, *model;
	bool done;
};

static void on_found(void *ctx, const char *url, const char *model)
{
	struct search *search = ctx;

	if (url && model) {
		str_adds(search->url, url);
		str_adds(search->model, model);
	}
	search->done = true;
}

static struct err *look(struct repo *repo, struct http *http, struct str *url,
			struct str *model)
{
	struct search search = { url, model, false };
	struct probe *probe;
	struct err *err = probe_start(&probe, repo_loop(repo), http, on_found, &search);

	if (!err)
		err = loop_run(repo_loop(repo), &search.done);
	if (err && !search.done)
		probe_cancel(probe);
	return err;
}

struct err *local_executor_find(struct repo *repo, struct http *http, struct str *url,
				struct str *model)
{
	struct str path = STR_INIT(8192), memory = STR_INIT(MEMORY_MAX_BYTES);
	struct err *err = repo_private_path(repo, "executor", true, &path);

	if (err)
		goto out;
	if (file_exists(path.buf))
		err_drop(file_read(path.buf, &memory)); /* a memory that is gone is none */
	if (recall(str_span(&memory), url, model))
		goto out;
	err = look(repo, http, url, model);
	if (err)
		goto out;
	str_reset(&memory);
	str_addf(&memory, "%" PRId64, clock_wall_s());
	if (url->len)
		str_addf(&memory, " %s %s", url->buf, model->buf);
	str_addc(&memory, '\n');
	err_drop(file_write(path.buf, str_span(&memory), 0600)); /* the next run looks again */
out:
	str_release(&path);
	str_release(&memory);
	return err;
}
