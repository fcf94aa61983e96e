#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='shells complete what the usage says'
. "${0%/*}/test-lib.sh"

DIR=$TOP_DIR/doc/completion
GIT_BASH=/usr/share/bash-completion/completions/git
prereq_BASH () { command -v bash >/dev/null; }
prereq_GIT_BASH () { command -v bash >/dev/null && test -f "$GIT_BASH"; }
prereq_FISH () { command -v fish >/dev/null; }
prereq_ZSH () { command -v zsh >/dev/null; }

# The long options that -h of a command names, --no- forms too.
options_of () {
	git-dualfix "$1" -h | sed -n 's/^    \(-., \|    \)--\(\[no-\]\)*\([a-z-]*\).*/\2 \3/p' |
		while read -r no name
		do
			test -n "$name" || { name=$no && no=; }
			echo "--$name"
			test -z "$no" || echo "--no-$name"
		done | sort
}

# What bash offers for the words of a command line, the last one begun.
write_script offers <<\EOF
#!/usr/bin/env bash
. "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
__git_dualfix_alone
printf '%s\n' "${COMPREPLY[@]}"
EOF

bash_offers () {
	./offers "$DIR/git-dualfix.bash" git-dualfix "$@" | sed 's/ *$//'
}

test_expect_success BASH 'bash: commands, options, values' '
	git-dualfix -h | sed -n "s/^.*: git dualfix \[*\([a-z-]*\).*/\1/p" | sort >want &&
	bash_offers "" | sort >got && test_cmp want got &&
	test "$(bash_offers ver)" = verify &&
	test_write_lines sequential single >want &&
	bash_offers --mode = s >got && test_cmp want got &&
	test "$(bash_offers apply --accept = hel)" = held &&
	./offers "$DIR/git-dualfix.bash" git-dualfix apply --attem >got &&
	printf "%s\n" "--attempts=" >want && test_cmp want got
'

test_expect_success BASH 'bash: each command has the options of its usage' '
	for command in $(bash_offers "")
	do
		test $command != hook || continue
		options_of $command >want && test -s want &&
		bash_offers $command -- | sed "s/=\$//" | sort >got &&
		test_cmp want got || return 1
	done
'

# A repository with a branch of a run, and a run that was stopped.
test_expect_success 'a run that made a branch, and one that was stopped' '
	git init -q repo && cd repo && test_commit a && git branch dualfix/one &&
	test_expect_code 3 git dualfix -m "nobody can plan that" && cp ../offers . &&
	git dualfix log >log && sed "s/ .*//" log >stopped && test_line_count 1 stopped
'

test_expect_success BASH 'bash: runs are known by their branches, stopped ones by their ids' '
	cd repo &&
	for command in take drop show amend
	do
		test "$(bash_offers $command dual)" = dualfix/one || return 1
	done &&
	bash_offers resume "" >got && test_cmp stopped got
'

test_expect_success GIT_BASH 'bash: by git itself' '
	write_script by-git <<-EOS &&
	#!/usr/bin/env bash
	. "$GIT_BASH" && . "$DIR/git-dualfix.bash"
	COMP_WORDS=(git dualfix show --js) COMP_CWORD=3 COMP_LINE="git dualfix show --js"
	COMP_POINT=\${#COMP_LINE}
	__git_wrap__git_main
	echo "\${COMPREPLY[@]}"
	EOS
	./by-git >got && test_grep "^--json *\$" got
'

test_expect_success FISH 'fish: commands, options, values' '
	fish_offers () {
		fish --no-config -c "source $DIR/git-dualfix.fish; complete -C \"$1\"" | cut -f1
	} &&
	fish_offers "git-dualfix ver" | grep -x verify &&
	fish_offers "git-dualfix apply --accept=hel" | grep -x -e --accept=held &&
	for command in run batch log
	do
		options_of $command >want &&
		fish_offers "git-dualfix $command --" | sed "s/=\$//" | grep -e -- | sort -u >got &&
		test_cmp want got || return 1
	done
'

test_expect_success FISH 'fish: runs, too' '
	fish_offers () {
		fish --no-config -c "source $DIR/git-dualfix.fish; complete -C \"$1\"" | cut -f1
	} &&
	cd repo && fish_offers "git-dualfix amend dual" | grep -x dualfix/one &&
	fish_offers "git-dualfix resume 2" >got && test_cmp stopped got
'

test_expect_success ZSH 'zsh: reads its file, and _arguments gets what it can read' '
	cat >compsys <<-EOS &&
	_arguments () { print -rl -- "\$@" }
	_describe () { print -rl -- "\${(@P)4}" }
	_files () { }
	words=(git-dualfix \$words[@]) CURRENT=\$#words
	. "$DIR/_git-dualfix"
	EOS
	for command in run batch log
	do
		options_of $command >want &&
		zsh -f -c "words=($command --); . ./compsys" >raw &&
		sed -n "s/^\*\{0,1\}\(-.+\{0,1\},\)\{0,1\}\(--[a-z-]*\).*/\2/p" raw | grep -v "^--\$" |
			sort -u >got &&
		test_cmp want got || return 1
	done &&
	cp compsys repo && cd repo &&
	zsh -f -c "words=(amend dual); . ./compsys" >raw && test_grep "dualfix/one" raw &&
	zsh -f -c "words=(resume x); . ./compsys" >raw && test_grep "$(cat stopped)" raw
'

test_done
