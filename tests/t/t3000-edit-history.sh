#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='the edit engine on the history of this project'
. "${0%/*}/test-lib.sh"

# A tarball has no history, a shallow clone hardly any.
if test "$(git -C "$TOP_DIR" rev-list --count HEAD 2>/dev/null || echo 0)" -gt 40
then
	test_set_prereq HISTORY
fi

test_expect_success HISTORY 'hunks come out of history' '
	/usr/bin/env python3 "$TOP_DIR/tests/bench/hunks.py" "$TOP_DIR" 3 40 >hunks &&
	grep -a "^hunk " hunks >list &&
	test_path_exists list
'

test_expect_success HISTORY 'damaged finds are right or refused, exact ones right' '
	test_when_finished "tail -n 60 out" &&
	"$BUILD_DIR/bench-edits" -s 3 <hunks >out
'

test_expect_success HISTORY 'the figures add up' '
	test_grep "^exact .* 100.0%" out &&
	test_grep "^whole commits" out &&
	test_grep "edits per second" out
'

test_done
