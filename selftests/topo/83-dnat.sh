#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# DNAT, floating IPs, stateless ones, allowed and exempted peers, force
# SNAT, port ranges.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
FIP=192.168.209.121  # vm2
FREE=192.168.209.122 # stateless, vm3
ONLY=192.168.209.123 # dnat only, vm4

for MODE in ${MODES:-tc native}; do
	tutorial
	servers ext vm1 vm2 vm3 vm4
	warm_gateway
	nb_server "$DATA/snat/nb.db"
	nb lr-nat-add gw1 dnat_and_snat $FIP "${VM_IP[vm2]}" \
		-- --stateless lr-nat-add gw1 dnat_and_snat $FREE "${VM_IP[vm3]}" \
		-- lr-nat-add gw1 dnat $ONLY "${VM_IP[vm4]}"
	must "$MODE: load NAT" reload_nb

	for row in "$FIP vm2" "$FREE vm3" "$ONLY vm4"; do
		read -r ip vm <<<"$row"
		expect "I7 $MODE: ext -> $ip is $vm" "2/2 ttl=62" "$(pings ext "$ip" -c 2)"
		expect "$MODE: tcp ext -> $ip" "$vm" "$(answers ext "$ip" -c 3)"
		expect "$MODE: udp ext -> $ip" "$vm" "$(answers ext "$ip" -c 3 -u)"
		expect "$MODE: $vm sees ext's own address" "$EXT" "$(client_seen ext "$ip")"
		expect "$MODE: ARP ext for $ip" 02:0a:7f:18:01:02 "$(arp_answer ext "$ip")"
		expect "$MODE: a closed port at $ip" refused "$(connect ext tcp "$ip" 9999)"
		# a stateless rule leaves what an ICMP error quotes alone
		[ "$ip" = $FREE ] || expect "$MODE: the same, udp" refused \
			"$(connect ext udp "$ip" 9999)"
	done
	expect "$MODE: vm2 leaves by its floating IP" $FIP "$(client_seen vm2 "$EXT" -c 2)"
	expect "$MODE: vm3 by its stateless one" $FREE "$(client_seen vm3 "$EXT" -c 2)"
	expect "$MODE: vm4 by the SNAT rule" $GW "$(client_seen vm4 "$EXT" -c 2)"
	expect "I7 $MODE: inside vm1 -> vm2's floating IP" "[12]/2 ttl=61" \
		"$(pings vm1 $FIP -c 2)"
	expect "$MODE: vm2 sees vm1 as gw1 then" "vm2 $GW" \
		"$(ask vm1 $FIP | sed 's/:.*//')"
	expect "I7 $MODE: vm2 -> its own floating IP" "[12]/2 ttl=61" \
		"$(pings vm2 $FIP -c 2)"
	expect "$MODE: and sees itself by it" "vm2 $FIP" "$(ask vm2 $FIP | sed 's/:.*//')"
	expect "$MODE: ext with TTL 2 -> floating IP" "0/1; *exceeded" \
		"$(pings ext $FIP -c 1 -t 2)"
	expect "$MODE: ext -> vm2's own address" "2/2 ttl=62" \
		"$(pings ext "${VM_IP[vm2]}" -c 2)"

	# forced SNAT of what DNAT brought in
	nb set logical_router gw1 options:dnat_force_snat_ip=192.168.209.130
	check "$MODE: load dnat_force_snat_ip" reload_nb
	expect "$MODE: vm4 sees the forced address" "vm4 192.168.209.130" \
		"$(ask ext $ONLY | sed 's/:.*//')"
	expect "$MODE: pings too" "2/2 ttl=62" "$(pings ext $ONLY -c 2)"
	nb set logical_router gw1 options:dnat_force_snat_ip=router_ip
	check "$MODE: load dnat_force_snat_ip=router_ip" reload_nb
	expect "$MODE: vm4 sees gw1's port towards router1" "vm4 172.19.255.1" \
		"$(ask ext $ONLY | sed 's/:.*//')"
	nb remove logical_router gw1 options dnat_force_snat_ip

	# peers for whom a rule holds, and a range of ports
	set=$(nb create address_set name=peers addresses="\"$EXT\"")
	nb set nat "$(nb --bare --columns _uuid find nat type=snat)" \
		external_port_range=50000-50009
	nb set nat "$(nb --bare --columns _uuid find nat external_ip=$ONLY)" \
		exempted_ext_ips="$set"
	nb set nat "$(nb --bare --columns _uuid find nat external_ip=$FIP)" \
		allowed_ext_ips="$set"
	check "$MODE: load allowed_ext_ips, exempted_ext_ips, a port range" reload_nb
	expect "$MODE: an exempted peer does not reach it" "0/1*" \
		"$(pings ext $ONLY -c 1 -W 1)"
	expect "$MODE: an allowed one does" "2/2 ttl=62" "$(pings ext $FIP -c 2)"
	on ext ip addr add 192.168.209.162/19 dev eth0
	expect "$MODE: another than the allowed does not" "0/1*" \
		"$(pings ext $FIP -c 1 -W 1 -I 192.168.209.162)"
	ask vm1 "$EXT" -c 5 | sed 's/.*://' >"$DIR/ports"
	expect "$MODE: source ports are of the range" 5 \
		"$(awk '$1 >= 50000 && $1 <= 50009' "$DIR/ports" | wc -l)"
	net_down
done
finish
