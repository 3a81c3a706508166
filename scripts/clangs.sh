#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Fetches the clangs that Debian 12 and 13 carry: of each the oldest, the
# default and the newest, with the bpftool and the headers of libbpf that come
# with them.  They are unpacked into a cache, not installed, by an apt that
# knows nothing of this machine's packages.
# usage: clangs.sh [DIRECTORY]    default: ~/.cache/xovn/clang; prints a line
#                                 for each: DEBIAN VERSION DIRECTORY, in
#                                 which bin/clang-VERSION and bin/bpftool are
set -eu
dir=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/xovn/clang}
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org}
KEYS=/usr/share/keyrings/debian-archive-keyring.gpg
RELEASES="12:bookworm 13:trixie"

fail() {
	echo "clangs.sh: $*" >&2
	exit 1
}

for tool in apt-get dpkg-deb; do
	command -v $tool >/dev/null ||
		fail "no $tool here; it takes Debian's packages apart"
done
[ -r $KEYS ] || fail "no $KEYS; install the package debian-archive-keyring"

# apt_state DIRECTORY SUITE: lists and downloads of their own
apt_state() {
	mkdir -p "$1/lists/partial" "$1/archives/partial"
	: >"$1/status"
	for line in "debian $2" "debian $2-updates" \
		"debian-security $2-security"; do
		echo "deb [signed-by=$KEYS] $MIRROR/$line main"
	done >"$1/sources.list"
	cat >"$1/apt.conf" <<-EOF
		Dir::Etc::sourcelist "$1/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State::lists "$1/lists";
		Dir::State::status "$1/status";
		Dir::Cache "$1";
		Dir::Cache::archives "$1/archives";
		APT::Sandbox::User "root";
		APT::Install-Recommends "false";
	EOF
	# an empty status file knows no package, so that all that a compiler
	# needs is fetched, down to the C library
	APT_CONFIG=$1/apt.conf
	export APT_CONFIG
}

# The versions that the suite has: oldest, default, newest.
versions() {
	{
		apt-cache search -n '^clang-[0-9]+$' | sed 's/^clang-\([0-9]*\) .*/\1/' |
			sort -n | sed -n '1p;$p'
		apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p'
	} | sort -nu
}

# program ROOT FILE [ARGUMENT...]: a script that runs FILE of ROOT with the
# C library that is there, on this machine's kernel and files.
program() {
	root=$1 file=$2
	shift 2
	loader=$(find "$root/lib64" "$root/usr/lib64" "$root/lib" \
		"$root/usr/lib" -name 'ld-linux*.so.*' 2>/dev/null | head -n 1)
	libs=$(find "$root/lib" "$root/usr/lib" -name '*.so.*' \
		-printf '%h\n' 2>/dev/null | sort -u | paste -s -d :)
	echo '#!/bin/sh'
	echo "exec $loader --library-path $libs $root/$file $* \"\$@\""
}

unpack() {
	state=$1 root=$2
	shift 2
	wanted="libbpf-dev bpftool"
	for v; do
		wanted="$wanted clang-$v"
	done
	[ "$(cat "$root/wanted" 2>/dev/null)" != "$wanted" ] || return 0
	echo "clangs.sh: unpacking $wanted into $root" >&2
	rm -rf "$root"
	mkdir -p "$root/bin"
	# shellcheck disable=SC2086 # a list
	apt-get -qq -y -d install $wanted >&2 ||
		fail "apt-get could not download $wanted; its reason is above"
	for deb in "$state"/archives/*.deb; do
		dpkg-deb -x "$deb" "$root"
	done
	rm -f "$state"/archives/*.deb
	for v; do
		own=$(find "$root/usr/lib/llvm-$v/lib/clang/" -name include \
			2>/dev/null | head -n 1)
		[ -n "$own" ] || fail "clang-$v has no headers of its own"
		program "$root" "usr/lib/llvm-$v/bin/clang" "--sysroot=$root" \
			"-resource-dir=${own%/include}" >"$root/bin/clang-$v"
	done
	program "$root" usr/sbin/bpftool >"$root/bin/bpftool"
	chmod +x "$root"/bin/*
	echo "$wanted" >"$root/wanted"
}

for release in $RELEASES; do
	suite=${release#*:}
	apt_state "$dir/$suite.apt" "$suite"
	apt-get -qq update >&2 ||
		echo "clangs.sh: no new package lists of $suite, old ones serve" >&2
	list=$(versions)
	[ -n "$list" ] || fail "$MIRROR has no clang for $suite"
	# shellcheck disable=SC2086 # a list
	unpack "$dir/$suite.apt" "$dir/$suite" $list
	for v in $list; do
		echo "${release%:*} $v $dir/$suite"
	done
done
