#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='pre-push: what a real git push meets'
. "${0%/*}/test-lib.sh"

git config --global dualfix.sandbox none

# A repository with a remote, a good commit pushed and our hook installed; the check
# is that a.c has no "bad" in it.
setup_repo () {
	rm -rf repo remote.git && git init -q --bare remote.git && git init -q -b main repo && cd repo &&
	git remote add origin ../remote.git && printf "int a = 1;\n" >a.c && git add . && test_tick && git commit -q -m good &&
	git push -q origin main && git config dualfix.verify "! grep -n bad a.c" &&
	git dualfix init --hooks 2>../err
}

bad_commit () {
	echo "bad" >>a.c && git commit -q -a -m bad
}

remote_has () {
	test "$(git -C ../remote.git rev-parse -q --verify "$1")" = "$(git rev-parse -q --verify "$2")"
}

test_expect_success 'what passes is pushed in silence' '
	setup_repo && echo "int b;" >>a.c && git commit -q -a -m more &&
	git push --porcelain origin main >../out 2>../err && remote_has main HEAD &&
	test_grep ! -i dualfix ../err && test_grep "^To " ../out && test_grep "^Done" ../out && test_line_count 3 ../out
'

for action in suggest block
do
	# Only one of them looks for a fix.
	test $action = suggest && runs=1 || runs=0
	test_expect_success "$action: what fails is stopped" '
		setup_repo && bad_commit && git config dualfix.prePush '$action' && head=$(git rev-parse HEAD) &&
		test_expect_code 1 test_unchanged git push --porcelain origin main >../out 2>../err &&
		remote_has main HEAD^ && test "$(git rev-parse HEAD)" = "$head" &&
		test_must_be_empty ../out &&
		test_grep "^warning: .*fails its checks; the push was stopped" ../err &&
		test_grep "2:bad" ../err && test_grep "^hint: .*--no-verify" ../err &&
		git dualfix log >../log && test_line_count '"$runs"' ../log
	'
done

test_expect_success 'warn: said, and pushed all the same' '
	setup_repo && bad_commit && git config dualfix.prePush warn &&
	git push --porcelain origin HEAD:refs/heads/main >../out 2>../err &&
	remote_has main HEAD && test_grep "^warning: .*fails its checks; pushed all the same" ../err &&
	test_grep "^To " ../out
'

test_expect_success GCC 'suggest: a fix by rules is left on a branch; what is pushed is not changed' '
	rm -rf repo remote.git && git init -q --bare remote.git && make_c_project repo && cd repo &&
	git remote add origin ../remote.git && git push -q origin HEAD^:refs/heads/main &&
	git config dualfix.verify "make check" && git dualfix init --hooks && head=$(git rev-parse HEAD) &&
	test_expect_code 1 git push origin main >../out 2>../err &&
	test "$(git rev-parse main)" = $head && remote_has main HEAD^ &&
	git rev-parse -q --verify dualfix/main && test "$(git rev-parse dualfix/main^)" = $head &&
	test_grep "dualfix/main" ../err && test_grep "git dualfix take" ../err &&
	git dualfix take && git push origin main 2>../err && remote_has main HEAD &&
	git -C ../remote.git for-each-ref >../refs && test_line_count 1 ../refs
'

test_expect_success 'suggest with models only when told so' '
	setup_repo && bad_commit &&
	echo "[{\"match\": {}, \"reply\": {\"content\": \"{\\\"root_cause\\\": \\\"r\\\", \\\"strategy\\\": \\\"s\\\", \\\"edits\\\": [{\\\"file\\\": \\\"a.c\\\", \\\"type\\\": \\\"remove_line\\\", \\\"find\\\": \\\"bad\\\"}]}\"}}]" >../s.json &&
	start_model_server ../s.json && git config dualfix.planner.url $MODEL_URL &&
	test_expect_code 1 git push origin main 2>../err && test_must_be_empty "$MODEL_LOG" &&
	sed -n "s/^hint: \(git config dualfix.hookModels true\).*/\1/p" ../err >../hint && sh -e ../hint &&
	test "$(git config dualfix.hookModels)" = true &&
	test_expect_code 1 git push origin main 2>../err && test -s "$MODEL_LOG" &&
	git show dualfix/main:a.c >../got && echo "int a = 1;" >../want && test_cmp ../want ../got
