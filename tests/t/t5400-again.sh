#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='runs that are gone on with: amend and resume'
. "${0%/*}/test-lib.sh"

test_needs PYTHON
git config --global dualfix.sandbox none

# A project with a bug, its check, and the server's rules on stdin. The check of
# a file that says "+" waits as long as $WORK/hold is there.
setup_repo () {
	cd "$WORK" && cat >scenario.json && stop_servers && start_model_server scenario.json &&
	rm -rf repo hold && make_calc_project repo && cd repo && configure_model_server &&
	write_script ../check <<-EOF &&
	#!/bin/sh
	n=0
	while test -f "$WORK/hold" && ! grep -q " - b" calc.py && test \$n -lt 600
	do
		n=\$((n + 1)) && sleep 0.1
	done
	grep "return a + b" calc.py
	EOF
	git config dualfix.verify "sh '$WORK/check'"
}

asked () {
	model_log body.model | grep -c -x -e "$1" || :
}

the_run () {
	ls .git/dualfix/runs
}

cat >good.json <<\EOF
{"root_cause": "add subtracts", "strategy": "add", "commit": {"subject": "calc: add what is to be added", "body": "It took b away."},
 "edits": [{"file": "calc.py", "type": "replace", "find": "return a - b", "replace": "return a + b"}]}
EOF
cat >wrong.json <<\EOF
{"root_cause": "add subtracts", "strategy": "divide", "edits": [
 {"file": "calc.py", "type": "replace", "find": "return a - b", "replace": "return a / b"}]}
EOF
cat >better.json <<\EOF
{"root_cause": "it divides", "strategy": "add", "edits": [
 {"file": "calc.py", "type": "replace", "find": "return a / b", "replace": "return a + b"}]}
EOF
cat >comment.json <<\EOF
{"root_cause": "no comment", "strategy": "comment", "commit": {"subject": "calc: add, and say so"},
 "edits": [{"file": "calc.py", "type": "add_line", "position": "start", "line_content": "# sums"}]}
EOF
cat >afresh.json <<\EOF
{"from": "base", "edits": [
 {"file": "calc.py", "type": "replace", "find": "return a - b", "replace": "return a + b  # sum"}]}
EOF

# Runs git-dualfix and kills it once a file whose name ends in $1 is in its record and
# the condition $2 (shell) holds.
cat >kill.py <<'EOF'
import glob, os, signal, subprocess, sys, time
name, condition = sys.argv[1:3]
for sig in signal.SIGINT, signal.SIGTERM, signal.SIGPIPE:
    signal.signal(sig, signal.SIG_DFL)
how = getattr(signal, os.environ.get("HOW", "SIGKILL"))
p = subprocess.Popen(["git-dualfix"] + sys.argv[3:], stdin=subprocess.DEVNULL)
end = time.time() + 120
while time.time() < end and p.poll() is None:
    if glob.glob(".git/dualfix/runs/*/" + name) and not subprocess.call(["sh", "-c", condition]):
        p.send_signal(how)
        break
    time.sleep(0.01)
code = p.wait()
sys.exit(0 if code == -signal.SIGKILL or code == 130 else 1)
EOF

issue='add(2, 3) in calc.py gives -1 instead of 5'

test_expect_success 'a run that is killed while its result is checked goes on, unpaid' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"plan_file": "good.json"}}]
	EOF
	>../hold &&
	test_unchanged "$PYTHON" ../kill.py plan-1.json true -m "$issue" &&
	rm ../hold && run=$(the_run) &&
	git dualfix log >../log && test_grep "^$run  killed" ../log &&
	test_unchanged git dualfix resume "$run" --json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out run)" = "$run" &&
	test "$(asked deepseek-flash)" = 1 && test "$(the_run)" = "$run" &&
	test "$(json_get ../out usage.0.requests)" = 1 &&
	test "$(json_get ../out usage.0.role)" = planner &&
	git log -1 --format=%B "$(json_get ../out branch)" >../message &&
	test_grep "^calc: add what is to be added" ../message &&
	test_grep "^Assisted-by: git-dualfix:deepseek-flash" ../message
