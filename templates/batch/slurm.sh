#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: sbatch --array=1-<shards> slurm.sh <issues.jsonl> <folder> [<options of batch>...]
#
# git dualfix batch as an array of jobs, a shard each, in the repository that sbatch is
# called from; it, the list and the folder must be on a file system that all nodes share,
# and that locks. The reports are in <folder>/1.jsonl, ...; submitted again after an end
# before its time, it goes on where it stopped.
#
#SBATCH --job-name=dualfix
#SBATCH --cpus-per-task=2
#SBATCH --time=04:00:00
#SBATCH --open-mode=append
#SBATCH --requeue

set -eu
test $# -ge 2 || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 129; }
list=$1 folder=$2
shift 2
: "${SLURM_ARRAY_TASK_ID:?is set by sbatch --array}"
if test "${SLURM_ARRAY_TASK_MIN:-1}" != 1 ||
	test "${SLURM_ARRAY_TASK_MAX:-1}" != "${SLURM_ARRAY_TASK_COUNT:-1}"
then
	echo "slurm.sh: shards are counted from 1, without gaps: sbatch --array=1-16" >&2
	exit 129
fi
mkdir -p "$folder"
out=$folder/$SLURM_ARRAY_TASK_ID.jsonl
touch "$out"

# A report that was cut off ends its line here; it does not count as done.
test -z "$(tail -c 1 "$out")" || echo >>"$out"
status=0
git dualfix batch --shard="$SLURM_ARRAY_TASK_ID/${SLURM_ARRAY_TASK_COUNT:-1}" \
	--skip="$out" "$@" "$list" >>"$out" || status=$?

# An issue without a fix is no failure of the job; the reports say it.
test "$status" -ge 126 && exit "$status"
exit 0
