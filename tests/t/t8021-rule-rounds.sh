#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='rules, round after round'
. "${0%/*}/test-lib.sh"

test_expect_success GCC 'one fix uncovers the next error: one commit tells of both' '
	make_c_project prj &&
	cd prj &&
	test_unchanged git -c dualfix.sandbox=none dualfix --failing --verify make >../out &&
	git rev-list --count main..dualfix/failing >count &&
	test_grep "^1\$" count &&
	git show -s --format=%B dualfix/failing >message &&
	test_grep "^- main: " message &&
	test_grep "^- greet: add missing include of <string.h>\$" message &&
	test_grep "^    main.c:[0-9]*: " message &&
	test_grep "^    greet.c:[0-9]*: " message &&
	test_grep "^Verified: make" message
'

test_expect_success GCC 'a single error: its own subject' '
	make_c_project single &&
	cd single &&
	git show HEAD~1:./main.c >main.c &&
	git commit -q -a -m "spell it right" &&
	git -c dualfix.sandbox=none dualfix --failing --verify make >../out &&
	test "$(git show -s --format=%s dualfix/failing)" = \
		"greet: add missing include of <string.h>"
'

test_done
