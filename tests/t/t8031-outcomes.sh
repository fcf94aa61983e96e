#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='what becomes of a run when nothing is left to try'
. "${0%/*}/test-lib.sh"

git config --global dualfix.sandbox none

test_expect_success 'an improvement is out although nobody can make it better' '
	make_counted_project lone && cd lone &&
	echo "{\"edits\":[{\"file\":\"a\",\"type\":\"replace\",\"find\":\"bad\",\"replace\":\"good\"}]}" \
		>../plan.json &&
	test_expect_code 5 test_unchanged git dualfix --plan ../plan.json --verify ./check --json \
		>../report 2>../err &&
	test "$(json_get ../report outcome)" = improved &&
	branch=$(json_get ../report branch) &&
	git diff --name-only HEAD "$branch" >../got &&
	echo a >../want && test_cmp ../want ../got
'

# A missing include, which a rule cures, and a wrong result, which none does.
make_two_faults () {
	make_c_project "$1" good && (
		cd "$1" && sed -i "/<string.h>/d" greet.c && echo wrong >word &&
		sed -i "s/^CFLAGS.*/& -Werror/" Makefile && git add . && git commit -q -m slip
	)
}

for mode in sequential hybrid adaptive single
do
	test_expect_success GCC,PYTHON "what rules leave goes to the planner ($mode)" "
		cat >scenario.json <<-\\EOF &&
		{\"rules\": [{\"match\": {}, \"reply\": {\"content\":
		\"{\\\"edits\\\": [{\\\"file\\\": \\\"word\\\", \\\"type\\\": \\\"replace\\\", \\\"find\\\": \\\"wrong\\\", \\\"replace\\\": \\\"right\\\"}]}\"}}]}
		EOF
		start_model_server scenario.json && use_model_server &&
		rm -rf two && make_two_faults two && cd two &&
		git dualfix --failing --mode $mode --attempts 0 \
			--verify 'make && grep right word' --json >../report 2>../err &&
		test \"\$(json_get ../report outcome)\" = fixed
	"
done

test_expect_success PYTHON 'edit_ms counts what the executor took' '
	cat >scenario.json <<-\EOF &&
	{"rules": [{"match": {}, "reply": {"region_replace": ["bad", "good"], "delay_ms": 400}}]}
	EOF
	start_model_server scenario.json && use_model_server &&
	make_counted_project slow && cd slow &&
	echo "{\"edits\":[{\"file\":\"a\",\"type\":\"model_edit\",\"action\":\"write good\"}]}" \
		>../plan.json &&
	git dualfix apply --no-verify --json ../plan.json >../report &&
	test "$(json_get ../report timings.edit_ms)" -ge 400
'

test_done
