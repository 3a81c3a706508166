#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# From guest to guest: 64-byte UDP in packets per second of one CPU's time, TCP
# streams per CPU, and the time of a request and its answer, beside what Linux
# does with a cable, routes, and VXLAN.
# shellcheck source=selftests/bench/pair.sh
. "$(dirname "$0")/pair.sh"
BEDS=${BEDS:-raw here l2 routed chain route vxbridge vxroute}
FLOWS=${FLOWS:-1 1000}
PEERS="raw route vxbridge"
pair_up "$BEDS"

for bed in $BEDS; do
	pair_sink "$bed" || die "no sink on $bed"
done
for n in $FLOWS; do
	for bed in $BEDS; do
		pair_flows "$bed" "$n" >"$DIR/$bed.flows"
		: >"$DIR/$bed.udp"
	done
	for ((round = 0; round < ROUNDS; round++)); do
		for bed in $BEDS; do
			pair_send "$bed" "$DIR/$bed.flows" --seconds "$SECONDS_EACH" \
				--sink "$PINS/$bed-out" | tee -a "$DIR/log" | mpps \
				>>"$DIR/$bed.udp"
		done
	done
	figures udp "64-byte UDP, $n flows" "Mpps of one CPU" more "$BEDS" "$PEERS"
done
awk '$2 > $4 { n++; lost += $2 - $4; all += $2 }
	END { if (n) printf "frames lost: %d of %d, in %d runs of %d\n", lost, all, n, NR }' \
	"$DIR/log"
for bed in $BEDS; do rm -rf "$PINS/$bed-out"; done

pair_tcp "veth underlay" "$BEDS" "$PEERS"

for bed in $BEDS; do : >"$DIR/$bed.requests"; done
for ((round = 0; round < ROUNDS; round++)); do
	for bed in $BEDS; do
		requests "$bed-vm1" "$bed-vm2" "${FAR[$bed]}" >>"$DIR/$bed.requests"
	done
done
for bed in $BEDS; do
	cut -d ' ' -f 1 "$DIR/$bed.requests" >"$DIR/$bed.p50"
	cut -d ' ' -f 2 "$DIR/$bed.requests" >"$DIR/$bed.p99"
done
figures p50 "a request and its answer by TCP, median" us less "$BEDS" "$PEERS"
figures p99 "the same, 99 of 100 are faster" us less "$BEDS" "$PEERS"
