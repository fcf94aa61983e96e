#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='killed at any instant: a sample of make check-kill'
. "${0%/*}/test-lib.sh"

KILL=$TOP_DIR/tests/crash/kill.py
box=none
! test_have_prereq BWRAP || box=auto

test_expect_success PYTHON 'at random moments' '
	"$PYTHON" "$KILL" --program "$BUILD_DIR/git-dualfix" --sandbox $box --random 24 --seed 1 >out &&
	test_grep "nothing of the user" out
'

test_expect_success PYTHON,STRACE,!ASAN 'at system calls' '
	"$PYTHON" "$KILL" --program "$BUILD_DIR/git-dualfix" --sandbox $box --syscalls 211 >out &&
	test_grep "nothing of the user" out
'

# A git that is killed with the lock of a branch in its hands, and is git otherwise.
cat >killed.py <<\EOF
import os, subprocess, sys
git, args = sys.argv[1], sys.argv[2:]
if "update-ref" not in args or "--stdin" not in args:
    os.execv(git, ["git"] + args)
run = subprocess.Popen([git] + args, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
run.stdin.write(b"start\n" + sys.stdin.buffer.read() + b"prepare\n")
run.stdin.flush()
for expected in b"start: ok\n", b"prepare: ok\n":
    assert run.stdout.readline() == expected
run.kill()
run.wait()
os.kill(os.getpid(), 9)
EOF

apply () {
	git dualfix apply --no-verify "$@" ../plan.json
}

test_expect_success PYTHON,REF_FILES 'a git that is killed leaves a lock: told, gone around, removed by gc' '
	printf "{\"edits\": [{\"file\": \"f\", \"type\": \"replace\", \"find\": \"one\", \"replace\": \"two\"}]}" >plan.json &&
	mkdir -p bin && write_script bin/git <<-EOS &&
	#!/bin/sh
	exec "$PYTHON" "$PWD/killed.py" "$(command -v git)" "\$@"
	EOS
	git init -q locked && cd locked && test_commit f one &&
	(
		PATH=$WORK/bin:$PATH && export PATH &&
		test_expect_code 128 git-dualfix apply --no-verify ../plan.json 2>../err
	) &&
	lock=.git/refs/heads/dualfix/plan.lock && test_path_is_file $lock &&
	test_expect_code 2 apply --branch dualfix/plan 2>../err &&
	test_grep "^hint: git dualfix gc; else, .*rm .*plan.lock" ../err &&
	apply >../out && test_grep "^dualfix/plan-2 " ../out &&
	git dualfix gc && test_path_is_file $lock &&
	touch -d "1 minute ago" $lock && git dualfix gc 2>../err && test_path_is_missing $lock &&
	test_grep "removed the lock that run .* left" ../err &&
	apply >../out && test_grep "^dualfix/plan " ../out
'

test_expect_success PYTHON,REF_FILES 'a lock that may be of another git stays, and is told' '
	cd locked && for content in "" x "$(zero_oid)" "$(git rev-parse dualfix/plan)"
	do
		printf "%s" "$content" >.git/refs/heads/dualfix/plan.lock && : >.git/packed-refs.lock &&
		touch -d "1 minute ago" .git/refs/heads/dualfix/plan.lock .git/packed-refs.lock &&
		git dualfix gc 2>../err && test_grep "^hint: if no git is running: rm .*plan.lock" ../err &&
		test_grep "^hint: .*rm .*packed-refs.lock" ../err &&
		test_path_is_file .git/refs/heads/dualfix/plan.lock && test_path_is_file .git/packed-refs.lock ||
		return 1
	done && rm .git/refs/heads/dualfix/plan.lock .git/packed-refs.lock &&
	: >.git/index.lock && test_expect_code 1 git dualfix take 2>../err &&
	test_grep "^hint: .*rm .*index.lock" ../err && rm .git/index.lock && git dualfix take
'

test_expect_success !REF_FILES 'a lock on the table of all refs is told' '
	printf "{\"edits\": [{\"file\": \"f\", \"type\": \"replace\", \"find\": \"one\", \"replace\": \"two\"}]}" >plan.json &&
	git init -q table && cd table && test_commit f one && lock=.git/reftable/tables.list.lock && : >$lock &&
	test_expect_code 128 apply 2>../err && test_grep "^hint: git dualfix gc" ../err &&
	touch -d "1 minute ago" $lock && git dualfix gc 2>../err && test_grep "^hint: .*rm .*tables.list.lock" ../err &&
	test_path_is_file $lock && rm $lock && apply
'

odd="it's \$HOME"
test_expect_success REF_FILES 'what to type takes any folder for one word' '
	printf "{\"edits\": [{\"file\": \"f\", \"type\": \"replace\", \"find\": \"one\", \"replace\": \"two\"}]}" >plan.json &&
	git init -q "$odd" && cd "$odd" && test_commit f one && apply &&
	lock=.git/packed-refs.lock && : >$lock && touch -d "1 minute ago" $lock && git dualfix gc 2>../err &&
	eval "$(sed -n "s/^hint: if no git is running: //p" ../err)" && test_path_is_missing $lock &&
	lock=.git/index.lock && : >$lock && test_expect_code 1 git dualfix take 2>../err &&
	eval "$(sed -n "s/^hint: if no git is running: //p" ../err)" && test_path_is_missing $lock &&
	lock=.git/refs/heads/dualfix/plan.lock && git branch -qD dualfix/plan && mkdir -p "${lock%/*}" && : >$lock &&
	test_expect_code 2 apply --branch dualfix/plan 2>../err &&
	eval "$(sed -n "s/^hint: .*: rm/rm/p" ../err)" && test_path_is_missing $lock
'

# The test can fail: it sees a change of the user'"'"'s.
test_expect_success PYTHON 'a program that touches the index is seen' '
	write_script program <<-\EOS &&
	#!/bin/sh
	echo x >>.git/index
	exec sleep 1
	EOS
	test_must_fail "$PYTHON" "$KILL" --program program --random 1 2>err &&
	test_grep "index is not as it was" err
'

test_done
