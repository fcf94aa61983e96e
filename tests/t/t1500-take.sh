#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='take, drop, log, show and gc; runs that are killed or meet'
. "${0%/*}/test-lib.sh"

git config --global dualfix.sandbox none

cat >p.json <<\EOF
{"root_cause": "r", "strategy": "s", "commit": {"subject": "make it two"}, "edits": [
 {"file": "f", "type": "replace", "find": "one", "replace": "two"}]}
EOF
cat >q.json <<\EOF
{"root_cause": "r", "strategy": "s", "commit": {"subject": "make it three"}, "edits": [
 {"file": "f", "type": "replace", "find": "two", "replace": "three"}]}
EOF

# A repository with a run whose commits are on dualfix/plan.
setup_repo () {
	rm -rf repo && git init -q -b main repo && cd repo &&
	printf "a\nb\nc\none\nd\ne\nf\n" >f && echo x >g && git add . && test_tick && git commit -q -m base &&
	git dualfix apply -q "$@" >../out
}

# Does what the hint in err says undoes it.
undo () {
	sed -n "s/^hint: to undo: //p" ../err >../undo && test_line_count 1 ../undo && sh -e ../undo
}

test_expect_success 'take: fast-forward; the hint undoes it' '
	setup_repo ../p.json && base=$(git rev-parse HEAD) &&
	git dualfix take >../out 2>../err && test_must_be_empty ../out &&
	test "$(git rev-parse HEAD)" = "$(git rev-parse dualfix/plan)" && grep two f &&
	git diff --quiet HEAD && test "$(git symbolic-ref HEAD)" = refs/heads/main &&
	undo && test "$(git rev-parse HEAD)" = "$base" && grep one f && git diff --quiet HEAD
'

test_expect_success 'take of a moved HEAD: cherry-pick, both commits of two; the hint undoes it' '
	setup_repo ../p.json ../q.json && echo y >g && git commit -q -a -m other && head=$(git rev-parse HEAD) &&
	git dualfix take dualfix/plan 2>../err && git log --format=%s >../got &&
	test_write_lines "make it three" "make it two" other base >../want && test_cmp ../want ../got &&
	grep three f && grep y g && undo && test "$(git rev-parse HEAD)" = "$head" && git diff --quiet HEAD
'

test_expect_success 'take and drop mean the newest run with a commit, show the newest' '
	setup_repo ../p.json && fix=$(git rev-parse dualfix/plan) &&
	test_expect_code 1 git dualfix apply ../q.json 2>../err && git dualfix show >../show &&
	test_grep "^outcome *unfixed\|^outcome *error" ../show &&
	git dualfix take && test "$(git rev-parse HEAD)" = "$fix" &&
	git dualfix drop && test_expect_code 2 git dualfix drop 2>../err &&
	test_grep "no run made a commit" ../err
'

test_expect_success 'a run under way is called so' '
	setup_repo ../p.json &&
	{ git dualfix run --plan ../p.json --verify "sleep 30" >/dev/null 2>&1 & } &&
	pid=$! && test_when_finished "kill $pid; wait $pid || :" && tries=0 &&
	until git dualfix log | grep -q running
	do
		test $((tries += 1)) -lt 100 || return 1
		sleep 0.1
	done &&
	git dualfix log >../log && test_line_count 2 ../log && test_grep ! killed ../log
'

test_expect_success 'a conflict is refused, nothing is touched' '
	setup_repo ../p.json && sed -i s/one/1/ f && git commit -q -a -m other &&
	test_expect_code 1 test_unchanged git dualfix take 2>../err && test_grep "conflicts .*f" ../err &&
	find .git/dualfix -name objects >../left && test_must_be_empty ../left
'

test_expect_success 'what is there already: said, nothing is touched' '
	setup_repo ../p.json && echo y >g && git commit -q -a -m other && git dualfix take &&
	test_expect_code 1 test_unchanged git dualfix take 2>../err && test_grep "already" ../err
