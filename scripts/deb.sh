#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the Debian package of this tree for the suite that it runs on, in
# build/deb.  The same tree gives the same package, wherever and whenever it
# is built: times are the changelog's, paths are not in it.
# usage: deb.sh [DIRECTORY]    where to build, instead of build/deb
set -euo pipefail
umask 022 # whatever the caller has: it would be in the package
cd "$(dirname "$0")/.."

version=$(cat VERSION)
out=${1:-build/deb}
tree=$out/xovn-$version
logged=$(sed -n '1s/^xovn (\(.*\)) .*/\1/p' scripts/debian/changelog)
if [ "$logged" != "$version" ]; then
	echo "deb.sh: VERSION is $version, the first entry of" \
		"scripts/debian/changelog is of $logged; add one" >&2
	exit 1
fi

rm -rf "$out"
mkdir -p "$tree"
# not selftests/: the package has no use for them
cp -r Makefile README.md LICENSE VERSION vmlinux.h bpf doc include loader maps \
	"$tree"
mkdir "$tree/scripts" "$tree/selftests"
cp scripts/manpage.sh "$tree/scripts"
cp -r scripts/debian "$tree/debian"

# Suites have libraries of their own: their packages sort as the suites do.
release=$(. /etc/os-release && echo "${VERSION_ID:-}")
[ -z "$release" ] || sed -i "1s/($version)/($version~deb$release)/" "$tree/debian/changelog"

export SOURCE_DATE_EPOCH DEB_BUILD_OPTIONS=${DEB_BUILD_OPTIONS:-parallel=$(nproc)}
SOURCE_DATE_EPOCH=$(cd "$tree" && dpkg-parsechangelog -S Timestamp)
(cd "$tree" && dpkg-buildpackage --build=binary --no-sign) >"$out/log" 2>&1 || {
	tail -n 40 "$out/log" >&2
	echo "deb.sh: the build failed; all of it is in $out/log" >&2
	exit 1
}
for deb in "$out"/*.deb; do
	echo "  DEB $deb"
done
