#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='git dualfix apply: plans become commits, patches, diffs'
. "${0%/*}/test-lib.sh"

# A repository of the files that the seed plan speaks of.
make_py_repo () {
	git init -q -b main "$1" &&
	printf 'import old_module\n\nprint(old_module.function())\n' >"$1/main.py" &&
	printf '"""Doc."""\nimport os\n\n\ndef f():\n    bad_line\n    return 1\n' >"$1/utils.py" &&
	git -C "$1" add . && test_tick && git -C "$1" commit -q -m base
}

# A plan of the edits on stdin, one JSON object a line, to the file $1.
edits () {
	{
		printf '{"root_cause": "r", "strategy": "s", "edits": [\n'
		paste -s -d ,
		printf ']}\n'
	} >"$1"
}

# What apply makes of the edits on stdin, without a commit, to the file diff.
diff_of () {
	edits diff.json && git dualfix apply --diff diff.json >'diff' 2>../err
}

cat >seed.json <<\EOF
{"root_cause": "ImportError: module not found", "strategy": "Fix import path and update references", "edits": [
  {"file": "main.py", "type": "replace", "find": "import old_module", "replace": "import new_module"},
  {"file": "main.py", "type": "replace", "find": "old_module.function()", "replace": "new_module.function()"},
  {"file": "utils.py", "type": "add_import", "import_line": "from new_module import helper"}]}
EOF
seed=$PWD/seed.json

test_expect_success 'the seed plan becomes one commit on a branch of its own' '
	make_py_repo seed &&
	cd seed &&
	base=$(git rev-parse HEAD) &&
	test_unchanged git dualfix apply "$seed" >../out 2>../err &&
	echo "dualfix/plan $(git rev-parse dualfix/plan)" >want &&
	test_cmp want ../out &&
	test "$(git rev-parse dualfix/plan^)" = "$base" &&
	git show dualfix/plan:main.py >got &&
	printf "import new_module\n\nprint(new_module.function())\n" >want &&
	test_cmp want got &&
	git show dualfix/plan:utils.py >got &&
	test_grep "^from new_module import helper\$" got &&
	test "$(git diff --numstat main dualfix/plan -- utils.py | cut -f 2)" = 0 &&
	git log -1 --format=%B dualfix/plan >msg &&
	test_grep "ImportError: module not found" msg &&
	test_grep ! -i "signed-off-by\|assisted-by\|verified:" msg &&
	test "$(git log -1 --format=%an dualfix/plan)" = "A U Thor" &&
	test_grep "^unverified: no check ran (2 files, +[0-9]* -2" ../err &&
	test_grep "hint: git show dualfix/plan; git dualfix take; git dualfix drop\$" ../err
'

test_expect_success 'the issue'\''s other forms' '
	git init -q forms && cd forms &&
	printf "a = 1\nbad_line\nb = 2\n" >f.py && git add . && git commit -q -m base &&
	diff_of <<-\EOF &&
	{"file": "f.py", "type": "add_line", "line_content": "x = 42", "position": "end"}
	{"file": "f.py", "type": "remove_line", "find": "bad_line"}
	EOF
	git apply diff && printf "a = 1\nb = 2\nx = 42\n" >want && test_cmp want f.py
'

test_expect_success 'a model edit without a model: exit 3, nothing changed' '
	make_py_repo nomodel && cd nomodel &&
	edits p.json <<-\EOF &&
	{"file": "main.py", "type": "model_edit", "action": "Replace the buggy logic with correct implementation"}
	EOF
	test_expect_code 3 test_unchanged git dualfix apply p.json 2>../err &&
	test_grep "model" ../err &&
	test_expect_code 1 test_unchanged git dualfix apply --mode sequential p.json 2>../err &&
	test_grep "model_edit main.py" ../err
'

test_expect_success 'set up a file for every type of edit' '
	git init -q -b main all && cd all &&
	cat >a.c <<-\EOF &&
	#include <stdio.h>

	static int one(void)
	{
		return value;
	}

	static int two(void)
	{
		return value;
	}
	EOF
	echo "gone" >gone.txt && echo "old" >old.txt && ln -s a.c link &&
	git add . && git commit -q -m base
'

