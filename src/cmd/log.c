/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git dualfix log and show: runs of the past.
 */
#include "cmd/command.h"

#include <inttypes.h>
#include <string.h>

#include "base/jsonw.h"
#include "cmd/past.h"
#include "flow/report.h"
#include "mail/wrap.h"
#include "repo/record.h"
#include "repo/tree.h"

#define TITLE_COLUMNS 60
#define OUTPUT_MAX_BYTES ((size_t)512 << 20)

struct listing {
	struct session *s;
	struct str out;
	struct jsonw json;
};

static double usd_of(const json_node *root, bool *known)
{
	const json_node *usage = json_get(root, "usage");
	double sum = 0;

	*known = true;
	for (size_t i = 0; i < json_count(usage); i++) {
		double usd = 0;

		if (!json_real_of(json_get(json_at(usage, i), "usd"), &usd))
			*known = false;
		sum += usd;
	}
	return sum;
}

static int64_t total_ms(const json_node *root)
{
	int64_t ms = 0;

	(void)json_int_of(json_get(json_get(root, "timings"), "total_ms"), &ms);
	return ms;
}

/* A run that made no branch has nothing else that says what it was about. */
static void add_title(struct str *out, const json_node *root)
{
	struct span title, shown;

	if (!json_string_of(json_get(root, "title"), &title))
		return;
	shown = wrap_cut(title, TITLE_COLUMNS);
	str_addf(out, "  %.*s%s", (int)shown.len, shown.ptr, shown.len < title.len ? "..." : "");
}

static void add_line(struct listing *listing, const struct past *past)
{
	const json_node *root = past->doc ? json_root(past->doc) : NULL;
	bool known;
	double usd = usd_of(root, &known);

	str_addf(&listing->out, "%s  %-13s %7.1f s  ", past->id.buf, past->outcome.buf,
		 (double)total_ms(root) / 1000);
	if (known)
		str_addf(&listing->out, "$%-7.4f", usd);
	else
		str_adds(&listing->out, "$?      ");
	str_addf(&listing->out, "  %s", past->branch.len ? past->branch.buf : "-");
	if (!past->branch.len)
		add_title(&listing->out, root);
	str_addc(&listing->out, '\n');
}

static struct err *list_one(void *ctx, const char *id)
{
	struct listing *listing = ctx;
	struct past past;
	struct err *err;

	past_init(&past);
	err = past_read(&past, listing->s->repo, id);
	if (!err && !listing->s->settings.json)
		add_line(listing, &past);
	else if (!err && past.doc)
		jsonw_raw(&listing->json, span_trim(str_span(&past.text)));
	past_release(&past);
	return err;
}

struct err *cmd_log(struct session *s, int *exit_code)
{
	struct listing listing = { .s = s, .out = STR_INIT(OUTPUT_MAX_BYTES) };
	struct err *err;

	*exit_code = 0;
	if (s->args.n)
		return err_new(ERR_USAGE, "log takes no argument");
	jsonw_init(&listing.json, &listing.out, false);
	if (s->settings.json)
		jsonw_array(&listing.json);
	err = record_each(s->repo, list_one, &listing);
	if (s->settings.json) {
		jsonw_end(&listing.json);
		str_addc(&listing.out, '\n');
	}
	if (!err)
		err = str_err(&listing.out, "log");
	if (!err)
		err = terminal_out(str_span(&listing.out), true);
	str_release(&listing.out);
	return err;
}

static void add_text(struct str *out, const char *label, const json_node *node)
{
	struct span text;

	if (json_string_of(node, &text))
		str_addf(out, "%-9s %.*s\n", label, (int)text.len, text.ptr);
}

static void add_edits(struct str *out, const json_node *root)
{
	const json_node *edits = json_get(root, "edits");

	for (size_t i = 0; i < json_count(edits); i++) {
		const json_node *row = json_at(edits, i);
		struct span type = { 0 }, file = { 0 }, status = { 0 }, by = SPAN("nobody");
		struct span message = { 0 }, line;

		(void)json_string_of(json_get(row, "type"), &type);
		(void)json_string_of(json_get(row, "file"), &file);
		(void)json_string_of(json_get(row, "status"), &status);
		(void)json_string_of(json_get(row, "by"), &by);
		str_addf(out, "edit      %.*s %.*s: %.*s by %.*s\n", (int)type.len, type.ptr,
			 (int)file.len, file.ptr, (int)status.len, status.ptr, (int)by.len,
			 by.ptr);
		(void)json_string_of(json_get(row, "message"), &message);
		while (span_line(&message, &line))
			str_addf(out, "            %.*s\n", (int)line.len, line.ptr);
	}
}

static void add_side(struct str *out, const char *label, const json_node *side)
{
	struct span status;
	int64_t ms = 0;

	if (!json_string_of(json_get(side, "status"), &status))
		return;
	(void)json_int_of(json_get(side, "ms"), &ms);
	str_addf(out, ", %s %.*s (%.1f s)", label, (int)status.len, status.ptr,
		 (double)ms / 1000);
}

static void add_checks(struct str *out, const json_node *root)
{
	const json_node *checks = json_get(root, "verification");

	for (size_t i = 0; i < json_count(checks); i++) {
		const json_node *row = json_at(checks, i);
		struct span command = { 0 };

		(void)json_string_of(json_get(row, "command"), &command);
		str_addf(out, "check     '%.*s'", (int)command.len, command.ptr);
		add_side(out, "before", json_get(row, "before"));
		add_side(out, "after", json_get(row, "after"));
		str_addc(out, '\n');
	}
}

