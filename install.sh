#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs git dualfix from this source tree: what it needs of the system, then
# the program. What is there already is left as it is.

set -eu

usage='usage: ./install.sh [--prefix=DIR] [--dry-run]    install (prefix: /usr/local)
       ./install.sh --demo                       build, and fix a broken build to show it
       ./install.sh --check                      build, and run all tests
       ./install.sh --uninstall [--prefix=DIR]   take the program out again

Missing system packages are installed through apt, dnf, pacman, apk or brew, with
sudo where that is needed. --demo and --check install nothing but these.
--dry-run prints the commands instead of running them.'

# What it is | when it is needed | apt | dnf | pacman | apk | brew ("-": not there).
# always, demo (and check), check; wish, wish-check: done without where there is none.
needs='
make         | always | make | make | make | make | make
cc           | always | gcc libc6-dev | gcc | gcc | gcc musl-dev | gcc
git          | always | git | git | git | git | git
pkg-config   | always | pkg-config | pkgconf-pkg-config | pkgconf | pkgconf | pkgconf
pc:libgit2   | always | libgit2-dev | libgit2-devel | libgit2 | libgit2-dev | libgit2
pc:libcurl   | always | libcurl4-openssl-dev | libcurl-devel | curl | curl-dev | curl
pc:jansson   | always | libjansson-dev | jansson-devel | jansson | jansson-dev | jansson
pc:libpcre2-8 | always | libpcre2-dev | pcre2-devel | pcre2 | pcre2-dev | pcre2
pc:yaml-0.1  | always | libyaml-dev | libyaml-devel | libyaml | yaml-dev | libyaml
CA bundle    | always | CA | CA | CA | CA | CA
bwrap        | wish | bubblewrap | bubblewrap | bubblewrap | bubblewrap | -
python3      | demo | python3 | python3 | python | python3 | python3
prove        | check | perl | perl-Test-Harness | perl | perl-utils | perl
pc:cmocka    | check | libcmocka-dev | libcmocka-devel | cmocka | cmocka-dev | cmocka
shellcheck   | wish-check | shellcheck | ShellCheck | shellcheck | shellcheck | shellcheck
'

prefix=/usr/local
action=install
dry_run=
doing='reading the arguments'

die () {
	echo "install.sh: $*" >&2
	doing=
	exit 1
}

at_exit () {
	code=$?
	test "$code" -eq 0 || test -z "$doing" ||
		echo "install.sh: failed while $doing (exit $code); nothing after that was done" >&2
}

run () {
	printf '+ %s\n' "$*" >&2
	test -n "$dry_run" || "$@"
}

# Runs it as root: directly, or through sudo.
run_as_root () {
	if test "$(id -u)" -eq 0
	then
		run "$@"
	elif command -v sudo >/dev/null
	then
		run sudo "$@"
	elif test -n "$dry_run"
	then
		run "$@"
	else
		die "this needs root, and there is no sudo; as root, type: $*"
	fi
}

find_manager () {
	for manager in apt-get dnf pacman apk brew
	do
		command -v $manager >/dev/null && return
	done
	manager=
}

compiles () {
	echo '#include <stdio.h>' | cc -x c -fsyntax-only - 2>/dev/null
}

is_there () {
	case $1 in
	pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
	cc) compiles ;;
	'CA bundle')
		for bundle in /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem \
			/etc/pki/tls/certs/ca-bundle.crt "${SSL_CERT_FILE:-/nowhere}"
		do
			test -r "$bundle" && return
		done
		false ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# Sets missing and wished to what is not there, and packages and wished_packages
