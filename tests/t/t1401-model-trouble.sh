#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='models that fail, consent, and what must never leave the machine'
. "${0%/*}/test-lib.sh"

test_needs PYTHON
git config --global dualfix.sandbox none

issue='add(2, 3) in calc.py gives -1 instead of 5'
good='{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"replace\", \"find\": \"return a - b\", \"replace\": \"return a + b\"}]}'

# A project with a bug; the server answers as the rules on stdin say, @GOOD@ is a plan.
setup_repo () {
	sed "s/@GOOD@/$(printf '%s' "$good" | sed 's/\\/\\\\\\\\/g')/g" >"$PWD/scenario.json" &&
	sed -i 's/\\\\"/\\"/g' "$PWD/scenario.json" &&
	stop_servers && start_model_server "$PWD/scenario.json" &&
	rm -rf repo && make_calc_project repo && cd repo &&
	git config dualfix.planner.url "$MODEL_URL"
}

asked () {
	model_log body.model | grep -c . || :
}

# A run that must end with code $1 and leave nothing.
ends_with () {
	code=$1
	shift
	test_expect_code "$code" test_unchanged "$@" >../out 2>../err &&
	test_must_be_empty ../out &&
	test_grep "^\(error\|fatal\|unfixed\): " ../err
}

test_expect_success 'a malformed plan is asked for once more, with the exact error' '
	setup_repo <<-\EOF &&
	[{"match": {"nth": 1}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"replace\", \"find\": 7, \"replace\": \"x\"}]}"}},
	 {"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	test_unchanged git dualfix --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(asked)" = 2 &&
	test "$(json_get ../out usage.0.requests)" = 2 &&
	model_log body.messages.3.content >../again && test_grep -F "edits[0].find: expected a string" ../again
'

test_expect_success 'malformed twice: exit 4' '
	setup_repo <<-\EOF &&
	[{"match": {}, "reply": {"content": "I would rather not."}}]
	EOF
	ends_with 4 git dualfix -m "$issue" && test "$(asked)" = 2 && test_grep "malformed" ../err
'

test_expect_success 'a plan of an unsafe path is not applied' '
	setup_repo <<-\EOF &&
	[{"match": {}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \".git/hooks/pre-push\", \"type\": \"create_file\", \"content\": \"x\"}]}"}}]
	EOF
	ends_with 4 git dualfix -m "$issue" && test_grep "hooks/pre-push" ../err
'

test_expect_success 'a plan of a protected path: exit 2' '
	setup_repo <<-\EOF &&
	[{"match": {}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \".github/w.yml\", \"type\": \"create_file\", \"content\": \"x\"}]}"}}]
	EOF
	ends_with 2 git dualfix -m "$issue" && test_grep "protected" ../err
'

# $1: title, $2: exit, $3: regex in stderr, $4: reply, $5: more arguments
trouble () {
	title=$1 code=$2 said=$3 reply=$4 args=$5
	test_expect_success "$title: exit $code" '
		printf "[{\"match\": {}, \"reply\": {%s}}]" "$reply" >rule && setup_repo <rule &&
		DUALFIX_PLANNER_KEY=sk-canary-key ends_with '"$code"' test_soon git dualfix $args -m "$issue" &&
		test_grep "$said" ../err && test_grep ! canary ../err &&
		test_grep ! -r canary .git
	'
}

