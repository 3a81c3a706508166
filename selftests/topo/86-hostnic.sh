#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The localnet NIC is the host's own NIC, too: the host's traffic over it
# is untouched.  Underlay and localnet on one NIC.  A VLAN tag.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
OWN=192.168.209.119

for MODE in $MODES; do
	tutorial
	servers ext vm1 node1
	warm_gateway
	on node1 sh -ec "ip addr add $OWN/32 dev ens9
		ip route add $EXT dev ens9 src $OWN"
	expect "$MODE: ping node1 -> ext over ens9" "2/2 ttl=64" "$(pings node1 "$EXT" -c 2)"
	expect "$MODE: ping ext -> node1's address on ens9" "2/2 ttl=64" \
		"$(pings ext $OWN -c 2 -s 4000)"
	expect "$MODE: ARP ext for it" "$(on node1 cat /sys/class/net/ens9/address)" \
		"$(arp_answer ext $OWN)"
	on node1 ip neigh flush dev ens9
	expect "$MODE: tcp node1 -> ext" "ext $OWN" "$(ask node1 "$EXT" | sed 's/:.*//')"
	expect "$MODE: udp ext -> node1" "node1 $EXT" "$(ask ext $OWN -u | sed 's/:.*//')"
	expect "$MODE: a closed port of node1 refuses, unlike gw1's" refused \
		"$(connect ext tcp $OWN 9999)"
	head -c 5000000 /dev/urandom >"$DIR/file"
	expect "$MODE: 5 MB node1 -> ext" same "$(transfer node1 ext)"
	expect "$MODE: 5 MB ext -> node1" same "$(fetch node1 ext)"
	expect "$MODE: and guests still reach ext" "2/2 ttl=62" "$(pings vm1 "$EXT" -c 2)"
	expect "$MODE: gw1 answers on it" "2/2 ttl=254" "$(pings ext $GW -c 2)"
	net_down

	# ens3 is underlay and localnet
	LOCALNET_IF=ens3
	tutorial
	servers ext vm1 vm3
	warm_gateway
	expect "I7 $MODE: one NIC: vm1 -> ext" "2/2 ttl=62" "$(pings vm1 "$EXT" -c 2)"
	expect "I7 $MODE: one NIC: ext -> vm2" "2/2 ttl=62" \
		"$(pings ext "${VM_IP[vm2]}" -c 2)"
	expect "I7 $MODE: one NIC: ext -> gw1" "2/2 ttl=254" "$(pings ext $GW -c 2)"
	expect "$MODE: one NIC: the host's own ping" "2/2 ttl=64" \
		"$(pings ext "${NODE_IP[node1]}" -c 2)"
	must "$MODE: load SNAT and a load balancer" reload "$DATA/snat-router-lb/nb.db"
	expect "$MODE: one NIC: SNAT" $GW "$(client_seen vm1 "$EXT" -c 3)"
	expect "$MODE: one NIC: VIP" "vm1 vm3" "$(answers ext 192.168.209.55 -c 30)"
	head -c 5000000 /dev/urandom >"$DIR/file"
	expect "$MODE: one NIC: 5 MB vm1 -> ext" same "$(transfer vm1 ext)"
	expect "$MODE: one NIC: 5 MB ext -> vm1" same "$(fetch vm1 ext)"
	check "$MODE: one NIC: detach" xovn node1 detach ens3
	expect "$MODE: one NIC: and nothing is forwarded any more" "0/1*" \
		"$(pings vm1 "$EXT" -c 1 -W 1)"
	net_down
	LOCALNET_IF=ens9
done
finish
