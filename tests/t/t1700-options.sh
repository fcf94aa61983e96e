#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='the command line and the settings, as gitcli(7) has them'
. "${0%/*}/test-lib.sh"

test_expect_success 'setup' '
	git init -q -b main repo && cd repo && git config dualfix.sandbox none &&
	echo old >f && git add f && git commit -q -m base &&
	cat >../p.json <<-\EOF
	{"root_cause": "r", "strategy": "s", "edits": [
		{"file": "f", "type": "replace", "find": "old", "replace": "new"}]}
	EOF
'

for name in run plan apply batch verify take drop log show init doctor gc hook
do
	test_expect_success "$name -h: exit 0, all on stdout, in a repository and out of it" "
		git -C repo dualfix $name -h >out 2>err &&
		test_must_be_empty err && test_grep '^usage: git dualfix .*$name' out &&
		mkdir -p nowhere && cd nowhere &&
		git dualfix $name -h >../out2 2>../err && test_must_be_empty ../err &&
		test_cmp ../out ../out2
	"
done

test_expect_success '-h: no line is wider than 80 columns' '
	for name in "" run plan apply batch verify take drop log show init doctor gc check-mail hook
	do
		git -C repo dualfix $name -h >out && awk "length > 80 { exit 1 }" out || return 1
	done
'

test_expect_success '-h, nothing, --version' '
	git dualfix -h >out 2>err && test_must_be_empty err && test_grep "^usage: " out &&
	test_expect_code 129 git dualfix >out 2>err && test_must_be_empty out &&
	test_grep "^usage: " err &&
	git dualfix --version >out && test_grep "^git-dualfix version [0-9]" out
'

test_expect_success '-h wins over what comes after it' '
	git -C repo dualfix apply -h --no-such-option >out && test_grep "^usage: " out
'

# $1: the message, the rest: the arguments.
usage_error () {
	want=$1
	shift
	test_expect_success "usage error: $*" "
		test_expect_code 129 test_unchanged -C repo git -C repo dualfix $* >out 2>err &&
		test_must_be_empty out &&
		test_grep -e '$want' err &&
		test_grep '^hint: git dualfix .*-h' err
	"
}

usage_error "unknown option .--bogus." apply --bogus ../p.json
usage_error "unknown option .-Z." apply -Z ../p.json
usage_error "unknown option .--keep-going." run --keep-going ../p.json
usage_error "takes no value" apply --json=1 ../p.json
usage_error "takes no value" apply --no-branch=x ../p.json
usage_error ".--branch. needs a value" apply ../p.json --branch
usage_error ".-o. needs a value" apply ../p.json -o
usage_error "ambiguous: --[a-z-]* or --[a-z-]*" run --ver true -m x
usage_error "no plan was named" apply
usage_error "no issue was named" run --mode adaptive
usage_error "no issue was named" plan --base HEAD
usage_error "exclude each other" apply --json --diff ../p.json
usage_error "exclude each other" apply --stdout --json ../p.json
usage_error "and --diff runs none" --failing --diff --verify true
usage_error "and --no-verify runs none" run --failing --no-verify
usage_error "--chain goes with --hooks" init --chain
usage_error "--branch goes with one issue" run --branch b -m x --failing --verify true
usage_error "--mode: .fast. is none of sequential, hybrid, adaptive, single" apply --mode fast ../p.json
usage_error "--accept: .good. is none of" apply --accept good ../p.json
usage_error "--attempts: .-1. is not a number" apply --attempts=-1 ../p.json
usage_error "--attempts: .x. is not a number" apply --attempts x ../p.json
usage_error "--timeout: .0. is not" apply --timeout 0 ../p.json
usage_error "--jobs: .0. is not" run --jobs 0 -m x
usage_error "--budget: .-1. is not an amount" run --budget -1 -m x
usage_error "--budget: .1e999. is not an amount" run --budget 1e999 -m x
usage_error "--color: .sometimes. is none of" apply --color=sometimes ../p.json
usage_error "more than one" show a b
usage_error "more than one" verify a b --verify true
usage_error "no argument" gc all
usage_error "no argument" log all
usage_error "no argument" init extra
usage_error "name of an event" hook
usage_error "name of an event" hook post-rebase

test_expect_success 'unique prefixes, joined short options, mixed order' '
	cd repo &&
	git dualfix apply --acc unverified ../p.json --di >../out && test_grep "^+new" ../out &&
	git dualfix apply -qs ../p.json --bran=dualfix/signed 2>../err &&
	test_must_be_empty ../err &&
	git log -1 --format=%B dualfix/signed >../msg && test_grep "^Signed-off-by: " ../msg &&
	git dualfix apply -qo.. ../p.json >../out && test_grep "^\.\./0001-.*\.patch$" ../out
'

test_expect_success '-- ends the options' '
	cd repo && cp ../p.json ./--json && test_when_finished "rm -f ./--json" &&
	git dualfix apply --diff -- --json >../out && test_grep "^+new" ../out &&
	test_expect_code 129 git dualfix apply --diff --
'

test_expect_success 'a flag can be taken back' '
	cd repo &&
	git dualfix apply --json --no-json ../p.json >../out && test_grep ! "{" ../out &&
	git dualfix apply --diff --no-diff ../p.json >../out && test_grep "^dualfix/" ../out &&
	test_expect_code 0 git dualfix apply --verify false --no-verify ../p.json
