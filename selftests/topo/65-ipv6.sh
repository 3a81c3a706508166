#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# IPv6 inside a switch: neighbour discovery floods, unicast is switched.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
tutorial
for vm in $VMS; do
	on "$vm" sh -c "
		echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
		echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6
		ip addr add fd00::${vm#vm}/64 dev eth0 nodad"
done
lla() { on "$1" ip -j -6 addr show dev eth0 scope link | jq -r '[.[].addr_info[]?.local | select(.)][0]'; }
expect "ping6 vm1 -> vm2, unique local" "3/3 ttl=64" "$(pings vm1 fd00::2 -c 3)"
expect "ping6 vm1 -> vm2, link local" "3/3 ttl=64" "$(pings vm1 "$(lla vm2)%eth0" -c 3)"
expect "ping6 vm3 -> vm4" "3/3 ttl=64" "$(pings vm3 fd00::4 -c 3 -s 1394)"
expect "ping6 vm1 -> vm3, another switch" "0/1*" "$(pings vm1 fd00::3 -c 1)"
expect "ping6 to all nodes reaches vm2" "*ttl=64*" "$(pings vm1 ff02::1%eth0 -c 2)"
expect "vm2 was learned by neighbour discovery" "${VM_MAC[vm2]}" \
	"$(on vm1 ip -j -6 neigh show fd00::2 | jq -r '.[0].lladdr')"
finish
