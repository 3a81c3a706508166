#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A 9000-byte underlay: XDP takes frames in several buffers, guests have
# an MTU of 8942.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
UNDERLAY_MTU=9000 GUEST_MTU=8942
for MODE in native tc; do
	tutorial
	warm
	expect "$MODE: 8942 bytes, ls1" "3/3 ttl=64" \
		"$(pings vm1 "${VM_IP[vm2]}" -c 3 -M 'do' -s 8914)"
	expect "$MODE: 8942 bytes, routed" "3/3 ttl=63" \
		"$(pings vm3 "${VM_IP[vm1]}" -c 3 -M 'do' -s 8914)"
	expect "$MODE: 64 bytes" "3/3 ttl=64" "$(pings vm2 "${VM_IP[vm1]}" -c 3)"
	at_least "$MODE: TCP, Mb/s" $((200 / SLOW)) "$(iperf vm1 vm2 -t 1)"
	segmenting_wire
	at_least "$MODE: TCP, segments on the wire, Mb/s" $((100 / SLOW)) \
		"$(iperf vm1 vm2 -t 1)"
	net_down
done
finish
