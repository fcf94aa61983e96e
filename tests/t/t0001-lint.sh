#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='make lint: each law notices that it is broken'
. "${0%/*}/test-lib.sh"

lint () {
	git add -A && sh "$TOP_DIR/tests/lint/run.sh" >out 2>&1
}

spdx='/* SPDX-License-Identifier: GPL-2.0-or-later */'

# A header or source file of the given lines, with what every one has.
source_file () {
	file=$1
	shift
	mkdir -p "${file%/*}" || return 1
	case $file in
	*.h)
		guard=$(echo "${file#src/}" | tr 'a-z/.' 'A-Z__')
		test_write_lines "$spdx" "#ifndef $guard" "#define $guard" "$@" "#endif" ;;
	*)
		test_write_lines "$spdx" "$@" ;;
	esac >"$file"
}

test_expect_success 'a house in order' '
	git init -q -b main . &&
	echo "    base < sys < plan < repo < cmd < main.c" >HACKING.md &&
	source_file src/base/err.h "struct err;" &&
	source_file src/base/err.c "#include \"base/err.h\"" &&
	source_file src/sys/proc.h "#include \"base/err.h\"" "struct proc;" &&
	source_file src/sys/proc.c "#include \"sys/proc.h\"" "/* printf(x) */" "// exit(1)" \
		"const char *s = \"exit(1) // \\\" abort()\";" &&
	source_file src/cmd/run.c "#include \"sys/proc.h\"" "void f(void) { exit(0); }" \
		"const char *t = \"prompts/plan.txt\";" &&
	source_file src/main.c "#include \"sys/proc.h\"" &&
	mkdir -p templates/prompts && echo x >templates/prompts/plan.txt &&
	lint &&
	test_grep "^[0-9]* passed, 0 failed\$" out &&
	test_grep ! "^not ok" out &&
	git commit -q -m good
'

# $1: law, $2: the file and what is said of it (a regex), $3: how to break it,
# $4: more for the title.
breaks () {
	test_expect_success "$1: $2${4+ $4}" "
		test_when_finished 'git reset -q --hard && git clean -q -f -d -x' &&
		$3 &&
		test_must_fail lint &&
		test_grep '^$2' out &&
		test_grep '^not ok - $1\$' out &&
		test_grep ' 1 failed\$' out
	"
}

breaks street 'src/base/a.c:2: base/ may not include' \
	'source_file src/base/a.c "#include \"sys/proc.h\""'
breaks street 'src/plan/a.c:2: plan/ may include sys/json.h and' \
	'source_file src/plan/a.c "#include \"sys/proc.h\""'
breaks street 'src/nowhere/a.c:2: nowhere/ is not on the street' \
	'source_file src/nowhere/a.c "#include \"base/err.h\""'
breaks street 'src/sys/a.c:2: "b.h": name the room' \
	'source_file src/sys/a.c "#include \"b.h\""'
breaks street 'src/sys/[ab].h:4: a circle: sys/[ab] and sys/[ab]' \
	'source_file src/sys/a.h "#include \"sys/b.h\"" &&
	 source_file src/sys/b.h "#include \"sys/a.h\""'
breaks street 'src/sys/a.c:1: include "sys/a.h" first' \
	'source_file src/sys/a.h "struct a;" && source_file src/base/b.h "struct b;" &&
	 source_file src/sys/a.c "#include \"base/b.h\"" "#include \"sys/a.h\""'
breaks street 'HACKING.md:1: no street' 'echo nothing >HACKING.md'
breaks street 'src/plan/a.c:2: <time.h>: plan/ does no I/O' \
	'source_file src/plan/a.c "#include <time.h>"'

for foreign in git2.h:sys/a curl/curl.h:cmd/a jansson.h:sys/http pcre2.h:sys/json yaml.h:sys/a
do
	breaks street "src/${foreign#*:}.c:2: <${foreign%:*}> may be included by" \
		"source_file src/${foreign#*:}.c '#include <${foreign%:*}>'"
done
breaks street 'src/cmd/a.c:1: repo/in.h brings git2.h out' \
	'source_file src/repo/in.h "#include <git2.h>" &&
	 source_file src/cmd/a.c "#include \"repo/in.h\""'

for call in strcpy strcat sprintf strtok atoi atol system popen gets alloca strncpy \
	gmtime localtime printf puts exit abort poll select getenv fork waitpid clock_gettime
do
	breaks words "src/sys/a.c:3: [a-z]" \
		"source_file src/sys/a.c 'void f(void)' '{ x = $call (1); }'" "$call"
done
breaks words 'src/sys/a.c:2: only cmd/' 'source_file src/sys/a.c "f(stderr);"'
breaks words 'src/plan/a.c:2: this room does no I/O' 'source_file src/plan/a.c "x = read(0, b, 1);"'

breaks sizes 'src/sys/a.c:701: 702 lines' \
	'source_file src/sys/a.c && yes "int x;" | head -n 701 >>src/sys/a.c'
breaks sizes 'src/sys/a.c:3: a function of 121 lines' \
	'source_file src/sys/a.c "int f(void)" "{" &&
	 yes "	x();" | head -n 119 >>src/sys/a.c && echo "}" >>src/sys/a.c'
breaks names 'src/sys/utils.h:1: a name' 'source_file src/sys/utils.h "struct u;"'
breaks guards 'src/sys/a.h:1: include guard should be SYS_A_H' \
	'test_write_lines "$spdx" "#ifndef A_H" "#define A_H" "#endif" >src/sys/a.h'
breaks licence 'src/sys/a.c:1: no SPDX' 'echo "int x;" >src/sys/a.c'
breaks licence 'x.sh:1: no SPDX' 'test_write_lines "#!/bin/sh" : >x.sh'
breaks marks 'src/sys/a.c:2: a mark' 'source_file src/sys/a.c "/* TO""DO: later */"'
breaks paths 'README:1: a path' 'echo "see $PWD/README" >README'
breaks blanks 'src/sys/a.c:2: blanks' 'source_file src/sys/a.c "int x; "'
breaks templates 'templates/prompts/old.txt:1: no source' 'echo x >templates/prompts/old.txt'
breaks headers 'src/sys/a.h:4' 'source_file src/sys/a.h "size_t f(void);"'
breaks python 'a.py:3: ' \
	'test_write_lines "# SPDX-License-Identifier: GPL-2.0-or-later" "x = 1" "x x" >a.py'

test_expect_success 'a folder read as a whole uses its templates' '
	test_when_finished "git reset -q --hard && git clean -q -f -d -x" &&
	mkdir templates/rules && echo x >templates/rules/gcc.rule &&
	test_must_fail lint &&
	source_file src/cmd/rules.c "const char *s = \"rules/\";" &&
	lint
'

test_expect_success 'what git does not track is not judged' '
	test_when_finished "rm -f src/sys/scratch.c" &&
	echo "void f(void) { system(x); } // no SPDX" >src/sys/scratch.c &&
	sh "$TOP_DIR/tests/lint/run.sh"
'

test_done
