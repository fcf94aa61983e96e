#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='repositories that libgit2 does not read: ids of sha256, objects that are elsewhere'
. "${0%/*}/test-lib.sh"

git config --global dualfix.sandbox none

prereq_SHA256 () { git init -q --object-format=sha256 "$TRASH/sha256"; }

# A plan that changes f from one to two.
printf '{"edits": [{"file": "f", "type": "replace", "find": "one", "replace": "two"}]}' >plan.json

# The main stories, in a repository of the given kind read by git.
stories () {
	kind=$1

	test_expect_success GCC,SHA256 "$kind: no key, no model: make's errors become a verified commit" '
		make_c_project $kind && cd $kind &&
		test_unchanged git dualfix --failing --verify "make check" --json >../out 2>../err &&
		test_grep "^fixed: " ../err && test "$(json_get ../out outcome)" = fixed &&
		test "$(json_get ../out commit)" = "$(git rev-parse dualfix/failing)" &&
		git show dualfix/failing:main.c >got && git show HEAD^:main.c >want && test_cmp want got &&
		git diff --name-only main dualfix/failing >got && test_write_lines greet.c main.c >want &&
		test_cmp want got
	'

	test_expect_success GCC,SHA256 "$kind: it is shown, known, taken, and swept" '
		cd $kind && fix=$(git rev-parse dualfix/failing) && git dualfix show >../out &&
		test_grep "^outcome *fixed" ../out && test_grep "^+#include <string.h>" ../out &&
		git dualfix verify --verify "make check" "$fix" 2>../err &&
		git dualfix take && test "$(git rev-parse HEAD)" = "$fix" && make -s check &&
		git -c dualfix.expire=now dualfix gc && git dualfix log >../log && test_must_be_empty ../log &&
		git fsck --full --strict
	'

	test_expect_success SHA256 "$kind: a plan is applied; git am gives the patch the same tree" '
		git init -q $kind-apply && cd $kind-apply && mkdir -p a/b && echo one >f && echo deep >a/b/c &&
		git add . && git commit -q -m base && git clone -q . ../$kind-am &&
		test_unchanged git dualfix apply ../plan.json >../out 2>../err &&
		test "$(cat ../out)" = "dualfix/plan $(git rev-parse dualfix/plan)" &&
		test_unchanged git dualfix apply --stdout ../plan.json >../mail &&
		test_grep "^From $(git rev-parse HEAD | sed "s/./[0-9a-f]/g") Mon Sep 17" ../mail &&
		git -C ../$kind-am am -q ../mail &&
		test "$(git -C ../$kind-am rev-parse HEAD^{tree})" = "$(git rev-parse dualfix/plan^{tree})" &&
		test_unchanged git dualfix apply --diff ../plan.json >../diff && test_grep "^+two" ../diff &&
		mkdir ../$kind-out && git dualfix apply --branch other --format-patch -o ../$kind-out ../plan.json >../names &&
		git -C ../$kind-am reset -q --hard HEAD^ && git -C ../$kind-am am -q ../$kind-out/*.patch
	'

	test_expect_success SHA256 "$kind: uncommitted changes, files that come and go, folders that empty" '
		cd $kind-apply && echo more >>a/b/c &&
		printf "{\"edits\": [{\"file\": \"a/b/c\", \"type\": \"delete_file\"},
			{\"file\": \"x/y/z\", \"type\": \"create_file\", \"content\": \"new\"}]}" >../tree.json &&
		test_unchanged git dualfix apply --worktree --branch dualfix/moved ../tree.json 2>../err &&
		git ls-tree -r --name-only dualfix/moved >../got && test_write_lines f x/y/z >../want &&
		test_cmp ../want ../got && git show dualfix/moved^:a/b/c >../got && test_cmp a/b/c ../got &&
		git checkout -q -- a
	'

	test_expect_success SHA256 "$kind: a push is stopped, what passes is pushed" '
		git init -q --bare $kind.git && git init -q -b main $kind-push && cd $kind-push &&
		git remote add origin ../$kind.git && echo good >f && git add . && git commit -q -m good &&
		git config dualfix.verify "! grep bad f" && git dualfix init --hooks 2>../err &&
		git push -q origin main && echo bad >f && git commit -q -a -m bad &&
		test_expect_code 1 test_unchanged git push origin main >../out 2>../err &&
		test_grep "fails its checks" ../err &&
		test "$(git -C ../$kind.git rev-parse main)" = "$(git rev-parse HEAD^)" &&
		git push -q origin :refs/heads/none main^:refs/heads/new 2>../err
	'

	test_expect_success SHA256 "$kind: what is refused leaves nothing" '
		cd $kind-apply && ln -s a link && git add link && git commit -q -m link &&
		printf "{\"edits\": [{\"file\": \"link/x\", \"type\": \"create_file\", \"content\": \"\"}]}" >../bad.json &&
		test_expect_code 2 test_unchanged git dualfix apply ../bad.json 2>../err &&
		test_grep "symbolic link" ../err
	'
}

git config --global dualfix.backend git
GIT_DEFAULT_HASH=sha1 && export GIT_DEFAULT_HASH
stories sha1
git config --global dualfix.backend auto
GIT_DEFAULT_HASH=sha256
stories sha256

test_expect_success SHA256 'which one reads is told, and one that cannot read says so' '
	git init -q told && cd told && echo one >f && git add f && git commit -q -m base &&
	{ git dualfix doctor 2>../err || :; } && test_grep "objects.*read by git\$" ../err &&
	test_expect_code 3 git -c dualfix.backend=libgit2 dualfix apply ../plan.json 2>../err &&
	test_grep "libgit2 cannot read .*sha256" ../err && test_grep "hint: .*dualfix.backend auto" ../err &&
	test_expect_code 3 git -c dualfix.backend=jgit dualfix apply ../plan.json 2>../err &&
	test_grep "auto, libgit2 or git" ../err
'

GIT_DEFAULT_HASH=sha1

# A clone without file contents, whose origin answers when asked; f is missing at HEAD.
partial_clone () {
	rm -rf up part && git init -q -b main up && echo one >up/f && git -C up add f && git -C up commit -q -m base &&
	git -C up config uploadpack.allowFilter true && git -C up config uploadpack.allowAnySHA1InWant true &&
	git clone -q --no-checkout --filter=blob:none "file://$PWD/up" part
}

for backend in auto git
do
	test_expect_success "$backend: what a partial clone lacks is not fetched unasked" '
		partial_clone && cd part && git rev-list --objects --missing=print HEAD >../before &&
		test_grep "^?" ../before &&
		test_expect_code 128 git -c dualfix.backend=$backend dualfix apply ../plan.json 2>../err &&
		test_grep "missing: this is a partial clone" ../err &&
		test_grep "^hint: git config dualfix.fetchMissing true" ../err &&
		git rev-list --objects --missing=print HEAD >../after && test_cmp ../before ../after
	'
done

test_expect_success 'with dualfix.fetchMissing it is, and no more than that' '
	partial_clone && cd part && echo other >../up/g && git -C ../up add g && git -C ../up commit -q -m g &&
	git fetch -q && git reset -q --soft origin/main && git config dualfix.fetchMissing true &&
	git dualfix apply --verify "grep two f" ../plan.json 2>../err && git show dualfix/plan:f >../got &&
	echo two >../want && test_cmp ../want ../got && git fsck
'

test_expect_success 'an origin that is gone is said to be' '
	partial_clone && mv up away && cd part && git config dualfix.fetchMissing true &&
	test_expect_code 128 git dualfix apply ../plan.json 2>../err && test_grep "cannot read object" ../err
'

# A git that lies when it is asked for an object, and is git otherwise.
test_expect_success 'answers that are not git'\''s are refused' '
	real=$(command -v git) && mkdir -p bin && git init -q lied && cd lied && echo one >f && git add f &&
	git commit -q -m base && git config dualfix.backend git &&
	for answer in "" "x" "\$id blob" "\$id blob 3x" "\$id blob -1" "\$id commit 99999999999999999999" \
		"\$id missing x" "0123456789012345678901234567890123456789 missing" "\$id blob 3\\nabcd" "\$id tree 4\\nxxxx"
	do
		{
			echo "#!/bin/sh"
			echo "for arg; do test \"\$arg\" != cat-file || lie=t; done"
			echo "test -n \"\$lie\" || exec \"$real\" \"\$@\""
			echo "while read -r id; do printf \"$answer\\n\"; done"
		} >../bin/git && chmod +x ../bin/git &&
		(PATH=$PWD/../bin:$PATH && export PATH &&
			test_expect_code 128 git-dualfix apply ../plan.json) 2>../err || return 1
	done
'

test_done
