#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
test_description='make install, make uninstall, install.sh'
. "${0%/*}/test-lib.sh"

# Only of the plain build: install.sh knows no other.
if test_have_prereq ASAN
then
	echo '1..0 # SKIP installs the plain build'
	test_finished=t
	exit 0
fi

make_ () {
	make -s -C "$TOP_DIR" "$@"
}

test_expect_success 'make install puts what there is below DESTDIR' '
	make_ install DESTDIR="$PWD/dest dir" prefix=/opt/x &&
	test_path_is_executable "dest dir/opt/x/bin/git-dualfix" &&
	for man in "$TOP_DIR"/doc/*.[1-8]
	do
		test ! -e "$man" ||
		test_path_is_file "dest dir/opt/x/share/man/man${man##*.}/${man##*/}" || return 1
	done &&
	(cd "$TOP_DIR" && find templates -type f ! -name embed.sh) >templates &&
	while read -r f
	do
		test_cmp_bin "$TOP_DIR/$f" "dest dir/opt/x/share/git-dualfix/$f" || return 1
	done <templates
'

test_expect_success 'make uninstall takes all of it out again' '
	make_ uninstall DESTDIR="$PWD/dest dir" prefix=/opt/x &&
	find "dest dir" -type f >left &&
	test_must_be_empty left
'

test_expect_success 'install.sh installs, twice over, and takes it out' '
	"$TOP_DIR/install.sh" --prefix="$PWD/inst" >out &&
	test_grep "^installed: $PWD/inst/bin/git-dualfix" out &&
	inst/bin/git-dualfix -h >usage &&
	"$TOP_DIR/install.sh" --prefix "$PWD/inst" &&
	"$TOP_DIR/install.sh" --prefix="$PWD/inst" --uninstall &&
	find inst -type f >left &&
	test_must_be_empty left
'

test_expect_success 'install.sh --dry-run does nothing' '
	"$TOP_DIR/install.sh" --dry-run --prefix="$PWD/dry" 2>err &&
	test_grep "^+ make install prefix=$PWD/dry" err &&
	test_path_is_missing dry
'

test_expect_success 'install.sh: usage' '
	"$TOP_DIR/install.sh" -h >out &&
	test_grep "^usage: " out &&
	test_must_fail "$TOP_DIR/install.sh" --fast 2>err &&
	test_grep "unknown argument .--fast" err &&
	for none in --prefix --prefix=
	do
		test_must_fail "$TOP_DIR/install.sh" --dry-run $none 2>err &&
		test_grep "needs a folder" err || return 1
	done
'

# A machine with nothing on it but the tools that the script itself uses.
bare_machine () {
	rm -rf bare && mkdir bare &&
	for tool in sh dirname id sed env test printf echo cat getconf
	do
		ln -s "$(command -v $tool)" bare/ || return 1
	done
}

test_expect_success 'install.sh names what is missing where nothing can bring it' '
	bare_machine &&
	test_must_fail env PATH="$PWD/bare" "$TOP_DIR/install.sh" --prefix="$PWD/no" 2>err &&
	test_grep "missing: make cc git pkg-config libgit2 libcurl jansson libpcre2-8" err &&
	test_grep "none of apt, dnf, pacman, apk and brew" err &&
	test_path_is_missing no
'

while read -r manager package
do
	test_expect_success "install.sh would ask $manager" '
		bare_machine &&
		write_script bare/$manager </dev/null &&
		PATH="$PWD/bare" "$TOP_DIR/install.sh" --check --dry-run 2>err &&
		test_grep "^+ .*$manager .* $package .*cmocka" err
	'
done <<\EOF
apt-get libgit2-dev
dnf libgit2-devel
pacman libgit2
apk libgit2-dev
brew libgit2
EOF

test_expect_success 'install.sh says when a package manager fails' '
	bare_machine &&
	test_write_lines "#!/bin/sh" "echo broken mirror >&2" "exit 100" |
		write_script bare/apt-get &&
	test_write_lines "#!/bin/sh" "exec \"\$@\"" | write_script bare/sudo &&
	test_must_fail env PATH="$PWD/bare" "$TOP_DIR/install.sh" --prefix="$PWD/no" 2>err &&
	test_grep "failed while installing packages with apt-get" err
'

test_done
