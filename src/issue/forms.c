/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue/forms.h"

#include <string.h>

#include "base/str.h"

#define DIAGS_ARENA_BYTES ((size_t)256 << 20)
#define SNIFF_BYTES 4096
#define FORM_MAX_BYTES ((size_t)64 << 20)

void diags_init(struct diags *diags)
{
	memset(diags, 0, sizeof(*diags));
	arena_init(&diags->arena, DIAGS_ARENA_BYTES);
}

void diags_release(struct diags *diags)
{
	if (!diags)
		return;
	arena_release(&diags->arena);
	memset(diags, 0, sizeof(*diags));
}

struct err *intake_add(struct intake *in, const struct diag *diag, size_t *index)
{
	struct diags *diags = in->diags;
	struct diag *v;
	size_t cap;

	*index = DIAG_NONE;
	if (diags->n >= DIAGS_MAX)
		return NULL;
	if (diags->n == diags->cap) {
		cap = diags->cap ? diags->cap * 2 : 16;
		v = arena_array(&diags->arena, cap, sizeof(*v));
		if (!v)
			return arena_err(&diags->arena, "diagnostics");
		if (diags->n)
			memcpy(v, diags->v, diags->n * sizeof(*v));
		diags->v = v;
		diags->cap = cap;
	}
	*index = diags->n;
	diags->v[diags->n++] = *diag;
	return NULL;
}

struct err *intake_fixit(struct intake *in, size_t index, const struct fixit *fixit)
{
	struct diag *diag;
	struct fixit *v;
	size_t n;

	if (index == DIAG_NONE)
		return NULL;
	diag = &in->diags->v[index];
	n = diag->n_fixits;
	if (n >= FIXITS_MAX)
		return NULL;
	/* The room is always a power of two: full exactly when n is one. */
	if (!(n & (n - 1))) {
		v = arena_array(&in->diags->arena, n ? n * 2 : 1, sizeof(*v));
		if (!v)
			return arena_err(&in->diags->arena, "fix-its");
		if (n)
			memcpy(v, diag->fixits, n * sizeof(*v));
		diag->fixits = v;
	}
	diag->fixits[diag->n_fixits++] = *fixit;
	return NULL;
}

struct err *intake_copy(struct intake *in, struct span text, size_t max_bytes,
			struct span *out)
{
	struct span line = text;
	struct span rest = text;

	if (max_bytes) {
		if (!span_line(&rest, &line))
			line = SPAN("");
		line = span_cut(line, 0, max_bytes);
	}
	out->ptr = arena_dup(&in->diags->arena, line);
	out->len = line.len;
	if (!out->ptr)
		return arena_err(&in->diags->arena, "diagnostics");
	return NULL;
}

struct err *intake_message(struct intake *in, struct span message, struct span *out)
{
	struct span line;
	size_t n = 0;
	char *copy;

	if (!span_line(&message, &line))
		line = SPAN("");
	line = span_cut(line, 0, MESSAGE_MAX_BYTES);
	copy = arena_alloc(&in->diags->arena, line.len + 1);
	if (!copy)
		return arena_err(&in->diags->arena, "diagnostics");
	for (size_t i = 0; i < line.len; i++) {
		if (i + 2 < line.len && !memcmp(line.ptr + i, "\xe2\x80", 2) &&
		    (line.ptr[i + 2] == '\x98' || line.ptr[i + 2] == '\x99')) {
			copy[n++] = '\'';
			i += 2;
		} else {
			copy[n++] = line.ptr[i];
		}
	}
	*out = (struct span){ copy, n };
	return NULL;
}

/* Takes the last part off path; false when there is none that can be taken. */
static bool drop_part(char *path, size_t *len)
{
	size_t n = *len;

	while (n && path[n - 1] != '/')
		n--;
	if (n == *len || !strncmp(path + n, "..", *len - n))
		return false;
	*len = n ? n - 1 : 0;
	return true;
}

/* Adds the parts of text to path, resolving "." and "..". */
static void add_parts(char *path, size_t *len, bool absolute, struct span text)
{
	struct span part;

	while (span_split(&text, '/', &part)) {
		if (!part.len || span_eqs(part, "."))
			continue;
		if (span_eqs(part, "..")) {
			if (drop_part(path, len) || absolute)
				continue;
		}
		if (*len || absolute)
			path[(*len)++] = '/';
		memcpy(path + *len, part.ptr, part.len);
		*len += part.len;
	}
}

