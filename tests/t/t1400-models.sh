#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='planner and executor in every mode, played by the scripted server'
. "${0%/*}/test-lib.sh"

test_needs PYTHON
git config --global dualfix.sandbox none

# A new project, the server's rules on stdin.
setup_repo () {
	cat >scenario.json && stop_servers && start_model_server scenario.json &&
	rm -rf repo && make_calc_project repo && cd repo && configure_model_server
}

issue='add(2, 3) in calc.py gives -1 instead of 5'

# How many requests for chats the model $1 got.
asked () {
	model_log body.model | grep -c -x -e "$1" || :
}

# The text of all messages of the $2-th chat with the model $1.
prompt_of () {
	"$PYTHON" - "$MODEL_LOG" "$1" "$2" <<-\EOF
	import json, sys
	rows = [json.loads(line) for line in open(sys.argv[1])]
	rows = [r["body"] for r in rows if isinstance(r.get("body"), dict) and r["body"].get("model") == sys.argv[2]]
	for m in rows[int(sys.argv[3]) - 1]["messages"]:
	    print("== " + m["role"])
	    print(m["content"])
	EOF
}

cat >direct.json <<\EOF
{"root_cause": "add subtracts", "strategy": "add", "commit": {"subject": "calc: add what is to be added", "body": "It took b away."},
 "edits": [{"file": "calc.py", "type": "replace", "find": "return a - b", "replace": "return a + b"}]}
EOF
cat >model.json <<\EOF
{"root_cause": "add subtracts", "strategy": "add", "edits": [
 {"file": "calc.py", "type": "model_edit", "action": "add must add", "symbol": "add"},
 {"file": "README", "type": "replace", "find": "see", "replace": "look at"}]}
EOF
cat >stale.json <<\EOF
{"root_cause": "add subtracts", "strategy": "add", "edits": [
 {"file": "calc.py", "type": "replace", "find": "    result = a - b\n    return result", "replace": "    return a + b", "symbol": "add", "line": 5}]}
EOF
cat >wrong.json <<\EOF
{"root_cause": "add subtracts", "strategy": "add", "edits": [
 {"file": "calc.py", "type": "replace", "find": "return a - b", "replace": "return a / b"}]}
EOF

test_expect_success 'an issue in words becomes a verified commit by a planner'\''s plan' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "reply": {"plan_file": "direct.json"}}]
	EOF
	test_unchanged git dualfix --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out exit)" = 0 &&
	test "$(json_get ../out edits.0.by)" = direct &&
	branch=$(json_get ../out branch) &&
	git log -1 --format=%B $branch >../msg &&
	cat >../want <<-\EOF &&
	calc: add what is to be added

	It took b away.

	Assisted-by: git-dualfix:deepseek-flash
	Verified: grep '\''return a + b'\'' calc.py (failed before, passes now)

	EOF
	test_cmp ../want ../msg &&
	test_grep "^fixed: .*calc.py. failed before, passes now (1 file, +1 -1" ../err &&
	test "$(asked deepseek-flash)" = 1 && test "$(asked qwen2.5-coder:7b)" = 0
'

test_expect_success 'usage and cost are in the report' '
	test "$(json_get out usage.0.role)" = planner &&
	test "$(json_get out usage.0.model)" = deepseek-flash &&
	test "$(json_get out usage.0.requests)" = 1 &&
	test "$(json_get out usage.0.prompt_tokens)" -gt 100 &&
	test "$(json_get out usage.0.completion_tokens)" -gt 10 &&
	json_get out usage.0.cached_tokens && json_get out usage.0.usd && json_get out usage.0.endpoint >ep &&
	test_grep "127.0.0.1" ep &&
	cd repo && git -c dualfix.planner.priceInput=1000 -c dualfix.planner.priceCachedInput=1000 \
		-c dualfix.planner.priceOutput=1000 dualfix --budget 100 --json -m "$issue" >../out2 2>../err &&
	"$PYTHON" - ../out2 <<-\EOF &&
	import json, sys
	u = json.load(open(sys.argv[1]))["usage"][0]
	want = (u["prompt_tokens"] + u["completion_tokens"]) * 1000 / 1e6
	assert abs(u["usd"] - want) < 1e-6, (u, want)
	EOF
	test_grep "\\$[0-9.]*[,)]" ../err &&
	git config dualfix.planner.model mystery-1 &&
	test_expect_code 4 git dualfix --json -m "$issue" >../out3 2>../err &&
	git config dualfix.planner.model deepseek-flash
