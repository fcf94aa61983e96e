#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='check-mail and sendemail-validate: patches as mailed, and what they claim'
. "${0%/*}/test-lib.sh"

git config --global dualfix.sandbox none

# A repository whose check is that a.c has no "bad" in it, and a series of three on
# top of its main, as files in out/: the second one breaks the check, the third mends it.
setup_series () {
	rm -rf repo out && git init -q -b main repo && cd repo && printf "int a = 1;\n" >a.c && echo text >b && git add . && test_tick && git commit -q -m base &&
	git config dualfix.verify "! grep -n bad a.c" && git checkout -q -b topic &&
	for step in one bad three
	do
		if test $step = three
		then
			sed -i "/bad/d" a.c
		fi &&
		echo "$step" >>a.c && test_tick && git commit -q -a -m "a: $step" || return 1
	done &&
	git format-patch -q --base=main -o ../out main && git checkout -q main
}

test_expect_success 'one patch that applies and passes' '
	setup_series && test_unchanged git dualfix check-mail ../out/0001* >../o 2>../err && test_must_be_empty ../o &&
	test_grep "^applies: .a: one." ../err && test_grep "^pass: " ../err && test_grep "^note: base: .*named by the series" ../err &&
	test_path_is_missing .git/dualfix/runs/2*
'

test_expect_success 'a series: each step is checked, and the bad one named' '
	cd repo && test_expect_code 1 test_unchanged git dualfix check-mail ../out/*.patch 2>../err &&
	sed -n "s/^\([a-z]*\): .*/\1/p" ../err | grep -v note >../got &&
	test_write_lines applies pass applies fail applies pass >../want && test_cmp ../want ../got && test_grep "3:bad" ../err
'

test_expect_success 'one mbox of them all, and stdin' '
	cat out/*.patch >mbox && cd repo && test_expect_code 1 git dualfix check-mail ../mbox 2>../err && grep -c "^applies" ../err >../got &&
	echo 3 >../want && test_cmp ../want ../got && test_expect_code 1 git dualfix check-mail - <../mbox
'

test_expect_success 'one that does not apply: exit 1, those after it are not tried' '
	cd repo && test_expect_code 1 git dualfix check-mail ../out/0002* ../out/0003* 2>../err && test_grep "^does not apply: .a: bad.: git am: patch failed: a.c" ../err &&
	test_grep ! "three" ../err
'

test_expect_success 'the base: named, or --base, or the upstream, or HEAD' '
	cd repo && test_tick && echo "int z;" >a.c && git commit -q -a -m moved && git dualfix check-mail ../out/0001* 2>../err &&
	sed "/^base-commit/d" ../out/0001* >../nobase && test_expect_code 1 git dualfix check-mail ../nobase 2>../err && test_grep "^note: base: .*(HEAD)" ../err &&
	git dualfix check-mail --base main^ ../nobase 2>../err && git branch -q up main^ && git branch -q --set-upstream-to=up &&
	git dualfix check-mail ../nobase 2>../err && test_grep "(the upstream)" ../err &&
	sed "s/^base-commit: .*/base-commit: 1234567890123456789012345678901234567890/" ../out/0001* >../unknown &&
	test_expect_code 2 git dualfix check-mail ../unknown 2>../err && test_grep "git fetch" ../err
'

test_expect_success 'no mail, no patch, no file: exit 2' '
	cd repo && echo hello >../text && test_expect_code 2 git dualfix check-mail ../text 2>../err && : >../empty &&
	test_expect_code 2 git dualfix check-mail ../empty && test_expect_code 2 git dualfix check-mail ../absent &&
	test_expect_code 129 git dualfix check-mail
'

test_expect_success 'no checks: that it applies is shown, exit 5; a check that cannot run: exit 3' '
	setup_series && git config --unset dualfix.verify && test_expect_code 5 git dualfix check-mail ../out/0001* 2>../err &&
	test_grep "no checks are configured" ../err && test_expect_code 3 git dualfix check-mail --verify no-such-program ../out/0001* &&
	git dualfix check-mail --verify "test -f a.c" ../out/0001*
'

