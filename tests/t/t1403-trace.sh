#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='traces: --trace, and what git'\''s trace2 gets'
. "${0%/*}/test-lib.sh"

test_needs PYTHON
git config --global dualfix.sandbox none

cat >plan.json <<\EOF
{"root_cause": "both subtract", "strategy": "add", "edits": [
 {"file": "calc.py", "type": "model_edit", "action": "add must add", "symbol": "add"},
 {"file": "more.py", "type": "model_edit", "action": "sum must add", "symbol": "total"},
 {"file": "README", "type": "replace", "find": "see", "replace": "look at"}]}
EOF
cat >scenario.json <<\EOF
[{"match": {"model": "deepseek-flash"}, "reply": {"plan_file": "plan.json"}},
 {"match": {"model": "qwen2.5-coder:7b"},
  "reply": {"region_replace": ["a - b", "a + b"], "delay_ms": 200}}]
EOF

setup_repo () {
	stop_servers && start_model_server scenario.json &&
	rm -rf repo && make_calc_project repo && cd repo && configure_model_server &&
	printf "def total(a, b):\n    return a - b\n" >more.py && git add . && git commit -q -m more &&
	git config dualfix.loadBearing off
}

issue='add(2, 3) in calc.py gives -1 instead of 5'
DUALFIX_PLANNER_KEY=sk-very-secret
export DUALFIX_PLANNER_KEY

test_expect_success '--trace writes a trace that viewers read' '
	setup_repo && git dualfix --json --trace ../trace.json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed &&
	"$PYTHON" - ../trace.json ../out <<-\EOF
	import json, sys
	doc, report = [json.load(open(f)) for f in sys.argv[1:]]
	events = doc["traceEvents"]
	spans = [e for e in events if e["ph"] == "X"]
	assert {e["ph"] for e in events} == {"X", "M"}, events
	for e in spans:
	    assert isinstance(e["ts"], int) and e["ts"] >= 0 and e["dur"] >= 0, e
	    assert e["name"] and e["cat"] and isinstance(e["pid"], int) and e["tid"] > 0, e
	kinds = {}
	for e in spans:
	    kinds.setdefault(e["cat"], []).append(e)
	want = {"run": 1, "context": 1, "planner": 1, "resolve": 3, "executor": 2, "check": 2, "publish": 1}
	assert {k: len(v) for k, v in kinds.items()} == want, kinds
	names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
	assert {e["tid"] for e in spans} == set(names), names
	# Those of a row do not overlap, and all lie within the run.
	run = kinds["run"][0]
	for e in spans:
	    assert e["ts"] >= run["ts"] and e["ts"] + e["dur"] <= run["ts"] + run["dur"], (e, run)
	    for f in spans:
	        if e is not f and e["tid"] == f["tid"]:
	            assert e["ts"] + e["dur"] <= f["ts"] or f["ts"] + f["dur"] <= e["ts"], (e, f)
	assert len({e["tid"] for e in kinds["executor"]}) == 2, kinds["executor"]
	call = kinds["planner"][0]
	assert call["name"] == "chat deepseek-flash", call
	args, usage = call["args"], report["usage"][0]
	assert args["gen_ai.operation.name"] == "chat", args
	assert args["gen_ai.request.model"] == args["gen_ai.response.model"] == "deepseek-flash", args
	assert args["gen_ai.usage.input_tokens"] == usage["prompt_tokens"] > 0, (args, usage)
	assert args["gen_ai.usage.output_tokens"] == usage["completion_tokens"] > 0, (args, usage)
	assert args["gen_ai.response.finish_reasons"] == ["stop"], args
	assert args["server.address"] and args["gen_ai.provider.name"], args
	assert [e["args"]["status"] for e in sorted(kinds["check"], key=lambda e: e["ts"])] == ["fail", "pass"]
	assert all(e["dur"] >= 190000 for e in kinds["executor"]), kinds["executor"]
	assert run["args"]["run"] == report["run"], run
	EOF
'

test_expect_success 'it holds no key and no text of the issue' '
	test_grep ! sk-very-secret trace.json && test_grep ! "instead of 5" trace.json &&
	cd repo && DUALFIX_EXECUTOR_KEY=qwen2.5-coder:7b git dualfix --trace ../keyed -m "$issue" 2>../err &&
	test_grep "\[key\]" ../keyed
'

test_expect_success 'a run that fails is traced, too' '
	cd repo && rm -f ../trace.json && git config dualfix.planner.model nobody &&
	test_expect_code 4 git dualfix --trace ../trace.json -m "$issue" 2>../err &&
	"$PYTHON" -c "
