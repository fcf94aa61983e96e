#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='init: checks found, tried, and written when the user says so'
. "${0%/*}/test-lib.sh"

git config --global dualfix.sandbox none

no_tty () { on_tty '' "$@"; }

state () {
	{ find .git/hooks .git/config -printf "%p %m %y\n"; find .git/hooks .git/config -type f -exec cksum {} +; } 2>/dev/null | sort
}

# A project of one file.
make_project () {
	rm -rf repo && git init -q -b main repo && printf "%b" "$2" >"repo/$1" &&
	git -C repo add . && test_tick && git -C repo commit -q -m one
}

good_makefile='check:\n\ttest -f Makefile\n'

# In that file, or, from git 2.54 on, in git's configuration.
hook_is_in () {
	git config hook.dualfix.pre-push.event || test_path_is_executable "$1"
}

test_expect_success '--yes takes a check that passes; what was found is shown' '
	make_project Makefile "$good_makefile" && cd repo && state >../before &&
	no_tty git dualfix init --yes >../out 2>../err && test_must_be_empty ../out &&
	test_grep "^passes: .make check. on HEAD (Makefile has a target .check." ../err &&
	git config --get-all dualfix.verify >../got && echo "make check" >../want && test_cmp ../want ../got &&
	git dualfix verify 2>../err
'

test_expect_success 'again: the same; uninstalled: byte for byte as before' '
	cd repo && state >../between && git dualfix init --yes 2>../err && test_grep "^check: make check" ../err &&
	state >../again && test_cmp ../between ../again &&
	git dualfix init --uninstall && state >../after && test_cmp ../before ../after &&
	git dualfix init --uninstall && state >../after && test_cmp ../before ../after
'

test_expect_success 'a file without a last line end gets it back so' '
	cd repo && printf "[x]\n\ty = 1" >>.git/config && state >../before &&
	git dualfix init --yes --hooks --send never && git config dualfix.send >../got && test_grep never ../got &&
	git dualfix init --uninstall --hooks && git config dualfix.verify &&
	git dualfix init --uninstall && state >../after && test_cmp ../before ../after
'

test_expect_success 'what others wrote in between stays' '
	cd repo && git dualfix init --yes && git config --add dualfix.verify "make other" && git config user.x y &&
	git dualfix init --uninstall && git config --get-all dualfix.verify >../got && echo "make other" >../want && test_cmp ../want ../got &&
	test "$(git config user.x)" = y
'

test_expect_success 'no terminal and no --yes: found and tried, nothing written' '
	make_project Makefile "$good_makefile" && cd repo && state >../before &&
	test_expect_code 3 no_tty git dualfix init 2>../err && test_grep "^passes: " ../err &&
	test_grep "git dualfix init --yes" ../err && state >../after && test_cmp ../before ../after
'

test_expect_success 'one question: no writes nothing, yes and Enter write' '
	cd repo && on_tty n git dualfix init >../out && test_grep "Use .make check." ../out && test_grep "nothing was written" ../out &&
	state >../after && test_cmp ../before ../after &&
	on_tty y git dualfix init >../out && test "$(git config dualfix.verify)" = "make check" && git dualfix init --uninstall &&
	on_tty "\n" git dualfix init >../out && test "$(git config dualfix.verify)" = "make check" &&
	test "$(grep -c "Y/n" ../out)" = 1
'

test_expect_success 'e: each value can be changed' '
	cd repo && git dualfix init --uninstall &&
	on_tty "e\nmake -s check\nhttps://x.example/v1\n\nhttp://127.0.0.1:9/v1\nqwen\nnever\npre-push" git dualfix init >../out &&
	git config --local --get-regexp "^dualfix" | sort >../got &&
	test_write_lines "dualfix.executor.model qwen" "dualfix.executor.url http://127.0.0.1:9/v1" "dualfix.planner.url https://x.example/v1" \
		"dualfix.send never" "dualfix.verify make -s check" >../want && test_cmp ../want ../got &&
	hook_is_in .git/hooks/pre-push &&
	git dualfix init --uninstall && state >../after && test_cmp ../before ../after