# $1: title, $2: the edit, $3: sed script that makes what is wanted of a.c.
edit_ok () {
	test_expect_success "an edit: $1" "
		cd all && git reset -q --hard && git clean -qfd &&
		diff_of <<-\EOF &&
		$2
		EOF
		sed '$3' a.c >want && git apply diff && test_cmp want a.c
	"
}
edit_ok 'replace by line' \
	'{"file": "a.c", "type": "replace", "find": "return value;", "replace": "return 2;", "line": 10}' \
	'10s/value/2/'
edit_ok 'replace by symbol' \
	'{"file": "a.c", "type": "replace", "find": "return value;", "replace": "return 1;", "symbol": "one"}' \
	'5s/value/1/'
edit_ok 'replace all' \
	'{"file": "a.c", "type": "replace", "find": "value", "replace": "x", "all": true}' \
	's/value/x/'
edit_ok 'replace by regex' \
	'{"file": "a.c", "type": "replace", "find": "int (one|two)\\(", "replace": "long $1_$$(", "regex": true, "all": true}' \
	's/int \(one\|two\)(/long \1_$(/'
edit_ok 'replace by regex over a glob' \
	'{"file": "*.c", "type": "replace", "find": "VALUE", "replace": "x", "regex": true, "flags": "i", "all": true}' \
	's/value/x/'
edit_ok 'add_import' \
	'{"file": "a.c", "type": "add_import", "import_line": "#include <string.h>"}' \
	'1a#include <string.h>'
edit_ok 'add_line at the start' \
	'{"file": "a.c", "type": "add_line", "line_content": "/* one */", "position": "start"}' \
	'1i/* one */'
edit_ok 'add_line before' \
	'{"file": "a.c", "type": "add_line", "line_content": "/* two */", "position": "before", "anchor": "static int two(void)"}' \
	'8i/* two */'
edit_ok 'add_line after, two lines' \
	'{"file": "a.c", "type": "add_line", "line_content": "/* a\n b */", "position": "after", "anchor": "#include <stdio.h>"}' \
	'1a/* a\
 b */'
edit_ok 'remove_line' \
	'{"file": "a.c", "type": "remove_line", "find": "static int one(void)"}' '3d'
edit_ok 'remove_line by what is in it' \
	'{"file": "a.c", "type": "remove_line", "find": "stdio"}' '1d'

test_expect_success 'an edit: create, delete and rename' '
	cd all && git reset -q --hard && git clean -qfd &&
	diff_of <<-\EOF &&
	{"file": "sub/new.sh", "type": "create_file", "content": "#!/bin/sh\necho hi\n", "executable": true}
	{"file": "sub/plain", "type": "create_file", "content": "no newline"}
	{"file": "gone.txt", "type": "delete_file"}
	{"file": "old.txt", "type": "rename_file", "to": "dir/new.txt"}
	{"file": "link", "type": "delete_file"}
	EOF
	git apply --index diff &&
	git ls-files -s | cut -c 1-6,50- | sort >got &&
	cat >want <<-\EOF &&
	100644	a.c
	100644	dir/new.txt
	100644	sub/plain
	100755	sub/new.sh
	EOF
	cut -c 1-6,8- got >got2 && sort want >want2 &&
	git ls-files -s | sed "s/ .*	/	/" >got && sort got >got2 && test_cmp want2 got2 &&
	echo old >want && test_cmp want dir/new.txt && printf "no newline" >want &&
	test_cmp_bin want sub/plain
'

test_expect_success 'bytes beside the edit stay: CRLF, BOM, latin-1, no final newline, mode' '
	git init -q bytes && cd bytes && git config core.autocrlf false &&
	printf "\357\273\277a = 1\r\nb = 2\r\nc = 3" >crlf.py &&
	printf "caf\351 = 1\nb = 2\n\200\201\n" >latin.py &&
	printf "#!/bin/sh\necho a\necho b" >run.sh && chmod +x run.sh &&
	printf "x\r\ny\nz\r\n" >mixed &&
	git add . && git commit -q -m base &&
	diff_of <<-\EOF &&
	{"file": "crlf.py", "type": "replace", "find": "b = 2\n", "replace": "b = 3\nbb = 4\n"}
	{"file": "crlf.py", "type": "add_line", "position": "end", "line_content": "d = 4"}
	{"file": "latin.py", "type": "replace", "find": "b = 2", "replace": "b = 3"}
	{"file": "run.sh", "type": "replace", "find": "echo a", "replace": "echo c"}
	{"file": "mixed", "type": "replace", "find": "y", "replace": "Y"}
	EOF
	git apply --index --whitespace=nowarn diff &&
	printf "\357\273\277a = 1\r\nb = 3\r\nbb = 4\r\nc = 3\r\nd = 4" >want &&
	test_cmp_bin want crlf.py &&
	printf "caf\351 = 1\nb = 3\n\200\201\n" >want && test_cmp_bin want latin.py &&
	printf "#!/bin/sh\necho c\necho b" >want && test_cmp_bin want run.sh &&
	printf "x\r\nY\nz\r\n" >want && test_cmp_bin want mixed &&
	git ls-files -s run.sh | grep "^100755"
