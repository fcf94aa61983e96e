#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='checks: what they are, what they can do, what is made of them'
. "${0%/*}/test-lib.sh"

if ! test_have_prereq BWRAP
then
	git config --global dualfix.sandbox none
fi

test_expect_success 'setup' '
	git init -q -b main repo && cd repo &&
	echo one >f && echo "*.o" >.gitignore && mkdir sub && echo x >sub/g && chmod +x sub/g &&
	git add . && git commit -q -m base && git tag base &&
	echo two >f && git commit -q -a -m second &&
	cat >../p.json <<-\EOF
	{"root_cause": "r", "strategy": "s", "edits": [
		{"file": "f", "type": "replace", "find": "two", "replace": "three"}]}
	EOF
'

test_expect_success 'verify: 0 and 1; the log of what fails; -v shows all logs' '
	cd repo &&
	test_unchanged git dualfix verify --verify "echo fine; grep two f" >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^pass: .echo fine" ../err && test_grep ! "^  fine" ../err &&
	test_unchanged git dualfix verify -v --verify "echo fine, too" 2>../err && test_grep "^  fine, too" ../err &&
	test_expect_code 1 test_unchanged git dualfix verify --verify true --verify "echo bad >&2; false" 2>../err &&
	test_grep "^pass: .true" ../err && test_grep "^fail: .echo bad" ../err && test_grep "^  bad" ../err
'

test_expect_success 'verify of another commit' '
	cd repo && test_expect_code 1 git dualfix verify --verify "grep two f" base &&
	test_unchanged git dualfix verify --verify "grep one f" HEAD^ &&
	test_expect_code 2 git dualfix verify --verify true nosuch
'

test_expect_success 'verify --json' '
	cd repo && test_expect_code 1 git dualfix verify --json --verify true --verify "exit 7" >../out 2>../err &&
	test "$(json_get ../out verification.0.before.status)" = pass &&
	test "$(json_get ../out verification.1.before.status)" = fail &&
	test "$(json_get ../out verification.1.before.exit)" = 7 &&
	test "$(json_get ../out exit)" = 1 &&
	test "$(json_get ../out base)" = "$(git rev-parse HEAD)"
'

test_expect_success 'configured checks; --verify overrides them; an empty value clears' '
	cd repo &&
	test_expect_code 1 git -c dualfix.verify=true -c dualfix.verify=false dualfix verify &&
	test_expect_code 0 git -c dualfix.verify=false dualfix verify --verify true &&
	test_expect_code 0 git -c dualfix.verify=false -c dualfix.verify= -c dualfix.verify=true dualfix verify
'

test_expect_success 'checks of a monorepo: dir, path' '
	cd repo && git config dualfix.check.sub.command "test -x g" && git config dualfix.check.sub.dir sub &&
	git config dualfix.check.sub.path sub &&
	test_when_finished "git config --remove-section dualfix.check.sub" &&
	git dualfix verify 2>../err && test_grep "^pass: .test -x g" ../err &&
	test_expect_code 0 git dualfix apply --json ../p.json >../out 2>../err &&
	sed s,\"f\",\"sub/g\",\;s/two/x/ ../p.json >../q.json &&
	git dualfix apply --json ../q.json >../out2 2>../err &&
	test "$(json_get ../out2 verification.0.after.status)" = pass &&
	test "$(json_get ../out verification.0.after)" = null
'

# A check's word about itself: $1 is what it prints, $2 the regex of a line.
sees () {
	git -C repo dualfix verify -v --verify "$1" 2>err || :
	test_grep "^  $2\$" err
}

test_expect_success 'a check sees the files, a repository of its own, stdin that is empty' '
	sees "cat f" two &&
	sees "git log --format=%s" second &&
	sees "git status --short | wc -l" 0 &&
	sees "wc -c </dev/stdin" 0 &&
	sees "read x || echo eof" eof &&
	sees "test -x sub/g && test ! -x f && echo modes" modes
'

test_expect_success BWRAP 'no terminal, no capabilities, a session of its own' '
	sees "tty" "not a tty" && sees "( : </dev/tty ) 2>/dev/null || echo none" none &&
	sees "grep CapEff /proc/self/status" "CapEff:.0*" &&
	sees "grep NoNewPrivs /proc/self/status" "NoNewPrivs:.1"
'

test_expect_success BWRAP 'the environment is an allowlist; keys are nowhere' '
	DEEPSEEK_API_KEY=sk-canary-1 DUALFIX_PLANNER_KEY=sk-canary-2 MY_VAR=leaks SSH_AUTH_SOCK=/x \
	git -C repo dualfix verify -v --verify "env; cat /proc/*/environ | tr \"\\0\" \"\\n\"" 2>err &&
	test_grep "^  PATH=" err && test_grep "^  HOME=" err &&
	test_grep ! "canary\|MY_VAR\|SSH_AUTH\|GIT_DIR\|GIT_AUTHOR" err &&
	MY_VAR=passes git -C repo -c dualfix.sandboxEnv=MY_VAR dualfix verify -v --verify env 2>err &&
	test_grep "^  MY_VAR=passes" err
