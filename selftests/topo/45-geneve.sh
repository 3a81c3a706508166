#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own Geneve device as the other chassis: its decapsulation and
# flower's match on OVN's option take what xovn sends, and xovn takes what
# the device sends, with segmentation offload in both directions.

# check calls functions
# shellcheck disable=SC2317
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"

# key MAP NAME FIELD: a tunnel key
key() {
	bpftool -j map dump pinned "$PINS/node2/$1" | jq -r --arg n "$2" \
		".[] | .formatted // . | select(.value.name == \$n) | .key.$3"
}

# option IN OUT: OVN's Geneve option as tc has it
option() {
	printf '0102:80:%04x%04x' "$1" "$2"
}

# vm2's host, without xovn: what vm2 sends goes to vm1, or to its switch's
# flood group; what comes for either from node2 goes to vm2.
kernel_host() {
	on node3 sh -ec "
		ip link add gnv0 type geneve external
		ip link set gnv0 up
		tc qdisc add dev gnv0 clsact
		tc qdisc add dev vm2 clsact"
	send() { # DESTINATION-MAC[/MASK] OUT-KEY PRIORITY
		on node3 tc filter add dev vm2 ingress protocol all prio "$3" \
			flower dst_mac "$1" \
			action tunnel_key set src_ip "${NODE_IP[node3]}" \
			dst_ip "${NODE_IP[node2]}" id "$ls1" dst_port 6081 \
			geneve_opts "$(option "$vm2" "$2")" csum ttl 64 \
			action mirred egress redirect dev gnv0
	}
	take() { # OUT-KEY PRIORITY
		on node3 tc filter add dev gnv0 ingress protocol all prio "$2" \
			flower enc_key_id "$ls1" enc_src_ip "${NODE_IP[node2]}" \
			enc_dst_ip "${NODE_IP[node3]}" \
			geneve_opts "$(option "$vm1" "$1")" \
			action tunnel_key unset action mirred egress redirect dev vm2
	}
	send 01:00:00:00:00:00/01:00:00:00:00:00 0x8000 1 &&
		send "${VM_MAC[vm1]}" "$vm1" 2 && take "$vm2" 1 && take 0x8000 2
}

# taken: packets by which of the device's two filters
taken() {
	on node3 tc -s -j filter show dev gnv0 ingress |
		jq "[.[] | select(.pref == $1) | .options.actions[]? |
			select(.kind == \"mirred\") | .stats.packets] | add // 0"
}

# What a NIC does: finished checksums, segments before the wire (net.sh,
# native_wire).
native_ends() {
	local node
	for node in node2 node3; do
		on "$node" ethtool -K ens3 tx off tso off >/dev/null 2>&1
	done
	on wire ethtool -K p2 gro on tx off txvlan off >/dev/null 2>&1
	on wire tc qdisc replace dev p2 root pfifo limit 2000
}

modprobe -q geneve 2>/dev/null
for MODE in tc native; do
	net_init
	net_up
	if ! on node3 ip link add gnv0 type geneve external 2>/dev/null; then
		skip "xovn and the kernel's Geneve" "this kernel has no Geneve device"
		finish
	fi
	on node3 ip link del gnv0
	check "$MODE: xovn on node2" xovn_up node2
	[ "$MODE" != native ] || native_ends
	ls1=$(key datapath ls1 datapath)
	vm1=$(key port ls1-vm1 port) vm2=$(key port ls1-vm2 port)
	check "$MODE: the kernel's Geneve on node3" kernel_host
	expect "$MODE: vm1 -> vm2" "[23]/3 ttl=64" "$(pings vm1 "${VM_IP[vm2]}" -c 3)"
	expect "$MODE: vm2 -> vm1" "3/3 ttl=64" "$(pings vm2 "${VM_IP[vm1]}" -c 3)"
	at_least "$MODE: taken by OVN's unicast keys" 5 "$(taken 1)"
	on vm1 ip neigh flush dev eth0
	pings vm1 "${VM_IP[vm2]}" -c 1 >/dev/null
	at_least "$MODE: taken by the flood group's key" 1 "$(taken 2)"
	head -c 5000000 /dev/urandom >"$DIR/file"
	for pair in "vm1 vm2" "vm2 vm1"; do
		read -r from to <<<"$pair"
		expect "$MODE: 5 MB by TCP $from -> $to arrive as sent" same \
			"$(transfer "$from" "$to")"
	done
	# a segment whose checksum was wrong would be sent again, and arrive
	expect "$MODE: no bad TCP checksum at vm1" 0 "$(bad_checksums vm1)"
	expect "$MODE: no bad TCP checksum at vm2" 0 "$(bad_checksums vm2)"
	net_down
done
finish
