#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='what is shown: records that are damaged, and what a terminal gets'
. "${0%/*}/test-lib.sh"

test_expect_success 'a damaged record hides no other' '
	git init -q repo && cd repo && test_commit a.txt old &&
	echo "{\"edits\":[{\"file\":\"a.txt\",\"type\":\"replace\",\"find\":\"old\",\"replace\":\"new\"}]}" \
		>../plan.json &&
	git dualfix apply --no-verify ../plan.json && git dualfix apply --no-verify ../plan.json &&
	git dualfix log >../log && test_line_count 2 ../log &&
	newest=$(sed -n "1s/ .*//p" ../log) &&
	echo "{\"outcome\": \"unver" >.git/dualfix/runs/"$newest"/report.json &&
	git dualfix log >../log && test_line_count 2 ../log &&
	test_grep "^$newest  unreadable" ../log &&
	git dualfix log --json >../log && json_get ../log 0.branch &&
	git dualfix show dualfix/plan >../show && test_grep "^branch .*dualfix/plan" ../show &&
	git dualfix show "$newest" >../show && test_grep "^outcome *unreadable" ../show
'

test_expect_success 'a run that made nothing is listed with what its issue says, cut' '
	cd repo && test_must_fail git -c dualfix.planner.url=http://127.0.0.1:1 dualfix --verify false \
		-m "it breaks$(printf "\342\200\256") when words go on and on, and on and on, and on and on" &&
	git dualfix log >../log && test_grep "  dualfix/plan\$" ../log &&
	test_grep "  -  it breaks when words go on and on, and on and on, [a-z ]*\.\.\.\$" ../log
'

cat >terminal.py <<'EOF'
import os, pty, sys
pid, fd = pty.fork()
if not pid:
    os.execvp(sys.argv[1], sys.argv[1:])
seen = b""
try:
    while True:
        chunk = os.read(fd, 4096)
        if not chunk:
            break
        seen += chunk
except OSError:
    pass
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF

test_expect_success PYTHON 'a diff reaches a file as it is and no terminal raw' '
	cd repo &&
	printf "%s" "{\"edits\":[{\"file\":\"a.txt\",\"type\":\"replace\",\"find\":\"old\"," \
		"\"replace\":\"\\u001b]0;owned\\u0007\"}]}" >../plan.json &&
	git dualfix apply --diff ../plan.json >../diff &&
	printf "\033]0;owned" >../raw && test_grep -F -f ../raw ../diff &&
	"$PYTHON" ../terminal.py git-dualfix apply --diff --no-progress ../plan.json >../seen &&
	test_grep "owned" ../seen && test_grep ! -F -f ../raw ../seen
'

test_done