'

test_expect_success 'endpoints, consent and checks from options: no question, nothing tried' '
	cd repo && { git config --unset-all dualfix.verify || :; } && no_tty git dualfix init --planner https://y.example --planner-model big --executor http://127.0.0.1:1 \
		--executor-model small --send always --verify "make a" --verify "make b" 2>../err &&
	test_grep ! "on HEAD" ../err && git config --get-all dualfix.verify >../got && test_write_lines "make a" "make b" >../want &&
	test_cmp ../want ../got && test "$(git config dualfix.planner.model)" = big && test "$(git config dualfix.send)" = always &&
	test_expect_code 129 git dualfix init --send maybe
'

test_expect_success 'a check that fails on HEAD is not taken by itself: why it fails, what to type' '
	make_project Makefile "check:\n\t@echo \"x.c:1: error: no\"; false\nall:\n\tfalse\n" && cd repo &&
	test_expect_code 3 no_tty git dualfix init --yes 2>../err && test_grep "^fails: .make check." ../err && test_grep "x.c:1: error" ../err &&
	test_grep "no check passes on HEAD" ../err && test_grep "^hint: git dualfix init --verify .make check. " ../err &&
	test_expect_code 1 git config dualfix.verify && test_expect_code 3 no_tty git dualfix init 2>../err && test_grep "no check passes" ../err &&
	git dualfix init --verify "make check" && test "$(git config dualfix.verify)" = "make check" && git dualfix init --uninstall
'

test_expect_success 'one that takes too long: its limit, the end of its log, and not taken' '
	make_project Makefile "all:\n\tfalse\ncheck:\n\t@echo at the start; sleep 60\n" && cd repo &&
	test_expect_code 3 no_tty git -c dualfix.verifyTimeout=1 dualfix init --yes 2>../err &&
	test_grep "^too slow: .make check.*dualfix.verifyTimeout" ../err && test_grep "  at the start" ../err
'

test_expect_success 'on a terminal it is taken, to one question, but not by Enter' '
	make_project Makefile "check:\n\tfalse\n" && cd repo && on_tty "\n" git dualfix init >../out && test_grep "fails on HEAD. Use it .* all the same? .y/N/e" ../out &&
	test_expect_code 1 git config dualfix.verify && on_tty y git dualfix init >../out && test "$(git config dualfix.verify)" = "make check" &&
	test_grep "hint: .*--failing" ../out && test "$(grep -c "y/N" ../out)" = 1
'

test_expect_success 'where tests fail on HEAD and it builds, the build is the check' '
	make_project Makefile "all:\n\ttrue\ncheck:\n\t@echo \"1 failed\"; false\n" && cd repo && no_tty git dualfix init --yes 2>../err &&
	test_grep "^fails: .make check." ../err && test "$(git config dualfix.verify)" = make && test_grep "^hint: git dualfix init --verify .make check. " ../err &&
	test_grep ! "make && make check" ../err
'

test_expect_success 'what only needs a build first is built first' '
	make_project Makefile "all:\n\techo true >x && chmod +x x\ncheck:\n\t./x\n" && cd repo && no_tty git dualfix init --yes 2>../err &&
	test_grep "^cannot run: .make check." ../err && test "$(git config dualfix.verify)" = "make && make check"
'

test_expect_success 'tests that count are preferred to tests that do not' '
	make_project Makefile "test:\n\ttrue\n" && cd repo && echo "{\"scripts\": {\"test\": \"x\"}}" >package.json && git add . && git commit -q -m two &&
	mkdir -p "$TRASH/npm2" && write_script "$TRASH/npm2/npm" <<-\EOS &&
	#!/bin/sh
	echo "3 passed, 0 failed"
	EOS
	PATH="$TRASH/npm2:$PATH" no_tty git dualfix init --yes 2>../err && test_grep "^passes: .make test." ../err &&
	test "$(git config dualfix.verify)" = "npm test"
