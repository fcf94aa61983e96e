#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='what no executor is shown'
. "${0%/*}/test-lib.sh"

test_expect_success PYTHON 'a server that rewrites what it is asked to' '
	test_write_lines "{\"models\": [\"qwen2.5-coder:7b\"], \"rules\": [{\"match\": {}," \
		"\"reply\": {\"region_replace\": [\"old\", \"new\"]}}]}" >scenario.json &&
	start_model_server scenario.json &&
	use_model_server &&
	git init -q repo &&
	cd repo &&
	test_commit open.txt "an old word" &&
	test_commit inner.txt "an old word" &&
	test_commit id_rsa "an old key" &&
	test_write_lines "an old word" "token = ghp_abcdefghijklmnopqrstuvwxyz0123456789" \
		>mixed.txt &&
	git add mixed.txt && git commit -q -m mixed &&
	git config dualfix.exclude "inn*"
'

# $1: file, $2: more edits in front of it.
ask () {
	: >"$MODEL_LOG" &&
	printf "%s\n" "{\"edits\": [${2-} {\"file\": \"$1\", \"type\": \"model_edit\"," \
		"\"action\": \"write new\"}]}" >../plan.json &&
	git dualfix apply --json --no-verify ../plan.json >../report
}

asked () {
	grep chat/completions "$MODEL_LOG" || grep api/chat "$MODEL_LOG"
}

test_expect_success PYTHON 'what may be shown is' '
	cd repo &&
	ask open.txt &&
	asked &&
	test "$(json_get ../report edits.0.status)" = applied
'

for case in 'inner.txt dualfix.exclude' 'id_rsa key' 'mixed.txt secret'
do
	file=${case% *} why=${case#* }
	test_expect_success PYTHON "$file is not ($why)" "
		cd repo &&
		test_expect_code 1 test_unchanged ask $file &&
		test_must_fail asked &&
		test \"\$(json_get ../report edits.0.status)\" = refused &&
		json_get ../report edits.0.message >../message &&
		test_grep $why ../message
	"
done

test_expect_success PYTHON 'nor under another name' '
	cd repo &&
	rename="{\"file\": \"inner.txt\", \"type\": \"rename_file\", \"to\": \"outer.txt\"}," &&
	test_expect_code 1 test_unchanged ask outer.txt "$rename" &&
	test_must_fail asked
'

test_done
