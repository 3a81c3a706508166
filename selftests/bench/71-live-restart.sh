#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a restart of a daemon loses: datagrams, 1,000 a second from a guest on
# node2 to one on node3, by their numbers, and what a TCP stream between two
# more does meanwhile.  The daemon of both hosts ends, is away for AWAY
# seconds and starts again, then the traffic lasts AFTER seconds more.
#
# ONLY="nothing confdb": those events.
#
# Stock hosts run the userspace datapath, a part of ovs-vswitchd: it ends with
# it and stands still while ovs-vswitchd has no conf.db.  openvswitch.ko would
# go on forwarding by the flows it has.
# shellcheck source=selftests/bench/livebed.sh
. "$(dirname "$0")/livebed.sh"
ROUNDS=${ROUNDS:-3}
AWAY=${AWAY:-2}
AFTER=${AFTER:-8}
RATE=${RATE:-1000}
HOSTS="node2 node3"

declare -A EVENTS=([stock]="nothing controller controller-kill vswitchd
	vswitchd-kill confdb confdb-kill sb sb-kill"
	[xovn]="nothing agent agent-kill confdb confdb-kill sb sb-kill")

if [ -n "${ONLY:-}" ]; then
	for kind in "${!EVENTS[@]}"; do
		chosen=
		for event in ${EVENTS[$kind]}; do
			[[ " $ONLY " != *" $event "* ]] || chosen+=" $event"
		done
		EVENTS[$kind]=$chosen
	done
fi

# bed_guests: u1 to u2 for the datagrams, t1 to t2 for TCP.
bed_guests() {
	local i=1 name node
	nbctl ls-add bench
	for name in u1 u2 t1 t2; do
		node=node2
		[ "${name#?}" = 1 ] || node=node3
		nbctl lsp-add bench "bench-$name" \
			-- lsp-set-addresses "bench-$name" "02:00:00:00:00:0$i 10.77.0.$i"
		guest "$name" $node "02:00:00:00:00:0$i" "10.77.0.$i" "bench-$name"
		i=$((i + 1))
	done
	settled
	until_true 20 on u1 ping -q -c 1 -W 1 10.77.0.2 &&
		until_true 20 on t1 ping -q -c 1 -W 1 10.77.0.4 ||
		echo "no traffic between the guests" >&2
}

event() { # NAME end|start
	local host signal=TERM what=${1%-kill}
	[ "$what" = "$1" ] || signal=KILL
	for host in $HOSTS; do
		case $what,$2 in
		nothing,*) ;;
		sb,end) daemon_end $CENTRAL sb-server $signal ;;
		sb,start) running $CENTRAL sb-server || central_db_start sb ;;
		confdb,end) daemon_end "$host" ovsdb-server $signal ;;
		confdb,start) confdb_start "$host" ;;
		agent,end) daemon_end "$host" agent $signal ;;
		agent,start) agent_start "$host" ;;
		controller,end)
			# as its service does, so that the host stays a chassis
			[ $signal = KILL ] || appctl "$host" ovn-controller exit --restart
			daemon_end "$host" ovn-controller $signal
			;;
		controller,start) controller_start "$host" ;;
		vswitchd,end) daemon_end "$host" ovs-vswitchd $signal ;;
		vswitchd,start)
			vswitchd_start "$host"
			underlay_up "$host"
			;;
		esac
	done
}

# bed_round EVENT: "LOST SENT GAP TCP-MEGABYTES TCP-SILENT-TENTHS"
bed_round() {
	local send recv server client sent received gap
	spawn recv u2 "$TOOLS/udpseq" recv 9999 >"$DIR/recv" 2>&1
	spawn server t2 iperf3 -s -1 >/dev/null 2>&1
	until_true 5 listening t2 5201
	until_true 5 grep -q ready "$DIR/recv"
	spawn client t1 iperf3 -J -c 10.77.0.4 -t $((1 + AWAY + AFTER)) -i 0.1 \
		-b 100M >"$DIR/iperf" 2>/dev/null
	spawn send u1 "$TOOLS/udpseq" send 10.77.0.2 9999 "$RATE" >"$DIR/send" 2>&1
	sleep 1
	event "$1" end
	sleep "$AWAY"
	event "$1" start
	sleep "$AFTER"
	kill "$send"
	wait "$send"
	sleep 0.5
	kill "$recv"
	wait "$recv"
	# a stream that died never ends by itself
	until_true 15 test -s "$DIR/iperf" || kill "$client"
	wait "$client"
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	sent=$(sed -n 's/^sent //p' "$DIR/send")
	received=$(sed -n 's/^received \([0-9]*\),.*/\1/p' "$DIR/recv")
	gap=$(sed -n 's/.*gap \([0-9]*\) ms.*/\1/p' "$DIR/recv")
	echo "$((sent - received)) $sent ${gap:-0} $(jq -r '
		"\(((.end.sum_received.bytes // 0) / 1e6) | floor) \(
		[.intervals[]? | select(.sum.bytes == 0)] | length)"' \
		"$DIR/iperf" 2>/dev/null || echo "0 0")"
	settled || echo "the hosts do not settle after $1" >&2
}

declare -A results
# shellcheck disable=SC2086
beds $BED_KINDS
for kind in $BED_KINDS; do
	order "$kind" guests
done
for ((round = 0; round < ROUNDS; round++)); do
	for kind in $BED_KINDS; do
		for event in ${EVENTS[$kind]}; do
			results[$kind,$event]+="$(order "$kind" round "$event")"$'\n'
		done
	done
done
echo "away $AWAY s, $RATE datagrams a second; medians of $ROUNDS"
printf '%6s %-16s %8s %8s %9s %8s %11s\n' hosts restarted lost of "gap (ms)" \
	"TCP (MB)" "silent (s)"
for kind in $BED_KINDS; do
	for event in ${EVENTS[$kind]}; do
		field() { awk -v n="$1" 'NF { print $n }' <<<"${results[$kind,$event]}" | median; }
		printf '%6s %-16s %8s %8s %9s %8s %11s\n' "$kind" "$event" \
			"$(field 1)" "$(field 2)" "$(field 3)" "$(field 4)" \
			"$(field 5 | awk '{ print $1 / 10 }')"
	done
done
