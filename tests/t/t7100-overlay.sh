#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='dualfix.overlay: ignored files of the work tree, lent to checks'
. "${0%/*}/test-lib.sh"

# Whether checks may write there, and find it gone: where bubblewrap has overlays.
prereq_LAYERS () {
	mkdir -p lower && bwrap --unshare-all --ro-bind / / --overlay-src "$PWD/lower" \
		--tmp-overlay /mnt true 2>/dev/null
}
prereq_LANDLOCK () {
	git init -q probe && git -C probe commit -q --allow-empty -m base &&
	git -C probe -c dualfix.sandbox=landlock dualfix verify --verify : >/dev/null 2>&1
}
prereq_VENV () { "$PYTHON" -m venv --without-pip probe-venv >/dev/null 2>&1; }

# A folder of programs without bwrap, to be PATH.
mkdir few && for tool in sh git git-dualfix cat ls env grep sed touch
do
	ln -s "$(command -v $tool)" few/
done
few=$PWD/few:$(git --exec-path)

# A project $1 that needs node_modules, with changes that are not committed.
make_project () {
	git init -q -b main "$1" && mkdir -p "$1/node_modules/x" "$1/src" &&
	printf 'node_modules\n.venv/\n.env\nbuild/*\n!build/kept\n' >"$1/.gitignore" &&
	echo committed >"$1/src/file" && echo dependency >"$1/node_modules/x/index" &&
	git -C "$1" add . && test_tick && git -C "$1" commit -q -m base &&
	git -C "$1" config dualfix.overlay node_modules &&
	echo dirty >"$1/src/file" && echo untracked >"$1/src/other"
}

needs='grep -q dependency node_modules/x/index'

test_expect_success BWRAP 'what a check needs is there, and only when it is asked for' '
	make_project needs && cd needs && git config dualfix.verify "$needs" &&
	test_unchanged git dualfix verify &&
	test_expect_code 1 test_unchanged git -c dualfix.overlay= dualfix verify
'

test_expect_success BWRAP 'what is not committed is not seen, and git sees a clean checkout' '
	make_project masked && cd masked && echo secret >.env &&
	test_unchanged git dualfix verify --verify "grep -q committed src/file" \
		--verify "test ! -e src/other && test ! -e .env" \
		--verify "test -z \"\$(git status --porcelain)\"" \
		--verify "test \"\$(git cat-file -p HEAD:src/file)\" = committed" \
		--verify "test \"\$PWD\" = \"$PWD\"" \
		--verify "test ! -w .git/HEAD && test ! -e .git/dualfix"
'

test_expect_success BWRAP,LAYERS 'a check may write there, and it is gone' '
	make_project written && cd written &&
	test_unchanged git dualfix verify \
		--verify "echo x >>node_modules/x/index && echo x >node_modules/new && rm -r node_modules/x" \
		--verify "$needs && test ! -e node_modules/new"
'

test_expect_success BWRAP,!LAYERS 'without layers it cannot be written' '
	make_project written && cd written &&
	test_unchanged git dualfix verify --verify "! echo x >node_modules/x/index" \
		--verify "! echo x >node_modules/new" --verify "$needs"
'

test_expect_success BWRAP 'a check cannot put another in its place' '
	make_project kept && cd kept &&
	test_unchanged git dualfix verify --verify "! rmdir node_modules" \
		--verify "! mv node_modules elsewhere" --verify "$needs"
'

test_expect_success BWRAP,VENV 'what points to the sources finds those that are checked' '
	make_project editable && cd editable &&
	"$PYTHON" -m venv --without-pip .venv && echo "value = 1" >src/module.py &&
	git add src/module.py && git commit -q -m module -- src/module.py &&
	echo "value = 3" >src/module.py &&
	echo "$PWD/src" >"$(echo .venv/lib/python*/site-packages)/project.pth" &&
	git config --add dualfix.overlay .venv &&
	git config dualfix.verify ".venv/bin/python -c \"import module; assert module.value == 2, module\"" &&
	cat >../two.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s", "edits": [
	  {"file": "src/module.py", "type": "replace", "find": "1", "replace": "2"}]}
	EOF
	test_unchanged git dualfix apply --json ../two.json >../report &&
	json_get ../report outcome >../got && echo fixed >../want && test_cmp ../want ../got &&
	test_expect_code 1 git dualfix verify -v 2>../err &&
	test_grep "src/module.py" ../err
'

