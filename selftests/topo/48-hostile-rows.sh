#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Rows that no database should hold: bad values, rows that contradict others
# or refer to nothing, 2 MB strings, names that drive a terminal, 5,000 chassis.
# functions are called by check and until_true
# shellcheck disable=SC2317
# shellcheck source=selftests/topo/hostile.sh
. "$(dirname "$0")/hostile.sh"

bed_up

# refused_row NAME PATTERN: one line, and all other changes go on.
refused_row() {
	one_line "$1" "$2"
	survived "$1"
}

# quiet NAME: nothing is said, and changes go on.
quiet() {
	check "$1: settles" nbctl --wait=hv sync
	sleep 0.5
	expect "$1: no warning" "" "$(said | grep 'warning: ')"
	survived "$1"
}

bad_values() {
	nbctl -- --id=@p create Logical_Router_Port name=bad-mac mac=zz \
		networks=10.9.9.1/24 -- add Logical_Router lr1 ports @p >/dev/null
	refused_row "router port with a bad MAC" "left out: Logical_Router_Port bad-mac"
	nbctl -- --id=@n create NAT type=snat external_ip=nowhere \
		logical_ip=10.0.0.0/8 -- add Logical_Router lr1 nat @n >/dev/null
	refused_row "NAT with a bad address" "left out: NAT .*nowhere"
	nbctl -- --id=@r create Logical_Router_Static_Route ip_prefix=there \
		nexthop=172.18.100.9 -- add Logical_Router lr1 static_routes @r >/dev/null
	refused_row "route with a bad prefix" "left out: static route .*there"
	nbctl lsp-add ls1 junk -- set Logical_Switch_Port junk \
		'addresses="02:zz garbage"' options:requested-tnl-key=pear
	quiet "switch port with bad addresses and key"
	nbctl lrp-del bad-mac -- clear Logical_Router lr1 nat \
		-- clear Logical_Router lr1 static_routes -- lsp-del junk
	quiet "all of them gone"
}

contradictions() {
	nbctl lsp-add ls1 thief -- lsp-set-addresses thief "${VM_MAC[vm1]}"
	refused_row "MAC of a guest" "left out: switch ls1: ports .*ls1-vm1 and thief"
	nbctl lrp-add lr1 overlap 02:ac:10:ff:01:99 172.18.200.99/16
	refused_row "network of another port" "left out: router lr1: .* overlap"
	nbctl lsp-add ls2 dangling -- lsp-set-type dangling router \
		-- lsp-set-options dangling router-port=nothing
	quiet "router port that leads nowhere"
	nbctl lsp-del thief -- lrp-del overlap -- lsp-del dangling
	quiet "all of them gone"
}

southbound_rows() {
	local i ops=
	sbctl -- --id=@e create Encap type=geneve ip=not-an-ip chassis_name=odd \
		-- create Chassis name=odd encaps=@e >/dev/null
	refused_row "a chassis without an address" "left out: 1: chassis odd"
	sbctl chassis-del odd
	quiet "it is gone"
	transact ovnsb_db.sock OVN_Southbound '
		{"op":"insert","table":"MAC_Binding","row":{"logical_port":"nobody",
		 "ip":"10.1.1.1","mac":"02:00:00:00:00:01","datapath":["uuid",
		 "'"$(sbctl --bare --columns=_uuid find Datapath_Binding external_ids:name=lr1)"'"]}},
		{"op":"insert","table":"FDB","row":{"mac":"02:00:00:00:00:02",
		 "dp_key":77777,"port_key":77}},
		{"op":"insert","table":"FDB","row":{"mac":"no mac","dp_key":1,
		 "port_key":1}}' >/dev/null
	quiet "MAC_Binding and FDB of nothing"
	for ((i = 0; i < 5000; i++)); do
		ops+=',{"op":"insert","table":"Encap","uuid-name":"e'$i'","row":{
			"type":"geneve","ip":"10.'$((i / 250 + 1))'.0.'$((i % 250 + 1))'",
			"chassis_name":"c'$i'"}},{"op":"insert","table":"Chassis",
			"row":{"name":"c'$i'","encaps":["named-uuid","e'$i'"]}}'
	done
	echo "[\"OVN_Southbound\"$ops]" >"$DIR/ops"
	check "5,000 chassis more" on node1 "$TOOLS/rpctalk" \
		"unix:$D/ovnsb_db.sock" transact <"$DIR/ops"
	refused_row "5,000 chassis" "left out: the placement has 5001 chassis"
	# shellcheck disable=SC2016 # JSON
	transact ovnsb_db.sock OVN_Southbound '{"op":"delete","table":"Chassis",
		"where":[["name","!=","node1"]]}' >/dev/null
	quiet "they are gone"
}