'

test_expect_success 'attributes do not get between an edit and the bytes' '
	git init -q attr && cd attr &&
	printf "*.txt text eol=crlf\n*.id ident\n" >.gitattributes &&
	printf "a\nb\n" >f.txt && printf "\$Id\$\nx\n" >f.id &&
	git add . && git commit -q -m base &&
	edits p.json <<-\EOF &&
	{"file": "f.txt", "type": "replace", "find": "b", "replace": "c"}
	{"file": "f.id", "type": "replace", "find": "x", "replace": "y"}
	EOF
	git dualfix apply p.json &&
	printf "a\nc\n" >want && git cat-file blob dualfix/plan:f.txt >got && test_cmp_bin want got &&
	printf "\$Id\$\ny\n" >want && git cat-file blob dualfix/plan:f.id >got && test_cmp_bin want got
'

test_expect_success 'all or none: one edit that fails keeps the others out' '
	make_py_repo atomic && cd atomic &&
	edits p.json <<-\EOF &&
	{"file": "main.py", "type": "replace", "find": "import old_module", "replace": "import new_module"}
	{"file": "utils.py", "type": "replace", "find": "is nowhere", "replace": "x"}
	EOF
	test_expect_code 1 test_unchanged git dualfix apply p.json >../out 2>../err &&
	test_must_be_empty ../out &&
	test_grep "replace utils.py: failed" ../err &&
	test_grep ! "main.py: failed" ../err &&
	test_grep "hint: git dualfix show" ../err &&
	git for-each-ref refs/heads/dualfix >refs && test_must_be_empty refs
'

test_expect_success 'an ambiguous find is refused, with the places' '
	make_py_repo ambiguous && cd ambiguous &&
	edits p.json <<-\EOF &&
	{"file": "main.py", "type": "replace", "find": "old_module", "replace": "new_module"}
	EOF
	test_expect_code 1 test_unchanged git dualfix apply p.json 2>../err &&
	test_grep "1" ../err && test_grep "3" ../err
'

test_expect_success '--keep-going applies the rest, exit 1' '
	cd atomic &&
	test_expect_code 1 test_unchanged git dualfix apply --keep-going --json p.json >../out 2>../err &&
	git show dualfix/plan:main.py | grep new_module &&
	test "$(json_get ../out edits.0.status)" = applied &&
	test "$(json_get ../out edits.1.status)" = failed &&
	test "$(json_get ../out exit)" = 1 &&
	test "$(json_get ../out branch)" = dualfix/plan
'

test_expect_success '--keep-going with nothing that can be applied makes no commit' '
	make_py_repo none && cd none &&
	edits p.json <<-\EOF &&
	{"file": "utils.py", "type": "replace", "find": "is nowhere", "replace": "x"}
	EOF
	test_expect_code 1 test_unchanged git dualfix apply --keep-going p.json >../out 2>../err &&
	test_must_be_empty ../out &&
	git for-each-ref refs/heads/dualfix >refs && test_must_be_empty refs
'

