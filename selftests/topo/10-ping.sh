#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who answers whom with which TTL (I7), ARP, refusals, broadcast domains.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
tutorial

# I10: without an agent a packet to a MAC-only port becomes the router's
# ARP request; at most the first is lost
for pair in "vm1 vm2 64" "vm3 vm1 63" "vm2 vm4 63" "vm4 vm2 63"; do
	read -r from to ttl <<<"$pair"
	expect "I10 cold $from -> $to loses at most the first" \
		"[23]/3 ttl=$ttl" "$(pings "$from" "${VM_IP[$to]}" -c 3)"
done
warm
for from in $VMS; do
	for to in $VMS; do
		[ "$from" != "$to" ] || continue
		ttl=63
		[ "${VM_IP[$from]%.*}" != "${VM_IP[$to]%.*}" ] || ttl=64
		expect "I7 $from -> $to ttl=$ttl" "3/3 ttl=$ttl" \
			"$(pings "$from" "${VM_IP[$to]}" -c 3)"
	done
done
for vm in vm1 vm3; do
	for ip in 172.18.100.1 172.18.200.1 172.19.255.2; do
		expect "I7 $vm -> router1 $ip ttl=254" "2/2 ttl=254" \
			"$(pings $vm $ip -c 2)"
	done
done
expect "I7 vm1 -> 172.18.100.1 with TTL 1 is answered" "1/1 ttl=254" \
	"$(pings vm1 172.18.100.1 -c 1 -t 1)"
expect "I7 vm1 -> vm3 with TTL 1 expires at its own router port" \
	"0/1; 172.18.100.1*Time to live exceeded" \
	"$(pings vm1 "${VM_IP[vm3]}" -c 1 -t 1)"
expect "vm3 -> vm1 with TTL 1 expires at its own router port" \
	"0/1; 172.18.200.1*Time to live exceeded" \
	"$(pings vm3 "${VM_IP[vm1]}" -c 1 -t 1)"
expect "vm1 -> vm2 with TTL 1, no router between" "1/1 ttl=64" \
	"$(pings vm1 "${VM_IP[vm2]}" -c 1 -t 1)"
for ip in 172.18.100.99 172.18.200.99; do
	expect "vm1 -> $ip, no such guest" "0/1*" "$(pings vm1 $ip -c 1)"
done

for ip in 172.18.100.1 172.18.200.1; do
	expect "vm1 tcp -> router1 $ip is reset" refused "$(connect vm1 tcp $ip 9999)"
	expect "vm1 udp -> router1 $ip: port unreachable" refused \
		"$(connect vm1 udp $ip 9999)"
done
expect "vm1 tcp -> vm3, closed on the guest" refused \
	"$(connect vm1 tcp "${VM_IP[vm3]}" 9999)"

expect "ARP vm1 for 172.18.100.1" 02:ac:10:ff:00:01 "$(arp_answer vm1 172.18.100.1)"
expect "ARP vm3 for 172.18.200.1" 02:ac:10:ff:10:01 "$(arp_answer vm3 172.18.200.1)"
expect "ARP vm1 for vm2" "${VM_MAC[vm2]}" "$(arp_answer vm1 "${VM_IP[vm2]}")"
expect "ARP vm1 for 172.18.200.1, another subnet's" nobody \
	"$(arp_answer vm1 172.18.200.1)"
expect "ARP vm1 for 172.18.200.10, another switch's" nobody \
	"$(arp_answer vm1 172.18.200.10)"

# a broadcast stays in its switch and is seen once
declare -A seen
for vm in vm2 vm3 vm4; do
	spawn "pid_$vm" "$vm" tcpdump -i eth0 -n -l --immediate-mode \
		'arp and arp[24:4] = 0xac126463' >"$DIR/$vm.arp" 2>"$DIR/$vm.log"
	until_true 20 grep -q 'listening on' "$DIR/$vm.log"
done
on vm1 "$TOOLS/sendframe" eth0 "ffffffffffff 02ac10ff0010 0806
	0001 0800 06 04 0001 02ac10ff0010 ac12640a 000000000000 ac126463"
until_true 20 test -s "$DIR/vm2.arp"
# and one more, and those of others
sleep 0.5
for vm in vm2 vm3 vm4; do seen[$vm]=$(wc -l <"$DIR/$vm.arp"); done
expect "broadcast of vm1 seen by vm2 (ls1) once" 1 "${seen[vm2]}"
expect "broadcast of vm1 not seen by vm3 (ls2)" 0 "${seen[vm3]}"
expect "broadcast of vm1 not seen by vm4 (ls2)" 0 "${seen[vm4]}"
finish
