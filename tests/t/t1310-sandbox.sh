#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='what checks run in: both sandboxes, their bounds, what prepares a checkout'
. "${0%/*}/test-lib.sh"

# A box as the machine has it; a test of one that is not there is skipped.
for box in bwrap landlock
do
	git init -q "probe-$box" &&
	(cd "probe-$box" && git commit -q --allow-empty -m base &&
		git -c dualfix.sandbox=$box dualfix verify --verify : >/dev/null 2>&1) &&
		test_set_prereq "$(echo $box | tr '[:lower:]' '[:upper:]')"
done

# A repository $1 whose checks run in box $2.
make_repo () {
	git init -q -b main "$1" &&
	printf 'one\n' >"$1/file" &&
	printf 'made/\n' >"$1/.gitignore" &&
	printf 'lock 1\n' >"$1/package-lock.json" &&
	git -C "$1" add . && test_tick && git -C "$1" commit -q -m base &&
	git -C "$1" config dualfix.sandbox "$2"
}

# A folder of programs without bwrap, to be PATH.
mkdir few && for tool in sh git git-dualfix cat ls env grep sed sleep setsid touch tr
do
	ln -s "$(command -v $tool)" few/
done
few=$PWD/few:$(git --exec-path)

cat >p.json <<\EOF
{"root_cause": "r", "strategy": "s", "edits": [
  {"file": "file", "type": "replace", "find": "one", "replace": "two"}]}
EOF

test_expect_success LANDLOCK 'without bubblewrap auto is landlock, and the report says so' '
	make_repo auto auto && cd auto && git config dualfix.verify "grep -q two file" &&
	env PATH="$few" git dualfix apply --json ../p.json >../report 2>../err && cd .. &&
	echo landlock >want && json_get report sandbox.kind >got && test_cmp want got &&
	json_get report sandbox.limits.0 >got && test_grep chmod got &&
	json_get report outcome >got && test_grep fixed got
'

test_expect_success BWRAP,LANDLOCK 'with bubblewrap auto is bwrap' '
	make_repo both auto && cd both && git config dualfix.verify "grep -q two file" &&
	git dualfix apply --json ../p.json >../report 2>../err && cd .. &&
	echo bwrap >want && json_get report sandbox.kind >got && test_cmp want got
'

test_expect_success 'a box that is not there is never replaced by none' '
	make_repo gone bwrap && cd gone &&
	test_expect_code 3 env PATH="$few" git dualfix verify --verify "touch ran" 2>../err &&
	test_grep "no sandbox: bwrap is not installed" ../err &&
	test_grep "hint: .*git config dualfix.sandbox none" ../err
'

# Runs the rest as on a kernel without Landlock: its first call, 444 everywhere, fails.
without_landlock () {
	"$PYTHON" - "$@" <<-\EOF
	import ctypes, os, struct, sys
	libc = ctypes.CDLL(None, use_errno=True)
	steps = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x50026), (0x06, 0, 0, 0x7fff0000)]
	code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *s) for s in steps))
	program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
	if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program, 0, 0):
	    sys.exit("no filter")
	os.execvp(sys.argv[1], sys.argv[1:])
	EOF
}

test_expect_success 'neither: exit 3, both reasons, the line to type, nothing run' '
	make_repo neither auto && cd neither &&
	test_expect_code 3 without_landlock env PATH="$few" git dualfix verify --verify "touch \"$PWD/ran\"" 2>../err &&
	test_grep "^error: no sandbox: bwrap is not installed; there is no Landlock here" ../err &&
	test_grep "^hint: .*bubblewrap.*git config dualfix.sandbox none" ../err &&
	test_path_is_missing ran &&
	test_expect_code 3 without_landlock git -c dualfix.sandbox=landlock dualfix verify --verify : 2>../err &&
	test_grep "hint: Linux 5.19 or newer" ../err &&
	git -c dualfix.sandbox=none dualfix verify --verify "touch \"$PWD/ran\"" &&
	test_path_is_file ran
'

test_expect_success LANDLOCK 'doctor names what landlock cannot promise' '
	make_repo doc landlock && cd doc && git config dualfix.verify : &&
	{ git dualfix doctor >../out 2>&1 || :; } &&
	test_grep "sandbox.*landlock works here" ../out &&
	test_grep "limit.*chmod is not covered" ../out
'

# The check $2 in repository $1; its pid is git-dualfix itself.
run_in_background () {
	(cd "$1" && exec git-dualfix verify --verify "$2" >/dev/null 2>&1) &
	pid=$!
}

# Until $2 processes at least, or none if $2 is 0, have $1 in their command line.
wait_for_sleepers () {
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25
	do
		n=$(pgrep -f "$1" | wc -l)
		test "$2" = 0 && test "$n" = 0 && return
		test "$2" != 0 && test "$n" -ge "$2" && return
		sleep 0.2
	done
	return 1
}