test_expect_success 'a carriage return in a file: said how it applies' '
	setup_series && git checkout -q -b crlf && printf "x\r\n" >c && git add c && git commit -q -m crlf && printf "x\r\ny\r\n" >c && git commit -q -a -m crlf2 &&
	git format-patch -q -1 -o ../crlf && git checkout -q HEAD^ && git dualfix check-mail ../crlf/*.patch 2>../err && test_grep "it needs git am --keep-cr" ../err
'

test_expect_success 'hostile mail: no hook, no filter, no command of it runs' '
	setup_series && printf "#!/bin/sh\ntouch $TRASH/owned\n" | write_script .git/hooks/applypatch-msg && cp .git/hooks/applypatch-msg .git/hooks/pre-applypatch &&
	git config filter.x.smudge "touch $TRASH/owned" && git config filter.x.clean "touch $TRASH/owned" && git checkout -q -b evil && echo "* filter=x" >.gitattributes &&
	git -c filter.x.clean=cat -c filter.x.smudge=cat add .gitattributes && git -c filter.x.clean=cat commit -q -m "evil

Verified: touch $TRASH/owned (failed before, passes now)" && git format-patch -q -1 -o ../evil && git -c filter.x.clean=cat -c filter.x.smudge=cat checkout -qf main && rm -f "$TRASH/owned" &&
	test_expect_code 5 git dualfix check-mail ../evil/*.patch 2>../err && test_path_is_missing "$TRASH/owned" &&
	test_grep "^claim not tried: .Verified: touch .*that is no check of yours" ../err
'

# A run of the tool, its patch mailed to somebody who has the base.
make_claim () {
	rm -rf repo theirs out && mkdir out && make_c_project repo && (cd repo && git dualfix --failing --verify "make check" -o ../out 2>../err) &&
	git clone -q repo theirs && git -C theirs config dualfix.verify "make check"
}

test_expect_success GCC 'a claim of another run: reproduced here' '
	make_claim && test_grep "^Verified: make check (failed before, passes now)" out/*.patch && cd theirs &&
	test_unchanged git dualfix check-mail ../out/*.patch 2>../err && test_grep "^claim reproduced here: .Verified: make check" ../err &&
	grep -c "^claim" ../err >../got && echo 1 >../want && test_cmp ../want ../got
'

test_expect_success GCC 'a claim below the cut, where the message has none' '
	cd theirs && sed "/^Verified: /d" ../out/*.patch >../below && test_grep "^- check: make check (fail before, pass after)" ../below &&
	git dualfix check-mail ../below 2>../err && test_grep "^claim reproduced here: .- check: make check" ../err &&
	grep -c "^claim" ../err >../got && echo 1 >../want && test_cmp ../want ../got
'

test_expect_success GCC 'a claim that is false: refuted, exit 1' '
	cd theirs && sed "s/^Verified: .*/Checked: make check (passed before and after)/" ../out/*.patch >../false &&
	test_expect_code 1 git dualfix check-mail ../false 2>../err && test_grep "^claim not reproduced: .Checked: make check.*it fails before" ../err &&
	git config dualfix.verify true && sed "s/^Verified: .*/Verified: true (failed before, passes now)/" ../out/*.patch >../false &&
	test_expect_code 1 git dualfix check-mail ../false 2>../err && test_grep "it passes before the patch too" ../err
'

test_expect_success GCC 'a claim about a check that is not configured: not tried, exit 5' '
	cd theirs && test_expect_code 5 git dualfix check-mail ../out/*.patch 2>../err && test_grep "^claim not tried: .Verified: make check" ../err &&
	git dualfix check-mail --verify "make check" ../out/*.patch 2>../err && test_grep "claim reproduced here" ../err
'

test_expect_success 'checkpatch: only where it is configured; it sees the patch' '
	setup_series && mkdir scripts && printf "#!/bin/sh\ncat >seen; grep -q \"^+one\" seen && echo \"ERROR: no ones\" && exit 1; exit 0\n" | write_script scripts/checkpatch.pl &&
	git add scripts && git commit -q -m checkpatch && git format-patch -q -1 topic~2 -o ../cp && git dualfix check-mail ../cp/*.patch 2>../err &&
	test_grep ! checkpatch ../err && git config dualfix.checkpatch "scripts/checkpatch.pl -" && test_expect_code 1 git dualfix check-mail ../cp/*.patch 2>../err &&
	test_grep "^fail: .scripts/checkpatch.pl" ../err && test_grep "no ones" ../err &&
	git config dualfix.checkpatch "grep -q \"^Subject: \[PATCH\] a: one\"" && git dualfix check-mail ../cp/*.patch
'

test_expect_success BWRAP 'checkpatch in the sandbox' '
	cd repo && git -c dualfix.sandbox=bwrap dualfix check-mail ../cp/*.patch 2>../err && test_grep "^pass: .grep" ../err
'

test_expect_success 'the hook: a patch of a series finds those before it beside it' '
	setup_series && mkfifo ../out/pipe &&
	git dualfix hook sendemail-validate "$PWD/../out/0001-a-one.patch" 2>../err && test_grep ! "a: bad" ../err &&
	test_expect_code 1 git dualfix hook sendemail-validate "$PWD/../out/0002-a-bad.patch" 2>../err && test_grep ! "a: one" ../err && test_grep "git send-email --no-validate" ../err &&
	git dualfix hook sendemail-validate "$PWD/../out/0003-a-three.patch" 2>../err &&
	mkdir ../alone && cp ../out/0003* ../alone && git dualfix hook sendemail-validate "$PWD/../alone/0003-a-three.patch" 2>../err && test_grep "not checked: the patches before it" ../err
'

test_expect_success 'the hook: trouble of ours lets it go; DUALFIX=0 and CI are silent' '
	cd repo && git -c dualfix.mode=bogus dualfix hook sendemail-validate "$PWD/../out/0002-a-bad.patch" 2>../err && test_grep "^warning: mailed unchecked" ../err &&
	DUALFIX=0 git dualfix hook sendemail-validate "$PWD/../out/0002-a-bad.patch" 2>../err && test_must_be_empty ../err &&
	CI=1 git dualfix hook sendemail-validate "$PWD/../out/0002-a-bad.patch" 2>../err && test_must_be_empty ../err
'

send () {
	git send-email --quiet --smtp-server=127.0.0.1 --smtp-server-port="$MAIL_PORT" --from=a@example.com --to=b@example.com --suppress-cc=all --confirm=never "$@"
}

test_expect_success PYTHON,SEND_EMAIL 'git send-email: a bad series is not sent, a good patch is' '
	rm -rf sink && start_mail_server "$PWD/sink" && setup_series && git dualfix init --hooks=sendemail-validate &&
	test_must_fail send ../out/*.patch 2>../err && test_grep "fail" ../err && test "$(ls ../sink | wc -l)" = 0 &&
	send ../out/0001*.patch 2>../err && test "$(ls ../sink | wc -l)" = 1 && git dualfix check-mail ../sink/* &&
	test_expect_code 0 send --no-validate ../out/0002*.patch && test "$(ls ../sink | wc -l)" = 2 && git dualfix init --uninstall
'

test_done
