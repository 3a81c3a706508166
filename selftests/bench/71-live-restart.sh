#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a restart of a daemon loses: datagrams, 1,000 a second from a guest on
# node2 to one on node3, by their numbers, and what a TCP stream between two
# more does meanwhile.  The daemon of both hosts ends, is away for AWAY
# seconds and starts again, then the traffic lasts AFTER seconds more.
# NAME-kill: kill -9.  sb-leader, nb-leader: NB and SB are clusters of three
# servers (RAFT), the one that leads is killed.
#
# ONLY="nothing confdb": those events.
#
# Stock hosts run the userspace datapath, which is a part of ovs-vswitchd and
# ends with it; openvswitch.ko goes on by the flows it has when ovs-vswitchd
# ends, which these figures do not show.
# shellcheck source=selftests/bench/livebed.sh
. "$(dirname "$0")/livebed.sh"
ROUNDS=${ROUNDS:-1}
AWAY=${AWAY:-1}
AFTER=${AFTER:-4}
RATE=${RATE:-1000}
HOSTS="node2 node3"

declare -A EVENTS=([stock]="nothing controller controller-kill vswitchd
	vswitchd-kill confdb confdb-kill sb-leader nb-leader"
	[xovn]="nothing agent agent-kill confdb confdb-kill sb-leader nb-leader")
declare -A SCHEMA_OF=([nb]=OVN_Northbound [sb]=OVN_Southbound)
declare -A RAFT_PORT=([nb]=6643 [sb]=6644) CLIENT_PORT=([nb]=6641 [sb]=6642)
declare -A RAFT_ENDED

if [ -n "${ONLY:-}" ]; then
	for kind in "${!EVENTS[@]}"; do
		chosen=
		for event in ${EVENTS[$kind]}; do
			[[ " $ONLY " != *" $event "* ]] || chosen+=" $event"
		done
		EVENTS[$kind]=$chosen
	done
fi

# remotes nb|sb: of the three members, which all have the central's address;
# a member's ports are ten apart from the next one's.
remotes() {
	local n list=
	for n in 0 1 2; do
		list+=,tcp:${NODE_IP[$CENTRAL]}:$((CLIENT_PORT[$1] + 10 * n))
	done
	echo "${list#,}"
}

member_start() { # nb|sb N
	ovn_daemon $CENTRAL "$1$2" ovsdb-server "$DIR/$CENTRAL/$1$2.db" \
		--remote="ptcp:$((CLIENT_PORT[$1] + 10 * $2)):${NODE_IP[$CENTRAL]}"
}

cluster_start() { # nb|sb: with no rows
	local n raft=tcp:${NODE_IP[$CENTRAL]}
	ovsdb-tool create-cluster "$DIR/$CENTRAL/${1}0.db" \
		"$STOCK/schema/ovn-$1.ovsschema" "$raft:${RAFT_PORT[$1]}" || exit 1
	member_start "$1" 0
	for n in 1 2; do
		ovsdb-tool join-cluster "$DIR/$CENTRAL/$1$n.db" "${SCHEMA_OF[$1]}" \
			"$raft:$((RAFT_PORT[$1] + 10 * n))" \
			"$raft:${RAFT_PORT[$1]}" || exit 1
		member_start "$1" "$n"
	done
	for n in 0 1 2; do
		host $CENTRAL ovsdb-client --timeout=30 wait \
			"tcp:${NODE_IP[$CENTRAL]}:$((CLIENT_PORT[$1] + 10 * n))" \
			"${SCHEMA_OF[$1]}" connected || exit 1
	done
}

leader() { # nb|sb: sets LEADER to the number of the one that leads
	for LEADER in 0 1 2; do
		! running $CENTRAL "$1$LEADER" ||
			! appctl $CENTRAL "$1$LEADER" cluster/status \
				"${SCHEMA_OF[$1]}" 2>/dev/null |
			grep -q '^Role: leader' || return 0
	done
	return 1
}

nbctl() {
	host $CENTRAL ovn-nbctl --timeout="$TOOL_LIMIT" --db="$(remotes nb)" "$@"
}

sbctl() {
	host $CENTRAL ovn-sbctl --timeout="$TOOL_LIMIT" --db="$(remotes sb)" "$@"
}

# what live_up calls: clusters in place of single servers
central_start() {
	cluster_start nb
	cluster_start sb
	nbctl init
	sbctl init
	ovn_daemon $CENTRAL ovn-northd ovn-northd \
		--ovnnb-db="$(remotes nb)" --ovnsb-db="$(remotes sb)"
}

# bed_remotes: all members, in place of the one that livebed.sh gives.
bed_remotes() {
	local node
	for node in $NODES; do
		vsctl "$node" set Open_vSwitch . \
			"external-ids:ovn-remote=\"$(remotes sb)\"" \
			"external-ids:xovn-nb-remote=\"$(remotes nb)\"" || exit 1
	done
	settled
}

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
		?b-leader,end)
			[ "$host" != node2 ] || {
				leader "${what%-leader}" || echo "$what: none leads" >&2
				RAFT_ENDED[$what]=$LEADER
				daemon_end $CENTRAL "${what%-leader}$LEADER" KILL
			}
			;;
		?b-leader,start)
			[ "$host" != node2 ] ||
				member_start "${what%-leader}" "${RAFT_ENDED[$what]}"
			;;
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
	order "$kind" remotes
	order "$kind" guests
done
for ((round = 0; round < ROUNDS; round++)); do
	for kind in $BED_KINDS; do
		for event in ${EVENTS[$kind]}; do
			got=$(order "$kind" round "$event")
			results[$kind,$event]+=$got$'\n'
			echo "# $kind $event: $got" >&2
		done
	done
done
echo "away $AWAY s, traffic for $AFTER s more, $RATE datagrams a second; medians of $ROUNDS, datagrams lost lowest..highest"
printf '%6s %-16s %8s %8s %9s %8s %11s\n' hosts restarted lost of "gap (ms)" \
	"TCP (MB)" "silent (s)"
for kind in $BED_KINDS; do
	for event in ${EVENTS[$kind]}; do
		field() { awk -v n="$1" 'NF { print $n }' <<<"${results[$kind,$event]}" | median; }
		lost=$(awk 'NF { print $1 }' <<<"${results[$kind,$event]}" | sort -g)
		printf '%6s %-16s %8s %8s %9s %8s %11s   %s..%s\n' "$kind" "$event" \
			"$(field 1)" "$(field 2)" "$(field 3)" "$(field 4)" \
			"$(field 5 | awk '{ print $1 / 10 }')" \
			"$(head -n 1 <<<"$lost")" "$(tail -n 1 <<<"$lost")"
	done
done
