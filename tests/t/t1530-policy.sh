#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description="what a project and the user's git demand: policy, evidence, hooks, signatures"
. "${0%/*}/test-lib.sh"

make_repo () {
	git init -q -b main "$1" && (cd "$1" && printf 'one\ntwo\n' >f && git add f &&
		git commit -q -m base) &&
	cat >"$1.json" <<-\EOF
	{"root_cause": "r", "strategy": "s", "commit": {"subject": "first thing", "body": "b"},
	 "edits": [{"file": "f", "type": "replace", "find": "one", "replace": "ONE"}]}
	EOF
}

test_expect_success 'a ban is told, its sentence quoted; allow does not look' '
	make_repo ban && cd ban &&
	printf "# Rules\n\nBe kind.\n\n- **AI-generated** code\033[31m is\n  not accepted.\n" \
		>CONTRIBUTING.md && git add . && git commit -q -m rules &&
	git dualfix apply --no-verify ../ban.json 2>../err &&
	test_grep "^warning: CONTRIBUTING.md seems to ban .*code?\[31m is not accepted" ../err &&
	git -c dualfix.policy=allow dualfix apply --no-verify ../ban.json 2>../err &&
	test_grep ! CONTRIBUTING ../err &&
	git dualfix apply --diff ../ban.json 2>../err && test_grep ! CONTRIBUTING ../err
'

test_expect_success 'a file that cannot be read is told, and the run goes on' '
	make_repo gone && cd gone && printf "gone\n" >CONTRIBUTING.md && git add . &&
	git commit -q -m rules && blob=$(git rev-parse HEAD:CONTRIBUTING.md) &&
	rm -f ".git/objects/$(echo "$blob" | cut -c1-2)/$(echo "$blob" | cut -c3-)" &&
	git dualfix apply --no-verify ../gone.json 2>../err &&
	test_grep "^warning: whether .* not known: .CONTRIBUTING.md.*missing" ../err &&
	git rev-parse --verify dualfix/plan
'

test_expect_success 'forbid: no patches, refused before anything is done' '
	make_repo forbid && cd forbid && git config dualfix.policy forbid &&
	git for-each-ref >../before &&
	test_expect_code 1 git dualfix apply --no-verify -o ../none ../forbid.json 2>../err &&
	test_grep "dualfix.policy is forbid" ../err &&
	test_expect_code 1 git dualfix apply --no-verify --stdout ../forbid.json >../out &&
	test_must_be_empty ../out &&
	test_expect_code 1 git dualfix apply --no-verify --json --format-patch ../forbid.json >../out &&
	test "$(json_get ../out outcome)" = refused &&
	git for-each-ref >../after && test_cmp ../before ../after &&
	test_path_is_missing ../none && test_path_is_missing .git/dualfix/runs &&
	git dualfix apply --no-verify ../forbid.json
'

test_expect_success 'evidence: trailer, none, note' '
	make_repo note && cd note &&
	git dualfix apply --verify true --branch trailer ../note.json &&
	git log -1 --format=%B trailer >../msg && test_grep "^Checked: true" ../msg &&
	git -c dualfix.evidence=none dualfix apply --verify true --branch none ../note.json &&
	git log -1 --format=%B none >../msg && test_grep ! Checked ../msg &&
	test_must_fail git rev-parse -q --verify refs/notes/dualfix &&
	git config dualfix.evidence note &&
	git dualfix apply --verify true --branch note ../note.json &&
	git log -1 --format=%B note >../msg && test_grep ! Checked ../msg &&
	git notes --ref=dualfix show note >../got && test_grep "^Checked: true (passed" ../got &&
	test_grep "^Tree: $(git rev-parse "note^{tree}")" ../got && git fsck --strict
'

test_expect_success 'notes add up, those of others stay, drop takes its own' '
	cd note && git notes --ref=dualfix add -m "somebody said so" main &&
	sed s/ONE/1/ ../note.json >../p2.json &&
	git dualfix apply --verify true --branch note2 ../p2.json &&
	git notes --ref=dualfix list >../list && test_line_count 3 ../list &&
	git dualfix drop && git notes --ref=dualfix list >../list && test_line_count 2 ../list &&
	git notes --ref=dualfix show main && git notes --ref=dualfix show note &&
	git notes --ref=dualfix remove main && git dualfix drop &&
	test_must_fail git rev-parse -q --verify refs/notes/dualfix
'

test_expect_success 'a branch that cannot be made leaves no note' '
	cd note && git branch taken &&
	test_expect_code 2 git dualfix apply --verify true --branch taken ../note.json &&
	test_must_fail git rev-parse -q --verify refs/notes/dualfix
