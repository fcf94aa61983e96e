# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034
#
# The shell test library: git's dialect, TAP for prove. A test script is
#
#	test_description='what it is about'
#	. "${0%/*}/test-lib.sh"
#
#	test_expect_success 'a plan is applied' '
#		make_c_project prj &&
#		test_unchanged git -C prj dualfix apply plan.json
#	'
#	test_done
#
# and runs in an empty folder of its own, $WORK. Arguments: -v shows what
# the tests print, -i stops at the first failure, -k keeps the folder. The folder
# of a failed script is kept and named.
#
#	test_needs <prereq>,...       or the whole script is skipped
#	test_expect_success [<prereq>,...] <title> <body>
#	test_must_fail <cmd>          fails by itself; a signal or 127 does not count
#	test_expect_code <n> <cmd>
#	test_soon <program>           ends within two minutes: what it must not wait for takes ten
#	test_cmp <expected> <actual>; test_cmp_bin; test_grep [!] <regex> <file>
#	test_must_be_empty <file>; test_line_count <n> <file>
#	test_path_exists, _is_file, _is_dir, _is_missing, _is_executable <path>
#	test_when_finished <cmd>      after this test, passed or not
#	test_unchanged [-C <dir>] <cmd>   see below
#	test_set_prereq, test_have_prereq <prereq>   !X: not X; the built-in ones below
#	zero_oid                      the id of no object, as long as ids are here
#	test_commit <file> [<content>]; test_write_lines; write_script <file> <stdin
#	make_c_project <dir> [good]; make_calc_project <dir>; make_counted_project <dir>
#	json_get <file> <path>
#	on_tty <answers> <cmd>        on a terminal of its own; answers as "y\nn", none: no terminal
#	start_model_server <scenario.json> [<key and certificate>]; stop_servers
#	use_model_server; configure_model_server
#	model_log <path>              that member of each logged request, a line each
#	start_mail_server <dir>       on $MAIL_PORT; each mail becomes <dir>/N.eml

TEST_LIB_DIR=${TEST_LIB_DIR-$(cd "${0%/*}" && pwd)}
TOP_DIR=$(cd "$TEST_LIB_DIR/../.." && pwd) || exit 1
BUILD_DIR=${GIT_DUALFIX_BUILD:-$TOP_DIR/build/plain}
TEST_NAME=${0##*/}
TEST_NAME=${TEST_NAME%.sh}
verbose='' immediate='' keep=''
for arg
do
	case $arg in
	-v) verbose=t ;;
	-i) immediate=t ;;
	-k) keep=t ;;
	*) echo "Bail out! $0: unknown argument '$arg'"; exit 1 ;;
	esac
done

if ! test -x "$BUILD_DIR/git-dualfix"
then
	echo "Bail out! no git-dualfix in $BUILD_DIR: run make first"
	exit 1
fi

# What reads the repositories, and of what kind git makes them; see tests/README.md.
test_backend=${DUALFIX_TEST_BACKEND:-auto}
test_format=${DUALFIX_TEST_FORMAT:-sha1}
test_refs=${DUALFIX_TEST_REFS:-files}

# Nothing of the caller's setup may be felt by a test.
for var in $(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p')
do
	case $var in
	GIT_*|DUALFIX*|XDG_*|LC_*|LANGUAGE|*_KEY|*_TOKEN|*_SECRET|*_PASSWORD|\
	*_proxy|*_PROXY|EDITOR|VISUAL|PAGER|CDPATH|ENV|BASH_ENV|CI|MAKE*|MFLAGS|\
	CC|CFLAGS|CPPFLAGS|LDFLAGS|V|SANITIZE|DEVELOPER|GCC_*|CCC_*|EMAIL)
		unset "$var" ;;
	esac
