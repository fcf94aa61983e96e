# SPDX-License-Identifier: GPL-2.0-or-later
#
# fish completes git-dualfix, and git dualfix by its own completion of git.

function __git_dualfix_is_first
	test (count (commandline -opc)) -eq 1
end

# Whether the command is one of these; without one it is run.
function __git_dualfix_is
	set -l words (commandline -opc)
	if contains -- "$words[2]" $__git_dualfix_commands
		contains -- "$words[2]" $argv
	else
		contains run $argv
	end
end

complete -c git-dualfix -n '__git_dualfix_is take drop show amend' \
	-a "(git for-each-ref --format='%(refname:short)' refs/heads/dualfix/ 2>/dev/null)"
complete -c git-dualfix -n '__git_dualfix_is resume' \
	-a "(git-dualfix log 2>/dev/null | sed -n 's/  *\(error\|killed\) .*//p')"

# table fish
set -g __git_dualfix_commands run plan apply verify take drop amend resume batch log show init doctor gc check-mail hook
complete -c git-dualfix -n __git_dualfix_is_first -a run -d 'an issue becomes a verified commit or patch'
complete -c git-dualfix -n '__git_dualfix_is run' -l message -s m -x -d 'the issue'\''s text'
complete -c git-dualfix -n '__git_dualfix_is run' -l base -s b -x -d 'the commit it is about; HEAD by default'
complete -c git-dualfix -n '__git_dualfix_is run' -l worktree -d 'HEAD plus the uncommitted changes of tracked files'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-worktree
complete -c git-dualfix -n '__git_dualfix_is run' -l failing -d 'the issue is what the checks say is broken'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-failing
complete -c git-dualfix -n '__git_dualfix_is run' -l mode -x -a 'sequential hybrid adaptive single' -d 'sequential, hybrid, adaptive (default) or single'
complete -c git-dualfix -n '__git_dualfix_is run' -l plan -r -d 'use this plan'
complete -c git-dualfix -n '__git_dualfix_is run' -l edit -s e -d 'open the plan in the editor first'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-edit
complete -c git-dualfix -n '__git_dualfix_is run' -l verify -x -d 'a check; overrides the configured ones'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-verify -d 'run no checks'
complete -c git-dualfix -n '__git_dualfix_is run' -l review -d 'let the planner read the result and refuse it'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-review
complete -c git-dualfix -n '__git_dualfix_is run' -l accept -x -a 'fixed improved held unverified' -d 'the weakest outcome that counts'
complete -c git-dualfix -n '__git_dualfix_is run' -l attempts -x -d 'rounds of repair'
complete -c git-dualfix -n '__git_dualfix_is run' -l budget -x -d 'stop before spending more'
complete -c git-dualfix -n '__git_dualfix_is run' -l timeout -x -d 'stop before taking longer'
complete -c git-dualfix -n '__git_dualfix_is run' -l jobs -s j -x -d 'runs at once'
complete -c git-dualfix -n '__git_dualfix_is run' -l branch -x -d 'where the commit goes'
complete -c git-dualfix -n '__git_dualfix_is run' -l format-patch -d 'mailable patches as well'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-format-patch
complete -c git-dualfix -n '__git_dualfix_is run' -l output-directory -s o -r -d 'put them there; implies --format-patch'
complete -c git-dualfix -n '__git_dualfix_is run' -l reroll-count -x -d 'mark them as v<n>'
complete -c git-dualfix -n '__git_dualfix_is run' -l range-diff -x -d 'say in them what changed since that version'
complete -c git-dualfix -n '__git_dualfix_is run' -l stdout -d 'the patch series itself to stdout'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-stdout
complete -c git-dualfix -n '__git_dualfix_is run' -l diff -d 'only the diff to stdout; no checks, no branch, no commit'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-diff
complete -c git-dualfix -n '__git_dualfix_is run' -l json -d 'the report as one JSON object on stdout'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-json
complete -c git-dualfix -n '__git_dualfix_is run' -l signoff -s s -d 'add your Signed-off-by'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-signoff
complete -c git-dualfix -n '__git_dualfix_is run' -l allow-protected -d 'touch protected paths'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-allow-protected
complete -c git-dualfix -n '__git_dualfix_is run' -l allow-test-edits -d 'let a fix weaken tests, or answer for them'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-allow-test-edits
complete -c git-dualfix -n '__git_dualfix_is run' -l load-bearing -a 'name remove off' -d 'what becomes of hunks that the checks do not need'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-load-bearing
complete -c git-dualfix -n '__git_dualfix_is run' -l repeat -x -d 'run each check so often, to see flaky ones'
complete -c git-dualfix -n '__git_dualfix_is run' -l clean -d 'run the checks in a checkout made anew'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-clean
complete -c git-dualfix -n '__git_dualfix_is run' -l record -r -d 'keep the model exchanges there'
complete -c git-dualfix -n '__git_dualfix_is run' -l replay -r -d 'answer from there; nothing is sent'
complete -c git-dualfix -n '__git_dualfix_is run' -l cache -d 'take answers from earlier runs where the question is the same (default)'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-cache
complete -c git-dualfix -n '__git_dualfix_is run' -l trace -r -d 'what happened when, for Perfetto or chrome://tracing'
complete -c git-dualfix -n '__git_dualfix_is run' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is run' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is run' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is run' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is run' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a plan -d 'stop after planning; the plan goes to stdout'
complete -c git-dualfix -n '__git_dualfix_is plan' -l message -s m -x -d 'the issue'\''s text'
complete -c git-dualfix -n '__git_dualfix_is plan' -l base -s b -x -d 'the commit it is about; HEAD by default'
complete -c git-dualfix -n '__git_dualfix_is plan' -l worktree -d 'HEAD plus the uncommitted changes of tracked files'
complete -c git-dualfix -n '__git_dualfix_is plan' -l no-worktree
complete -c git-dualfix -n '__git_dualfix_is plan' -l failing -d 'the issue is what the checks say is broken'
complete -c git-dualfix -n '__git_dualfix_is plan' -l no-failing
complete -c git-dualfix -n '__git_dualfix_is plan' -l mode -x -a 'sequential hybrid adaptive single' -d 'sequential, hybrid, adaptive (default) or single'
complete -c git-dualfix -n '__git_dualfix_is plan' -l verify -x -d 'a check; overrides the configured ones'
complete -c git-dualfix -n '__git_dualfix_is plan' -l budget -x -d 'stop before spending more'
complete -c git-dualfix -n '__git_dualfix_is plan' -l timeout -x -d 'stop before taking longer'
complete -c git-dualfix -n '__git_dualfix_is plan' -l json -d 'the report as one JSON object on stdout'
complete -c git-dualfix -n '__git_dualfix_is plan' -l no-json
complete -c git-dualfix -n '__git_dualfix_is plan' -l clean -d 'run the checks in a checkout made anew'
complete -c git-dualfix -n '__git_dualfix_is plan' -l no-clean
complete -c git-dualfix -n '__git_dualfix_is plan' -l record -r -d 'keep the model exchanges there'
complete -c git-dualfix -n '__git_dualfix_is plan' -l replay -r -d 'answer from there; nothing is sent'
complete -c git-dualfix -n '__git_dualfix_is plan' -l cache -d 'take answers from earlier runs where the question is the same (default)'
complete -c git-dualfix -n '__git_dualfix_is plan' -l no-cache
complete -c git-dualfix -n '__git_dualfix_is plan' -l trace -r -d 'what happened when, for Perfetto or chrome://tracing'
complete -c git-dualfix -n '__git_dualfix_is plan' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is plan' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is plan' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is plan' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is plan' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is plan' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is plan' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a apply -d 'execute plans (file or -)'
complete -c git-dualfix -n '__git_dualfix_is apply' -l base -s b -x -d 'the commit it is about; HEAD by default'
complete -c git-dualfix -n '__git_dualfix_is apply' -l worktree -d 'HEAD plus the uncommitted changes of tracked files'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-worktree
complete -c git-dualfix -n '__git_dualfix_is apply' -l mode -x -a 'sequential hybrid adaptive single' -d 'sequential, hybrid, adaptive (default) or single'
complete -c git-dualfix -n '__git_dualfix_is apply' -l edit -s e -d 'open the plan in the editor first'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-edit
complete -c git-dualfix -n '__git_dualfix_is apply' -l verify -x -d 'a check; overrides the configured ones'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-verify -d 'run no checks'
complete -c git-dualfix -n '__git_dualfix_is apply' -l review -d 'let the planner read the result and refuse it'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-review
complete -c git-dualfix -n '__git_dualfix_is apply' -l accept -x -a 'fixed improved held unverified' -d 'the weakest outcome that counts'
complete -c git-dualfix -n '__git_dualfix_is apply' -l attempts -x -d 'rounds of repair'
complete -c git-dualfix -n '__git_dualfix_is apply' -l budget -x -d 'stop before spending more'
complete -c git-dualfix -n '__git_dualfix_is apply' -l timeout -x -d 'stop before taking longer'
complete -c git-dualfix -n '__git_dualfix_is apply' -l branch -x -d 'where the commit goes'
complete -c git-dualfix -n '__git_dualfix_is apply' -l format-patch -d 'mailable patches as well'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-format-patch
complete -c git-dualfix -n '__git_dualfix_is apply' -l output-directory -s o -r -d 'put them there; implies --format-patch'
complete -c git-dualfix -n '__git_dualfix_is apply' -l reroll-count -x -d 'mark them as v<n>'
complete -c git-dualfix -n '__git_dualfix_is apply' -l range-diff -x -d 'say in them what changed since that version'
complete -c git-dualfix -n '__git_dualfix_is apply' -l stdout -d 'the patch series itself to stdout'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-stdout
complete -c git-dualfix -n '__git_dualfix_is apply' -l diff -d 'only the diff to stdout; no checks, no branch, no commit'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-diff
complete -c git-dualfix -n '__git_dualfix_is apply' -l json -d 'the report as one JSON object on stdout'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-json
complete -c git-dualfix -n '__git_dualfix_is apply' -l signoff -s s -d 'add your Signed-off-by'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-signoff
complete -c git-dualfix -n '__git_dualfix_is apply' -l keep-going -d 'apply what can be applied, exit 1'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-keep-going
complete -c git-dualfix -n '__git_dualfix_is apply' -l allow-protected -d 'touch protected paths'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-allow-protected
complete -c git-dualfix -n '__git_dualfix_is apply' -l allow-test-edits -d 'let a fix weaken tests, or answer for them'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-allow-test-edits
complete -c git-dualfix -n '__git_dualfix_is apply' -l load-bearing -a 'name remove off' -d 'what becomes of hunks that the checks do not need'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-load-bearing
complete -c git-dualfix -n '__git_dualfix_is apply' -l repeat -x -d 'run each check so often, to see flaky ones'
complete -c git-dualfix -n '__git_dualfix_is apply' -l clean -d 'run the checks in a checkout made anew'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-clean
complete -c git-dualfix -n '__git_dualfix_is apply' -l record -r -d 'keep the model exchanges there'
complete -c git-dualfix -n '__git_dualfix_is apply' -l replay -r -d 'answer from there; nothing is sent'
complete -c git-dualfix -n '__git_dualfix_is apply' -l cache -d 'take answers from earlier runs where the question is the same (default)'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-cache
complete -c git-dualfix -n '__git_dualfix_is apply' -l trace -r -d 'what happened when, for Perfetto or chrome://tracing'
complete -c git-dualfix -n '__git_dualfix_is apply' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is apply' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is apply' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is apply' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is apply' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a verify -d 'run the checks on a commit, in the scratch checkout'
complete -c git-dualfix -n '__git_dualfix_is verify' -l verify -x -d 'a check; overrides the configured ones'
complete -c git-dualfix -n '__git_dualfix_is verify' -l timeout -x -d 'stop before taking longer'
complete -c git-dualfix -n '__git_dualfix_is verify' -l json -d 'the report as one JSON object on stdout'
complete -c git-dualfix -n '__git_dualfix_is verify' -l no-json
complete -c git-dualfix -n '__git_dualfix_is verify' -l repeat -x -d 'run each check so often, to see flaky ones'
complete -c git-dualfix -n '__git_dualfix_is verify' -l clean -d 'run the checks in a checkout made anew'
complete -c git-dualfix -n '__git_dualfix_is verify' -l no-clean
complete -c git-dualfix -n '__git_dualfix_is verify' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is verify' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is verify' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is verify' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is verify' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is verify' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is verify' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a take -d 'bring a run'\''s fix to the current branch'
complete -c git-dualfix -n '__git_dualfix_is take' -l worktree -d 'to the files only, uncommitted'
complete -c git-dualfix -n '__git_dualfix_is take' -l no-worktree
complete -c git-dualfix -n '__git_dualfix_is take' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is take' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is take' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is take' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is take' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is take' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is take' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a drop -d 'remove a run and its branch'
complete -c git-dualfix -n '__git_dualfix_is drop' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is drop' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is drop' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is drop' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is drop' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is drop' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is drop' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a amend -d 'another round on top of a run, as v2'
complete -c git-dualfix -n '__git_dualfix_is amend' -l message -s m -x -d 'what is to be different'
complete -c git-dualfix -n '__git_dualfix_is amend' -l mode -x -a 'sequential hybrid adaptive single' -d 'sequential, hybrid, adaptive (default) or single'
complete -c git-dualfix -n '__git_dualfix_is amend' -l plan -r -d 'use this plan'
complete -c git-dualfix -n '__git_dualfix_is amend' -l edit -s e -d 'open the plan in the editor first'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-edit
complete -c git-dualfix -n '__git_dualfix_is amend' -l verify -x -d 'a check; overrides the configured ones'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-verify -d 'run no checks'
complete -c git-dualfix -n '__git_dualfix_is amend' -l review -d 'let the planner read the result and refuse it'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-review
complete -c git-dualfix -n '__git_dualfix_is amend' -l accept -x -a 'fixed improved held unverified' -d 'the weakest outcome that counts'
complete -c git-dualfix -n '__git_dualfix_is amend' -l attempts -x -d 'rounds of repair'
complete -c git-dualfix -n '__git_dualfix_is amend' -l budget -x -d 'stop before spending more'
complete -c git-dualfix -n '__git_dualfix_is amend' -l timeout -x -d 'stop before taking longer'
complete -c git-dualfix -n '__git_dualfix_is amend' -l branch -x -d 'where the commit goes'
complete -c git-dualfix -n '__git_dualfix_is amend' -l format-patch -d 'mailable patches as well'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-format-patch
complete -c git-dualfix -n '__git_dualfix_is amend' -l output-directory -s o -r -d 'put them there; implies --format-patch'
complete -c git-dualfix -n '__git_dualfix_is amend' -l reroll-count -x -d 'mark them as v<n>'
complete -c git-dualfix -n '__git_dualfix_is amend' -l range-diff -x -d 'say in them what changed since that version'
complete -c git-dualfix -n '__git_dualfix_is amend' -l stdout -d 'the patch series itself to stdout'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-stdout
complete -c git-dualfix -n '__git_dualfix_is amend' -l diff -d 'only the diff to stdout; no checks, no branch, no commit'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-diff
complete -c git-dualfix -n '__git_dualfix_is amend' -l json -d 'the report as one JSON object on stdout'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-json
complete -c git-dualfix -n '__git_dualfix_is amend' -l signoff -s s -d 'add your Signed-off-by'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-signoff
complete -c git-dualfix -n '__git_dualfix_is amend' -l allow-protected -d 'touch protected paths'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-allow-protected
complete -c git-dualfix -n '__git_dualfix_is amend' -l allow-test-edits -d 'let a fix weaken tests, or answer for them'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-allow-test-edits
complete -c git-dualfix -n '__git_dualfix_is amend' -l load-bearing -a 'name remove off' -d 'what becomes of hunks that the checks do not need'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-load-bearing
complete -c git-dualfix -n '__git_dualfix_is amend' -l repeat -x -d 'run each check so often, to see flaky ones'
complete -c git-dualfix -n '__git_dualfix_is amend' -l clean -d 'run the checks in a checkout made anew'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-clean
complete -c git-dualfix -n '__git_dualfix_is amend' -l record -r -d 'keep the model exchanges there'
complete -c git-dualfix -n '__git_dualfix_is amend' -l replay -r -d 'answer from there; nothing is sent'
complete -c git-dualfix -n '__git_dualfix_is amend' -l cache -d 'take answers from earlier runs where the question is the same (default)'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-cache
complete -c git-dualfix -n '__git_dualfix_is amend' -l trace -r -d 'what happened when, for Perfetto or chrome://tracing'
complete -c git-dualfix -n '__git_dualfix_is amend' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is amend' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is amend' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is amend' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is amend' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a resume -d 'go on with a run that was stopped'
complete -c git-dualfix -n '__git_dualfix_is resume' -l mode -x -a 'sequential hybrid adaptive single' -d 'sequential, hybrid, adaptive (default) or single'
complete -c git-dualfix -n '__git_dualfix_is resume' -l edit -s e -d 'open the plan in the editor first'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-edit
complete -c git-dualfix -n '__git_dualfix_is resume' -l verify -x -d 'a check; overrides the configured ones'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-verify -d 'run no checks'
complete -c git-dualfix -n '__git_dualfix_is resume' -l review -d 'let the planner read the result and refuse it'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-review
complete -c git-dualfix -n '__git_dualfix_is resume' -l accept -x -a 'fixed improved held unverified' -d 'the weakest outcome that counts'
complete -c git-dualfix -n '__git_dualfix_is resume' -l attempts -x -d 'rounds of repair'
complete -c git-dualfix -n '__git_dualfix_is resume' -l budget -x -d 'stop before spending more'
complete -c git-dualfix -n '__git_dualfix_is resume' -l timeout -x -d 'stop before taking longer'
complete -c git-dualfix -n '__git_dualfix_is resume' -l branch -x -d 'where the commit goes'
complete -c git-dualfix -n '__git_dualfix_is resume' -l format-patch -d 'mailable patches as well'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-format-patch
complete -c git-dualfix -n '__git_dualfix_is resume' -l output-directory -s o -r -d 'put them there; implies --format-patch'
complete -c git-dualfix -n '__git_dualfix_is resume' -l reroll-count -x -d 'mark them as v<n>'
complete -c git-dualfix -n '__git_dualfix_is resume' -l range-diff -x -d 'say in them what changed since that version'
complete -c git-dualfix -n '__git_dualfix_is resume' -l stdout -d 'the patch series itself to stdout'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-stdout
complete -c git-dualfix -n '__git_dualfix_is resume' -l diff -d 'only the diff to stdout; no checks, no branch, no commit'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-diff
complete -c git-dualfix -n '__git_dualfix_is resume' -l json -d 'the report as one JSON object on stdout'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-json
complete -c git-dualfix -n '__git_dualfix_is resume' -l signoff -s s -d 'add your Signed-off-by'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-signoff
complete -c git-dualfix -n '__git_dualfix_is resume' -l allow-protected -d 'touch protected paths'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-allow-protected
complete -c git-dualfix -n '__git_dualfix_is resume' -l allow-test-edits -d 'let a fix weaken tests, or answer for them'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-allow-test-edits
complete -c git-dualfix -n '__git_dualfix_is resume' -l load-bearing -a 'name remove off' -d 'what becomes of hunks that the checks do not need'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-load-bearing
complete -c git-dualfix -n '__git_dualfix_is resume' -l repeat -x -d 'run each check so often, to see flaky ones'
complete -c git-dualfix -n '__git_dualfix_is resume' -l clean -d 'run the checks in a checkout made anew'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-clean
complete -c git-dualfix -n '__git_dualfix_is resume' -l record -r -d 'keep the model exchanges there'
complete -c git-dualfix -n '__git_dualfix_is resume' -l replay -r -d 'answer from there; nothing is sent'
complete -c git-dualfix -n '__git_dualfix_is resume' -l cache -d 'take answers from earlier runs where the question is the same (default)'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-cache
complete -c git-dualfix -n '__git_dualfix_is resume' -l trace -r -d 'what happened when, for Perfetto or chrome://tracing'
complete -c git-dualfix -n '__git_dualfix_is resume' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is resume' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is resume' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is resume' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is resume' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a batch -d 'many issues, one JSON line out per line in'
complete -c git-dualfix -n '__git_dualfix_is batch' -l base -s b -x -d 'the commit it is about; HEAD by default'
complete -c git-dualfix -n '__git_dualfix_is batch' -l worktree -d 'HEAD plus the uncommitted changes of tracked files'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-worktree
complete -c git-dualfix -n '__git_dualfix_is batch' -l mode -x -a 'sequential hybrid adaptive single' -d 'sequential, hybrid, adaptive (default) or single'
complete -c git-dualfix -n '__git_dualfix_is batch' -l verify -x -d 'a check; overrides the configured ones'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-verify -d 'run no checks'
complete -c git-dualfix -n '__git_dualfix_is batch' -l review -d 'let the planner read the result and refuse it'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-review
complete -c git-dualfix -n '__git_dualfix_is batch' -l accept -x -a 'fixed improved held unverified' -d 'the weakest outcome that counts'
complete -c git-dualfix -n '__git_dualfix_is batch' -l attempts -x -d 'rounds of repair'
complete -c git-dualfix -n '__git_dualfix_is batch' -l budget -x -d 'stop before spending more'
complete -c git-dualfix -n '__git_dualfix_is batch' -l timeout -x -d 'stop before taking longer'
complete -c git-dualfix -n '__git_dualfix_is batch' -l jobs -s j -x -d 'runs at once'
complete -c git-dualfix -n '__git_dualfix_is batch' -l signoff -s s -d 'add your Signed-off-by'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-signoff
complete -c git-dualfix -n '__git_dualfix_is batch' -l allow-protected -d 'touch protected paths'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-allow-protected
complete -c git-dualfix -n '__git_dualfix_is batch' -l allow-test-edits -d 'let a fix weaken tests, or answer for them'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-allow-test-edits
complete -c git-dualfix -n '__git_dualfix_is batch' -l load-bearing -a 'name remove off' -d 'what becomes of hunks that the checks do not need'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-load-bearing
complete -c git-dualfix -n '__git_dualfix_is batch' -l repeat -x -d 'run each check so often, to see flaky ones'
complete -c git-dualfix -n '__git_dualfix_is batch' -l clean -d 'run the checks in a checkout made anew'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-clean
complete -c git-dualfix -n '__git_dualfix_is batch' -l record -r -d 'keep the model exchanges there'
complete -c git-dualfix -n '__git_dualfix_is batch' -l replay -r -d 'answer from there; nothing is sent'
complete -c git-dualfix -n '__git_dualfix_is batch' -l cache -d 'take answers from earlier runs where the question is the same (default)'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-cache
complete -c git-dualfix -n '__git_dualfix_is batch' -l trace -r -d 'what happened when, for Perfetto or chrome://tracing'
complete -c git-dualfix -n '__git_dualfix_is batch' -l predictions -r -d 'add a line for SWE-bench for each commit'
complete -c git-dualfix -n '__git_dualfix_is batch' -l shard -x -d 'only the i-th of n parts of the list'
complete -c git-dualfix -n '__git_dualfix_is batch' -l skip -r -d 'leave out what this earlier output has'
complete -c git-dualfix -n '__git_dualfix_is batch' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is batch' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is batch' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is batch' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is batch' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a log -d 'past runs'
complete -c git-dualfix -n '__git_dualfix_is log' -l json -d 'their reports as one JSON array on stdout'
complete -c git-dualfix -n '__git_dualfix_is log' -l no-json
complete -c git-dualfix -n '__git_dualfix_is log' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is log' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is log' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is log' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is log' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is log' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is log' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a show -d 'one run: plan, edits, models, cost, logs'
complete -c git-dualfix -n '__git_dualfix_is show' -l json -d 'the report as one JSON object on stdout'
complete -c git-dualfix -n '__git_dualfix_is show' -l no-json
complete -c git-dualfix -n '__git_dualfix_is show' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is show' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is show' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is show' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is show' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is show' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is show' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a init -d 'set a repository up: checks, endpoints, hooks'
complete -c git-dualfix -n '__git_dualfix_is init' -l verify -x -d 'a check; written as it is given'
complete -c git-dualfix -n '__git_dualfix_is init' -l timeout -x -d 'stop before taking longer'
complete -c git-dualfix -n '__git_dualfix_is init' -l uninstall -d 'take out what init put in'
complete -c git-dualfix -n '__git_dualfix_is init' -l no-uninstall
complete -c git-dualfix -n '__git_dualfix_is init' -l hooks -d 'install hooks'
complete -c git-dualfix -n '__git_dualfix_is init' -l chain -d 'before hooks that are there'
complete -c git-dualfix -n '__git_dualfix_is init' -l no-chain
complete -c git-dualfix -n '__git_dualfix_is init' -l yes -s y -d 'take the check that passes; ask nothing'
complete -c git-dualfix -n '__git_dualfix_is init' -l no-yes
complete -c git-dualfix -n '__git_dualfix_is init' -l planner -x -d 'the planner'\''s endpoint'
complete -c git-dualfix -n '__git_dualfix_is init' -l planner-model -x -d 'its model'
complete -c git-dualfix -n '__git_dualfix_is init' -l executor -x -d 'the executor'\''s endpoint'
complete -c git-dualfix -n '__git_dualfix_is init' -l executor-model -x -d 'its model'
complete -c git-dualfix -n '__git_dualfix_is init' -l send -x -a 'ask always never' -d 'whether text may go to a model elsewhere: ask, always, never'
complete -c git-dualfix -n '__git_dualfix_is init' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is init' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is init' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is init' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is init' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is init' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is init' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a doctor -d 'check configuration, keys, sandbox and hooks'
complete -c git-dualfix -n '__git_dualfix_is doctor' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is doctor' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is doctor' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is doctor' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is doctor' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is doctor' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is doctor' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a gc -d 'drop expired runs and what killed runs left'
complete -c git-dualfix -n '__git_dualfix_is gc' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is gc' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is gc' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is gc' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is gc' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is gc' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is gc' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a check-mail -d 'verify patches as mailed'
complete -c git-dualfix -n '__git_dualfix_is check-mail' -l base -s b -x -d 'the commit they apply to; by default the one they name, the upstream, HEAD'
complete -c git-dualfix -n '__git_dualfix_is check-mail' -l verify -x -d 'a check; overrides the configured ones'
complete -c git-dualfix -n '__git_dualfix_is check-mail' -l timeout -x -d 'stop before taking longer'
complete -c git-dualfix -n '__git_dualfix_is check-mail' -l quiet -s q -d 'say nothing but errors'
complete -c git-dualfix -n '__git_dualfix_is check-mail' -l no-quiet
complete -c git-dualfix -n '__git_dualfix_is check-mail' -l verbose -s v -d 'say more'
complete -c git-dualfix -n '__git_dualfix_is check-mail' -l progress -d 'show progress also where stderr is no terminal'
complete -c git-dualfix -n '__git_dualfix_is check-mail' -l no-progress
complete -c git-dualfix -n '__git_dualfix_is check-mail' -l color -a 'always never auto' -d 'always, never or auto'
complete -c git-dualfix -n '__git_dualfix_is check-mail' -l no-color
complete -c git-dualfix -n __git_dualfix_is_first -a hook -d 'what hooks call'
# end