test_expect_success 'several plans are several commits, all or none' '
	make_py_repo several && cd several &&
	cat >p1.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s", "commit": {"subject": "first things", "body": "Because."},
	 "edits": [{"file": "main.py", "type": "replace", "find": "import old_module", "replace": "import new_module"}]}
	EOF
	cat >p2.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s", "commit": {"subject": "second things"},
	 "edits": [{"file": "main.py", "type": "replace", "find": "import new_module", "replace": "import third"}]}
	EOF
	edits bad.json <<-\EOF &&
	{"file": "main.py", "type": "replace", "find": "nowhere", "replace": "x"}
	EOF
	test_expect_code 1 test_unchanged git dualfix apply p1.json p2.json bad.json &&
	git for-each-ref refs/heads/dualfix >refs && test_must_be_empty refs &&
	test_unchanged git dualfix apply --branch=dualfix/two p1.json p2.json &&
	git log --format=%s main..dualfix/two >got &&
	test_write_lines "second things" "first things" >want &&
	test_cmp want got &&
	git show dualfix/two^:main.py | grep "import new_module" &&
	git show dualfix/two:main.py | grep "import third" &&
	test "$(git log -1 --format=%b dualfix/two^)" = Because.
'

test_expect_success 'a plan that is satisfied makes no empty commit among others' '
	cd several &&
	edits same.json <<-\EOF &&
	{"file": "utils.py", "type": "add_import", "import_line": "import os"}
	EOF
	git dualfix apply --branch=some same.json p1.json same.json &&
	git log --format=%s main..some >got && echo "first things" >want && test_cmp want got
'

test_expect_success 'nothing to do: exit 1, no branch' '
	make_py_repo nothing && cd nothing &&
	edits p.json <<-\EOF &&
	{"file": "utils.py", "type": "add_import", "import_line": "import os"}
	EOF
	test_expect_code 1 test_unchanged git dualfix apply --json p.json >../out 2>../err &&
	test "$(json_get ../out outcome)" = nothing-to-do &&
	test "$(json_get ../out edits.0.status)" = satisfied &&
	test_grep "^nothing-to-do: " ../err &&
	git for-each-ref refs/heads/dualfix >refs && test_must_be_empty refs
'

test_expect_success 'a plan of no edits is nothing to do' '
	cd nothing &&
	echo "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": []}" >p.json &&
	test_expect_code 1 test_unchanged git dualfix apply p.json
'

test_expect_success '--diff: only the diff, no branch, no record of a commit' '
	make_py_repo diff && cd diff &&
	test_unchanged git dualfix apply --diff "$seed" >../out 2>../err &&
	git for-each-ref refs/heads/dualfix >refs && test_must_be_empty refs &&
	git apply --check ../out && git apply ../out &&
	grep new_module main.py &&
	test_grep "^diff --git a/main.py b/main.py" ../out
'

test_expect_success '--diff of binary files and odd names can be applied' '
	git init -q odd && cd odd &&
	printf "a\0b" >bin.dat && echo x >"sp ace \"q\" é.txt" && git add . && git commit -q -m base &&
	diff_of <<-\EOF &&
	{"file": "bin.dat", "type": "delete_file"}
	{"file": "sp ace \"q\" é.txt", "type": "replace", "find": "x", "replace": "y"}
	EOF
	git apply --index diff && test_path_is_missing bin.dat &&
	grep y "sp ace \"q\" é.txt"
'

test_expect_success '--json: every key' '
	make_py_repo json && cd json &&
	test_unchanged git dualfix apply --json "$seed" >../out 2>../err &&
	"$PYTHON" - ../out <<-\EOF &&
	import json, sys
	r = json.load(open(sys.argv[1]))
	want = {"version": int, "run": str, "outcome": str, "exit": int, "base": str, "commit": str,
		"tree": str, "branch": str, "patches": list, "plan": dict, "edits": list,
		"verification": list, "usage": list, "timings": dict}
	for key, kind in want.items():
	    assert isinstance(r[key], kind), (key, r.get(key))
	assert r["version"] == 1 and r["exit"] == 0 and r["outcome"] == "unverified", r
	assert len(r["edits"]) == 3, r["edits"]
	for e in r["edits"]:
	    for key in ("file", "type", "by", "rung", "status", "attempts", "ms"):
	        assert key in e, (key, e)
	    assert e["by"] == "direct" and e["status"] == "applied", e
	assert set(r["timings"]) == {"context_ms", "plan_ms", "edit_ms", "verify_ms", "publish_ms",
		"total_ms"}, r["timings"]
	assert all(isinstance(v, int) and v >= 0 for v in r["timings"].values())
	assert "error" not in r
	EOF
	test "$(json_get ../out commit)" = "$(git rev-parse dualfix/plan)" &&
	test "$(json_get ../out tree)" = "$(git rev-parse dualfix/plan^{tree})" &&
	test "$(json_get ../out base)" = "$(git rev-parse main)" &&
	json_get ../out plan >plan.json && git dualfix apply --diff plan.json >diff1 &&
	git dualfix apply --diff "$seed" >diff2 && test_cmp diff1 diff2