done
unset var arg
PATH=$BUILD_DIR:$PATH
TRASH="$BUILD_DIR/trash/trash directory.$TEST_NAME"
WORK=$TRASH/work
HOME=$TRASH/home TMPDIR=$TRASH/tmp
LANG=C LC_ALL=C TZ=UTC TERM=dumb PAGER=cat
GIT_CONFIG_NOSYSTEM=1
GIT_CEILING_DIRECTORIES=$BUILD_DIR/trash
GIT_TERMINAL_PROMPT=0
GIT_DEFAULT_HASH=$test_format
GIT_DEFAULT_REF_FORMAT=$test_refs
GIT_EDITOR=:
GIT_AUTHOR_NAME='A U Thor' GIT_AUTHOR_EMAIL=author@example.com
GIT_COMMITTER_NAME='C O Mitter' GIT_COMMITTER_EMAIL=committer@example.com
test_tick=1112911993
# A test that asks a model twice means it.
DUALFIX_CACHE=false
# What a sanitizer finds must look like a crash, not like a refusal.
ASAN_OPTIONS=abort_on_error=1:exitcode=134
UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1
export PATH HOME TMPDIR LANG LC_ALL TZ TERM PAGER GIT_CONFIG_NOSYSTEM \
	GIT_CEILING_DIRECTORIES GIT_TERMINAL_PROMPT GIT_DEFAULT_HASH GIT_DEFAULT_REF_FORMAT GIT_EDITOR GIT_AUTHOR_NAME \
	GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL DUALFIX_CACHE ASAN_OPTIONS UBSAN_OPTIONS
PYTHON=/usr/bin/python3
test -x "$PYTHON" || PYTHON=$(command -v python3)

test_tick () {
	test_tick=$((test_tick + 60))
	GIT_AUTHOR_DATE="$test_tick +0000" GIT_COMMITTER_DATE="$test_tick +0000"
	export GIT_AUTHOR_DATE GIT_COMMITTER_DATE
}

# Running tests.

test_count=0
test_failures=0
test_finished=
server_pids=

say_comment () {
	awk '{ print "# " $0 }'
}

at_exit () {
	status=$?
	stop_servers
	test -n "$test_finished" && exit "$status"
	echo "# $TEST_NAME ended before test_done; its folder: $TRASH"
	exit 1
}

test_report () {
	test_count=$((test_count + 1))
	echo "$1 $test_count - $2"
}

# A function of its own, for bodies that return.
test_eval () {
	eval "$1"
}

# $1: body, $2: file for what it prints. A broken && chain is a failure.
test_run () {
	test_cleanup=:
	test_eval "(exit 117) &&
$1" >"$2" 2>&1 </dev/null
	if test $? -ne 117
	then
		echo "broken && chain in the test's body" >>"$2"
		return 1
	fi
	test_eval "$1" >"$2" 2>&1 </dev/null
	eval_ret=$?
	test_eval "$test_cleanup" >>"$2" 2>&1 </dev/null
	cd "$WORK" || exit 1
	return "$eval_ret"
}

test_expect_success () {
	prereqs=
	if test $# -eq 3
	then
		prereqs=$1
		shift
	fi
	if ! test_have_prereq "$prereqs"
	then
		test_report ok "$1 # SKIP needs $missing_prereq"
		return
	fi
	if test_run "$2" "$TRASH/output"
	then
		test_report ok "$1"
		test -z "$verbose" || say_comment <"$TRASH/output"
		return
	fi
	test_report 'not ok' "$1"
	test_failures=$((test_failures + 1))
	{
		printf '%s\n' "$2"
		echo '--- it printed:'
		cat "$TRASH/output"
	} | say_comment
	if test -n "$immediate"
	then
		test_finished=t
		echo "# folder: $TRASH"
		exit 1
	fi
}

test_done () {
	echo "1..$test_count"
	test_finished=t
	cd "$TOP_DIR" || exit 1
	stop_servers
	if test "$test_failures" -ne 0
	then
		echo "# $test_failures of $test_count failed; folder: $TRASH"
		exit 1
	fi
	test -n "$keep" || rm -rf "$TRASH"
	exit 0
}

test_when_finished () {
	test_cleanup="{ $*
} || eval_ret=1; $test_cleanup"
}

# Prerequisites: a function prereq_X that succeeds, or test_set_prereq X.