'
test_expect_success 'a git that cannot merge in memory is no conflict' '
	setup_repo ../p.json && echo y >g && git commit -q -a -m other && mkdir ../old &&
	write_script ../old/git <<-EOF &&
	#!/bin/sh
	case " \$* " in *" merge-tree "*) echo usage >&2; exit 129 ;; esac
	exec $(command -v git) "\$@"
	EOF
	test_unchanged env PATH="$PWD/../old:$PATH" sh -c "git-dualfix take 2>../err; test \$? = 128" &&
	test_grep "2.38" ../err && test_grep ! "conflicts" ../err
'

test_expect_success 'only the second of two commits conflicts: nothing is touched' '
	sed "s/\"f\"/\"g\"/; s/two/x/; s/three/z/" q.json >r.json && setup_repo ../p.json ../r.json &&
	echo y >g && git commit -q -a -m other && git update-ref ORIG_HEAD HEAD^ &&
	test_expect_code 1 test_unchanged git dualfix take 2>../err && test_grep "conflicts .*g" ../err
'

test_expect_success 'one of two commits is there already, the other conflicts: nothing is touched' '
	setup_repo ../p.json ../q.json && git cherry-pick dualfix/plan^ && sed -i s/two/2/ f && git commit -q -a -m other &&
	test_expect_code 1 test_unchanged git dualfix take 2>../err && test_grep "conflicts .*f" ../err
'

test_expect_success 'one of two commits is there already: the other is taken' '
	setup_repo ../p.json ../q.json && git cherry-pick dualfix/plan^ && echo y >g && git commit -q -a -m other &&
	git dualfix take 2>../err && git log --format=%s >../got &&
	test_write_lines "make it three" other "make it two" base >../want && test_cmp ../want ../got &&
	grep three f && git diff --quiet HEAD && git fsck --full --strict &&
	test_expect_code 1 test_unchanged git dualfix take 2>../err && test_grep "already" ../err
'

# What the run was based on stays where it is.
test_expect_success 'take on a branch that does not have the base: the fix alone' '
	setup_repo ../p.json && git checkout -q --orphan other && echo y >g && sed -i s/^a/A/ f && git add . &&
	git commit -q -m other && git dualfix take 2>../err && test_write_lines A b c two d e f >../want &&
	test_cmp ../want f && grep y g && git log --format=%s >../got && test_line_count 2 ../got
'

test_expect_success 'in the middle of a merge or a cherry-pick of the user: refused, untouched' '
	setup_repo ../p.json && git checkout -q -b side && echo 1 >g && git commit -q -a -m side && git checkout -q main &&
	echo 2 >g && git commit -q -a -m main && test_must_fail git cherry-pick side &&
	test_expect_code 2 test_unchanged git dualfix take 2>../err && test_grep "going on" ../err &&
	git rev-parse --verify CHERRY_PICK_HEAD && git cherry-pick --abort && git dualfix take
'

test_expect_success 'a dirty tree in the way is refused, one beside it is not' '
	setup_repo ../p.json && echo dirty >>f && git update-ref ORIG_HEAD HEAD &&
	test_expect_code 1 test_unchanged git dualfix take 2>../err && test_grep "^hint: .*stash" ../err &&
	git checkout -q f && echo dirty >>g && git dualfix take && grep two f && grep dirty g &&
	cd .. && setup_repo ../p.json && echo y >h && git add h && git commit -q -m other && echo dirty >>f &&
	test_expect_code 1 test_unchanged git dualfix take 2>../err &&
	git checkout -q f && echo staged >>g && git add g &&
	test_expect_code 1 test_unchanged git dualfix take 2>../err
'

test_expect_success 'also where only the second of two commits meets it' '
	sed "s/\"f\"/\"g\"/; s/two/x/; s/three/z/" q.json >r.json && setup_repo ../p.json ../r.json &&
	echo y >h && git add h && git commit -q -m other && echo dirty >>g &&
	test_expect_code 1 test_unchanged git dualfix take 2>../err
'

test_expect_success 'an untracked file in the way of the second of two commits: nothing is touched' '
	cat >r.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s", "edits": [{"file": "new", "type": "create_file", "content": "1\n"}]}
	EOF
	setup_repo ../p.json ../r.json && echo y >g && git commit -q -a -m other && echo mine >new &&
	test_expect_code 1 test_unchanged git dualfix take 2>../err && test_grep "in the way" ../err &&
	rm new && git dualfix take && grep 1 new