test_expect_success BWRAP 'a program that only the work tree has: what to type' '
	make_project program && cd program && mkdir -p .venv/bin node_modules/.bin &&
	write_script .venv/bin/tool-of-venv <<-\EOF &&
	#!/bin/sh
	EOF
	cp .venv/bin/tool-of-venv node_modules/.bin/tool-of-node && git config --unset dualfix.overlay &&
	path=$PWD/.venv/bin:$PWD/node_modules/.bin:$PATH &&
	for row in venv:.venv node:node_modules
	do
		test_expect_code 3 env PATH="$path" git dualfix verify --verify "tool-of-${row%:*}" 2>../err &&
		test_grep "git config --add dualfix.overlay .${row#*:}.\$" ../err &&
		git config --add dualfix.overlay "${row#*:}" &&
		env PATH="$path" git dualfix verify --verify "tool-of-${row%:*}" || return 1
	done
'

test_expect_success BWRAP 'a link to what the box hides is named, with what to type' '
	make_project links && cd links && mkdir -p .venv/bin "$HOME/made/bin" &&
	write_script "$HOME/made/bin/tool" <<-\EOF &&
	#!/bin/sh
	cat "${0%/*}/../lib"
	EOF
	echo shown >"$HOME/made/lib" && ln -s "$HOME/made/bin/tool" .venv/bin/tool &&
	ln -s sh .venv/bin/inside && ln -s /bin/sh .venv/bin/sh &&
	git config --add dualfix.overlay .venv && git config dualfix.verify ".venv/bin/tool" &&
	test_expect_code 3 git dualfix verify 2>../err &&
	test_grep "links/.venv/bin/tool. leads to .*dualfix.sandboxRead .$HOME/made.\$" ../err &&
	{ git dualfix doctor >../out 2>&1 || :; } && test_grep "links/.venv/bin/tool leads" ../out &&
	git config dualfix.sandboxRead "~/made" && git dualfix verify --verify "\"\$HOME\"/made/bin/tool" \
		--verify ".venv/bin/inside -c :" &&
	{ git dualfix doctor >../out 2>&1 || :; } && test_grep ! leads ../out &&
	test_expect_code 3 git dualfix verify --verify .venv/bin/other 2>../err && test_grep ! leads ../err
'

# typed <file>: what it says to type, typed.
typed () {
	eval "$(sed -n "s/.*\(git config --add .*\)/\1/p" "$1")"
}

odd="it's \$HOME"
test_expect_success BWRAP 'what to type takes any folder for one word' '
	make_project odd && cd odd && mkdir -p "$odd/bin" "$HOME/$odd" && echo "it*" >>.gitignore &&
	write_script "$odd/bin/odd-tool" <<-\EOF && cp "$odd/bin/odd-tool" "$HOME/$odd" &&
	#!/bin/sh
	EOF
	git config --unset dualfix.overlay &&
	test_expect_code 3 env PATH="$PWD/$odd/bin:$PATH" git dualfix verify --verify odd-tool 2>../err &&
	typed ../err && echo "$odd" >../want && git config dualfix.overlay >../got && test_cmp ../want ../got &&
	test_expect_code 3 env PATH="$HOME/$odd:$PATH" git dualfix verify --verify odd-tool 2>../err &&
	typed ../err && echo "$HOME/$odd" >../want && git config dualfix.sandboxRead >../got && test_cmp ../want ../got &&
	git config --unset dualfix.sandboxRead && rm "$odd/bin/odd-tool" && ln -s "$HOME/$odd/odd-tool" "$odd/bin/" &&
	test_expect_code 3 git dualfix verify --verify "it*/bin/odd-tool" 2>../err &&
	typed ../err && git config dualfix.sandboxRead >../got && test_cmp ../want ../got &&
	git config --unset dualfix.sandboxRead && { git dualfix doctor >../out 2>&1 || :; } &&
	typed ../out && git config dualfix.sandboxRead >../got && test_cmp ../want ../got
'

test_expect_success 'what may not be lent is refused by its name' '
	make_project refused && cd refused && mkdir -p plain build/out half/out mixed real &&
	echo x >plain/file && echo x >build/kept && git add build/kept && echo x >build/out/file &&
	printf "mixed/\nlink\nreal\nhalf/*\n" >>.git/info/exclude && echo x >mixed/tracked && echo x >mixed/other &&
	git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),sub" && mkdir -p sub/node_modules &&
	git add -f mixed/tracked && ln -s /etc link && ln -s ../plain real/link &&
	while read -r value why
	do
		git config --replace-all dualfix.overlay "$value" &&
		test_expect_code 3 test_unchanged git dualfix verify --verify "touch \"$PWD/ran\"" 2>../err &&
		test_grep -e "^error: .*$why" ../err && { test "${value#.g}" != "$value" || test_grep -F "$value" ../err; } &&
		test_path_is_missing ran || return 1
	done <<-\EOF
	absent there is nothing
	absent/* there is nothing
	src/file tracked
	src tracked
	mixed tracked
	mixed/tracked tracked
	plain git does not ignore it
	src/other git does not ignore it
	build tracked
	half git does not ignore it
	build/kept tracked
	link symbolic link
	link/hostname symbolic link is on the way
	real/link/file symbolic link is on the way
	../refused/node_modules dualfix.overlay
	/etc dualfix.overlay
	./node_modules dualfix.overlay
	.git/config dualfix.overlay
	.g*/config dualfix.overlay
	. dualfix.overlay
	sub tracked
	sub/node_modules submodule
	EOF
