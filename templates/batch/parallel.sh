#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: parallel.sh <issues.jsonl> <folder> <shards> [<options of batch>...]
#
# git dualfix batch by GNU parallel, a process for each shard, in the repository at
# hand. The reports are in <folder>/1.jsonl, ...; typed again after an end before its
# time, it goes on where it stopped. PARALLEL may hold options of parallel, such as
# --jobs or --sshloginfile: then the repository, the list and the folder must be on a
# file system that all machines share, and that locks.

set -eu
test $# -ge 3 || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 129; }
list=$1 folder=$2 shards=$3
shift 3
mkdir -p "$folder"

# A report that was cut off ends its line here; it does not count as done.
# shellcheck disable=SC2016
one='out=$2/$1.jsonl list=$3 shard=$1/$4
	shift 4
	touch "$out"
	test -z "$(tail -c 1 "$out")" || echo >>"$out"
	git dualfix batch --shard="$shard" --skip="$out" "$@" "$list" >>"$out"'

# The exit status of a shard is its first outcome that is not 0; 130 and more, and
# 128, say that it did not get through. The reports say the rest.
status=0
seq "$shards" | parallel --will-cite --workdir "$PWD" --joblog "$folder/joblog" \
	-q sh -c "$one" shard '{}' "$folder" "$list" "$shards" "$@" || status=$?
awk 'NR > 1 && ($7 >= 126 || $8) { print "shard " NR - 1 " did not end: exit " $7; bad = 1 }
	END { exit bad }' "$folder/joblog" >&2 || exit "$status"
