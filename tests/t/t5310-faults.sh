#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='what fails on the way: a sample of make check-faults, and whole failing surroundings'
. "${0%/*}/test-lib.sh"

git config --global dualfix.sandbox none
FAULTS=$TOP_DIR/tests/crash/faults.py
box=none
! test_have_prereq BWRAP || box=auto
prereq_GLIBC () { test -f "$BUILD_DIR/failalloc.so" && ldd --version 2>&1 | grep -q -i glibc; }
# A small file system of our own, for whom may mount one.
prereq_MOUNT () {
	mkdir -p "$TRASH/mnt" && mount -t tmpfs -o size=64k none "$TRASH/mnt" 2>/dev/null &&
	umount "$TRASH/mnt"
}

SQ=\'

cat >p.json <<\EOS
{"root_cause": "r", "strategy": "s", "commit": {"subject": "make it two"}, "edits": [
 {"file": "f", "type": "replace", "find": "one", "replace": "two"}]}
EOS

setup_repo () {
	rm -rf repo && git init -q -b main repo && cd repo &&
	printf "a\nb\nc\none\nd\ne\nf\n" >f && git add . && test_tick && git commit -q -m base &&
	echo mine >g && git config gc.auto 0
}

# All is well again: the same run succeeds, gc collects.
goes_on () {
	test_unchanged git dualfix apply --branch dualfix/again --verify "grep two f" ../p.json >../out 2>../err &&
	test "$(git show dualfix/again:f | sed -n 4p)" = two && git dualfix gc &&
	for run in .git/dualfix/runs/*
	do
		test_path_is_missing "$run/objects" || return 1
	done
}

test_expect_success PYTHON,GLIBC,STRACE,!ASAN 'allocations and system calls, a sample' '
	"$PYTHON" "$FAULTS" --program "$BUILD_DIR/git-dualfix" --shim "$BUILD_DIR/failalloc.so" \
		--sandbox $box --most 1 --kinds run,models >out &&
	test_grep "nothing lost" out
'

# It can fail: a program that does not look is found out.
test_expect_success PYTHON,GLIBC,!ASAN 'a program that says 0 and has done nothing is seen' '
	write_script program <<-EOF &&
	#!/bin/sh
	unset LD_PRELOAD
	case \$FAIL_AT:\$FAIL_LOG in
	:) exec "$BUILD_DIR/git-dualfix" "\$@" ;;
	:*) echo 1000 >"\$FAIL_LOG" ;;
	*) echo a stack >"\$FAIL_LOG" ;;
	esac
	EOF
	test_must_fail "$PYTHON" "$FAULTS" --program program --shim none.so \
		--sandbox none --most 1 --kinds run --allocations >out 2>&1 &&
	test_grep "exit 0: with the branches" out
'

for fill in 256 240 192 128
do
	test_expect_success MOUNT "a full disk: .git/dualfix has $((256 - fill)) kB" "
		setup_repo && mkdir .git/dualfix && mount -t tmpfs -o size=256k none .git/dualfix &&
		test_when_finished 'umount \"$WORK/repo/.git/dualfix\"' &&
		{ dd if=/dev/zero of=.git/dualfix/filler bs=1024 count=$fill 2>/dev/null || test \$? -eq 1; } &&
		{
			test_unchanged git dualfix apply --verify 'grep two f' ../p.json >../out 2>../err
			code=\$?
		} &&
		case \$code in
		0) git rev-parse --verify dualfix/plan && test $fill -lt 240 ;;
		128) test_must_be_empty ../out && test_grep '^fatal: .*No space left on device\|^fatal: .*write' ../err ;;
		*) cat ../err; fail \"exit \$code\" ;;
		esac &&
		rm .git/dualfix/filler && mount -o remount,size=8m .git/dualfix && goes_on
	"
done

test_expect_success MOUNT 'a disk that is full when the checks run: said, no verdict' '
	setup_repo && mkdir .git/dualfix && mount -t tmpfs -o size=2m none .git/dualfix &&
	test_when_finished "umount \"$WORK/repo/.git/dualfix\"" &&
	{
		test_unchanged git dualfix apply --verify "dd if=/dev/zero of=big bs=64k 2>/dev/null; grep two f" \
			../p.json >../out 2>../err
		code=$?
	} &&
	case $code in 0|128) ;; *) fail "exit $code"; cat ../err; false ;; esac &&
	mount -o remount,size=16m .git/dualfix && goes_on
'

# Root may write anywhere but where the file system is mounted read-only.
test_expect_success MOUNT 'a .git that cannot be written to' '
	setup_repo && mount --bind .git .git && test_when_finished "umount \"$WORK/repo/.git\"" &&
	mount -o remount,bind,ro .git &&
	test_expect_code 128 git dualfix apply --verify "grep two f" ../p.json >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^fatal: .*Read-only file system" ../err &&
	test_path_is_missing .git/dualfix && git -c core.checkStat=minimal diff --quiet HEAD -- f &&
	mount -o remount,bind,rw .git && goes_on
'

test_expect_success NOTROOT 'a .git that may not be written to' '
	setup_repo && chmod a-w .git && test_when_finished "chmod u+w \"$WORK/repo/.git\"" &&
	test_expect_code 128 git dualfix apply --verify "grep two f" ../p.json >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^fatal: .*Permission denied" ../err &&
	chmod u+w .git && goes_on
'

test_expect_success 'objects cannot be published: no branch, nothing left' '
	setup_repo && rm -rf ../kept && mv .git/objects ../kept && cp -R ../kept .git/objects &&
	for i in 0 1 2 3 4 5 6 7 8 9 a b c d e f
	do
		for j in 0 1 2 3 4 5 6 7 8 9 a b c d e f
		do
			test -d .git/objects/$i$j || : >.git/objects/$i$j || return 1
		done
	done &&
	test_expect_code 128 git dualfix apply --verify "grep two f" ../p.json >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^fatal: cannot move object" ../err &&
	test_must_fail git rev-parse -q --verify dualfix/plan &&
	rm -rf .git/objects && mv ../kept .git/objects && goes_on
'

# The branch is made, and that cannot be said.
test_expect_success 'a git that dies when it has made the branch: one branch, and it is told' '
	setup_repo && mkdir ../dies && real=$(command -v git) && write_script ../dies/git <<-EOS &&
	#!/bin/sh
	"$real" "\$@" || exit
	case " \$* " in *" update-ref "*) kill -9 \$\$ ;; esac
	EOS
	PATH=$(cd ../dies && pwd):$PATH \
		test_unchanged git-dualfix apply --verify "grep two f" ../p.json >../out 2>../err &&
	test_grep "^dualfix/plan " ../out && git for-each-ref refs/heads/dualfix >../refs &&
	test_line_count 1 ../refs && goes_on
'

test_expect_success 'a git that makes the branch but not the note: no second branch, the first is told' '
	setup_repo && git config dualfix.evidence note && mkdir ../half && real=$(command -v git) &&
	write_script ../half/git <<-EOS &&
	#!/bin/sh
	case " \$* " in *" update-ref "*) ;; *) exec "$real" "\$@" ;; esac
	sed /refs.notes/d | "$real" "\$@" && echo "fatal: couldn${SQ}t set ${SQ}refs/notes/dualfix$SQ" >&2
	exit 128
	EOS
	{
		PATH=$(cd ../half && pwd):$PATH \
			test_unchanged git-dualfix apply --verify "grep two f" ../p.json >../out 2>../err
		test $? -eq 128
	} &&
	test_must_be_empty ../out && test_grep "^fatal: .*dualfix/plan" ../err &&
	git for-each-ref refs/heads/dualfix >../refs && test_line_count 1 ../refs
'

test_expect_success 'a TMPDIR that is gone is not needed' '
	setup_repo && TMPDIR=$PWD/gone test_unchanged git dualfix apply --verify "grep two f" ../p.json >../out 2>../err &&
	test_grep ^dualfix/plan ../out && goes_on
'

test_expect_success 'closed streams: nothing of ours goes into files of the repository' '
	setup_repo &&
	test_expect_code 0 test_unchanged sh -c "git-dualfix apply --branch dualfix/a --verify \"grep two f\" ../p.json 2>&-" >../out &&
	test_grep ^dualfix/a ../out &&
	test_expect_code 0 test_unchanged sh -c "git-dualfix apply --branch dualfix/b --verify \"grep two f\" ../p.json <&-" >../out &&
	test_expect_code 0 test_unchanged sh -c "git-dualfix apply --branch dualfix/c --verify \"grep two f\" ../p.json <&- >&- 2>&-" &&
	git rev-parse --verify dualfix/c && goes_on
'

test_expect_success 'a stdout that is full: said, and the branch is there' '
	setup_repo && test -c /dev/full &&
	test_expect_code 128 git dualfix apply --verify "grep two f" ../p.json 2>../err >/dev/full &&
	test_grep "^fatal: .*No space left on device" ../err && git rev-parse --verify dualfix/plan &&
	for command in log show "show --json" "run -h" --version
	do
		# shellcheck disable=SC2086
		test_expect_code 128 git-dualfix $command 2>../err >/dev/full &&
		test_grep "^fatal: .*No space left on device" ../err || { echo "$command"; return 1; }
	done
'

test_expect_success 'out of descriptors: it works, or says so' '
	setup_repo && done=0 said=0 &&
	for n in 4 6 8 10 12 14 16 18 20 22 24 28 32 40
	do
		(
			ulimit -n "$n" && exec git-dualfix apply --branch "dualfix/n$n" --verify "grep two f" ../p.json
		) >../out 2>../err
		code=$?
		case $code in
		0) git rev-parse -q --verify "dualfix/n$n" && done=$((done + 1)) || return 1 ;;
		128) test_grep "^fatal: \|error while loading" ../err && test_must_be_empty ../out && said=$((said + 1)) || return 1 ;;
		127) test_grep "error while loading" ../err || return 1 ;;
		*) cat ../err; fail "exit $code with $n descriptors" || return 1 ;;
		esac
		git diff --quiet HEAD -- f || return 1
	done && test $done -gt 0 && test $said -gt 0 && goes_on
'

test_done
