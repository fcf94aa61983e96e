/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the sandboxes cost: processor time of `sh -c :`, ours for starting it
 * included, bare and in each box, by turns. Prints median and least in
 * milliseconds, and how often the bare one's fits in. Exits 1 when a box takes more
 * than it may: 5 times for bwrap, 2.5 for Landlock.
 *
 *	boxes [<runs>]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/str.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "verify/sandbox.h"

#define RUNS 201
#define RUNS_MAX 100000

static const struct {
	const char *name;
	double times_max;
} kinds[] = {
	{ "none", 0 },
	{ "landlock", 2.5 },
	{ "bwrap", 5 },
};

static struct str tree = STR_INIT(4096), temp = STR_INIT(4096);

static void need(struct err *err)
{
	if (!err)
		return;
	fprintf(stderr, "boxes: %s\n", err_text(err));
	exit(2);
}

static double used_ms(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

static double run_once(struct loop *loop, const struct sandbox *box)
{
	double start = used_ms(RUSAGE_SELF) + used_ms(RUSAGE_CHILDREN);
	struct sandbox_job job = {
		.command = ":", .tree_dir = tree.buf, .work_dir = tree.buf,
		.temp_dir = temp.buf, .timeout_ms = 20000,
	};
	struct proc_spec spec = { .timeout_ms = 20000, .out_max_bytes = 4096, .merge = true };
	struct sandbox_entry entry;
	struct proc_result result;

	need(sandbox_enter(&entry, box, &job));
	sandbox_entry_spec(&entry, &spec);
	if (box->kind == SANDBOX_NONE)
		spec.hold = NULL; /* bare */
	need(proc_run(loop, &spec, &result));
	if (result.end != PROC_EXITED || result.exit_code) {
		fprintf(stderr, "boxes: %s: %s\n", sandbox_name(box->kind), result.out.buf);
		exit(2);
	}
	proc_result_release(&result);
	sandbox_entry_release(&entry);
	return used_ms(RUSAGE_SELF) + used_ms(RUSAGE_CHILDREN) - start;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	size_t runs = argc > 1 ? strtoul(argv[1], NULL, 10) : RUNS;
	struct sandbox box[ARRAY_SIZE(kinds)];
	double *ms[ARRAY_SIZE(kinds)];
	bool there[ARRAY_SIZE(kinds)];
	struct str top = STR_INIT(4096);
	struct loop *loop;
	double bare = 0;
	int status = 0;

	if (!runs || runs > RUNS_MAX)
		return 2;
	need(loop_new(&loop));
	need(file_temp_dir("/tmp", "boxes-", &top));
	str_addf(&tree, "%s/tree", top.buf);
	str_addf(&temp, "%s/temp", top.buf);
	need(file_mkdirs(tree.buf, 0700));
	need(file_mkdirs(temp.buf, 0700));
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct err *err = sandbox_take(&box[k], loop, kinds[k].name, NULL);

		there[k] = !err;
		if (err)
			printf("%-9s %s\n", kinds[k].name, err_text(err));
		err_drop(err);
		ms[k] = calloc(runs, sizeof(double));
		if (!ms[k])
			return 2;
	}
	for (size_t i = 0; i < runs; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
			if (there[k])
				ms[k][i] = run_once(loop, &box[k]);
		}
	}
	printf("%zu runs each, %s; CPU ms\n", runs, geteuid() ? "ordinary user" : "root");
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		double median, times;

		qsort(ms[k], runs, sizeof(double), by_value);
		median = ms[k][runs / 2];
		if (!k)
			bare = median;
		times = median / bare;
		if (there[k])
			printf("%-9s median %6.2f  least %6.2f  %5.2f times bare\n",
			       kinds[k].name, median, ms[k][0], times);
		if (there[k] && kinds[k].times_max > 0 && times > kinds[k].times_max) {
			printf("%-9s more than %.1f times\n", kinds[k].name, kinds[k].times_max);
			status = 1;
		}
		if (there[k])
			sandbox_release(&box[k]);
		free(ms[k]);
	}
	loop_free(loop);
	need(file_remove_tree(top.buf));
	str_release(&top);
	str_release(&tree);
	str_release(&temp);
	return status;
}