'

test_expect_success 'a makefile that only says to configure first is no check' '
	make_project Makefile "all:\n\t@echo configure first\n" && cd repo && printf "test:\n\techo 1 passed, 0 failed\n" >Makefile.in &&
	write_script configure <<-\EOS && git add . && git commit -q -m two && no_tty git dualfix init --yes &&
	#!/bin/sh
	cp Makefile.in Makefile
	EOS
	test "$(git config dualfix.verify)" = "./configure && make test"
'

test_expect_success 'a check that cannot run gives way to the next' '
	make_project Makefile "all:\n\ttrue\ncheck:\n\tno-such-program-here\n" && cd repo &&
	no_tty git dualfix init --yes 2>../err && test_grep "^cannot run: .make check." ../err && test_grep "^passes: .make." ../err &&
	test "$(git config dualfix.verify)" = make
'

test_expect_success 'nor is one taken that passes without having run' '
	make_project Makefile "test:\n\tfor d in a; do no-such-program-here \$\$d; done; true\n" && cd repo &&
	for time in first second
	do
		test_expect_code 3 no_tty git dualfix init --yes 2>../err && test_grep "^cannot run: .make test.*no-such-program-here: not found" ../err &&
		test_expect_code 1 git config dualfix.verify || return 1
	done
'

test_expect_success 'progress takes one line, however narrow the terminal' '
	make_project CMakeLists.txt "enable_testing()\n" && cd repo &&
	{ on_tty n sh -c "stty cols 40; exec git dualfix init" >../out || :; } &&
	grep -o "trying .* \.\.\." ../out >../shown && test -s ../shown && test_grep ! ".\{40\}" ../shown
'

# An npm that knows two words.
fake_npm () {
	mkdir -p "$TRASH/npm" && write_script "$TRASH/npm/npm" <<-\EOS
	#!/bin/sh
	case $1 in
	ci) mkdir -p node_modules/x ;;
	test) test -d node_modules/x || { echo "Error: Cannot find module x"; exit 1; } ;;
	esac
	EOS
}

test_expect_success 'packages that must be fetched: after a yes, kept as dualfix.setup' '
	fake_npm && make_project package.json "{\"scripts\": {\"test\": \"x\"}}" && cd repo && : >package-lock.json && echo node_modules >.gitignore &&
	git add . && git commit -q -m lock && PATH="$TRASH/npm:$PATH" && on_tty n git dualfix init >../out &&
	test_grep "cannot run: .npm test.*Cannot find module" ../out && test_grep "Run .npm ci. in the sandbox, with the network, and use .npm test." ../out &&
	test_expect_code 1 git config dualfix.setup && on_tty y git dualfix init >../out && test_grep "passes: .npm test." ../out &&
	test "$(git config dualfix.setup)" = "npm ci" && test "$(git config dualfix.verify)" = "npm test" && git dualfix init --uninstall &&
	rm -rf .git/dualfix && no_tty git dualfix init --yes && test "$(git config dualfix.setup)" = "npm ci"
'

test_expect_success BWRAP 'packages that the work tree has are not fetched: kept as dualfix.overlay' '
	fake_npm && make_project package.json "{\"scripts\": {\"test\": \"x\"}}" && cd repo && : >package-lock.json && echo node_modules >.gitignore &&
	git add . && git commit -q -m lock && mkdir -p node_modules/x && echo mine >node_modules/x/index && state >../before &&
	git config --global dualfix.sandboxRead "$TRASH/npm" && test_when_finished "git config --global --unset dualfix.sandboxRead" &&
	git config --global dualfix.sandbox bwrap && test_when_finished "git config --global dualfix.sandbox none" &&
	PATH="$TRASH/npm:$PATH" && on_tty n git dualfix init >../out && test_grep "passes: .npm test." ../out &&
	test_grep "Use .npm test. as this repository.s check, with the work tree.s node_modules?" ../out && test_expect_code 1 git config dualfix.overlay &&
	no_tty git dualfix init --yes && test "$(git config dualfix.overlay)" = node_modules &&
	test "$(git config dualfix.verify)" = "npm test" && test_expect_code 1 git config dualfix.setup &&
	git dualfix verify && git dualfix init --uninstall && state >../after && test_cmp ../before ../after &&
	: >.gitignore && on_tty n git dualfix init >../out && test_grep "Run .npm ci. in the sandbox" ../out &&
	echo node_modules >.gitignore && rm -r node_modules && on_tty n git dualfix init >../out && test_grep "Run .npm ci. in the sandbox" ../out
