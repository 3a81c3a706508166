#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tutorial typed into three live hosts.  The last letters of the name
# say which of node1, node2, node3 run xovn and which stock OVN: each mixture
# is a link to this file.  node1 is the gateway.
# shellcheck source=selftests/topo/live.sh
. "$(dirname "$0")/live.sh"
# shellcheck source=selftests/topo/typed.sh
. "$(dirname "$0")/typed.sh"

mixture=$(basename "$0" .sh)
mixture=${mixture##*-}
for ((i = 0; i < 3; i++)); do
	kind=stock
	[ "${mixture:i:1}" = s ] || kind=xovn
	KINDS+=" node$((i + 1))=$kind"
	[[ " $LIVE_READY " == *" $kind "* ]] || {
		skip "$mixture" "no hosts of kind $kind yet"
		finish
	}
done

typed_section() {
	echo "# section $1: $2"
}

typed_print() {
	printf '%s\n' "$1" >>"$DIR/session"
}

verdict() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "tutorial: $2"$'\n'"here:     $3"
	fi
}

net_init
live_up
type_tutorial
[ "$failures" = 0 ] || live_logs
finish
