#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the agent writes into a Southbound database, against an ovsdb-server
# whose Datapath_Binding and Port_Binding rows this test makes as ovn-northd
# would: up to three hosts, each the tool sbtool.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
net_init
ns_add wire
export OVS_RUNDIR=$DIR OVN_RUNDIR=$DIR

declare -A TO FROM PID

# sb_server [JQ]: an empty database, of the schema that JQ makes of ours.
sb_server() {
	[ -z "${PID[sb]:-}" ] || end sb
	rm -f "$DIR/sb.db" "$DIR/.sb.db.~lock~"
	# the schema is the first record of every database file
	sed -n 2p "$DATA/ovsdb/sb.db" | jq -c "${1:-.}" >"$DIR/schema"
	ovsdb-tool create "$DIR/sb.db" "$DIR/schema"
	sb_serve
}

sb_serve() {
	local pid
	spawn pid wire ovsdb-server --no-chdir --remote="punix:$DIR/sb.sock" \
		--unixctl="$DIR/sb.ctl" "$DIR/sb.db" >>"$DIR/sb.log" 2>&1
	PID[sb]=$pid
	until_true 10 ovsdb-client list-dbs "unix:$DIR/sb.sock" ||
		die "$(cat "$DIR/sb.log")"
}

sb() {
	ovn-sbctl --db="unix:$DIR/sb.sock" --no-leader-only "$@"
}

end() { # NAME
	kill "${PID[$1]}"
	wait "${PID[$1]}" 2>/dev/null
	unset "PID[$1]"
}

# host NAME: a tool of that name, which ask talks to.
host() {
	local to from
	rm -f "$DIR/$1.in" "$DIR/$1.out"
	mkfifo "$DIR/$1.in" "$DIR/$1.out"
	exec {to}<>"$DIR/$1.in" {from}<>"$DIR/$1.out"
	TO[$1]=$to FROM[$1]=$from
	# not by spawn: a function's input is not that of what it puts into
	# the background
	ip netns exec "$NET-wire" "$TOOLS/sbtool" "unix:$DIR/sb.sock" \
		<"$DIR/$1.in" >"$DIR/$1.out" 2>"$DIR/$1.log" &
	PID[$1]=$!
}

# ask NAME COMMAND...: the answer.
ask() {
	local to=${TO[$1]} from=${FROM[$1]} line
	shift
	echo "$*" >&"$to"
	read -r -t 60 line <&"$from" || line="no answer to $*"
	echo "$line"
}

# tell NAME COMMAND...: several may wait for one settle.
tell() {
	local answer
	answer=$(ask "$@")
	[ "$answer" = ok ] || fail "sbtool $*" "$answer"
}

settle() {
	local name
	for name; do
		[ "$(ask "$name" settle)" = settled ] ||
			fail "$name settles" "$(tail -n 5 "$DIR/$name.log")"
	done
}

# get TABLE COLUMN CONDITION...: of the rows found, one a line, sorted.
get() {
	sb --bare --no-headings --columns="$2" find "$1" "${@:3}" | sort |
		sed '/^$/d'
}

uuid_of() { # TABLE NAME
	sb --bare --no-headings --columns=_uuid find "$1" name="$2"
}

port() { # NAME: "chassis up", as of a Port_Binding
	local row
	row=$(sb --bare --no-headings --columns=chassis find Port_Binding \
		logical_port="$1")
	echo "$([ -z "$row" ] || sb get Chassis "$row" name | tr -d '"')" \
		"$(get Port_Binding up logical_port="$1")"
}

port_is() { # NAME "CHASSIS UP"
	[ "$(port "$1")" = "$2" ]
}

warnings() { # NAME PATTERN: how many
	grep -c "$2" "$DIR/$1.log"
}

transactions() {
	ovsdb-tool show-log "$DIR/sb.db" | grep -c '^record'
}