'

test_expect_success 'DUALFIX=0, --no-verify and CI let it pass' '
	setup_repo && bad_commit && DUALFIX=0 git push -q origin main:m1 2>../err && remote_has m1 HEAD && test_must_be_empty ../err &&
	git push -q --no-verify origin main:m2 && remote_has m2 HEAD &&
	CI=1 git push -q origin main:m3 2>../err && remote_has m3 HEAD && test_must_be_empty ../err &&
	CI=1 test_expect_code 1 git -c dualfix.hookInCI=true push -q origin main:m4
'

test_expect_success 'new, deleted, tag and HEAD~ refs; several at once' '
	setup_repo && bad_commit && git tag v1 && git tag -a -m v2 v2 && git branch side HEAD^ &&
	git push -q origin v1 v2 && git push -q origin side HEAD~:refs/heads/older 2>../err &&
	test_must_be_empty ../err && remote_has side side && git push -q origin :side 2>../err &&
	test_must_be_empty ../err && test_expect_code 1 remote_has side side &&
	test_expect_code 1 git push origin HEAD:refs/heads/new 2>../err && test_grep "(new)" ../err &&
	test_expect_code 1 git push origin side main:refs/heads/new2 && test_expect_code 1 git -C ../remote.git rev-parse -q --verify side &&
	git push -q origin side
'

test_expect_success 'a push of very many refs' '
	setup_repo && zero=$(zero_oid) && head=$(git rev-parse HEAD) &&
	awk -v o="$head" -v z="$zero" "BEGIN { for (i = 0; i < 50000; i++)
		print \"refs/tags/some-longer-name-\" i, o, \"refs/tags/some-longer-name-\" i, z }" >../refs &&
	git-dualfix hook pre-push origin url <../refs
'

test_expect_success 'a push of nothing new, and from a subfolder' '
	setup_repo && git push origin main && mkdir sub && cd sub && bad=t && echo bad >>../a.c && git commit -q -a -m bad &&
	test_expect_code 1 git push origin main
'

test_expect_success 'a pass is known: the check is not run again' '
	setup_repo && git config dualfix.verify "echo x >>\"$PWD/../count\"" && rm -f ../count &&
	git commit -q --allow-empty -m more && git push -q origin main && git push -q origin main:again &&
	rm -r .git/dualfix/checkout &&
	git commit -q --allow-empty -m evenmore && git push -q origin main && test_line_count 1 ../count &&
	test_path_is_missing .git/dualfix/checkout
'

test_expect_success 'from a linked work tree' '
	setup_repo && git worktree add -q ../linked -b topic && test_when_finished "git worktree remove --force ../linked" &&
	(cd ../linked && echo bad >>a.c && git commit -q -a -m bad && test_expect_code 1 git push origin topic 2>../err) &&
	test_grep "fails its checks" ../err
'

test_expect_success 'trouble of our own lets the push go, with a warning' '
	setup_repo && bad_commit &&
	git -c dualfix.sandbox=nonsense push -q origin main:t1 2>../err && remote_has t1 HEAD && test_grep "^warning: pushed unchecked" ../err &&
	git -c dualfix.verify=no-such-program -c dualfix.verify= -c dualfix.verify=no-such-program push -q origin main:t2 2>../err &&
	remote_has t2 HEAD && test_grep "^warning: .*not checked.*no-such-program" ../err &&
	git -c dualfix.hookTimeout=1 -c dualfix.verify= -c dualfix.verify="sleep 20" push -q origin main:t3 2>../err &&
	remote_has t3 HEAD && test_grep "^warning: .*no time left" ../err &&
	git -c dualfix.mode=bogus push -q origin main:t4 2>../err && remote_has t4 HEAD && test_grep "^warning: .*dualfix.mode" ../err
'