struct err *intake_path(struct intake *in, const char *dir, struct span printed,
			const char **out)
{
	char path[3 * DIAG_PATH_MAX_BYTES];
	size_t len = 0, root_len = strlen(in->root);
	bool absolute = printed.len && printed.ptr[0] == '/';
	const char *start = path;

	*out = "";
	if (!printed.len || printed.len > DIAG_PATH_MAX_BYTES ||
	    strlen(dir) > DIAG_PATH_MAX_BYTES)
		return NULL;
	if (memchr(printed.ptr, '\0', printed.len))
		return NULL;
	if (!absolute) {
		absolute = dir[0] == '/';
		add_parts(path, &len, absolute, span_of(dir));
	}
	add_parts(path, &len, absolute, printed);
	while (root_len > 1 && in->root[root_len - 1] == '/')
		root_len--;
	if (absolute && root_len > 1 && len > root_len && path[root_len] == '/' &&
	    !memcmp(path, in->root, root_len)) {
		start += root_len + 1;
		len -= root_len + 1;
	}
	*out = arena_dup(&in->diags->arena, (struct span){ start, len });
	if (!*out)
		return arena_err(&in->diags->arena, "diagnostics");
	return NULL;
}

bool intake_inside(const char *path)
{
	return path[0] && path[0] != '/' && path[0] != '<' &&
	       !(path[0] == '.' && path[1] == '.' && (path[2] == '/' || !path[2]));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Adds uri's path to out, decoded; a scheme other than file: leaves out alone. */
static void add_uri(struct str *out, struct span uri)
{
	ptrdiff_t slash;

	if (span_starts(uri, "file:")) {
		uri = span_cut(uri, 5, uri.len);
		if (span_starts(uri, "//")) {
			slash = span_findc(uri, '/', 2);
			uri = span_cut(uri, slash < 0 ? uri.len : (size_t)slash, uri.len);
		}
	} else if (span_find(uri, SPAN("://"), 0) >= 0) {
		return;
	}
	for (size_t i = 0; i < uri.len; i++) {
		char c = uri.ptr[i];

		if (c == '%' && i + 2 < uri.len && hex_digit(uri.ptr[i + 1]) >= 0 &&
		    hex_digit(uri.ptr[i + 2]) >= 0) {
			c = (char)(hex_digit(uri.ptr[i + 1]) * 16 +
				   hex_digit(uri.ptr[i + 2]));
			i += 2;
		}
		str_addc(out, c);
	}
}

struct err *intake_uri(struct intake *in, struct span base, struct span uri,
		       const char **out)
{
	struct str dir = STR_INIT(DIAG_PATH_MAX_BYTES);
	struct str path = STR_INIT(DIAG_PATH_MAX_BYTES);
	struct err *err = NULL;

	*out = "";
	add_uri(&dir, base);
	add_uri(&path, uri);
	/* Too long to be a file of ours: it stays "", which matches none. */
	if (!dir.failed && !path.failed && !memchr(dir.buf, '\0', dir.len))
		err = intake_path(in, dir.buf, str_span(&path), out);
	str_release(&dir);
	str_release(&path);
	return err;
}

/* Line and column of a byte offset; false past the end of bytes. */
static bool position_of_byte(struct span bytes, size_t offset, size_t *line, size_t *column)
{
	size_t start = 0;

	if (offset > bytes.len)
		return false;
	*line = 1;
	for (size_t i = 0; i < offset; i++) {
		if (bytes.ptr[i] == '\n') {
			++*line;
			start = i + 1;
		}
	}
	*column = offset - start + 1;
	return true;
}

/* Bytes of the UTF-8 sequence at p, 1 for anything invalid. */
static size_t sequence_len(const char *p, size_t left)
{
	unsigned char c = (unsigned char)*p;
	size_t n = c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;

	if (n > left)
		return 1;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 1;
	}
	return n;
}

bool byte_of_utf16(struct span bytes, size_t offset, size_t *byte)
{
	size_t i = 0, units = 0;

	/* ESLint counts from behind a byte order mark. */
	if (span_starts(bytes, "\xef\xbb\xbf"))
		i = 3;
	while (i < bytes.len && units < offset) {
		size_t n = sequence_len(bytes.ptr + i, bytes.len - i);

		units += n == 4 ? 2 : 1;
		i += n;
	}
	*byte = i;
	return units == offset;
}

bool line_of(struct span bytes, size_t line, struct span *out)
{
	struct span rest = bytes;

	if (!line)
		return false;
	while (span_line(&rest, out)) {
		if (!--line)
			return true;
	}
	return false;
}

size_t column_of_character(struct span line, size_t column, bool utf16)
{
	size_t i = 0, n = 1;

	while (n < column && i < line.len) {
		size_t bytes = sequence_len(line.ptr + i, line.len - i);

		n += utf16 && bytes == 4 ? 2 : 1;
		i += bytes;
	}
	return n < column ? i + 1 + (column - n) : i + 1;
}