trouble 'cut off at the token limit' 4 'cut off' '"content": "{\\"root_cause\\": ", "finish_reason": "length"' ''
trouble 'filtered' 4 'filter' '"content": "", "finish_reason": "content_filter"' ''
trouble '401, the key echoed' 3 '401\|key' '"status": 401, "body": {"error": {"message": "bad key @KEY@"}}' ''
trouble '403, the key echoed' 3 '403\|key' '"status": 403, "body": "no: @KEY@"' ''
trouble '400' 4 '400' '"status": 400, "body": {"error": {"message": "unknown field"}}' ''
trouble '404' 4 '404' '"status": 404, "body": "not here"' ''
trouble '402, money' 4 '402\|nsufficient' '"status": 402, "body": {"error": {"message": "Insufficient Balance @KEY@"}}' ''
trouble 'a redirect is not followed' 4 '302\|redirect' '"status": 302, "headers": {"Location": "http://127.0.0.1:1/x"}, "body": ""' ''
trouble 'an HTML page' 4 '.' '"fault": "html", "status": 200' '--timeout 1'
trouble '422, the key echoed' 4 '422' '"status": 422, "body": {"detail": "no @KEY@"}' ''
trouble '413' 4 '413' '"status": 413, "body": "too large"' ''
trouble '429 for an hour' 4 '429' '"status": 429, "headers": {"Retry-After": "3600"}, "body": "no @KEY@"' ''
trouble '503 without end' 4 '503\|time' '"status": 503, "body": {"error": {"message": "busy @KEY@"}}' '--timeout 1'
trouble 'a blank answer' 4 'blank\|time' '"content": "   "' '--timeout 1'
trouble 'too few resources' 4 'resources\|time' '"content": "x", "finish_reason": "insufficient_system_resource"' '--timeout 1'
trouble 'an unknown end' 4 'aborted\|time' '"content": "x", "finish_reason": "aborted"' '--timeout 1'
trouble 'no last word' 4 'cut off' '"content": "0123456789012345678901234567890", "fault": "no_done"' ''
trouble 'a connection that breaks each time' 4 '.' '"content": "0123456789012345678901234567890", "fault": "cut"' ''
trouble 'a server that hangs up' 4 '.' '"fault": "close_before"' ''
trouble 'silence' 4 'time is used up' '"content": "x", "delay_ms": 600000' '--timeout 1'
trouble 'queued for ever' 4 'time is used up' '"content": "x", "delay_ms": 600000, "keepalive_ms": 100' '--timeout 1'
trouble '500 without end' 4 '500\|time' '"status": 500, "body": "oops @KEY@"' '--timeout 1'
trouble 'garbage' 4 '.' '"content": "x", "fault": "garbage"' '--timeout 1'
trouble 'an error under 200' 4 '.' '"content": "xxxxxxxxxxxxxxxxx", "fault": "error_in_200"' '--timeout 1'
trouble 'a stream that stalls' 4 'time is used up' '"content": "0123456789012345678901234567890", "fault": "stall"' '--timeout 1'
trouble 'a stream that drips' 4 'time is used up' '"content": "0123456789012345678901234567890", "fault": "slow_drip"' '--timeout 1'
trouble 'comments for ever' 4 'time is used up' '"content": "0123456789012345678901234567890", "fault": "keepalive_forever"' '--timeout 1'
trouble 'a gzip bomb' 4 '.' '"fault": "gzip_bomb"' '--timeout 2'
trouble 'a stream without end' 4 '.' '"content": "x", "fault": "endless"' '--timeout 2'

# Oddities that are no failure; $2: members of the reply.
no_trouble () {
	test_expect_success "$1: no trouble" '
		printf "[{\"match\": {}, \"reply\": {\"content\": \"@GOOD@\", %s}}]" "'"$(printf '%s' "$2" | sed 's/"/\\"/g')"'" >rule && setup_repo <rule &&
		DUALFIX_PLANNER_KEY=sk-canary-key test_unchanged git dualfix --json -m "$issue" >../out 2>../err &&
		test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out usage.0.requests)" = 1 &&
		test_grep ! -r canary .git
	'
}

no_trouble 'CRLF, a BOM' '"sse": ["crlf", "bom"]'
no_trouble 'an event over two data lines' '"sse": ["split_data"]'
no_trouble 'usage on the last chunk' '"sse": ["usage_on_finish"]'
no_trouble 'no usage' '"sse": ["no_usage"]'
no_trouble 'keep-alives while it waits' '"delay_ms": 400, "keepalive_ms": 50'
no_trouble 'empty lines before the answer' '"fault": "empty_lines_first"'
no_trouble 'thinking first' '"reasoning": "hm, \u20ac"'
no_trouble 'a byte at a time' '"write_bytes": 1, "chunk_bytes": 3'

