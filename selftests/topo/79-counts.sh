#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What was sent is what was counted, to the packet: by port, tunnel, route,
# NAT rule and VIP.
# shellcheck source=selftests/topo/counts.sh
. "$(dirname "$0")/counts.sh"
VIP=192.168.209.55

route_sample() { # ROUTER PREFIX NEXTHOP PORT
	echo "xovn_route_packets_total{router=\"$1\",prefix=\"$2\",policy=\"dst-ip\",table=\"0\",nexthop=\"$3\",port=\"$4\"}"
}

nat_sample() { # "packets DIRECTION" or connections
	local labels='router="gw1",type="snat",external_ip="192.168.209.120",logical_ip="172.18.0.0/16"'
	echo "xovn_nat_${1}_total{$labels${2:+,direction=\"$2\"}}"
}

# vip_changed packets|connections [DIRECTION]: of the one VIP
vip_changed() {
	local file
	for file in before after; do
		awk -v d="${2:+direction=\"$2\"}" -v f="xovn_vip_$1_total{" '
			index($0, f) == 1 && (d == "" || index($0, d)) { n += $NF }
			END { print n + 0 }' "$DIR/$file.node1"
	done | awk 'NR == 1 { b = $1 } NR == 2 { print $1 - b }'
}

# shellcheck disable=SC2317 # called by until_true
nobody_talks() { # WHERE...: no connection waits for its last segments
	local where
	for where; do
		[ -z "$(on "$where" ss -Htn state connected exclude time-wait)" ] || return 1
	done
}

for MODE in $MODES; do
	tutorial
	servers ext vm1 vm3
	must "$MODE: load snat-router-lb" reload "$DATA/snat-router-lb/nb.db"
	warm_gateway
	pings ext $VIP -c 2 >/dev/null
	quiet

	# a switch, two hosts; frames of 14 + 20 + 8 + 100 bytes
	snapshot before
	expect "$MODE: vm1 -> vm2" "5/5 ttl=64" \
		"$(pings vm1 "${VM_IP[vm2]}" -c 5 -s 100)"
	snapshot after
	for row in "node2 ls1-vm1" "node3 ls1-vm2"; do
		read -r node port <<<"$row"
		for dir in in out; do
			counted "$MODE: packets $dir at $port" 5 "$node" \
				"$(port_sample packets "$port" ls1 $dir)"
			counted "$MODE: bytes" 710 "$node" \
				"$(port_sample bytes "$port" ls1 $dir)"
		done
	done
	for dir in tx rx; do
		counted "$MODE: $dir of node2's tunnel to node3" 5 node2 \
			"$(tunnel_sample packets node3 $dir)"
		counted "$MODE: without outer headers" 710 node2 \
			"$(tunnel_sample bytes node3 $dir)"
		counted "$MODE: node1 has no part in it" 0 node1 \
			"$(tunnel_sample packets node3 $dir)"
	done
	counted "$MODE: no router has" 0 node2 'xovn_router_packets_total{router="router1"}'

	# routed: each host routes what its guests send
	snapshot before
	expect "$MODE: vm1 -> vm3" "4/4 ttl=63" "$(pings vm1 "${VM_IP[vm3]}" -c 4)"
	snapshot after
	counted "$MODE: requests on node2's route" 4 node2 \
		"$(route_sample router1 172.18.200.0/24 "" router1-ls2)"
	counted "$MODE: answers on node3's" 4 node3 \
		"$(route_sample router1 172.18.100.0/24 "" router1-ls1)"
	counted "$MODE: and on no other" 4 node2 \
		'xovn_router_packets_total{router="router1"}'

	# SNAT: one connection of three packets, three of one, and answers
	snapshot before
	expect "$MODE: vm1 -> ext" "3/3 ttl=62" "$(pings vm1 "$EXT" -c 3)"
	expect "$MODE: three datagrams" 3 "$(ask vm1 "$EXT" -u -t 1 -c 3 | grep -c '^ext ')"
	snapshot after
	for dir in orig reply; do
		counted "$MODE: the SNAT rule, $dir" 6 node1 "$(nat_sample packets $dir)"
	done
	counted "$MODE: connections" 4 node1 "$(nat_sample connections)"
	counted "$MODE: gw1's route to ext" 6 node1 \
		"$(route_sample gw1 192.168.192.0/19 "" gw1-outside)"
	counted "$MODE: and back" 6 node1 \
		"$(route_sample gw1 172.18.0.0/16 172.19.255.2 gw1-ls3)"
	counted "$MODE: router1's default route" 6 node2 \
		"$(route_sample router1 0.0.0.0/0 172.19.255.1 router1-ls3)"
	for dir in in out; do
		counted "$MODE: the localnet port, $dir" 6 node1 \
			"$(port_sample packets outside-localnet outside $dir)"
	done

	# a VIP, from outside
	snapshot before
	expect "$MODE: four datagrams to the VIP" 4 \
		"$(ask ext $VIP -u -t 1 -c 4 | grep -c '^vm')"
	snapshot after
	for dir in orig reply; do
		expect "$MODE: the VIP counts them, $dir" 4 "$(vip_changed packets $dir)"
	done
	expect "$MODE: and their connections" 4 "$(vip_changed connections)"
	counted "$MODE: the SNAT rule has no part in it" 0 node1 \
		"$(nat_sample packets orig)"
	capture "$DIR/ext.pcap" ext eth0 tcp
	snapshot before
	expect "$MODE: three connections to the VIP" 3 "$(ask ext $VIP -c 3 | grep -c '^vm')"
	until_true 20 nobody_talks ext vm1 vm3
	capture_end
	snapshot after
	expect "$MODE: the VIP counts connections" 3 "$(vip_changed connections)"
	for dir in "orig src" "reply dst"; do
		expect "$MODE: and the segments that ext saw, ${dir% *}" \
			"$(tcpdump -n -r "$DIR/ext.pcap" "${dir#* }" host "$EXT" 2>/dev/null | wc -l)" \
			"$(vip_changed packets "${dir% *}")"
	done
	net_down
done
finish
