# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# bash completes git dualfix (by git's own completion, which calls _git_dualfix) and
# git-dualfix.

# table bash
__git_dualfix_commands='run plan apply verify take drop amend resume batch log show init doctor gc check-mail hook'
__git_dualfix_options () {
	case $1 in
	run) echo '--message= --base= --worktree --no-worktree --failing --no-failing --mode= --plan= --edit --no-edit --verify= --no-verify --review --no-review --accept= --attempts= --budget= --timeout= --jobs= --branch= --format-patch --no-format-patch --output-directory= --reroll-count= --range-diff= --stdout --no-stdout --diff --no-diff --json --no-json --signoff --no-signoff --allow-protected --no-allow-protected --allow-test-edits --no-allow-test-edits --load-bearing --no-load-bearing --repeat= --clean --no-clean --record= --replay= --cache --no-cache --trace= --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	plan) echo '--message= --base= --worktree --no-worktree --failing --no-failing --mode= --verify= --budget= --timeout= --json --no-json --clean --no-clean --record= --replay= --cache --no-cache --trace= --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	apply) echo '--base= --worktree --no-worktree --mode= --edit --no-edit --verify= --no-verify --review --no-review --accept= --attempts= --budget= --timeout= --branch= --format-patch --no-format-patch --output-directory= --reroll-count= --range-diff= --stdout --no-stdout --diff --no-diff --json --no-json --signoff --no-signoff --keep-going --no-keep-going --allow-protected --no-allow-protected --allow-test-edits --no-allow-test-edits --load-bearing --no-load-bearing --repeat= --clean --no-clean --record= --replay= --cache --no-cache --trace= --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	verify) echo '--verify= --timeout= --json --no-json --repeat= --clean --no-clean --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	take) echo '--worktree --no-worktree --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	drop) echo '--quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	amend) echo '--message= --mode= --plan= --edit --no-edit --verify= --no-verify --review --no-review --accept= --attempts= --budget= --timeout= --branch= --format-patch --no-format-patch --output-directory= --reroll-count= --range-diff= --stdout --no-stdout --diff --no-diff --json --no-json --signoff --no-signoff --allow-protected --no-allow-protected --allow-test-edits --no-allow-test-edits --load-bearing --no-load-bearing --repeat= --clean --no-clean --record= --replay= --cache --no-cache --trace= --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	resume) echo '--mode= --edit --no-edit --verify= --no-verify --review --no-review --accept= --attempts= --budget= --timeout= --branch= --format-patch --no-format-patch --output-directory= --reroll-count= --range-diff= --stdout --no-stdout --diff --no-diff --json --no-json --signoff --no-signoff --allow-protected --no-allow-protected --allow-test-edits --no-allow-test-edits --load-bearing --no-load-bearing --repeat= --clean --no-clean --record= --replay= --cache --no-cache --trace= --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	batch) echo '--base= --worktree --no-worktree --mode= --verify= --no-verify --review --no-review --accept= --attempts= --budget= --timeout= --jobs= --signoff --no-signoff --allow-protected --no-allow-protected --allow-test-edits --no-allow-test-edits --load-bearing --no-load-bearing --repeat= --clean --no-clean --record= --replay= --cache --no-cache --trace= --predictions= --shard= --skip= --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	log) echo '--json --no-json --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	show) echo '--json --no-json --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	init) echo '--verify= --timeout= --uninstall --no-uninstall --hooks --chain --no-chain --yes --no-yes --planner= --planner-model= --executor= --executor-model= --send= --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	doctor) echo '--quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	gc) echo '--quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	check-mail) echo '--base= --verify= --timeout= --quiet --no-quiet --verbose --progress --no-progress --color --no-color' ;;
	hook) echo '' ;;
	esac
}
__git_dualfix_values () {
	case $1 in
	--mode) echo 'sequential hybrid adaptive single' ;;
	--accept) echo 'fixed improved held unverified' ;;
	--load-bearing) echo 'name remove off' ;;
	--send) echo 'ask always never' ;;
	--color) echo 'always never auto' ;;
	esac
}
# end

# $1: words, $2: how the one that is meant begins. An option that wants a value gets no
# blank after it.
__git_dualfix_reply () {
	local word
	COMPREPLY=()
	for word in $1
	do
		case $word in
		"$2"*=) COMPREPLY+=("$word") ;;
		"$2"*) COMPREPLY+=("$word ") ;;
		esac
	done
}

# cur, words and cword are git's.
_git_dualfix () {
	local word command='' i
	for ((i = 1; i < cword; i++))
	do
		word=${words[i]}
		case " $__git_dualfix_commands " in
		*" $word "*)
			command=$word
			break ;;
		esac
	done
	case $cur in
	--*=*)
		__git_dualfix_reply "$(__git_dualfix_values "${cur%%=*}")" "${cur#*=}"
		return ;;
	-*)
		__git_dualfix_reply "$(__git_dualfix_options "${command:-run}")" "$cur"
		return ;;
	esac
	case $command in
	'')
		__git_dualfix_reply "$__git_dualfix_commands" "$cur" ;;
	take|drop|show|amend)
		__git_dualfix_reply "$(git for-each-ref --format='%(refname:short)' \
			refs/heads/dualfix/ 2>/dev/null)" "$cur" ;;
	resume)
		__git_dualfix_reply "$(git-dualfix log 2>/dev/null |
			sed -n 's/  *\(error\|killed\) .*//p')" "$cur" ;;
	esac
}

# bash has cut --mode=single at the '='.
__git_dualfix_alone () {
	local cur=${COMP_WORDS[COMP_CWORD]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
	if test "$cur" = '='
	then
		cur=${words[cword - 1]}=
	elif test "$cword" -gt 1 && test "${words[cword - 1]}" = '='
	then
		cur=${words[cword - 2]}=$cur
	fi
	_git_dualfix
}

complete -o bashdefault -o default -o nospace -F __git_dualfix_alone git-dualfix
