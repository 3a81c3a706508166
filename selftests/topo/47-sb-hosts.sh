#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Several hosts and one Southbound database: who gets a port, what all of
# them learn, what each of them is sent, encaps that collide.
# shellcheck source=selftests/topo/sb.sh
. "$(dirname "$0")/sb.sh"

claims_of() { # PORT: how often a chassis took it
	local row
	row=$(get Port_Binding _uuid logical_port="$1")
	ovsdb-tool -mm show-log "$DIR/sb.db" | awk -v row="${row%%-*}" '
		/^ *table / { is_it = $2 == "Port_Binding" && index($0, row) }
		is_it && / chassis=[0-9a-f]/ { n++ }
		END { print n + 0 }'
}

# shellcheck disable=SC2317 # until_true calls it
many_claims() { # MORE THAN
	[ "$(claims_of p1)" -ge $(($1 + 24)) ]
}

competes() {
	local before claims lines
	host h2
	tell h2 chassis n2 host2 192.0.2.2
	settle h2
	before=$(transactions)
	claims=$(claims_of p1)
	tell h2 vif p1
	check "two hosts for a port: both claim it" until_true 60 many_claims "$claims"
	before=$(($(transactions) - before))
	claims=$(($(claims_of p1) - claims))
	# a claim, and perhaps up
	check "in no storm: $before transactions for $claims claims" \
		test $before -le $((2 * claims + 4))
	lines=$(($(warnings h1 'p1: claimed') + $(warnings h2 'p1: claimed')))
	# of each host's the 1st, 2nd, 4th, 8th ...
	check "nor in the log: $lines lines" test $lines -ge 2 -a \
		$lines -le $((claims / 2))
	at_least "which say why" 1 "$(warnings h2 'both have an interface')"
	tell h1 unvif p1
	until_true 20 port_is p1 "n2 false"
	settle h1
	settle h2
	check "the one that still has the interface keeps it" \
		until_true 20 port_is p1 "n2 false"
	tell h2 unvif p1
	settle h2
}

# only one row comes of what both have heard
learns() {
	local i
	tell h1 neighbor 3 1 10.0.0.9 02:00:00:00:00:09 broadcast
	tell h2 neighbor 3 1 10.0.0.9 02:00:00:00:00:09 broadcast
	tell h1 fdb 1 2 02:00:00:00:00:99
	tell h2 fdb 1 2 02:00:00:00:00:99
	for i in {10..29}; do
		tell h1 neighbor 3 1 "10.0.0.$i" "02:00:00:00:01:$i"
		tell h2 neighbor 3 1 "10.0.0.$i" "02:00:00:00:01:$i"
	done
	settle h1
	settle h2
	expect "a neighbor that both learned" "r-a 02:00:00:00:00:09" \
		"$(get MAC_Binding logical_port ip=10.0.0.9) $(get MAC_Binding mac ip=10.0.0.9)"
	expect "it is the router's" \
		"$(get Datapath_Binding _uuid tunnel_key=3)" \
		"$(get MAC_Binding datapath ip=10.0.0.9)"
	at_least "with a time" 1577836800000 \
		"$(get MAC_Binding timestamp ip=10.0.0.9)"
	expect "all others, too" 21 "$(get MAC_Binding ip | wc -l)"
	expect "a MAC that both learned" 2 \
		"$(get FDB port_key dp_key=1 mac='"02:00:00:00:00:99"')"
	expect "a lost race is no error" 0 "$(warnings h1 'SB: learned')$(
		[ "$(warnings h2 'SB: learned')" = 0 ] || echo +)"

	tell h1 neighbor 3 1 10.0.0.9 02:00:00:00:00:0a
	tell h1 fdb 1 1 02:00:00:00:00:99
	settle h1
	expect "a neighbor with another MAC" 02:00:00:00:00:0a \
		"$(get MAC_Binding mac ip=10.0.0.9)"
	expect "a MAC at another port" 1 "$(get FDB port_key dp_key=1)"
	tell h1 fdb 1 4 02:00:00:00:00:99
	tell h1 fdb 1 4 02:00:00:00:00:98
	tell h1 neighbor 3 1 10.0.0.1 02:00:00:00:00:01
	tell h1 neighbor 99 1 10.0.0.1 02:00:00:00:00:01
	settle h1
	expect "the physical network does not take a guest's MAC" 1 \
		"$(get FDB port_key mac='"02:00:00:00:00:99"')"
	expect "but others" 4 "$(get FDB port_key mac='"02:00:00:00:00:98"')"
	expect "no row for addresses of ports, of unknown datapaths" "" \
		"$(get MAC_Binding mac ip=10.0.0.1)"
	tell h1 neighbor 3 1 10.0.0.1 02:00:00:00:00:02
	settle h1
	expect "but for another MAC of such an address" 02:00:00:00:00:02 \
		"$(get MAC_Binding mac ip=10.0.0.1)"
}