# long KEY: an operation with 2 MB for it.
long() {
	local text
	text=$(head -c 2000000 /dev/zero | tr '\0' a)
	printf '%s' "${1//LONG/$text}" >"$DIR/long"
	on node1 "$TOOLS/rpctalk" "unix:$D/$2" transact <"$DIR/long"
}

strings() {
	check "2 MB in a port's options" long '["OVN_Northbound",{"op":"update",
		"table":"Logical_Switch_Port","where":[["name","==","ls1-vm1"]],
		"row":{"external_ids":["map",[["x","LONG"]]],
		"options":["map",[["y","LONG"]]]}}]' ovnnb_db.sock
	quiet "2 MB in a port's options"
	check "2 MB of a switch's name" long '["OVN_Northbound",{"op":"insert",
		"table":"Logical_Switch","row":{"name":"LONG"}}]' ovnnb_db.sock
	quiet "2 MB of a switch's name"
	check "2 MB of an iface-id" long '["Open_vSwitch",{"op":"update",
		"table":"Interface","where":[["name","==","br-int"]],
		"row":{"external_ids":["map",[["iface-id","LONG"]]]}}]' db.sock
	quiet "2 MB of an iface-id"
	check "2 MB of a system's ids" long '["Open_vSwitch",{"op":"mutate",
		"table":"Open_vSwitch","where":[],"mutations":[["external_ids",
		"insert",["map",[["nonsense","LONG"]]]]]}]' db.sock
	quiet "2 MB of a system's ids"
	nbctl -- --id=@p create Logical_Router_Port \
		'name="evil\n\u001b[31mxovn: it is all fine"' mac=zz \
		networks=10.9.9.1/24 -- add Logical_Router lr1 ports @p >/dev/null
	one_line "a name that drives a terminal" "left out: Logical_Router_Port evil"
	expect "no control characters in the log" 0 \
		"$(said | LC_ALL=C grep -c '[[:cntrl:]]')"
	survived "a name that drives a terminal"
	nbctl clear Logical_Router lr1 static_routes
}

# setting NAME KEY VALUE PATTERN: of Open_vSwitch's external_ids, and back.
setting() {
	local before
	before=$(vsctl node1 --no-wait --if-exists get Open_vSwitch . "external_ids:$2")
	vsctl node1 --no-wait set Open_vSwitch . "external_ids:$2=\"$3\""
	one_line "$1" "$4"
	if [ -n "$before" ]; then
		vsctl node1 --no-wait set Open_vSwitch . "external_ids:$2=$before"
	else
		vsctl node1 --no-wait remove Open_vSwitch . external_ids "$2"
	fi
	survived "$1"
}

settings() {
	setting "a bad ovn-remote" ovn-remote "gopher:nowhere" gopher
	setting "bad bridge mappings" ovn-bridge-mappings ",,:::x,phy" ovn-bridge-mappings
	setting "a bad encap IP" ovn-encap-ip "300.1.1.1" 300.1.1.1
}

bad_values
contradictions
southbound_rows
strings
settings
unharmed
finish