# network: two switches and a router, as northd would bind them.
network() {
	sb --id=@a create Datapath_Binding tunnel_key=1 -- \
		--id=@b create Datapath_Binding tunnel_key=2 -- \
		--id=@r create Datapath_Binding tunnel_key=3 -- \
		create Port_Binding logical_port=p1 datapath=@a tunnel_key=1 \
		mac='"02:00:00:00:00:01 10.0.0.1"' -- \
		create Port_Binding logical_port=p2 datapath=@a tunnel_key=2 -- \
		create Port_Binding logical_port=p3 datapath=@b tunnel_key=1 -- \
		create Port_Binding logical_port=p4 datapath=@b tunnel_key=2 -- \
		create Port_Binding logical_port=child datapath=@a tunnel_key=3 \
		parent_port=p1 tag=5 -- \
		create Port_Binding logical_port=net datapath=@a tunnel_key=4 \
		type=localnet options:network_name=phy -- \
		create Port_Binding logical_port=a-r datapath=@a tunnel_key=5 \
		type=patch options:peer=r-a mac=router -- \
		create Port_Binding logical_port=r-a datapath=@r tunnel_key=1 \
		type=patch options:peer=a-r \
		mac='"02:00:00:00:00:fe 10.0.0.254/24"' -- \
		create Port_Binding logical_port=gw datapath=@r tunnel_key=2 \
		type=l3gateway options:l3gateway-chassis=n1 >/dev/null
}

registers() {
	host h1
	tell h1 ready no
	tell h1 mappings phy:br-eth1
	tell h1 id ovn-cms-options enable-chassis-as-gw
	tell h1 id ovn-transport-zones tz2,tz1
	tell h1 chassis n1 host1 192.0.2.1
	settle h1
	expect "no chassis before there is an underlay" "" "$(get Chassis name)"
	tell h1 ready yes
	settle h1
	expect "Chassis" "n1 host1" \
		"$(get Chassis name) $(get Chassis hostname)"
	expect "Encap" "geneve 192.0.2.1 csum=true n1" \
		"$(get Encap type) $(get Encap ip) $(get Encap options) $(get Encap chassis_name)"
	expect "Chassis has that Encap" "$(get Encap _uuid)" "$(get Chassis encaps)"
	expect "Chassis_Private" "n1 $(get Chassis _uuid)" \
		"$(get Chassis_Private name) $(get Chassis_Private chassis)"
	local key config missing=
	config=" $(get Chassis other_config) "
	for key in port-up-notif=true ct-no-masked-label=true \
		mac-binding-timestamp=true ovn-ct-lb-related=true \
		fdb-timestamp=true ls-dpg-column=true ct-commit-nat-v2=true \
		ct-commit-to-zone=true ct-next-zone=true ct-state-save=true \
		ovn-sample-with-registers=true ct-label-flush=true \
		is-interconn=false ovn-monitor-all=false datapath-type=xovn \
		ovn-bridge-mappings=phy:br-eth1 \
		ovn-cms-options=enable-chassis-as-gw; do
		[[ $config == *" $key "* ]] || missing+=" $key"
	done
	expect "other_config names all features" "" "$missing"
	expect "transport zones" "tz1 tz2" "$(get Chassis transport_zones)"
	local before
	before=$(transactions)
	settle h1
	expect "what is there is not written again" "$before" "$(transactions)"
}

changes() {
	sb set Chassis n1 other_config:is-vtep=x external_ids:theirs=kept
	tell h1 chassis n1 host1b 192.0.2.11
	tell h1 mappings phy:br-eth2
	tell h1 id ovn-transport-zones -
	settle h1
	expect "hostname, encap and mappings follow" \
		"host1b 192.0.2.11 phy:br-eth2 " \
		"$(get Chassis hostname) $(get Encap ip) $(sb get Chassis n1 other_config:ovn-bridge-mappings | tr -d '"') $(get Chassis transport_zones)"
	expect "others' pairs stay" "x kept" \
		"$(sb get Chassis n1 other_config:is-vtep external_ids:theirs | xargs)"
}

