/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/log.h"

#include <string.h>

/* pytest's "x.py:3: in f" */
static bool short_frame_of(struct span line, struct frame *frame)
{
	struct position p;

	if (!log_position(line, &p) || !span_ends(p.file, ".py") ||
	    !span_starts(p.rest, "in "))
		return false;
	*frame = (struct frame){ p.file, p.line, { NULL, 0 } };
	return true;
}

/* '  File "x.py", line 3, in f' */
static bool frame_of(struct span line, struct frame *frame)
{
	struct span s = span_trim(line);
	ptrdiff_t quote;
	size_t end;

	if (!span_starts(line, "  ") || !span_starts(s, "File \""))
		return false;
	quote = span_findc(s, '"', 6);
	if (quote < 0)
		return false;
	frame->file = span_cut(s, 6, (size_t)quote);
	s = span_cut(s, (size_t)quote + 1, s.len);
	if (!span_starts(s, ", line "))
		return false;
	s = span_cut(s, 7, s.len);
	for (end = 0; end < s.len && s.ptr[end] >= '0' && s.ptr[end] <= '9';)
		end++;
	frame->source = (struct span){ NULL, 0 };
	return span_number(span_cut(s, 0, end), 100000000, &frame->line);
}

/* "NameError: name 'os' is not defined", "KeyboardInterrupt", "a.b.Error: x" */
static bool exception_line(struct span line)
{
	size_t i = 0;

	while (i < line.len &&
	       ((line.ptr[i] >= 'a' && line.ptr[i] <= 'z') ||
		(line.ptr[i] >= 'A' && line.ptr[i] <= 'Z') || line.ptr[i] == '_' ||
		line.ptr[i] == '.' || (i && line.ptr[i] >= '0' && line.ptr[i] <= '9')))
		i++;
	return i && (i == line.len || line.ptr[i] == ':');
}

/* The innermost frame inside the root, or the innermost of all. */
static struct err *own_frame(struct log *log, size_t *out)
{
	const char *path;
	struct err *err;

	*out = log->n_frames - 1;
	for (size_t i = log->n_frames; i; i--) {
		err = intake_path(log->in, "", log->frames[i - 1].file, &path);
		if (err)
			return err;
		if (intake_inside(path)) {
			*out = i - 1;
			return NULL;
		}
	}
	return NULL;
}

static struct err *end_trace(struct log *log, struct span line)
{
	struct diag diag = { .tool = "python", .severity = DIAG_ERROR, .message = line };
	struct position p = { 0 };
	struct err *err;
	size_t i;

	err = own_frame(log, &i);
	if (err)
		return err;
	p.file = log->frames[i].file;
	p.line = log->frames[i].line;
	diag.source = log->frames[i].source;
	err = log_start(log, &p, &diag, log->trace);
	if (err)
		return err;
	log_extend(log, line);
	log_close(log);
	log->head = DIAG_NONE;
	log->n_frames = 0;
	return NULL;
}

struct err *log_python(struct log *log, struct span line, bool *taken)
{
	struct frame frame;

	*taken = true;
	if (span_starts(line, "Traceback (most recent call last)")) {
		log_close(log);
		log->n_frames = 0;
		log->trace = line.ptr;
		return NULL;
	}
	if (frame_of(line, &frame) || short_frame_of(line, &frame)) {
		log_close(log);
		if (!log->n_frames && !log->trace)
			log->trace = line.ptr;
		/* Endless recursion: the outermost frames matter least. */
		if (log->n_frames == LOG_FRAMES_MAX) {
			log->n_frames--;
			memmove(log->frames, log->frames + 1,
				log->n_frames * sizeof(log->frames[0]));
		}
		log->frames[log->n_frames++] = frame;
		return NULL;
	}
	if (!log->n_frames) {
		*taken = false;
		return NULL;
	}
	if (span_starts(line, "    ") || span_starts(line, "  [Previous line")) {
		struct frame *last = &log->frames[log->n_frames - 1];

		if (!last->source.ptr && line.ptr[2] == ' ')
			last->source = line;
		return NULL;
	}
	if (span_starts(line, "E  "))
		line = span_trim(span_cut(line, 1, line.len));
	if (exception_line(line)) {
		struct err *err = end_trace(log, line);

		log->trace = NULL;
		return err;
	}
	log->n_frames = 0;
	log->trace = NULL;
	*taken = false;
	return NULL;
}

/* "error[E0433]: message", "warning: message" */
static bool rust_head(struct log *log, struct span line)
{
	struct span rest = line, code = SPAN("");
	ptrdiff_t close;

	if (span_starts(line, "error")) {
		log->rust.severity = DIAG_ERROR;
		rest = span_cut(line, 5, line.len);
	} else if (span_starts(line, "warning")) {
		log->rust.severity = DIAG_WARNING;
		rest = span_cut(line, 7, line.len);
	} else {
		return false;
	}
	if (span_starts(rest, "[")) {
		close = span_findc(rest, ']', 0);
		if (close < 0)
			return false;
		code = span_cut(rest, 1, (size_t)close);
		rest = span_cut(rest, (size_t)close + 1, rest.len);
	}
	if (!span_starts(rest, ": "))
		return false;
	log->rust.pending = true;
	log->rust.start = line.ptr;
	log->rust.code = code;
	log->rust.message = span_cut(rest, 2, rest.len);
	return true;
}

/* " --> src/main.rs:2:13" */
static bool rust_place(struct span line, struct position *p)
{
	struct span s = span_trim(line);
	size_t *number[2] = { &p->column, &p->line };

	memset(p, 0, sizeof(*p));
	if (!span_starts(s, "--> "))
		return false;
	s = span_cut(s, 4, s.len);
	for (int i = 0; i < 2; i++) {
		size_t colon = s.len;

		while (colon && s.ptr[colon - 1] != ':')
			colon--;
		if (!colon)
			return false;
		if (!span_number(span_cut(s, colon, s.len), 100000000, number[i]))
			return false;
		s = span_cut(s, 0, colon - 1);
	}
	p->file = s;
	return s.len != 0;
}

/* Every line up to an empty one is of a rustc diagnostic. */
static void rust_body(struct log *log, struct span line)
{
	struct diag *diag = &log->in->diags->v[log->open];
	struct span code = SPAN("");
	size_t number;

	if (log_gutter(line, &number, &code) && number && number == diag->line &&
	    !diag->source.ptr)
		diag->source = code;
	log_extend(log, line);
}

struct err *log_rust(struct log *log, struct span line, bool *taken)
{
	struct diag diag = { .tool = "rustc" };
	struct position p;
	struct err *err;

	*taken = true;
	if (rust_head(log, line)) {
		log_close(log);
		log->head = DIAG_NONE;
		return NULL;
	}
	if (log->rust.pending && rust_place(line, &p)) {
		log->rust.pending = false;
		log->head = DIAG_NONE;
		diag.severity = log->rust.severity;
		diag.message = log->rust.message;
		diag.code = arena_dup(&log->in->diags->arena, log->rust.code);
		if (!diag.code)
			return arena_err(&log->in->diags->arena, "diagnostics");
		err = log_start(log, &p, &diag, log->rust.start);
		if (!err)
			log_extend(log, line);
		return err;
	}
	if (log->rust.pending && !line.len)
		log->rust.pending = false;
	*taken = log->open != DIAG_NONE &&
		 !strcmp(log->in->diags->v[log->open].tool, "rustc") && line.len;
	if (*taken)
		rust_body(log, line);
	else if (!line.len)
		log_close(log);
	return NULL;
}