'

test_expect_success 'take --worktree: uncommitted, index and HEAD stay; the hint undoes it' '
	setup_repo ../p.json && cp f ../before && echo staged >>g && git add g && cp .git/index ../index && head=$(git rev-parse HEAD) &&
	git dualfix take --worktree 2>../err && grep two f &&
	test "$(git rev-parse HEAD)" = "$head" && git diff --cached --name-only >../staged && echo g >../want &&
	test_cmp ../want ../staged && undo && test_cmp_bin ../before f
'

test_expect_success 'take --worktree over what does not fit is refused, all of it' '
	setup_repo ../p.json && sed -i s/one/1/ f &&
	test_expect_code 1 test_unchanged git dualfix take --worktree 2>../err && test_grep "nothing was changed" ../err
'

test_expect_success 'take --worktree of new, deleted, renamed, binary and executable files' '
	cat >r.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s", "edits": [
	 {"file": "g", "type": "delete_file"}, {"file": "bin", "type": "rename_file", "to": "d/bin2"},
	 {"file": "run.sh", "type": "create_file", "content": "#!/bin/sh\n", "executable": true}]}
	EOF
	rm -rf repo && git init -q repo && cd repo && echo x >g && printf "a\0b" >bin && git add . && git commit -q -m base &&
	git dualfix apply -q ../r.json && git dualfix take --worktree 2>../err &&
	test_path_is_missing g && test_path_is_executable run.sh && printf "a\0b" >../want && test_cmp_bin ../want d/bin2 &&
	undo && git status --short >../st && test_must_be_empty ../st
'

test_expect_success 'take from a subfolder, with noprefix and other diff settings of the user' '
	setup_repo ../p.json && mkdir sub && cd sub &&
	git config diff.noprefix true && git config diff.mnemonicPrefix true && git config core.quotePath true &&
	git dualfix take --worktree 2>../../err && grep two ../f && cp ../../err .. && undo && grep one ../f
'

test_expect_success 'take of a run without a commit, of none, of an unknown one: exit 2' '
	setup_repo --diff ../p.json &&
	test_expect_code 2 test_unchanged git dualfix take 2>../err && test_grep "no run made a commit" ../err && run=$(git dualfix log | sed "s/ .*//") &&
	test_expect_code 2 test_unchanged git dualfix take "$run" 2>../err && test_grep "made no commit (" ../err &&
	for run in nosuch 2 main -- "" dualfix/none
	do
		test_must_fail test_unchanged git dualfix take "$run" 2>../err || return 1
	done
'

test_expect_success 'take finds a run by id, prefix, branch and commit' '
	setup_repo ../p.json && id=$(git dualfix log | cut -d " " -f 1) &&
	for name in $id $(echo $id | cut -c 1-15) dualfix/plan $(git rev-parse dualfix/plan) $(git rev-parse --short dualfix/plan)
	do
		git dualfix take $name && grep two f && git reset -q --hard HEAD^ || return 1
	done
'

test_expect_success 'without a name the newest run is meant, also of one second' '
	setup_repo ../p.json &&
	for i in 1 2 3 4 5 6
	do
		git dualfix apply -q --branch dualfix/n$i ../p.json && git dualfix show >../show &&
		test_grep "^branch *dualfix/n$i\$" ../show || return 1
	done
'

test_expect_success 'drop: branch and record go' '
	setup_repo ../p.json && id=$(git dualfix log | cut -d " " -f 1) &&
	git dualfix drop 2>../err && test_grep "$id" ../err &&
	git for-each-ref refs/heads/dualfix >../refs && test_must_be_empty ../refs &&
	test_path_is_missing .git/dualfix/runs/$id && test_path_is_missing .git/logs/refs/heads/dualfix/plan &&
	git dualfix log >../log && test_must_be_empty ../log &&
	test_expect_code 2 git dualfix drop
'

