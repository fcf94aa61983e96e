#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='no key, no model: what compilers and checks say becomes a verified commit'
. "${0%/*}/test-lib.sh"

if ! test_have_prereq BWRAP
then
	git config --global dualfix.sandbox none
fi

verdict_is () {
	test_grep "^$1: " ../err
}

no_branch () {
	git for-each-ref refs/heads/dualfix >../refs && test_must_be_empty ../refs
}

test_expect_success GCC 'gcc: a missing include and a misspelt name, one after the other' '
	make_c_project gcc && cd gcc &&
	test_unchanged git dualfix --failing --verify "make check" --json >../out 2>../err &&
	verdict_is fixed &&
	test_grep "make check. failed before, passes now (2 files, +[23] -1" ../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out exit)" = 0 &&
	test "$(json_get ../out usage)" = "[]" &&
	test "$(json_get ../out verification.0.command)" = "make check" &&
	test "$(json_get ../out verification.0.before.status)" = fail &&
	test "$(json_get ../out verification.0.before.exit)" = 2 &&
	test "$(json_get ../out verification.0.after.status)" = pass &&
	test "$(json_get ../out edits.0.by)" = rule &&
	git show dualfix/failing:main.c >got && git show HEAD^:main.c >want && test_cmp want got &&
	git show dualfix/failing:greet.c >got && test_grep "^#include <string.h>\$" got &&
	git log -1 --format=%B dualfix/failing >msg &&
	test_grep "^Verified: make check (failed before, passes now)\$" msg &&
	test_grep "string.h" msg && test_grep "length" msg &&
	test_grep ! -i "assisted-by\|signed-off" msg &&
	test "$(git rev-list --count main..dualfix/failing)" = 1
'

test_expect_success GCC 'nothing that the checks built is in the commit' '
	cd gcc && git diff --name-only main dualfix/failing >got &&
	test_write_lines greet.c main.c >want && test_cmp want got
'

test_expect_success GCC 'both logs and the plan are kept, and shown' '
	cd gcc && run=$(json_get ../out run) &&
	for f in plan.json report.json before-1.log after-1.log
	do
		test -s .git/dualfix/runs/$run/$f || return 1
	done &&
	test_grep "lenght" .git/dualfix/runs/$run/before-1.log &&
	git dualfix show >../out && test_grep "^outcome *fixed" ../out &&
	test_grep "before fail.*after pass" ../out && test_grep "^+#include <string.h>" ../out
'

test_expect_success CLANG 'clang, without a change to the project' '
	make_c_project clang && cd clang &&
	test_unchanged git dualfix --failing --verify "make check CC=clang" 2>../err &&
	verdict_is fixed &&
	git show dualfix/failing:main.c >got && git show HEAD^:main.c >want && test_cmp want got
'

test_expect_success GCC 'once more: a pass of that tree is known' '
	cd gcc && git dualfix --failing --verify "make check" --json >../out &&
	test "$(json_get ../out branch)" = dualfix/failing-2 &&
	git checkout -q dualfix/failing && test_when_finished "git checkout -q main" &&
	test_expect_code 1 git dualfix --failing --verify "make check" 2>../err &&
	verdict_is nothing-to-do
'

test_expect_success GCC '--base: what is checked out does not matter' '
	make_c_project base && cd base && git checkout -q HEAD^ && git branch broken main &&
	test_expect_code 1 test_unchanged git dualfix --failing --verify "make check" &&
	test_unchanged git dualfix --failing --base broken --verify "make check" 2>../err &&
	verdict_is fixed && test "$(git rev-parse dualfix/failing^)" = "$(git rev-parse broken)"
'

test_expect_success GCC '--worktree: the uncommitted changes are the base, and stay' '
	make_c_project wt good && cd wt &&
	sed -i "s/->length/->lenght/" main.c && sed -i "/<string.h>/d" greet.c && git add greet.c &&
	echo untracked >new &&
	test_unchanged git dualfix --failing --worktree --verify "make check" 2>../err &&
	verdict_is fixed && test_grep ! "^warning" ../err &&
	git diff --exit-code main dualfix/failing -- main.c &&
	test_expect_code 128 git show dualfix/failing:new &&
	git status --short >../status && test_write_lines "M  greet.c" " M main.c" "?? new" >../want &&
	test_cmp ../want ../status &&
	git dualfix take --worktree 2>../err && make -s check
'

test_expect_success GCC 'a deleted function is not spell-corrected' '
	git init -q del && cd del &&
	printf "int area_of(int);\nint area_off(int);\n" >a.h &&
	printf "#include \"a.h\"\nint area_of(int x) { return x; }\nint area_off(int x) { return -x; }\n" >a.c &&
	printf "#include \"a.h\"\nint main(void) { return area_of(0); }\n" >m.c &&
	printf "check:\n\t\$(CC) -Werror=implicit-function-declaration -o m m.c a.c && ./m\n" >Makefile &&
	git add . && git commit -q -m one &&
	sed -i "/area_of(/d" a.h a.c && git commit -q -a -m "drop area_of" &&
	test_expect_code 1 test_unchanged git dualfix --failing --verify "make check" >../out 2>../err &&
	test_must_be_empty ../out && no_branch && test_grep "area_of" ../err
