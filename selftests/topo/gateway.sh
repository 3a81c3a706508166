# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What tests of the gateway, of NAT and of load balancers need.  They run
# the tutorial with GATEWAY set: ext is a host of the physical network.  A
# test runs in mode tc by its own name, in mode native by a link whose name
# ends in -native: two programs, each with the runner's time.

# shellcheck source=selftests/topo/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# shellcheck disable=SC2034 # read by net.sh
GATEWAY=${GATEWAY:-node1}
GW=192.168.209.120     # gw1's outside port, and its SNAT address
EXT=${VM_IP[ext]}
PORT=8000              # of the servers below
held_pid=
case $0 in
*-native.sh) MODES=${MODES:-native} ;;
*) MODES=${MODES:-tc} ;;
esac

# load HOST FILE [options]: as an operator would.
load() {
	local node=$1 file=$2
	shift 2
	# shellcheck disable=SC2086
	xovn "$node" load --nb "$file" --chassis "$node" \
		--placement "$PLACEMENT" $LOAD_OPTIONS "$@"
}

# reload FILE: on all hosts.
reload() {
	local node
	for node in $NODES; do
		load "$node" "$1" || return 1
	done
}

# reload_nb: what the private database (nb_server) holds now.
reload_nb() {
	cp "$DIR/private.db" "$DIR/now.db"
	reload "$DIR/now.db"
}

# must NAME COMMAND...: a test without this makes no sense.
must() {
	local name=$1 out
	shift
	out=$("$@" 2>&1) && return
	fail "$name" "$* failed: $out"
	finish
}

# All neighbours learned, inside and outside.
warm_gateway() {
	local vm
	warm
	for vm in $VMS; do
		on "$vm" ping -q -c 3 -i 0.1 -W 1 "$EXT" >/dev/null 2>&1
		on ext ping -q -c 3 -i 0.1 -W 1 "${VM_IP[$vm]}" >/dev/null 2>&1
	done
}

# servers WHERE...: talkd, named as its namespace, on port 8000.
servers() {
	local where
	# shellcheck disable=SC2034 # net_down ends them
	local pid
	for where; do
		spawn pid "$where" "$TOOLS/talkd" $PORT "$where" >"$DIR/talkd.$where" 2>&1
	done
	for where; do
		until_true 20 listening "$where" $PORT || die "no server on $where"
	done
}

# ask WHERE IP [talk's options]: "SERVER CLIENT-ADDRESS:PORT" a line.
ask() {
	local where=$1 ip=$2
	shift 2
	on "$where" "$TOOLS/talk" ask "$ip" $PORT "$@"
}

# answers WHERE IP [options]: the different servers, "vm1 vm3".
answers() {
	ask "$@" | cut -d ' ' -f 1 | sort -u | xargs
}

# client_seen WHERE IP [options]: the different client addresses.
client_seen() {
	ask "$@" | sed 's/.* //; s/:[0-9]*$//' | sort -u | xargs
}

# hold WHERE IP [options]: connections on which something passes all the
# time; $DIR/held has what their servers said.
hold() {
	local where=$1 ip=$2
	shift 2
	spawn held_pid "$where" "$TOOLS/talk" hold "$ip" $PORT "$@" \
		>"$DIR/held" 2>"$DIR/held.log"
	until_true 20 grep -q ready "$DIR/held"
}

# held_lost: ends them, "N lost of M".
held_lost() {
	kill -INT "$held_pid"
	until_true 20 ended "$held_pid"
	grep 'lost of' "$DIR/held"
}

held_at() { # SERVER: how many of them it has
	grep -c "^$1 " "$DIR/held"
}

# icmp_errors FILE: who sent which ICMP error with which TTL, from a
# capture: "172.18.100.1 11/0 ttl=254" a line, each once.
icmp_errors() {
	tshark -n -r "$1" -Y 'icmp.type == 3 || icmp.type == 11' -T fields \
		-E occurrence=f -E separator=' ' -e ip.src -e icmp.type \
		-e icmp.code -e ip.ttl 2>/dev/null |
		awk '{ print $1, $2 "/" $3, "ttl=" $4 }' | sort -u
}

# probes FILE WHERE: starts a capture there of what refuses; probes_end.
probes() {
	capture "$1" "$2" eth0 \
		'icmp[0] == 3 or icmp[0] == 11 or tcp[tcpflags] & tcp-rst != 0'
}

# fetch CLIENT SERVER [IP]: the same, the server sends.
fetch() {
	local server ip=${3:-${VM_IP[$2]}}
	# not by spawn, whose background command has no stdin of ours
	ip netns exec "$NET-$2" timeout $((20 * SLOW)) "$TOOLS/tcpfile" serve 5000 <"$DIR/file" &
	server=$!
	until_true 20 listening "$2" 5000
	on "$1" timeout $((20 * SLOW)) "$TOOLS/tcpfile" fetch "$ip" 5000 >"$DIR/got"
	wait "$server"
	cmp "$DIR/file" "$DIR/got" && echo same
}

bad_checksums() { # WHERE: TCP segments it refused for that
	on "$1" awk '/^Tcp:/ { v = $16 } END { print v }' /proc/net/snmp
}

# connections HOST [filters of ct list]: how many
connections() {
	xovn "$1" ct list --json "${@:2}" |
		jq 'if type == "array" then length else (.connections | length) end'
}