bool intake_bytes(struct intake *in, const char *path, struct span *out)
{
	struct err *err;

	*out = (struct span){ NULL, 0 };
	if (!in->read || !intake_inside(path))
		return false;
	err = in->read(in->ctx, path, out);
	if (err)
		*out = (struct span){ NULL, 0 };
	/* A fix-it that cannot be placed is left out; nothing is lost but that. */
	err_drop(err);
	return out->ptr != NULL;
}

bool intake_column(struct intake *in, const char *path, size_t line, size_t column,
		   bool utf16, size_t *out)
{
	struct span bytes, text;
	size_t mark = 0;

	if (!intake_bytes(in, path, &bytes) || !column)
		return false;
	if (!line_of(bytes, line, &text))
		text = SPAN("");
	if (line == 1 && span_starts(text, "\xef\xbb\xbf"))
		mark = 3;
	*out = mark + column_of_character(span_cut(text, mark, text.len), column, utf16);
	return true;
}

bool intake_range(struct intake *in, const char *path, size_t start, size_t end,
		  struct fixit *fixit)
{
	struct span bytes;

	fixit->file = path;
	return start <= end && intake_bytes(in, path, &bytes) &&
	       position_of_byte(bytes, start, &fixit->line, &fixit->column) &&
	       position_of_byte(bytes, end, &fixit->end_line, &fixit->end_column);
}

struct span member_text(const json_node *object, const char *key)
{
	struct span text = { "", 0 };

	json_string_of(json_get(object, key), &text);
	return text;
}

size_t member_number(const json_node *object, const char *key, size_t none)
{
	int64_t n;

	if (!json_int_of(json_get(object, key), &n) || n < 0 || n > INT32_MAX)
		return none;
	return (size_t)n;
}

struct err *form_json(struct json_doc **out, struct span text)
{
	static const struct json_limits limits = { .max_bytes = FORM_MAX_BYTES,
						   .max_depth = 64 };

	return json_parse(out, text, &limits);
}

enum diag_form diag_form_of(struct span text)
{
	struct span head, trimmed = span_trim(text);
	char first;

	if (span_starts(trimmed, "\xef\xbb\xbf"))
		trimmed = span_trim(span_cut(trimmed, 3, trimmed.len));
	if (!trimmed.len)
		return DIAG_LOG;
	head = span_cut(trimmed, 0, SNIFF_BYTES);
	first = head.ptr[0];
	if (first == '{') {
		if (span_starts(head, "{\"reason\"") ||
		    span_starts(head, "{\"$message_type\""))
			return DIAG_CARGO_JSON;
		if (span_find(trimmed, SPAN("\"runs\""), 0) >= 0)
			return DIAG_SARIF;
		return DIAG_LOG;
	}
	if (first == '[') {
		if (span_find(head, SPAN("\"filePath\""), 0) >= 0)
			return DIAG_ESLINT_JSON;
		if (span_find(head, SPAN("\"filename\""), 0) >= 0)
			return DIAG_RUFF_JSON;
		if (span_find(head, SPAN("\"kind\""), 0) >= 0 &&
		    span_find(head, SPAN("\"locations\""), 0) >= 0)
			return DIAG_GCC_JSON;
		return DIAG_LOG;
	}
	/* gcc's arrays, a line each, among what else a build says. */
	if (span_find(text, SPAN("\n[{\"kind\": \""), 0) >= 0)
		return DIAG_GCC_JSON;
	if (span_find(head, SPAN("MainSourceFile:"), 0) >= 0 &&
	    span_find(head, SPAN("Diagnostics:"), 0) >= 0)
		return DIAG_CLANG_TIDY;
	return DIAG_LOG;
}

struct err *diag_parse(struct diags *diags, struct span text, enum diag_form form,
		       const char *root,
		       struct err *(*read)(void *ctx, const char *path, struct span *out),
		       void *ctx)
{
	struct intake in = {
		.diags = diags,
		.root = root ? root : "",
		.read = read,
		.ctx = ctx,
	};

	switch (form) {
	case DIAG_LOG:
		return log_parse(&in, text);
	case DIAG_GCC_JSON:
		return gcc_json_parse(&in, text);
	case DIAG_SARIF:
		return sarif_parse(&in, text);
	case DIAG_CLANG_TIDY:
		return clang_tidy_parse(&in, text);
	case DIAG_CARGO_JSON:
		return cargo_json_parse(&in, text);
	case DIAG_RUFF_JSON:
		return ruff_json_parse(&in, text);
	case DIAG_ESLINT_JSON:
		return eslint_json_parse(&in, text);
	}
	return err_new(ERR_FATAL, "diagnostics of an unknown form");
}
