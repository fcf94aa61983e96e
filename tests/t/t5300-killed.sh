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