static void add_usage(struct str *out, const json_node *root)
{
	const json_node *usage = json_get(root, "usage");

	for (size_t i = 0; i < json_count(usage); i++) {
		const json_node *row = json_at(usage, i);
		struct span role = { 0 }, model = { 0 };
		int64_t requests = 0, in = 0, cached = 0, written = 0, hits = 0;
		bool estimated = false;
		double usd;

		(void)json_string_of(json_get(row, "role"), &role);
		(void)json_string_of(json_get(row, "model"), &model);
		(void)json_int_of(json_get(row, "requests"), &requests);
		(void)json_int_of(json_get(row, "prompt_tokens"), &in);
		(void)json_int_of(json_get(row, "cached_tokens"), &cached);
		(void)json_int_of(json_get(row, "completion_tokens"), &written);
		str_addf(out, "model     %.*s (%.*s): %" PRId64 " request%s, %" PRId64
			 " tokens read (%" PRId64 " cached), %" PRId64 " written, ",
			 (int)model.len, model.ptr, (int)role.len, role.ptr, requests,
			 requests == 1 ? "" : "s", in, cached, written);
		(void)json_bool_of(json_get(row, "estimated"), &estimated);
		if (json_real_of(json_get(row, "usd"), &usd))
			str_addf(out, "$%.4f", usd);
		else
			str_adds(out, "cost unknown");
		str_adds(out, estimated ? ", in part estimated" : "");
		(void)json_int_of(json_get(row, "cache_hits"), &hits);
		if (hits)
			str_addf(out, "; %" PRId64 " from the cache", hits);
		if (hits && json_real_of(json_get(row, "cache_saved_usd"), &usd))
			str_addf(out, " saved $%.4f", usd);
		str_addc(out, '\n');
	}
}

/* What came nearest in a run that emitted nothing. */
static struct err *add_candidate(struct session *s, const struct past *past, struct str *out)
{
	const json_node *root = past->doc ? json_root(past->doc) : NULL;
	struct str diff = STR_INIT(0);
	struct err *err;

	if (!json_get(root, "candidate"))
		return NULL;
	err = record_read(s->repo, past->id.buf, CANDIDATE_FILE, OUTPUT_MAX_BYTES, &diff);
	if (!err)
		str_addf(out, "\nnot taken; what came nearest:\n\n%s", diff.buf);
	err_drop(err); /* removed by hand */
	str_release(&diff);
	return NULL;
}

static void add_ahead(struct str *out, const json_node *root)
{
	const json_node *ahead = json_get(root, "ahead");
	int64_t edited = 0, ready = 0;
	double saved_ms = 0;

	if (!json_int_of(json_get(ahead, "edited"), &edited) || !edited)
		return;
	(void)json_int_of(json_get(ahead, "ready"), &ready);
	(void)json_real_of(json_get(ahead, "saved_ms"), &saved_ms);
	str_addf(out, "ahead     %" PRId64 " of %" PRId64 " files were read while the plan "
		 "arrived, %.2f ms saved\n", ready, edited, saved_ms);
}

static struct err *add_diff(struct session *s, const struct past *past, struct str *out)
{
	struct oid from, to;
	struct err *err;

	if (oid_is_none(&past->commit))
		return add_candidate(s, past, out);
	err = repo_tree_of(s->repo, &past->base, &from);
	if (!err)
		err = repo_tree_of(s->repo, &past->commit, &to);
	if (err) { /* collected since */
		err_drop(err);
		return NULL;
	}
	str_addc(out, '\n');
	return repo_diff_text(s->repo, &from, &to, NULL, out);
}

static struct err *print_past(struct session *s, const struct past *past)
{
	struct str out = STR_INIT(OUTPUT_MAX_BYTES);
	const json_node *root = past->doc ? json_root(past->doc) : NULL;
	struct str dir = STR_INIT(8192), name = STR_INIT(512);
	struct err *err;

	str_addf(&out, "run       %s\n", past->id.buf);
	str_addf(&out, "outcome   %s\n", past->outcome.buf);
	add_text(&out, "base", json_get(root, "base"));
	add_text(&out, "amends", json_get(root, "amends"));
	add_text(&out, "commit", json_get(root, "commit"));
	add_text(&out, "branch", json_get(root, "branch"));
	add_text(&out, "error", json_get(json_get(root, "error"), "message"));
	add_checks(&out, root);
	add_edits(&out, root);
	add_usage(&out, root);
	add_ahead(&out, root);
	str_addf(&name, "runs/%s", past->id.buf);
	err = repo_private_path(s->repo, name.buf, false, &dir);
	str_addf(&out, "files     %s\n", dir.buf);
	if (!err)
		err = add_diff(s, past, &out);
	if (!err)
		err = str_err(&out, "run");
	if (!err)
		err = terminal_out(str_span(&out), true);
	str_release(&out);
	str_release(&dir);
	str_release(&name);
	return err;
}

struct err *cmd_show(struct session *s, int *exit_code)
{
	struct past past;
	struct err *err;

	*exit_code = 0;
	if (s->args.n > 1)
		return err_new(ERR_USAGE, "more than one run was named");
	past_init(&past);
	err = past_find(&past, s->repo, s->args.n ? s->args.v[0] : NULL);
	if (!err && s->settings.json)
		err = terminal_out(str_span(&past.text), false);
	else if (!err)
		err = print_past(s, &past);
	past_release(&past);
	return err;
}
