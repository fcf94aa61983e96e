#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='templates/embed.sh: files compiled in, byte for byte'
. "${0%/*}/test-lib.sh"

cat >print.c <<\EOF
#include <stdio.h>
#include <string.h>

#include "base/template_files.h"

/* The names, or the bytes of the one that is named. */
int main(int argc, char **argv)
{
	for (size_t i = 0; i < template_files_count; i++) {
		const struct template_file *f = &template_files[i];

		if (argc < 2)
			puts(f->name);
		else if (!strcmp(f->name, argv[1]))
			return fwrite(f->bytes, 1, f->len, stdout) != f->len || f->bytes[f->len];
	}
	return template_files[template_files_count].name != NULL;
}
EOF

embed () {
	sh "$TOP_DIR/templates/embed.sh" "$@" >templates.c &&
	gcc -std=c11 -Wall -Wextra -Werror -iquote "$TOP_DIR/src" -o print print.c templates.c
}

test_expect_success GCC 'no files' '
	embed && ./print >out && test_must_be_empty out
'

test_expect_success GCC 'every byte, trigraphs, digits after an escape, no final newline' '
	mkdir -p templates/rules &&
	: >templates/empty.txt &&
	printf "no newline" >templates/rules/b.txt &&
	printf "??=??/\n\"\\\\0\\\\\"\tx\r\n\0001\0017\377é\n\n" >templates/rules/a.txt &&
	i=0 &&
	while test $i -lt 256
	do
		printf "\\$(printf %03o $i)" || return 1
		i=$((i + 1))
	done >templates/all.bin &&
	cat templates/all.bin templates/all.bin templates/all.bin templates/all.bin \
		templates/all.bin >templates/long.bin &&
	embed templates/rules/b.txt templates/rules/a.txt templates/*.* &&
	for f in empty.txt rules/a.txt rules/b.txt all.bin long.bin
	do
		./print $f >out && test_cmp_bin "templates/$f" out || return 1
	done
'

test_expect_success GCC 'sorted by byte order of the names' '
	./print >out && LC_ALL=C sort out >sorted && test_cmp sorted out &&
	test_line_count 5 out
'

test_expect_success 'a file that is not there, a name that make cannot hold' '
	test_must_fail sh "$TOP_DIR/templates/embed.sh" templates/none.txt 2>err &&
	test_grep "none.txt.: not a readable file" err &&
	test_must_fail sh "$TOP_DIR/templates/embed.sh" "templates/a b.txt" 2>err &&
	test_grep "only letters" err
'

test_done
