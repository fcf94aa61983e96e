#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='a canary in all that no model may see, and every kind of request'
. "${0%/*}/test-lib.sh"

test_needs PYTHON
OUT=$WORK/outside
if test_have_prereq BWRAP
then
	read_outside="cat '$OUT/file' ~/.netrc"
else
	git config --global dualfix.sandbox none
	read_outside=:
fi

# Shapes of secrets, in two parts: a scanner of sources shall not find them here.
aws=AKIA && aws=${aws}CANARY0123456789
ghp=ghp_ && ghp=${ghp}canaryabcdefghijABCDEFGHIJ0123456789
key_line=MIIcanarycanarycanarycanarycanarycanarycanarycanarycanarycanary1

a_key () {
	echo "-----BEGIN RSA PRIVATE KEY-----" &&
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo "$key_line"; done &&
	echo "-----END RSA PRIVATE KEY-----"
}

mkdir outside && echo "canary_outside = 1" >outside/file &&
echo "machine x login y password canary_netrc" >"$HOME/.netrc"

# Its check shows all that there is to see, in the forms that tools have, and fails.
setup_repo () {
	cd "$WORK" && rm -rf repo && git init -q -b main repo && cd repo && mkdir private conf keys &&
	test_write_lines "def add(a, b):" "    return a - b" "" "" "def sub(a, b):" "    return a * b" "" "" \
		"def mul(a, b):" "    return a * b" "" "" "def div(a, b):" "    return a * b" >calc.py &&
	test_write_lines "SECRET_PLACE=canary_env" "DB_PASSWORD=canary-env-2" >conf/prod.env && a_key >id_rsa && cp id_rsa keys/id_rsa.pem &&
	test_write_lines "def hidden(a, b):" "    return canary_private - b" >private/x.py &&
	{
		test_write_lines "[server]" "name = calc" "API_TOKEN=canary0123456789" "port = 80" \
			"aws = $aws" "size = 7" "[client]" "password: \"canary-7-hunter\"" "wait = 3"
	} >conf.ini &&
	{
		echo "def first(a, b): return 1" && echo "KEY = \"\"\"" && a_key && echo "\"\"\"" &&
		i=0 && while test $((i += 1)) -le 400; do echo "filler_$i = $i"; done
	} >keyed.py &&
	ln -s "$OUT/file" link.py && git add -f . && test_tick && git commit -q -m base &&
	echo "# canary_dirty" >>calc.py && echo "def staged(): canary_staged" >>conf.ini && git add conf.ini &&
	echo "def add(): canary_untracked" >notes.py && git stash list &&
	git config dualfix.exclude private && git config dualfix.planner.url "$MODEL_URL" &&
	git config dualfix.executor.url "$MODEL_URL/v1" && git config dualfix.executor.model q &&
	git config dualfix.verify "cat conf/prod.env id_rsa conf.ini; grep -n . conf.ini private/x.py id_rsa conf/prod.env; cat private/x.py;
		tail -n 3 id_rsa; sed 's/^/+/' conf.ini; env; $read_outside; echo 'keyed.py:17: $ghp'; echo 'calc.py:2: error: wrong';
		grep 'return a + b' calc.py"
}

issue="add in calc.py is wrong; see hidden in private/x.py:2, conf/prod.env, keys/id_rsa.pem, conf.ini:3, conf.ini:8, keyed.py:15,
link.py, notes.py, ../outside/file and $OUT/file; the log says $ghp"
good='{"file": "calc.py", "type": "replace", "find": "return a - b", "replace": "return a + b"}'
# Next to secrets, and away with them.
stir='{"file": "conf.ini", "type": "remove_line", "find": "API_TOKEN"},
 {"file": "conf.ini", "type": "replace", "find": "size = 7", "replace": "size = 8"},
 {"file": "keyed.py", "type": "replace", "find": "def first(a, b): return 1", "replace": "def first(a, b): return 2"},
 {"file": "keyed.py", "type": "replace", "find": "filler_1 = 1\n", "replace": "filler_1 = 2\n"},
 {"file": "private/x.py", "type": "rename_file", "to": "public.py"},
 {"file": "conf/prod.env", "type": "add_line", "position": "end", "line_content": "MORE=1"}'
