/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/encode.h"

#include "plan/fields.h"

static void write_span(struct jsonw *w, const char *key, struct span s)
{
	if (s.ptr)
		jsonw_kv_string(w, key, s);
}

static void write_word(struct jsonw *w, const char *key, const char *s)
{
	if (s)
		jsonw_kv_text(w, key, s);
}

static void write_line(struct jsonw *w, const char *key, size_t line)
{
	if (line)
		jsonw_kv_int(w, key, (int64_t)line);
}

static void write_region(struct jsonw *w, const char *key, const size_t region[2])
{
	if (!region[0])
		return;
	jsonw_key(w, key);
	jsonw_object(w);
	jsonw_kv_int(w, "start", (int64_t)region[0]);
	jsonw_kv_int(w, "end", (int64_t)region[1]);
	jsonw_end(w);
}

static void write_field(struct jsonw *w, const struct plan_field *f,
			const struct edit *edit)
{
	const void *member = (const char *)edit + f->offset;

	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_VERBATIM:
		write_span(w, f->key, *(const struct span *)member);
		break;
	case FIELD_WORD:
	case FIELD_PATH:
		write_word(w, f->key, *(const char *const *)member);
		break;
	case FIELD_LINE:
		write_line(w, f->key, *(const size_t *)member);
		break;
	case FIELD_BOOL:
		if (*(const bool *)member)
			jsonw_kv_bool(w, f->key, true);
		break;
	case FIELD_POSITION:
		write_word(w, f->key, edit_position_name(edit->position));
		break;
	case FIELD_ROLE:
		if (edit->role != ROLE_FIX)
			write_word(w, f->key, edit_role_name(edit->role));
		break;
	case FIELD_REGION:
		write_region(w, f->key, member);
		break;
	}
}

static void write_edit(struct jsonw *w, const struct edit *edit)
{
	jsonw_object(w);
	jsonw_kv_text(w, "file", edit->file);
	jsonw_kv_text(w, "type", edit_kind_name(edit->kind));
	for (size_t i = 0; i < plan_fields_n; i++)
		if (plan_fields[i].kinds & KIND(edit->kind) &&
		    plan_fields[i].offset != offsetof(struct edit, file))
			write_field(w, &plan_fields[i], edit);
	jsonw_end(w);
}

void plan_encode(const struct plan *plan, struct jsonw *w)
{
	jsonw_object(w);
	write_span(w, "root_cause", plan->root_cause);
	write_span(w, "strategy", plan->strategy);
	if (plan->subject.ptr || plan->body.ptr) {
		jsonw_key(w, "commit");
		jsonw_object(w);
		write_span(w, "subject", plan->subject);
		write_span(w, "body", plan->body);
		jsonw_end(w);
	}
	if (plan->from_base)
		jsonw_kv_text(w, "from", "base");
	jsonw_key(w, "edits");
	jsonw_array(w);
	for (size_t i = 0; i < plan->n_edits; i++)
		write_edit(w, &plan->edits[i]);
	jsonw_end(w);
	jsonw_end(w);
}
