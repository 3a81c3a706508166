#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I6: what comes from outside and does not fit the underlay is answered from
# the right address, also through translations, and TCP finds the path's MTU.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
GUEST_MTU=1500 # guests that do not know about the overhead
FIP=192.168.209.121

# the guests' and ext's memory of path MTUs
forget() {
	local where
	for where in ext $VMS; do on "$where" ip route flush cache; done
}

for MODE in $MODES; do
	tutorial
	servers ext vm1
	warm_gateway
	expect "I6 $MODE: 1442 bytes ext -> vm1 fit" "2/2 ttl=62" \
		"$(pings ext "${VM_IP[vm1]}" -c 2 -M 'do' -s 1414)"
	expect "I6 $MODE: 1500 bytes do not; router1's outer port says so" \
		"0/1; 172.19.255.2 *Frag needed and DF set (mtu = 1442)*" \
		"$(pings ext "${VM_IP[vm1]}" -c 1 -M 'do' -s 1472)"
	expect "I6 $MODE: 1500 bytes vm1 -> ext: the guest's router port" \
		"0/1; 172.18.100.1 *Frag needed and DF set (mtu = 1442)*" \
		"$(pings vm1 "$EXT" -c 1 -M 'do' -s 1472)"
	forget
	expect "$MODE: 1500 bytes from ext, in fragments then" \
		"[12]/3*ttl=62*" "$(pings ext "${VM_IP[vm1]}" -c 3 -M want -s 1472)"
	head -c 3000000 /dev/urandom >"$DIR/file"
	forget
	expect "I6 $MODE: 3 MB ext -> vm1" same "$(transfer ext vm1)"
	forget
	expect "I6 $MODE: 3 MB vm1 -> ext" same "$(transfer vm1 ext)"

	nb_server "$DATA/snat-router-lb/nb.db"
	nb lr-nat-add gw1 dnat_and_snat $FIP "${VM_IP[vm2]}" \
		-- lb-add one 192.168.209.57 "${VM_IP[vm4]}" -- lr-lb-add gw1 one
	must "$MODE: load NAT and load balancers" reload_nb
	forget
	expect "I6 $MODE: 1500 bytes ext -> floating IP: the error quotes it" \
		"0/1; * *Frag needed and DF set (mtu = 1442)*" \
		"$(pings ext $FIP -c 1 -M 'do' -s 1472)"
	for row in "vm1 $EXT SNAT" "ext $FIP floating-IP" "ext 192.168.209.57 VIP"; do
		read -r from ip what <<<"$row"
		case $what in
		SNAT) to=ext ;;
		floating-IP) to=vm2 ;;
		*) to=vm4 ;;
		esac
		forget
		expect "I6 $MODE: 3 MB $from -> $to by $what, sent" same \
			"$(transfer "$from" $to "$ip")"
		forget
		expect "I6 $MODE: 3 MB $from -> $to by $what, fetched" same \
			"$(fetch "$from" $to "$ip")"
	done
	net_down
done
finish
