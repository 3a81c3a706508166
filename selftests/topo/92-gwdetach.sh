#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I11: detach leaves nothing of a gateway, and no process.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"

# shellcheck disable=SC2317 # called by until_true
nothing_runs() { [ -z "$(ip netns pids "$NET-node1")" ]; }

host_state() {
	on node1 sh -c '
		ip -d -o link; tc qdisc show; tc filter show dev ens9 ingress
		tc filter show dev ens3 ingress; ip neigh show nud permanent
		ip route; ip rule; ethtool -k ens3; ethtool -k ens9
		bpftool net show; sysctl -a --pattern "^net\.(ipv4|core)" 2>/dev/null' |
		sed 's/ state [A-Z]*//'
}
wire_state() { on wire sh -c 'ethtool -k p1; ethtool -k p9'; }

for MODE in $MODES; do
	net_init
	net_up
	before=$(host_state)
	before_wire=$(wire_state)
	NB=$DATA/snat-router-lb/nb.db
	# shellcheck disable=SC2086
	check "$MODE: load, attach and bind" xovn_up $NODES
	expect "$MODE: forwards" "[123]/3 ttl=62" "$(pings vm1 "$EXT" -c 3)"
	check "$MODE: detach ens9" xovn node1 detach ens9
	expect "$MODE: nothing goes out any more" "0/1*" "$(pings vm1 "$EXT" -c 1 -W 1)"
	expect "$MODE: the underlay goes on" "[12]/2 ttl=253" \
		"$(pings vm1 172.19.255.1 -c 2)"
	check "$MODE: attach ens9 again" xovn node1 attach ens9 --localnet phyNet \
		--mode "$MODE"
	expect "$MODE: forwards again" "[123]/3 ttl=62" "$(pings vm1 "$EXT" -c 3)"
	maps=$(find "$PINS/node1" -type f | while read -r pin; do
		bpftool -j map show pinned "$pin" 2>/dev/null | jq -r '.id // empty'
	done)
	at_least "$MODE: maps are pinned" 20 "$(wc -w <<<"$maps")"
	check "$MODE: detach --all" xovn node1 detach --all
	expect "I11 $MODE: no pin" "" "$(find "$PINS/node1" ! -type d 2>/dev/null)"
	check "I11 $MODE: no process" until_true 20 nothing_runs
	# shellcheck disable=SC2317 # called by until_true
	gone() { ! bpftool map show id "$1" >/dev/null 2>&1; }
	left=
	for id in $maps; do until_true 20 gone "$id" || left="$left $id"; done
	expect "I11 $MODE: no map left in the kernel" "" "$left"
	expect "I11 $MODE: links, qdiscs, filters, neighbours, routes, offloads, sysctls as before" \
		"" "$(diff <(echo "$before") <(host_state))"
	expect "I11 $MODE: the peers' offloads as before" \
		"" "$(diff <(echo "$before_wire") <(wire_state))"
	net_down
done
finish
