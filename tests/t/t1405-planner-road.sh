#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='the road to the planner: opened early, proxies, CAs, prompts that are too long'
. "${0%/*}/test-lib.sh"

test_needs PYTHON
git config --global dualfix.sandbox none

issue='add(2, 3) in calc.py gives -1 instead of 5'
cat >direct.json <<\EOF
{"root_cause": "add subtracts", "strategy": "add", "edits": [
 {"file": "calc.py", "type": "replace", "find": "return a - b", "replace": "return a + b"}]}
EOF
list='{"match": {"path": "*/models"}, "reply": {"body": {"data": []}}}'
good='[{"match": {}, "reply": {"plan_file": "direct.json"}}]'

# Rules on stdin; $1: key and certificate.
setup_repo () {
	cd "$WORK" && cat >scenario.json && stop_servers &&
	start_model_server scenario.json ${1:+"$1"} &&
	rm -rf repo && make_calc_project repo && cd repo &&
	git config dualfix.planner.url "$MODEL_URL" &&
	git config dualfix.executor.url http://127.0.0.1:1 && git config dualfix.executor.model q
}

# GET, POST, ...: of the requests that came, sorted.
methods () {
	model_log method | grep . | sort | tr "\n" " "
}

# 0.0.0.0 is this machine, but no loopback address: consent is needed.
elsewhere () {
	git config dualfix.planner.url "http://0.0.0.0:${MODEL_URL##*:}" &&
	git config dualfix.planner.insecure true
}

test_expect_success 'the connection is opened first: headers alone, the key to its own server' '
	echo "$good" >rules && setup_repo <rules &&
	DUALFIX_PLANNER_KEY=sk-warm test_unchanged git dualfix --json -m "$issue" >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(methods)" = "GET POST " &&
	model_log headers.authorization | grep . >../keys && test_write_lines "Bearer sk-warm" "Bearer sk-warm" >../want &&
	test_cmp ../want ../keys && grep "\"GET\"" "$MODEL_LOG" >../first &&
	test_grep "\"/models\"" ../first && test_grep "\"body\": null" ../first && test_grep ! "calc" ../first &&
	test "$(json_get ../out usage.0.requests)" = 1
'

test_expect_success 'not where consent is missing, nor for what a rule cures' '
	setup_repo <rules && elsewhere &&
	DUALFIX_PLANNER_KEY=k && export DUALFIX_PLANNER_KEY && test_when_finished "unset DUALFIX_PLANNER_KEY" &&
	test_expect_code 3 setsid -w git dualfix -m "$issue" && test "$(methods)" = "" &&
	test_expect_code 3 setsid -w git -c dualfix.send=never dualfix -m "$issue" && test "$(methods)" = "" &&
	setsid -w git -c dualfix.send=always dualfix -m "$issue" && test "$(methods)" = "GET POST " &&
	printf "def f(x):\n    return json.loads(x)\n" >j.py && git add j.py && git commit -q -m json &&
	git -c dualfix.send=always dualfix --failing --verify "python3 -c \"import j; j.f(\\\"1\\\")\"" &&
	test "$(methods)" = "GET POST "
'

test_expect_success 'nobody waits for it, and it fails nothing' '
	for reply in "\"status\": 500" "\"content\": \"x\", \"delay_ms\": 600000" "\"fault\": \"close_before\""
	do
		cd "$WORK" && echo "[{\"match\": {\"path\": \"/models\"}, \"reply\": {$reply}}, {\"match\": {}, \"reply\": {\"plan_file\": \"direct.json\"}}]" >slow &&
		setup_repo <slow &&
		test_unchanged test_soon git dualfix --json -m "$issue" >../out 2>../err &&
		test "$(json_get ../out outcome)" = fixed && test_grep ! "^warning" ../err || return 1
	done
'

test_expect_success 'nothing is sent while a recording plays' '
	setup_repo <rules && git dualfix --record ../tape -m "$issue" && test "$(methods)" = "GET POST " &&
	git dualfix --replay ../tape -m "$issue" && test "$(methods)" = "GET POST "
'

test_expect_success 'too long a prompt: asked again, with less of the repository' '
	echo "[$list,
	 {\"match\": {\"contains\": [\"add_filler_300\", \"add_filler_290\"]}, \"reply\": {\"status\": 400, \"body\": {\"error\": {\"message\": \"maximum context length is 4096 tokens\"}}}},
	 {\"match\": {}, \"reply\": {\"plan_file\": \"direct.json\"}}]" >long && setup_repo <long &&
	i=0 && while test $i -lt 600; do echo "def add_filler_$i(a, b): return a + b  # calc.add of filler $i"; i=$((i + 1)); done >filler.py &&
	git add . && git commit -q -m filler &&
	test_unchanged git dualfix --json -m "add in calc.py, see filler.py add_filler_300: gives -1" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed && test_grep "^warning: .*less of the repository" ../err &&
	test "$(json_get ../out usage.0.requests)" -le 4 && test "$(json_get ../out usage.0.requests)" -ge 2
'

test_expect_success 'too long whatever is left out: exit 4' '
	echo "[$list,
	 {\"match\": {}, \"reply\": {\"status\": 400, \"body\": {\"error\": {\"message\": \"maximum context length is 10 tokens\"}}}}]" >long &&
	setup_repo <long && test_expect_code 4 test_unchanged git dualfix -m "$issue" >../out 2>../err &&
	test_must_be_empty ../out && test_grep "maximum context" ../err && test_grep "^hint: .*dualfix.exclude" ../err &&
	model_log method | grep -c POST >../n && test "$(cat ../n)" = 4
'

test_expect_success 'http.proxy of git is used, but not for this machine' '
	setup_repo <rules && git config http.proxy "$MODEL_URL" &&
	git config dualfix.planner.url http://planner.invalid && git config dualfix.planner.insecure true &&
	DUALFIX_PLANNER_KEY=k git -c dualfix.send=always dualfix --json -m "$issue" >../out &&
	test "$(json_get ../out outcome)" = fixed && model_log path >../paths &&
	test_grep "http://planner.invalid/chat/completions" ../paths &&
	git config http.proxy http://127.0.0.1:1 && git config dualfix.planner.url "$MODEL_URL" &&
	git dualfix -m "$issue"
'

if command -v openssl >/dev/null 2>&1 && openssl req -x509 -newkey rsa:2048 -nodes -days 2 \
	-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
	-keyout key.pem -out cert.pem 2>/dev/null
then
	cat key.pem cert.pem >tls.pem
	test_set_prereq OPENSSL
fi

test_expect_success OPENSSL 'http.sslCAInfo of git is trusted; without it nothing is sent' '
	setup_repo "$PWD/tls.pem" <rules &&
	DUALFIX_PLANNER_KEY=sk-canary test_expect_code 4 test_unchanged git dualfix -m "$issue" >../out 2>../err &&
	test_must_be_empty ../out && test_grep "not trusted" ../err && test_grep "^hint: .*http.sslCAInfo" ../err &&
	test "$(methods)" = "" && test_grep ! canary ../err &&
	git config http.sslCAInfo "$WORK/cert.pem" && git dualfix --json -m "$issue" >../out &&
	test "$(json_get ../out outcome)" = fixed && test "$(methods)" = "GET POST "
'

test_done