monitors() {
	sb create FDB dp_key=2 port_key=1 mac='"02:00:00:00:02:01"' >/dev/null
	settle h2
	expect "all rows before anything is known" \
		"9: a-r child gw net p1 p2 p3 p4 r-a" \
		"$(ask h2 rows Port_Binding logical_port)"
	tell h2 vif p3
	tell h2 monitor none
	settle h2
	expect "own ports, routers and networks only" "5: a-r gw net p3 r-a" \
		"$(ask h2 rows Port_Binding logical_port)"
	expect "no neighbors, no MACs" "0: 0:" \
		"$(ask h2 rows MAC_Binding ip) $(ask h2 rows FDB mac)"
	expect "all chassis" "2: n1 n2" "$(ask h2 rows Chassis name)"
	expect "Chassis_Private is our own" "1: n2" \
		"$(ask h2 rows Chassis_Private name)"
	tell h2 monitor 2
	settle h2
	expect "one switch's ports" "6: a-r gw net p3 p4 r-a" \
		"$(ask h2 rows Port_Binding logical_port)"
	expect "one switch's MACs" "1: 02:00:00:00:02:01" "$(ask h2 rows FDB mac)"
	tell h2 monitor 2,3
	settle h2
	expect "a router's neighbors" "22:*10.0.0.9*" "$(ask h2 rows MAC_Binding ip)"
	tell h2 monitor all
	settle h2
	expect "ovn-monitor-all" "9: a-r child gw net p1 p2 p3 p4 r-a" \
		"$(ask h2 rows Port_Binding logical_port)"
	tell h2 monitor 2
	settle h2
	tell h2 vif p2
	settle h2
	expect "a port of a switch not monitored is claimed" "n2 false" \
		"$(port p2)"
	tell h2 unvif p3
	tell h2 unvif p2
	settle h2
}

conflicts() {
	host h3
	tell h3 chassis n3 host3 192.0.2.2
	settle h3
	sb set Chassis n2 external_ids:a=b
	settle h3
	expect "an encap of another chassis: not registered" "n1 n2" \
		"$(get Chassis name | xargs)"
	expect "one warning" 1 "$(warnings h3 'not registered')"
	expect "leaves the database" released "$(ask h2 release)"
	until_true 20 sb get Chassis n3 name
	settle h3
	expect "registered when the other is gone" "n1 n3" \
		"$(get Chassis name | xargs)"
	tell h3 vif p4
	settle h3
	tell h3 chassis n4 host3 192.0.2.2
	settle h3
	until_true 20 port_is p4 "n4 false"
	settle h3
	expect "another system-id: the old rows go" "n1 n4 n1 n4" \
		"$(get Chassis name | xargs) $(get Chassis_Private name | xargs)"
	expect "and its port follows" "n4 false" "$(port p4)"
	expect "release" released "$(ask h3 release)"
	expect "nothing of it is left" "n1 n1 192.0.2.11  false" \
		"$(get Chassis name) $(get Chassis_Private name) $(get Encap ip) $(port p4)"
	end h2
	end h3
}


sb_server .
network
host h1
tell h1 vif p1
tell h1 chassis n1 host1 192.0.2.11
settle h1
tell h1 installed yes
settle h1
competes
learns
monitors
conflicts
finish
