/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/setup.h"

#include "base/str.h"
#include "sys/file.h"

#define STAMP_MAX_BYTES 4096

bool setup_is_due(const struct setup *setup)
{
	struct str stamp = STR_INIT(STAMP_MAX_BYTES);
	bool due = true;

	/* One that cannot be read is none. */
	if (file_exists(setup->stamp) && file_is_dir(setup->home_dir)) {
		err_drop(file_read(setup->stamp, &stamp));
		due = stamp.failed || !span_eqs(str_span(&stamp), setup->key);
	}
	str_release(&stamp);
	return due;
}

struct err *setup_begin(const struct setup *setup)
{
	struct err *err = file_remove_tree(setup->stamp);

	if (!err)
		err = file_remove_tree(setup->home_dir);
	return err ? err : file_mkdirs(setup->home_dir, 0700);
}

struct err *setup_note(const struct setup *setup)
{
	return file_write(setup->stamp, span_of(setup->key), 0600);
}