'

test_expect_success 'nothing is found: exit 3, and what to type; hooks are installed all the same' '
	make_project README "hello\n" && cd repo && test_expect_code 3 no_tty git dualfix init 2>../err &&
	test_grep "no check was found" ../err && test_grep "git dualfix init --verify" ../err &&
	test_expect_code 3 no_tty git dualfix init --yes --hooks && hook_is_in .git/hooks/pre-push
'

test_expect_success 'what a project says of itself becomes no part of a command' '
	make_project package.json "{\"scripts\": {\"test\": \"touch \$HOME/owned; node --test\"}, \"name\": \"x; touch owned\"}\n" && cd repo &&
	{ no_tty git dualfix init 2>../err || test $? -eq 3; } && test_grep ! "owned" .git/config &&
	test_expect_code 1 git config dualfix.verify
'

test_expect_success 'a repository without a commit: said' '
	rm -rf repo && git init -q repo && cd repo && test_expect_code 128 no_tty git dualfix init --yes 2>../err && test_grep "no commit" ../err &&
	git dualfix init --hooks && hook_is_in .git/hooks/pre-push
'

test_expect_success 'a bare repository' '
	make_project Makefile "$good_makefile" && rm -rf bare.git && git clone -q --bare repo bare.git && cd bare.git &&
	cksum config >../before && no_tty git dualfix init --yes --hooks 2>../err && test_grep "^passes: " ../err &&
	test "$(git config dualfix.verify)" = "make check" && hook_is_in hooks/pre-push &&
	git dualfix init --uninstall && cksum config >../after && test_cmp ../before ../after && test_path_is_missing hooks/pre-push
'

test_expect_success 'a linked work tree: one configuration, one hooks folder' '
	make_project Makefile "$good_makefile" && cd repo && state >../before && git worktree add -q ../linked -b side &&
	test_when_finished "git -C \"$PWD\" worktree remove --force ../linked" &&
	(cd ../linked && no_tty git dualfix init --yes --hooks) && test "$(git config dualfix.verify)" = "make check" &&
	hook_is_in .git/hooks/pre-push && (cd ../linked && git dualfix init --uninstall) &&
	state >../after && test_cmp ../before ../after
'

test_expect_success 'a submodule has its own' '
	make_project Makefile "$good_makefile" && rm -rf super && git init -q super &&
	git -C super -c protocol.file.allow=always submodule --quiet add ../repo sub && cd super/sub &&
	no_tty git dualfix init --yes --hooks && test "$(git config dualfix.verify)" = "make check" &&
	hook_is_in ../.git/modules/sub/hooks/pre-push && test_path_is_missing ../.git/hooks/pre-push &&
	test_expect_code 1 git -C .. config dualfix.verify && git dualfix init --uninstall && test_path_is_missing ../.git/modules/sub/hooks/pre-push
'

test_expect_success 'a hook that came from a template is ours; no folder at all is made and removed' '
	rm -rf tpl repo && mkdir -p tpl/hooks && cp "$TOP_DIR/hooks/pre-push" tpl/hooks/ && git init -q --template="$PWD/tpl" repo && cd repo &&
	git dualfix init --hooks 2>../err && test_grep "installed already" ../err && git dualfix init --uninstall && test_path_is_missing .git/hooks/pre-push &&
	test_path_is_dir .git/hooks && cd .. && rm -rf repo && git init -q --template= repo && cd repo && test_path_is_missing .git/hooks &&
	git dualfix init --hooks && git dualfix init --uninstall && test_path_is_missing .git/hooks
