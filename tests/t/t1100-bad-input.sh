#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC1112 # gcc quotes names so
test_description='bad input: a clear word, its exit code, nothing changed'
. "${0%/*}/test-lib.sh"

prereq_ROOT () { test "$(id -u)" -eq 0; }

test_expect_success 'setup' '
	git init -q -b main repo && cd repo &&
	git config dualfix.sandbox none &&
	printf "one\ntwo\n" >f && mkdir dir && echo x >dir/g && ln -s dir link &&
	ln -s f flink && echo x >.gitattributes && mkdir .github &&
	echo x >.github/w.yml && git add . && git commit -q -m base &&
	git init -q ../other && echo x >../other/s && git -C ../other add s &&
	git -C ../other commit -q -m s &&
	git update-index --add --cacheinfo 160000,$(git -C ../other rev-parse HEAD),sub &&
	git commit -q -m sub && mkdir sub &&
	cat >../good.json <<-\EOF
	{"root_cause": "r", "strategy": "s", "edits": [
		{"file": "f", "type": "replace", "find": "one", "replace": "1"}]}
	EOF
'

# Runs apply on the plan in the file $2: exit $1, nothing printed or changed.
refuses () {
	code=$1
	shift
	test_expect_code "$code" test_unchanged -C repo git -C repo dualfix apply "$@" >out 2>err &&
	test_must_be_empty out &&
	test_grep "^\(error\|fatal\): " err
}