prereq_BWRAP () { bwrap --unshare-all --ro-bind / / true 2>/dev/null; }
prereq_PYTHON () { "$PYTHON" -c 'import http.server' 2>/dev/null; }
prereq_CLANG () { command -v clang >/dev/null; }
prereq_GCC () { gcc --version 2>/dev/null | grep -q 'Free Software Foundation'; }
# Some containers forbid it.
prereq_STRACE () { strace -o /dev/null true 2>/dev/null; }
prereq_SEND_EMAIL () {
	test -x "$(git --exec-path)/git-send-email" && perl -MNet::SMTP -MTime::Local -e 1 2>/dev/null
}
# From 2.54 on git runs hooks that its configuration names, and ours are no files.
prereq_HOOK_FILES () { git version | awk '{ split($3, v, "."); exit v[1] > 2 || v[2] >= 54 }'; }
prereq_REF_FILES () { git init -q "$TRASH/refs" && test ! -d "$TRASH/refs/.git/reftable"; }
prereq_NOTROOT () { test "$(id -u)" -ne 0; }
prereq_ASAN () { case $BUILD_DIR in */asan) ;; *) false ;; esac; }

prereqs_set=' '
test_set_prereq () {
	prereqs_set="$prereqs_set$1 "
}

# Each of a comma-separated list; what is asked of the machine is asked once.
test_have_prereq () {
	for prereq in $(echo "$1" | tr , ' ')
	do
		name=${prereq#!}
		case $prereqs_set in
		*" $name "*) has=t ;;
		*" !$name "*) has= ;;
		*)
			has=
			if command -v "prereq_$name" >/dev/null && "prereq_$name"
			then
				has=t
			fi
			test -n "$has" || name="!$name"
			test_set_prereq "$name" ;;
		esac
		missing_prereq=$prereq
		case $prereq in
		!*) test -z "$has" || return 1 ;;
		*) test -n "$has" || return 1 ;;
		esac
	done
}

test_needs () {
	test_have_prereq "$1" && return
	echo "1..0 # SKIP needs $missing_prereq"
	test_finished=t
	exit 0
}

# Assertions. Each says why it fails.

fail () {
	echo "$*"
	return 1
}

test_must_fail () {
	"$@"
	code=$?
	case $code in
	0) fail "should have failed: $*" ;;
	126|127) fail "could not be run ($code): $*" ;;
	128|129) ;;
	*) test "$code" -lt 128 || fail "died by a signal ($code): $*" ;;
	esac
}

test_expect_code () {
	want=$1
	shift
	"$@"
	code=$?
	test "$code" -eq "$want" || fail "exit $code instead of $want: $*"
}

# However slow the machine is: a bound near what it takes fails where many tests run.
test_soon () {
	if command -v timeout >/dev/null
	then
		timeout --foreground 120 "$@"
	else
		"$@"
	fi
}

test_cmp () { diff -u "$@"; }
test_cmp_bin () { cmp "$@"; }

test_grep () {
	if test "$1" = !
	then
		shift
		grep "$@" || return 0
		echo "found, but should not be: grep $*"
		return 1
	fi
	grep "$@" >/dev/null && return
	echo "not found: grep $*; the file:"
	eval "cat \"\${$#}\""
	return 1
}

test_must_be_empty () {
	test_path_is_file "$1" || return 1
	test -s "$1" || return 0
	echo "'$1' is not empty:"
	cat "$1"
	return 1
}

test_line_count () {
	n=$(wc -l <"$2") || return 1
	test "$n" -eq "$1" && return
	echo "'$2' has $n lines instead of $1:"
	cat "$2"
	return 1
}

path_is_there () { test -e "$1" || test -L "$1"; }
test_path_exists () { path_is_there "$1" || fail "'$1' is missing"; }
test_path_is_missing () { ! path_is_there "$1" || fail "'$1' is there"; }
test_path_is_file () { test -f "$1" || fail "'$1' is no file"; }
test_path_is_dir () { test -d "$1" || fail "'$1' is no folder"; }
test_path_is_executable () { test -x "$1" || fail "'$1' is not executable"; }

