#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='verdicts that cannot be talked into: tests, flakes, hunks, rounds'
. "${0%/*}/test-lib.sh"

git config --global dualfix.sandbox none

# Two functions, both wrong, and a test of each; ./run-tests counts as TAP does.
make_project () {
	git init -q -b main "$1" && (
		cd "$1" && mkdir tests &&
		cat >num.sh <<-\EOF &&
		# doubles
		double () {
			echo $(($1 + $1 + 1))
		}

		# what is next
		next () {
			echo $(($1 + 2))
		}
		EOF
		cat >tests/all.sh <<-\EOF &&
		. ./num.sh
		bad=0
		is () {
			if test "$2" = "$3"; then echo "ok - $1"; else echo "not ok - $1"; bad=1; fi
		}
		is double "$(double 4)" 8
		is more "$(double 7)" 14
		is next "$(next 4)" 5
		exit $bad
		EOF
		git add . && git commit -q -m base
	)
}

# Edits, one for each word, as a plan.
plan () {
	sep= &&
	printf '{"root_cause": "r", "strategy": "s", %s"edits": [' "$from" &&
	for word
	do
		printf '%s' "$sep" && sep=', ' &&
		case $word in
		double) edit num.sh '$1 + $1 + 1' '$1 + $1' ;;
		next) edit num.sh '$1 + 2' '$1 + 1' ;;
		worse) edit num.sh '$1 + $1 + 1' '$1 + $1 + 2))/0))' ;;
		comment) edit num.sh '# what is next' '# what comes after' ;;
		idle) edit num.sh '# doubles' 'unused=1' ;;
		drop) edit tests/all.sh 'is next \"$(next 4)\" 5\n' '' ;;
		expect) edit tests/all.sh '4)\" 5' '4)\" 6' ;;
		heart) edit num.sh 'next () {\n' 'next () {\n\tif test $1 -eq 4; then echo 5; return; fi\n' ;;
		esac || return 1
	done &&
	echo ']}'
}

edit () {
	printf '{"file": "%s", "type": "replace", "find": "%s", "replace": "%s"}' \
		"$1" "$2" "$(printf %s "$3" | sed 's/	/\\t/g')"
}
from=

apply () {
	plan=$1 &&
	shift &&
	git dualfix apply --accept fixed --verify 'sh tests/all.sh' --json "$@" "$plan" \
		>../report 2>../err
}

test_expect_success 'each hunk of a fix is needed, and it says so' '
	make_project prj && cd prj && plan double next >../plan.json &&
	test_unchanged git dualfix apply --accept fixed --verify "sh tests/all.sh" ../plan.json \
		2>../err &&
	test_grep "2 of 2 hunks needed" ../err &&
	git dualfix drop
'

test_expect_success 'of the only hunk that goes without saying' '
	cd prj && plan double >../plan.json &&
	git dualfix apply --accept fixed --verify "test \$(. ./num.sh && double 4) = 8" ../plan.json \
		2>../err &&
	test_grep "fixed: .*(1 file, +1 -1, [0-9.]* s)" ../err &&
	git dualfix drop
'

for spoilt in drop expect heart
do
	test_expect_success "a fix that spares itself the work is refused ($spoilt)" "
		cd prj && plan double $spoilt >../plan.json &&
		test_expect_code 1 test_unchanged apply ../plan.json &&
		test \"\$(json_get ../report outcome)\" = refused &&
		test_grep 'tests/all.sh:' ../err &&
		test_grep 'allow-test-edits' ../err
	"
done

test_expect_success 'unless that is allowed; and then it is a fix' '
	cd prj && plan double expect >../plan.json &&
	apply ../plan.json --allow-test-edits &&
	test "$(json_get ../report outcome)" = fixed &&
	git dualfix drop
'

test_expect_success 'what is refused is kept to be looked at' '
	cd prj && plan double drop >../plan.json &&
	test_expect_code 1 apply ../plan.json && git dualfix show >../shown &&
	test_grep "^-is next" ../shown
'

test_expect_success 'a hunk that no check needs is named' '
	cd prj && plan double next comment idle >../plan.json && apply ../plan.json &&
	test "$(json_get ../report hunks.tried)" = 3 &&
	test "$(json_get ../report hunks.needed)" = 2 &&
	test "$(json_get ../report hunks.idle.0.file)" = num.sh &&
	test "$(json_get ../report hunks.idle.0.line)" = 1 &&
	test_grep "num.sh:1: .*without this hunk" ../err &&
	git show dualfix/plan:num.sh >../got && test_grep unused=1 ../got &&
	git dualfix drop
'

test_expect_success 'or removed, comments aside' '
	cd prj && apply ../plan.json --load-bearing=remove &&
	test "$(json_get ../report hunks.removed)" = true &&
	test "$(json_get ../report outcome)" = fixed &&
	git show dualfix/plan:num.sh >../got && test_grep ! unused=1 ../got &&
	test_grep "what comes after" ../got &&
	git dualfix drop && git config dualfix.loadBearing remove &&
	apply ../plan.json --no-load-bearing && test_must_fail json_get ../report hunks &&
	git dualfix drop && git config --unset dualfix.loadBearing
'

