#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# From guest to guest: 64-byte UDP in packets per second of one CPU's time, TCP
# streams per CPU, and the time of a request and its answer, beside what Linux
# does with a cable, routes, and VXLAN.  Of so many flows in turn as the last of
# FLOWS nothing is kept (DEPARTURE_PLACES): each packet is a new flow's first.
# shellcheck source=selftests/bench/pair.sh
. "$(dirname "$0")/pair.sh"
BEDS=${BEDS:-raw here l2 routed chain route vxbridge vxroute}
FLOWS=${FLOWS:-1 1000 65536}
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
lost
for bed in $BEDS; do rm -rf "$PINS/$bed-out"; done

pair_tcp "veth underlay" "$BEDS" "$PEERS"

for bed in $BEDS; do : >"$DIR/$bed.requests"; done
for ((round = 0; round < ROUNDS; round++)); do
	for bed in $BEDS; do
		requests "$bed-vm1" "$bed-vm2" "${FAR[$bed]}" >>"$DIR/$bed.requests"
	done
done
request_figures "a request and its answer by TCP" "$BEDS" "$PEERS"