# to what brings it here.
look () {
	missing='' wished='' packages='' wished_packages=''
	while IFS='|' read -r what when apt dnf pacman apk brew
	do
		case $when,$action in
		always,*|wish,*|demo,demo|demo,check|check,check|wish-check,check) ;;
		*) continue ;;
		esac
		is_there "$what" && continue
		case $manager in
		apt-get) more=$apt ;;
		dnf) more=$dnf ;;
		pacman) more=$pacman ;;
		apk) more=$apk ;;
		brew) more=$brew ;;
		*) more=- ;;
		esac
		case $more in
		-) more= ;;
		CA) more=ca-certificates ;; # under this name everywhere
		esac
		case $when in
		wish*)
			wished="$wished ${what#pc:}"
			wished_packages="$wished_packages $more" ;;
		*)
			missing="$missing ${what#pc:}"
			packages="$packages $more" ;;
		esac
	done <<-EOF
	$(echo "$needs" | sed 's/ *| */|/g')
	EOF
}

install_packages () {
	case $manager in
	apt-get)
		run_as_root env DEBIAN_FRONTEND=noninteractive \
			apt-get install -q -y --no-install-recommends "$@" ;;
	dnf) run_as_root dnf install -y "$@" ;;
	pacman) run_as_root pacman -S --needed --noconfirm "$@" ;;
	apk) run_as_root apk add "$@" ;;
	brew) run brew install "$@" ;;
	esac
}

refresh_lists () {
	case $manager in
	apt-get) run_as_root apt-get update -q ;;
	pacman) run_as_root pacman -Sy ;;
	apk) run_as_root apk update ;;
	esac
}

provide () {
	doing='looking for what is needed'
	find_manager
	look
	test -n "$missing$wished" || return 0
	if test -n "$packages$wished_packages"
	then
		echo "missing:$missing$wished" >&2
		doing="installing packages with $manager"
		# Lists of packages are split on purpose from here on.
		# shellcheck disable=SC2086
		{
			refresh_lists
			test -z "$packages" || install_packages $packages
			test -z "$wished_packages" || install_packages $wished_packages ||
				echo "note: could not install$wished_packages" >&2
		}
		test -z "$dry_run" || return 0
		look
	fi
	test -n "$manager" || test -z "$missing" ||
		die "missing:$missing: none of apt, dnf, pacman, apk and brew is here;" \
			"install these by hand, then run this again"
	test -z "$missing" || die "still missing:$missing: see what $manager said above"
	test -z "$wished" || echo "note: going on without:$wished" >&2
}

build () {
	doing='building'
	jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
	run make -j"$jobs" all
}

# make in the prefix, as root only if we may not write there.
make_in_prefix () {
	dir=$prefix
	while ! test -e "$dir"
	do
		dir=$(dirname "$dir")
	done
	if test -w "$dir" && { ! test -e "$prefix/bin" || test -w "$prefix/bin"; }
	then
		run make "$1" prefix="$prefix"
	else
		run_as_root make "$1" prefix="$prefix"
	fi
}

do_install () {
	provide
	build
	doing="installing into $prefix"
	make_in_prefix install
	test -z "$dry_run" || return 0
	case :$PATH: in
	*:"$prefix/bin":*) ;;
	*) echo "note: git looks for it in your PATH: export PATH=\"$prefix/bin:\$PATH\"" >&2 ;;
	esac
	"$prefix/bin/git-dualfix" -h >/dev/null
	echo "installed: $prefix/bin/git-dualfix; next, in a repository: git dualfix init"
}

while test $# -gt 0
do
	case $1 in
	--prefix=*) prefix=${1#--prefix=} ;;
	--prefix)
		test $# -gt 1 || die "--prefix: needs a folder"
		prefix=$2
		shift ;;
	--demo|--check|--uninstall) action=${1#--} ;;
	--dry-run) dry_run=t ;;
	-h|--help)
		echo "$usage"
		exit 0 ;;
	*)
		echo "$usage" >&2
		die "unknown argument '$1'" ;;
	esac
	shift
done
case $prefix in
'') die "--prefix: needs a folder" ;;
/*) ;;
*) prefix=$PWD/$prefix ;;
esac
trap at_exit EXIT
cd "$(dirname "$0")"

case $action in
install) do_install ;;
uninstall)
	doing="taking it out of $prefix"
	make_in_prefix uninstall ;;
check)
	provide
	build
	doing='running the tests'
	run make check ;;
demo)
	provide
	build
	doing='running the demonstration'
	run sh tests/demo.sh ;;
esac
doing=
