#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A backend goes and comes back while connections last: none is lost, new
# ones leave it alone while it is gone, few others move, and afterwards all
# is as before.
# shellcheck source=selftests/bench/flood.sh
. "$(dirname "$0")/../bench/flood.sh"
N=5
net_init
bench_nb -- lb-add web $VIP:80 "$(backends $N)" tcp -- lr-lb-add gw1 web
for mode in native tc; do
	flood_bed $mode $mode || {
		fail "$mode: load, attach" "$(cat "$DIR/up.log")"
		continue
	}
	hold_start $mode 100
	backend_change $mode $N 1000 >"$DIR/said"
	expect "$mode: every backend has its share" \
		"1000 connections, per backend 1[0-9][0-9] to 2[0-9][0-9], unanswered 0" \
		"$(sed -n 1p "$DIR/said")"
	expect "$mode: nobody asks the one that is gone" "*to it 0, unanswered 0" \
		"$(sed -n 2p "$DIR/said")"
	# at most twice its share of 20 %, its own included
	at_least "$mode: per mille of connections that kept theirs" 600 \
		"$(join "$DIR/before" "$DIR/without" | awk '$2 == $3' | wc -l)"
	expect "$mode: with it back all is as before" \
		"and back: 0.0 % differ from before, unanswered 0" \
		"$(sed -n 3p "$DIR/said")"
	expect "$mode: established connections" \
		"open 100 held 100 lost 0 idle 0 *" "$(hold_end $mode ext)"
done
finish