for box in bwrap landlock
do
	PRE=$(echo $box | tr '[:lower:]' '[:upper:]')

	test_expect_success "$PRE" "$box: nothing of the user's is read or written" '
		make_repo hold-'$box' '$box' && cd hold-'$box' &&
		echo secret >"$HOME/key" && test_when_finished "rm -f \"$HOME/key\"" &&
		test_expect_code 1 test_unchanged git dualfix verify -v \
			--verify "cat $HOME/key" --verify "echo x >$HOME/written" \
			--verify "cat $PWD/.git/config" --verify "echo x >$PWD/file" \
			--verify "test -n \"\$SECRET\"" 2>../err &&
		test_grep ! secret ../err &&
		test_path_is_missing "$HOME/written"
	'

	test_expect_success "$PRE" "$box: what a check leaves running ends with it" '
		make_repo stray-'$box' '$box' && cd stray-'$box' &&
		marker="47.$$" &&
		git dualfix verify --verify "setsid sh -c \"trap \\\"\\\" TERM HUP; sleep $marker; :\" & sleep 0.2" &&
		! pgrep -f "sleep $marker" >/dev/null
	'

	test_expect_success "$PRE" "$box: killed, we take them along" '
		make_repo killed-'$box' '$box' && marker="48.$$" &&
		run_in_background killed-'$box' "setsid sleep $marker & sleep $marker" &&
		wait_for_sleepers "sleep $marker" 3 && kill -9 $pid &&
		wait_for_sleepers "sleep $marker" 0
	'

	test_expect_success "$PRE" "$box: a check ends at its deadline with all it started" '
		make_repo late-'$box' '$box' && cd late-'$box' &&
		marker="49.$$" &&
		git config dualfix.verifyTimeout 1 &&
		test_expect_code 1 git dualfix verify \
			--verify "trap \"\" TERM; setsid sleep $marker & sleep $marker; sleep $marker" 2>../err &&
		test_grep timeout ../err &&
		! pgrep -f "sleep $marker" >/dev/null
	'

	test_expect_success "$PRE" "$box: no core, no end of files, the first to go" '
		make_repo bound-'$box' '$box' && cd bound-'$box' &&
		git dualfix verify \
			--verify "test \$(ulimit -c) = 0" \
			--verify "test \$(ulimit -Hn) -le 65536" \
			--verify "test \$(ulimit -f) != unlimited" \
			--verify "test \$(ulimit -t) != unlimited" \
			--verify "test \$(cat /proc/self/oom_score_adj) = 1000"
	'

	test_expect_success "$PRE" "$box: a checkout is prepared once for each lockfile" '
		make_repo setup-'$box' '$box' && cd setup-'$box' &&
		git config dualfix.setup "mkdir -p made && echo run >>made/log && cp package-lock.json made/" &&
		git config --add dualfix.setup "echo cached >\"\$HOME/cache\"" &&
		git config dualfix.verify "cmp package-lock.json made/package-lock.json &&
			test \$(cat \"\$HOME/cache\") = cached && wc -l <made/log" &&
		runs () {
			test_tick && git commit -q --allow-empty -am "$1" &&
			git dualfix verify -v 2>../err >&2 &&
			test_grep "^  $2\$" ../err
		} &&
		runs first 1 &&
		echo more >more && git add more && runs "another file" 1 &&
		echo "lock 2" >package-lock.json && runs "another lock" 2 &&
		echo "lock 1" >package-lock.json && git rm -q more && mkdir sub &&
		echo x >sub/x && git add sub && runs "the first lock again" 3 &&
		echo flask >sub/requirements-dev.txt && git add sub && runs "a lock below" 4 &&
		git config --add dualfix.setup : && echo y >sub/x && runs "another command" 5 &&
		echo z >sub/x && runs "and no more" 5
	'

	test_expect_success "$PRE" "$box: what cannot be prepared cannot be checked" '
		make_repo broken-'$box' '$box' && cd broken-'$box' &&
		git config dualfix.setup "echo no such package; exit 4" &&
		test_expect_code 3 git dualfix verify --verify "touch ran" 2>../err &&
		test_grep "dualfix.setup .*exited with 4: no such package" ../err &&
		git config dualfix.setup "sleep 30" && git config dualfix.verifyTimeout 1 &&
		test_expect_code 3 git dualfix verify --verify : 2>../err &&
		test_grep "dualfix.setup .*timed out" ../err &&
		git config dualfix.setup : &&
		git dualfix verify --verify :
	'

	test_expect_success "$PRE" "$box: a run that is known prepares nothing" '
		make_repo known-'$box' '$box' && cd known-'$box' &&
		git config dualfix.verify "test -d made" &&
		git config dualfix.setup "mkdir made" &&
		git dualfix verify &&
		rm -r .git/dualfix/checkout &&
		git dualfix verify &&
		test_path_is_missing .git/dualfix/checkout/0/prepared
	'

	test_expect_success "$PRE" "$box: files made anew are prepared anew" '
		make_repo anew-'$box' '$box' && cd anew-'$box' &&
		git config dualfix.setup "mkdir -p made && echo x >>made/log" &&
		git dualfix verify --verify "test -s made/log" &&
		test_path_is_file .git/dualfix/checkout/0/prepared &&
		rm -r .git/dualfix/checkout/0/tree &&
		git dualfix verify --verify "test -s made/log; :" --verify "test \$(wc -l <made/log) = 1"
	'
done

test_expect_success 'an empty dualfix.setup is refused' '
	make_repo empty none && cd empty &&
	git config dualfix.setup " " &&
	test_expect_code 3 git dualfix verify --verify : 2>../err &&
	test_grep "dualfix.setup: an empty command" ../err
'

test_done