test_expect_success 'drop refuses a branch that has moved or is checked out' '
	setup_repo ../p.json && git checkout -q dualfix/plan &&
	test_expect_code 2 test_unchanged git dualfix drop 2>../err && test_grep "checked out" ../err &&
	git rev-parse -q --verify dualfix/plan &&
	git commit -q --allow-empty -m mine && git checkout -q main &&
	test_expect_code 2 test_unchanged git dualfix drop 2>../err && test_grep "moved" ../err &&
	git rev-parse -q --verify dualfix/plan && git dualfix show >../out && test -s ../out
'

test_expect_success 'drop refuses a branch that another work tree has checked out' '
	setup_repo ../p.json && git worktree add -q ../linked dualfix/plan &&
	test_when_finished "git worktree remove --force ../linked" &&
	test_expect_code 2 git dualfix drop 2>../err && git rev-parse -q --verify dualfix/plan && test_grep "checked out" ../err
'

test_expect_success 'drop of a run whose branch is gone already' '
	setup_repo ../p.json && git branch -q -D dualfix/plan && git dualfix drop && git dualfix log >../log && test_must_be_empty ../log
'

test_expect_success 'log and show: newest first, JSON as printed at the time' '
	setup_repo ../p.json && git dualfix apply --json --branch dualfix/b ../p.json >../run.json &&
	git dualfix log >../log && test_line_count 2 ../log && head -n 1 ../log | grep "dualfix/b\$" &&
	git dualfix show --json >../show.json && test_cmp ../run.json ../show.json &&
	git dualfix log --json >../log.json && test "$(json_get ../log.json 0.branch)" = dualfix/b &&
	test "$(json_get ../log.json 1.branch)" = dualfix/plan &&
	git dualfix show dualfix/plan >../show && test_grep "^+two\$" ../show && test_grep "^outcome *unverified" ../show &&
	test_expect_code 2 git dualfix show nosuch
'

test_expect_success 'gc keeps what is young, drops what is expired, leaves branches alone' '
	setup_repo ../p.json && git dualfix gc 2>../err && git dualfix log >../log && test_line_count 1 ../log &&
	git -c dualfix.expire=now dualfix gc 2>../err && git dualfix log >../log && test_must_be_empty ../log &&
	git rev-parse -q --verify dualfix/plan
'

test_expect_success 'gc takes what a killed run left in its folder, and leaves the rest' '
	setup_repo ../p.json && id=$(git dualfix log | cut -d " " -f 1) &&
	mkdir -p .git/dualfix/runs/$id/objects/aa .git/dualfix/runs/$id/mail/m && git dualfix gc &&
	test_path_is_missing .git/dualfix/runs/$id/objects && test_path_is_missing .git/dualfix/runs/$id/mail &&
	test_path_is_file .git/dualfix/runs/$id/report.json
'

test_expect_success 'patches leave no scratch folder' '
	setup_repo --stdout ../p.json && find .git/dualfix -name "*mail*" >../left && test_must_be_empty ../left
'

# A run with a check that waits for the file go; its id is in running.
start_slow_run () {
	rm -f ../go ../started &&
	{ git-dualfix apply --branch dualfix/slow --verify "touch \"$PWD/../started\"; while ! test -e \"$PWD/../go\"; do sleep 0.1; done" \
		../p.json >../slow.out 2>../slow.err & } &&
	slow=$! &&
	for i in 0 1 2 3 4 5 6 7 8 9
	do
		for k in 0 1 2 3 4 5 6 7 8 9
		do
			test -e ../started && break 2
			sleep 0.1
		done
	done &&
	test -e ../started
}

test_expect_success 'a run killed in a check leaves no ref, a sound repository, no process; gc collects' '
	setup_repo ../p.json && git-dualfix drop && git for-each-ref >../refs.before &&
	start_slow_run && kill -KILL $slow && { wait $slow; test $? -eq 137; } &&
	git for-each-ref >../refs.after && test_cmp ../refs.before ../refs.after &&
	git fsck --full --strict --no-dangling --no-progress >../fsck 2>&1 && test_must_be_empty ../fsck &&
	git dualfix log >../log && test_grep "killed" ../log && test_line_count 1 ../log &&
	git dualfix show >../show && test_grep "killed" ../show &&
	test_expect_code 2 git dualfix take && touch ../go &&
	git dualfix gc && find .git/dualfix -name objects -path "*runs*" >../left && test_must_be_empty ../left &&
	git dualfix apply --verify "grep two f" ../p.json && git fsck --full --strict
