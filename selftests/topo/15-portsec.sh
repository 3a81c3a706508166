#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Port security with a MAC only (ovn-nb(5): eth.src and ARP's sha must be
# it, any IP may), and the counters that explain drops (I4).
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
tutorial
warm
udp="$(ip4_header 001c 0000 11 ac12640a ac126414) 0001 0001 0008 0000"

on vm1 ip addr add 172.18.100.77/24 dev eth0
on vm1 ip addr add 10.77.0.1/32 dev lo
expect "another source IP of the subnet passes" "2/2 ttl=64" \
	"$(pings vm1 "${VM_IP[vm2]}" -c 2 -I 172.18.100.77)"

before=$(drops node2 PORT_SEC_IN)
on vm1 "$TOOLS/sendframe" eth0 -n 5 "02ac10ff0020 02ac10ff0099 0800" "$udp"
expect "I4 a spoofed source MAC is counted PORT_SEC_IN" 5 \
	$(($(drops_are node2 PORT_SEC_IN $((before + 5))) - before))
before=$(drops node2 PORT_SEC_IN)
on vm1 "$TOOLS/sendframe" eth0 "ffffffffffff 02ac10ff0010 0806
	0001 0800 06 04 0001 02ac10ff0099 ac12640a 000000000000 ac126414"
expect "a spoofed ARP sender is counted PORT_SEC_IN" 1 \
	$(($(drops_are node2 PORT_SEC_IN $((before + 1))) - before))

on vm1 ip link set eth0 address 02:ac:10:ff:00:99
on vm1 ip route replace default via 172.18.100.1
expect "a guest with another MAC reaches nobody" "0/2*" \
	"$(pings vm1 172.18.100.1 -c 2 -W 1)"
on vm1 ip link set eth0 address "${VM_MAC[vm1]}"
on vm1 ip route replace default via 172.18.100.1
expect "and with its own again everybody" "2/2 ttl=64" \
	"$(pings vm1 "${VM_IP[vm2]}" -c 2)"

before=$(drops node2 VLAN_TAGGED)
on vm1 "$TOOLS/sendframe" eth0 \
	"02ac10ff0020 02ac10ff0010 8100 0005 0800" "$udp"
expect "a tagged frame is counted VLAN_TAGGED" 1 \
	$(($(drops_are node2 VLAN_TAGGED $((before + 1))) - before))
before=$(drops node2 SRC_MULTICAST)
on vm1 "$TOOLS/sendframe" eth0 "02ac10ff0020 03ac10ff0010 0800" "$udp"
expect "a multicast source is counted SRC_MULTICAST" 1 \
	$(($(drops_are node2 SRC_MULTICAST $((before + 1))) - before))

# I3: Geneve is taken only from known chassis, for known datapaths and
# ports.  From the wire's own address, which is no chassis, and from node1.
geneve() { # SOURCE-IP(hex) VNI(hex) IN(hex) OUT(hex): to node3
	local mac inner
	mac=$(on node3 cat /sys/class/net/ens3/address)
	inner=$(ip4_header 001c 0000 11 ac12640a ac126414)
	on node1 "$TOOLS/sendframe" ens3 "$mac 02000000aaaa 0800" \
		"$(ip4_header 0056 4000 11 "$1" c0a8d170) 8000 17c1 0042 0000" \
		"0240 6558 $2 00 0102 80 01 $3 $4" \
		"02ac10ff0020 02ac10ff0010 0800 $inner 0001 0001 0008 0000"
}
count() { # NAME REASON ARGUMENTS OF geneve
	local before name=$1 reason=$2
	shift 2
	before=$(drops node3 "$reason")
	geneve "$@"
	expect "$name" 1 $(($(drops_are node3 "$reason" $((before + 1))) - before))
}
count "I3 Geneve from an unknown address" TUNNEL_CHASSIS \
	c0a8d163 000001 0001 0002
count "I3 Geneve with an unknown VNI" TUNNEL_VNI \
	c0a8d16e fefefe 0001 0002
expect "and the host still forwards" "2/2 ttl=64" \
	"$(pings vm1 "${VM_IP[vm2]}" -c 2)"
finish
