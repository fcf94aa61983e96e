#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='several executors: who is asked, who fails, who is slow; requests that are shared'
. "${0%/*}/test-lib.sh"

test_needs PYTHON
git config --global dualfix.sandbox none

rules () {
	cat >"$WORK/$1.json"
}

# A server of the name $1, with its rules; its log is $1.log, its URL in $url.
serve () {
	start_model_server "$WORK/$1.json" &&
	mv "$MODEL_LOG" "$WORK/$1.log" && url=$MODEL_URL
}

# Chats, or with $2 requests of that method, that server $1 got.
asked () {
	MODEL_LOG=$WORK/$1.log model_log method | grep -c -x -e "${2-POST}" || :
}

# A repository of the files f1.py to f$1.py, each with two small functions that are wrong.
setup_repo () {
	cd "$WORK" && stop_servers && rm -rf repo && git init -q -b main repo && cd repo &&
	i=1 &&
	while test "$i" -le "$1"
	do
		printf "def add(a, b):\n    return a - b\n\n\n" >"f$i.py" &&
		printf "VALUES = [\n" >>"f$i.py" &&
		for n in 1 2 3 4 5 6 7 8 9 10 11 12; do printf "    %s,\n" "$n"; done >>"f$i.py" &&
		printf "]\n\n\ndef sub(a, b):\n    return a * b\n" >>"f$i.py" &&
		i=$((i + 1)) || return 1
	done &&
	git add . && test_tick && git commit -q -m base &&
	git config dualfix.planner.url http://127.0.0.1:1 &&
	git config dualfix.planner.keyEnv NO_KEY_AT_ALL &&
	git config dualfix.executor.model qwen2.5-coder:7b &&
	git config dualfix.executor.concurrency 1 &&
	git config dualfix.verify "! grep -e \"a [-*] b\" f*.py"
}

# A plan of edits of "file:symbol", each.
plan_of () {
	sep= &&
	printf "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [" &&
	for edit
	do
		printf "%s{\"file\": \"%s\", \"type\": \"model_edit\", \"action\": \"mend it\", \"symbol\": \"%s\"}" \
			"$sep" "${edit%:*}" "${edit#*:}" && sep=", " || return 1
	done &&
	printf "]}\n"
}


# A single region holds one of the two only.
add='"region_replace": ["a - b", "a + b"]' sub='"region_replace": ["a * b", "a // b"]'

# Rules that mend whatever is asked for; $1: members for each reply.
mends () {
	cat <<-EOF
	[{"match": {"contains": ["<code-1>"]}, "reply": {"region_replace": [["a - b", "a + b"], ["a * b", "a // b"]]${1:+, $1}}},
	 {"match": {"contains": ["a - b"]}, "reply": {$add${1:+, $1}}},
	 {"match": {}, "reply": {$sub${1:+, $1}}}]
	EOF
}

all_add='f1.py:add f2.py:add f3.py:add f4.py:add f5.py:add f6.py:add'
checks_add="! grep -e \"a - b\" f*.py"

test_expect_success 'edits are spread over all executors' '
	setup_repo 6 && mends "\"delay_ms\": 300" | rules one && serve one && git config dualfix.executor.url "$url/v1" &&
	mends "\"delay_ms\": 300" | rules two && serve two && git config --add dualfix.executor.url "$url/v1" &&
	plan_of $all_add >../plan.json &&
	test_unchanged git dualfix apply --json --verify "$checks_add" ../plan.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed &&
	test "$(asked one)" = 3 && test "$(asked two)" = 3
'

test_expect_success 'the slower one gets less' '
	setup_repo 6 && mends "\"delay_ms\": 1500" | rules one && serve one && git config dualfix.executor.url "$url/v1" &&
	mends "\"delay_ms\": 20" | rules two && serve two && git config --add dualfix.executor.url "$url/v1" &&
	git dualfix apply --json --verify "$checks_add" ../plan.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed &&
	test "$(asked one)" -le 2 && test "$(asked two)" -ge 4
'