claims() {
	tell h1 vif p1
	tell h1 vif unknown
	settle h1
	expect "claimed, not up yet" "n1 false" "$(port p1)"
	expect "a port that SB does not have" "no such port*" \
		"$(ask h1 claimed unknown)"
	tell h1 installed yes
	settle h1
	expect "up when it is installed" "n1 true" "$(port p1)"
	expect "so says the tool" yes "$(ask h1 claimed p1)"
	expect "gateway port" "n1 true" "$(port gw)"
	sb set Port_Binding gw options:l3gateway-chassis=other
	until_true 20 port_is gw " false"
	expect "gateway port that moves away" " false" "$(port gw)"

	sb set Port_Binding p2 options:requested-chassis=elsewhere
	tell h1 vif p2
	settle h1
	expect "requested-chassis elsewhere" " " "$(port p2)"
	expect "so says the tool" "requested-chassis*" "$(ask h1 claimed p2)"
	sb set Port_Binding p2 options:requested-chassis=host1b
	until_true 20 port_is p2 "n1 false"
	expect "requested-chassis by hostname" "n1 false" "$(port p2)"
	sb set Port_Binding p2 options:requested-chassis='"elsewhere,n1"'
	until_true 20 port_is p2 " false"
	settle h1
	expect "second of requested-chassis" " false $(uuid_of Chassis n1)" \
		"$(port p2) $(get Port_Binding additional_chassis logical_port=p2)"
	tell h1 unvif p2
	settle h1
	expect "leaves additional_chassis" "" \
		"$(get Port_Binding additional_chassis logical_port=p2)"
	sb remove Port_Binding p2 options requested-chassis

	sb set Port_Binding p3 options:iface-id-ver=v2
	tell h1 vif p3 v1
	settle h1
	expect "another iface-id-ver" "its iface-id-ver*" "$(ask h1 claimed p3)"
	tell h1 unvif p3
	tell h1 vif p3 v2 192.0.2.11
	settle h1
	expect "the right iface-id-ver" "n1 false" "$(port p3)"
	expect "encap of the interface" "$(get Encap _uuid ip=192.0.2.11)" \
		"$(get Port_Binding encap logical_port=p3)"

	tell h1 vif child
	settle h1
	sb set Port_Binding child external_ids:x=y
	settle h1
	expect "a port with a parent is not claimed" " " "$(port child)"
	expect "one notice" 1 "$(warnings h1 'port child has the parent')"
	tell h1 vif p1
	settle h1
	tell h1 vif other
	settle h1
	expect "one warning about two interfaces" 1 \
		"$(warnings h1 'same iface-id p1')"
	expect "the port stays" "n1 true" "$(port p1)"
}

releases() {
	tell h1 unvif p1
	tell h1 unvif p3
	sb set Port_Binding p4 chassis="$(uuid_of Chassis n1)" up=true
	settle h1
	until_true 20 port_is p4 " false"
	expect "released with its interface" " false" "$(port p1)"
	expect "encap, too" "" "$(get Port_Binding encap logical_port=p3)"
	expect "ours without an interface here" " false" "$(port p4)"
	tell h1 vif p1
	settle h1
	tell h1 installed yes
	settle h1
}

deleted() {
	local old
	old=$(uuid_of Chassis n1)
	sb chassis-del n1
	until_true 20 port_is p1 "n1 true"
	settle h1
	expect "chassis-del: there again" "n1 n1 192.0.2.11" \
		"$(get Chassis name) $(get Chassis_Private name) $(get Encap ip)"
	expect "another row" 1 "$([ "$old" = "$(uuid_of Chassis n1)" ]; echo $?)"
	expect "and its port" "n1 true" "$(port p1)"
	sb destroy Chassis_Private n1
	until_true 20 sb get Chassis_Private n1 name
	settle h1
	expect "Chassis_Private of it" "$(uuid_of Chassis n1)" \
		"$(get Chassis_Private chassis)"
}

configured_number() {
	tell h1 nbcfg 5
	settle h1
	expect "nb_cfg" 5 "$(get Chassis_Private nb_cfg)"
	at_least "nb_cfg_timestamp is of this year" 1577836800000 \
		"$(get Chassis_Private nb_cfg_timestamp)"
	end sb
	tell h1 nbcfg 6
	sb_serve
	settle h1
	expect "nb_cfg after the server was away" 6 \
		"$(get Chassis_Private nb_cfg)"
}

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

