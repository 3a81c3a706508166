#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Several hosts and one Southbound database: who gets a port, what all of
# them learn, what each of them is sent, encaps that collide.
# shellcheck source=selftests/topo/sb.sh
. "$(dirname "$0")/sb.sh"

# shellcheck disable=SC2317 # until_true calls it
several_transactions() { # MORE THAN
	[ "$(transactions)" -gt $(($1 + 6)) ]
}

competes() {
	local before start most
	host h2
	tell h2 chassis n2 host2 192.0.2.2
	settle h2
	before=$(transactions)
	start=$(date +%s%N)
	tell h2 vif p1
	check "two hosts for a port: both claim it" \
		until_true 20 several_transactions "$before"
	sleep 2
	before=$(($(transactions) - before))
	# each claims it at most once in half a second, and may say up for each
	most=$((4 * (($(date +%s%N) - start) / 500000000 + 2)))
	check "in no storm: $before transactions" test $before -le $most
	tell h1 unvif p1
	until_true 20 port_is p1 "n2 false"
	settle h1
	settle h2
	expect "the one that still has the interface keeps it" "n2 false" \
		"$(port p1)"
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
