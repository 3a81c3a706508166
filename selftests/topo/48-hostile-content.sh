#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Contents that no server of today should have: updates of known rows that no
# schema allows, schemas of before, tunnel keys that nobody gave out.
# functions are called by check and until_true
# shellcheck disable=SC2317
# shellcheck source=selftests/topo/hostile.sh
. "$(dirname "$0")/hostile.sh"

bed_up

# ---- schemas of before ----

# older NAME JQ: the database with the schema that JQ makes of it.
older() {
	stopped "$1"
	jq 'def gone($t): del(.tables[$t]) | .tables |= map_values(.columns |=
			with_entries(select([.value.type | .. | objects | .refTable?]
				| index($t) | not)));
		'"$2" "$STOCK/schema/ovn-$1.ovsschema" >"$DIR/older.schema"
	check "an older schema of $1" host node1 \
		ovsdb-tool convert "$D/ovn$1.db" "$DIR/older.schema"
	started "$1"
}

schemas() {
	older nb '.version = "5.0.0" | gone("Copp") | gone("Address_Set") |
		gone("Load_Balancer") | gone("Load_Balancer_Group") |
		gone("Static_MAC_Binding") | gone("NAT") | del(
		.tables.Logical_Router_Static_Route.columns.selection_fields,
		.tables.Logical_Router_Static_Route.columns.options,
		.tables.Logical_Router_Static_Route.columns.route_table,
		.tables.Logical_Router_Port.columns.options,
		.tables.Logical_Switch_Port.columns.dynamic_addresses)'
	calm "an older NB"
	nbctl lr-route-add lr1 10.7.0.0/16 172.18.200.10
	calm "a route in it"
	daemon_end node1 nb-server
	started nb "$D/kept-nb.db"
	calm "today's NB again"

	older nb '.version = "1.0.0" | gone("Logical_Router_Static_Route")'
	one_line "NB without a table" "no table Logical_Router_Static_Route" \
		"closed by the server"
	expect "NB without a table: forwards" "2/2*" \
		"$(pings vm1 "${VM_IP[vm3]}" -c 2)"
	daemon_end node1 nb-server
	started nb "$D/kept-nb.db"
	survived "NB has it again"
}

# ---- updates of known rows ----

# update NAME TABLES: what the server did not say.
update() {
	local database=OVN_Northbound
	[ "$1" = nb ] || database=OVN_Southbound
	[ "$1" != conf ] || database=Open_vSwitch
	echo "{\"id\":null,\"method\":\"update3\",\"params\":[\"$database\",\"x\",$2]}" \
		>"$DIR/bad"
	meddle_do "$1" say "$DIR/bad"
}

# wrong NAME WHAT PATTERN TABLES
wrong() {
	update "$1" "$4"
	one_line "$1: $2" "it sent what is wrong: .*$3"
	survived "$1: $2"
}

updates() {
	local lsp router binding datapath global
	local -r nobody=11111111-2222-3333-4444-555555555555
	lsp=$(nbctl get Logical_Switch_Port ls2-vm3 _uuid)
	router=$(nbctl get Logical_Router lr1 _uuid)
	global=$(nbctl get NB_Global . _uuid)
	binding=$(sbctl --bare --columns=_uuid find Port_Binding logical_port=ls2-vm3)
	datapath=$(sbctl --bare --columns=datapath find Port_Binding logical_port=ls2-vm3)
	wrong nb "a string for an integer" "integer was expected" \
		"{\"NB_Global\":{\"$global\":{\"modify\":{\"nb_cfg\":\"one\"}}}}"
	wrong nb "a set for a map" "map of strings was expected" \
		"{\"Logical_Router\":{\"$router\":{\"modify\":{\"options\":[\"set\",[\"a\"]]}}}}"
	wrong nb "a row that is not there goes" "does not exist" \
		"{\"Logical_Switch_Port\":{\"$nobody\":{\"delete\":null}}}"
	wrong nb "a row goes, and one that is not there" "does not exist" \
		"{\"Logical_Switch_Port\":{\"$lsp\":{\"delete\":null},
		\"$nobody\":{\"delete\":null}}}"
	wrong nb "a table that nobody asked for" "was not asked for" \
		"{\"Meter\":{\"$nobody\":{\"insert\":{}}}}"
	wrong sb "a string for an integer" "integer was expected" \
		"{\"Datapath_Binding\":{\"$datapath\":{\"modify\":{\"tunnel_key\":\"x\"}}}}"
	wrong sb "a row changes that is not there" "does not exist" \
		"{\"Port_Binding\":{\"$binding\":{\"delete\":null}},
		\"Chassis\":{\"$nobody\":{\"modify\":{}}}}"
	wrong conf "a number for a string" "string was expected" \
		"{\"Interface\":{\"$(vsctl node1 get Interface vm1 _uuid)\":{\"modify\":{\"name\":7}}}}"
	update nb "{\"Logical_Switch_Port\":{\"$lsp\":{\"modify\":{\"nonsense\":7}}}}"
	calm "a column that nobody asked for"
	# what follows it was not seen by the server
	meddle_do nb cut 1
	nbctl set NB_Global . options:tick=1
	one_line "a transaction that the server does not know" "closed by the server"
	survived "a transaction that the server does not know"
}

