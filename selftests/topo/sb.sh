# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests of what the agent writes into a Southbound database: an ovsdb-server
# whose Datapath_Binding and Port_Binding rows the test makes as ovn-northd
# would, and hosts, each the tool sbtool.

# shellcheck source=selftests/topo/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
net_init
ns_add wire
export OVS_RUNDIR=$DIR OVN_RUNDIR=$DIR

declare -A TO FROM PID

# sb_server JQ [OPTION...]: an empty database, of the schema that JQ makes of
# ours.
sb_server() {
	[ -z "${PID[sb]:-}" ] || end sb
	rm -f "$DIR/sb.db" "$DIR/.sb.db.~lock~"
	# the schema is the first record of every database file
	sed -n 2p "$DATA/ovsdb/sb.db" | jq -c "$1" >"$DIR/schema"
	ovsdb-tool create "$DIR/sb.db" "$DIR/schema"
	sb_serve "${@:2}"
}

sb_serve() { # [OPTION...]
	local pid
	spawn pid wire ovsdb-server --no-chdir --remote="punix:$DIR/sb.sock" \
		--unixctl="$DIR/sb.ctl" "$@" "$DIR/sb.db" >>"$DIR/sb.log" 2>&1
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

# host NAME [REMOTE...]: a tool of that name, which ask talks to.
host() {
	local to from remote=("${@:2}")
	[ $# -gt 1 ] || remote=("unix:$DIR/sb.sock")
	rm -f "$DIR/$1.in" "$DIR/$1.out"
	mkfifo "$DIR/$1.in" "$DIR/$1.out"
	exec {to}<>"$DIR/$1.in" {from}<>"$DIR/$1.out"
	TO[$1]=$to FROM[$1]=$from
	# not by spawn: a function's input is not that of what it puts into
	# the background
	ip netns exec "$NET-wire" "$TOOLS/sbtool" "${remote[@]}" \
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

# shellcheck disable=SC2317 # until_true calls it
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