'

test_expect_success '--no-x of an option with a value takes back what --x said, no more' '
	cd repo && git config dualfix.accept fixed &&
	test_when_finished "git config --unset dualfix.accept" &&
	test_expect_code 5 git dualfix apply --accept unverified --no-accept ../p.json &&
	test_expect_code 0 git dualfix apply --no-accept --accept unverified ../p.json &&
	git dualfix apply --accept unverified --branch x --no-branch ../p.json >../out &&
	test_grep "^dualfix/plan" ../out &&
	git dualfix apply --accept unverified --no-timeout --no-budget --no-attempts --no-mode \
		--verify true --no-base --no-output-directory --no-reroll-count ../p.json >../out &&
	test_grep "^dualfix/plan" ../out &&
	test_expect_code 1 git dualfix run --no-jobs --failing --verify true 2>../err &&
	test_grep nothing-to-do ../err
'

test_expect_success 'a value may look like an option' '
	cd repo && test_expect_code 3 git dualfix run -m --json --no-json >../out 2>../err &&
	test_must_be_empty ../out
'

test_expect_success 'git -c, config and environment: what wins over what' '
	cd repo &&
	test_expect_code 5 git -c dualfix.accept=held dualfix apply ../p.json &&
	test_expect_code 0 git -c dualfix.accept=held dualfix apply --accept unverified ../p.json &&
	test_expect_code 3 env DUALFIX_PLANNER_URL=http://example.com/ \
		git -c dualfix.planner.url=https://x.invalid dualfix run -m x 2>../err &&
	test_grep "example.com" ../err &&
	test_expect_code 1 git -c dualfix.verify=false dualfix apply ../p.json &&
	test_expect_code 0 git -c dualfix.verify=false -c dualfix.verify= dualfix apply ../p.json &&
	test_expect_code 0 git -c dualfix.verify=false dualfix apply --verify true ../p.json
'

test_expect_success 'case of keys as git has it; includes work' '
	cd repo &&
	test_expect_code 5 git -c DualFix.ACCEPT=held dualfix apply ../p.json &&
	printf "[dualfix]\n\taccept = held\n" >../more &&
	test_expect_code 5 git -c include.path="$PWD/../more" dualfix apply ../p.json
'

# $1: key, $2: bad value
bad_setting () {
	test_expect_success "a bad value names its key: $1" "
		test_expect_code 3 test_unchanged -C repo git -C repo -c $1='$2' dualfix apply ../p.json 2>err &&
		test_grep '^error: $1' err && test_grep '^hint: .*$1' err
	"
}
bad_setting dualfix.mode fast
bad_setting dualfix.accept good
bad_setting dualfix.attempts many
bad_setting dualfix.timeout 0
bad_setting dualfix.budget cheap
bad_setting dualfix.send perhaps
bad_setting dualfix.expire soon
bad_setting dualfix.prePush shout
bad_setting dualfix.sandbox chroot
bad_setting dualfix.trailer by-hand
bad_setting dualfix.planner.thinking deep
bad_setting dualfix.hookModels maybe
bad_setting dualfix.maxTokens -3

test_expect_success 'a bad value of a key of checks' '
	test_expect_code 3 git -C repo -c dualfix.verifyTimeout=none dualfix apply --verify true ../p.json 2>err &&
	test_grep -i "dualfix.verifyTimeout" err
'

test_expect_success 'a bad variable is named' '
	test_expect_code 3 env DUALFIX_SEND=perhaps git -C repo dualfix apply ../p.json 2>err &&
	test_grep DUALFIX_SEND err
'

test_expect_success 'a flag of git config without a value is true' '
	cd repo && printf "[dualfix]\n\treview\n\thookModels\n" >>.git/config &&
	git dualfix apply ../p.json
'

test_expect_success '-q says nothing but errors, -v says more, --progress shows stages' '
	cd repo &&
	git dualfix apply -q ../p.json 2>../err && test_must_be_empty ../err &&
	git dualfix apply -v ../p.json 2>../err && test_grep "replace f: applied" ../err &&
	git dualfix apply --progress ../p.json 2>../err && test_grep "editing" ../err &&
	git dualfix apply --no-progress ../p.json 2>../err && test_grep ! "editing \.\.\." ../err &&
	git dualfix apply --color=always ../p.json 2>../err && test_grep "$(printf "\033")" ../err &&
	git dualfix apply --no-color ../p.json 2>../err && test_grep ! "$(printf "\033")" ../err
'

test_expect_success 'a closed stdout is an error, not success' '
	cd repo && test -c /dev/full &&
	test_expect_code 128 git dualfix apply --diff ../p.json >/dev/full 2>../err &&
	test_grep stdout ../err
'

test_expect_success 'closed descriptors: nothing is printed into a file' '
	cd repo && test_unchanged git-dualfix apply --branch dualfix/closed --verify "grep new f" ../p.json <&- >&- 2>&- &&
	git rev-parse -q --verify dualfix/closed && find .git/dualfix -name lock -size +0 >../left && test_must_be_empty ../left &&
	git dualfix show --json >../show.json && test "$(json_get ../show.json outcome)" = fixed
'

test_done
