#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest on a switch that a gateway router of another chassis is attached to
# asks by ARP for what that one answers for: external addresses and VIPs, in
# the guest's network and in none (ovn-northd(8) ls_in_l2_lkup 80).
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"

DMZ_MAC=02:0a:05:00:00:01
VIP=10.5.0.50
ALL_VIP=198.51.100.50 # in no network: neighbor_responder=all
SNAT=10.5.0.40
FIP=10.5.0.41
FAR_FIP=198.51.100.41

MODE=$MODES
tutorial
servers vm1 vm3
nb_server "$DATA/base/nb.db"
# vm2 and vm4, on node3 and node2, move to dmz; gw1 is on node1
nb ls-add dmz -- lrp-add gw1 gw1-dmz $DMZ_MAC 10.5.0.1/24 \
	-- lsp-add dmz dmz-gw1 -- lsp-set-type dmz-gw1 router \
	-- lsp-set-addresses dmz-gw1 $DMZ_MAC \
	-- lsp-set-options dmz-gw1 router-port=gw1-dmz
for vm in vm2 vm4; do
	nb lsp-add dmz dmz-$vm -- lsp-set-addresses dmz-$vm "${VM_MAC[$vm]}" \
		-- lsp-set-options dmz-$vm requested-chassis="${VM_NODE[$vm]}"
done
must "load a switch at gw1, with guests elsewhere" reload_nb
for vm in vm2 vm4; do
	must "unbind $vm" xovn "${VM_NODE[$vm]}" unbind $vm
	must "bind $vm" xovn "${VM_NODE[$vm]}" bind $vm dmz-$vm
	on $vm sh -ec "ip addr flush dev eth0
		ip addr add 10.5.0.1${vm#vm}0/24 dev eth0
		ip route add default via 10.5.0.1"
done
expect "vm2 -> gw1" "2/2 ttl=254" "$(pings vm2 10.5.0.1 -c 2)"
expect "nobody has $VIP yet" nobody "$(arp_answer vm2 $VIP)"

nb lr-nat-add gw1 snat $SNAT 172.18.0.0/16 \
	-- lr-nat-add gw1 dnat_and_snat $FIP "${VM_IP[vm3]}" \
	-- lr-nat-add gw1 dnat $FAR_FIP "${VM_IP[vm3]}" \
	-- lb-add lb1 $VIP:"$PORT" "${VM_IP[vm1]}:$PORT,${VM_IP[vm3]}:$PORT" \
	-- lb-add lb2 $ALL_VIP:"$PORT" "${VM_IP[vm1]}:$PORT" \
	-- set load_balancer lb2 options:neighbor_responder=all \
	-- lb-add lb3 10.5.0.60:"$PORT" "${VM_IP[vm1]}:$PORT" \
	-- set load_balancer lb3 options:neighbor_responder=none \
	-- lb-add lb4 198.51.100.60:"$PORT" "${VM_IP[vm1]}:$PORT" \
	-- lr-lb-add gw1 lb1 -- lr-lb-add gw1 lb2 -- lr-lb-add gw1 lb3 \
	-- lr-lb-add gw1 lb4
must "load NAT and load balancers of gw1" reload_nb
for ip in $SNAT $FIP $FAR_FIP $VIP $ALL_VIP; do
	expect "ARP vm2 for $ip" $DMZ_MAC "$(arp_answer vm2 "$ip")"
done
expect "neighbor_responder=none" nobody "$(arp_answer vm2 10.5.0.60)"
expect "reachable, but in no network" nobody "$(arp_answer vm2 198.51.100.60)"
expect "an address that nobody has" nobody "$(arp_answer vm2 10.5.0.99)"

capture "$DIR/vm2.pcap" vm2 eth0 arp
capture_vm2=$capture_pid
capture "$DIR/vm4.pcap" vm4 eth0 arp
expect "ARP vm2 for $VIP once more" $DMZ_MAC "$(arp_answer vm2 $VIP)"
capture_end
capture_pid=$capture_vm2
capture_end
expect "one answer" 1 "$(tcpdump -nr "$DIR/vm2.pcap" \
	"arp[6:2] = 2" 2>/dev/null | wc -l)"
expect "other guests hear the request, and no answer" "1 0" "$(
	for want in "src host 10.5.0.120" "src host $VIP"; do
		tcpdump -nr "$DIR/vm4.pcap" "arp $want" 2>/dev/null | wc -l
	done | xargs)"

expect "vm2 -> $VIP, 30 connections" "vm1 vm3" "$(answers vm2 $VIP -c 30)"
expect "vm4 -> $VIP" "vm1 vm3" "$(answers vm4 $VIP -c 30)"
expect "vm2 -> $FIP, which is vm3" vm3 "$(answers vm2 $FIP -c 2)"
on vm2 ip route add 198.51.100.0/24 dev eth0
expect "vm2 -> $ALL_VIP, on the link as it knows" vm1 "$(answers vm2 $ALL_VIP -c 2)"
expect "vm2 -> $FAR_FIP, likewise" vm3 "$(answers vm2 $FAR_FIP -c 2)"
servers vm4
expect "vm1 -> vm4 comes from $SNAT" $SNAT "$(ask vm1 10.5.0.140 -c 3 |
	sed 's/.* //; s/:.*//' | sort -u | xargs)"

nb lr-nat-del gw1 dnat_and_snat $FIP -- lr-lb-del gw1 lb1
must "load without them" reload_nb
for ip in $FIP $VIP; do
	expect "gone: ARP vm2 for $ip" nobody "$(arp_answer vm2 "$ip")"
done
expect "ARP vm2 for $SNAT, which stays" $DMZ_MAC "$(arp_answer vm2 $SNAT)"
finish