'

test_expect_success BWRAP 'globs, files, and what lies in another' '
	make_project globs && cd globs && mkdir -p pkg/a/node_modules pkg/b/node_modules "pkg/[c]/node_modules" &&
	for p in a b "[c]"; do echo "dep of $p" >"pkg/$p/node_modules/dep" || return 1; done &&
	echo key >.env && git config --replace-all dualfix.overlay "pkg/*/node_modules/" &&
	git config --add dualfix.overlay "pkg/[c]/node_modules" &&
	git config --add dualfix.overlay .env && git config --add dualfix.overlay node_modules/x &&
	git config --add dualfix.overlay node_modules &&
	test_unchanged git dualfix verify --verify "cat pkg/a/node_modules/dep pkg/b/node_modules/dep pkg/*c*/node_modules/dep" \
		--verify "$needs" --verify "test \$(cat .env) = key" --verify "! echo x >.env"
'

test_expect_success LANDLOCK 'other boxes cannot, and nothing runs' '
	make_project others && cd others &&
	for box in landlock none
	do
		test_expect_code 3 git -c dualfix.sandbox=$box dualfix verify --verify "touch \"$PWD/ran\"" 2>../err &&
		test_grep "dualfix.overlay needs bubblewrap, and dualfix.sandbox is .$box" ../err &&
		test_grep "hint: git config dualfix.sandbox bwrap" ../err || return 1
	done &&
	test_expect_code 3 env PATH="$few" git dualfix verify --verify "touch \"$PWD/ran\"" 2>../err &&
	test_grep "dualfix.overlay needs bubblewrap: bwrap is not installed" ../err &&
	test_grep "hint: .*git config --unset-all dualfix.overlay" ../err &&
	test_path_is_missing ran &&
	env PATH="$few" git -c dualfix.overlay= dualfix verify --verify :
'

test_expect_success BWRAP 'a linked work tree lends its own' '
	make_project main && cd main && git worktree add -q ../linked && cd ../linked &&
	test_expect_code 3 git dualfix verify --verify : 2>../err &&
	test_grep "dualfix.overlay .node_modules.: there is nothing" ../err &&
	mkdir node_modules && echo linked >node_modules/own &&
	test_unchanged git dualfix verify --verify "grep -q linked node_modules/own && test \"\$PWD\" = \"$PWD\"" &&
	cd ../main && git dualfix verify --verify "$needs && test ! -e node_modules/own"
'

test_expect_success 'without a work tree there is nothing to lend' '
	make_project tree && git clone -q --bare tree bare.git && git -C bare.git config dualfix.overlay node_modules &&
	for dir in bare.git tree/.git
	do
		test_expect_code 3 git -C "$dir" dualfix verify --verify : 2>err &&
		test_grep "dualfix.overlay .node_modules.: there is no work tree" err &&
		test_grep "hint: .*git -c dualfix.overlay= dualfix" err || return 1
	done
'

test_expect_success BWRAP 'a pass is known until something is installed' '
	make_project known && cd known && git config dualfix.verify "$needs" &&
	known () {
		git dualfix verify 2>&1 | tee ../out >&2 && test_grep $1 "known from an earlier run" ../out
	} &&
	known ! && known && mkdir -p node_modules/.cache && echo x >node_modules/.cache/x && known &&
	echo "not this dependency" >node_modules/x/index && known ! && known &&
	mkdir node_modules/y && known ! && known && rmdir node_modules/y &&
	git config --unset dualfix.overlay && test_expect_code 1 git dualfix verify
'

test_expect_success BWRAP 'links that a check leaves on the way are not followed' '
	make_project hostile && cd hostile && mkdir -p pkg/a/node_modules ../outside &&
	echo file >pkg/a/file && git add pkg/a/file && git commit -q -m pkg -- pkg &&
	echo own >pkg/a/node_modules/own && git config --add dualfix.overlay "pkg/*/node_modules" &&
	echo lent >.env && git config --add dualfix.overlay .env &&
	test_unchanged git dualfix verify \
		--verify "mv pkg/a pkg/b && ln -s \"$WORK/outside\" pkg/a" \
		--verify "grep own pkg/a/node_modules/own" \
		--verify "mv pkg sub && ln -s /etc pkg" \
		--verify "grep own pkg/a/node_modules/own && grep lent .env" &&
	test -z "$(ls ../outside)"