test_expect_success 'a check that fails now and then shows nothing' '
	git init -q -b main flaky && cd flaky && echo a >f && git add f && git commit -q -m f &&
	cat >../plan.json <<-\EOF &&
	{"edits": [{"file": "f", "type": "replace", "find": "a", "replace": "b"}]}
	EOF
	once="test -e ../once || { : >../once; false; }" &&
	forget="rm -f .git/dualfix/checkout/*/once" &&
	test_expect_code 5 git dualfix apply --accept fixed --verify "$once" --json \
		../plan.json >../report 2>../err &&
	test "$(json_get ../report outcome)" = held &&
	test_grep flaky ../err && git dualfix drop && eval "$forget" &&
	git dualfix apply --accept fixed --no-load-bearing --verify ": 2; $once" --json \
		../plan.json >../report &&
	test "$(json_get ../report outcome)" = fixed && git dualfix drop && eval "$forget" &&
	test_expect_code 5 git dualfix apply --accept fixed --no-load-bearing --repeat 2 \
		--verify ": 3; $once" --json ../plan.json >../report &&
	test "$(json_get ../report verification.0.before.flaky)" = true &&
	test "$(json_get ../report outcome)" = held && eval "$forget" &&
	test_expect_code 1 git dualfix verify --repeat 3 --verify ": 4; $once" 2>../err &&
	test_grep "flaky" ../err
'

# Rounds: the server answers the n-th question with the n-th plan.
answers () {
	n=0 &&
	printf '{"rules": [' &&
	for file
	do
		n=$((n + 1)) &&
		printf '{"match": {}, "times": 1, "reply": {"content_file": "%s"}}, ' "$file" ||
		return 1
	done &&
	printf '{"match": {}, "reply": {"content_file": "%s"}}]}\n' "$file"
}

fix_failing () {
	git dualfix --failing --verify 'sh tests/all.sh' --json "$@" >../report 2>../err
}

test_expect_success PYTHON 'the nearest candidate is kept, and a worse one goes no further' '
	plan double >one && plan worse >two && from="\"from\": \"base\", " && plan worse >two &&
	from= && answers one two two >scenario.json &&
	start_model_server scenario.json && use_model_server && make_project rounds && cd rounds &&
	test_expect_code 5 fix_failing --attempts 3 &&
	test "$(json_get ../report outcome)" = improved &&
	model_log body.messages >../asked && test_grep "made things worse" ../asked &&
	test_grep "same files\\|earlier round" ../asked
'

test_expect_success PYTHON 'of what came to nothing the nearest is shown' '
	plan worse >one && answers one >scenario.json && cd rounds && git branch -D dualfix/failing &&
	start_model_server ../scenario.json && use_model_server &&
	test_expect_code 1 fix_failing --attempts 0 &&
	test "$(json_get ../report candidate.diff)" = candidate.diff &&
	git dualfix show >../shown && test_grep "^+.*/0))" ../shown &&
	test_expect_code 1 git dualfix --failing --attempts 0 --verify "sh tests/all.sh" 2>../err &&
	test_grep "nearest.* kept as a diff" ../err &&
	test_grep "hint: git dualfix show" ../err
'

test_expect_success PYTHON 'a repair that quotes the base is read so' '
	plan double >one && plan double next >two && answers one two >scenario.json &&
	start_model_server scenario.json && use_model_server && cd rounds &&
	fix_failing --attempts 1 && test "$(json_get ../report outcome)" = fixed &&
	test_grep "quotes the base" ../err && git dualfix drop
'

test_expect_success PYTHON 'a refused round is told why, and may do better' '
	plan double drop >one && from="\"from\": \"base\", " && plan double next >two && from= &&
	answers one two >scenario.json &&
	start_model_server scenario.json && use_model_server && cd rounds &&
	fix_failing --attempts 1 && test "$(json_get ../report outcome)" = fixed &&
	model_log body.messages >../asked && test_grep "changes a test that failed" ../asked
'

test_expect_success 'the reproducers of all plans count' '
	git init -q -b main plans && cd plans && mkdir tests && echo 1 >a && echo 1 >b &&
	git add . && git commit -q -m base &&
	for f in a b
	do
		cat >../$f.json <<-EOF || exit 1
		{"edits": [
		 {"file": "$f", "type": "replace", "find": "1", "replace": "2"},
		 {"file": "tests/$f.sh", "type": "create_file", "role": "reproducer",
		  "content": "grep -q 2 $f\n"}]}
		EOF
	done &&
	echo "{\"edits\": [{\"file\": \"b\", \"type\": \"replace\", \"find\": \"2\", \"replace\": \"3 2\"}]}" \
		>../c.json &&
	all="for f in tests/*; do test ! -e \$f || sh \$f || exit 1; done" &&
	git dualfix apply --accept fixed --verify "$all" --json ../a.json ../b.json ../c.json \
		>../report 2>../err &&
	test "$(json_get ../report outcome)" = fixed
'

test_expect_success PYTHON 'spoilt fixes are not called fixed' '
	mkdir kept &&
	"$PYTHON" "$TOP_DIR/tests/bench/verdicts.py" --program "$BUILD_DIR/git-dualfix" \
		-n 30 --keep "$PWD/kept"
'

test_done