'

test_expect_success BWRAP 'what a killed run was running ends with it' '
	setup_repo ../p.json && git config dualfix.sandbox bwrap &&
	{ git-dualfix verify --verify "sleep 27.1828 & sleep 27.1829" >../slow.out 2>&1 & } && slow=$! &&
	{ git-dualfix -h >/dev/null; sleep 0.7; } &&
	kill -KILL $slow && { wait $slow; test $? -eq 137; } && sleep 0.3 &&
	ps ax -o args >../ps && test_grep ! "sleep 27.182[89]" ../ps
'

test_expect_success 'two runs at once in one repository do not meet' '
	setup_repo ../p.json && start_slow_run &&
	git dualfix apply --branch dualfix/quick --verify "grep two f" ../p.json && git dualfix gc &&
	touch ../go && wait $slow && git rev-parse -q --verify dualfix/slow^{tree} >../a && git rev-parse -q --verify dualfix/quick^{tree} >../b &&
	test_cmp ../a ../b && git fsck --full --strict && git dualfix log >../log && test_line_count 3 ../log &&
	ls .git/dualfix/checkout >../co && test_line_count 2 ../co
'

test_expect_success 'git gc --prune=now beside a run' '
	setup_repo ../p.json && start_slow_run && git gc -q --prune=now && touch ../go && wait $slow &&
	git show dualfix/slow:f | grep two && git fsck --full --strict
'

test_expect_success 'a branch that is taken while the run goes on: exit 2, not moved' '
	setup_repo ../p.json && start_slow_run && git branch dualfix/slow && touch ../go &&
	{ wait $slow; test $? -eq 2; } && test "$(git rev-parse dualfix/slow)" = "$(git rev-parse main)"
'

test_expect_success 'what the user does meanwhile is not undone' '
	setup_repo ../p.json && start_slow_run && echo mine >>f && echo y >g && git commit -q -m mine g && touch ../go && wait $slow &&
	tail -n 1 f >../got && echo mine >../want && test_cmp ../want ../got && test "$(git log -1 --format=%s main)" = mine &&
	test "$(git rev-parse dualfix/slow^)" = "$(git rev-parse main^)"
'

test_expect_success '-j 2: two reports as issues, both fixed' '
	rm -rf repo && git init -q -b main repo && cd repo && printf "int a = 1\n" >a.c && printf "int b = 1\n" >b.c &&
	git add . && git commit -q -m base &&
	for f in a b
	do
		cat >../$f.sarif <<-EOF || return 1
		{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lint"}}, "results": [
		 {"ruleId": "semi", "level": "error", "message": {"text": "expected ;"},
		  "locations": [{"physicalLocation": {"artifactLocation": {"uri": "$f.c"}, "region": {"startLine": 1, "startColumn": 10},
		   "contextRegion": {"startLine": 1, "snippet": {"text": "int $f = 1"}}}}],
		  "fixes": [{"artifactChanges": [{"artifactLocation": {"uri": "$f.c"}, "replacements": [
		   {"deletedRegion": {"startLine": 1, "startColumn": 10, "endColumn": 10}, "insertedContent": {"text": ";"}}]}]}]}]}]}
		EOF
	done &&
	test_unchanged git dualfix -j 2 --verify "sleep 0.2; grep \";\" a.c b.c" ../a.sarif ../b.sarif >../out 2>../err &&
	test_line_count 2 ../out && cut -d " " -f 1 ../out | sort >../branches && test_line_count 2 ../branches &&
	for branch in $(cat ../branches)
	do
		git diff --shortstat main $branch | grep "1 file changed, 1 insertion(+), 1 deletion(-)" || return 1
	done
'

test_done