test_expect_success 'an executor that fails has neighbours, and nobody waits for it' '
	setup_repo 6 && echo "[{\"match\": {}, \"reply\": {\"status\": 503}}]" | rules one && serve one &&
	git config dualfix.executor.url "$url/v1" &&
	mends | rules two && serve two && git config --add dualfix.executor.url "$url/v1" &&
	test_unchanged git dualfix apply --json --verify "$checks_add" ../plan.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out edits.0.by)" = executor &&
	test "$(asked one)" = 1 && test "$(asked two)" = 6 &&
	test_grep "^warning: executor .*503" ../err
'

test_expect_success 'one that is back gets work again' '
	setup_repo 6 &&
	mends | sed "1s/^\[/[{\"match\": {\"nth\": 1}, \"reply\": {\"status\": 503}},/" | rules one && serve one &&
	git config dualfix.executor.url "$url/v1" &&
	mends "\"delay_ms\": 800" | rules two && serve two && git config --add dualfix.executor.url "$url/v1" &&
	git dualfix apply --json --verify "$checks_add" ../plan.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed &&
	test "$(asked one GET)" -ge 1 && test "$(asked one)" -ge 2 && test "$(asked two)" -ge 1
'

test_expect_success 'nobody left but one that fails: the request is repeated there' '
	setup_repo 1 && mends | sed "1s/^\[/[{\"match\": {\"nth\": 1}, \"reply\": {\"status\": 503}},/" | rules one && serve one &&
	git config dualfix.executor.url "$url/v1" &&
	git config --add dualfix.executor.url http://127.0.0.1:1/v1 && plan_of f1.py:add >../single.json &&
	test_unchanged git dualfix apply --json --verify "$checks_add" ../single.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked one)" = 2
'

test_expect_success 'all of them down, no planner: exit 4, soon' '
	cd repo && git config --unset-all dualfix.executor.url &&
	git config dualfix.executor.url http://127.0.0.1:1/v1 && git config --add dualfix.executor.url http://127.0.0.1:2/v1 &&
	test_expect_code 4 test_unchanged test_soon git -c dualfix.planner.url=https://planner.invalid \
		dualfix apply ../single.json >../out 2>../err &&
	test_must_be_empty ../out
'

test_expect_success 'a prompt that is too long goes without the lines around its region' '
	setup_repo 1 && git config dualfix.executor.concurrency 4 && cat >../two.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s", "edits": [
	 {"file": "f1.py", "type": "model_edit", "action": "mend it", "region": {"start": 2, "end": 2}}]}
	EOF
	mends | sed "1s/^\[/[{\"match\": {\"contains\": [\"<after>\"]}, \"reply\": {\"status\": 400, \"body\": {\"error\": {\"message\": \"maximum context length is 5 tokens\"}}}},/" | rules one && serve one &&
	git config dualfix.executor.url "$url/v1" &&
	test_unchanged git dualfix apply --json --verify "$checks_add" ../two.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked one)" = 2 && test "$(asked one GET)" = 0 &&
	test_grep ! "^warning: executor" ../err
'

both='f1.py:add f1.py:sub'

test_expect_success 'small regions of a file that wait together share a request' '
	setup_repo 1 && mends | rules one && serve one && git config dualfix.executor.url "$url/v1" &&
	plan_of $both >../both.json &&
	test_unchanged git dualfix apply --json ../both.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked one)" = 1 &&
	test "$(json_get ../out edits.0.attempts)" = 1 && test "$(json_get ../out edits.1.status)" = applied &&
	git show "$(json_get ../out branch):f1.py" >../got && sed -e "s/a - b/a + b/" -e "s/a [*] b/a \/\/ b/" f1.py >../want &&
	test_cmp ../want ../got
'

test_expect_success 'with room for both they are asked side by side, unless that costs money' '
	cd repo && git -c dualfix.executor.concurrency=4 dualfix apply --json ../both.json >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked one)" = 3 &&
	git -c dualfix.executor.concurrency=4 -c dualfix.executor.priceInput=0.1 -c dualfix.executor.priceOutput=0.1 \
		dualfix apply --json ../both.json >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked one)" = 4
