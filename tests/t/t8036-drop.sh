#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='drop while a run goes on'
. "${0%/*}/test-lib.sh"

test_expect_success 'a run under way is not dropped, and then is' '
	git init -q repo && cd repo && test_commit a old &&
	echo "{\"edits\":[{\"file\":\"a\",\"type\":\"replace\",\"find\":\"old\",\"replace\":\"new\"}]}" \
		>../plan.json &&
	git config dualfix.sandbox none &&
	{ git dualfix apply --verify "touch \"$PWD/../on\"; until test -f \"$PWD/../go\"; do sleep 0.1; done" \
		../plan.json >../out 2>../err.run & } &&
	run=$! && tries=0 &&
	until test -f ../on
	do
		tries=$((tries + 1)) && test $tries -lt 100 && sleep 0.1 || return 1
	done &&
	{ test_expect_code 2 git dualfix drop 2>../err; code=$?; : >../go; wait $run; } &&
	test $code -eq 0 && test_grep "^dualfix/plan" ../out &&
	git dualfix drop && git dualfix log >../log && test_must_be_empty ../log &&
	test_must_fail git rev-parse -q --verify dualfix/plan
'

test_done
