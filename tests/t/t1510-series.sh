#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='mailed series: cover letters, rerolls, answers; what git and SMTP make of them'
. "${0%/*}/test-lib.sh"

# Three plans for a file of three lines, in $WORK.
make_repo () {
	git init -q -b main "$1" && (cd "$1" && printf 'one\ntwo\nthree\n' >f && git add f &&
		git commit -q -m base) &&
	for word in one two three
	do
		cat >$word.json <<-EOF || return 1
		{"root_cause": "$word is — oh — in lower case", "strategy": "raise it",
		 "commit": {"subject": "f: raise $word", "body": "It was low."},
		 "edits": [{"file": "f", "type": "replace", "find": "$word", "replace": "X $word é"}]}
		EOF
	done
}

# $1: repository, $2: commit, then what git am is given, in a clone of main.
am_gives () {
	rm -rf clone && git clone -q --no-local --single-branch "$1" clone &&
	repo=$1 commit=$2 && shift 2 && git -C clone am -q "$@" &&
	test "$(git -C clone rev-parse "HEAD^{tree}")" = "$(git -C "$repo" rev-parse "$commit^{tree}")" &&
	git -C clone log --format=%an%n%B origin/main..HEAD >got &&
	git -C "$repo" log --format=%an%n%B "main..$commit" >want && test_cmp want got
}

test_expect_success 'two plans: a cover letter that says what for, how made, what ran' '
	make_repo two && cd two &&
	git dualfix apply --no-verify -o ../deep/er ../one.json ../two.json >../names 2>../err &&
	test_write_lines 0000-cover-letter.patch 0001-f-raise-one.patch 0002-f-raise-two.patch \
		>../want &&
	ls ../deep/er >../got && test_cmp ../want ../got &&
	tail -n +2 ../names >../got && sed "s,^,../deep/er/," ../want >../paths &&
	test_cmp ../paths ../got &&
	letter=../deep/er/0000-cover-letter.patch &&
	test_grep "^Subject: \[PATCH 0/2\] f: raise one\$" $letter &&
	test_grep "^one is — oh — in lower case" $letter && test_grep "^two is — oh" $letter &&
	test_grep "^Content-Type: text/plain; charset=UTF-8" $letter &&
	test_grep "^- not verified: no check ran" $letter && test_grep "^  f: raise two\$" $letter &&
	test_grep "^- tree: $(git rev-parse "dualfix/plan^{tree}")" $letter &&
	test_grep "^base-commit: $(git rev-parse main)" $letter &&
	test_grep ! "HERE \*\*\*" $letter &&
	cd .. && am_gives two dualfix/plan "$PWD"/deep/er/000[12]*
'

test_expect_success '--stdout has no letter: git am takes it as it is' '
	(cd two && git dualfix apply --no-verify --branch out --stdout ../one.json ../two.json) >mbox &&
	test_grep "^Subject: \[PATCH 2/2\]" mbox && test_grep ! "PATCH 0/2" mbox &&
	am_gives two out "$PWD/mbox"
'

test_expect_success 'one plan has no letter; format.coverLetter=false has none' '
	cd two && git dualfix apply --no-verify --branch single -o ../single ../one.json &&
	ls ../single >../got && echo 0001-f-raise-one.patch >../want && test_cmp ../want ../got &&
	git -c format.coverLetter=true dualfix apply --no-verify --branch single2 -o ../single2 \
		../one.json &&
	test_line_count 1 ../got && ls ../single2 >../got && test_cmp ../want ../got &&
	git -c format.coverLetter=false dualfix apply --no-verify --branch bare -o ../bare \
		../one.json ../two.json &&
	ls ../bare >../got && test_line_count 2 ../got
'

test_expect_success 'a reroll says what changed since, in the letter or below the cut' '
	cd two &&
	git dualfix apply --no-verify --branch again --reroll-count 2 --range-diff dualfix/plan \
		-o ../again ../one.json ../three.json &&
	letter=../again/v2-0000-cover-letter.patch &&
	test_grep "^Range-diff against v1:" $letter && test_grep "^1:  .* = 1:  .* f: raise one" $letter &&
	test_grep "^2:  .* [<!] .* f: raise two" $letter &&
	test_grep ! "^Range-diff" ../again/v2-0001-f-raise-one.patch &&
	git dualfix apply --no-verify --branch alone --reroll-count 3 --range-diff single \
		-o ../alone ../two.json &&
	test_grep "^Range-diff against v2:" ../alone/v3-0001-f-raise-two.patch &&
	cd .. && am_gives two again "$PWD"/again/v2-000[12]* &&
	am_gives two alone "$PWD/alone/v3-0001-f-raise-two.patch"
'

test_expect_success 'an earlier version that is none is told before anything is done' '
	cd two && git for-each-ref >../before &&
	test_expect_code 2 git dualfix apply --no-verify --range-diff nowhere -o ../none ../one.json \
		2>../err &&
	test_grep "nowhere" ../err && git for-each-ref >../after && test_cmp ../before ../after &&
	>../file && test_expect_code 3 git dualfix apply --no-verify -o ../file ../one.json &&
	long=$(printf "%0300d" 1) &&
	test_expect_code 3 test_unchanged git dualfix apply --no-verify -o ../part/$long ../one.json 2>../err &&
	test_grep "^hint: -o" ../err && test_path_is_missing ../part &&
	git for-each-ref >../after && test_cmp ../before ../after