'

test_expect_success 'killed at the moment the answer was kept' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"plan_file": "good.json"}}]
	EOF
	"$PYTHON" ../kill.py answer-1.json true \
		-m "$issue" --verify "sh ../check; sleep 60" &&
	git dualfix resume --json --verify "sh \"$WORK/check\"" >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked deepseek-flash)" = 1
'

test_expect_success 'killed in a round of repair' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash", "lacks": ["was applied"]}, "times": 1, "reply": {"plan_file": "wrong.json"}},
	 {"match": {"model": "deepseek-flash", "contains": ["was applied"]}, "times": 1, "reply": {"plan_file": "better.json"}}]
	EOF
	"$PYTHON" ../kill.py answer-1.json true -m "$issue" &&
	git dualfix resume --json >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked deepseek-flash)" = 2 &&
	run=$(the_run) && test_path_is_file .git/dualfix/runs/$run/plan-2.json &&
	test "$(json_get .git/dualfix/runs/$run/plan-1.json strategy)" = divide &&
	test "$(json_get .git/dualfix/runs/$run/plan.json strategy)" = add
'

test_expect_success 'killed in the last round of two' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash", "lacks": ["was applied"]}, "times": 1, "reply": {"plan_file": "wrong.json"}},
	 {"match": {"model": "deepseek-flash", "contains": ["was applied"]}, "times": 1, "reply": {"plan_file": "better.json"}}]
	EOF
	write_script ../slow <<-EOF &&
	#!/bin/sh
	if test -f "$WORK/hold" && grep -q "a + b" calc.py; then sleep 60; fi
	grep "return a + b" calc.py
	EOF
	>../hold && git config dualfix.verify "sh \"$WORK/slow\"" &&
	"$PYTHON" ../kill.py plan-2.json true -m "$issue" && rm ../hold &&
	git dualfix resume --json >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked deepseek-flash)" = 2 &&
	test "$(json_get ../out usage.0.requests)" = 2
'

test_expect_success 'one that was interrupted, with what it was told' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"plan_file": "good.json"}}]
	EOF
	>../hold && git config --unset dualfix.verify &&
	HOW=SIGINT "$PYTHON" ../kill.py plan-1.json true --branch mine \
		--verify "sh \"$WORK/check\"" -m "$issue" && rm ../hold &&
	git commit -q --allow-empty -m "meanwhile" &&
	git dualfix resume --json >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked deepseek-flash)" = 1 &&
	test "$(json_get ../out branch)" = mine &&
	test "$(git rev-parse mine^)" = "$(git rev-parse HEAD^)"
'

test_expect_success 'one whose time was used up' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"plan_file": "good.json"}}]
	EOF
	>../hold &&
	test_expect_code 4 git dualfix --timeout 5 -m "$issue" 2>../err && rm ../hold &&
	sed -n "s/^hint: \(git dualfix resume .*\)/\1 --timeout 100 --json/p" ../err >../hint &&
	test_line_count 1 ../hint && sh -e ../hint >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked deepseek-flash)" = 1
'

test_expect_success 'what was spent counts' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"plan_file": "wrong.json",
	  "usage": {"prompt_tokens": 300000, "completion_tokens": 200000, "total_tokens": 500000}}},
	 {"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"plan_file": "better.json"}}]
	EOF
	for key in priceInput priceOutput
	do
		git config dualfix.planner.$key 1 || return 1
	done &&
	test_expect_code 4 git dualfix --budget 0.4 --json -m "$issue" >../out &&
	test_expect_code 4 git dualfix resume --json >../out &&
	test "$(asked deepseek-flash)" = 1 &&
	git dualfix resume --budget 2 --json >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked deepseek-flash)" = 2 &&
	test "$(json_get ../out usage.0.requests)" = 2
'

