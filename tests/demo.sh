#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: demo.sh [--keep]
#
# Shows git dualfix at work on two clones that it makes and takes away again
# (--keep: leaves them): on this project itself with its build broken, no key and
# no model; and on a small one whose bug takes two models, both played by the
# test server from scripted replies. Needs the program built: make.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=${GIT_DUALFIX_BUILD:-$top/build/plain}
PATH=$build:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/dualfix-demo.XXXXXX")
server=

# The same for everybody: no setting, no key and no identity of the user's.
for var in $(env | sed -n 's/^\(GIT_[A-Z_]*\|DUALFIX[A-Z_]*\|[A-Z_]*_API_KEY\)=.*/\1/p')
do
	unset "$var"
done
GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat
export PATH GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_PAGER

at_exit () {
	code=$?
	test -z "$server" || kill "$server" 2>/dev/null || :
	if test "${keep-}"
	then
		echo "kept: $work"
	else
		rm -rf "$work"
	fi
	test "$code" -eq 0 || echo "demo.sh: failed (exit $code)" >&2
}

die () {
	echo "demo.sh: $*" >&2
	exit 1
}

say () {
	printf '\n== %s\n\n' "$*"
}

# The command as one would type it.
say_command () {
	printf '$'
	for word
	do
		case $word in
		*[!A-Za-z0-9./:=_%-]*) printf " '%s'" "$(printf '%s' "$word" | sed "s/'/'\\\\''/g")" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	echo
}

show () {
	say_command "$@"
	"$@"
}

# git dualfix with the given arguments, timed. Where no sandbox works, and only
# then, checks run without: what is checked here is this project's own.
dualfix () {
	say_command git dualfix "$@"
	start=$(date +%s)
	code=0
	git dualfix "$@" 2>"$work/err" || code=$?
	if test "$code" -eq 3 && grep -qi sandbox "$work/err"
	then
		cat "$work/err" >&2
		echo "(no sandbox works on this machine: the demonstration goes on without)"
		git config --global dualfix.sandbox none
		code=0
		git dualfix "$@" 2>"$work/err" || code=$?
	fi
	cat "$work/err" >&2
	test "$code" -eq 0 || die "git dualfix: exit $code"
	printf '(%d s)\n' $(($(date +%s) - start))
}

branch_of () {
	git -C "$1" for-each-ref --format='%(refname:short)' refs/heads/dualfix | head -n 1
}

show_fix () {
	branch=$(branch_of "$1")
	test -n "$branch" || die "no branch of a fix in $1"
	say "The fix is a commit on a branch of its own; nothing else has changed"
	cd "$1"
	show git status --short --branch
	show git log --stat -1 "$branch"
	show git diff "HEAD..$branch"
	cd "$top"
}

# A copy of this project under git, whether or not it is a clone itself.
copy_project () {
	if ! git clone -q --no-local "$top" "$1" 2>/dev/null
	then
		mkdir "$1"
		(cd "$top" && tar -cf - --exclude=./build --exclude=./.git .) |
			tar -xf - -C "$1"
		git init -q "$1"
		git -C "$1" add -A
		git -C "$1" commit -q -m 'the project'
	fi
}

# $1: file, $2: sed script that breaks it.
break_file () {
	sed "$2" "$1" >"$work/broken"
	! cmp -s "$1" "$work/broken" || die "$1 has changed: '$2' breaks nothing there"
	cat "$work/broken" >"$1"
}

keyless () {
	say "1. This project, its build broken in two files. No key, no model"
	copy_project "$work/project"
	cd "$work/project"
	# The misspelt names stand nowhere in the project, so they are put together.
	break_file src/base/arena.c '/include <stdint.h>/d'
	break_file src/base/arena.c 's/->\(total_byt\)es += size/->\1s += size/'
	break_file src/base/str.c 's/->\(cap_byt\)es = cap;/->\1s = cap;/'
	git commit -q -a -m 'base: tidy up'
	show git show --format=%s --unified=0 HEAD
	echo
	dualfix --failing --verify make
	show_fix "$work/project"
}

start_server () {
	python3 "$top/tests/server/modelserver.py" --scenario "$1" \
		--port-file "$work/port" --log "$work/log" &
	server=$!
	until test -f "$work/port"
	do
		kill -0 $server 2>/dev/null || die "the model server does not start"
		sleep 0.1
	done
	url=http://127.0.0.1:$(cat "$work/port")
}

two_models () {
	say "2. A bug that needs thought. Planner and executor are played by" \
		"tests/server/modelserver.py: their replies are scripted, all else is real"
	start_server "$top/tests/data/demo/scenario.json"
	mkdir "$work/greet"
	cp -R "$top/tests/t/c-project/." "$work/greet"
	cd "$work/greet"
	git init -q
	break_file main.c 's/hello, %s/hello %s/'
	break_file greet.c 's/strlen(name)/sizeof(name)/'
	git add -A
	git commit -q -m 'a greeter'
	git config dualfix.planner.url "$url"
	git config dualfix.executor.url "$url"
	git config dualfix.executor.model qwen2.5-coder:7b
	export DUALFIX_PLANNER_KEY=scripted
	dualfix -m 'greet world says "hello world (8)" instead of "hello, world (5)"' \
		--verify 'make check'
	show_fix "$work/greet"
}

trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
case ${1-} in
--keep) keep=t ;;
'') ;;
*) die "usage: demo.sh [--keep]" ;;
esac
test -x "$build/git-dualfix" || die "no git-dualfix in $build: run make first"
git config --global user.name 'A. Demo'
git config --global user.email demo@example.com
keyless
two_models
