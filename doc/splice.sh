#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: splice.sh <print-tables> <page>
#
# Prints the page with its fragments as the program's tables say them now: what
# stands between '.\" table NAME' and '.\" end' is what <print-tables> NAME prints.
# In what is no manual page the marks are '# table NAME' and '# end'.

set -eu
tables=$1
page=$2

new=$(mktemp)
trap 'rm -f "$new"' EXIT

skip=
while IFS= read -r line
do
	case $line in
	'.\" table '*|'# table '*)
		test -z "$skip" || { echo "$page: a table within a table" >&2; exit 1; }
		skip=t
		printf '%s\n' "$line"
		# "command run" is two words.
		# shellcheck disable=SC2086
		"$tables" ${line#*[\"#] table } || {
			echo "$page: ${line#*[\"#] } is not known" >&2
			exit 1
		} ;;
	'.\" end'|'# end')
		test -n "$skip" || { echo "$page: an end without a table" >&2; exit 1; }
		skip=
		printf '%s\n' "$line" ;;
	*)
		test -n "$skip" || printf '%s\n' "$line" ;;
	esac
done <"$page" >"$new"
test -z "$skip" || { echo "$page: a table without an end" >&2; exit 1; }
cat "$new"
