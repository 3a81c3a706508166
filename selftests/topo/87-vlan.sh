#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A localnet port with a VLAN tag: pushed and popped; untagged frames and
# other VLANs are not the logical network's.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
TAG=7
tap=

for MODE in $MODES; do
	net_init
	net_up
	nb_server "$DATA/snat-router-lb/nb.db"
	nb set logical_switch_port outside-localnet tag=$TAG
	cp "$DIR/private.db" "$DIR/tag.db"
	NB=$DIR/tag.db
	# ext's network is VLAN 7 now
	on ext ip addr flush dev eth0
	spawn tap ext "$TOOLS/vlantap" vlan7 eth0 $TAG >"$DIR/vlantap" 2>&1
	until_true 20 grep -q ready "$DIR/vlantap" || {
		fail "$MODE: a VLAN at ext" "$(cat "$DIR/vlantap")"
		finish
	}
	on ext sh -ec "ip link set vlan7 address ${VM_MAC[ext]} up
		ip addr add $EXT/19 dev vlan7
		ip route add 172.18.0.0/16 via $GW"
	# the relay carries finished frames only
	for vm in $VMS; do
		on "$vm" ethtool -K eth0 tx off tso off >/dev/null 2>&1
	done
	# shellcheck disable=SC2086
	must "$MODE: load, attach and bind with a tag" xovn_up $NODES
	servers ext vm1 vm3
	warm_gateway
	capture "$DIR/wire.pcap" wire p10
	expect "I7 $MODE: vm1 -> ext in VLAN $TAG" "2/2 ttl=62" "$(pings vm1 "$EXT" -c 2)"
	expect "I7 $MODE: ext -> vm1" "2/2 ttl=62" "$(pings ext "${VM_IP[vm1]}" -c 2)"
	expect "I7 $MODE: ext -> gw1" "2/2 ttl=254" "$(pings ext $GW -c 2 -s 1000)"
	expect "$MODE: SNAT" $GW "$(client_seen vm2 "$EXT" -c 3)"
	expect "$MODE: VIP" "vm1 vm3" "$(answers ext 192.168.209.55 -c 30)"
	expect "$MODE: udp" "vm1 vm3" "$(answers ext 192.168.209.55 -c 30 -u)"
	capture_end
	expect "$MODE: gw1's frames carry the tag" "" "$(tshark -n -r "$DIR/wire.pcap" \
		-Y "eth.src == 02:0a:7f:18:01:02 && !(vlan.id == $TAG)" 2>/dev/null | head -n 3)"
	at_least "$MODE: and there were some" 10 "$(tshark -n -r "$DIR/wire.pcap" \
		-Y "eth.src == 02:0a:7f:18:01:02 && vlan.id == $TAG" 2>/dev/null | wc -l)"

	kill "$tap"
	wait "$tap" 2>/dev/null
	on ext sh -ec "ip addr add $EXT/19 dev eth0
		ip route add 172.18.0.0/16 via $GW"
	expect "$MODE: untagged, gw1 does not answer" "0/1*" "$(pings ext $GW -c 1 -W 1)"
	nb set logical_switch_port outside-localnet tag=8
	check "$MODE: load with another tag" reload_nb
	nb clear logical_switch_port outside-localnet tag
	check "$MODE: load without a tag" reload_nb
	expect "$MODE: and untagged it answers then" "[123]/3 ttl=254" \
		"$(pings ext $GW -c 3)"
	net_down
	NB=$DATA/base/nb.db
done
finish
