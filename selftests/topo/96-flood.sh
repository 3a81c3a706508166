#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SYNs and UDP frames from random sources fill a table of 65,536 connections
# several times over; no TCP connection that was established is lost, each
# passes data meanwhile, and new ones are possible afterwards.
# shellcheck source=selftests/bench/flood.sh
. "$(dirname "$0")/../bench/flood.sh"
declare -A floods=([native]="syn-vip udp-snat" [tc]="udp-vip syn-snat")
net_init
flood_nb
for mode in native tc; do
	flood_bed $mode $mode --ct-max 65536 || {
		fail "$mode: load, attach" "$(cat "$DIR/up.log")"
		continue
	}
	hold_start $mode 500
	for kind in ${floods[$mode]}; do
		flood $mode "$kind" 200000 >/dev/null ||
			fail "$mode: the flood $kind runs"
	done
	# a table that was never full would show nothing
	at_least "$mode: embryonic connections gave way" 100000 \
		"$(events $mode-gw EVICTED)"
	expect "$mode: connections to the load balancer" \
		"open 500 held 500 lost 0 idle 0 *" "$(hold_end $mode ext)"
	expect "$mode: connections through SNAT" \
		"open 500 held 500 lost 0 idle 0 *" "$(hold_end $mode vm)"
	expect "$mode: new connections afterwards" 20 \
		"$(on $mode-ext "$TOOLS/tcphold" ask $VIP 80 30000 20 | grep -vc none)"
done
finish
