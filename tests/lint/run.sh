#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The house laws (HACKING.md), over the files that git tracks in the repository
# we stand in. Prints each violation as file:line: what, then how many laws hold;
# exits 1 if one does not.

set -u
LC_ALL=C
export LC_ALL
lint=$(cd "$(dirname "$0")" && pwd) || exit 1
top=$(git rev-parse --show-toplevel 2>/dev/null || pwd)
cd "$top" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

# In a release archive there is no git, and every file counts.
if ! git ls-files >"$tmp/all" 2>/dev/null
then
	find . -type f ! -path './build/*' | sed 's,^\./,,' >"$tmp/all"
fi
while IFS= read -r f
do
	test ! -f "$f" || printf '%s\n' "$f"
done <"$tmp/all" >"$tmp/files"

files () {
	grep -E "$1" "$tmp/files"
}
files '^src/.*\.[ch]$' >"$tmp/src"
files '^src/.*\.h$' >"$tmp/headers"
files '\.([ch]|sh|awk|py)$|^Makefile$|^\.ci/run$' | grep -v '^tests/data/' >"$tmp/code"

# A law is a function; what it prints are violations.
law () {
	"law_$1" >"$tmp/violations" 2>&1
	if test -s "$tmp/violations"
	then
		cat "$tmp/violations"
		echo "not ok - $1"
		failed=$((failed + 1))
	else
		echo "ok - $1"
		passed=$((passed + 1))
	fi
}

law_street () {
	street=$(sed -n 's/^ *\(base < .* main\.c\).*$/\1/p' HACKING.md 2>/dev/null | head -n 1)
	if test -z "$street"
	then
		echo "HACKING.md:1: no street ('base < ... < main.c')"
		return
	fi
	xargs grep -nE '^[[:space:]]*#[[:space:]]*include' /dev/null <"$tmp/src" |
		awk -v street="$street" -v headers="$(tr '\n' ' ' <"$tmp/headers")" \
			-f "$lint/street.awk"
}

# words.tab: what may be said where.
law_words () {
	xargs awk -f "$lint/strip.awk" /dev/null <"$tmp/src" >"$tmp/stripped"
	grep -v '^#' "$lint/words.tab" | while IFS='	' read -r names rooms except say
	do
		grep -E "^src/$rooms" "$tmp/stripped" | grep -vE "^src/($except):" |
			grep -E ":(.*[^A-Za-z0-9_>.])?($names)" |
			sed "s|^\\([^:]*:[0-9]*:\\).*|\\1 $say|"
	done
}

law_sizes () {
	xargs awk '
		FNR == 1 && f && n > 700 { print f ":701: " n " lines, 700 at most" }
		{ f = FILENAME; n = FNR }
		END { if (n > 700) print f ":701: " n " lines, 700 at most" }
	' /dev/null <"$tmp/code"
	xargs awk '
		/^{/ { start = FNR }
		/^}/ && start {
			if (FNR - start > 119)
				print FILENAME ":" start ": a function of " FNR - start + 1 \
					" lines, 120 at most"
			start = 0
		}
	' /dev/null <"$tmp/src"
}

law_names () {
	files '(^|[/_-])(utils?|common|misc|helpers?)([/._-]|$)' |
		sed 's/$/:1: a name that says nothing/'
}

law_guards () {
	while IFS= read -r h
	do
		want=$(echo "${h#src/}" | tr 'a-z/.-' 'A-Z___')
		got=$(sed -n 's/^#ifndef //p;t q;b;:q
q' "$h")
		test "$got" = "$want" && grep -q "^#define $want\$" "$h" ||
			echo "$h:1: include guard should be $want"
	done <"$tmp/headers"
}

law_licence () {
	grep -E '\.([ch]|sh|awk|py)$|^\.ci/run$' "$tmp/code" | while IFS= read -r f
	do
		head -n 3 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' ||
			echo "$f:1: no SPDX-License-Identifier: GPL-2.0-or-later in the first lines"
	done
}

law_marks () {
	# Spelt so that this file does not match itself.
	files '^(src|hooks|templates|doc|tests/(lint|server|t|unit|fuzz|bench)|\.ci)/|^(install\.sh|Makefile|[A-Z]+\.md)$' |
		xargs grep -nwE 'TO[D]O|FIX[M]E|X[X]X|HA[C]K|not[ ]implemented|un[i]mplemented' /dev/null |
		sed 's/^\([^:]*:[0-9]*:\).*/\1 a mark of unfinished work/'
}

# A path of the machine this was written on works nowhere else.
law_paths () {
	parent=$(dirname "$top")
	case $parent in
	/|/tmp|/var/tmp|/home|/root|/opt|/srv|/usr/src) parent=$top ;;
	esac
	# "$DIR/name" is no path of a machine, whatever the name.
	pattern=$(printf '(^|[^A-Za-z0-9_}])(%s/|%s)' "$parent" "$top" | sed 's/[.+]/\\&/g')
	grep -v '^\.ci/' "$tmp/files" | xargs grep -nIE -e "$pattern" /dev/null |
		sed 's/^\([^:]*:[0-9]*:\).*/\1 a path of this machine/'
}

law_blanks () {
	xargs grep -nE '[[:space:]]+$' /dev/null <"$tmp/code" |
		sed 's/^\([^:]*:[0-9]*:\).*/\1 blanks at the end of the line/'
	# shellcheck disable=SC2016
	xargs awk '{
		gsub(/\t/, "        ")
		gsub(/[\200-\277]/, "")
		if (length($0) > 100)
			print FILENAME ":" FNR ": " length($0) " columns, 100 at most"
	}' /dev/null <"$tmp/src"
}

# By its own name in quotes, or by that of its folder: "rules/".
law_templates () {
	files '^templates/.*\.' | grep -v '^templates/\(embed\.sh$\|batch/\)' | while IFS= read -r f
	do
		name=${f#templates/}
		xargs grep -qF -e "\"$name\"" -e "\"${name%/*}/\"" /dev/null <"$tmp/src" ||
			echo "$f:1: no source file names this template"
	done
}

law_headers () {
	cflags=$(pkg-config --cflags libgit2 libcurl jansson libpcre2-8 2>/dev/null)
	# shellcheck disable=SC2086
	xargs -P 2 -n 1 ${CC:-cc} -std=c11 -D_GNU_SOURCE -iquote src $cflags -Wall -Werror \
		-fsyntax-only -x c <"$tmp/headers" 2>&1
}

law_shell () {
	command -v shellcheck >/dev/null || return 0
	files '\.sh$|^\.ci/run$|^hooks/' | grep -v '^tests/data/' >"$tmp/scripts"
	grep -v '^tests/t/t[0-9]' "$tmp/scripts" | xargs -r shellcheck -f gcc -e SC1091
	# Bodies of tests are quoted on purpose, and the title is read by the library.
	grep '^tests/t/t[0-9]' "$tmp/scripts" |
		xargs -r shellcheck -f gcc -e SC1091,SC2016,SC2034,SC2154
}

law_python () {
	python=$(command -v python3) || return 0
	# shellcheck disable=SC2016
	files '\.py$' | xargs -r "$python" -c 'import ast, sys
for name in sys.argv[1:]:
    try:
        ast.parse(open(name, encoding="utf-8").read(), name)
    except SyntaxError as e:
        print("%s:%s: %s" % (name, e.lineno, e.msg))'
}

for name in street words sizes names guards licence marks paths blanks templates \
	headers shell python
do
	law "$name"
done
echo "$passed passed, $failed failed"
test "$failed" -eq 0