'

test_expect_success PYTHON 'python: an import of the standard library' '
	git init -q py && cd py &&
	printf "\"\"\"Doc.\"\"\"\n\nimport sys\n\n\ndef load(text):\n    return json.loads(text)\n" >m.py &&
	cat >test_m.py <<-\EOF &&
	import unittest
	import m


	class T(unittest.TestCase):
	    def test_load(self):
	        self.assertEqual(m.load("[1]"), [1])


	unittest.main()
	EOF
	git add . && git commit -q -m base &&
	test_unchanged git dualfix --failing --verify "python3 test_m.py" 2>../err &&
	verdict_is fixed &&
	git diff HEAD dualfix/failing -- m.py >got &&
	test_grep "^+import json\$" got
'

test_expect_success GCC 'a given file of gcc'\''s JSON' '
	make_c_project json && cd json &&
	! gcc -fdiagnostics-format=json -c main.c 2>../main.json &&
	test_unchanged git dualfix --accept unverified ../main.json >../out 2>../err &&
	verdict_is unverified &&
	branch=$(cut -d " " -f 1 ../out) &&
	git show $branch:main.c >got && git show HEAD^:main.c >want && test_cmp want got
'

test_expect_success GCC 'a given log, checked' '
	cd json && ! LC_ALL=C gcc -fdiagnostics-parseable-fixits -c main.c 2>../main.log &&
	test_expect_code 1 test_unchanged git dualfix --verify false ../main.log 2>../err &&
	test_unchanged git dualfix --verify "\${CC:-cc} -c main.c" ../main.log 2>../err && verdict_is fixed
'

test_expect_success 'SARIF with fixes' '
	git init -q sarif && cd sarif && printf "int a = 1\nint b;\n" >a.c && git add . && git commit -q -m base &&
	cat >../a.sarif <<-\EOF &&
	{"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
	 "runs": [{"tool": {"driver": {"name": "lint"}}, "results": [
	  {"ruleId": "semi", "level": "error", "message": {"text": "expected ;"},
	   "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.c"},
	     "region": {"startLine": 1, "startColumn": 10},
	     "contextRegion": {"startLine": 1, "snippet": {"text": "int a = 1"}}}}],
	   "fixes": [{"description": {"text": "add ;"}, "artifactChanges": [
	     {"artifactLocation": {"uri": "a.c"}, "replacements": [
	       {"deletedRegion": {"startLine": 1, "startColumn": 10, "endColumn": 10},
	        "insertedContent": {"text": ";"}}]}]}]}]}]}
	EOF
	test_unchanged git dualfix --accept unverified ../a.sarif >../out 2>../err &&
	branch=$(cut -d " " -f 1 ../out) &&
	printf "int a = 1;\nint b;\n" >want && git show $branch:a.c >got && test_cmp want got
'

test_expect_success 'a position outside the file, or a quote that is not there, is refused' '
	cd sarif &&
	sed "s/\"startLine\": 1/\"startLine\": 7/g" ../a.sarif >../b.sarif &&
	test_expect_code 1 test_unchanged git dualfix --accept unverified ../b.sarif >../out 2>../err &&
	test_must_be_empty ../out &&
	sed "s/int a = 1\"/int z = 1\"/" ../a.sarif >../c.sarif &&
	test_expect_code 1 test_unchanged git dualfix --accept unverified ../c.sarif >../out 2>../err &&
	test_must_be_empty ../out &&
	sed "s,\"uri\": \"a.c\",\"uri\": \"../../x/a.c\",g" ../a.sarif >../d.sarif &&
	test_must_fail test_unchanged git dualfix --accept unverified ../d.sarif >../out 2>../err &&
	test_must_be_empty ../out
'

test_expect_success 'rules of the user'\''s own; a bad file of rules is named' '
	git init -q own && cd own && printf "#include <stdio.h>\nint x;\n" >a.c &&
	git add . && git commit -q -m base &&
	cat >../my.rules <<-\EOF &&
	[my-rule]
	tool = gcc
	match = ^the house wants (?<header>\w+)\.h
	edit = add_import
	import = #include <${header}.h>
	EOF
	write_script ../lint <<-\EOF &&
	grep -q house.h a.c && exit
	echo "a.c:2:1: error: the house wants house.h" >&2
	echo "    2 | int x;" >&2
	echo "      | ^~~" >&2
	exit 1
	EOF
	lint="$(cat ../lint)" &&
	test_expect_code 1 test_unchanged git dualfix --failing --verify "$lint" 2>../err &&
	test_unchanged git -c dualfix.rules="$PWD/../my.rules" dualfix --failing --verify "$lint" 2>../err &&
	verdict_is fixed && git show dualfix/failing:a.c | grep "^#include <house.h>" &&
	test_expect_code 2 test_unchanged git -c dualfix.rules="$PWD/../none.rules" dualfix --failing \
		--verify false 2>../err &&
	test_grep "none.rules" ../err && test_grep "^hint: .*dualfix.rules" ../err &&
	echo "[x" >../bad.rules &&
	test_expect_code 2 test_unchanged git -c dualfix.rules="$PWD/../bad.rules" dualfix --failing \
		--verify false 2>../err && test_grep "bad.rules" ../err
