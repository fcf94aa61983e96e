#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='the cache: what a model has said is not paid for twice'
. "${0%/*}/test-lib.sh"

test_needs PYTHON
git config --global dualfix.sandbox none
unset DUALFIX_CACHE

cat >plan.json <<\EOF
{"root_cause": "add subtracts", "strategy": "add", "edits": [
 {"file": "calc.py", "type": "model_edit", "action": "add must add", "symbol": "add"},
 {"file": "README", "type": "replace", "find": "see", "replace": "look at"}]}
EOF
cat >scenario.json <<\EOF
[{"match": {"model": "deepseek-flash"}, "reply": {"plan_file": "plan.json"}},
 {"match": {"model": "deepseek-pro"}, "reply": {"plan_file": "plan.json"}},
 {"match": {"model": "qwen2.5-coder:7b"}, "reply": {"region_replace": ["a - b", "a + b"]}}]
EOF

setup_repo () {
	stop_servers && start_model_server scenario.json &&
	rm -rf repo && make_calc_project repo && cd repo && configure_model_server &&
	git config dualfix.planner.priceInput 10 &&
	git config dualfix.planner.priceOutput 10 &&
	git config dualfix.executor.priceInput 0 &&
	git config dualfix.executor.priceOutput 0
}

# How many chats there were.
asked () {
	grep -c '"path": "[^"]*chat/completions"' "$MODEL_LOG" || :
}

cached () {
	find .git/dualfix/cache -type f 2>/dev/null | wc -l | tr -d ' '
}

issue='add(2, 3) in calc.py gives -1 instead of 5'

test_expect_success 'a fix leaves its answers in the private area' '
	setup_repo && git dualfix --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked)" = 2 &&
	test "$(cached)" = 2 &&
	test "$(json_get ../out usage.0.cache_hits)" = 0 &&
	test "$(json_get ../out usage.0.cache_misses)" = 1 &&
	test "$(stat -c %a .git/dualfix/cache)" = 700 &&
	test "$(stat -c %a .git/dualfix/cache/* | sort -u)" = 600
'

test_expect_success 'the same issue again asks nobody, costs nothing and says so' '
	cd repo && before=$(asked) &&
	git dualfix --json --branch again -m "$issue" >../again 2>../err &&
	test "$(json_get ../again outcome)" = fixed && test "$(asked)" = "$before" &&
	test "$(json_get ../again tree)" = "$(json_get ../out tree)" &&
	test_grep "costs nothing" ../err && test_grep "2 answers from the cache" ../err &&
	"$PYTHON" - ../again ../out <<-\EOF &&
	import json, sys
	hit, paid = [json.load(open(f))["usage"] for f in sys.argv[1:]]
	for row in hit:
	    assert row["requests"] == row["prompt_tokens"] == row["completion_tokens"] == 0, row
	    assert row["usd"] == 0 and row["cache_hits"] == 1 and row["cache_misses"] == 0, row
	assert abs(hit[0]["cache_saved_usd"] - paid[0]["usd"]) < 1e-9 and paid[0]["usd"] > 0, (hit, paid)
	EOF
	git dualfix show >../show && test_grep "1 from the cache saved \\$" ../show
'

test_expect_success '--no-cache and dualfix.cache ask' '
	cd repo && before=$(asked) &&
	git dualfix --no-cache --json --branch third -m "$issue" >../out 2>../err &&
	test "$(asked)" = $((before + 2)) &&
	git -c dualfix.cache=false dualfix --json --branch fourth -m "$issue" >../out 2>../err &&
	test "$(asked)" = $((before + 4)) && test "$(json_get ../out usage.0.cache_misses)" = 0
'

test_expect_success 'another issue, another tree, another model is another question' '
	cd repo &&
	git dualfix --json --branch b1 -m "$issue!" >../out 2>../err &&
	test "$(json_get ../out usage.0.cache_hits)" = 0 &&
	echo "# more" >>calc.py && git commit -q -a -m more &&
	git dualfix --json --branch b2 -m "$issue" >../out 2>../err &&
	test "$(json_get ../out usage.0.cache_hits)" = 0 &&
	git -c dualfix.planner.model=deepseek-pro dualfix --json --branch b3 -m "$issue" >../out 2>../err &&
	test "$(json_get ../out usage.0.cache_hits)" = 0
'

