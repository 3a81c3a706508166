#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A gateway with SNAT: xovn with XDP, xovn with TC, and Linux (VXLAN, routing,
# nftables masquerade), in turns.  64-byte UDP from inside out and the answers
# back, in packets per second of one CPU's time; TCP streams, per CPU; the time
# of a request and its answer.
# shellcheck source=selftests/bench/bed.sh
. "$(dirname "$0")/bed.sh"
CONFIGS=${CONFIGS:-native tc linux}
FLOWS=${FLOWS:-2 1000 100000}
STREAMS=${STREAMS:-1 4}
net_init
bench_nb
for bed in $CONFIGS; do
	if [ "$bed" = linux ]; then
		bed_linux linux
	else
		bed_xovn "$bed" "$bed" --ct-max 524288 >"$DIR/up.log" 2>&1 ||
			die "$(cat "$DIR/up.log")"
	fi
done

# learn BED FILE: the flows' translations, in $DIR/BED.answers
learn() {
	sinks "$1" "$(wc -l <"$2")" || die "no sink on $1"
	# twice: what the first frame of a flow finds may be an ARP to send
	send_out "$1" "$2" --count "$(wc -l <"$2")" >/dev/null
	send_out "$1" "$2" --count "$(wc -l <"$2")" >/dev/null
	on "$1-ext" "$TOOLS/framesink" answers "$PINS/$1-out" >"$DIR/$1.answers"
	sinks_gone "$1"
	sinks "$1" 0 || die "no sink on $1"
	shuf --random-source=/dev/zero "$DIR/$1.answers" -o "$DIR/$1.answers"
}

for n in $FLOWS; do
	flows "$n" >"$DIR/flows"
	# what came first is not what comes next
	shuf --random-source=/dev/zero "$DIR/flows" >"$DIR/mixed"
	for bed in $CONFIGS; do
		learn "$bed" "$DIR/flows"
		: >"$DIR/$bed.out"
		: >"$DIR/$bed.in"
	done
	for ((round = 0; round < ROUNDS; round++)); do
		for bed in $CONFIGS; do
			send_out "$bed" "$DIR/mixed" --seconds "$SECONDS_EACH" \
				--sink "$PINS/$bed-out" | tee -a "$DIR/log" |
				mpps >>"$DIR/$bed.out"
			send_in "$bed" "$DIR/$bed.answers" \
				--seconds "$SECONDS_EACH" --sink "$PINS/$bed-in" |
				tee -a "$DIR/log" | mpps >>"$DIR/$bed.in"
		done
	done
	figures out "64-byte UDP, $n flows, out by SNAT" "Mpps of one CPU" more \
		"$CONFIGS" linux
	figures in "64-byte UDP, $n flows, answers" "Mpps of one CPU" more "$CONFIGS" linux
	for bed in $CONFIGS; do sinks_gone "$bed"; done
done
lost

for bed in $CONFIGS; do
	: >"$DIR/$bed.requests"
	[ "$bed" = linux ] || bed_host "$bed" >"$DIR/up.log" 2>&1 ||
		die "$(cat "$DIR/up.log")"
done
for n in $STREAMS; do
	for bed in $CONFIGS; do : >"$DIR/$bed.tcp"; done
	for ((round = 0; round < ROUNDS; round++)); do
		for bed in $CONFIGS; do
			stream "$bed-vm" "$bed-ext" "$OUTSIDE" "$n" >>"$DIR/$bed.tcp"
		done
	done
	figures tcp "TCP, $n streams from a guest to outside, veth underlay" \
		"Gb/s per CPU" more "$CONFIGS" linux
done
for ((round = 0; round < ROUNDS; round++)); do
	for bed in $CONFIGS; do
		requests "$bed-vm" "$bed-ext" "$OUTSIDE" >>"$DIR/$bed.requests"
	done
done
request_figures "a request and its answer by TCP, from a guest to outside" \
	"$CONFIGS" linux