'

test_expect_success '--json of a failure has the error' '
	cd atomic &&
	test_expect_code 1 git dualfix apply --json p.json >../out 2>../err &&
	test "$(json_get ../out exit)" = 1 &&
	json_get ../out error.code && json_get ../out error.message && json_get ../out error.hint &&
	test "$(json_get ../out commit)" = null && test "$(json_get ../out branch)" = null &&
	test "$(json_get ../out edits.1.status)" = failed && json_get ../out edits.1.message >msg &&
	test -s msg
'

# The patches $3... make of a fresh clone of $1 what its branch $2 is.
am_options=
am_gives_fix () {
	repo=$1 fix=$2 &&
	shift 2 &&
	rm -rf clone &&
	git clone -q --no-local "$repo" clone &&
	git -C clone am -q ${am_options:+"$am_options"} "$@" &&
	test "$(git -C clone rev-parse "HEAD^{tree}")" = "$(git -C "$repo" rev-parse "$fix^{tree}")" &&
	git -C clone log --format=%B "main@{upstream}..HEAD" >got &&
	git -C "$repo" log --format=%B "main..$fix" >want &&
	test_cmp want got
}

test_expect_success '--stdout: git am gives the same tree and message' '
	make_py_repo stdout &&
	(cd stdout && git dualfix apply --branch fix --stdout "$seed") >series.mbox &&
	am_gives_fix stdout fix "$PWD/series.mbox"
'

