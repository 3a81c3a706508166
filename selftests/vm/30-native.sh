#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# NICs whose driver refuses native XDP: --mode native is refused in a line,
# with nothing changed and never the kernel's generic XDP; auto takes tc and
# says why.
# shellcheck source=selftests/vm/nics.sh
. "$(dirname "$0")/nics.sh"

state() {
	on node1 sh -c 'ip -d -o link show ens3; tc qdisc show dev ens3
		tc filter show dev ens3 ingress; ethtool -k ens3'
	find "$PINS/node1" ! -type d | sort
	xovn node1 show --json | jq -S 'del(.. | .counters?, .drops?, .age?)'
}

# try NAME TEXT: node1's ens3 is that, and the kernel says so
try() {
	local before
	on node1 ip addr add "${NODE_IP[node1]}/19" dev ens3
	xovn node1 load --nb "$NB" --chassis node1 --placement "$PLACEMENT" \
		>"$DIR/load" 2>&1 || fail "$1: load" "$(cat "$DIR/load")"
	before=$(state)
	refused "$1: --mode native is refused" \
		"xovn: attach: ens3: no native XDP here: *[(]$2[)]; use --mode tc" \
		xovn node1 attach ens3 --underlay --mode native
	expect "$1: nothing changed" "" "$(diff <(echo "$before") <(state))"
	expect "$1: auto takes tc and says why" \
		"xovn: attach: ens3: underlay, mode tc (auto: ens3: no native XDP here: *[(]$2[)]*" \
		"$(xovn node1 attach ens3 --underlay 2>&1 | grep -v '^xovn: warning')"
	expect "$1: no XDP, generic neither" 0 \
		"$(on node1 ip -j link show ens3 | jq -r '.[0].xdp.mode // 0')"
	check "$1: detach --all" xovn node1 detach --all
	nics_back
}

net_init
ns_add node1
on node1 ip link add ens3 type dummy
on node1 ip link set ens3 up
try "dummy, which has no XDP" "Underlying driver does not support XDP*"

net_init
ns_add node1
nic_move 5 node1 ens3
try "e1000e, which has no XDP" "Underlying driver does not support XDP*"

# with an MTU of 9000 virtio-net takes XDP since Linux 6.3
if [ "$(printf '%s\n' 6.3 "$(uname -r)" | sort -V | head -n 1)" = 6.3 ]; then
	skip "virtio-net with an MTU of 9000" "this kernel's takes native XDP"
	finish
fi
net_init
ns_add node1
nic_move 6 node1 ens3
on node1 ip link set ens3 mtu 9000
# the driver of 6.1 says its name first
try "virtio-net with an MTU of 9000" "*MTU too large to enable XDP*"
finish