'

test_expect_success BWRAP 'home is hidden, unless it is named' '
	mkdir -p "$HOME/tool" "$HOME/.ssh" && echo canary >"$HOME/tool/x" && echo canary >"$HOME/.ssh/id" &&
	test_expect_code 1 git -C repo dualfix verify -v --verify "cat ~/.ssh/id ~/tool/x" 2>err &&
	test_grep ! "^  canary" err &&
	git -C repo -c dualfix.sandboxRead="~/tool" dualfix verify -v --verify "cat ~/tool/x" 2>err &&
	test_grep "^  canary" err &&
	test_expect_code 1 git -C repo -c dualfix.sandboxRead="$HOME/tool" dualfix verify \
		--verify "echo >~/tool/x"
'

test_expect_success BWRAP 'the user'\''s repository is hidden and out of reach' '
	for f in "$PWD/repo/.git/config" "$PWD/repo/.git/HEAD" "$PWD/repo/f" "$PWD/repo/.git/index"
	do
		test_expect_code 1 git -C repo dualfix verify --verify "cat \"$f\"" || return 1
	done &&
	git -C repo dualfix verify --verify "! echo x >\"$PWD/repo/f\"; ! echo x >\"$PWD/repo/.git/x\"; \
		! mkdir -p \"$PWD/escape\" 2>/dev/null || :" &&
	test_path_is_missing escape && test_path_is_missing repo/.git/x &&
	echo two >want && test_cmp want repo/f
'

test_expect_success BWRAP 'writes: the checkout and TMPDIR, and nothing of them stays' '
	sees "echo x >new && mkdir d && echo x >\$TMPDIR/t && echo wrote" wrote &&
	sees "test ! -e new && test ! -e d && test -z \"\$(ls \$TMPDIR)\" && echo clean" clean &&
	sees "echo x >/usr/x 2>/dev/null || echo refused" refused &&
	sees "echo x >.git/config 2>/dev/null || echo refused" refused &&
	sees "touch .git/hooks/x .git/x 2>/dev/null || echo refused" refused
'

test_expect_success BWRAP,PYTHON 'no network, not even to this machine, unless it is configured' '
	echo "[]" >s.json && start_model_server s.json &&
	try="python3 -c \"import socket; socket.create_connection((\\\"127.0.0.1\\\", ${MODEL_URL##*:}), 2)\"" &&
	test_expect_code 1 git -C repo dualfix verify --verify "$try" &&
	git -C repo config dualfix.check.net.command "$try" &&
	git -C repo config dualfix.check.net.network true &&
	test_when_finished "git -C repo config --remove-section dualfix.check.net" &&
	git -C repo dualfix verify
'

test_expect_success BWRAP,PYTHON 'a name that cannot be resolved: the check could not run' '
	test_expect_code 3 git -C repo dualfix verify --verify \
		"python3 -c \"import socket; socket.getaddrinfo(\\\"example.com\\\", 80)\"" 2>err &&
	test_grep "dualfix.check" err
'

test_expect_success BWRAP 'what a check started ends with it' '
	git -C repo dualfix verify --verify "setsid sleep 31.4159 >/dev/null 2>&1 & sleep 31.4158 & true" &&
	ps ax -o args >ps && test_grep ! "sleep 31.415[89]" ps
'

test_expect_success 'a check that does not end: dualfix.verifyTimeout' '
	test_expect_code 1 test_soon git -C repo -c dualfix.verifyTimeout=1 dualfix verify --json \
		--verify "echo started; sleep 600 & sleep 601" >out 2>err &&
	test "$(json_get out verification.0.before.status)" = timeout && test_grep "^timeout: " err &&
	test_grep "^  started" err
'

test_expect_success '--timeout ends the run: exit 4, nothing emitted' '
	cd repo &&
	test_expect_code 4 test_unchanged test_soon git dualfix apply --timeout 1 --verify "sleep 600" \
		../p.json >../out 2>../err && test_must_be_empty ../out &&
	test_grep "time is used up" ../err && test_grep "^hint: .*--timeout" ../err
'

test_expect_success 'a timeout before, a pass after: fixed' '
	cd repo && test_unchanged git -c dualfix.verifyTimeout=1 dualfix apply --json \
		--verify "grep three f || sleep 30" ../p.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed &&
	test "$(json_get ../out verification.0.before.status)" = timeout
'

test_expect_success 'a pass is known as long as dualfix.expire says' '
	cd repo && for age in never 100000.years 14.days
	do
		for seen in "! grep" grep
		do
			git -c dualfix.expire=$age dualfix verify --verify "true # $age" 2>../err &&
			eval "$seen -q \"known from an earlier run\" ../err" || return 1
		done
	done &&
	git -c dualfix.expire=now dualfix verify --verify "true # now" &&
	git -c dualfix.expire=now dualfix verify --verify "true # now" 2>../err && test_grep ! "known from" ../err
