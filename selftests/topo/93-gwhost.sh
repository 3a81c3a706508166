#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The gateway on node2, where vm1 and vm4 live: what they send passes TC,
# what vm2 and vm3 send comes by Geneve.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
GATEWAY=node2
VIP=192.168.209.55

for MODE in $MODES; do
	net_init
	net_up
	nb_server "$DATA/base/nb.db"
	# a hostname will do where OVN wants the chassis' name
	nb set logical_router gw1 options:chassis=node2
	cp "$DIR/private.db" "$DIR/node2.db"
	NB=$DIR/node2.db
	# shellcheck disable=SC2086
	must "$MODE: load, attach and bind" xovn_up $NODES
	servers ext vm1 vm2 vm3 vm4
	warm_gateway
	for vm in $VMS; do
		expect "I7 $MODE: $vm -> ext" "2/2 ttl=62" "$(pings "$vm" "$EXT" -c 2)"
		expect "I7 $MODE: ext -> $vm" "2/2 ttl=62" \
			"$(pings ext "${VM_IP[$vm]}" -c 2)"
		expect "I7 $MODE: $vm -> gw1" "2/2 ttl=253" "$(pings "$vm" $GW -c 2)"
	done
	expect "$MODE: vm1 -> ext with TTL 2" "0/1; 172.19.255.1*exceeded" \
		"$(pings vm1 "$EXT" -c 1 -t 2)"
	expect "$MODE: ext -> vm1 with TTL 2" "0/1; 172.19.255.2*exceeded" \
		"$(pings ext "${VM_IP[vm1]}" -c 1 -t 2)"
	nb lr-nat-add gw1 snat "$GW" 172.18.0.0/16 \
		-- lr-nat-add gw1 dnat_and_snat 192.168.209.121 "${VM_IP[vm4]}" \
		-- lb-add lb $VIP "${VM_IP[vm1]},${VM_IP[vm3]}" -- lr-lb-add gw1 lb
	check "$MODE: load NAT and a load balancer" reload_nb
	for vm in vm1 vm2; do
		expect "I7 $MODE: $vm -> ext by SNAT" "2/2 ttl=62" \
			"$(pings $vm "$EXT" -c 2)"
		expect "$MODE: ext sees $vm as gw1" $GW "$(client_seen $vm "$EXT" -c 3)"
		expect "$MODE: $vm -> VIP" "vm1 vm3" "$(answers $vm $VIP -c 30)"
	done
	expect "$MODE: ext -> VIP" "vm1 vm3" "$(answers ext $VIP -c 30)"
	expect "I7 $MODE: ext -> floating IP of vm4" "2/2 ttl=62" \
		"$(pings ext 192.168.209.121 -c 2)"
	expect "I7 $MODE: vm1 -> floating IP of vm4" "2/2 ttl=61" \
		"$(pings vm1 192.168.209.121 -c 2)"
	head -c 5000000 /dev/urandom >"$DIR/file"
	for vm in vm1 vm2; do
		expect "I5 $MODE: 5 MB $vm -> ext" same "$(transfer $vm ext)"
		expect "I5 $MODE: 5 MB ext -> $vm, answer" same "$(fetch $vm ext)"
		expect "I5 $MODE: 5 MB ext -> $vm" same "$(transfer ext $vm)"
	done
	net_down
done
finish