import json, sys
call = [e for e in json.load(open(sys.argv[1]))[\"traceEvents\"] if e.get(\"cat\") == \"planner\"][0]
assert call[\"args\"][\"error.type\"], call
" ../trace.json &&
	git config dualfix.planner.model deepseek-flash
'

test_expect_success 'what cannot be written is said before any work' '
	cd repo && before=$(wc -l <"$MODEL_LOG") && mkdir -p ../folder && mkfifo ../pipe &&
	: >../file && ln -s file ../link &&
	for target in ../missing/trace ../folder ../pipe ../link ../file/trace /dev/null ""
	do
		test_must_fail git dualfix --trace "$target" -m "$issue" >../out 2>../err &&
		test_grep "unable to write" ../err || return 1
	done &&
	test "$(wc -l <"$MODEL_LOG")" = "$before" && test -c /dev/null
'

test_expect_success 'git'\''s trace2 gets our regions in its own form' '
	cd repo && rm -f ../t2 &&
	GIT_TRACE2_EVENT="$PWD/../t2" git dualfix -m "$issue" 2>../err &&
	"$PYTHON" - ../t2 <<-\EOF
	import json, re, sys
	rows = [json.loads(line) for line in open(sys.argv[1])]
	git = [r for r in rows if not re.search("/[^/]*Localhost", r["sid"])]
	ours = [r for r in rows if re.search("/[^/]*Localhost-P[0-9a-f]{8}$", r["sid"])]
	assert git and ours, rows
	top = ours[0]["sid"].rsplit("/", 1)[0]
	assert top in {r["sid"] for r in git}, top
	assert [r["event"] for r in ours[:3]] == ["version", "start", "cmd_name"], ours[:3]
	assert [r["event"] for r in ours[-2:]] == ["exit", "atexit"] and ours[-1]["code"] == 0, ours[-2:]
	assert ours[0]["evt"] == "3", ours[0]
	open_in, last = {}, ""
	for r in ours:
	    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", r["time"]), r
	    assert r["time"] >= last, (last, r)
	    last = r["time"]
	    if r["event"] == "region_enter":
	        assert not open_in.get(r["thread"]), r
	        open_in[r["thread"]] = r["label"]
	    elif r["event"] == "region_leave":
	        assert open_in.pop(r["thread"]) == r["label"] and r["t_rel"] >= 0, r
	    elif r["event"] == "data":
	        assert isinstance(r["value"], str) and r["thread"] in open_in, r
	assert not open_in, open_in
	labels = {r["label"] for r in ours if r["event"] == "region_enter"}
	assert labels == {"run", "context", "planner", "resolve", "executor", "check", "publish"}, labels
	keys = {r["key"] for r in ours if r["event"] == "data"}
	assert "gen_ai.usage.input_tokens" in keys and "gen_ai.request.model" in keys, keys
	EOF
'

test_expect_success 'descriptors, folders and stderr are targets' '
	cd repo && unset GIT_TRACE2_PARENT_SID GIT_TRACE2_PARENT_NAME &&
	GIT_TRACE2_EVENT=7 git-dualfix -m "$issue" 7>../t7 2>../err &&
	test_grep "\"event\":\"region_enter\"" ../t7 &&
	GIT_TRACE2_EVENT=1 git-dualfix -q -m "$issue" 2>../err &&
	test_grep "\"event\":\"atexit\"" ../err &&
	mkdir -p ../t2dir && GIT_TRACE2_EVENT="$PWD/../t2dir" git-dualfix -m "$issue" 2>../err &&
	test "$(ls ../t2dir | wc -l)" -ge 1 && cat ../t2dir/*Localhost* >../t2 &&
	test_grep "\"event\":\"region_leave\"" ../t2 &&
	GIT_TRACE2_EVENT=0 git-dualfix -m "$issue" 2>../err && test_grep ! "\"event\"" ../err
'

test_expect_success 'a target that is of no use is told, and harms nothing' '
	cd repo &&
	for target in af_unix:stream:/tmp/x relative/path 8 "$PWD/missing/x"
	do
		GIT_TRACE2_EVENT="$target" git-dualfix -m "$issue" 8>&- 2>../err &&
		test_grep "warning: .*GIT_TRACE2_EVENT" ../err || return 1
	done
'

test_expect_success 'what the plan names is read while it arrives, and told' '
	cat >named.json <<-\EOF &&
	{"root_cause": "calc.py and more.py (see gone.py) subtract.", "strategy": "add", "edits": [
	 {"file": "calc.py", "type": "model_edit", "action": "add must add", "symbol": "add"},
	 {"file": "more.py", "type": "model_edit", "action": "sum must add", "symbol": "total"},
	 {"type": "replace", "find": "see", "replace": "look at", "file": "README"}]}
	EOF
	cat >scenario.json <<-\EOF &&
	[{"match": {"model": "deepseek-flash"}, "reply": {"plan_file": "named.json", "gap_ms": 4}},
	 {"match": {"model": "qwen2.5-coder:7b"}, "reply": {"region_replace": ["a - b", "a + b"]}}]
	EOF
	setup_repo && git dualfix --json -m "$issue" >../out 2>../err &&
	test "$(json_get ../out outcome)" = fixed &&
	test "$(json_get ../out ahead.edited)" = 3 && test "$(json_get ../out ahead.ready)" = 2 &&
	test "$(json_get ../out ahead.read)" = 2 &&
	"$PYTHON" -c "import json, sys; assert json.load(open(sys.argv[1]))[\"ahead\"][\"saved_ms\"] > 0" ../out &&
	git dualfix show >../show &&
	test_grep "^ahead  *2 of 3 files were read while the plan arrived, .* ms saved" ../show
'

test_done
