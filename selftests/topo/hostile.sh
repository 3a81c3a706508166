# shellcheck shell=bash
# shellcheck disable=SC2317 # called by check and until_true
# SPDX-License-Identifier: GPL-2.0-only
# One xovn host with NB, SB and conf.db, between whose agent and servers the
# tool meddle stands, and two guests on two switches with a router; vm1 pings
# vm3 all the time.  Whatever is done to the databases, the agent lives, no
# ping is lost, and after the repair the next change works.

# shellcheck source=selftests/topo/live.sh
. "$(dirname "${BASH_SOURCE[0]}")/live.sh"

# How the end of a connection is told by who reads, and by who was writing.
readonly CUT='closed by the server|Connection reset by peer|Broken pipe|no (answer|connection) within'

D=
declare -A MEDDLE
mark=0
agent_pid=

# meddle NAME SOCKET: beside SOCKET, at SOCKET.m
meddle() {
	local name=$1 socket=$2 to pid
	mkfifo "$DIR/$name.in"
	exec {to}<>"$DIR/$name.in"
	MEDDLE[$name]=$to
	# shellcheck disable=SC2016 # expands in the other shell
	spawn pid node1 sh -c 'exec "$0" "$1.m" "$1" <"$2"' \
		"$TOOLS/meddle" "$socket" "$DIR/$name.in" >"$DIR/$name.said" 2>&1
	until_true 20 serving node1 "$socket.m"
}

# meddle_do NAME WORDS: returns when it is done.
meddle_do() {
	local n
	n=$(grep -c ok "$DIR/$1.said")
	echo "${*:2}" >&"${MEDDLE[$1]}"
	# shellcheck disable=SC2016 # expands in the other shell
	until_true 60 sh -c '[ $(grep -c ok "$1") -gt $2 ]' sh "$DIR/$1.said" "$n"
}

# guest VM LSP SWITCH
guest() {
	ns_add "$1"
	nbctl lsp-add "$3" "$2" -- lsp-set-addresses "$2" "${VM_MAC[$1]} ${VM_IP[$1]}"
	vsctl node1 add-port br-int "$1" -- set Interface "$1" type=internal \
		external_ids:iface-id="$2"
	until_true 20 on node1 ip link set "$1" netns "$NET-$1"
	on "$1" ip link set "$1" name eth0
	guest_address "$1"
}

bed_up() {
	net_init
	VMS='' GATEWAY='' net_up
	NODES=node1
	D=$DIR/node1
	mkdir "$D"
	HOST_KIND[node1]=xovn
	database node1 conf.db vswitch
	confdb_start node1
	central_start
	meddle conf "$D/db.sock"
	meddle sb "$D/ovnsb_db.sock"
	meddle nb "$D/ovnnb_db.sock"
	vsctl node1 --no-wait init -- add-br br-int -- set Open_vSwitch . \
		external-ids:system-id=node1 external-ids:hostname=node1 \
		external-ids:ovn-encap-type=geneve \
		external-ids:ovn-encap-ip="${NODE_IP[node1]}" \
		external-ids:ovn-remote="unix:$D/ovnsb_db.sock.m" \
		external-ids:xovn-nb-remote="unix:$D/ovnnb_db.sock.m" \
		external-ids:ovn-remote-probe-interval="${PROBE:-60000}"
	# shellcheck disable=SC2086 # a wrapper's words
	daemon node1 agent ${WRAP:-} "$XOVN" --pin "$PINS/node1" agent \
		--db "unix:$D/db.sock.m" --pidfile "$D/agent.pid"
	nbctl ls-add ls1 -- ls-add ls2 -- lr-add lr1 \
		-- lrp-add lr1 lr1-ls1 02:ac:10:ff:01:01 172.18.100.1/24 \
		-- lrp-add lr1 lr1-ls2 02:ac:10:ff:01:02 172.18.200.1/24 \
		-- lsp-add ls1 ls1-lr1 -- lsp-set-type ls1-lr1 router \
		-- lsp-set-addresses ls1-lr1 router \
		-- lsp-set-options ls1-lr1 router-port=lr1-ls1 \
		-- lsp-add ls2 ls2-lr1 -- lsp-set-type ls2-lr1 router \
		-- lsp-set-addresses ls2-lr1 router \
		-- lsp-set-options ls2-lr1 router-port=lr1-ls2 ||
		die "no network in NB"
	guest vm1 ls1-vm1 ls1
	guest vm3 ls2-vm3 ls2
	check "the bed works" nbctl --wait=hv sync
	expect "and forwards" "[12]/2 ttl=63" "$(pings vm1 "${VM_IP[vm3]}" -c 2)"
	[ "$failures" = 0 ] || {
		live_logs
		finish
	}
	agent_pid=$(cat "$D/agent.pid")
	ping_start vm1 "${VM_IP[vm3]}"
	remember
}

