#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# From guest to guest: 64-byte UDP in packets per second of one CPU's time, a
# TCP stream per CPU, and the time of a request and its answer, beside what
# Linux does with a cable, routes, and VXLAN.
# shellcheck source=selftests/bench/pair.sh
. "$(dirname "$0")/pair.sh"
BEDS=${BEDS:-raw here l2 routed chain route vxbridge vxroute}
FLOWS=${FLOWS:-1 1000}
net_init
ns_add wire
for bed in $BEDS; do
	"pair_$bed" "$bed" >"$DIR/up.log" 2>&1 || die "$bed: $(cat "$DIR/up.log")"
	pair_sink "$bed" || die "no sink on $bed"
done

figure() { # NAME OF-BED: medians and ratios
	local bed m base
	base=$(median <"$DIR/$2.$1")
	for bed in $BEDS; do
		m=$(median <"$DIR/$bed.$1")
		printf '  %-9s %10.3f  (%.2f of %s)\n' "$bed" "$m" \
			"$(awk -v m="$m" -v b="$base" 'BEGIN { print b ? m / b : 0 }')" "$2"
	done
}

for n in $FLOWS; do
	echo "64-byte UDP, $n flows, Mpps of one CPU, $ROUNDS rounds"
	for bed in $BEDS; do
		pair_flows "$bed" "$n" >"$DIR/$bed.flows"
		: >"$DIR/$bed.udp"
	done
	for ((round = 0; round < ROUNDS; round++)); do
		for bed in $BEDS; do
			pair_send "$bed" "$DIR/$bed.flows" --seconds "$SECONDS_EACH" \
				--sink "$PINS/$bed-out" | tee -a "$DIR/log" |
				sed -n 's/.* mpps //p' >>"$DIR/$bed.udp"
		done
	done
	figure udp vxbridge
done
cat "$DIR/log" | tail -3