'

test_expect_success 'the run keeps issue, plan, report; show tells of them' '
	cd repo && run=$(json_get ../out run) &&
	echo "$issue" >../want && tr -d "\\n" <../want >../want1 && tr -d "\\n" <.git/dualfix/runs/$run/issue >../got &&
	test_cmp ../want1 ../got &&
	git dualfix show $run >../show && test_grep "deepseek-flash (planner): 1 request" ../show
'

test_expect_success 'what the planner is asked: files the issue names, under 2,000 tokens beside them' '
	prompt_of deepseek-flash 1 >prompt &&
	test_grep "return a - b" prompt && test_grep -F "$issue" prompt &&
	test_grep "^== system" prompt && head -n 1 prompt | grep system &&
	sed -e "/return a [-*] b/d" prompt | wc -c >size && test $(cat size) -lt 8000
'

test_expect_success 'two issues share all of the prompt that is not the issue' '
	git -C repo dualfix -m "mul(2, 3) in calc.py is odd, too" &&
	"$PYTHON" - "$MODEL_LOG" <<-\EOF
	import json, os, sys
	rows = [json.loads(l) for l in open(sys.argv[1])]
	texts = [json.dumps(r["body"]["messages"]) for r in rows if isinstance(r.get("body"), dict)
	         and r["body"].get("model") == "deepseek-flash"]
	first, last = texts[0], texts[-1]
	same = len(os.path.commonprefix([first, last]))
	assert "return a - b" in first[:same], "the repository is not in the shared part"
	assert same > 0.9 * (len(first) - 100), (same, len(first))
	EOF
'

test_expect_success 'plan: stops after planning, prints what apply takes' '
	cd repo && test_unchanged git dualfix plan -m "$issue" >../plan.out 2>../err &&
	git dualfix apply --json ../plan.out >../out && test "$(json_get ../out outcome)" = fixed &&
	test_unchanged git dualfix plan --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = planned && test "$(json_get ../out exit)" = 0 &&
	test "$(json_get ../out plan.edits.0.find)" = "return a - b"
'

test_expect_success 'a plan in a fence, with words around it and thinking before' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "reply": {"reasoning": "hm, {\"edits\": [",
	  "content": "Here is the plan:\n\n```json\n{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"replace\", \"find\": \"return a - b\", \"replace\": \"return a + b\"}]}\n```\n", "chunk_bytes": 3}}]
	EOF
	git dualfix -m "$issue"
'

# What the executor does in the next ones.
model_scenario () {
	setup_repo <<-EOF
	[{"match": {"model": "deepseek-flash", "contains": ["$1"]}, "reply": {"plan_file": "$2"}},
	 {"match": {"contains": ["<code>"]}, "reply": {"region_replace": ["return a - b", "return a + b"]}}]
	EOF
}

test_expect_success 'sequential: model edits are refused and listed, the executor is not asked' '
	model_scenario "" model.json &&
	test_expect_code 1 test_unchanged git dualfix --mode sequential -m "$issue" >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^warning: model_edit calc.py" ../err &&
	test "$(asked qwen2.5-coder:7b)" = 0 && test "$(asked deepseek-flash)" = 1 &&
	cd .. && prompt_of deepseek-flash 1 >prompt && test_grep "no other kinds" prompt &&
	test_grep ! "model_edit" prompt
'

test_expect_success 'hybrid: model edits go to the executor' '
	model_scenario "" model.json &&
	test_unchanged git dualfix --mode hybrid --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed &&
	test "$(json_get ../out edits.0.by)" = executor && test "$(json_get ../out edits.1.by)" = direct &&
	branch=$(json_get ../out branch) &&
	git log -1 --format="%(trailers:key=Assisted-by,valueonly)" $branch | grep . >../got &&
	test_write_lines git-dualfix:deepseek-flash git-dualfix:qwen2.5-coder:7b >../want && test_cmp ../want ../got &&
	git show $branch:README >../got && echo "look at calc.py" >../want && test_cmp ../want ../got &&
	git diff --numstat main $branch -- calc.py | grep "^1	1" &&
	test "$(json_get ../out usage.1.role)" = executor