'

test_expect_success 'checks that cannot run: exit 3, never failed before' '
	git init -q cannot && cd cannot && echo x >f && git add f && git commit -q -m base &&
	cat >../p.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s", "edits": [{"file": "f", "type": "replace", "find": "x", "replace": "y"}]}
	EOF
	for check in no-such-program "exit 126" ./f "sh missing-dir/none.sh; exit 127"
	do
		test_expect_code 3 test_unchanged git dualfix --failing --verify "$check" >../out 2>../err &&
		test_must_be_empty ../out && test_grep "cannot run" ../err &&
		test_expect_code 3 test_unchanged git dualfix apply --verify "$check" ../p.json 2>../err &&
		test_grep "cannot run" ../err &&
		test_expect_code 3 git dualfix verify --verify "$check" || return 1
	done && no_branch
'

test_expect_success 'a check that can no longer run after the edits: exit 3' '
	cd cannot && test_expect_code 3 test_unchanged git dualfix apply \
		--verify "grep x f || exit 127" ../p.json 2>../err && test_grep "cannot run" ../err && no_branch
'

# $1: outcome, $2: exit, $3: trailer or "none", the rest: checks
verdict () {
	outcome=$1 code=$2 trailer=$3
	shift 3
	set -- "$@"
	test_expect_success "verdict $outcome, exit $code: $*" "
		cd cannot && test_when_finished 'git for-each-ref --format=\"delete %(refname)\" refs/heads/dualfix |
			git update-ref --stdin' &&
		test_expect_code $code test_unchanged git dualfix apply --json --accept fixed \
			$(for c; do printf -- '--verify "%s" ' "$c"; done) ../p.json >../out 2>../err &&
		test \"\$(json_get ../out outcome)\" = $outcome && test \"\$(json_get ../out exit)\" = $code &&
		verdict_is $outcome &&
		if test $code -eq 1
		then
			no_branch && test \"\$(json_get ../out commit)\" = null
		else
			git log -1 --format=%B dualfix/plan >../msg &&
			case '$trailer' in
			none) test_grep ! '^Verified\|^Checked' ../msg ;;
			*) test_grep '^$trailer' ../msg ;;
			esac
		fi
	"
}

verdict fixed 0 'Verified: grep y f (failed before, passes now)' 'grep y f'
verdict fixed 0 'Checked: true (passed before and after)' 'grep y f' 'true'
verdict held 5 'Checked: true (passed before and after)' 'true'
verdict held 5 'Checked: test -f f (passed before and after)' 'true' 'test -f f'
verdict unfixed 1 none 'false'
verdict unfixed 1 none 'grep y f' 'false'
verdict broken 1 none 'grep x f'
verdict broken 1 none 'grep y f' 'grep x f'
verdict broken 1 none 'false' 'grep x f'
verdict unverified 5 none

test_expect_success 'what fails is told: the check, its log is one command away' '
	cd cannot && test_expect_code 1 git dualfix apply --verify "grep x f" ../p.json 2>../err &&
	test_grep "broken: .grep x f. passed before, fails now" ../err &&
	test_grep "^hint: git dualfix show" ../err &&
	git dualfix show >../out && test_grep "before pass.*after fail" ../out
'

test_expect_success 'a reproducer: the test that comes with the fix must fail without it' '
	cd cannot &&
	cat >../r.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s", "edits": [
	 {"file": "f", "type": "replace", "find": "x", "replace": "y"},
	 {"file": "t.sh", "type": "create_file", "content": "grep y f\n", "role": "reproducer"}]}
	EOF
	test_unchanged git dualfix apply --json --verify "test ! -f t.sh || sh t.sh" ../r.json >../out &&
	test "$(json_get ../out outcome)" = fixed &&
	sed "s/grep y f/true/" ../r.json >../r2.json &&
	test_expect_code 5 test_unchanged git dualfix apply --json --accept fixed \
		--verify "test ! -f t.sh || sh t.sh" ../r2.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = held && test_grep "reproducer does not fail" ../err
'

test_expect_success 'nothing fails: nothing to do' '
	cd cannot && test_expect_code 1 test_unchanged git dualfix --failing --verify true 2>../err &&
	verdict_is nothing-to-do
'

test_expect_success 'no rule helps and there is no key: exit 1, and what to type' '
	cd cannot && test_expect_code 1 test_unchanged git dualfix --failing --verify false >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^hint: .*DEEPSEEK_API_KEY" ../err
'

test_expect_success 'an issue in words needs a planner: exit 3, and what to type' '
	cd cannot && test_expect_code 3 test_unchanged git dualfix -m "it is wrong" >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^hint: .*DEEPSEEK_API_KEY" ../err
'

test_done