# What is in the files named on stdin, NUL-terminated: kind, mode, times, bytes.
file_states () {
	LC_ALL=C sort -z >"$TRASH/files"
	xargs -0 -r ls -ldn <"$TRASH/files"
	# shellcheck disable=SC2016
	xargs -0 -r sh -c 'for f; do test -L "$f" || printf "%s\0" "$f"; done' - \
		<"$TRASH/files" | xargs -0 -r cksum
}

# HEAD and reflogs, where they are in one file with all refs.
reftable_state () {
	git symbolic-ref -q HEAD
	git rev-parse -q --verify HEAD
	git reflog list | grep -v '^refs/heads/dualfix/' | while read -r ref
	do
		git log -g --format="$ref %gd %H %gn %gs" "$ref"
	done
}

# All of the repository that a run must leave alone, to the file $1.
repo_state () {
	common=$(git rev-parse --git-common-dir) && common=$(cd "$common" && pwd) || return 1
	tree=$(git rev-parse --show-toplevel 2>/dev/null)
	{
		git for-each-ref --format='%(refname) %(objectname) %(symref)' |
			grep -v '^refs/heads/dualfix/'
		test ! -d "$common/reftable" || reftable_state
		find "$common" \( -path "$common/objects" -o -path "$common/dualfix" \
			-o -path "$common/refs" -o -path "$common/packed-refs" -o -path "$common/reftable" \
			-o -path "$common/logs/refs/heads/dualfix" \) -prune \
			-o ! -type d -print0 | file_states
		test -z "$tree" || find "$tree" -name .git -prune -o ! -type d -print0 |
			file_states
	} >"$1"
	git for-each-ref refs/heads/dualfix >"$1.ours"
	find "$common/objects" ! -type d | LC_ALL=C sort >"$1.objects"
}

# Runs the command and fails if HEAD, index, work tree, stash, reflogs, settings,
# hooks or refs are not byte for byte what they were. Branches of ours may have
# come; if none has, no object has either. The repository is sound afterwards.
# Returns what the command returns; 127, which no assertion takes for a refusal, if not.
test_unchanged () {
	repo=.
	if test "$1" = -C
	then
		repo=$2
		shift 2
	fi
	(cd "$repo" && repo_state "$TRASH/before") || return 127
	"$@"
	unchanged_code=$?
	(
		cd "$repo" && repo_state "$TRASH/after" &&
		diff -u "$TRASH/before" "$TRASH/after" || fail "changed by: $*" || exit 1
		if cmp -s "$TRASH/before.ours" "$TRASH/after.ours"
		then
			diff -u "$TRASH/before.objects" "$TRASH/after.objects" ||
			fail "objects left by: $*" || exit 1
		fi
		git fsck --full --strict --no-dangling --no-progress 2>&1 |
			grep -v '^notice:' >"$TRASH/fsck"
		test_must_be_empty "$TRASH/fsck"
	) || return 127
	return "$unchanged_code"
}

# Material.

zero_oid () {
	git hash-object -t tree /dev/null | sed 's/./0/g'
}

test_write_lines () { printf '%s\n' "$@"; }

write_script () {
	cat >"$1" && chmod +x "$1"
}

test_commit () {
	printf '%s\n' "${2-$1}" >"$1" && git add "$1" && test_tick && git commit -q -m "add $1"
}