'

test_expect_success 'a pass is known by tree and command; a failure never is' '
	cd repo && git dualfix verify --verify "true # known" 2>../err && test_grep ! "known from" ../err &&
	git dualfix verify --verify "true # known" 2>../err && test_grep "known from an earlier run" ../err &&
	git commit -q --allow-empty -m same && git dualfix verify --verify "true # known" 2>../err &&
	test_grep "known from an earlier run" ../err &&
	git dualfix verify --verify "true # known" base 2>../err && test_grep ! "known from" ../err &&
	git dualfix verify --verify "true # other" 2>../err && test_grep ! "known from" ../err &&
	for i in 1 2
	do
		test_expect_code 1 git dualfix verify --verify "false # known" 2>../err &&
		test_grep ! "known from" ../err || return 1
	done
'

test_expect_success 'what a check leaves is never committed' '
	cd repo && test_unchanged git dualfix apply --branch dualfix/clean --verify \
		"echo left >left; echo changed >f; rm sub/g; git add -A; git commit -q -m x; true" ../p.json &&
	git diff --name-status main dualfix/clean >../got && printf "M\tf\n" >../want && test_cmp ../want ../got &&
	echo three >../want && git show dualfix/clean:f >../got && test_cmp ../want ../got
'

test_expect_success 'a check that changes files does not change what the next one sees of the result' '
	cd repo && test_unchanged git dualfix apply --json --branch dualfix/second \
		--verify "echo bad >f; true" --verify "git diff --quiet || echo dirty; true" ../p.json >../out &&
	test "$(json_get ../out outcome)" = held
'

# But for the clean filter: without it git cannot tell what is dirty.
test_expect_success 'smudge filters, hooks, fsmonitor and external diffs are not run' '
	git init -q traps && cd traps && git config dualfix.sandbox none &&
	printf "f filter=trap diff=trap merge=trap\n" >.gitattributes && echo two >f &&
	git add . && git commit -q -m base &&
	write_script ../trap <<-\EOF &&
	echo "$0 $*" >>../trapped
	cat
	EOF
	trap_path=$(cd .. && pwd)/trap &&
	git config filter.trap.smudge "\"$trap_path\" smudge" &&
	git config diff.trap.textconv "\"$trap_path\"" && git config diff.external "\"$trap_path\"" &&
	git config core.fsmonitor "\"$trap_path\"" && git config merge.trap.driver "\"$trap_path\"" &&
	for h in post-checkout reference-transaction pre-commit post-commit prepare-commit-msg post-index-change
	do
		cp ../trap .git/hooks/$h || return 1
	done &&
	rm -f ../trapped &&
	git dualfix apply --verify "grep . f" ../p.json --stdout >../out &&
	git dualfix apply --diff ../p.json >../out &&
	git dualfix show >../out && git dualfix log >../out &&
	test_path_is_missing ../trapped
'

test_expect_success 'a check that prints without end is cut, not believed' '
	cd repo &&
	test_expect_code 1 test_soon git -c dualfix.verifyTimeout=2 dualfix verify --verify "yes yes-yes-yes" 2>../err &&
	test "$(wc -c <../err)" -lt 100000
'

test_expect_success 'logs are clean on the terminal' '
	cd repo && test_expect_code 1 git dualfix verify --verify "printf \"\\033[2J\\033]0;x\\007bad\\n\"; false" 2>../err &&
	test_grep ! "$(printf "\033")" ../err && test_grep bad ../err
'

test_expect_success BWRAP 'no sandbox works: exit 3 and what to type; none must be chosen' '
	mkdir -p nobwrap && for tool in git sh true env
	do
		ln -sf "$(command -v $tool)" nobwrap/ || return 1
	done &&
	ln -sf "$BUILD_DIR/git-dualfix" nobwrap/ &&
	test_expect_code 3 env PATH="$PWD/nobwrap" git -C repo -c dualfix.sandbox=bwrap dualfix verify --verify "true # nobox" 2>err &&
	test_grep "bwrap\|bubblewrap" err && test_grep "^hint: .*dualfix.sandbox" err &&
	test_expect_code 3 test_unchanged -C repo env PATH="$PWD/nobwrap" git -C repo -c dualfix.sandbox=bwrap dualfix apply \
		--verify "true # nobox" ../p.json 2>err &&
	test_expect_code 0 env PATH="$PWD/nobwrap" git -C repo -c dualfix.sandbox=none dualfix verify \
		--verify "true # nobox"
'

test_expect_success 'the scratch checkout is not a work tree of the user'\''s repository' '
	cd repo && git worktree list >../list && test_line_count 1 ../list &&
	test "$(stat -c %a .git/dualfix .git/dualfix/runs/* | sort -u)" = 700 &&
	git for-each-ref --format="%(refname)" >../refs &&
	test_grep ! -v "^refs/heads/main\$\|^refs/tags/base\$\|^refs/heads/dualfix/" ../refs
'

test_done
