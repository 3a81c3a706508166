#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Servers that die in the middle of a message, say what no server says or
# nothing at all, hold another database or an older or newer schema, or have
# lost their file.
# functions are called by check and until_true
# shellcheck disable=SC2317
# shellcheck source=selftests/topo/hostile.sh
. "$(dirname "$0")/hostile.sh"

PROBE=5000
bed_up

declare -A DATABASE=([nb]=OVN_Northbound [sb]=OVN_Southbound [conf]=Open_vSwitch)
declare -A TOPIC=([nb]=NB [sb]=SB [conf]=conf.db)

# something NAME: makes the server say something.
something() {
	case $1 in
	nb) nbctl set NB_Global . options:tick="$RANDOM$RANDOM" ;;
	sb) sbctl set SB_Global . options:tick="$RANDOM$RANDOM" ;;
	conf) vsctl node1 --no-wait set Open_vSwitch . external_ids:tick="$RANDOM$RANDOM" ;;
	esac
}

dies() { # NAME
	meddle_do "$1" cut 17
	something "$1"
	check "$1: cut" until_true 20 grep -q cut "$DIR/$1.said"
	one_line "$1 dies in a message" "${TOPIC[$1]}: "
	survived "$1 dies in a message"
}

# met NAME: the agent has that server again; what is said before that nobody
# hears.
met() {
	[[ $(grep -E "^xovn: (warning: )?${TOPIC[$1]}: " "$D/agent.log" |
		tail -n 1) == *": connected to "* ]]
}

# injected NAME WHAT COMMAND...: what no server says.
injected() {
	until_true 20 met "$1"
	remember
	meddle_do "$1" "${@:3}"
	one_line "$1: $2" "${TOPIC[$1]}: "
	survived "$1: $2"
}

garbage() { # NAME
	echo 'HTTP/1.1 400 Bad Request' >"$DIR/http"
	injected "$1" "no JSON" say "$DIR/http"
	injected "$1" "100,000 brackets" deep 100000
	# whatever the table is, and whichever row
	echo "{\"id\":null,\"method\":\"update3\",\"params\":[[\"monid\",\"${DATABASE[$1]}\"],\"x\",{\"$2\":{\"no uuid\":7}}]}" >"$DIR/bad"
	meddle_do "$1" say "$DIR/bad"
	survived "$1: an update of nobody's"
	meddle_do "$1" flood 10000
	survived "$1: 10,000 requests"
}

hole() {
	until_true 20 met "$1"
	remember
	meddle_do "$1" hole
	one_line "$1 says nothing" "${TOPIC[$1]}: "
	meddle_do "$1" pass
	survived "$1 says nothing"
}

# served NAME DATABASE-FILE: that file by the server NAME (nb, sb).
served() {
	daemon_end node1 "$1-server" KILL
	[ -e "$D/kept-$1.db" ] || cp "$D/ovn$1.db" "$D/kept-$1.db"
	cp "$2" "$D/ovn$1.db"
	rm -f "$D/.ovn$1.db.~lock~" "$D/ovn$1_db.sock"
	ovn_daemon node1 "$1-server" ovsdb-server "$D/ovn$1.db" \
		--remote="punix:$D/ovn$1_db.sock"
	until_true 20 serving node1 "$D/ovn$1_db.sock"
}

restored() {
	served "$1" "$D/kept-$1.db"
	rm "$D/kept-$1.db"
	until_true 30 connected "$1"
}

# shellcheck disable=SC2317 # called by until_true
connected() {
	tail -n 20 "$D/agent.log" | grep "${TOPIC[$1]}: " | tail -n 1 |
		grep -qv warning
}

# empty NAME SCHEMA-FILE: an empty database of it, $DIR/empty.db
empty() {
	rm -f "$DIR/empty.db"
	ovsdb-tool create "$DIR/empty.db" "$1"
}

# converted NAME JQ: the database with the schema that JQ makes of it.
converted() {
	cp "$D/ovn$1.db" "$D/kept-$1.db"
	jq "$2" "$STOCK/schema/ovn-$1.ovsschema" >"$DIR/$1.schema"
	check "convert $1" on node1 ovsdb-client --timeout=30 convert \
		"unix:$D/ovn$1_db.sock" "$DIR/$1.schema"
}

# conversions: to newer schemas and back, while all of it is followed.
conversions() {
	converted nb '.version = "99.0.0" |
		.tables.Logical_Switch_Port.columns.novelty = {"type":
			{"key": "string", "min": 0, "max": "unlimited"}} |
		.tables.Logical_Switch_Port.columns.type.type = {"key": "string",
			"min": 0, "max": 1} |
		.tables.Novelty = {"columns": {"name": {"type": "string"}}}'
	survived "a newer NB"
	# the server of OVS 3.1 does not survive the way back
	restored nb
	survived "today's NB again"
	converted sb '.version = "99.0.0" |
		.tables.Port_Binding.columns.novelty = {"type": "string"} |
		.tables.Novelty = {"columns": {"name": {"type": "string"}},
			"isRoot": true}'
	survived "a newer SB"
	restored sb
	survived "today's SB again"
}

lost() {
	empty "$STOCK/schema/ovn-nb.ovsschema"
	# which would make the row, and take all of SB away
	daemon_end node1 ovn-northd
	served nb "$DIR/empty.db"
	one_line "NB without its file" "database has no switch" \
		"closed by the server"
	restored nb
	northd_start
	survived "NB without its file"
	empty "$STOCK/schema/vswitch.ovsschema"
	served nb "$DIR/empty.db"
	one_line "another database at NB's socket" "NB: .*OVN_Northbound" \
		"closed by the server"
	restored nb
	survived "another database at NB's socket"
}

for name in nb sb conf; do
	dies $name
	hole $name
done
garbage nb Logical_Switch
garbage sb Port_Binding
garbage conf Interface
meddle_do nb big 100000000
survived "a message of 100 MB"
conversions
lost
unharmed
finish
