#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='git dualfix plan'
. "${0%/*}/test-lib.sh"

test_expect_success PYTHON 'the plan goes to stdout, and apply takes it from there' '
	cat >plan.json <<-\EOF &&
	{"root_cause": "c", "edits": [
		{"file": "a", "type": "replace", "find": "old", "replace": "new"}]}
	EOF
	test_write_lines "{\"rules\": [{\"match\": {}, \"reply\": {\"plan_file\": \"plan.json\"}}]}" \
		>scenario.json &&
	start_model_server scenario.json &&
	use_model_server &&
	git init -q repo &&
	cd repo &&
	test_commit a "an old word" &&
	test_unchanged git dualfix plan -m "the word is old" >../out &&
	test "$(json_get ../out edits.0.replace)" = new &&
	git dualfix apply --diff - <../out >../diff &&
	test_grep "^+an new word" ../diff
'

test_done