# ---- tunnel keys ----

# with_key TABLE UUID KEY: what ovn-sbctl refuses.
with_key() {
	transact ovnsb_db.sock OVN_Southbound "{\"op\":\"update\",\"table\":\"$1\",
		\"where\":[[\"_uuid\",\"==\",[\"uuid\",\"$2\"]]],
		\"row\":{\"tunnel_key\":$3}}" >/dev/null
}

# bad_key NAME PATTERN TABLE UUID KEY
bad_key() {
	local was
	was=$(sbctl get "$3" "$4" tunnel_key)
	remember
	with_key "$3" "$4" "$5"
	one_line "$1" "$2"
	expect "$1: others forward" "2/2*" "$(pings vm1 "${VM_IP[vm3]}" -c 2)"
	with_key "$3" "$4" "$was"
}

# lowest TABLE CONDITION...: of the rows found, the first as uuids stand, so
# that it is not the order of rows that saves the others.
lowest() {
	sbctl --bare --columns=_uuid find "$@" | sed '/^$/d' | sort | head -n 1
}

keys() {
	local ls1 row i args=()
	older sb 'del(.tables.Datapath_Binding.indexes, .tables.Port_Binding.indexes)
		| (.tables.Datapath_Binding, .tables.Port_Binding)
			.columns.tunnel_key.type = {"key": "integer"}'
	for i in {1..12}; do
		args+=(-- ls-add "s$i" -- lsp-add "s$i" "s$i-p" -- lsp-add ls1 "p$i")
	done
	nbctl --wait=hv "${args[@]}"
	calm "keys without limits"
	northd pause
	ls1=$(sbctl --bare --columns=datapath find Port_Binding logical_port=ls1-vm1)
	row=$(lowest Datapath_Binding tunnel_key!=77 tunnel_key!=99 \
		external_ids:name!=ls1 external_ids:name!=ls2 external_ids:name!=lr1)
	bad_key "the key of another switch" "it has the tunnel_key of" \
		Datapath_Binding "$row" "$(sbctl get Datapath_Binding "$ls1" tunnel_key)"
	bad_key "a switch's key is 0" "is no number from 1" Datapath_Binding "$row" 0
	bad_key "a switch's key is 2^24" "is no number from 1" \
		Datapath_Binding "$row" 16777216
	row=$(lowest Port_Binding "datapath=$ls1" logical_port!=ls1-vm1 \
		logical_port!=ls1-lr1)
	bad_key "the key of another port" "it has the tunnel_key of" Port_Binding \
		"$row" "$(sbctl get Port_Binding ls1-vm1 tunnel_key)"
	bad_key "a port's key is negative" "is no number from 1" Port_Binding "$row" -7
	bad_key "a port's key is 2^15" "is no number from 1" Port_Binding "$row" 32768
	northd resume
	survived "keys as ovn-northd gives them"
}

for part in ${PARTS:-updates schemas keys}; do
	$part
done
unharmed
finish
