#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Fetches Debian packages and unpacks them, for programs whose installation
# would start services on this machine.  Leaves DIRECTORY/bin, links to the
# programs, and DIRECTORY/root; does nothing where they are of this release.
# usage: unpack.sh DIRECTORY "PACKAGE..." "PROGRAM..." [HINT]
set -eu
dir=$1
packages=$2
programs=$3
hint=${4:-}

fail() {
	echo "unpack.sh: $*" >&2
	exit 1
}

release=$(cat /etc/debian_version 2>/dev/null) ||
	fail "not a Debian system; put $programs into $dir/bin"
[ "$(cat "$dir/release" 2>/dev/null)" != "$release" ] || exit 0

rm -rf "$dir"
mkdir -p "$dir/bin" "$dir/root"
cd "$dir"
fetch() {
	# shellcheck disable=SC2086
	apt-get -qq -o APT::Sandbox::User=root download $packages
}
echo "unpack.sh: unpacking $packages into $dir"
if ! fetch 2>/dev/null; then
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq
	fetch || fail "apt-get could not download $packages; its reason is above"
fi
for deb in *.deb; do
	dpkg-deb -x "$deb" root
done
rm -f ./*.deb

for program in $programs; do
	# /usr/sbin/ovs-vswitchd is a link that alternatives would make
	file=$(find root -type f -name "$program" -perm -100 ! -path '*/doc/*' \
		! -path 'root/etc/*' | head -n 1)
	[ -n "$file" ] || fail "$packages hold no $program"
	missing=$(ldd "$file" 2>/dev/null | awk '/not found/ { print $1 }' | xargs)
	[ -z "$missing" ] || fail "$program needs $missing${hint:+; $hint}"
	ln -s "../$file" "bin/$program"
done
echo "$release" >release
