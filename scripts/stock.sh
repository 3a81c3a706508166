#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Fetches the stock daemons that live tests run beside xovn: Debian's
# ovn-northd, ovn-controller, ovs-vswitchd, and ovs-vsctl and the database
# schemas that come with them.  The packages are unpacked, not installed,
# since installing them would start services on this machine.
# usage: stock.sh [DIRECTORY]    default: build/stock; leaves DIRECTORY/bin
#                                and DIRECTORY/schema
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-$top/build/stock}
PACKAGES="ovn-central ovn-host openvswitch-switch"
PROGRAMS="ovn-northd ovn-controller ovs-vswitchd ovs-vsctl"

fail() {
	echo "stock.sh: $*" >&2
	exit 1
}

release=$(cat /etc/debian_version 2>/dev/null) ||
	fail "not a Debian system; put $PROGRAMS into $dir/bin" \
		"and the *.ovsschema files into $dir/schema"
[ "$(cat "$dir/release" 2>/dev/null)" != "$release" ] || exit 0

rm -rf "$dir"
mkdir -p "$dir/bin" "$dir/schema" "$dir/root"
cd "$dir"
fetch() {
	# shellcheck disable=SC2086
	apt-get -qq -o APT::Sandbox::User=root download $PACKAGES
}
echo "stock.sh: unpacking $PACKAGES into $dir"
if ! fetch 2>/dev/null; then
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq
	fetch || fail "apt-get could not download $PACKAGES; its reason is above"
fi
for deb in *.deb; do
	dpkg-deb -x "$deb" root
done
rm -f ./*.deb

for program in $PROGRAMS; do
	# /usr/sbin/ovs-vswitchd is a link that alternatives would make
	file=$(find root -type f -name "$program" -perm -100 ! -path '*/doc/*' |
		head -n 1)
	[ -n "$file" ] || fail "$PACKAGES hold no $program"
	missing=$(ldd "$file" | awk '/not found/ { print $1 }' | xargs)
	[ -z "$missing" ] || fail "$program needs $missing; install the" \
		"packages with: scripts/deps.sh stock"
	ln -s "../$file" "bin/$program"
done
find root -name '*.ovsschema' -exec cp {} schema \;
for schema in ovn-nb ovn-sb vswitch; do
	[ -f "schema/$schema.ovsschema" ] ||
		fail "$PACKAGES hold no $schema.ovsschema"
done
echo "$release" >release