test_expect_success 'every malformed plan of the table: exit 2 and the place' '
	cd repo && : >../bad && zwnj=$(printf "\342\200\214") &&
	every () {
		for plan in "$TOP_DIR"/tests/data/plan-bad/*.json
		do
			git dualfix apply "$plan" >../out 2>../err
			test $? -eq 2 && ! test -s ../out &&
			grep -F -e "$(sed "s/$zwnj/?/g" "${plan%.json}.error")" ../err >/dev/null ||
			{ echo "$plan:"; cat ../err; } >>../bad
		done
	} &&
	test_unchanged every && test_must_be_empty ../bad
'

test_expect_success 'of several plans the bad one is named' '
	echo "{" >bad.json && refuses 2 ../good.json ../bad.json && test_grep "bad.json" err
'

test_expect_success 'no plan at all' '
	: >empty.json && refuses 2 ../empty.json &&
	refuses 2 ../missing.json && test_grep "missing.json" err &&
	refuses 2 . &&
	refuses 2 /dev/null &&
	printf "\377\376{\0}\0" >utf16.json && refuses 2 ../utf16.json &&
	head -c 70 good.json >cut.json && refuses 2 ../cut.json &&
	echo "<html>no</html>" >html.json && refuses 2 ../html.json
'

test_expect_success PYTHON 'bombs: too large, too deep, too many' '
	"$PYTHON" - <<-\EOF &&
	import json
	def plan(name, text): open(name, "w").write(text)
	edit = {"file": "f", "type": "replace", "find": "one", "replace": "1"}
	def whole(edits): return json.dumps({"root_cause": "r", "strategy": "s", "edits": edits})
	plan("large.json", whole([dict(edit, replace="x" * (16 << 20))]))
	plan("deep.json", "{\"a\":" * 100000)
	plan("deep2.json", "[" * 100000 + "]" * 100000)
	plan("many.json", whole([edit] * 10001))
	plan("result.json", whole([dict(edit, find="e", replace="e" * 4000000, all=True)]))
	EOF
	refuses 2 ../large.json && refuses 2 ../deep.json && refuses 2 ../deep2.json &&
	refuses 2 ../many.json && test_grep 10000 err
'

test_expect_success PYTHON 'a file that would grow beyond 64 MiB' '
	"$PYTHON" -c "print(\"e\" * 30 + \"\n\", end=\"\")" >repo/es && git -C repo add es &&
	git -C repo commit -q -m es && sed "s/\"file\": \"f\"/\"file\": \"es\"/" result.json >r2.json &&
	test_must_fail test_unchanged -C repo git -C repo dualfix apply ../r2.json >out 2>err &&
	test_must_be_empty out && test_grep "large\|MiB\|bytes\|big" err
'

# A plan of the edit $1 (JSON) is refused, and it is said why.
edit_refused () {
	printf '{"root_cause": "r", "strategy": "s", "edits": [%s]}\n' "$1" >p.json &&
	test_expect_code 2 git -C repo dualfix apply ../p.json >out 2>err &&
	test_must_be_empty out &&
	test_grep "edits\[0\]\|protected" err
}

every_type_refused () {
	edit_refused "{\"file\": \"$1\", \"type\": \"create_file\", \"content\": \"x\"}" &&
	edit_refused "{\"file\": \"$1\", \"type\": \"replace\", \"find\": \"x\", \"replace\": \"y\"}" &&
	edit_refused "{\"file\": \"$1\", \"type\": \"delete_file\"}" &&
	edit_refused "{\"file\": \"$1\", \"type\": \"model_edit\", \"action\": \"x\"}" &&
	edit_refused "{\"file\": \"$1\", \"type\": \"rename_file\", \"to\": \"new\"}" &&
	edit_refused "{\"file\": \"f\", \"type\": \"rename_file\", \"to\": \"$1\"}"
}

# $1: a path as a JSON plan has it.
bad_path () {
	path=$1
	test_expect_success "a path: $1" 'test_unchanged -C repo every_type_refused "$path"'
}
bad_path '../f'
bad_path 'dir/../f'
bad_path './f'
bad_path 'dir//g'
bad_path '/etc/passwd'
bad_path '.git/config'
bad_path '.GIT/hooks/pre-push'
bad_path 'dir/.git/config'
bad_path 'git~1/config'
bad_path '.git\u200c/config'
bad_path '.git /config'
bad_path '.git./config'
bad_path '.git::$INDEX_ALLOCATION/config'
bad_path '.git\\\\config'
bad_path 'link/g'
bad_path 'sub/s'
bad_path 'f\u0001'
bad_path '.github/w.yml'
bad_path '.GitHub/w.yml'
bad_path '.gitattributes'
bad_path 'dir/.gitattributes'
bad_path '.gitmodules'
bad_path '.GITMODULES'
bad_path 'GITMOD~1'
bad_path '.husky/pre-push'
bad_path '.pre-commit-config.yaml'

test_expect_success 'a symbolic link or a submodule is not a file to edit' '
	for file in flink sub
	do
		echo "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"$file\",
			\"type\": \"replace\", \"find\": \"one\", \"replace\": \"1\"}]}" >p.json &&
		test_must_fail test_unchanged -C repo git -C repo dualfix apply ../p.json >out 2>err &&
		test_must_be_empty out && test_grep "$file" err || return 1
	done &&
	echo "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"sub\",
		\"type\": \"delete_file\"}]}" >p.json &&
	test_must_fail test_unchanged -C repo git -C repo dualfix apply ../p.json
'

test_expect_success 'a glob does not reach protected files' '
	echo "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"*\", \"regex\": true,
		\"all\": true, \"type\": \"replace\", \"find\": \"x\", \"replace\": \"y\"}]}" >p.json &&
	refuses 2 ../p.json && test_grep protected err
'

test_expect_success '--allow-protected lifts it, but not for .git' '
	echo "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \".github/w.yml\",
		\"type\": \"replace\", \"find\": \"x\", \"replace\": \"y\"}]}" >p.json &&
	test_unchanged -C repo git -C repo dualfix apply --allow-protected ../p.json &&
	git -C repo show dualfix/plan:.github/w.yml >got && echo y >want && test_cmp want got &&
	git -C repo branch -q -D dualfix/plan &&
	sed s,.github/w.yml,.git/config, p.json >q.json && refuses 2 --allow-protected ../q.json
'

test_expect_success 'dualfix.protect replaces the list' '
	test_expect_code 2 test_unchanged -C repo git -C repo -c dualfix.protect=F dualfix apply ../good.json 2>err &&
	test_grep protect err
'

test_expect_success 'two edits that cannot both be meant' '
	echo "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [
		{\"file\": \"n\", \"type\": \"create_file\", \"content\": \"1\"},
		{\"file\": \"n\", \"type\": \"create_file\", \"content\": \"2\"}]}" >p.json &&
	refuses 2 ../p.json && test_grep "edits\[1\]" err
'

test_expect_success 'creating what is there, deleting what is not: failed edits' '
	for edit in "\"f\", \"type\": \"create_file\", \"content\": \"x\"" \
		"\"F\", \"type\": \"delete_file\"" "\"nope\", \"type\": \"rename_file\", \"to\": \"x\"" \
		"\"f\", \"type\": \"rename_file\", \"to\": \"dir/g\"" \
		"\"f/x\", \"type\": \"create_file\", \"content\": \"x\"" \
		"\"dir\", \"type\": \"create_file\", \"content\": \"x\""
	do
		echo "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": $edit}]}" >p.json &&
		test_expect_code 1 test_unchanged -C repo git -C repo dualfix apply ../p.json >out 2>err &&
		test_must_be_empty out && test_grep "^warning: .*: \(failed\|refused\)" err || return 1
	done
'

# What an issue may not be.
test_expect_success 'an issue that cannot be read' '
	cd repo &&
	for issue in missing.txt . /dev/null
	do
		test_expect_code 2 test_unchanged git dualfix run "$issue" >../out 2>../err &&
		test_must_be_empty ../out && test_grep "^hint: \|empty" ../err || return 1
	done &&
	test_expect_code 2 test_unchanged git dualfix run - <../empty.json &&
	echo "{\"version\": \"2.1.0\", \"runs\": [{" >../cut.sarif &&
	test_expect_code 2 test_unchanged git dualfix run ../cut.sarif 2>../err &&
	test_expect_code 129 test_unchanged git dualfix run -m " "
'

test_expect_success 'a file of a name that is a number' '
	echo "f is wrong" >repo/../7 && cd repo &&
	test_expect_code 3 test_unchanged git dualfix run ../7 2>../err && test_grep planner ../err
'

test_expect_success 'a stale log: what it quotes is not in the base' '
	make_c_project stale good && cd stale &&
	cat >../stale.log <<-\EOF &&
	main.c: In function ‘greet’:
	main.c:8:42: error: ‘const struct greeting’ has no member named ‘lenght’; did you mean ‘length’?
	    8 |         printf("hello, %s (%zu)\n", g->name, g->lenght);
	      |                                                 ^~~~~~
	      |                                                 length
	fix-it:"main.c":{8:49-8:55}:"length"
	EOF
	test_expect_code 1 test_unchanged git dualfix run ../stale.log >../out 2>../err &&
	test_must_be_empty ../out && git for-each-ref refs/heads/dualfix >refs && test_must_be_empty refs
'

test_expect_success 'a bare repository' '
	git clone -q --bare repo bare.git && cd bare.git &&
	test_unchanged git dualfix apply ../good.json &&
	git show dualfix/plan:f | grep 1 &&
	test_expect_code 2 test_unchanged git dualfix apply --worktree ../good.json 2>../err &&
	test_grep "work tree" ../err &&
	test_expect_code 2 git dualfix take --worktree dualfix/plan 2>../err &&
	test_grep "work tree" ../err
'

test_expect_success 'an empty repository' '
	git init -q void && cd void &&
	for args in "apply ../good.json" "run --failing --verify true" "verify --verify true" "run -m x"
	do
		test_expect_code 128 test_unchanged git dualfix $args 2>../err &&
		test_grep "no commit yet" ../err || return 1
	done &&
	for args in show take drop
	do
		test_expect_code 2 test_unchanged git dualfix $args 2>../err || return 1
	done &&
	test_unchanged git dualfix log >../out && test_must_be_empty ../out &&
	test_unchanged git dualfix log --json >../out && test "$(json_get ../out "")" = "[]" &&
	test_unchanged git dualfix gc
'

test_expect_success 'no repository' '
	mkdir plain && cd plain &&
	for args in "apply ../good.json" "run -m x" log show take drop gc doctor "verify --verify true" "init --hooks"
	do
		test_expect_code 128 git dualfix $args 2>../err && test_grep "not a git repository" ../err || return 1
	done &&
	find . -mindepth 1 >../left && test_must_be_empty ../left
'

test_expect_success 'a shallow clone: works, patches too' '
	git clone -q --depth 1 "file://$PWD/repo" shallow && cd shallow &&
	git config dualfix.sandbox none &&
	test_unchanged git dualfix apply --verify "grep 1 f" --stdout ../good.json >../out 2>../err &&
	test_grep "^fixed: " ../err && test_grep "^+1" ../out
'

test_expect_success 'a detached HEAD stays where it is' '
	cd repo && git checkout -q --detach && test_when_finished "git checkout -q main" &&
	test_unchanged git dualfix apply --branch dualfix/d ../good.json &&
	test "$(git rev-parse dualfix/d^)" = "$(git rev-parse HEAD)"
'

test_expect_success 'a linked work tree' '
	git -C repo worktree add -q ../linked && cd linked &&
	test_unchanged git dualfix apply --verify "grep 1 f" --branch dualfix/l ../good.json &&
	git worktree list >../list && test_line_count 2 ../list
'

test_expect_success 'no identity: said before any work is done' '
	cd repo && rm -f ../ran &&
	test_expect_code 3 test_unchanged env -u GIT_AUTHOR_NAME -u GIT_AUTHOR_EMAIL \
		-u GIT_COMMITTER_NAME -u GIT_COMMITTER_EMAIL \
		git -c user.useConfigOnly=true dualfix apply --verify "touch $PWD/../ran" ../good.json 2>../err &&
	test_grep "^hint: .*user.name" ../err && test_path_is_missing ../ran
'

test_expect_success 'no checks' '
	cd repo &&
	test_expect_code 3 test_unchanged git dualfix run --failing 2>../err &&
	test_grep "^hint: .*--verify" ../err &&
	test_expect_code 3 test_unchanged git dualfix verify 2>../err &&
	test_grep "^hint: .*--verify" ../err
'

test_expect_success 'an unknown base' '
	cd repo &&
	for base in nosuch HEAD:f -x "" HEAD~99 "HEAD..main" 0123456789012345678901234567890123456789
	do
		test_expect_code 2 test_unchanged git dualfix apply --base "$base" ../good.json >../out 2>../err &&
		test_must_be_empty ../out && test_grep "names no commit" ../err || return 1
	done
'

test_expect_success 'a dirty work tree: a warning names the files' '
	cd repo && test_when_finished "git reset -q --hard" &&
	echo dirty >>f && echo dirty >dir/g && git add dir/g &&
	test_unchanged git dualfix apply --branch dualfix/dirty ../good.json 2>../err &&
	test_grep "^warning: .*uncommitted.*--worktree" ../err &&
	test_grep "^warning:  *f\$" ../err && test_grep "^warning:  *dir/g\$" ../err &&
	test_write_lines 1 two >../want && git show dualfix/dirty:f >../got && test_cmp ../want ../got
'

test_expect_success 'a branch name that is taken or none' '
	cd repo && rm -f ../ran &&
	for name in main main/sub a..b -x "a b" "" x.lock HEAD
	do
		test_expect_code 2 test_unchanged git dualfix apply --verify "touch $PWD/../ran" \
			--branch "$name" ../good.json >../out 2>../err &&
		test_must_be_empty ../out || return 1
	done &&
	test_path_is_missing ../ran
'

test_expect_success 'a folder for patches that is none' '
	cd repo &&
	test_must_fail test_unchanged git dualfix apply -o ../good.json/x ../good.json >../out 2>../err &&
	test_must_be_empty ../out && test_grep "good.json/x" ../err
'

test_expect_success ROOT 'a repository that git does not trust' '
	cp -R repo theirs && chown -R 12345 theirs && cd theirs &&
	for args in "apply ../good.json" "run --failing --verify true" log "verify --verify true" "init --hooks"
	do
		test_expect_code 128 git dualfix $args >../out 2>../err &&
		test_must_be_empty ../out &&
		test_grep "dubious ownership" ../err && test_grep "^hint: .*safe.directory" ../err || return 1
	done &&
	test_path_is_missing .git/dualfix/runs/none &&
	test_path_is_missing .git/hooks/pre-push &&
	git config --global safe.directory "$PWD" &&
	test_when_finished "git config --global --unset safe.directory" &&
	git dualfix apply --branch dualfix/trusted ../good.json
'

test_expect_success 'what cannot be read is named' '
	git init -q --object-format=sha256 new && cd new &&
	echo one >f && git add f && git commit -q -m base &&
	test_expect_code 3 test_unchanged git -c dualfix.backend=libgit2 dualfix apply ../good.json 2>../err &&
	test_grep "objectFormat.*sha256" ../err &&
	git init -q --object-format=sha1 ../ext && cd ../ext && git config core.repositoryformatversion 1 &&
	git config extensions.futureThing yes &&
	test_expect_code 128 git dualfix apply ../good.json 2>../err && test_grep -i "futureThing" ../err
'

test_expect_success 'a damaged repository: an error, not a crash' '
	cp -R repo damaged && cd damaged &&
	blob=$(git rev-parse HEAD:f) && file=.git/objects/$(echo $blob | sed "s,^..,&/,") &&
	chmod u+w $file && : >$file &&
	test_must_fail git dualfix apply ../good.json >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^\(fatal\|error\): " ../err
'

test_expect_success 'text from outside is clean on the terminal' '
	printf "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"f\", \"type\": \"replace\", \"find\": \"\\\\u001b[2Jnope\\\\u202e\", \"replace\": \"\"}]}" >p.json &&
	test_expect_code 1 git -C repo dualfix apply -v ../p.json 2>err &&
	test_grep ! "$(printf "\033")" err &&
	test_expect_code 2 git -C repo dualfix apply "$(printf "\033[2Jx")" 2>err &&
	test_grep ! "$(printf "\033")" err
'

test_done
