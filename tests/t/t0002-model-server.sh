#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='the scripted model server: what other tests rely on'
. "${0%/*}/test-lib.sh"

prereq_CURL () { command -v curl >/dev/null; }
test_needs PYTHON,CURL

# $1: path, $2: body; the answer goes to out, its status line and headers too.
ask () {
	curl -sS -i -m "${3-10}" -H 'Authorization: Bearer sk-key' -d "$2" \
		"$MODEL_URL$1" >out 2>err
}

# A chat request whose only message says $1; $2 are further members.
chat () {
	ask /chat/completions \
		"{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"$1\"}]${2+, $2}}" \
		${3+"$3"}
}

body_of () {
	sed '1,/^.$/d' out
}

cat >plan.json <<\EOF
{"edits": []}
EOF
cat >scenario.json <<\EOF
[
 {"match": {"contains": ["first?"], "nth": 2}, "reply": {"content": "second"}},
 {"match": {"contains": ["first?"]}, "times": 1, "reply": {"content": "first"}},
 {"match": {"model": "other"}, "reply": {"content": "by model"}},
 {"match": {"contains": ["a", "b"], "lacks": ["z"], "body": {"n": 1}},
  "reply": {"content": "picked"}},
 {"match": {"contains": ["plan"]}, "reply": {"plan_file": "plan.json"}},
 {"match": {"contains": ["think"]},
  "reply": {"reasoning": "hmm", "content": "x<stop>y", "chunk_bytes": 1}},
 {"match": {"contains": ["<code>"]}, "reply": {"region_replace": ["old", "new"]}},
 {"match": {"contains": ["429"]}, "reply": {"status": 429, "headers": {"Retry-After": "7"},
  "body": {"error": {"message": "no more for @KEY@"}}}},
 {"match": {"contains": ["cut"]}, "reply": {"content": "0123456789", "chunk_bytes": 1, "fault": "cut"}},
 {"match": {"contains": ["stall"]}, "reply": {"content": "0123456789", "fault": "stall"}},
 {"match": {"contains": ["alive"]}, "reply": {"content": "0123456789", "fault": "keepalive_forever"}},
 {"match": {"contains": ["nodone"]}, "reply": {"content": "x", "fault": "no_done"}},
 {"match": {"contains": ["garbage"]}, "reply": {"content": "x", "fault": "garbage"}},
 {"match": {"contains": ["in200"]}, "reply": {"content": "x", "fault": "error_in_200"}},
 {"match": {"contains": ["empty"]}, "reply": {"content": "x", "fault": "empty_lines_first"}},
 {"match": {"contains": ["html"]}, "reply": {"fault": "html", "status": 502}},
 {"match": {"contains": ["closed"]}, "reply": {"fault": "close_before"}},
 {"match": {"contains": ["bomb"]}, "reply": {"fault": "gzip_bomb"}},
 {"match": {"contains": ["endless"]}, "reply": {"content": "x", "fault": "endless"}},
 {"match": {"contains": ["drip"]}, "reply": {"content": "x", "fault": "slow_drip", "gap_ms": 200}},
 {"match": {"contains": ["odd"]}, "reply": {"content": "é€", "write_bytes": 1,
  "sse": ["crlf", "bom", "split_data", "usage_on_finish"]}},
 {"match": {"path": "/repos/*/issues/7"}, "reply": {"body": {"title": "broken"}}}
]
EOF

test_expect_success 'it starts' '
	start_model_server scenario.json
'

test_expect_success 'rules: order, times, nth, model, substrings, members' '
	chat first? && test_grep "\"content\": \"first\"" out &&
	chat first? && test_grep "\"content\": \"second\"" out &&
	chat first? && test_grep "^HTTP/1.1 400" out &&
	ask /v1/chat/completions "{\"model\": \"other\", \"messages\": []}" &&
	test_grep "by model" out &&
	chat "b a" "\"n\": 1" && test_grep picked out &&
	chat "b a" && test_grep " 400 " out &&
	chat "b a z" "\"n\": 1" && test_grep " 400 " out
'

test_expect_success 'a plan from a file' '
	chat plan && body_of >body && json_get body choices.0.message.content >got &&
	echo >>plan.json && test_cmp plan.json got
'

test_expect_success 'a stream: reasoning first, the stop string cut, usage, the end' '
	chat think "\"stream\": true, \"stop\": [\"<stop>\"], \"stream_options\": {\"include_usage\": true}" &&
	test_grep "^Content-Type: text/event-stream" out &&
	body_of | sed -n "s/^data: //p" >events &&
	test "$(tail -n 1 events)" = "[DONE]" &&
	sed "\$d" events >docs &&
	json_lines () { "$PYTHON" "$TEST_LIB_DIR/json-get.py" --lines "$1" <docs | tr -d "\n"; } &&
	test "$(json_lines choices.0.delta.reasoning_content)" = hmm &&
	test "$(json_lines choices.0.delta.content)" = nullx &&
	test_grep "\"finish_reason\": \"stop\"" docs &&
	test "$(json_lines usage.completion_tokens)" = 1
