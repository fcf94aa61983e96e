#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: embed.sh templates/FILE... >templates.c
#
# Writes the C file that src/base/template_files.h declares. A file becomes a
# string literal, one source line for each of its lines; what is not plain ASCII
# is written as three octal digits, so any byte survives ('?' as well: -std=c11
# reads trigraphs).

set -eu
LC_ALL=C
export LC_ALL

literal () {
	od -An -v -tu1 -- "$1" | awk '
	BEGIN {
		for (i = 0; i < 256; i++)
			c[i] = i < 32 || i > 126 ? sprintf("\\%03o", i) : sprintf("%c", i)
		c[9] = "\\t"; c[10] = "\\n"
		c[34] = "\\\""; c[63] = "\\?"; c[92] = "\\\\"
		line = ""
	}
	{
		for (i = 1; i <= NF; i++) {
			line = line c[$i]
			if ($i == 10 || ++n % 1000 == 0) {
				print "\t\t\"" line "\""
				line = ""
			}
		}
		len += NF
	}
	END { print "\t\t\"" line "\", " (len + 0) " }," }'
}

for file
do
	case $file in
	*[!A-Za-z0-9._/-]*)
		echo "embed.sh: '$file': only letters, digits and . _ - / in names" >&2
		exit 1 ;;
	esac
	if ! test -f "$file" || ! test -r "$file"
	then
		echo "embed.sh: '$file': not a readable file" >&2
		exit 1
	fi
done

cat <<\EOF
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made by templates/embed.sh. */
#include "base/template_files.h"

const struct template_file template_files[] = {
EOF
count=0
for file in $(printf '%s\n' "$@" | sort)
do
	printf '\t{ "%s",\n' "${file#templates/}"
	literal "$file"
	count=$((count + 1))
done
cat <<EOF
	{ 0 }
};

const size_t template_files_count = $count;
EOF