'

test_expect_success BWRAP 'a tree that has something there itself is not checked' '
	make_project had && cd had && git add -f node_modules/x && git commit -q -m "with node_modules" -- node_modules &&
	git rm -q -r --cached node_modules && git commit -q -m "without" &&
	git dualfix verify --verify "$needs" &&
	test_expect_code 3 test_unchanged git dualfix verify --verify : HEAD^ 2>../err &&
	test_grep "dualfix.overlay .node_modules.: .*something there itself" ../err &&
	cat >../into.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s", "edits": [
	  {"file": "node_modules/y", "type": "create_file", "content": "y"}]}
	EOF
	test_expect_code 1 test_unchanged git dualfix apply --verify "$needs" ../into.json 2>../err &&
	test_grep "create_file node_modules/y: refused" ../err && test_grep "dualfix.overlay" ../err
'

test_expect_success BWRAP,PYTHON 'a plan that puts something there is refused, and repaired' '
	make_project planned && cd planned &&
	cat >../elsewhere.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s", "edits": [
	  {"file": "src/y", "type": "create_file", "content": "y"}]}
	EOF
	cat >../scenario.json <<-\EOF &&
	[{"match": {}, "times": 1, "reply": {"plan_file": "into.json"}},
	 {"match": {"contains": ["dualfix.overlay"]}, "reply": {"plan_file": "elsewhere.json"}}]
	EOF
	start_model_server ../scenario.json && configure_model_server &&
	test_unchanged git dualfix -m "y is missing" --verify "$needs && test -f src/y" --json >../report &&
	test "$(json_get ../report outcome)" = fixed
'

test_expect_success BWRAP 'setup sees the same, and the places are nothing left behind' '
	make_project setup && cd setup && git rm -q --cached .gitignore && git commit -q -m "no .gitignore" &&
	mv .gitignore .git/ignored && git config core.excludesFile "$PWD/.git/ignored" &&
	git config dualfix.setup "$needs && echo run >>\"\$HOME/runs\" && pwd >\"\$HOME/where\"" &&
	git config dualfix.verify "test \"\$(cat ~/where)\" = \"$PWD\" && test \$(wc -l <~/runs) = 1 &&
		test -z \"\$(git status --porcelain)\"" &&
	git dualfix verify && test_commit another && git dualfix verify &&
	test_path_is_file .git/dualfix/checkout/0-*/prepared
'

test_expect_success BWRAP 'gc knows these checkouts too' '
	make_project swept && cd swept && git dualfix verify --verify : &&
	test_path_is_dir .git/dualfix/checkout/0-* &&
	git -c dualfix.expire=now dualfix gc && test -z "$(ls .git/dualfix/checkout)"
'

test_expect_success BWRAP,GCC 'rules find the places that a log names by the path of the work tree' '
	make_c_project c && cd c && mkdir node_modules && echo node_modules >.git/info/exclude &&
	git config dualfix.overlay node_modules &&
	git config dualfix.verify "gcc -fsyntax-only -Werror=implicit-function-declaration \"\$PWD/greet.c\" \"\$PWD/main.c\"" &&
	test_unchanged git dualfix --failing --json >../report && json_get ../report outcome >../got &&
	test_grep fixed ../got
'

test_expect_success BWRAP 'doctor says what is lent' '
	make_project doctor && cd doctor && git config dualfix.verify : &&
	{ git dualfix doctor >../out 2>&1 || :; } &&
	test_grep "overlay: .*doctor/node_modules" ../out &&
	git config dualfix.overlay absent && test_expect_code 3 git dualfix doctor >../out 2>&1 &&
	test_grep "overlay: .*absent" ../out && test_grep "sandbox: .*works here" ../out
'

test_expect_success BWRAP 'a place where the checkout cannot be shown is refused' '
	make_project "$HOME/project" && cd "$HOME/project" && git config dualfix.verify "$needs" &&
	git dualfix verify &&
	git config dualfix.sandboxRead "~/project/node_modules" &&
	test_expect_code 3 git dualfix verify 2>../err && test_grep "dualfix.sandboxRead" ../err &&
	git config --unset dualfix.sandboxRead && mkdir node_modules/home &&
	test_expect_code 3 env HOME="$PWD/node_modules/home" git -c user.name=x -c user.email=y dualfix verify 2>../err &&
	test_grep "cannot be shown" ../err
'

test_done
