#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='the test library itself: it must be able to fail'
. "${0%/*}/test-lib.sh"

# Runs the script on stdin as a test script of its own, into out.
run_script () {
	mkdir -p bin && ln -sf "$BUILD_DIR/git-dualfix" bin/ &&
	{
		echo "TEST_LIB_DIR='$TEST_LIB_DIR'"
		echo '. "$TEST_LIB_DIR/test-lib.sh"'
		cat
	} >sub.sh &&
	GIT_DUALFIX_BUILD=$PWD/bin sh sub.sh "$@" >out 2>&1
}

test_expect_success 'a script that passes' '
	run_script <<-\EOF &&
	test_expect_success "fine" "true"
	test_expect_success "fine, too" "
		echo a >a &&
		test_path_is_file a
	"
	test_done
	EOF
	cat >expect <<-\EOF &&
	ok 1 - fine
	ok 2 - fine, too
	1..2
	EOF
	test_cmp expect out &&
	test_path_is_missing "bin/trash/trash directory.sub"
'

test_expect_success 'a script that fails shows what it printed and keeps its folder' '
	test_expect_code 1 run_script <<-\EOF &&
	test_expect_success "bad" "printf \"the reason\" && false"
	test_expect_success "good" true
	test_done
	EOF
	test_grep "^not ok 1 - bad" out &&
	test_grep "^# the reason" out &&
	test_grep "^ok 2 - good" out &&
	test_grep "^# 1 of 2 failed" out &&
	test_path_is_dir "bin/trash/trash directory.sub"
'

test_expect_success 'a script without what it needs is skipped' '
	run_script <<-\EOF &&
	test_needs NOTHING_OF_THE_KIND
	test_expect_success "never" false
	test_done
	EOF
	test_grep "^1..0 # SKIP needs NOTHING_OF_THE_KIND" out && test_grep ! never out
'

test_expect_success '-i stops at the first failure' '
	test_expect_code 1 run_script -i <<-\EOF &&
	test_expect_success "bad" false
	test_expect_success "never" true
	test_done
	EOF
	test_grep ! "^ok 2" out
'

test_expect_success 'a script that ends early fails' '
	test_expect_code 1 run_script <<-\EOF &&
	test_expect_success "leaves" "exit 0"
	test_done
	EOF
	test_grep "ended before test_done" out
'

test_expect_success 'a broken && chain fails' '
	test_expect_code 1 run_script <<-\EOF &&
	test_expect_success "broken" "
		false
		true
	"
	test_done
	EOF
	test_grep "broken && chain" out
'

test_expect_success 'prerequisites' '
	run_script <<-\EOF &&
	test_set_prereq HAVE
	prereq_ASKED () { echo asked >>asked; }
	prereq_LACK () { false; }
	test_expect_success HAVE,ASKED,!LACK "runs" true
	test_expect_success HAVE,LACK "skips" false
	test_expect_success !ASKED "skips, too" false
	test_expect_success "asked once" "test_line_count 1 asked"
	test_done
	EOF
	cat >expect <<-\EOF &&
	ok 1 - runs
	ok 2 - skips # SKIP needs LACK
	ok 3 - skips, too # SKIP needs !ASKED
	ok 4 - asked once
	1..4
	EOF
	test_cmp expect out
'

test_expect_success 'test_when_finished runs last to first, also after a failure' '
	test_expect_code 1 run_script <<-\EOF &&
	test_expect_success "cleans" "
		test_when_finished \"echo one >>log\" &&
		test_when_finished \"echo two >>log\" &&
		for i in 1 2
		do
			return 1
		done
	"
	test_expect_success "cleaned" "
		test_write_lines two one >expect &&
		test_cmp expect log
	"
	test_done
	EOF
	test_grep "^ok 2 - cleaned" out
'

for code in 1 2 4 128 129
do
	test_expect_success "test_must_fail takes exit $code" "
		test_must_fail sh -c 'exit $code'
	"
done
for code in 0 126 127 134 139
do
	test_expect_success "test_must_fail refuses exit $code" "
		! test_must_fail sh -c 'exit $code'
	"
done

test_expect_success 'a signal is a failure' '
	! test_must_fail sh -c "kill -SEGV \$\$"
'

test_expect_success 'nothing of the caller is left' '
	GIT_DIR=/nowhere DUALFIX_SEND=always DEEPSEEK_API_KEY=sk-real GH_TOKEN=t \
	http_proxy=http://proxy.invalid ALL_PROXY=x MAKEFLAGS=k CI=true \
	run_script <<-\EOF &&
	test_expect_success "clean" "
		env | grep -v \"^DUALFIX_CACHE=false\" >env &&
		test_grep ! -E \"^(GIT_DIR|DUALFIX|DEEPSEEK|GH_|http_proxy|ALL_PROXY|MAKEFLAGS|CI)\" env
	"
	test_done
	EOF
	test_grep "^ok 1" out
'

test_expect_success 'outside of a repository is outside' '
	test_must_fail git rev-parse --git-dir
'

test_expect_success 'git finds dualfix' '
	git --list-cmds=others >cmds &&
	test_grep "^dualfix$" cmds
'

test_expect_success 'test_unchanged: nothing, and a branch of ours' '
	git init -q -b main repo &&
	(cd repo && test_commit a && echo dirty >>a && echo new >untracked) &&
	test_unchanged -C repo true &&
	test_unchanged -C repo git -C repo status &&
	test_unchanged -C repo git -C repo branch dualfix/x
'

test_expect_success 'test_unchanged returns what the command returns' '
	test_expect_code 3 test_unchanged -C repo sh -c "exit 3"
'

while read -r what cmd
do
	test_expect_success "test_unchanged sees: $what" "
		rm -rf copy && cp -a repo copy && cd copy &&
		test_expect_code 127 test_unchanged sh -c '$cmd; exit 1'
	"
done <<\EOF
branch git branch other
moved-branch git commit -q --allow-empty -m x
HEAD git checkout -q --detach
stash git stash -q
index git add untracked
tree echo more >>a
mode chmod 600 a
untracked rm untracked
tag git tag v1
setting git config x.y z
hook echo >.git/hooks/pre-push
reflog git reflog expire --expire=now --all
objects echo loose | git hash-object -w --stdin
corruption echo junk >.git/objects/pack/junk.idx; rm -f .git/objects/??/*
EOF

test_expect_success GCC 'make_c_project: compiles, then not, then with both errors mended' '
	make_c_project good good && make -C good check &&
	make_c_project bad && test_must_fail make -k -C bad 2>err &&
	test_grep "implicit declaration of function .strlen" err &&
	test_grep "no member named .lenght" err &&
	git -C bad checkout -q HEAD~1 && make -C bad check
'

test_expect_success 'json_get' '
	echo "{\"a\": [{\"b\": \"x y\"}, 2]}" >j &&
	test "$(json_get j a.0.b)" = "x y" &&
	test "$(json_get j a.1)" = 2 &&
	test_must_fail json_get j a.2
'

test_done