'

test_expect_success 'what the executor is asked: region, path, action; not the rest of the file' '
	prompt_of qwen2.5-coder:7b 1 >prompt &&
	test_grep "add must add" prompt && test_grep "calc.py" prompt && test_grep "return a - b" prompt
'

test_expect_success 'hybrid: a direct edit that fails is the end: exit 1' '
	model_scenario "" stale.json &&
	test_expect_code 1 test_unchanged git dualfix --mode hybrid -m "$issue" >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^warning: replace calc.py: failed" ../err &&
	test "$(asked qwen2.5-coder:7b)" = 0 && test "$(asked deepseek-flash)" = 1
'

test_expect_success 'adaptive: a direct edit that fails goes to the executor' '
	model_scenario "" stale.json &&
	test_unchanged git dualfix --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out edits.0.by)" = executor &&
	test "$(asked deepseek-flash)" = 1 && test "$(asked qwen2.5-coder:7b)" = 1 &&
	cd .. && prompt_of qwen2.5-coder:7b 1 >prompt && test_grep "result = a - b" prompt
'

test_expect_success 'single: the planner writes every edit' '
	model_scenario "root_cause" model.json &&
	test_unchanged git dualfix --mode single --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out edits.0.by)" = planner &&
	test "$(asked qwen2.5-coder:7b)" = 0 && test "$(asked deepseek-flash)" = 2 &&
	git log -1 --format="%(trailers:key=Assisted-by,valueonly)" $(json_get ../out branch) | grep . >../got &&
	echo git-dualfix:deepseek-flash >../want && test_cmp ../want ../got
'

test_expect_success 'no executor: the planner'\''s endpoint does its edits' '
	model_scenario "root_cause" model.json && git config --unset dualfix.executor.url &&
	git config --unset dualfix.executor.model &&
	test_unchanged git -c dualfix.executor.url= dualfix --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed &&
	test "$(json_get ../out usage.0.role)" = planner &&
	rm .git/dualfix/executor && mkdir .git/dualfix/executor &&
	test_unchanged git -c dualfix.executor.url= dualfix --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed
'

test_expect_success 'adaptive: a wrong answer is asked for again with the reason' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "reply": {"plan_file": "model.json"}},
	 {"match": {"model": "qwen2.5-coder:7b"}, "times": 1, "reply": {"region_replace": ["a - b", "a - b"]}},
	 {"match": {"model": "qwen2.5-coder:7b"}, "reply": {"region_replace": ["return a - b", "return a + b"]}}]
	EOF
	test_unchanged git dualfix --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out edits.0.by)" = executor &&
	test "$(asked qwen2.5-coder:7b)" = 2 && test "$(json_get ../out edits.0.attempts)" -ge 2 &&
	test "$(json_get ../out usage.1.requests)" = 2 &&
	cd .. && prompt_of qwen2.5-coder:7b 2 >prompt && test_grep unchanged prompt
'

test_expect_success 'adaptive: wrong twice, then the planner does the edit' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash", "contains": ["root_cause"]}, "reply": {"plan_file": "model.json"}},
	 {"match": {"model": "qwen2.5-coder:7b"}, "reply": {"region_replace": ["a - b", "a - b"]}},
	 {"match": {"model": "deepseek-flash"}, "reply": {"region_replace": ["return a - b", "return a + b"]}}]
	EOF
	test_unchanged git dualfix --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out edits.0.by)" = planner &&
	test "$(asked qwen2.5-coder:7b)" = 2 && test "$(asked deepseek-flash)" = 2
'