# remember: what the log says from now on.
remember() {
	mark=$(wc -l <"$D/agent.log")
}

said() {
	tail -n +$((mark + 1)) "$D/agent.log"
}

# warned PATTERN: in the log.
# shellcheck disable=SC2317 # called by until_true
warned() {
	said | grep -q -e "warning: .*$1"
}

# one_line NAME PATTERN [OTHERS]: one warning beside OTHERS, which matches, and
# stays the only one.
one_line() {
	local n
	until_true 30 warned "$2"
	# a try more
	sleep 1.2
	# How a connection ended is two lines where both ends saw it otherwise;
	# on a busy machine a server may find another one silent for too long.
	n=$(said | grep 'warning: ' | grep -v 'Connection reset by peer' |
		awk -v want="$2" -v cut="$CUT" '$0 !~ cut || $0 ~ want' |
		grep -vc -e "${3:-no others}")
	if [ "$n" = 1 ] && warned "$2"; then
		pass "$1: one line"
	else
		fail "$1: one line" "$n, of which wanted: $2"$'\n'"$(said)"
	fi
}

# survived NAME: the process, and the next change.
number=0
survived() {
	number=$((number + 1))
	expect "$1: the agent lives" "$agent_pid" "$(cat "$D/agent.pid" 2>/dev/null)"
	check "$1: its process" kill -0 "$agent_pid"
	check "$1: the next change" nbctl --wait=hv lsp-add ls1 "new$number" \
		-- lsp-set-addresses "new$number" "02:00:00:00:77:$(printf %02x $number) 172.18.100.$((100 + number))"
	check "$1: is in the maps" mapped "new$number"
	remember
}

mapped() { # LSP
	bpftool -j map dump pinned "$PINS/node1/port" |
		jq -e --arg n "$1" 'any(.[]; .formatted.value.name == $n)' >/dev/null
}

# unharmed: at the end.
unharmed() {
	expect "no ping was lost" "0 of many" "$(ping_lost)"
	[ "$failures" = 0 ] || live_logs
}

# transact SOCKET DATABASE OPERATIONS: as somebody who may write anything.
transact() {
	on node1 ovsdb-client --timeout=30 transact "unix:$D/$1" \
		"[\"$2\", $3]"
}

# stopped NAME: the server nb or sb; its file is kept.
stopped() {
	daemon_end node1 "$1-server"
	cp "$D/ovn$1.db" "$D/kept-$1.db"
}

# started NAME [FILE]: with that file.
started() {
	[ -z "${2:-}" ] || cp "$2" "$D/ovn$1.db"
	central_db_start "$1"
}

# northd pause|resume
northd() {
	appctl node1 ovn-northd "$1"
}

# empty NAME FILE: an empty database.
empty() {
	rm -f "$2"
	ovsdb-tool create "$2" "$STOCK/schema/ovn-$1.ovsschema"
}

# calm NAME: nothing is said but how a connection ended.
calm() {
	check "$1: settles" nbctl --wait=hv sync
	expect "$1: no warning" "" "$(said | grep 'warning: ' | grep -vE "$CUT")"
	survived "$1"
}

# turns: of the agent's loop, each of which reads once at least.
turns() {
	awk '/^syscr:/ { print $2 }' "/proc/$agent_pid/io"
}

# rests NAME: the loop turns for what comes, and not by itself.
rests() {
	local i before
	before=$(turns)
	for i in {1..20}; do
		vsctl node1 --no-wait set Open_vSwitch . external_ids:tick="$i"
	done
	before=$(($(turns) - before))
	# a slow loop takes several changes at once
	if [ "$before" -ge 5 ] && [ "$before" -le 1000 ]; then
		pass "$1: $before turns for 20 changes"
	else
		fail "$1: turns for 20 changes" "$before"
	fi
}
