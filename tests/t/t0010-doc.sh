#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='the manual pages, README and HACKING say what the program is'
. "${0%/*}/test-lib.sh"

TABLES=$BUILD_DIR/print-tables
DOC=$TOP_DIR/doc
PAGE=$DOC/git-dualfix.1

# Of pages, without what lint cannot know before they are installed.
prereq_MANDOC () { command -v mandoc >/dev/null; }
prereq_TABLES () { test -x "$TABLES"; }

# The text of a page with its font and special characters taken out.
plain () {
	sed -e 's/\\f[IRB]//g' -e 's/\\-/-/g' -e 's/\\(dq/"/g' -e 's/\\&//g' "$1"
}

test_expect_success MANDOC 'mandoc has nothing to say of the pages' '
	for page in "$DOC"/*.[1-8]
	do
		mandoc -Tlint -Wstyle "$page" 2>/dev/null || :
	done >lint &&
	sed "/referenced manual not found/d" lint >out &&
	test_must_be_empty out
'

test_expect_success TABLES 'the tables in the pages are those of the program (make doc)' '
	for page in "$DOC"/*.[1-8] "$DOC"/completion/*
	do
		sh "$DOC/splice.sh" "$TABLES" "$page" >spliced &&
		test_cmp "$page" spliced || return 1
	done
'

test_expect_success 'the splicer refuses what it does not know' '
	write_script tables <<-\EOS &&
	test "$*" != "no such" || exit 1
	echo "<$*>"
	EOS
	printf "%s\n" a ".\\\" table x y" old ".\\\" end" b >page &&
	sh "$DOC/splice.sh" ./tables page >out &&
	printf "%s\n" a ".\\\" table x y" "<x y>" ".\\\" end" b >want &&
	test_cmp want out &&
	for lines in ".\\\" table no such" ".\\\" end" ".\\\" table x" \
		".\\\" table x\n.\\\" table x"
	do
		printf "$lines\n" >page &&
		test_must_fail sh "$DOC/splice.sh" ./tables page >out 2>err &&
		test_grep page err || return 1
	done
'

test_expect_success 'git dualfix -h: exit 0, all on stdout' '
	git dualfix -h >out 2>err &&
	test_must_be_empty err &&
	test_grep "^usage: git dualfix \[run\]" out
'

test_expect_success 'every command of the usage is in the page' '
	git dualfix -h >out &&
	sed -n "s/^.*: git dualfix \[*\([a-z-]*\).*/\1/p" out >commands &&
	test_line_count 16 commands &&
	while read -r name
	do
		grep "^\.It Cm $name\$" "$PAGE" >/dev/null ||
		fail "git dualfix $name is not in the page" || return 1
	done <commands
'

test_expect_success 'every option of every command is in the page' '
	git init -q repo &&
	plain "$PAGE" >page &&
	for name in run plan apply verify take drop amend resume batch log show init doctor gc check-mail
	do
		(cd repo && git dualfix $name -h) >help &&
		sed -n "s/^    .\{4\}--\([^ =]*\).*/\1/p" help | sed "s/\[\$//" >options &&
		test -s options || return 1
		while read -r option
		do
			grep "Fl -$(echo "$option" | sed "s/[][]/\\\\&/g")\( \|\$\)" page >/dev/null ||
			fail "git dualfix $name --$option is not in the page" || return 1
		done <options
	done
'

test_expect_success TABLES 'every word of a report is in the page' '
	"$TABLES" words >words &&
	test -s words &&
	while read -r word
	do
		grep -E "^\.(It Cm|Ql) $word( |\$)" "$PAGE" >/dev/null ||
		fail "$word is not in the page" || return 1
	done <words
'

test_expect_success 'every rung of the ladder is in gitdualfix-plan(5)' '
	cat "$TOP_DIR"/src/edit/*.c | grep -o "{ \"[a-z]*\", \(try\|read\)_[a-z]*" |
		cut -d "\"" -f 2 | sort -u >rungs &&
	test_grep elision rungs &&
	while read -r rung
	do
		grep "Ql $rung\( \|\$\)" "$DOC/gitdualfix-plan.5" >/dev/null ||
		fail "$rung is not in gitdualfix-plan(5)" || return 1
	done <rungs
'

test_expect_success 'every key and edit of a rule is in gitdualfix-rules(5)' '
	sed -n "s/.*span_eqs(key, \"\([a-z]*\)\").*/\1/p; s/.*{ \"\([a-z_]*\)\", RULE_.*/\1/p" \
		"$TOP_DIR/src/issue/rulefile.c" >words &&
	test_grep remove_import words && test_grep severity words &&
	while read -r word
	do
		grep "^\.It Cm $word\$" "$DOC/gitdualfix-rules.5" >/dev/null ||
		fail "$word is not in gitdualfix-rules(5)" || return 1
	done <words
'

# Keys as messages name them; "dualfix.%s.url" stands for a role's, whose keys the
# table has.
test_expect_success TABLES 'every setting that the source speaks of is in the page' '
	cat "$TOP_DIR"/src/*/*.c | grep -o "\"[^\"]*\"" | sed "s/[@.-]dualfix//g" |
		grep -o "dualfix\.[a-zA-Z]*\(\.[a-zA-Z<>]*\)*" | sed "s/\.\$//" >said &&
	"$TABLES" keys | cat - said | sort -u >keys &&
	test_grep dualfix.verifyTimeout keys &&
	tr A-Z a-z <"$PAGE" >page &&
	while read -r key
	do
		case $key in
		dualfix|dualfix.check) continue ;;
		esac
		grep -F "$key" page >/dev/null ||
		fail "$key is not in the page" || return 1
	done <<-EOF
	$(tr A-Z a-z <keys)
	EOF
'

test_expect_success 'every environment variable of ours is in the page' '
	cat "$TOP_DIR"/src/*/*.c | grep -o "DUALFIX_[A-Z_]*\"" | tr -d "\"" |
		grep -v DUALFIX_VERSION | sort -u >variables &&
	test -s variables &&
	while read -r name
	do
		grep "Ev .*$name" "$PAGE" >/dev/null ||
		fail "$name is not in the page" || return 1
	done <variables
'

# A map's rows, "| file.c | what |", with the room that their heading names.
test_expect_success 'HACKING.md maps every source file, and none that is not there' '
	(cd "$TOP_DIR" && ls src/*/*.c | sed "s,^src/,,") | sort >there &&
	awk "/^## / { map = \$3 == \"map\" }
		map && /^### / { room = \$2 }
		map && \$2 ~ /\\.c\$/ { print room \$2 }" "$TOP_DIR/HACKING.md" | sort >mapped &&
	test_cmp there mapped
'

test_expect_success 'README names the first two commands first' '
	grep -o "\./install\.sh --[a-z]*" "$TOP_DIR/README.md" | head -n 2 >out &&
	test_write_lines "./install.sh --demo" "./install.sh --check" >want &&
	test_cmp want out
'

test_done