test_expect_success 'adaptive: the check still fails, the planner replans with diff and log' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"plan_file": "wrong.json"}},
	 {"match": {"model": "deepseek-flash"}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"replace\", \"find\": \"return a / b\", \"replace\": \"return a + b\"}]}"}}]
	EOF
	test_unchanged git dualfix --json --verify "python3 -c \"import calc; assert calc.add(2, 3) == 5, calc.add(2, 3)\"" \
		-m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked deepseek-flash)" = 2 &&
	git diff --numstat main $(json_get ../out branch) >../got && printf "1\t1\tcalc.py\n" >../want && test_cmp ../want ../got &&
	test "$(git rev-list --count main..$(json_get ../out branch))" = 1 &&
	cd .. && prompt_of deepseek-flash 2 >prompt &&
	test_grep "^+ *return a / b" prompt && test_grep "AssertionError: 0.66" prompt
'

test_expect_success 'a repair plan may start from the base again' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"plan_file": "wrong.json"}},
	 {"match": {"model": "deepseek-flash"}, "reply": {"content": "{\"from\": \"base\", \"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"replace\", \"find\": \"return a - b\", \"replace\": \"return a + b\"}]}"}}]
	EOF
	test_unchanged git dualfix --json -m "$issue" >../out 2>../err && test "$(json_get ../out outcome)" = fixed
'

test_expect_success 'a planner that comes to the same files again: they are not checked again' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"plan_file": "wrong.json"}},
	 {"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"content": "{\"from\": \"base\", \"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"replace\", \"find\": \"return a - b\", \"replace\": \"return a / b\"}]}"}},
	 {"match": {"model": "deepseek-flash"}, "reply": {"content": "{\"from\": \"base\", \"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"replace\", \"find\": \"return a - b\", \"replace\": \"return a + b\"}]}"}}]
	EOF
	rm -f ../count && git -c dualfix.loadBearing=off dualfix --verify "echo x >>\"$WORK/count\"; grep \"a + b\" calc.py" -m "$issue" &&
	test "$(asked deepseek-flash)" = 3 && test_line_count 3 ../count
'

test_expect_success '--attempts bounds the rounds; what never works is exit 1' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"content": "{\"from\": \"base\", \"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"replace\", \"find\": \"return a - b\", \"replace\": \"return a / b\"}]}"}},
	 {"match": {"model": "deepseek-flash"}, "times": 1, "reply": {"content": "{\"from\": \"base\", \"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"replace\", \"find\": \"return a - b\", \"replace\": \"return a // b\"}]}"}},
	 {"match": {"model": "deepseek-flash"}, "reply": {"content": "{\"from\": \"base\", \"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"replace\", \"find\": \"return a - b\", \"replace\": \"return a ** b\"}]}"}}]
	EOF
	test_expect_code 1 test_unchanged git dualfix --attempts 2 -m "$issue" >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^unfixed: " ../err && test "$(asked deepseek-flash)" = 3 &&
	test_expect_code 1 git dualfix --attempts 0 -m "$issue" && test "$(asked deepseek-flash)" = 4 &&
	test_expect_code 1 git dualfix --mode hybrid -m "$issue" && test "$(asked deepseek-flash)" = 5
'

test_expect_success 'a planner that has no fix: exit 1, its words are shown' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "reply": {"content": "{\"root_cause\": \"it is not a bug\", \"strategy\": \"none\", \"edits\": []}"}}]
	EOF
	test_expect_code 1 test_unchanged git dualfix -m "$issue" 2>../err && test_grep "it is not a bug" ../err
'

test_expect_success 'rules come first: what a rule cures costs no call' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "reply": {"plan_file": "direct.json"}}]
	EOF
	printf "def f(x):\n    return json.loads(x)\n" >j.py && echo "No AI-generated code." >CONTRIBUTING.md &&
	git add . && git commit -q -m json &&
	test_unchanged git dualfix --failing --json --verify "python3 -c \"import j; j.f(\\\"1\\\")\"" >../out 2>../err &&
	test_grep ! CONTRIBUTING ../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked deepseek-flash)" = 0 &&
	test "$(json_get ../out edits.0.by)" = rule
'

test_expect_success 'what rules leave goes to the planner, with the log' '
	cd repo && test_unchanged git dualfix --failing --json >../out 2>../err &&
	test "$(grep -c "^warning: CONTRIBUTING.md seems to ban" ../err)" = 1 &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked deepseek-flash)" = 1 &&
	test "$(json_get ../out usage.0.requests)" = 1