test_expect_success 'killed before any answer, it asks' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "reply": {"plan_file": "good.json", "delay_ms": 2000}}]
	EOF
	"$PYTHON" ../kill.py state.json true -m "$issue" &&
	git dualfix resume --json >../out && test "$(json_get ../out outcome)" = fixed
'

test_expect_success 'the branch was made, the report not' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"plan_file": "good.json"}}]
	EOF
	git dualfix --json -m "$issue" --branch there >../first && run=$(the_run) &&
	rm .git/dualfix/runs/$run/report.json && git for-each-ref >../before &&
	git dualfix resume --json >../out && git for-each-ref >../after &&
	test_cmp ../before ../after &&
	test "$(json_get ../out commit)" = "$(json_get ../first commit)" &&
	test "$(json_get ../out branch)" = there
'

test_expect_success 'apply goes on with the plans it was given' '
	setup_repo <<-\EOF && >../hold &&
	[]
	EOF
	cp ../good.json ../given.json &&
	"$PYTHON" ../kill.py plan-1.json true apply ../given.json && rm ../hold ../given.json &&
	git dualfix resume --json >../out && test "$(json_get ../out outcome)" = fixed
'

test_expect_success 'a finished run is not gone on with' '
	cd repo &&
	test_expect_code 2 git dualfix resume 2>../err &&
	test_grep "has ended: fixed" ../err && test_grep "git dualfix amend" ../err &&
	test_expect_code 2 git dualfix resume nonesuch 2>../err
'

test_expect_success 'a record that nobody can read is refused' '
	cd repo &&
	run=$(the_run) && rm .git/dualfix/runs/$run/report.json &&
	echo "{\"version\":1}" >.git/dualfix/runs/$run/state.json &&
	test_expect_code 2 git dualfix resume 2>../err && test_grep "state.json" ../err &&
	rm .git/dualfix/runs/$run/state.json &&
	test_expect_code 2 git dualfix resume 2>../err && test_grep "nothing to go on with" ../err
'

test_expect_success 'amend: another round on top, as v2' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash", "lacks": ["to be amended"]}, "times": 1, "reply": {"plan_file": "good.json"}},
	 {"match": {"model": "deepseek-flash", "contains": ["to be amended", "say what it is", "add(2, 3)", "+    return a + b", "add subtracts"]},
	  "times": 1, "reply": {"plan_file": "comment.json"}}]
	EOF
	git dualfix --json -m "$issue" >../first && run=$(the_run) &&
	branch=$(json_get ../first branch) && tip=$(git rev-parse $branch) &&
	test_unchanged git dualfix amend "$run" -m "say what it is, in a comment" --json >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out amends)" = "$run" &&
	test "$(json_get ../out branch)" = $branch-v2 && test "$(git rev-parse $branch)" = $tip &&
	test "$(git rev-parse $branch-v2^)" = "$(git rev-parse HEAD)" &&
	{ echo "# sums" && git show $branch:calc.py; } >../expect &&
	git show $branch-v2:calc.py >../actual && test_cmp ../expect ../actual &&
	test "$(git log -1 --format=%s $branch-v2)" = "calc: add, and say so" &&
	git dualfix show >../shown && test_grep "amends .*$run" ../shown
'

test_expect_success 'amend with a plan needs no key, and the patch says what changed' '
	cd repo && branch=dualfix/add-2-3-in-calc-py-gives-1-instead-of-5 &&
	(
		unset DUALFIX_PLANNER_KEY DUALFIX_PLANNER_URL &&
		git config dualfix.planner.url https://api.example.com &&
		git dualfix amend $branch --plan ../afresh.json --format-patch -o ../patches --json >../out
	) &&
	test "$(json_get ../out branch)" = $branch-v3 &&
	git show $branch-v3:calc.py >../actual && test_grep "return a + b  # sum" ../actual &&
	git log -1 --format=%B $branch-v3 >../message &&
	test_grep "^calc: add what is to be added" ../message &&
	test_grep "^It took b away" ../message &&
	test_grep "^Assisted-by: git-dualfix:deepseek-flash" ../message &&
	set -- ../patches/v3-0001-*.patch && test_path_is_file "$1" &&
	test_grep "^Subject: \[PATCH v3\]" "$1" && test_grep "Range-diff" "$1"
