#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A backend is removed and added again while connections last and new ones
# come from the same source ports each time: connections lost, and the share
# of new ones that another backend answers.
# shellcheck source=selftests/bench/flood.sh
. "$(dirname "$0")/flood.sh"
MODES=${MODES:-native tc}
ASKED=${ASKED:-4000}
BACKENDS=${BACKENDS:-10}
net_init
bench_nb -- lb-add web $VIP:80 "$(backends "$BACKENDS")" tcp \
	-- lr-lb-add gw1 web
for mode in $MODES; do
	flood_bed "$mode" "$mode" ||
		die "$(cat "$DIR/up.log")"
	hold_start "$mode" 500
	backend_change "$mode" "$BACKENDS" "$ASKED" | sed "s/^/mode $mode: /"
	echo "mode $mode, toward the load balancer: $(hold_end "$mode" ext)"
done
