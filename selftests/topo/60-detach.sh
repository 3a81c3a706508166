#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I11: detach --all leaves nothing of what load, attach and bind made.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"

host_state() {
	on node2 sh -c '
		ip -d -o link; tc qdisc show; tc filter show dev ens3 ingress
		tc filter show dev vm1 ingress; ip neigh show nud permanent
		ip route; ip rule; ethtool -k ens3; ethtool -k vm1
		bpftool net show; sysctl -a --pattern "^net\.(ipv4|core)" 2>/dev/null' |
		sed 's/ state [A-Z]*//'
}
wire_state() { on wire ethtool -k p2; }

for MODE in native tc; do
	net_init
	net_up
	before=$(host_state)
	before_wire=$(wire_state)
	# shellcheck disable=SC2086
	check "$MODE: load, attach and bind" xovn_up $NODES
	expect "$MODE: forwards" "[12]/2 ttl=64" "$(pings vm1 "${VM_IP[vm2]}" -c 2)"
	maps=$(find "$PINS/node2" -type f | while read -r pin; do
		bpftool -j map show pinned "$pin" 2>/dev/null | jq -r '.id // empty'
	done)
	at_least "$MODE: maps are pinned" 10 "$(wc -w <<<"$maps")"
	check "$MODE: detach one VIF" xovn node2 detach vm4
	expect "$MODE: the other one still forwards" "2/2 ttl=64" \
		"$(pings vm1 "${VM_IP[vm2]}" -c 2)"
	check "$MODE: detach --all" xovn node2 detach --all
	expect "I11 $MODE: no pin" "" "$(find "$PINS/node2" ! -type d 2>/dev/null)"
	# shellcheck disable=SC2317 # called by until_true
	gone() { ! bpftool map show id "$1" >/dev/null 2>&1; }
	left=
	for id in $maps; do until_true 20 gone "$id" || left="$left $id"; done
	expect "I11 $MODE: no map left in the kernel" "" "$left"
	expect "I11 $MODE: links, qdiscs, filters, neighbours, routes, offloads, sysctls as before" \
		"" "$(diff <(echo "$before") <(host_state))"
	expect "I11 $MODE: the peer's offloads as before" \
		"" "$(diff <(echo "$before_wire") <(wire_state))"
	check "$MODE: detach --all again is no failure" xovn node2 detach --all
	check "$MODE: and all of it again" xovn_up node2
	expect "$MODE: forwards again" "[12]/2 ttl=64" \
		"$(pings vm1 "${VM_IP[vm2]}" -c 2)"
	net_down
done
finish