'

test_expect_success BWRAP 'in the sandbox: home cannot be read, and the check still passes' '
	make_project Makefile "check:\n\t! ls \"$HOME/secret\" 2>/dev/null\n" && : >"$HOME/secret" && cd repo &&
	no_tty git -c dualfix.sandbox=bwrap dualfix init --yes 2>../err && test_grep "^passes: .make check." ../err
'

test_expect_success 'a configure is not older than its configure.ac because git wrote it first' '
	make_project Makefile "check: a\n\ttrue\na: z\n\tfalse\n" && cd repo && : >a && : >z && mkdir m && (cd m && seq 2000 | xargs touch) &&
	git add . && git commit -q -m two && no_tty git dualfix init --yes 2>../err && test_grep "^passes: .make check." ../err &&
	test "$(stat -c %Y.%y .git/dualfix/checkout/0/tree/a)" = "$(stat -c %Y.%y .git/dualfix/checkout/0/tree/z)" &&
	GIT_DIR="$PWD/.git/dualfix/checkout/0/git" git --work-tree=.git/dualfix/checkout/0/tree diff-files --quiet
'

test_expect_success 'nor when both were rewritten by a check and are put back' '
	cd repo && git dualfix verify --verify "for f in z m/* a; do echo x >\$f; done" && git dualfix verify --verify "make check && : again"
'

test_expect_success 'doctor: versions, hooks of others, runs, and what to type' '
	make_project Makefile "$good_makefile" && cd repo && test_expect_code 3 git -c dualfix.sandbox=none dualfix doctor 2>../err &&
	test_grep "^libraries: libgit2 [0-9.]*, libcurl .*jansson .*PCRE2 .*libyaml [0-9]" ../err && test_grep "^checks: none" ../err &&
	test_grep "^hint: git dualfix init\$" ../err && test_grep "^pre-push: none" ../err && test_grep "^hint: git dualfix init --hooks\$" ../err &&
	test_grep "^runs: 0 kept" ../err && git config dualfix.verify true &&
	mkdir -p .git/hooks && printf "#!/bin/sh\n" >.git/hooks/pre-push && printf "#!/bin/sh\n# File generated by pre-commit\n" >.git/hooks/pre-commit &&
	chmod +x .git/hooks/pre-* && { git dualfix doctor 2>../err || :; } && test_grep "^pre-push: another.s" ../err &&
	test_grep "^hint: git dualfix init --hooks=pre-push --chain" ../err && test_grep "^pre-commit: another.s: pre-commit" ../err &&
	test_grep "^hint: git dualfix init --hooks=pre-commit says" ../err && rm .git/hooks/pre-*
'

test_expect_success 'doctor: an endpoint that does not answer' '
	make_project Makefile "$good_makefile" && cd repo &&
	DUALFIX_PLANNER_URL=http://127.0.0.1:9 test_expect_code 3 git dualfix doctor 2>../err &&
	test_grep "^endpoint: planner at 127.0.0.1:9: " ../err && test_grep "^hint: .*git config dualfix.planner.url" ../err
'

test_expect_success 'doctor: what a killed run left is found, gc takes it' '
	cd repo && { git dualfix run --failing --verify false || :; } && run=$(ls .git/dualfix/runs | head -n 1) && test -n "$run" &&
	{ git dualfix doctor 2>../err || :; } && test_grep "^runs: 1 kept, 0 under way" ../err && mkdir -p ".git/dualfix/runs/$run/objects" &&
	test_expect_code 3 git dualfix doctor 2>../err && test_grep "^runs: some were killed" ../err && test_grep "^hint: git dualfix gc" ../err &&
	git dualfix gc && { git dualfix doctor 2>../err || :; } && test_grep "^runs: 1 kept" ../err
'

test_done