test_expect_success 'a definite failure is not let through because of trouble with another check' '
	setup_repo && bad_commit && git config --add dualfix.verify no-such-program &&
	test_expect_code 1 git push -q origin main 2>../err && remote_has main HEAD^ &&
	git config --unset-all dualfix.verify && git config --add dualfix.verify "! grep bad a.c" &&
	git config --add dualfix.verify "sleep 20" && git config dualfix.hookTimeout 2 &&
	test_expect_code 1 git push -q origin main 2>../err && remote_has main HEAD^
'

test_expect_success 'no check configured: silent' '
	setup_repo && bad_commit && git config --unset-all dualfix.verify && git push -q origin main 2>../err && test_must_be_empty ../err
'

test_expect_success 'the program is gone: the hook steps aside' '
	setup_repo && bad_commit && mkdir -p ../nobin &&
	for tool in git sh env sed grep
	do
		ln -sf "$(command -v $tool)" ../nobin/ || return 1
	done &&
	PATH="$PWD/../nobin" git push -q origin main && remote_has main HEAD
'

hooks_state () {
	{ find .git/hooks .git/config -printf "%p %m %y\n"; find .git/hooks .git/config -type f -exec cksum {} +; } | sort
}

test_expect_success HOOK_FILES 'init and --uninstall leave hooks and config byte for byte as they were' '
	rm -rf repo && git init -q repo && cd repo && hooks_state >../before &&
	git dualfix init --hooks 2>../err && test_path_is_executable .git/hooks/pre-push && hooks_state >../between &&
	test_expect_code 1 cmp -s ../before ../between && git dualfix init --hooks && hooks_state >../again && test_cmp ../between ../again &&
	git dualfix init --uninstall && hooks_state >../after && test_cmp ../before ../after &&
	git dualfix init --uninstall && hooks_state >../after && test_cmp ../before ../after &&
	git dualfix init --hooks=pre-push && git dualfix init --hooks --uninstall && hooks_state >../after && test_cmp ../before ../after &&
	rm -rf .git/hooks && git dualfix init --hooks && git dualfix init --uninstall && test_path_is_missing .git/hooks
'

test_expect_success HOOK_FILES 'another'\''s hook is left alone, and what to type is said' '
	rm -rf repo && git init -q repo && cd repo && echo "exit 0" | write_script .git/hooks/pre-push && hooks_state >../before &&
	{ git dualfix init --hooks 2>../err || test $? -eq 3; } &&
	test_grep "git-dualfix hook pre-push" ../err && hooks_state >../after && test_cmp ../before ../after &&
	git dualfix init --uninstall && hooks_state >../after && test_cmp ../before ../after
'

test_expect_success HOOK_FILES 'core.hooksPath: there, and only there' '
	setup_repo && git dualfix init --uninstall && mkdir my-hooks && git config core.hooksPath my-hooks && bad_commit &&
	git dualfix init --hooks && test_path_is_executable my-hooks/pre-push && test_path_is_missing .git/hooks/pre-push &&
	test_expect_code 1 git push -q origin main && git dualfix init --uninstall && test_path_is_missing my-hooks/pre-push &&
	git push -q origin main && remote_has main HEAD
'

test_expect_success 'an unknown event: exit 129' '
	cd repo && test_expect_code 129 git dualfix init --hooks=post-rebase 2>../err && test_grep "post-rebase" ../err
'

test_expect_success 'lines on stdin that are not git'\''s, huge or empty, do not stop a push' '
	setup_repo && bad_commit && head=$(git rev-parse HEAD) && z=$(zero_oid) &&
	git dualfix hook pre-push origin url </dev/null >../out 2>../err && test_must_be_empty ../out && test_must_be_empty ../err &&
	{ echo "x y z" | git dualfix hook pre-push origin url >../out 2>../err || test $? -eq 2; } && test_must_be_empty ../out &&
	echo "(delete) $z refs/heads/x $head" | git dualfix hook pre-push o u &&
	echo "refs/heads/a b $head refs/heads/x $z" | test_expect_code 1 git dualfix hook pre-push o u
'

test_done
