#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='edits that take turns, at one executor and at one budget'
. "${0%/*}/test-lib.sh"

make_repo () {
	git init -q "$1" && cd "$1" &&
	test_commit a.txt "an old word" && test_commit b.txt "an old word" &&
	test_commit c.txt "an old word"
}

test_expect_success PYTHON 'one that fails for good leaves its turn to the next' '
	test_write_lines "{\"models\": [\"qwen2.5-coder:7b\"], \"rules\": [" \
		"{\"match\": {\"contains\": [\"a.txt\"]}, \"reply\": {\"content\": \"no\", \"finish_reason\": \"length\"}}," \
		"{\"match\": {}, \"reply\": {\"region_replace\": [\"old\", \"new\"]}}]}" \
		>scenario.json &&
	start_model_server scenario.json && use_model_server &&
	unset DUALFIX_PLANNER_KEY DUALFIX_PLANNER_URL &&
	cat >plan.json <<-\EOF &&
	{"edits": [{"file": "a.txt", "type": "model_edit", "action": "write new"},
	  {"file": "b.txt", "type": "model_edit", "action": "write new"}]}
	EOF
	make_repo turns &&
	test_expect_code 1 test_unchanged git -c dualfix.executor.concurrency=1 \
		dualfix apply --timeout 20 --json --no-verify ../plan.json >../report &&
	test "$(json_get ../report edits.0.status)" = failed &&
	test "$(json_get ../report edits.1.status)" = applied
'

plan='{"commit": {"subject": "mend"}, "edits": ['
plan=$plan'{"file": "a.txt", "type": "model_edit", "action": "write new"},'
plan=$plan'{"file": "b.txt", "type": "replace", "find": "old", "replace": "new"},'
plan=$plan'{"file": "c.txt", "type": "replace", "find": "old", "replace": "new"}]}'

test_expect_success PYTHON 'a small budget that the planner holds does not end the work' '
	printf "%s" "$plan" >plan.json &&
	cat >scenario.json <<-\EOF &&
	{"rules": [
	  {"match": {"contains": ["updated-code"]}, "reply": {"region_replace": ["old", "new"]}},
	  {"match": {}, "reply": {"plan_file": "plan.json", "gap_ms": 20}}]}
	EOF
	start_model_server scenario.json && use_model_server &&
	make_repo small &&
	git -c dualfix.maxTokens=20000 dualfix -m "a.txt says old" --timeout 50 \
		--accept unverified --json >../report 2>../err &&
	test "$(json_get ../report edits.0.status)" = applied
'

test_done