# A project of two C files whose make fails on two names (one misspelt, one never
# declared: its include is gone); "good": before that. Each state is a commit.
make_c_project () {
	mkdir -p "$1" && git init -q -b main "$1" &&
	cp -R "$TEST_LIB_DIR/c-project/." "$1" &&
	git -C "$1" add . && test_tick && git -C "$1" commit -q -m 'a greeter' || return 1
	test "${2-}" != good || return 0
	sed -i.orig '/<string.h>/d' "$1/greet.c" &&
	sed -i.orig 's/->length/->lenght/' "$1/main.c" && rm "$1"/*.orig &&
	test_tick && git -C "$1" commit -q -a -m 'tidy up'
}

# A project whose add() subtracts, and a check that sees it.
make_calc_project () {
	git init -q -b main "$1" &&
	cat >"$1/calc.py" <<-\EOF &&
	"""Sums."""


	def add(a, b):
	    return a - b


	def mul(a, b):
	    return a * b
	EOF
	echo "see calc.py" >"$1/README" &&
	git -C "$1" add . && test_tick && git -C "$1" commit -q -m base &&
	git -C "$1" config dualfix.verify "grep 'return a + b' calc.py"
}

# Two faults, counted as pytest counts them; the second shows in one test only.
make_counted_project () {
	git init -q -b main "$1" && (
		cd "$1" &&
		write_script check <<-\EOF &&
		n=$(cat a b | grep -c bad)
		test "$n" -gt 0 || { echo "===== 2 passed in 0.01s ====="; exit 0; }
		echo "$PWD/a:1: looked at"
		for f in a b
		do
			! grep -q bad $f || echo "FAILED t.py::test_$f"
		done
		echo "===== $n failed, $((2 - n)) passed in 0.01s ====="
		exit 1
		EOF
		test_write_lines bad >a && test_write_lines bad >b &&
		git add . && git commit -q -m base
	)
}

# A member of a JSON file: "edits.0.status". Strings come bare, the rest as JSON.
json_get () {
	"$PYTHON" "$TEST_LIB_DIR/json-get.py" "$2" <"$1"
}

on_tty () {
	"$PYTHON" "$TEST_LIB_DIR/on-tty.py" "$@"
}

# Starts the command in the background; $port once it has written that to the file $1.
start_server () {
	port_file=$1
	shift
	rm -f "$port_file"
	"$@" >"$TRASH/server.out" 2>&1 &
	server_pids="$server_pids $!"
	tries=0
	until test -f "$port_file"
	do
		tries=$((tries + 1))
		if test $tries -gt 100 || ! kill -0 $! 2>/dev/null
		then
			cat "$TRASH/server.out"
			fail "does not start: $*"
			return 1
		fi
		sleep 0.1
	done
	port=$(cat "$port_file")
}

start_model_server () {
	MODEL_LOG=$TRASH/model.log
	rm -f "$MODEL_LOG"
	start_server "$TRASH/model.port" "$PYTHON" "$TOP_DIR/tests/server/modelserver.py" \
		--scenario "$1" --port-file "$TRASH/model.port" --log "$MODEL_LOG" \
		${2:+--tls "$2"} &&
	MODEL_URL=http${2:+s}://127.0.0.1:$port
}

start_mail_server () {
	mkdir -p "$1" &&
	start_server "$TRASH/mail.port" "$PYTHON" "$TOP_DIR/tests/server/smtpsink.py" \
		"$TRASH/mail.port" "$1" &&
	MAIL_PORT=$port
}

stop_servers () {
	for pid in $server_pids
	do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	server_pids=
}

# Planner and executor are the running server from here on.
use_model_server () {
	DUALFIX_PLANNER_URL=$MODEL_URL DUALFIX_PLANNER_KEY=sk-test-planner
	DUALFIX_EXECUTOR_URL=$MODEL_URL DUALFIX_EXECUTOR_MODEL=qwen2.5-coder:7b
	export DUALFIX_PLANNER_URL DUALFIX_PLANNER_KEY DUALFIX_EXECUTOR_URL \
		DUALFIX_EXECUTOR_MODEL
}

# The same as settings of the repository at hand, which a test may change.
configure_model_server () {
	git config dualfix.planner.url "$MODEL_URL" &&
	git config dualfix.executor.url "$MODEL_URL/v1" &&
	git config dualfix.executor.model qwen2.5-coder:7b
}

model_log () {
	"$PYTHON" "$TEST_LIB_DIR/json-get.py" --lines "$1" <"$MODEL_LOG"
}

trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
rm -rf "$TRASH"
mkdir -p "$HOME" "$TMPDIR" "$WORK" && cd "$WORK" || exit 1
test "$test_backend" = auto || git config --global dualfix.backend "$test_backend"
test_tick
