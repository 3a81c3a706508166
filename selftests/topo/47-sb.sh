#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One host in a Southbound database: its Chassis, the claims of its ports,
# nb_cfg; 1,000 ports; what it leaves, and finds again; old databases.
# shellcheck source=selftests/topo/sb.sh
. "$(dirname "$0")/sb.sh"

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

restarts() {
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
	transact() { ovsdb-client -f json transact "unix:$DIR/sb.sock" "$1"; }
	transact '["OVN_Southbound",
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
		"$(transact '["OVN_Southbound",
			{"op":"select","table":"Chassis","where":[]},
			{"op":"select","table":"MAC_Binding","where":[]},
			{"op":"select","table":"Port_Binding","where":[["chassis","!=",["set",[]]]]}]' |
			jq -r '"\(.[0].rows[0].name) \(.[0].rows[0].nb_cfg) \(.[0].rows[0].external_ids | tojson) \(.[1].rows[0].mac) \(.[2].rows | length)"')"
	expect "no complaint" "" "$(cat "$DIR/h1.log")"
	expect "release" released "$(ask h1 release)"
	end h1
}

sb_server .
network
registers
changes
claims
releases
deleted
configured_number
restarts
many
old_schema
finish