# None of these finds its place, and what is near would be told.
missed='{"file": "conf.ini", "type": "replace", "find": "name = calc\nAPI_TOKEN=\nport = 80", "replace": "port = 81"},
 {"file": "conf/prod.env", "type": "replace", "find": "SECRET_PLACE=x\nDB_PASSWORD=y", "replace": ""},
 {"file": "private/x.py", "type": "replace", "find": "def hidden(a, b):\n    return x - b", "replace": ""}'
elsewhere='{"file": "calc.py", "type": "replace", "find": "    return a -- b", "replace": "    return a + b"}'
model_edit='{"file": "calc.py", "type": "model_edit", "action": "add", "symbol": "add"}'
more_edits="$model_edit, $(for f in sub mul div; do
	test $f = sub || printf ", "
	printf '{"file": "calc.py", "type": "model_edit", "action": "divide", "symbol": "%s"}' $f; done)"
secret_edits='{"file": "conf.ini", "type": "model_edit", "action": "x", "region": {"start": 6, "end": 6}},
 {"file": "conf/prod.env", "type": "model_edit", "action": "x"}, {"file": "private/x.py", "type": "model_edit", "action": "x"},
 {"file": "keyed.py", "type": "model_edit", "action": "x", "region": {"start": 10, "end": 12}},
 {"file": "link.py", "type": "model_edit", "action": "x"}'

# reply <edits>: a plan as a model's answer.
reply () {
	"$PYTHON" -c 'import json, sys
print(json.dumps({"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [" + sys.argv[1] + "]}"}))' "$1"
}

# The server's rules: what an executor is asked, then a reviewer, then $1... of the planner, the last for good.
serve () {
	{
		printf "[{\"match\": {\"contains\": [\"Answer again with\"]}, \"reply\": %s},\n" "$region" &&
		printf "{\"match\": {\"contains\": [\"<code-1>\"]}, \"reply\": %s},\n" "$regions" &&
		printf "{\"match\": {\"contains\": [\"<code>\"]}, \"reply\": %s},\n" "${first-$region}" &&
		printf "{\"match\": {\"contains\": [\"You review\"]}, \"reply\": %s},\n" "$approval" &&
		while test $# -gt 1
		do
			printf "{\"match\": {}, \"times\": 1, \"reply\": %s},\n" "$1" && shift || return 1
		done &&
		printf "{\"match\": {}, \"reply\": %s}]\n" "$1"
	} >"$WORK/scenario.json" && stop_servers && start_model_server "$WORK/scenario.json"
}
# Slow enough for the next ones to gather.
region='{"region_replace": ["a - b", "a + b"], "delay_ms": 400}'
regions='{"region_replace": [["a - b", "a + b"], ["a * b", "a // b"]]}'
approval='{"content": "{\"approve\": true, \"reason\": \"r\"}"}'
a_good=$(reply "$good")

# Requests with $1 in them were sent, and no canary in any.
look () {
	model_log body >"$TRASH/bodies" && test_grep -F "$1" "$TRASH/bodies" &&
	test_grep "return a - b" "$TRASH/bodies" &&
	{ grep -o -i ".\{0,60\}canary.\{0,20\}" "$TRASH/bodies" | sort -u >"$TRASH/seen" || :; } &&
	test_must_be_empty "$TRASH/seen"
}

# row <kind> <what stands in its requests only> <replies> <command>
row () {
	test_expect_success "$1" '
		export DUALFIX_PLANNER_KEY=sk-canary-planner CANARY=canary_variable DB_PASSWORD=canary_variable_2 &&
		'"$3"' && setup_repo && { '"$4"' || :; } >../out 2>&1 && cat ../out && look "'"$2"'"
	'
}

ask='git dualfix -m "$issue"'
row 'question' root_cause 'serve "$a_good"' "$ask"
row 'question of a plan only' root_cause 'serve "$a_good"' 'git dualfix plan -m "$issue"'
row 'what the checks say' 'The checks fail on this commit' 'serve "$a_good"' 'git dualfix --failing'
row 'many issues' root_cause 'serve "$a_good"' \
	'"$PYTHON" -c "import json, sys; print(json.dumps({\"id\": 1, \"message\": sys.argv[1]}))" "$issue" >../issues && git dualfix batch ../issues'