'

test_expect_success 'the executor'\''s model is picked from what its server has' '
	cat >models.json <<-\EOF &&
	{"models": ["llama3:8b", "qwen2.5-coder:7b-instruct-q4_K_M", "qwen2.5-coder:32b"],
	 "rules": [{"match": {"model": "deepseek-flash"}, "reply": {"plan_file": "model.json"}},
	  {"match": {"contains": ["<code>"]}, "reply": {"region_replace": ["return a - b", "return a + b"]}}]}
	EOF
	setup_repo <models.json && git config --unset dualfix.executor.model &&
	test_unchanged git dualfix --json -m "$issue" >../out 2>../err && test "$(json_get ../out outcome)" = fixed &&
	test "$(asked qwen2.5-coder:7b-instruct-q4_K_M)" = 1
'

test_expect_success 'a pool of executors: one that is down has a neighbour' '
	model_scenario "" model.json &&
	git config --add dualfix.executor.url http://127.0.0.1:1/v1 &&
	test_unchanged git dualfix --json -m "$issue" >../out 2>../err && test "$(json_get ../out outcome)" = fixed &&
	test "$(json_get ../out edits.0.by)" = executor
'

test_expect_success 'apply with model edits asks for no plan' '
	model_scenario "" direct.json && test_unchanged git dualfix apply --json ../model.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked deepseek-flash)" = 0 &&
	git log -1 --format="%(trailers:key=Assisted-by,valueonly)" $(json_get ../out branch) | grep . >../got &&
	echo git-dualfix:qwen2.5-coder:7b >../want && test_cmp ../want ../got
'

test_expect_success '--plan: the planner is not asked for a first plan' '
	model_scenario "" direct.json && test_unchanged git dualfix --json --plan ../direct.json -m "$issue" >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked deepseek-flash)" = 0
'

test_expect_success 'caps on what a model may change: files, lines added and removed' '
	model_scenario "" model.json &&
	for cap in maxChangedFiles=1 maxChangedLines=3
	do
		test_expect_code 1 test_unchanged git -c dualfix.$cap dualfix -m "$issue" 2>../err &&
		test_grep "^hint: .*${cap%=*}" ../err || return 1
	done &&
	git -c dualfix.maxChangedFiles=2 -c dualfix.maxChangedLines=4 dualfix -m "$issue"
'

test_expect_success 'dualfix.trailer' '
	cd repo &&
	for style in generated-by co-authored-by none
	do
		git -c dualfix.trailer=$style dualfix --branch dualfix/$style -m "$issue" &&
		git log -1 --format=%B dualfix/$style >../$style || return 1
	done &&
	test_grep -i "^Generated-by: .*deepseek-flash" ../generated-by && test_grep -i "^Co-authored-by: .*deepseek" ../co-authored-by &&
	test_grep ! -i "deepseek" ../none
'

test_expect_success 'two issues at once' '
	model_scenario "" direct.json && echo "$issue" >../one.txt && echo "mul is fine, $issue" >../two.txt &&
	test_unchanged git dualfix -j 2 ../one.txt ../two.txt >../out 2>../err &&
	test_line_count 2 ../out && test "$(asked deepseek-flash)" = 2 &&
	test "$(git for-each-ref --format="%(tree)" refs/heads/dualfix | sort -u | wc -l)" -le 1
'

test_expect_success 'messages of models are cleaned' '
	setup_repo <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"commit\": {\"subject\": \"Re: [PATCH] fix\\u001b[2J it\\nSigned-off-by: E <e@x>\", \"body\": \"---\\nSigned-off-by: Eve <e@x>\\nReviewed-by: R <r@x>\\ntext\"}, \"edits\": [{\"file\": \"calc.py\", \"type\": \"replace\", \"find\": \"return a - b\", \"replace\": \"return a + b\"}]}"}}]
	EOF
	git dualfix -m "$issue" >../out && git log -1 --format=%B $(cut -d " " -f 1 ../out) >../msg &&
	test_grep "^fix it\$" ../msg && test_grep ! "Eve\|Reviewed-by\|^---\|PATCH" ../msg
'

test_done
