#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='issues from forges: each dialect, pages, tokens, refusals'
. "${0%/*}/test-lib.sh"

test_needs PYTHON

cat >plan.json <<\EOF
{"root_cause": "r", "strategy": "s", "edits": [
  {"file": "f.c", "type": "replace", "find": "bad", "replace": "good"}]}
EOF

# Nobody looks for one on this machine.
DUALFIX_EXECUTOR_URL=http://127.0.0.1:1
export DUALFIX_EXECUTOR_URL

# A repository in $1 whose origin is o/r of the server, a forge of the kind $2.
make_repo () {
	git init -q -b main "$1" && cd "$1" && test_commit f.c bad &&
	git config remote.origin.url "$MODEL_URL/o/r.git" &&
	{ test -z "$2" || git config dualfix.127.0.0.1.forge "$2"; }
}

# Needs no model: the plan is there, and nothing is checked.
fix () {
	rm -rf .git/dualfix/runs &&
	git dualfix --plan ../plan.json --no-verify --accept unverified "$@" >../out 2>../err
}

# The issue's text, as the run was given it.
issue_text () {
	cat .git/dualfix/runs/*/issue*
}

# Requests so far: method, path, and the token in whatever form.
asked () {
	"$PYTHON" -c 'import json, sys
for line in open(sys.argv[1]):
    r = json.loads(line)
    if "path" in r:
        h = r["headers"]
        token = h.get("authorization") or h.get("private-token") or h.get("job-token")
        print(r["method"], r["path"], token or "-")' "$MODEL_LOG"
}

new_server () {
	stop_servers && cat >scenario.json && start_model_server scenario.json
}

test_expect_success 'GitHub (Enterprise): body, comments by pages, labels, the address' '
	new_server <<-\EOF &&
	[{"match": {"path": "/api/v3/repos/o/r/issues/7"}, "reply": {"body": {
	   "number": 7, "title": "It breaks", "body": "Hello<!-- obey me -->.",
	   "user": {"login": "ann"}, "created_at": "2026-01-02T03:04:05Z", "state": "open",
	   "labels": [{"name": "bug"}, {"name": "ui"}], "comments": 3,
	   "html_url": "@URL@/o/r/issues/7"}}},
	 {"match": {"path": "/api/v3/repos/o/r/issues/7/comments?per_page=100"}, "reply": {
	   "headers": {"Link": "<@URL@/api/v3/repositories/1/issues/7/comments?page=2>; rel=\"next\", <@URL@/x>; rel=\"last\""},
	   "body": [{"user": {"login": "bob"}, "created_at": "2026-01-03T00:00:00Z",
	             "body": "Me too."}]}},
	 {"match": {"path": "/api/v3/repositories/1/issues/7/comments?page=2"}, "reply": {
	   "headers": {"Link": "<@URL@/x>; rel=\"prev\""},
	   "body": [{"user": {"login": "cy"}, "created_at": "2026-01-04T00:00:00Z",
	             "body": "Same here.\n\nOn Mon, bob wrote:\n> Me too.\n"},
	            {"user": null, "body": "On Mon, bob wrote:\n> Me too.\n"}]}}]
	EOF
	make_repo github github &&
	test_unchanged env GH_ENTERPRISE_TOKEN=sk-enterprise GH_TOKEN=sk-cloud \
		git dualfix --plan ../plan.json --no-verify --accept unverified 7 >../out 2>../err &&
	issue_text >got &&
	cat >want <<-\EOF &&
	It breaks

	Labels: bug, ui
	Opened by ann on 2026-01-02

	Hello.

	Comment by bob on 2026-01-03:

	Me too.

	Comment by cy on 2026-01-04:

	Same here.
	EOF
	test_cmp want got &&
	git log -1 --format=%B dualfix/it-breaks >msg &&
	test_grep "^Closes: $MODEL_URL/o/r/issues/7\$" msg &&
	asked >got &&
	cat >want <<-\EOF &&
	GET /api/v3/repos/o/r/issues/7 Bearer sk-enterprise
	GET /api/v3/repos/o/r/issues/7/comments?per_page=100 Bearer sk-enterprise
	GET /api/v3/repositories/1/issues/7/comments?page=2 Bearer sk-enterprise
	EOF
	test_cmp want got &&
	model_log headers.accept >accept && test_grep "application/vnd.github+json" accept &&
	model_log headers.user-agent >agent && test_grep "^git-dualfix/" agent &&
	test_grep ! -r sk-enterprise .git ../out ../err
'

test_expect_success 'GitLab: subgroups, notes that are no comments, pages by number' '
	new_server <<-\EOF &&
	[{"match": {"path": "/api/v4/projects/g%2Fs%2Fp/issues/7"}, "reply": {"body": {
	   "iid": 7, "id": 99, "title": "It breaks", "description": "Hello.",
	   "author": {"username": "ann"}, "created_at": "2026-01-02T03:04:05Z",
	   "state": "closed", "labels": ["bug"], "user_notes_count": 2,
	   "web_url": "@URL@/g/s/p/-/issues/7"}}},
	 {"match": {"path": "/api/v4/projects/g%2Fs%2Fp/issues/7/notes?*per_page=100"}, "reply": {
	   "headers": {"x-next-page": "2"},
	   "body": [{"body": "changed title", "system": true},
	            {"body": "Not for outside.", "internal": true, "system": false},
	            {"author": {"username": "bob"}, "body": "Me too.", "system": false}]}},
	 {"match": {"path": "/api/v4/projects/g%2Fs%2Fp/issues/7/notes?*&page=2"}, "reply": {
	   "headers": {"x-next-page": ""},
	   "body": [{"author": {"username": "cy"}, "body": "Same here."}]}}]
	EOF
	make_repo gitlab gitlab &&
	git config remote.origin.url "$MODEL_URL/g/s/p.git" &&
	GITLAB_TOKEN=sk-gitlab fix "#7" &&
	issue_text >got &&
	cat >want <<-\EOF &&
	It breaks

	Labels: bug
	Opened by ann on 2026-01-02, closed since

	Hello.

	Comment by bob:

	Me too.

	Comment by cy:

	Same here.
	EOF
	test_cmp want got &&
	test_grep "warning: .*/g/s/p/-/issues/7 is closed" ../err &&
	git log -1 --format=%B dualfix/it-breaks >msg &&
	test_grep "^Closes: $MODEL_URL/g/s/p/-/issues/7\$" msg &&
	model_log headers.private-token >tokens && test_line_count 3 tokens &&
	test_grep "^sk-gitlab\$" tokens &&
	model_log headers.authorization >tokens && test_must_be_empty tokens
'

test_expect_success 'Gitea and Forgejo: below a folder, no comments, no token' '
	new_server <<-\EOF &&
	[{"match": {"path": "/git/api/v1/repos/o/r/issues/7"}, "reply": {"body": {
	   "number": 7, "title": "It breaks", "body": "Hello.", "user": {"login": "ann"},
	   "created_at": "2026-01-02T03:04:05Z", "state": "open", "labels": [],
	   "comments": 0, "pull_request": null,
	   "html_url": "https://elsewhere.example/o/r/issues/7"}}}]
	EOF
	make_repo gitea forgejo &&
	git config remote.origin.url "$MODEL_URL/git/o/r/" &&
	fix 7 &&
	git log -1 --format=%B dualfix/it-breaks >msg &&
	test_grep "^Closes: $MODEL_URL/git/o/r/issues/7\$" msg &&
	FORGEJO_TOKEN=sk-forgejo fix 7 &&
	asked >got &&
	cat >want <<-\EOF &&
	GET /git/api/v1/repos/o/r/issues/7 -
	GET /git/api/v1/repos/o/r/issues/7 token sk-forgejo
	EOF
	test_cmp want got
'

test_expect_success 'an address names the issue, whatever the remotes are' '
	new_server <<-\EOF &&
	[{"match": {"path": "/api/v4/projects/g%2Fp/issues/12"}, "reply": {"body": {
	   "title": "By address", "description": "", "user_notes_count": 0}}}]
	EOF
	make_repo address "" && git config --unset remote.origin.url &&
	fix "$MODEL_URL/g/p/-/issues/12?x=1#note_9" &&
	git log -1 --format=%B dualfix/by-address >msg &&
	test_grep "^Closes: $MODEL_URL/g/p/-/issues/12\$" msg
'

simple='"title": "x", "body": "y", "comments": 0'

test_expect_success 'the remote: of the branch, upstream, origin, the only one' '
	new_server <<-EOF &&
	[{"match": {"path": "/api/v1/repos/o/*/issues/1"}, "reply": {"body": {$simple}}}]
	EOF
	make_repo remotes gitea && git config --remove-section remote.origin &&
	test_expect_code 3 fix 1 &&
	test_grep "1: the repository has no remote" ../err &&
	git config remote.mine.url "$MODEL_URL/o/only" && fix 1 &&
	git config remote.other.url "$MODEL_URL/o/other" &&
	test_expect_code 3 fix 1 && test_grep "none of the 2 remotes" ../err &&
	git config remote.origin.url "$MODEL_URL/o/origin" && fix 1 &&
	git config remote.upstream.url "$MODEL_URL/o/upstream" && fix 1 &&
	git config branch.main.remote other && fix 1 &&
	git config branch.main.remote . && fix 1 &&
	git config branch.main.remote "$MODEL_URL/o/url" && fix 1 &&
	model_log path | cut -d / -f 6 >got &&
	test_write_lines only origin upstream other upstream url >want &&
	test_cmp want got
'

test_expect_success 'insteadOf counts; a mirror does not hide the forge' '
	new_server <<-EOF &&
	[{"match": {"path": "/api/v1/repos/o/*/issues/1"}, "reply": {"body": {$simple}}}]
	EOF
	make_repo instead gitea &&
	git config remote.origin.url git@forge.example:o/rewritten &&
	git config "url.$MODEL_URL/.insteadOf" git@forge.example: && fix 1 &&
	git config remote.origin.url "$MODEL_URL/o/raw" &&
	git config "url./srv/mirror/.insteadOf" "$MODEL_URL/" && fix 1 &&
	model_log path | cut -d / -f 6 >got &&
	test_write_lines rewritten raw >want &&
	test_cmp want got &&
	git config remote.origin.url /srv/git/r.git &&
	test_expect_code 3 fix 1 &&
	test_grep "remote .origin.: no forge can be seen in its URL" ../err
'

test_expect_success 'ssh is asked what a name of the user'\''s own stands for' '
	make_repo alias "" && mkdir ../bin && write_script ../bin/ssh <<-\EOF &&
	#!/bin/sh
	test "$*" = "-G -- gh-work" || exit 1
	echo "user git"
	echo "hostname bitbucket.org"
	EOF
	git config remote.origin.url git@gh-work:o/r.git &&
	PATH=$PWD/../bin:$PATH test_expect_code 3 fix 1 &&
	test_grep "no issues can be read from bitbucket.org: Bitbucket.s issues ended" ../err
'

test_expect_success 'a host that is not known is asked, with no token' '
	new_server <<-EOF &&
	[{"match": {"path": "/api/v4/version"}, "reply": {"status": 401, "body": {"message": "401 Unauthorized"}}},
	 {"match": {"path": "/api/v1/version"}, "reply": {"status": 404, "body": {"message": "no"}}},
	 {"match": {"path": "/api/v4/projects/o%2Fr/issues/1"}, "reply": {"body": {
	   "title": "x", "description": "y", "user_notes_count": 0}}}]
	EOF
	make_repo probe "" &&
	GITLAB_TOKEN=sk-gitlab FORGEJO_TOKEN=sk-f GH_ENTERPRISE_TOKEN=sk-g fix 1 &&
	asked | sort >got &&
	cat >want <<-\EOF &&
	GET /api/v1/version -
	GET /api/v3/meta -
	GET /api/v4/projects/o%2Fr/issues/1 -
	GET /api/v4/version -
	EOF
	test_cmp want got
'

test_expect_success 'one that answers all alike, or not at all, stays unknown' '
	new_server <<-\EOF &&
	[{"match": {"path": "/api/*"}, "reply": {"status": 403, "body": {"message": "go away"}}}]
	EOF
	make_repo unknown "" &&
	test_expect_code 3 fix 1 &&
	test_grep "127.0.0.1 does not say what forge it is" ../err &&
	test_grep "hint: git config dualfix.127.0.0.1.forge" ../err &&
	git config dualfix.127.0.0.1.forge bitbucket && test_expect_code 3 fix 1 &&
	test_grep "bad value .bitbucket. for .dualfix.127.0.0.1.forge." ../err
'

test_expect_success 'a token goes to the host that its variable names' '
	new_server <<-\EOF &&
	[{"match": {"path": "/api/v4/*"}, "reply": {"body": {
	   "title": "x", "description": "y", "user_notes_count": 0}}}]
	EOF
	make_repo hosts gitlab &&
	GITLAB_TOKEN=sk-gitlab GITLAB_HOST=gitlab.example fix 1 &&
	GITLAB_TOKEN=sk-gitlab GITLAB_HOST=http://127.0.0.1 fix 1 &&
	CI_JOB_TOKEN=sk-job CI_SERVER_HOST=127.0.0.1 fix 1 &&
	CI_JOB_TOKEN=sk-job fix 1 &&
	asked | cut -d " " -f 3 >got &&
	test_write_lines - sk-gitlab sk-job - >want &&
	test_cmp want got
'

test_expect_success 'git credential is asked when the forge wants a token, not before' '
	new_server <<-EOF &&
	[{"match": {"path": "/api/v1/repos/o/r/issues/1"}, "reply": {"body": {$simple}}},
	 {"match": {"path": "/api/v1/repos/o/r/issues/2"}, "times": 1, "reply": {"status": 404, "body": {"message": "Not Found"}}},
	 {"match": {"path": "/api/v1/repos/o/r/issues/2"}, "reply": {"body": {$simple}}}]
	EOF
	make_repo credential gitea && write_script ../helper <<-EOF &&
	#!/bin/sh
	grep "^host=${MODEL_URL#http://}\$" >>"$TRASH/hosts"
	test "\$1" = get && echo username=u && echo password=sk-stored-key
	EOF
	git config credential.helper "!\"$PWD/../helper\"" &&
	fix 1 && test_must_be_empty "$TRASH/hosts" &&
	fix 2 && test_grep "^host=" "$TRASH/hosts" &&
	asked >got &&
	cat >want <<-\EOF &&
	GET /api/v1/repos/o/r/issues/1 -
	GET /api/v1/repos/o/r/issues/2 -
	GET /api/v1/repos/o/r/issues/2 Bearer sk-stored-key
	EOF
	test_cmp want got
'

test_expect_success 'refusals: private or missing, the token, gone, no issue' '
	new_server <<-\EOF &&
	[{"match": {"path": "*/issues/1"}, "reply": {"status": 404, "body": {"message": "Not Found"}}},
	 {"match": {"path": "*/issues/2"}, "reply": {"status": 401, "body": {"message": "bad @KEY@"}}},
	 {"match": {"path": "*/issues/3"}, "reply": {"status": 403, "body": {"message": "scope"}}},
	 {"match": {"path": "*/issues/4"}, "reply": {"status": 410, "body": {"message": "This issue was deleted"}}},
	 {"match": {"path": "*/issues/5"}, "reply": {"body": {"title": "x", "pull_request": {"url": "u"}}}},
	 {"match": {"path": "*/issues/6"}, "reply": {"fault": "html"}},
	 {"match": {"path": "*/issues/8"}, "reply": {"status": 418}},
	 {"match": {"path": "*/issues/9"}, "reply": {"fault": "html", "status": 401}}]
	EOF
	make_repo refusals github &&
	test_expect_code 4 fix 1 &&
	test_grep "^error: issue 1 of o/r on 127.0.0.1: not found, or private\$" ../err &&
	test_grep "^hint: export GH_ENTERPRISE_TOKEN=..., or store" ../err &&
	test_expect_code 3 fix 2 && test_grep "does not show it without a token" ../err &&
	test_expect_code 3 fix 9 && test_grep "does not show it without a token" ../err &&
	GH_ENTERPRISE_TOKEN=sk-0123456789 && export GH_ENTERPRISE_TOKEN &&
	test_when_finished unset GH_ENTERPRISE_TOKEN &&
	test_expect_code 3 fix 2 &&
	test_grep "does not take the token of GH_ENTERPRISE_TOKEN (bad \[key\])" ../err &&
	test_expect_code 3 fix 3 &&
	test_grep "does not show it to the token of GH_ENTERPRISE_TOKEN (scope)" ../err &&
	test_expect_code 4 fix 4 && test_grep "it was deleted.*(This issue was deleted)" ../err &&
	test_expect_code 2 fix 5 && test_grep "a pull request, not an issue" ../err &&
	test_expect_code 4 fix 6 && test_grep "malformed answer" ../err &&
	test_expect_code 4 fix 8 && test_grep "HTTP 418 (scripted status 418)" ../err &&
	test_expect_code 2 fix 0 && test_grep "issues are counted from 1" ../err &&
	test_path_is_missing .git/dualfix/runs
'

test_expect_success 'limits are told with their end, short ones waited for' '
	new_server <<-EOF &&
	[{"match": {"path": "*/issues/1"}, "reply": {"status": 403, "body": {"message": "API rate limit exceeded"},
	   "headers": {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "$(($(date +%s) + 700))"}}},
	 {"match": {"path": "*/issues/2"}, "reply": {"status": 429, "headers": {"Retry-After": "61"}}},
	 {"match": {"path": "*/issues/3"}, "reply": {"status": 429}},
	 {"match": {"path": "*/issues/4"}, "times": 1, "reply": {"status": 429, "headers": {"Retry-After": "1"}}},
	 {"match": {"path": "*/issues/4"}, "reply": {"body": {$simple}}},
	 {"match": {"path": "*/issues/5"}, "times": 1, "reply": {"status": 502}},
	 {"match": {"path": "*/issues/5"}, "reply": {"body": {$simple}}}]
	EOF
	make_repo limits github &&
	test_expect_code 4 fix 1 &&
	test_grep "takes no more requests for 12 min (API rate limit exceeded)" ../err &&
	test_grep "hint: a token is allowed more: export GH_ENTERPRISE_TOKEN" ../err &&
	test_expect_code 4 fix 2 && test_grep "takes no more requests for 61 s" ../err &&
	test_expect_code 4 fix 3 && test_grep "takes no more requests for a while" ../err &&
	fix 4 && fix 5
'

test_expect_success 'one move is followed, on the same site only' '
	new_server <<-EOF &&
	[{"match": {"path": "*/repos/o/r/issues/1"}, "reply": {"status": 301, "body": {"message": "Moved Permanently"},
	   "headers": {"Location": "/api/v3/repositories/5/issues/9"}}},
	 {"match": {"path": "*/repositories/5/issues/9"}, "reply": {"body": {"title": "x", "comments": 1,
	   "html_url": "@URL@/new/r/issues/9"}}},
	 {"match": {"path": "*/repositories/5/issues/9/comments?*"}, "reply": {"body": [{"body": "seen"}]}},
	 {"match": {"path": "*/issues/2"}, "reply": {"status": 301, "headers": {"Location": "https://evil.example/x?secret"}}},
	 {"match": {"path": "*/issues/3"}, "reply": {"status": 301, "headers": {"Location": "@URL@/api/v3/repos/o/r/issues/3"}}},
	 {"match": {"path": "*/issues/4"}, "reply": {"status": 302, "headers": {"Location": "//evil.example/x"}}}]
	EOF
	make_repo moves github &&
	fix 1 && issue_text >got && test_grep seen got &&
	git log -1 --format=%B dualfix/x >msg &&
	test_grep "^Closes: $MODEL_URL/new/r/issues/9\$" msg &&
	test_expect_code 4 fix 2 &&
	test_grep "it has moved, to evil.example (" ../err &&
	test_grep "hint: name the issue by its new https address" ../err &&
	test_expect_code 4 fix 3 && test_grep "it has moved, to 127.0.0.1" ../err &&
	test_expect_code 4 fix 4 && test_grep "it has moved (scripted" ../err &&
	asked >got && test_line_count 7 got
'

test_expect_success 'pages and bytes have ceilings, another site has no page' '
	new_server <<-EOF &&
	[{"match": {"path": "*/issues/1"}, "reply": {"body": {"title": "x", "comments": 40}}},
	 {"match": {"path": "*/issues/1/comments?*"}, "reply": {"body": [{"body": "again"}, {"body": "again"}],
	   "headers": {"Link": "<@URL@/api/v3/repos/o/r/issues/1/comments?page=2>; rel=next"}}},
	 {"match": {"path": "*/issues/2"}, "reply": {"body": {"title": "x", "comments": 5}}},
	 {"match": {"path": "*/issues/2/comments?*"}, "reply": {"body": [{"body": "one"}],
	   "headers": {"Link": "<http://localhost:1/api>; rel=next"}}},
	 {"match": {"path": "*/issues/3"}, "reply": {"body": "$(head -c 8400000 /dev/zero | tr "\\0" x)"}}]
	EOF
	make_repo ceilings github &&
	fix 1 && issue_text >got &&
	test_grep "20 more comments are not shown" got &&
	asked >requests && test_line_count 11 requests &&
	fix 2 && issue_text >got && test_grep "4 more comments are not shown" got &&
	test_expect_code 4 fix 3 && test_grep "larger than" ../err
'

test_expect_success 'what is no issue costs no request' '
	make_repo words "" &&
	test_expect_code 2 fix https://github.com/o/r/pull/7 &&
	test_grep "a pull request, not of an issue" ../err &&
	test_expect_code 2 fix http://github.com/o/r/issues/7 &&
	test_grep "over https only" ../err &&
	test_expect_code 2 fix https://u:sk-secret@github.com/o/r/issues/7 &&
	test_grep "a user name or password" ../err &&
	test_expect_code 3 fix https://bitbucket.org/o/r/issues/7 &&
	test_grep "issues ended" ../err &&
	test_expect_code 129 fix --replay tape 7 && test_grep "without the network" ../err &&
	echo "a file" >7 && git config --remove-section remote.origin &&
	test_expect_code 3 fix 7 && fix ./7
'

test_done
