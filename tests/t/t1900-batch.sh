#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='git dualfix batch, and the recipes that spread it'
. "${0%/*}/test-lib.sh"

if ! test_have_prereq BWRAP
then
	git config --global dualfix.sandbox none
fi
if command -v parallel >/dev/null && parallel --version 2>/dev/null | grep -q '^GNU parallel'
then
	test_set_prereq PARALLEL
fi
RECIPES=$TOP_DIR/templates/batch

# n broken files, one for each issue; a rule cures it.
broken () {
	git init -q -b main "$1" && (
		cd "$1" && i=0 &&
		while test $((i += 1)) -le "$2"
		do
			printf 'int f%d(const char *s)\n{\n\treturn (int)strlen(s);\n}\n' \
				$i >f$i.c || exit 1
		done &&
		git add . && test_tick && git commit -q -m 'no includes'
	)
}

log_of () {
	printf "%s.c:3:21: error: implicit declaration of function 'strlen' [-Wimplicit-function-declaration]\n" "$1"
	printf '    3 |         return (int)strlen(s);\n'
	printf "%s.c:1:1: note: include '<string.h>' or provide a declaration of 'strlen'\n" "$1"
}

# issues <file> <n>: a list of as many lines.
issues () {
	i=0 && while test $((i += 1)) -le "$2"
	do
		log_of f$i | "$PYTHON" -c '
import json, sys
print(json.dumps({"id": "issue-%s" % sys.argv[1], "message": sys.stdin.read(),
                  "verify": "grep -q string.h f%s.c" % sys.argv[1]}))' $i || return 1
	done >"$1"
}

# ids <output>...: who ended, in order.
ids () {
	cat "$@" | "$PYTHON" -c '
import json, sys
for line in sys.stdin:
    if line.strip():
        report = json.loads(line)
        print(report["id"], report["outcome"])' | sort
}

wanted () {
	i=0 && while test $((i += 1)) -le "$1"
	do
		echo "issue-$i fixed"
	done | sort
}

test_expect_success PYTHON 'each issue is a run, its report a line' '
	broken prj 4 && issues list 4 && cd prj &&
	test_unchanged git dualfix batch -j 2 ../list >../out &&
	ids ../out >../got && wanted 4 >../want && test_cmp ../want ../got &&
	git for-each-ref refs/heads/dualfix >../refs && test_line_count 4 ../refs
'

test_expect_success PYTHON 'a bad line is reported, and stops nothing' '
	broken bad 2 && issues list 2 &&
	{
		echo "not JSON" && echo "{\"id\": \"neither\"}" &&
		echo "{\"id\": \"both\", \"message\": \"a\", \"issue\": \"b\"}" &&
		echo && echo "[1]" && echo "{\"id\": [], \"message\": \"a\"}" &&
		echo "{\"id\": \"gone\", \"issue\": \"no-such-file\"}" &&
		echo "{\"id\": 7, \"message\": \"a\", \"base\": \"no-such-rev\"}" && cat list
	} >mixed && cd bad &&
	test_expect_code 2 git dualfix batch ../mixed >../out &&
	ids ../out >../got && test_line_count 9 ../got &&
	test_write_lines "7 error" "None error" "None error" "None error" "both error" \
		"gone error" "issue-1 fixed" "issue-2 fixed" "neither error" >../want &&
	test_cmp ../want ../got
'

test_expect_success PYTHON '--skip goes on where an output ended' '
	broken skip 3 && issues list 3 && cd skip &&
	git dualfix batch ../list >../whole && head -n 1 ../whole >../part &&
	sed -n 2p ../whole | head -c 30 >>../part &&
	git dualfix batch --skip ../part ../list >../rest &&
	test_line_count 2 ../rest && head -n 1 ../part | cat - ../rest >../both &&
	ids ../both >../got && wanted 3 >../want && test_cmp ../want ../got
'

test_expect_success PYTHON 'shards share the list out, each line to one' '
	broken shards 5 && issues list 5 && cd shards &&
	for i in 1 2 3
	do
		git dualfix batch --shard=$i/3 ../list >../shard.$i || return 1
	done &&
	test_line_count 2 ../shard.1 && test_line_count 2 ../shard.2 &&
	test_line_count 1 ../shard.3 &&
	ids ../shard.1 ../shard.2 ../shard.3 >../got && wanted 5 >../want &&
	test_cmp ../want ../got &&
	for bad in 0/3 4/3 1 a/b 1/0 -1/3
	do
		test_expect_code 129 git dualfix batch --shard=$bad ../list || return 1
	done
'

test_expect_success PYTHON '--predictions holds patches that apply' '
	broken pred 2 && issues list 2 && cd pred &&
	git dualfix batch --predictions ../preds ../list >../out &&
	test_line_count 2 ../preds &&
	"$PYTHON" -c "
import json, subprocess, sys
for line in sys.stdin:
    p = json.loads(line)
    assert sorted(p) == [\"instance_id\", \"model_name_or_path\", \"model_patch\"], p
    subprocess.run([\"git\", \"apply\"], input=p[\"model_patch\"].encode(), check=True)
" <../preds &&
	grep -l string.h f1.c f2.c
'

test_expect_success PARALLEL,PYTHON 'the recipe for GNU parallel' '
	broken par 5 && issues list 5 && cd par &&
	sh "$RECIPES/parallel.sh" "$PWD/../list" ../reports 2 --no-progress &&
	ids ../reports/*.jsonl >../got && wanted 5 >../want && test_cmp ../want ../got
'

test_expect_success PARALLEL,PYTHON 'typed again it does what is missing, and only that' '
	cd par && cp ../reports/2.jsonl ../before &&
	head -n 1 ../reports/1.jsonl >../cut && sed -n 2p ../reports/1.jsonl | head -c 20 >>../cut &&
	cp ../cut ../reports/1.jsonl &&
	sh "$RECIPES/parallel.sh" "$PWD/../list" ../reports 2 &&
	test_cmp ../before ../reports/2.jsonl && test_line_count 4 ../reports/1.jsonl &&
	sed -n "1p;3,\$p" ../reports/1.jsonl >../kept &&
	ids ../kept ../reports/2.jsonl >../got && wanted 5 >../want && test_cmp ../want ../got
'

test_expect_success PARALLEL,PYTHON 'it says when a shard did not get through' '
	cd par && test_must_fail sh "$RECIPES/parallel.sh" ../list ../other 1 --no-such 2>../err &&
	test_grep "shard 1 did not end: exit 129" ../err
'

# No Slurm: what it would set is set by hand.
test_expect_success PYTHON 'the recipe for a Slurm array' '
	broken slurm 5 && issues list 5 && cd slurm &&
	for SLURM_ARRAY_TASK_ID in 1 2 3
	do
		export SLURM_ARRAY_TASK_ID &&
		SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=3 \
			sh "$RECIPES/slurm.sh" ../list ../slurm-out || return 1
	done &&
	ids ../slurm-out/*.jsonl >../got && wanted 5 >../want && test_cmp ../want ../got &&
	test_expect_code 129 env SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=0 \
		SLURM_ARRAY_TASK_MAX=1 sh "$RECIPES/slurm.sh" ../list ../slurm-out
'

test_done
