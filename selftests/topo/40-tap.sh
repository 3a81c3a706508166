#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest behind a tap instead of a veth: vm4 on node2, by a relay with
# vnet headers and segmentation offloads as a hypervisor has them.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
relay=
for MODE in native tc; do
	net_init
	net_up
	on node2 ip link del vm4
	spawn relay node2 "$TOOLS/taprelay" "$NET-vm4" vm4 eth0 >"$DIR/relay" 2>&1
	until_true 20 grep -q ready "$DIR/relay" || {
		fail "$MODE: a tap on node2" "$(cat "$DIR/relay")"
		finish
	}
	on node2 ip link set vm4 mtu "$GUEST_MTU" up
	guest_address vm4
	# shellcheck disable=SC2086
	check "$MODE: load, attach and bind with a tap" xovn_up $NODES
	warm
	expect "$MODE: tap vm4 -> vm3, ls2" "3/3 ttl=64" \
		"$(pings vm4 "${VM_IP[vm3]}" -c 3)"
	expect "$MODE: vm2 -> tap vm4, routed" "3/3 ttl=63" \
		"$(pings vm2 "${VM_IP[vm4]}" -c 3 -s 1400)"
	expect "$MODE: vm1 -> tap vm4 on one host" "3/3 ttl=63" \
		"$(pings vm1 "${VM_IP[vm4]}" -c 3)"
	expect "$MODE: tap vm4 -> router1" "2/2 ttl=254" \
		"$(pings vm4 172.18.200.1 -c 2)"
	at_least "$MODE: TCP tap vm4 -> vm3, Mb/s" 100 "$(iperf vm4 vm3 -t 1)"
	at_least "$MODE: TCP vm3 -> tap vm4, Mb/s" 100 "$(iperf vm3 vm4 -t 1)"
	at_least "$MODE: TCP vm1 -> tap vm4 on one host, Mb/s" 100 \
		"$(iperf vm1 vm4 -t 1)"
	kill "$relay"
	net_down
done
finish