row 'malformed plan' 'That answer cannot be used' 'serve "{\"content\": \"{}\"}" "$a_good"' "$ask"
row 'edits that fail' 'Not all edits of that plan' 'serve "$(reply "$missed, $good")" "$a_good"' "$ask"
row 'edits that models may not do' 'Not all edits of that plan' 'serve "$(reply "$secret_edits, $good")" "$a_good"' "$ask"
row 'checks that fail' 'but the checks do not pass' 'serve "$(reply "$stir")" "$a_good"' "$ask"
row 'review' 'You review' 'serve "$(reply "$good, $stir")"' "$ask --review"
row 'amended' 'It is to be amended' 'serve "$(reply "$good, $stir")" "$a_good"' \
	"$ask; "'git dualfix amend "$(ls .git/dualfix/runs)" -m "and $ghp in keyed.py:15"'
row 'resumed' root_cause 'serve "{\"status\": 400, \"body\": \"no\"}" "$a_good"' "$ask; git dualfix resume"
row 'executor' '<code>' 'serve "$(reply "$model_edit")"' "$ask"
row 'executor, of several edits' '<code-1>' 'serve "$(reply "$more_edits")"' \
	"git config dualfix.executor.concurrency 1; $ask"
row 'executor, again' 'Answer again with' 'first="{\"content\": \"no\"}" && serve "$(reply "$model_edit")" && unset first' "$ask"
row 'executor, after an edit failed' 'This edit could not be applied' 'serve "$(reply "$elsewhere")"' "$ask"
row 'planner in place of an executor' '<code>' 'serve "$(reply "$model_edit")"' "$ask --mode single"
row 'hook' root_cause 'serve "$a_good"' 'git init -q --bare ../remote.git; git remote add origin ../remote.git;
	git config dualfix.hookModels true; git dualfix init --hooks; git push origin main'

test_expect_success 'a file that is not shown, a million times one line, and a log that is full of it' '
	serve "$a_good" && setup_repo && yes aaaaaaaa | head -n 900000 >private/x.py && : >log &&
	for i in 1 2 3 4 5 6 7 8 9; do for k in 1 2 3 4 5 6 7 8 9; do
		printf "%0150d error $i$k\n" 0 | tr 0 a >>log || return 1
	done; done &&
	git add -f private log && git commit -q -m many && git config dualfix.verify "cat log; exit 1" &&
	test_expect_code 1 test_soon git dualfix --failing && model_log body >bodies &&
	test_grep "a line of a file that is not shown" bodies && test_grep ! aaaaaaaa bodies
'

# What private/x.py says as well: in a file that the log names, in one that it does not, in a key's, nowhere else.
test_expect_success 'a line that a shown file has is no quote of another' '
	serve "$a_good" && setup_repo &&
	test_write_lines "return a * b" "only_here = 1" "in_unnamed = 1" "in_key = 1" >>private/x.py &&
	test_write_lines "  in_key = 1" "also_in_key = 1" >>calc.py && echo "in_unnamed = 1" >unnamed.py &&
	test_write_lines "in_key = 1" "also_in_key = 1" >>conf/prod.env && git add -f . && git commit -q -m lines &&
	git config dualfix.verify "for line in \"return a * b\" \"only_here = 1\" \"in_unnamed = 1\" \"in_key = 1\" \"also_in_key = 1\"
		do echo \"calc.py:9: saw   \$line\"; done; grep \"return a + b\" calc.py" &&
	git dualfix --failing && model_log body >../bodies && test_grep "saw   return a \* b" ../bodies &&
	test_grep ! "saw   \(only_here\|in_unnamed\|in_key\|also_in_key\)" ../bodies
'

test_expect_success 'it can fail: what is not excluded is seen in the log' '
	serve "$a_good" && setup_repo && git config --unset dualfix.exclude &&
	git dualfix --failing && test_must_fail look root_cause >/dev/null && test_grep canary_private "$TRASH/seen"
'

test_done
