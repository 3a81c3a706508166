#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Load balancers on the gateway router and on a switch (tutorial, sections
# 13 and 14): who answers, with which TTL, what the servers see, hairpins.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
VIP=192.168.209.55

for MODE in $MODES; do
	tutorial
	servers ext vm1 vm2 vm3
	warm_gateway
	must "$MODE: load snat-router-lb" reload "$DATA/snat-router-lb/nb.db"
	expect "$MODE: ext -> $VIP, 40 connections" "vm1 vm3" "$(answers ext $VIP -c 40)"
	expect "$MODE: 40 datagrams" "vm1 vm3" "$(answers ext $VIP -c 40 -u)"
	expect "$MODE: servers see ext's own address" "$EXT" "$(client_seen ext $VIP -c 10)"
	expect "I7 $MODE: ping ext -> $VIP" "2/2 ttl=62" "$(pings ext $VIP -c 2)"
	expect "I7 $MODE: ext -> vm1 with both in place" "2/2 ttl=62" \
		"$(pings ext "${VM_IP[vm1]}" -c 2)"
	expect "I7 $MODE: vm1 -> ext with both in place" "2/2 ttl=62" \
		"$(pings vm1 "$EXT" -c 2)"
	expect "$MODE: vm2 -> $VIP, from inside" "vm1 vm3" "$(answers vm2 $VIP -c 30)"
	expect "$MODE: seen as gw1's address" $GW "$(client_seen vm2 $VIP -c 5)"
	expect "$MODE: vm1 -> $VIP, itself among the backends" "vm1 vm3" \
		"$(answers vm1 $VIP -c 30)"
	for ip in $GW $VIP; do
		expect "$MODE: ARP ext for $ip" 02:0a:7f:18:01:02 "$(arp_answer ext "$ip")"
	done
	expect "$MODE: ARP ext for 172.19.255.1" nobody "$(arp_answer ext 172.19.255.1)"
	expect "$MODE: a closed port of the VIP" refused "$(connect ext tcp $VIP 9999)"
	# ports, force SNAT
	nb_server "$DATA/snat-router-lb/nb.db"
	nb lb-add web 192.168.209.56:80 "${VM_IP[vm1]}:$PORT,${VM_IP[vm2]}:$PORT" \
		-- lr-lb-add gw1 web
	must "$MODE: load a VIP with a port" reload_nb
	for vip in "$VIP:$PORT vm1 vm3" "192.168.209.56:80 vm1 vm2"; do
		read -r address want <<<"$vip"
		got=$(for _ in {1..30}; do
			on ext curl -s -m 5 "$address"
		done | sort -u | sed 's/i am //' | xargs)
		expect "$MODE: curl $address" "$want" "$got"
	done
	expect "$MODE: other ports of a VIP with a port are silent" timeout \
		"$(ask ext 192.168.209.56)"
	expect "$MODE: it does not answer pings" "0/1" \
		"$(pings ext 192.168.209.56 -c 1 -W 1)"
	nb set logical_router gw1 options:lb_force_snat_ip=router_ip
	check "$MODE: load lb_force_snat_ip=router_ip" reload_nb
	expect "$MODE: servers see gw1's port towards router1" 172.19.255.1 \
		"$(client_seen ext $VIP -c 5)"
	nb set load_balancer web options:skip_snat=true
	check "$MODE: load skip_snat" reload_nb
	expect "$MODE: skip_snat wins" "*i am vm*" "$(on ext curl -s -m 5 192.168.209.56)"

	# on a switch, at the client's port
	for vip in 172.18.2.2 192.168.2.2; do
		nb_server "$DATA/switch-lb/nb.db"
		nb set load_balancer "$(nb --bare --columns _uuid list load_balancer)" \
			"vips={\"$vip\"=\"${VM_IP[vm1]},${VM_IP[vm2]}\"}"
		must "$MODE: load switch-lb, $vip" reload_nb
		for vm in vm3 vm4; do
			expect "$MODE: $vm (ls2) -> $vip" "vm1 vm2" "$(answers $vm $vip -c 40)"
		done
		expect "$MODE: servers see vm3's own address" "${VM_IP[vm3]}" \
			"$(client_seen vm3 $vip -c 5)"
		expect "I7 $MODE: ping vm3 -> $vip" "2/2 ttl=63" "$(pings vm3 $vip -c 2)"
	done
	expect "$MODE: vm2 (ls1) -> the VIP, no load balancer there" timeout \
		"$(ask vm2 "$vip")"
	expect "$MODE: ARP vm3 for the VIP" nobody "$(arp_answer vm3 "$vip")"
	# client and backend in one, by its switch
	nb lb-add hair 172.18.2.3 "${VM_IP[vm3]}" -- ls-lb-add ls2 hair
	check "$MODE: load a VIP of vm3 on ls2" reload_nb
	expect "$MODE: vm3 -> a VIP which is itself, sees the VIP" "vm3 172.18.2.3" \
		"$(ask vm3 172.18.2.3 | sed 's/:.*//')"
	expect "$MODE: ping as well" "2/2 ttl=6[34]" "$(pings vm3 172.18.2.3 -c 2)"
	nb set load_balancer hair options:hairpin_snat_ip=172.18.9.9
	check "$MODE: load hairpin_snat_ip" reload_nb
	expect "$MODE: vm3 sees hairpin_snat_ip" "vm3 172.18.9.9" \
		"$(ask vm3 172.18.2.3 | sed 's/:.*//')"
	net_down
done
finish