test_expect_success '--format-patch and -o: files here and there, git am of them' '
	make_py_repo files && mkdir files/sub patches &&
	cp several/p1.json several/p2.json . &&
	(cd files && git dualfix apply --branch fix --format-patch -o ../patches ../p1.json ../p2.json) >names &&
	test_line_count 4 names &&
	ls patches >got && test_write_lines 0000-cover-letter.patch 0001-first-things.patch \
		0002-second-things.patch >want &&
	test_cmp want got &&
	am_gives_fix files fix "$PWD"/patches/*-things.patch &&
	(cd files/sub && git dualfix apply --format-patch "$seed" >names && tail -n 1 names >name &&
		test_path_is_file "$(cat name)") &&
	mkdir v2 && (cd files && git dualfix apply --reroll-count 2 -o ../v2 ../p1.json) &&
	ls v2 >got && echo v2-0001-first-things.patch >want && test_cmp want got
'

test_expect_success 'patches with CRLF, binary deletions, modes and odd messages survive git am' '
	git init -q -b main hard && cd hard &&
	printf "a\r\nb\r\n" >crlf && printf "x\0y" >bin && echo "From here" >from &&
	git add . && git commit -q -m base &&
	cat >p.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s",
	 "commit": {"subject": "[PATCH] Re: fix \u001b[31mthe [bug] é\nSigned-off-by: Mallory <m@x>",
	            "body": "---\nFrom: nobody\n\ndiff --git a/x b/x\nFrom 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n-- >8 --\nSigned-off-by: Eve <e@x>\n\n```\n -- 8< --\ncode\n```\nend"},
	 "edits": [{"file": "crlf", "type": "replace", "find": "b", "replace": "c"},
	           {"file": "bin", "type": "delete_file"},
	           {"file": "run", "type": "create_file", "content": "#!/bin/sh\n", "executable": true},
	           {"file": "from", "type": "rename_file", "to": "to"}]}
	EOF
	test_unchanged git dualfix apply --branch dualfix/fix --stdout p.json >../hard.mbox 2>../err &&
	git log -1 --format=%B dualfix/fix >msg &&
	test_grep ! "^---\|^diff --git\|^From \|>8\|8<\|^Signed-off-by" msg &&
	test_grep "^warning: .*--keep-cr" ../err &&
	cd .. && am_options=--keep-cr && am_gives_fix hard dualfix/fix "$PWD/hard.mbox"
'

test_expect_success '-s signs off, nothing else does' '
	make_py_repo sign && cd sign &&
	git config format.signoff true &&
	git dualfix apply --branch no "$seed" &&
	git log -1 --format=%B no >msg && test_grep ! Signed-off-by msg &&
	git dualfix apply --branch yes -s "$seed" &&
	git log -1 --format="%(trailers:key=Signed-off-by,valueonly)" yes >got &&
	echo "C O Mitter <committer@example.com>" >want && head -n 1 got >got1 && test_cmp want got1 &&
	git dualfix apply --branch no2 --signoff --no-signoff --stdout "$seed" >mbox &&
	test_grep ! Signed-off-by mbox
'

test_expect_success 'taken names get a suffix' '
	cd sign &&
	git dualfix apply "$seed" && git dualfix apply "$seed" >../out &&
	test_grep "^dualfix/plan-2 " ../out
'

test_expect_success 'checks decide: held is 5 when fixed is asked for, 0 as it is' '
	make_py_repo accept && cd accept && git config dualfix.sandbox none &&
	git dualfix apply --verify true --json "$seed" >../out &&
	test "$(json_get ../out outcome)" = held &&
	test_expect_code 5 git dualfix apply --verify true --accept fixed "$seed" >../out &&
	test_grep "^dualfix/plan" ../out &&
	test_expect_code 5 git dualfix apply --accept held "$seed" &&
	git dualfix apply --accept held --verify true "$seed" &&
	test_expect_code 5 git -c dualfix.accept=fixed dualfix apply "$seed" &&
	git dualfix apply --accept fixed --verify "grep new_module main.py" "$seed"
'

test_expect_success 'a check that breaks: exit 1, nothing emitted' '
	cd accept && git branch -q -D $(git for-each-ref --format="%(refname:short)" refs/heads/dualfix) &&
	test_expect_code 1 test_unchanged git dualfix apply --verify "grep old_module main.py" "$seed" >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^broken: " ../err &&
	test_expect_code 1 test_unchanged git dualfix apply --verify "false" "$seed" >../out 2>../err &&
	test_must_be_empty ../out && test_grep "^unfixed: " ../err &&
	git for-each-ref refs/heads/dualfix >refs && test_must_be_empty refs
'

test_expect_success 'a plan on stdin, with white space and a BOM around it' '
	make_py_repo stdin && cd stdin &&
	git dualfix apply --diff - <"$seed" >../out && test -s ../out &&
	{ printf "\n\n" && cat "$seed" && printf "\n \n"; } | git dualfix apply --diff - >../out2 &&
	test_cmp ../out ../out2
'

test_expect_success 'from a subfolder: paths of a plan are from the root' '
	make_py_repo sub && mkdir sub/deep && cd sub/deep &&
	git dualfix apply "$seed" && git show dualfix/plan:main.py | grep new_module
'

test_expect_success '--edit opens the plan, an emptied one is refused' '
	make_py_repo edit && cd edit &&
	write_script ../../ed <<-\EOF &&
	sed -i -e s/new_module/newer_module/ "$1"
	EOF
	GIT_EDITOR="../../ed" git dualfix apply -e "$seed" &&
	git show dualfix/plan:main.py | grep newer_module &&
	write_script ../../ed <<-\EOF &&
	: >"$1"
	EOF
	GIT_EDITOR="../../ed" test_expect_code 2 test_unchanged git dualfix apply -e "$seed" 2>../err &&
	test_grep emptied ../err &&
	GIT_EDITOR=false test_expect_code 3 test_unchanged git dualfix apply -e "$seed"
'

test_expect_success '10,000 edits of one plan' '
	git init -q many && cd many &&
	"$PYTHON" - <<-\EOF &&
	import json
	open("f", "w").write("".join("line %d.\n" % i for i in range(10000)))
	json.dump({"root_cause": "r", "strategy": "s", "edits": [
	    {"file": "f", "type": "replace", "find": "line %d." % i, "replace": "row %d." % i}
	    for i in range(10000)]}, open("p.json", "w"))
	EOF
	git add f && git commit -q -m base && sed s/line/row/ f >want &&
	git dualfix apply p.json && git show dualfix/plan:f >got && test_cmp_bin want got
'

test_done
