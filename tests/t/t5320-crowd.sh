#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='ten runs at once, and a user who goes on working'
. "${0%/*}/test-lib.sh"

git config --global dualfix.sandbox none

cat >p.json <<\EOS
{"root_cause": "r", "strategy": "s", "commit": {"subject": "make it two"}, "edits": [
 {"file": "f", "type": "replace", "find": "one", "replace": "two"}]}
EOS

setup_repo () {
	{ wait && rm -rf repo; } && git init -q -b main repo && cd repo &&
	printf "a\nb\nc\none\nd\ne\nf\n" >f && echo x >g && git add . && test_tick && git commit -q -m base &&
	git tag start
}

# Ten of them, each with a branch of its own; $ids are their processes.
start_ten () {
	ids= &&
	for i in 0 1 2 3 4 5 6 7 8 9
	do
		git-dualfix apply --branch "dualfix/r$i" --base start --verify "sleep 0.$i; grep two f" ../p.json \
			>"../out$i" 2>"../err$i" &
		ids="$ids $!"
	done
}

all_ended () {
	run=0
	for id in $ids
	do
		wait "$id" || { echo "run $run: exit $?"; cat "../err$run"; return 1; }
		test "$(git show "dualfix/r$run:f" | sed -n 4p)" = two || return 1
		run=$((run + 1))
	done
	git fsck --full --strict --no-dangling >../fsck 2>&1 && test_must_be_empty ../fsck &&
	find .git -name "*.lock" -not -path ".git/dualfix/*" >../locks && test_must_be_empty ../locks
}

test_expect_success 'ten runs at once do not meet' '
	setup_repo && cp .git/index ../index && start_ten && all_ended && test_cmp_bin ../index .git/index &&
	git dualfix log >../log && test_line_count 10 ../log && git dualfix gc &&
	git for-each-ref --format="%(tree)" refs/heads/dualfix | sort -u >../trees && test_line_count 1 ../trees
'

test_expect_success 'nor is what the user does meanwhile in their way, or they in hers' '
	setup_repo && start_ten && n=0 &&
	while kill -0 ${ids##* } 2>/dev/null && test $n -lt 200
	do
		echo "$n" >g && git commit -q -a -m "user $n" && git checkout -q -b "topic$n" &&
		echo "draft $n" >>f && git stash -q && git stash drop -q && git checkout -q main &&
		git gc -q && git dualfix gc -q && echo "mine $n" >untracked || return 1
		n=$((n + 1))
	done &&
	all_ended && test $n -gt 0 && test "$(git rev-list --count main)" = $((n + 1)) &&
	test "$(cat g)" = $((n - 1)) && test "$(cat untracked)" = "mine $((n - 1))" &&
	git diff --quiet HEAD && test "$(git symbolic-ref HEAD)" = refs/heads/main &&
	git for-each-ref refs/heads/topic* >../topics && test_line_count $n ../topics
'

test_expect_success 'ten that want one name: one has it, or each another' '
	setup_repo && ids= &&
	for i in 0 1 2 3 4 5 6 7 8 9
	do
		git-dualfix apply -q --verify "grep two f" ../p.json >"../out$i" 2>"../err$i" &
		ids="$ids $!"
	done &&
	n=0 && done=0 &&
	for id in $ids
	do
		code=0 && { wait "$id" || code=$?; } &&
		case $code in
		0) done=$((done + 1)) && git rev-parse -q --verify "$(cut -d " " -f 1 "../out$n")" || return 1 ;;
		2|128) test_grep "^\(error\|fatal\): .*dualfix/plan" "../err$n" || return 1 ;;
		*) cat "../err$n"; fail "exit $code" || return 1 ;;
		esac &&
		n=$((n + 1)) || return 1
	done &&
	git for-each-ref refs/heads/dualfix >../refs && test_line_count $done ../refs && test $done -gt 0 &&
	git fsck --full --strict
'

test_done