'

test_expect_success 'what is missing in a shared answer is asked for by itself' '
	setup_repo 1 && mends "\"lose\": [1]" | rules one && serve one && git config dualfix.executor.url "$url/v1" &&
	test_unchanged git dualfix apply --json ../both.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked one)" = 2 &&
	test "$(json_get ../out edits.0.attempts)" = 2 && test "$(json_get ../out edits.1.attempts)" = 1 &&
	git show "$(json_get ../out branch):f1.py" >../got && test_cmp ../want ../got
'

test_expect_success 'a shared answer of no use: each by itself' '
	setup_repo 1 && mends | sed "1s/^\[/[{\"match\": {\"contains\": [\"<code-1>\"]}, \"reply\": {\"content\": \"I would rather not.\"}},/" | rules one && serve one &&
	git config dualfix.executor.url "$url/v1" &&
	git dualfix apply --json ../both.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked one)" = 3
'

test_expect_success 'a slow executor is hedged, if the user wants it; the call is counted' '
	setup_repo 6 && git config dualfix.executor.priceInput 1 && git config dualfix.executor.priceOutput 1 &&
	mends "\"delay_ms\": 50" | sed "1s/^\[/[{\"match\": {\"nth\": 3}, \"reply\": {\"content\": \"x\", \"delay_ms\": 600000}},/" | rules one && serve one &&
	git config dualfix.executor.url "$url/v1" &&
	mends "\"delay_ms\": 50" | rules two && serve two && git config --add dualfix.executor.url "$url/v1" &&
	plan_of $all_add >../plan.json &&
	test_unchanged test_soon git -c dualfix.executor.hedge=5 dualfix apply --json --verify "$checks_add" ../plan.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed &&
	test $(($(asked one) + $(asked two))) = 7 &&
	test "$(json_get ../out usage.0.estimated)" = true &&
	test "$(($(json_get ../out usage.0.requests) + $(json_get ../out usage.1.requests)))" = 7
'

test_expect_success 'a run that ends early says what the call under way has cost' '
	setup_repo 1 && echo "[{\"match\": {}, \"reply\": {\"content\": \"x\", \"delay_ms\": 20000}}]" | rules one && serve one &&
	git config dualfix.executor.url "$url/v1" && plan_of f1.py:add >../single.json &&
	test_expect_code 4 git dualfix apply --json --timeout 1 ../single.json >../out 2>../err &&
	test "$(json_get ../out usage.0.requests)" = 1 && test "$(json_get ../out usage.0.prompt_tokens)" -gt 50 &&
	test "$(json_get ../out usage.0.estimated)" = true &&
	git dualfix show >../show && test_grep "in part estimated" ../show &&
	git config dualfix.planner.url "$url" &&
	test_expect_code 4 git dualfix --json --timeout 1 -m "add in f1.py is wrong" >../out 2>../err &&
	test "$(json_get ../out usage.0.role)" = planner && test "$(json_get ../out usage.0.requests)" = 1 &&
	test "$(json_get ../out usage.0.estimated)" = true
'

test_expect_success 'a budget of nothing: what is of unknown price is not asked, but on this machine' '
	setup_repo 1 && mends | rules one && serve one && git config dualfix.executor.url "$url/v1" &&
	git dualfix apply --json --budget 0 --verify "$checks_add" ../single.json >../out && test "$(json_get ../out outcome)" = fixed &&
	git config dualfix.executor.url "http://0.0.0.0:${url##*:}/v1" && git config dualfix.executor.insecure true &&
	git config dualfix.send always &&
	test_expect_code 4 test_unchanged git -c dualfix.planner.url=https://planner.invalid dualfix apply --budget 0 ../single.json >../out 2>../err &&
	test_grep "is not known" ../err && test_grep "^hint: .*price" ../err && test "$(asked one)" = 1 &&
	git -c dualfix.executor.priceInput=0 -c dualfix.executor.priceOutput=0 dualfix apply --json --budget 0 --verify "$checks_add" ../single.json >../out &&
	test "$(json_get ../out outcome)" = fixed
'

test_done
