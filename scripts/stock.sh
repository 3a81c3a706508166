#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Fetches the stock daemons that live tests run beside xovn: Debian's
# ovn-northd, ovn-controller, ovs-vswitchd, and ovs-vsctl and the database
# schemas that come with them, unpacked and not installed.
# usage: stock.sh [DIRECTORY]    default: build/stock; leaves DIRECTORY/bin
#                                and DIRECTORY/schema
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-$top/build/stock}
PACKAGES="ovn-central ovn-host openvswitch-switch"
PROGRAMS="ovn-northd ovn-controller ovs-vswitchd ovs-vsctl"

sh "$top/scripts/unpack.sh" "$dir" "$PACKAGES" "$PROGRAMS" \
	"install the packages with: scripts/deps.sh stock"
cd "$dir"
for schema in ovn-nb ovn-sb vswitch; do
	[ ! -f "schema/$schema.ovsschema" ] || continue
	mkdir -p schema
	find root -name "$schema.ovsschema" -exec cp {} schema \;
	if [ ! -f "schema/$schema.ovsschema" ]; then
		rm -f release
		echo "stock.sh: $PACKAGES hold no $schema.ovsschema" >&2
		exit 1
	fi
done
