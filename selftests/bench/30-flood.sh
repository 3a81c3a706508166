#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# 5,000,000 SYNs from random sources toward a load balancer, then a million
# each of other kinds (a closed port behind it, through SNAT, UDP), against a
# table of 65,536 connections, while 1,000 TCP connections keep passing data.
# shellcheck source=selftests/bench/flood.sh
. "$(dirname "$0")/flood.sh"
MODES=${MODES:-native tc}
FLOOD=${FLOOD:-5000000}
net_init
flood_nb
for mode in $MODES; do
	flood_bed "$mode" "$mode" --ct-max 65536 || die "$(cat "$DIR/up.log")"
	hold_start "$mode" 500
	echo "mode $mode, flood syn-vip: $(flood "$mode" syn-vip "$FLOOD")"
	for kind in syn-closed syn-snat udp-vip udp-snat; do
		echo "mode $mode, flood $kind: $(flood "$mode" "$kind" $((FLOOD / 5)))"
	done
	echo "mode $mode, toward the load balancer: $(hold_end "$mode" ext)"
	echo "mode $mode, through SNAT: $(hold_end "$mode" vm)"
	ct_events "$mode-gw"
done