'

test_expect_success 'the commit-msg hook judges the message, and may change it' '
	make_repo hook && cd hook && mkdir hooks && git config core.hooksPath "$PWD/hooks" &&
	write_script hooks/commit-msg <<-\EOF &&
	grep -q "^first" "$1" || { echo "subject: say first"; exit 1; }
	printf "\nChange-Id: I0123\n\n\n" >>"$1"
	EOF
	git dualfix apply --no-verify --stdout ../hook.json >../mbox &&
	git log -1 --format=%B dualfix/plan >../msg &&
	test_write_lines "first thing" "" b "" "Change-Id: I0123" "" >../want &&
	test_cmp ../want ../msg && test_grep "^Change-Id: I0123" ../mbox &&
	sed s/first/second/ ../hook.json >../p2.json && git for-each-ref >../before &&
	test_expect_code 1 git dualfix apply --no-verify ../p2.json 2>../err &&
	test_grep "^error: the commit-msg hook refuses the message: .*say first" ../err &&
	git for-each-ref >../after && test_cmp ../before ../after &&
	write_script hooks/commit-msg <<-\EOF &&
	: >"$1"
	EOF
	test_expect_code 1 git dualfix apply --no-verify ../hook.json 2>../err &&
	test_grep "leaves no message" ../err
'

test_expect_success 'a hook that a plan rewrites runs as the user has it, in the work tree' '
	make_repo own && cd own && mkdir tools && git config core.hooksPath tools && test_write_lines "#!/bin/sh" \
		"printf \"\\nRan: mine\\n\" >>\"\$1\"" >tools/commit-msg && chmod +x tools/commit-msg &&
	git add . && git commit -q -m hook && printf "%s\n" "{\"edits\": [{\"file\": \"tools/commit-msg\"," \
		"\"type\": \"replace\", \"find\": \"Ran: mine\", \"replace\": \"Ran: theirs\"}]}" >../theirs.json &&
	git dualfix apply --no-verify --branch dualfix/theirs ../theirs.json && git log -1 --format=%B dualfix/theirs >../msg &&
	test_grep "^Ran: mine" ../msg && test_grep ! "Ran: theirs" ../msg &&
	git show dualfix/theirs:tools/commit-msg >../theirs && test_grep "Ran: theirs" ../theirs
'

test_expect_success 'the dates and names of the user hold' '
	make_repo dates && cd dates &&
	GIT_AUTHOR_DATE="2005-04-07T22:13:13 +0200" GIT_COMMITTER_DATE="@1112911993 -0100" \
		git -c author.name=ignored dualfix apply --no-verify -s ../dates.json &&
	git log -1 --format="%an <%ae> %ai%n%cn %ct%n%(trailers:key=Signed-off-by,valueonly)" \
		dualfix/plan >../got &&
	test_write_lines "A U Thor <author@example.com> 2005-04-07 22:13:13 +0200" \
		"C O Mitter 1112911993" "C O Mitter <committer@example.com>" "" >../want &&
	test_cmp ../want ../got &&
	git config user.useConfigOnly true &&
	(unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL &&
		test_expect_code 3 git -c dualfix.sandbox=none dualfix apply \
			--verify "echo x >\"$WORK/checked\"" ../dates.json) &&
	test_path_is_missing ../checked
'

if command -v ssh-keygen >/dev/null
then
	test_set_prereq SSH_KEYGEN
fi

test_expect_success SSH_KEYGEN 'commit.gpgSign signs, and what cannot be signed is not made' '
	make_repo sign && cd sign && ssh-keygen -q -t ed25519 -N "" -f ../key &&
	git config commit.gpgSign true && git config gpg.format ssh &&
	git config user.signingKey "$WORK/key" &&
	echo "author@example.com $(cat ../key.pub)" >../allowed &&
	git config gpg.ssh.allowedSignersFile "$WORK/allowed" &&
	git -c i18n.commitEncoding=latin1 dualfix apply --no-verify --stdout ../sign.json >../mbox &&
	git -c gpg.minTrustLevel=never verify-commit dualfix/plan &&
	git cat-file commit dualfix/plan >../raw && test_grep ! "^encoding" ../raw &&
	git config user.signingKey /nonexistent && git for-each-ref >../before &&
	test_expect_code 3 git dualfix apply --no-verify ../sign.json 2>../err &&
	test_grep "cannot sign the commit" ../err &&
	git for-each-ref >../after && test_cmp ../before ../after
'

test_done
