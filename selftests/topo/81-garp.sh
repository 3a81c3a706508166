#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a gateway announces on the physical network, and that the process
# which repeats it ends.  Neighbours outside age where the NB says so.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"

announced() { # FILE IP: how often so far
	tcpdump -nr "$1" "arp and arp[14:4] = arp[24:4]" 2>/dev/null |
		grep -c "Request who-has $2 .*tell $2,"
}
# shellcheck disable=SC2317 # called by until_true
announced_twice() { [ "$(announced "$1" "$2")" -ge 2 ]; }
# shellcheck disable=SC2317 # called by until_true
nothing_runs() { [ -z "$(ip netns pids "$NET-node1")" ]; }

for MODE in tc native; do
	net_init
	net_up
	capture "$DIR/attach.pcap" ext eth0 arp
	# shellcheck disable=SC2086
	must "$MODE: load, attach and bind" xovn_up $NODES
	check "$MODE: attach announces gw1's address again and again" \
		until_true 17 announced_twice "$DIR/attach.pcap" "$GW"
	capture_end
	expect "$MODE: as an ARP request to all, from gw1's port" yes "$(
		tshark -n -r "$DIR/attach.pcap" -Y "arp.src.proto_ipv4 == $GW && arp.dst.proto_ipv4 == $GW" \
			-T fields -E separator=' ' -e eth.dst -e eth.src -e arp.opcode \
			-e arp.src.hw_mac -e arp.dst.hw_mac 2>/dev/null | sort -u |
			grep -qx "ff:ff:ff:ff:ff:ff 02:0a:7f:18:01:02 1 02:0a:7f:18:01:02 00:00:00:00:00:00" &&
			echo yes)"
	expect "$MODE: nothing else is announced" 0 "$(tcpdump -nr "$DIR/attach.pcap" \
		"arp and arp[14:4] = arp[24:4] and not host $GW" 2>/dev/null | wc -l)"
	net_down
done

MODE=tc
tutorial
warm_gateway
nb_server "$DATA/snat-router-lb/nb.db"
nb lr-nat-add gw1 dnat_and_snat 192.168.209.121 "${VM_IP[vm2]}"
nb set logical_switch_port outside-gw1 options:nat-addresses=router
# attach has said all it has to say
check "announcements end" until_true 20 nothing_runs
capture "$DIR/load.pcap" ext eth0 arp
check "load with NAT and a load balancer" reload_nb
for ip in 192.168.209.121 192.168.209.55; do
	check "load announces $ip, which is new," until_true 17 announced_twice "$DIR/load.pcap" "$ip"
done
capture_end
expect "and not again what was there" 0 "$(announced "$DIR/load.pcap" $GW)"
nb set logical_switch_port outside-gw1 options:exclude-lb-vips-from-garp=true
check "load with exclude-lb-vips-from-garp" reload_nb
check "detach ens9" xovn node1 detach ens9
capture "$DIR/exclude.pcap" ext eth0 arp
check "attach ens9" xovn node1 attach ens9 --localnet phyNet --mode $MODE
check "announces 192.168.209.121" until_true 17 announced_twice "$DIR/exclude.pcap" 192.168.209.121
capture_end
expect "and not the VIP" 0 "$(announced "$DIR/exclude.pcap" 192.168.209.55)"

# a neighbour that moves its MAC in silence: asked again after its age
nb set logical_router gw1 options:mac_binding_age_threshold=2
check "load with mac_binding_age_threshold" reload_nb
expect "vm1 -> ext" "[12]/2 ttl=62" "$(pings vm1 "$EXT" -c 2)"
on ext ip link set eth0 address 02:0a:7f:18:01:98
check "a neighbour that moved in silence is found after its age" \
	until_true 15 on vm1 ping -q -c 1 -W 1 "$EXT"

check "detach --all" xovn node1 detach --all
check "no process of ours is left" until_true 20 nothing_runs
finish