restarts() {
	tell h1 vif p1
	settle h1
	tell h1 installed yes
	settle h1
	end h1
	expect "a host that ends leaves its claims" "n1 true" "$(port p1)"
	local before
	before=$(transactions)
	host h1
	tell h1 vif p1
	tell h1 mappings phy:br-eth2
	tell h1 id ovn-cms-options enable-chassis-as-gw
	tell h1 chassis n1 host1b 192.0.2.11
	settle h1
	expect "and finds them when it comes back" "n1 true" "$(port p1)"
	expect "nothing needs to be written" "$before" "$(transactions)"
	tell h1 unvif p1
	settle h1
}

many() {
	local before i args=()
	for i in {1..1000}; do
		args+=(-- create Port_Binding "logical_port=m$i" datapath=@m
			"tunnel_key=$i")
	done
	sb --id=@m create Datapath_Binding tunnel_key=9 "${args[@]}" >/dev/null
	settle h1
	before=$(transactions)
	tell h1 vifs m 1000
	settle h1
	expect "1,000 ports are claimed" 1000 "$(get Port_Binding logical_port \
		"chassis=$(uuid_of Chassis n1)" up=false | grep -c ^m)"
	expect "by one transaction" $((before + 1)) "$(transactions)"
	tell h1 installed yes
	settle h1
	expect "up, all of them" 1000 "$(get Port_Binding logical_port up=true |
		grep -c ^m)"
	expect "by one more" $((before + 2)) "$(transactions)"
	expect "released on exit" released "$(ask h1 release)"
	expect "by one more" $((before + 3)) "$(transactions)"
	expect "none is bound" 1009 "$(get Port_Binding logical_port \
		'chassis=[]' | wc -l)"
	expect "no chassis" "" "$(get Chassis name)$(get Chassis_Private name)$(get Encap ip)"
	end h1
}

# of before OVN 20.09
old_schema() {
	sb_server 'del(.tables.Chassis_Private, .tables.FDB,
		.tables.Port_Binding.columns.up,
		.tables.Port_Binding.columns.additional_chassis,
		.tables.Port_Binding.columns.requested_additional_chassis,
		.tables.Port_Binding.columns.additional_encap,
		.tables.MAC_Binding.columns.timestamp,
		.tables.Chassis.columns.other_config) |
		.version = "2.7.0"'
	tr() { ovsdb-client -f json transact "unix:$DIR/sb.sock" "$1"; }
	tr '["OVN_Southbound",
		{"op":"insert","table":"Datapath_Binding","uuid-name":"d",
		 "row":{"tunnel_key":1}},
		{"op":"insert","table":"Port_Binding","row":{"logical_port":"p1",
		 "datapath":["named-uuid","d"],"tunnel_key":1}},
		{"op":"insert","table":"Port_Binding","row":{"logical_port":"r",
		 "datapath":["named-uuid","d"],"tunnel_key":2}}]' >/dev/null
	host h1
	tell h1 chassis n1 host1 192.0.2.1
	tell h1 mappings phy:br-eth1
	tell h1 vif p1
	tell h1 nbcfg 7
	tell h1 neighbor 1 2 10.0.0.9 02:00:00:00:00:09
	tell h1 fdb 1 2 02:00:00:00:00:09
	tell h1 monitor 1
	settle h1
	tell h1 installed yes
	settle h1
	expect "an old schema: chassis, mappings, nb_cfg, neighbor, claim" \
		'n1 7 ["map",[["datapath-type","xovn"]*["ovn-bridge-mappings","phy:br-eth1"]* 02:00:00:00:00:09 1' \
		"$(tr '["OVN_Southbound",
			{"op":"select","table":"Chassis","where":[]},
			{"op":"select","table":"MAC_Binding","where":[]},
			{"op":"select","table":"Port_Binding","where":[["chassis","!=",["set",[]]]]}]' |
			jq -r '"\(.[0].rows[0].name) \(.[0].rows[0].nb_cfg) \(.[0].rows[0].external_ids | tojson) \(.[1].rows[0].mac) \(.[2].rows | length)"')"
	expect "no complaint" "" "$(cat "$DIR/h1.log")"
	expect "release" released "$(ask h1 release)"
	end h1
}

sb_server
network
registers
changes
claims
releases
deleted
configured_number
competes
learns
monitors
conflicts
restarts
many
old_schema
finish