test_expect_success 'what is damaged is not there' '
	setup_repo && git dualfix --json -m "$issue" >../out 2>../err && before=$(asked) &&
	for f in .git/dualfix/cache/*
	do
		"$PYTHON" - "$f" <<-\EOF || return 1
		import sys
		b = bytearray(open(sys.argv[1], "rb").read())
		b[-40] ^= 1
		open(sys.argv[1], "wb").write(b)
		EOF
	done &&
	git dualfix --json --branch again -m "$issue" >../again 2>../err &&
	test "$(asked)" = $((before + 2)) && test "$(json_get ../again outcome)" = fixed &&
	for f in .git/dualfix/cache/*
	do
		: >"$f" || return 1
	done &&
	git dualfix --json --branch third -m "$issue" >../again 2>../err &&
	test "$(asked)" = $((before + 4)) &&
	git dualfix --json --branch fourth -m "$issue" >../again 2>../err &&
	test "$(asked)" = $((before + 4))
'

test_expect_success 'a plan whose checks fail is never kept' '
	setup_repo && git config dualfix.verify "grep \"return a / b\" calc.py" && git config dualfix.attempts 0 &&
	test_expect_code 1 git dualfix --json -m "$issue" >../out 2>../err &&
	test "$(cached)" = 0 && before=$(asked) &&
	test_expect_code 1 git dualfix --json -m "$issue" >../out 2>../err &&
	test "$(asked)" = $((before + 2))
'

test_expect_success 'one that was kept goes when its checks fail later' '
	setup_repo && git config dualfix.attempts 0 &&
	git config dualfix.verify "grep \"return a + b\" calc.py && ! test -e \"$PWD/no\"" &&
	git dualfix --json -m "$issue" >../out 2>../err && test "$(cached)" = 2 &&
	before=$(asked) && touch "$PWD/no" && rm -rf .git/dualfix/known &&
	test_expect_code 1 git dualfix --json --branch x -m "$issue" >../out 2>../err &&
	test "$(json_get ../out usage.0.cache_hits)" = 1 && test "$(asked)" = "$before" &&
	test "$(cached)" = 0 && rm "$PWD/no" &&
	git dualfix --json --branch y -m "$issue" >../out 2>../err &&
	test "$(asked)" = $((before + 2))
'

test_expect_success 'a plan that was only made is kept' '
	setup_repo && git dualfix plan -m "$issue" >../p1 2>../err && test "$(asked)" = 1 &&
	git dualfix plan -m "$issue" >../p2 2>../err && test "$(asked)" = 1 &&
	test_cmp ../p1 ../p2
'

test_expect_success 'a recording has every exchange, and neither looks into the cache nor fills it' '
	setup_repo && git dualfix --json -m "$issue" >../out 2>../err &&
	before=$(asked) && n=$(cached) &&
	git dualfix --json --branch rec --record ../tape -m "$issue" >../out 2>../err &&
	test "$(asked)" = $((before + 2)) && test "$(cached)" = "$n" &&
	test "$(grep -c "\"request\"" ../tape)" = 2 &&
	git dualfix --json --branch play --replay ../tape -m "$issue" >../play 2>../err &&
	test "$(asked)" = $((before + 2)) && test "$(json_get ../play usage.0.cache_hits)" = 0
'

test_expect_success 'answers expire, and gc collects them' '
	setup_repo && git dualfix --json -m "$issue" >../out 2>../err && test "$(cached)" = 2 &&
	before=$(asked) && git dualfix gc 2>../err && test "$(cached)" = 2 &&
	touch -d "20 days ago" .git/dualfix/cache/* &&
	git dualfix --json --branch late -m "$issue" >../out 2>../err &&
	test "$(asked)" = $((before + 2)) &&
	touch -d "20 days ago" .git/dualfix/cache/* &&
	git -c dualfix.expire=never dualfix gc && test "$(cached)" = 2 &&
	git dualfix gc 2>../err && test "$(cached)" = 0 && test_grep "cached answers 2" ../err
'

test_expect_success 'it stays below its size: the oldest go' '
	setup_repo && git dualfix --json -m "$issue" >../out 2>../err &&
	"$PYTHON" - .git/dualfix/cache <<-\EOF &&
	import os, sys
	for i in range(70):
	    name = os.path.join(sys.argv[1], "%040x" % i)
	    with open(name, "wb") as f:
	        f.truncate(1 << 20)
	    os.utime(name, (1000000000 + i, 1000000000 + i))
	EOF
	git -c dualfix.expire=never dualfix gc &&
	sum=$(cat .git/dualfix/cache/* | wc -c) && test "$sum" -le 67108864 &&
	test "$sum" -gt 60000000 &&
	! test -e .git/dualfix/cache/$(printf %040x 0) &&
	test -e .git/dualfix/cache/$(printf %040x 69) && before=$(asked) &&
	git -c dualfix.expire=never dualfix --json --branch x -m "$issue" >../out 2>../err &&
	test "$(asked)" = "$before"
'

test_expect_success 'two issues share all that stands before the issue, for the provider'\''s own cache' '
	setup_repo && git dualfix plan --no-cache -m "$issue" >../p1 2>../err &&
	git dualfix plan --no-cache -m "calc.py: mul is missing" >../p2 2>../err &&
	"$PYTHON" - "$MODEL_LOG" <<-\EOF
	import json, os, sys
	rows = [json.loads(line) for line in open(sys.argv[1])]
	chats = [r["body"] for r in rows if "chat/completions" in r.get("path", "")]
	texts = ["".join(m["role"] + m["content"] for m in b["messages"]) for b in chats]
	same = len(os.path.commonprefix(texts))
	issue = texts[1].index("mul is missing")
	print("# %d of %d bytes are the same; the issue begins at %d" % (same, len(texts[1]), issue))
	assert len(texts) == 2 and same > 2000 and issue - same < 100, (same, issue)
	heads = [{k: v for k, v in b.items() if k not in ("messages", "max_tokens")} for b in chats]
	assert heads[0] == heads[1], heads
	EOF
'

test_done
