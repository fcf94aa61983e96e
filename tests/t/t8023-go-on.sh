#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='runs that go on: from an improvement, and past an incremental build'
. "${0%/*}/test-lib.sh"

git config --global dualfix.sandbox none

# A call that only the linker minds: without -Werror it compiles with a warning.
make_misspelt () {
	make_c_project "$1" good && (
		cd "$1" &&
		sed -i.orig '/^CFLAGS/d' Makefile &&
		sed -i.orig 's/greeting_init(&g/greeting_intt(\&g/' main.c &&
		rm -f ./*.orig && echo "*.o" >.gitignore && git add . &&
		git commit -q -m "slip"
	)
}

test_expect_success GCC 'a misspelt call is mended, however often the build was tried' '
	make_misspelt twice &&
	cd twice &&
	test_expect_code 1 git dualfix verify --verify make &&
	test_expect_code 1 git dualfix verify --verify make >../log 2>&1 &&
	test_grep ! "did you mean" ../log &&
	test_unchanged git dualfix --failing --verify make >../out &&
	git show dualfix/failing:main.c >../got &&
	test_grep "greeting_init(&g" ../got
'

scenario () {
	cat >scenario.json <<-EOF
	{"rules": [
	  {"match": {"contains": ["another plan"]}, "times": 1, "reply": {"content": "$2"}},
	  {"match": {}, "times": 1, "reply": {"content": "$1"}},
	  {"match": {}, "reply": {"content": "$2"}}]}
	EOF
}

plan () {
	printf '{\\"root_cause\\": \\"%s\\", \\"strategy\\": \\"s\\", ' "$1"
	printf '\\"commit\\": {\\"subject\\": \\"mend %s\\"}, ' "$1"
	printf '\\"edits\\": [{\\"file\\": \\"%s\\", \\"type\\": \\"replace\\", ' "$1"
	printf '\\"find\\": \\"%s\\", \\"replace\\": \\"%s\\"}]}' "$2" "$3"
}

test_expect_success 'fewer failures are no end of it' '
	make_counted_project more && scenario "$(plan a bad good)" "$(plan b bad good)" &&
	start_model_server scenario.json && use_model_server &&
	cd more &&
	test_unchanged git dualfix --failing --verify ./check >../out 2>../err &&
	test_grep "^fixed: " ../err &&
	model_log body.messages.1.content >../asked &&
	test_grep "a:1: looked at" ../asked &&
	test_grep ! "$TRASH" ../asked &&
	git diff --name-only HEAD dualfix/failing >../got &&
	test_write_lines a b >../want && test_cmp ../want ../got
'

test_expect_success 'unless that is all that was asked for' '
	cd more && git branch -D dualfix/failing &&
	start_model_server ../scenario.json && use_model_server &&
	git dualfix --failing --accept improved --verify ./check 2>../err &&
	test_grep "^improved: .* 2 failed before, 1 now" ../err &&
	git diff --name-only HEAD dualfix/failing >../got &&
	echo a >../want && test_cmp ../want ../got
'

test_expect_success 'what comes of nothing leaves the improvement' '
	make_counted_project kept && scenario "$(plan a bad good)" "$(plan nowhere bad good)" &&
	start_model_server scenario.json && use_model_server &&
	cd kept &&
	test_expect_code 5 git dualfix --failing --verify ./check --json >../out 2>../err &&
	test "$(json_get ../out outcome)" = improved &&
	test "$(json_get ../out edits.0.file)" = a &&
	test "$(git show -s --format=%s dualfix/failing)" = "mend a" &&
	git diff --name-only HEAD dualfix/failing >../got &&
	echo a >../want && test_cmp ../want ../got
'

test_expect_success 'so does what makes it worse' '
	make_counted_project worse && scenario "$(plan a bad good)" "$(plan a good bad)" &&
	start_model_server scenario.json && use_model_server &&
	cd worse &&
	test_expect_code 5 git dualfix --failing --verify ./check 2>../err &&
	test_grep "^improved: " ../err &&
	git diff --name-only HEAD dualfix/failing >../got &&
	echo a >../want && test_cmp ../want ../got
'

test_done