'

test_expect_success 'the second version counts as v2' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"plan_file": "good.json"}}]
	EOF
	git dualfix --branch x -m "$issue" && run=$(the_run) &&
	git dualfix amend --plan ../comment.json --stdout >../mbox &&
	test_grep "^Subject: \[PATCH v2\] calc: add, and say so" ../mbox &&
	test_grep "Range-diff" ../mbox && git rev-parse --verify -q x-v2 &&
	git dualfix amend x-v2 --plan ../afresh.json && git rev-parse --verify -q x-v3 &&
	test_expect_code 2 git dualfix amend x --plan ../comment.json --branch x-v2 &&
	git dualfix apply --branch x-v999 ../good.json && git branch x-v1000 &&
	test_expect_code 2 test_unchanged git dualfix amend x-v999 --plan ../comment.json 2>../err &&
	test_grep "x-v1000.*taken" ../err && test_grep "^hint: --branch" ../err &&
	git dualfix amend x-v999 --plan ../comment.json --branch x-more && git rev-parse --verify -q x-more
'

test_expect_success 'amend says what it needs' '
	cd repo &&
	test_expect_code 129 git dualfix amend x 2>../err && test_grep "say with -m" ../err &&
	test_expect_code 2 git dualfix amend nonesuch -m text &&
	test_expect_code 129 git dualfix amend x x-v2 -m text
'

test_expect_success 'what is there already is nothing to do' '
	cd repo &&
	test_write_lines "{\"edits\": [{\"file\": \"calc.py\", \"type\": \"add_import\", \"import_line\": \"import os\"}]}" >../import.json &&
	git dualfix amend x --plan ../import.json --json >../out &&
	test_expect_code 1 git dualfix amend "$(json_get ../out run)" --plan ../import.json --json >../out &&
	test "$(json_get ../out outcome)" = nothing-to-do
'

test_expect_success 'an amending run that was killed goes on, too' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash", "lacks": ["to be amended"]}, "times": 1, "reply": {"plan_file": "good.json"}},
	 {"match": {"model": "deepseek-flash", "contains": ["to be amended"]}, "times": 1, "reply": {"plan_file": "comment.json"}}]
	EOF
	git dualfix --branch y -m "$issue" && old=$(the_run) && >../hold &&
	"$PYTHON" ../kill.py wish "test \$(ls .git/dualfix/runs/*/plan-1.json | wc -l) = 2" amend -m "say it" &&
	rm ../hold && git dualfix resume --json >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out amends)" = "$old" &&
	test "$(json_get ../out branch)" = y-v2 && test "$(asked deepseek-flash)" = 2
'

test_expect_success 'each run has a plan of its own in the editor' '
	setup_repo <<-\EOF &&
	[]
	EOF
	write_script ../editor <<-\EOF &&
	#!/bin/sh
	case $1 in
	*/dualfix/runs/*/PLAN_EDIT.json) echo "$1" >>../edited ;;
	esac
	EOF
	rm -f ../edited && GIT_EDITOR="sh \"$WORK/editor\"" &&
	export GIT_EDITOR && git dualfix apply -e ../good.json && test_line_count 1 ../edited
'

test_expect_success '--clean: a checkout made anew' '
	setup_repo <<-\EOF &&
	[]
	EOF
	echo out >.gitignore && git add . && git commit -q -m ignore &&
	git dualfix verify --verify "echo x >>out; test \$(wc -l <out) = 1" &&
	test_expect_code 1 git dualfix verify --verify "echo x >>out; test \$(wc -l <out) = 1 " &&
	git dualfix verify --clean --verify "echo x >>out; test \$(wc -l <out) = 1  " &&
	git dualfix apply --clean --accept unverified ../good.json \
		--verify "echo x >>out; test \$(wc -l <out) -le 2"
'

test_done