'

test_expect_success 'the user cannot be made to sign, nor the patches to break, by his settings' '
	cd two && cat >>.git/config <<-\EOF &&
	[format]
		signOff = true
		attach = yes
		thread = deep
		subjectPrefix = PATCH f
		notes = true
		to = list@example.org
	[diff]
		noprefix = true
		context = 0
	[color]
		ui = always
	EOF
	git dualfix apply --no-verify --branch odd -o ../odd ../one.json ../two.json &&
	test_grep "^Subject: \[PATCH f 1/2\]" ../odd/0001-f-raise-one.patch &&
	test_grep "^To: list@example.org" ../odd/0001-f-raise-one.patch &&
	test_grep ! "Signed-off-by" ../odd/0001-f-raise-one.patch &&
	cd .. && am_gives two odd "$PWD"/odd/000[12]*
'

# $1: what happens to a patch on its way, $2: the patch
damage () {
	"$PYTHON" - "$1" "$2" <<-\EOF
	import base64, quopri, re, sys
	head, body = open(sys.argv[2], "rb").read().split(b"\n\n", 1)
	def coded(how, text, charset=b"UTF-8"):
	    return (head + b"\nMIME-Version: 1.0\nContent-Type: text/plain; charset=" + charset +
	            b"\nContent-Transfer-Encoding: " + how + b"\n\n" + text)
	plain = coded(b"8bit", body)
	sys.stdout.buffer.write({
	    "nothing": lambda: plain,
	    "crlf": lambda: plain.replace(b"\n", b"\r\n"),
	    "no-from": lambda: plain.split(b"\n", 1)[1],
	    "qp": lambda: coded(b"quoted-printable", quopri.encodestring(body)),
	    "base64": lambda: coded(b"base64", base64.encodebytes(body)),
	    "base64-crlf": lambda: coded(b"base64",
	                                 base64.encodebytes(body.replace(b"\n", b"\r\n"))),
	    "charset": lambda: coded(b"8bit", body, b"iso-8859-1"),
	    "footer": lambda: plain + b"_____\nlist mailing list\nlist@example.org\n",
	    "stripped": lambda: re.sub(rb"(?m)[ \t]+$", b"", plain),
	    "tabs": lambda: plain.replace(b"\t", b"        "),
	    "wrapped": lambda: coded(b"8bit", re.sub(rb"(?m)^(.{60,}) ", rb"\1\n", body)),
	    "flowed": lambda: coded(b"8bit", body, b"UTF-8; format=flowed"),
	}[sys.argv[1]]())
	EOF
}

# As measured with the git of today: what it refuses, it must not take differently.
test_expect_success 'on the way: git am gives the same, or refuses' '
	git init -q -b main way && (cd way && printf "a\tb \n%070d x y z\n\nend\t\n" 7 >f &&
		git add f && git commit -q -m base) &&
	cat >way.json <<-EOF &&
	{"root_cause": "r", "strategy": "s", "commit": {"subject": "f: change", "body": "b"},
	 "edits": [{"file": "f", "type": "replace", "find": "end", "replace": "é $(printf %080d 8)"}]}
	EOF
	(cd way && git dualfix apply --no-verify --branch fix -o .. ../way.json) &&
	patch=0001-f-change.patch &&
	for how in nothing crlf no-from qp base64 charset footer
	do
		damage $how $patch >$how.eml && am_gives way fix "$PWD/$how.eml" ||
			{ echo "$how"; return 1; }
	done &&
	for how in stripped tabs wrapped flowed base64-crlf
	do
		damage $how $patch >$how.eml && rm -rf clone &&
		git clone -q --no-local --single-branch way clone &&
		test_must_fail git -C clone am -q "$PWD/$how.eml" || { echo "$how"; return 1; }
	done &&
	am_gives way fix --quoted-cr=strip "$PWD/base64-crlf.eml"
'

test_expect_success PYTHON,SEND_EMAIL 'git send-email to a real server: what arrives is the commits' '
	start_mail_server "$PWD/inbox" &&
	(cd two && git -c sendemail.confirm=never send-email --quiet --from=me@example.org \
		--to=list@example.org --suppress-cc=all --smtp-server=127.0.0.1 \
		--smtp-server-port="$MAIL_PORT" ../again/*.patch) &&
	ls inbox >got && test_write_lines 1.eml 2.eml 3.eml >want && test_cmp want got &&
	test_grep "^Subject: \[PATCH v2 0/2\]" inbox/1.eml &&
	id=$(sed -n "s/^Message-Id: *//Ip" inbox/1.eml | tr -d "\r") && test -n "$id" &&
	test_grep "^In-Reply-To: $id" inbox/2.eml && test_grep "^In-Reply-To: $id" inbox/3.eml &&
	am_gives two again "$PWD/inbox/2.eml" "$PWD/inbox/3.eml"
'

if command -v b4 >/dev/null
then
	test_set_prereq B4
fi

test_expect_success B4 'b4 takes the series from an mbox' '
	(cat again/v2-0000* && echo && cat again/v2-0001* && echo && cat again/v2-0002*) >b4.mbox &&
	id=$(sed -n "s/^Message-Id: <\(.*\)>/\1/Ip" b4.mbox | head -n 1) &&
	b4 --offline-mode am -m b4.mbox -o out "$id" &&
	am_gives two again out/*.mbx
'

test_done
