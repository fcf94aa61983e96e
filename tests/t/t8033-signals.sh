#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='one signal ends all of the runs'
. "${0%/*}/test-lib.sh"

# Signals as at a terminal: a job put in the background by a script, as in CI,
# has SIGINT ignored, no shell can undo that, and what is ignored stays so.
cat >heeding.py <<'EOF'
import os, signal, sys
for sig in signal.SIGINT, signal.SIGTERM, signal.SIGPIPE:
    signal.signal(sig, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
EOF

# A git that is interrupted, and we with it, while a step of a run waits for it.
test_expect_success PYTHON 'no other run is begun after a signal' '
	git init -q repo && cd repo && test_commit a.txt &&
	mkdir ../bin && real=$(command -v git) && stop=$PWD/../stop &&
	write_script ../bin/git <<-EOF &&
	#!/bin/sh
	case "\$*" in
	*stop-here*) kill -"\$(cat "$stop")" "\$PPID" && sleep 0.1 ;;
	esac
	exec "$real" "\$@"
	EOF
	test_write_lines "{\"id\": 1, \"message\": \"a\", \"base\": \"stop-here\"}" \
		"{\"id\": 2, \"message\": \"b\", \"base\": \"none\"}" >../list &&
	for pair in INT:130 TERM:143
	do
		echo "${pair%:*}" >"$stop" &&
		(
			PATH=$(cd ../bin && pwd):$PATH &&
			test_expect_code "${pair#*:}" "$PYTHON" ../heeding.py \
				git-dualfix batch ../list >../out
		) &&
		test_line_count 1 ../out || return 1
	done
'

cat >interrupt.py <<'EOF'
import os, pty, signal, sys
# What hangs here is to fail, not to hang: its child dies with the terminal.
signal.alarm(60)
pid, fd = pty.fork()
if not pid:
    os.execvp("git-dualfix", ["git-dualfix", "run", "-m", "a.txt is wrong"])
seen = b""
while b"[y/N]" not in seen:
    seen += os.read(fd, 4096)
os.write(fd, b"\x03")
try:
    while os.read(fd, 4096):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF

test_expect_success PYTHON 'nor is an interrupted question a no' '
	cd repo &&
	DUALFIX_PLANNER_URL=https://model.invalid DUALFIX_PLANNER_KEY=sk-test &&
	export DUALFIX_PLANNER_URL DUALFIX_PLANNER_KEY &&
	test_expect_code 130 "$PYTHON" ../heeding.py "$PYTHON" ../interrupt.py
'

test_done
