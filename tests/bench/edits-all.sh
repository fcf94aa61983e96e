#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: edits-all.sh <build folder> <seed> <hunks> <repository>...
#
# Runs bench-edits on each history and prints its last two lines, then the sums of all
# by kind of damage. Fails if one of them does.

build=$1 seed=$2 hunks=$3 bad=0
shift 3

for repo
do
	"${PYTHON:-python3}" "${0%/*}/hunks.py" "$repo" "$seed" "$hunks" >"$build/hunks" &&
	"$build/bench-edits" -s "$seed" <"$build/hunks" >"$build/edits-one" || bad=1
	echo "$repo"
	tail -n 2 "$build/edits-one" | sed 's/^/  /'
	cat "$build/edits-one" >&3
done 3>"$build/edits-all"

# What stands before the seven figures of a line is the kind.
awk '
	/% +[0-9]+$/ {
		kind = substr($0, 1, 28)
		if (!(kind in edits))
			order[++kinds] = kind
		edits[kind] += $(NF - 6)
		right[kind] += $(NF - 5)
		refused[kind] += $(NF - 4)
		blanks[kind] += $(NF - 3)
		wrong[kind] += $(NF - 2)
	}
	/^~/ {
		kind = substr($0, 1, 28)
		if (!(kind in unasked))
			others[++n_others] = kind
		unasked[kind] += $(NF - 3)
		kept[kind] += $(NF - 1)
		written[kind] += $NF
	}
	function row(name, e, r, f, b, w) {
		printf "%-28s %7d %7d %7d %7d %7d %7.2f%%\n", name, e, r, f, b, w,
			e ? 100 * r / e : 0
	}
	END {
		printf "%-28s %7s %7s %7s %7s %7s %8s\n", "all", "edits", "right",
			"refused", "blanks", "WRONG", "right"
		for (i = 1; i <= kinds; i++) {
			k = order[i]
			row(k, edits[k], right[k], refused[k], blanks[k], wrong[k])
			e += edits[k]; r += right[k]; f += refused[k]
			b += blanks[k]; w += wrong[k]
		}
		row("", e, r, f, b, w)
		for (i = 1; i <= n_others; i++) {
			k = others[i]
			printf "%-28s %7d %7s %7d %7d\n", k, unasked[k], "-", kept[k],
				written[k]
		}
	}' "$build/edits-all"
exit "$bad"
