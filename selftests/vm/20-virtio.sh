#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# virtio-net as the underlay, three NICs on one wire and a fourth that
# listens: what the driver grants, and Geneve through it in both modes.
# shellcheck source=selftests/vm/nics.sh
. "$(dirname "$0")/nics.sh"

# in place of a bridge's port: wire_port NODE IFACE PORT of net.sh
wire_port() {
	nic_move "${3#p}" "$1" "$2"
}
port_forwards() {
	:
}

for MODE in auto tc; do
	net_init
	net_up
	nic_move 4 wire p4
	on wire ip link set p4 promisc on
	want="mode native (auto: driver virtio_net takes native XDP)"
	[ "$MODE" = auto ] || want="mode tc (asked for)"
	# shellcheck disable=SC2086
	check "$MODE: load, attach and bind" xovn_up $NODES
	# once more by hand, for what it says
	xovn node2 detach ens3 >/dev/null
	expect "$MODE: what attach says of virtio-net" "*ens3: underlay, $want*" \
		"$(xovn node2 attach ens3 --underlay --mode "$MODE" 2>&1)"
	has_xdp=$(on node2 ip -j link show ens3 | jq -r '.[0].xdp.mode // 0')
	# IFLA_XDP_ATTACHED: 1 is the driver's, 2 the kernel's generic
	wanted=1
	[ "$MODE" = auto ] || wanted=0
	expect "$MODE: XDP of the driver, never generic" $wanted "$has_xdp"
	capture "$DIR/wire.pcap" wire p4 'udp port 6081'
	warm
	for pair in "vm1 vm2 64" "vm2 vm1 64" "vm3 vm1 63" "vm2 vm4 63"; do
		read -r from to ttl <<<"$pair"
		expect "$MODE: $from -> $to ttl=$ttl" "3/3 ttl=$ttl" \
			"$(pings "$from" "${VM_IP[$to]}" -c 3)"
	done
	expect "$MODE: vm1 -> vm2, guests' full MTU" "2/2 ttl=64" \
		"$(pings vm1 "${VM_IP[vm2]}" -c 2 -s $((GUEST_MTU - 28)) -M "do")"
	head -c 1000000 /dev/urandom >"$DIR/file"
	for pair in "vm1 vm2" "vm3 vm1"; do
		read -r from to <<<"$pair"
		expect "$MODE: 1 MB by TCP $from -> $to arrive as sent" same \
			"$(transfer "$from" "$to")"
	done
	capture_end
	check "$MODE: every packet on the wire as OVN sends it" \
		"$TOOLS/wirecheck" --allow-gso-id --min 1000 "$DIR/wire.pcap"
	check "$MODE: detach --all" xovn node2 detach --all
	expect "$MODE: no XDP left" 0 \
		"$(on node2 ip -j link show ens3 | jq -r '.[0].xdp.mode // 0')"
	nics_back
done
finish