'

test_expect_success 'an executor request is answered with its own region' '
	ask /chat/completions "{\"messages\": [{\"role\": \"user\", \"content\":
		\"do:\\n<code>\\n\\told();\\n</code>\\nrename\"}]}" &&
	body_of >body &&
	printf "<updated-code>\n\tnew();\n</updated-code>\n" >expect &&
	json_get body choices.0.message.content >got && test_cmp expect got &&
	ask /chat/completions "{\"messages\": [{\"role\": \"user\", \"content\": \"<code>\\nx\\n</code>\"}]}" &&
	test_grep "not in the region" out &&
	ask /chat/completions "{\"messages\": [
		{\"role\": \"user\", \"content\": \"<code>\\n<code>old</code>\\n</code>\"},
		{\"role\": \"assistant\", \"content\": \"bad\"},
		{\"role\": \"user\", \"content\": \"all of <code>, between <updated-code-2> and </updated-code-2>\"}]}" &&
	body_of >body &&
	printf "<updated-code-2>\n<code>new</code>\n</updated-code-2>\n" >expect &&
	json_get body choices.0.message.content >got && test_cmp expect got
'

test_expect_success 'Ollama streams lines of JSON' '
	ask /api/chat "{\"model\": \"other\", \"messages\": []}" &&
	body_of >docs && head -n 1 docs >first && tail -n 1 docs >last &&
	test "$(json_get first done)" = false && test "$(json_get last done)" = true &&
	test "$(json_get last done_reason)" = stop
'

test_expect_success 'a status with headers; the key comes back' '
	chat 429 && test_grep "^HTTP/1.1 429" out && test_grep "^Retry-After: 7" out &&
	test_grep "no more for sk-key" out
'

test_expect_success 'what servers know without rules, and a forge' '
	curl -sS "$MODEL_URL/models" >out && test "$(json_get out data.0.id)" = deepseek-flash &&
	curl -sS "$MODEL_URL/api/tags" >out && test "$(json_get out models.0.name)" = deepseek-flash &&
	curl -sS "$MODEL_URL/user/balance" >out && test "$(json_get out is_available)" = true &&
	curl -sS "$MODEL_URL/repos/o/r/issues/7" >out && test "$(json_get out title)" = broken
'

for stream in true false
do
	s="\"stream\": $stream"
	test_expect_success "faults, stream: $stream" '
		test_expect_code 18 chat cut "$s" && test_grep ! DONE out &&
		test_expect_code 28 chat stall "$s" 0.4 && test_grep " 200 OK" out &&
		test_expect_code 28 chat alive "$s" 0.4 && test "$(wc -l <out)" -gt 8 && test_grep ! DONE out &&
		test_expect_code 28 chat endless "$s" 0.4 &&
		test_expect_code 28 chat drip "$s" 0.4 &&
		test_expect_code 52 chat closed "$s" &&
		chat garbage "$s" && test_grep -a "not json" out &&
		chat in200 "$s" && test_grep " 200 OK" out && test_grep "\"code\": 502" out &&
		chat empty "$s" && body_of | head -n 2 | tail -n 1 >second &&
		test_write_lines "" >expect && test_cmp expect second &&
		chat html "$s" && test_grep "^Content-Type: text/html" out &&
		test_grep "^HTTP/1.1 502" out
	'
done

test_expect_success 'no_done ends without the end' '
	chat nodone "\"stream\": true" && test_grep "\"finish_reason\": \"stop\"" out &&
	test_grep ! DONE out
'

test_expect_success 'odd but legal framing' '
	chat odd "\"stream\": true" && body_of | tr -d "\r" >body &&
	test_grep "^data: \"object\"" body && test_grep "\"content\": \"é€\"" body &&
	test_grep "\"finish_reason\": \"stop\".*\"usage\": {" body
'

test_expect_success 'a bomb is small on the way' '
	chat bomb && test "$(wc -c <out)" -lt 400000 && body_of | gzip -dc | wc -c >size &&
	test "$(cat size)" -eq 268435456
'

test_expect_success 'the log' '
	test "$(model_log headers.authorization | sort -u)" = "Bearer sk-key" &&
	test "$(model_log body.messages.0.content | head -n 1)" = "first?" &&
	test "$(model_log rule | head -n 3 | tr "\n" " ")" = "1 0 null " &&
	model_log end | grep -q "client closed" && model_log end | grep -q "hung up"
'

test_expect_success 'it stops' '
	stop_servers &&
	test_expect_code 7 curl -sS "$MODEL_URL/models"
'

test_done