test_expect_success 'no budget, no tokens: exit 4, nothing is sent' '
	setup_repo <<-\EOF &&
	[{"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	git config dualfix.planner.priceInput 1 && git config dualfix.planner.priceCachedInput 1 &&
	git config dualfix.planner.priceOutput 1 &&
	ends_with 4 git dualfix --budget 0 -m "$issue" && test_grep budget ../err &&
	ends_with 4 git -c dualfix.budget=0.000001 dualfix -m "$issue" && test_grep "^hint: .*budget" ../err &&
	ends_with 4 git -c dualfix.maxTokens=100 dualfix -m "$issue" && test_grep "^hint: .*maxTokens" ../err &&
	test "$(asked)" = 0
'

test_expect_success '429 with Retry-After, then 500, then an answer: retried, counted' '
	setup_repo <<-\EOF &&
	[{"match": {"nth": 1}, "reply": {"status": 429, "headers": {"Retry-After": "1"}, "body": "slow down"}},
	 {"match": {"nth": 1}, "reply": {"status": 503, "headers": {"Retry-After": "1"}, "body": "busy"}},
	 {"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	start=$(date +%s) &&
	test_unchanged git dualfix --json -m "$issue" >../out 2>../err &&
	test $(($(date +%s) - start)) -ge 2 &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out usage.0.requests)" = 3
'

test_expect_success 'a connection that breaks is tried again' '
	setup_repo <<-\EOF &&
	[{"match": {"nth": 1}, "reply": {"content": "@GOOD@", "fault": "cut"}},
	 {"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	test_unchanged git dualfix --json -m "$issue" >../out && test "$(json_get ../out outcome)" = fixed
'

test_expect_success 'a closed port: exit 4' '
	cd repo &&
	ends_with 4 test_soon git -c dualfix.planner.url=http://127.0.0.1:1 dualfix -m "$issue" &&
	test_grep "127.0.0.1:1" ../err
'

test_expect_success 'an executor that is down, the planner has to do it' '
	setup_repo <<-\EOF &&
	[{"match": {"contains": ["root_cause"]}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"model_edit\", \"action\": \"add\"}]}"}},
	 {"match": {"contains": ["<code>"]}, "reply": {"region_replace": ["a - b", "a + b"]}}]
	EOF
	test_unchanged git -c dualfix.executor.url=http://127.0.0.1:1/v1 -c dualfix.executor.model=q dualfix --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test "$(json_get ../out edits.0.by)" = planner
'

test_expect_success 'an executor that is down and nobody else: exit 4' '
	cat >edit.json <<-\EOF &&
	{"root_cause": "r", "strategy": "s", "edits": [{"file": "calc.py", "type": "model_edit", "action": "add"}]}
	EOF
	cd repo && git config dualfix.planner.url https://planner.invalid &&
	test_when_finished "git config dualfix.planner.url $MODEL_URL" &&
	ends_with 4 git -c dualfix.executor.url=http://127.0.0.1:1/v1 -c dualfix.executor.model=q dualfix apply ../edit.json &&
	ends_with 4 git -c dualfix.executor.url=http://127.0.0.1:1/v1 dualfix apply ../edit.json
'

test_expect_success 'plain http to another machine is refused, insecure allows it' '
	cd repo && ends_with 3 env DUALFIX_PLANNER_KEY=k git -c dualfix.planner.url=http://example.invalid dualfix -m "$issue" &&
	test_grep "insecure" ../err
'

# 0.0.0.0 is this machine, but no loopback address: consent is needed.
elsewhere () {
	git config dualfix.planner.url "http://0.0.0.0:${MODEL_URL##*:}" &&
	git config dualfix.planner.insecure true
}

test_expect_success 'consent: no terminal is no; never and always are words' '
	setup_repo <<-\EOF &&
	[{"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	elsewhere &&
	DUALFIX_PLANNER_KEY=k && export DUALFIX_PLANNER_KEY && test_when_finished "unset DUALFIX_PLANNER_KEY" &&
	ends_with 3 setsid -w git dualfix -m "$issue" && test_grep "^hint: .*dualfix.send" ../err && test "$(asked)" = 0 &&
	ends_with 3 setsid -w git -c dualfix.send=never dualfix -m "$issue" && test "$(asked)" = 0 &&
	test_unchanged setsid -w git -c dualfix.send=always dualfix -m "$issue" && test "$(asked)" = 1 &&
	DUALFIX_SEND=never test_expect_code 3 setsid -w git -c dualfix.send=always dualfix -m "$issue" && test "$(asked)" = 1
'

test_expect_success 'consent is asked on the terminal, naming host and files; a yes is remembered' '
	cd repo && DUALFIX_PLANNER_KEY=k && export DUALFIX_PLANNER_KEY && test_when_finished "unset DUALFIX_PLANNER_KEY" &&
	test_expect_code 3 on_tty n git dualfix -m "$issue" >../tty && test "$(asked)" = 1 &&
	test_grep "0.0.0.0" ../tty && test_grep "calc.py" ../tty && test_grep "tokens" ../tty &&
	test_expect_code 3 on_tty "\n" git dualfix -m "$issue" >../tty && test "$(asked)" = 1 &&
	on_tty y git dualfix -m "$issue" >../tty && test "$(asked)" = 2 &&
	setsid -w git dualfix -m "$issue" && test "$(asked)" = 3 &&
	test_expect_code 3 git -c dualfix.send=never dualfix -m "$issue" && test "$(asked)" = 3 &&
	test_expect_code 3 setsid -w git -c dualfix.planner.url=http://other.invalid dualfix -m "$issue"
'

test_expect_success 'loopback needs no consent and no key' '
	cd repo && git config dualfix.planner.url "$MODEL_URL" && setsid -w git dualfix -m "$issue"
'

test_expect_success 'the key: environment first, then git credential; only to its own server' '
	cd repo && DUALFIX_PLANNER_KEY=sk-one git dualfix -m "$issue" &&
	MY_KEY=sk-two git -c dualfix.planner.keyEnv=MY_KEY dualfix -m "$issue" &&
	write_script ../helper <<-\EOF &&
	test "$1" = get || exit 0
	echo username=x
	echo password=sk-three
	EOF
	git -c credential.helper="!\"$PWD/../helper\"" dualfix -m "$issue" &&
	model_log headers.authorization | grep . | uniq >../got && tail -n 3 ../got >../got3 &&
	test_write_lines "Bearer sk-one" "Bearer sk-two" "Bearer sk-three" >../want && test_cmp ../want ../got3
'

test_expect_success BWRAP 'a key is not in what the run leaves, nor where its check can see it' '
	cd repo &&
	DUALFIX_PLANNER_KEY=sk-canary-key git -c dualfix.sandbox=auto dualfix -v -m "$issue" \
		--verify "env; cat /proc/*/cmdline /proc/*/environ; grep \"return a + b\" calc.py" >../out 2>../err &&
	grep "PATH=" .git/dualfix/runs/*/after-1.log &&
	test_grep ! -r "canary-key" .git && test_grep ! "canary-key" ../err && test_grep ! canary-key ../out
'

test_expect_success 'a recording holds no key, answers without a network, and only what was asked' '
	setup_repo <<-\EOF &&
	[{"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	DUALFIX_PLANNER_KEY=sk-canary-key git dualfix --record ../tape -m "$issue" && test_grep ! canary ../tape &&
	test "$(stat -c %a ../tape)" = 600 && stop_servers &&
	test_unchanged git dualfix --replay ../tape -m "$issue" 2>../err && test_grep "^fixed: " ../err &&
	ends_with 2 git dualfix --replay ../tape -m "$issue, really" && test_grep "^hint: .*another issue" ../err &&
	ends_with 2 git dualfix --replay ../no-tape -m "$issue" && echo "{" >../bad-tape &&
	ends_with 2 git dualfix --replay ../bad-tape -m "$issue"
'

test_expect_success 'a recording that cannot be kept: said before anything is asked' '
	setup_repo <<-\EOF &&
	[{"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	test_expect_code 3 test_unchanged git dualfix --record ../no-folder/tape -m "$issue" >../out 2>../err &&
	test_must_be_empty ../out && test_grep "no-folder/tape" ../err && test "$(asked)" = 0
'

# What none of the requests may hold.
never_sent () {
	test_grep ! "$1" "$MODEL_LOG"
}

test_expect_success 'what is excluded is never sent, whoever names it' '
	setup_repo <<-\EOF &&
	[{"match": {"contains": ["root_cause"]}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"private/x.py\", \"type\": \"model_edit\", \"action\": \"mend it\"}, {\"file\": \"private/x.py\", \"type\": \"replace\", \"find\": \"def hiden():\", \"replace\": \"y\"}]}"}},
	 {"match": {"contains": ["<code>"]}, "reply": {"region_replace": ["def", "def"]}}]
	EOF
	mkdir private && printf "def hidden():\n    return \"canary-7\"\n" >private/x.py && git add . && git commit -q -m x &&
	git config dualfix.exclude private && git config dualfix.executor.url "$MODEL_URL/v1" && git config dualfix.executor.model q &&
	test_must_fail test_unchanged git dualfix -m "private/x.py: hidden() is wrong, line 2; see calc.py" >../out 2>../err &&
	test "$(asked)" -ge 1 && never_sent canary-7 && test_grep "calc.py" "$MODEL_LOG"
'

test_expect_success 'nor by an edit that fails there, whose nearest lines are told' '
	setup_repo <<-\EOF &&
	[{"match": {"nth": 1}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"private/x.py\", \"type\": \"replace\", \"find\": \"value_of_it = 7\\nother_value = 9\", \"replace\": \"\"}]}"}},
	 {"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	mkdir private && printf "value_of_it = 7\ncanary_12_value = 9\n" >private/x.py && git add . && git commit -q -m x &&
	git config dualfix.exclude private &&
	test_unchanged git dualfix -m "$issue" && test "$(asked)" = 2 && never_sent canary_12
'

test_expect_success 'nor in a diff of what a plan changed there' '
	setup_repo <<-\EOF &&
	[{"match": {"nth": 1}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"new.py\", \"type\": \"create_file\", \"content\": \"shown = 1\\n\"}, {\"file\": \"private/x.py\", \"type\": \"add_line\", \"position\": \"end\", \"line_content\": \"# more\"}]}"}},
	 {"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	mkdir private && printf "canary_8 = 1\n" >private/x.py && git add . && git commit -q -m x &&
	git config dualfix.exclude private &&
	test_unchanged git dualfix -m "$issue" && test "$(asked)" = 2 && never_sent canary_8 &&
	test_grep "+shown = 1" "$MODEL_LOG"
'

test_expect_success 'nor when a plan moves it out of there' '
	setup_repo <<-\EOF &&
	[{"match": {"nth": 1}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"private/x.py\", \"type\": \"rename_file\", \"to\": \"x.py\"}, {\"file\": \"x.py\", \"type\": \"add_line\", \"position\": \"end\", \"line_content\": \"# more\"}]}"}},
	 {"match": {"nth": 1}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"x.py\", \"type\": \"model_edit\", \"action\": \"mend\"}]}"}},
	 {"match": {"contains": ["<code>"]}, "reply": {"content": "<updated-code>\nx\n</updated-code>"}},
	 {"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	mkdir private && printf "canary_13 = 1\nb = 1\nc = 1\n" >private/x.py && git add . && git commit -q -m x &&
	git config dualfix.exclude private &&
	git dualfix -m "$issue" >../out && test "$(asked)" -ge 3 && never_sent canary_13
'

test_expect_success 'secrets are taken out of files, issue, title, logs and regions' '
	setup_repo <<-\EOF &&
	[{"match": {"nth": 1, "contains": ["root_cause"]}, "reply": {"content": "{\"root_cause\": \"r\", \"strategy\": \"s\", \"edits\": [{\"file\": \"calc.py\", \"type\": \"model_edit\", \"action\": \"add\", \"region\": {\"start\": 1, \"end\": 4}}]}"}},
	 {"match": {"contains": ["<code>"]}, "reply": {"region_replace": ["return a", "return  a"]}},
	 {"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	key=AKIA && key=${key}IOSFODNN7CANARY1 &&
	ghp=ghp_ && ghp=${ghp}0123456789abcdefghijABCDEFGHIJ012345 &&
	printf "AWS = \"%s\"\nTOKEN = \"%s\"\ndef add(a, b):\n    return a - b\n" $key $ghp >calc.py &&
	git commit -q -a -m secret && git config dualfix.executor.url "$MODEL_URL/v1" && git config dualfix.executor.model q &&
	git dualfix --verify "echo $key; echo $ghp; grep \"return a + b\" calc.py" \
		-m "$key add in calc.py fails
	with $ghp, and again $key" >../out 2>../err &&
	test "$(asked)" -ge 2 && never_sent $key && never_sent $ghp
'

test_expect_success 'a file of secrets is not sent at all' '
	setup_repo <<-\EOF &&
	[{"match": {}, "reply": {"content": "@GOOD@"}}]
	EOF
	printf "DB_PASSWORD=hunter-canary-9\n" >.env &&
	{ printf -- "-----BEGIN RSA PRIVATE KEY-----\n"; for i in 1 2 3 4 5 6; do echo "MIIcanary10canary10canary10canary10canary10canary10canary1"; done
	  printf -- "-----END RSA PRIVATE KEY-----\n"; } >id_rsa &&
	git add -f . && git commit -q -m s &&
	test_unchanged git dualfix -m ".env and id_rsa and calc.py: DB_PASSWORD wrong, add in calc.py" &&
	never_sent hunter-canary-9 && never_sent canary10
'

test_expect_success 'untracked files are not sent' '
	cd repo && echo "canary-11 = add" >notes.py &&
	git dualfix -m "notes.py: canary; add in calc.py" && never_sent canary-11
'

# $1: signal, $2: exit
ended_by () {
	test_expect_success "$1 while the planner thinks: exit $2, nothing left" "
		setup_repo <<-\EOF &&
		[{\"match\": {}, \"reply\": {\"content\": \"x\", \"delay_ms\": 20000}}]
		EOF
		# Of a job in the background, sh has SIGINT ignored.
		\"\$PYTHON\" - \"\$MODEL_LOG\" \"\$issue\" <<-\EOF &&
		import os, signal, subprocess, sys, time
		signal.signal(signal.SIGINT, signal.SIG_DFL)
		p = subprocess.Popen([\"git-dualfix\", \"-m\", sys.argv[2]])
		for i in range(100):
		    if os.path.getsize(sys.argv[1]):
		        break
		    time.sleep(0.1)
		p.send_signal(signal.$1)
		code = p.wait(5)
		sys.exit(0 if code in ($2, -signal.$1) else \"exit %d\" % code)
		EOF
		git for-each-ref refs/heads/dualfix >../refs && test_must_be_empty ../refs &&
		git dualfix show >../show && test_grep \"^outcome *\\(error\\|killed\\)\" ../show
	"
}
ended_by SIGINT 130
ended_by SIGTERM 143

test_done
