#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I6: guests with an MTU of 1500 on an underlay of 1500: 1442 fit.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
GUEST_MTU=1500
tutorial
warm

expect "1442 bytes fit, ls1" "2/2 ttl=64" \
	"$(pings vm1 "${VM_IP[vm2]}" -c 2 -M 'do' -s 1414)"
expect "1442 bytes fit, routed" "2/2 ttl=63" \
	"$(pings vm3 "${VM_IP[vm1]}" -c 2 -M 'do' -s 1414)"
expect "I6 1443 bytes do not, ls1" \
	"0/1*Frag needed and DF set (mtu = 1442)*" \
	"$(pings vm2 "${VM_IP[vm1]}" -c 1 -M 'do' -s 1415)"
expect "I6 1500 bytes, routed: from the guest's router port" \
	"0/1; 172.18.200.1 *Frag needed and DF set (mtu = 1442)*" \
	"$(pings vm3 "${VM_IP[vm1]}" -c 1 -M 'do' -s 1472)"
# within a switch from the destination, as the kernel's own tunnels do
# (iptunnel_pmtud_build_icmp())
expect "I6 1500 bytes, ls1: from the destination" \
	"0/1; 172.18.100.20 *Frag needed and DF set (mtu = 1442)*" \
	"$(pings vm1 "${VM_IP[vm2]}" -c 1 -M 'do' -s 1472)"
expect "on one host 1500 bytes fit" "2/2 ttl=63" \
	"$(pings vm1 "${VM_IP[vm4]}" -c 2 -M 'do' -s 1472)"
before=$(drops node2 TOO_BIG)
expect "1500 bytes without DF are dropped" "0/1*" \
	"$(pings vm4 "${VM_IP[vm3]}" -c 1 -M dont -s 1472 -W 1)"
expect "I4 and counted" 1 $(($(drops node2 TOO_BIG) - before))

for vm in $VMS; do on "$vm" ip route flush cache; done
at_least "TCP of 1500-byte guests, ls1, by path MTU discovery, Mb/s" 50 \
	"$(iperf vm1 vm2 -t 1)"
for vm in $VMS; do on "$vm" ip route flush cache; done
at_least "the same routed, Mb/s" 50 "$(iperf vm3 vm1 -t 1)"
segmenting_wire
for vm in $VMS; do on "$vm" ip route flush cache; done
at_least "the same with segments on the wire, Mb/s" 20 "$(iperf vm2 vm1 -t 1)"
finish
