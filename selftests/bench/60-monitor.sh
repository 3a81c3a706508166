#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What xovn monitor costs, ns per packet (BPF_PROG_TEST_RUN) at a gateway with
# SNAT, in turns within each round: packets of known connections and first
# ones, with no monitor, with one that wants none of them, one that wants
# everything, and while others' drops storm in; and dropped packets.
# shellcheck source=selftests/bench/bed.sh
. "$(dirname "$0")/bed.sh"
MODES=${MODES:-native tc}
FLOWS=${FLOWS:-1000}
REPEAT=${REPEAT:-20}
STORM_CPU=${STORM_CPU:-1}
STRANGE=16711422 # a VNI that nobody has
net_init
bench_nb
flows "$FLOWS" $CLIENTS >"$DIR/flows"
monitor_pid=
storm_pid=

# monitor_on BED OPTION...: its events go nowhere, on the storm's CPU
monitor_on() {
	local bed=$1
	shift
	spawn monitor_pid "$bed-gw" taskset -c "$STORM_CPU" "$XOVN" \
		--pin "$PINS/$bed-gw" monitor "$@" >/dev/null 2>"$DIR/monitor.log"
	until_true 10 grep -q listening "$DIR/monitor.log" ||
		die "$(cat "$DIR/monitor.log")"
}

monitor_off() {
	[ -n "$monitor_pid" ] || return 0
	kill "$monitor_pid"
	wait "$monitor_pid"
	monitor_pid=
	tail -n 1 "$DIR/monitor.log" >>"$DIR/monitors.log"
}

# storm_on BED: Geneve that the gateway drops, as fast as one CPU sends it
storm_on() {
	local gw ip
	gw=$(mac_of "$1-gw" ens3)
	ip=$(ip4_header 0056 4000 11 c0a8d16f c0a8d16e)
	spawn storm_pid "$1-peer" taskset -c "$STORM_CPU" "$TOOLS/sendframe" ens3 \
		-n 1000000000 "$gw 02000000aaaa 0800 $ip 8000 17c1 0042 0000" \
		"0240 6558 fefefe 00 0102 80 01 0001 0002" \
		"02ac10ff0020 02ac10ff0010 0800" \
		"$(ip4_header 001c 0000 11 ac12640a ac126414) 0001 0001 0008 0000"
}

storm_off() {
	[ -n "$storm_pid" ] || return 0
	kill "$storm_pid"
	wait "$storm_pid" 2>/dev/null
	storm_pid=
}

# run_program BED MODE KEYS: progrun's line
run_program() {
	local gw peer
	gw=$(mac_of "$1-gw" ens3)
	peer=$(mac_of "$1-peer" ens3)
	on "$1-gw" taskset -c "$CPU" "$TOOLS/progrun" --flows "$DIR/flows" \
		--mac "${INNER_MACS[$1]}" --outer "$gw,$peer,${TUNNEL_ENDS[$1]}" \
		--geneve "$3" --count "$REPEAT" "$(nic_program "$1" "$2")" ens3
}

# forwarded BED MODE NAME: known and first, into files by NAME
forwarded() {
	local line
	xovn "$1-gw" ct flush >/dev/null
	line=$(run_program "$1" "$2" "${TUNNEL_KEYS[$1]}")
	sed -n 's/.*known \([0-9-]*\).*/\1/p' <<<"$line" >>"$DIR/known.$3"
	sed -n 's/first \([0-9-]*\).*/\1/p' <<<"$line" >>"$DIR/first.$3"
	echo "${line##*verdicts}" >>"$DIR/verdicts"
}

dropped() {
	local line
	line=$(run_program "$1" "$2" $STRANGE,1,2)
	sed -n 's/.*known \([0-9-]*\).*/\1/p' <<<"$line" >>"$DIR/dropped.$3"
}

figures() { # WHAT TITLE NAME...
	local what=$1 name
	printf '  %-30s' "$2"
	shift 2
	for name; do printf '  %s %s' "$name" "$(median <"$DIR/$what.$name")"; done
	printf '\n'
}

measure() { # BED MODE
	local round
	rm -f "$DIR"/{known,first,dropped}.* "$DIR/verdicts" "$DIR/monitors.log"
	# every page has been in use once
	forwarded "$1" "$2" warm
	for ((round = 0; round < ROUNDS; round++)); do
		forwarded "$1" "$2" off
		dropped "$1" "$2" off
		monitor_on "$1" --reason VLAN_TAGGED
		forwarded "$1" "$2" idle
		dropped "$1" "$2" idle
		monitor_off
		monitor_on "$1" --drops --new-connections --punt
		forwarded "$1" "$2" all
		dropped "$1" "$2" limited
		monitor_off
		monitor_on "$1" --drops --rate 0 --buffer 65536
		dropped "$1" "$2" each
		monitor_off
		storm_on "$1"
		forwarded "$1" "$2" storm
		monitor_on "$1"
		forwarded "$1" "$2" storm+monitor
		monitor_off
		storm_off
	done
	echo "mode $2, ns per packet, medians of $ROUNDS rounds"
	figures known "known connection" off idle all storm storm+monitor
	figures first "first of a connection" off idle all storm storm+monitor
	figures dropped "dropped" off idle limited each
	echo "  verdicts:$(sort "$DIR/verdicts" | uniq -c | sed 's/ *\([0-9]*\)/ \1 x/' | xargs)"
	echo "  the last monitor, in the storm: $(tail -n 1 "$DIR/monitors.log" | sed 's/.*monitor: //')"
}

for mode in $MODES; do
	bed_xovn "$mode" "$mode" --ct-max 32768 >"$DIR/up.log" 2>&1 ||
		die "$(cat "$DIR/up.log")"
	measure "$mode" "$mode"
done
