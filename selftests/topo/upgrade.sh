# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Upgrades under traffic: this xovn, and those of selftests/upgrade-variants.

# shellcheck source=selftests/topo/traffic.sh
. "$(dirname "${BASH_SOURCE[0]}")/traffic.sh"
SAME=$TOP/build/upgrade/same/build/xovn
LAYOUT=$TOP/build/upgrade/layout/build/xovn

if [ ! -x "$SAME" ] || [ ! -x "$LAYOUT" ]; then
	die "no other versions to upgrade to; make build-upgrade"
fi

# load_by XOVN HOST: what it said, "failed" last where it failed.
load_by() {
	local XOVN=$1
	load "$2" "$NB" 2>&1 || echo failed
}

# upgrade XOVN: all hosts, one after the other.
upgrade() {
	local node
	for node in $NODES; do
		load_by "$1" "$node"
	done
}
