#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A large network: 500 switches of 20 ports, 50 routers of 10 switches each
# and a switch that joins the routers.  Other chassis, rows without a host,
# have all ports but the 20 of the host that is measured: node2 with stock OVN
# and node3 with xovn take turns at being that host.  Each turn begins with the
# same Southbound database, so that nobody waits for what the one before held.
#
# Start: from nothing in the kernel to the first answer between two guests of
# one switch ("ping"), of two routers ("routed"), to all ports up ("up").
# Changes: milliseconds of CPU in the host's daemons, until ovn-nbctl --wait=hv
# returns, and from ovn-nbctl's start until the last map entry (of ovs-vswitchd:
# the last flow that ovn-controller gave it) is written, with how many; for at
# most CHANGES changes of a sort and SORT_LIMIT s; "sync" changes nothing.
# shellcheck source=selftests/bench/livebed.sh
. "$(dirname "$0")/livebed.sh"
# shellcheck source=selftests/bench/live_changes.sh
. "$(dirname "$0")/live_changes.sh"
SWITCHES=${SWITCHES:-500}
PORTS=${PORTS:-20}
FAN=${FAN:-10}
CHASSIS=${CHASSIS:-20}
ROUNDS=${ROUNDS:-3}
CHANGES=${CHANGES:-10}
SORT_LIMIT=${SORT_LIMIT:-30}
SORTS=${SORTS:-"sync lsp-add address route nat backend mac"}
VIFS=${VIFS:-20}
ROUTERS=$((SWITCHES / FAN))
declare -A HOST_OF=([stock]=node2 [xovn]=node3)
NODES="node1 node2 node3"
# ovn-nbctl would read all of NB for each of the changes
NBD=

net_of() { # SWITCH: without the last octet
	echo "10.$(($1 / FAN)).$(($1 % FAN))"
}

mac_of_port() { # SWITCH PORT
	printf '02:01:%02x:%02x:00:%02x' $(($1 / 256)) $(($1 % 256)) "$2"
}

# vif K: sets SWITCH and PORT: 0 and 1 on one switch, the others apart.
vif() {
	SWITCH=$(($1 < 2 ? 0 : $1 * SWITCHES / VIFS)) PORT=$(($1 == 1))
}

nbd() { # a command for the daemon that has NB at hand
	host $CENTRAL env "OVN_NB_DAEMON=$NBD" ovn-nbctl --timeout=120 "$@"
}

# router_words R: what ovn-nbctl makes it of, its switches and their ports, a
# word a line: a process for each address would take minutes.
router_words() {
	awk -v r="$1" -v fan="$FAN" -v ports="$PORTS" -v routers="$ROUTERS" '
	function say(line) {
		gsub(/ /, "\n", line)
		gsub(/_/, " ", line)
		print line
	}
	function peer(sw, port, lrp) {
		say("-- lsp-add " sw " " port " -- lsp-set-type " port " router" \
		    " -- lsp-set-addresses " port " router" \
		    " -- lsp-set-options " port " router-port=" lrp)
	}
	BEGIN {
		say("lr-add r" r " -- lrp-add r" r " r" r "-join " \
		    sprintf("02:02:00:00:00:%02x", r) " 172.31.0." r + 1 "/16")
		peer("join", "join-r" r, "r" r "-join")
		for (i = 1; r == 0 && i < routers; i++)
			say("-- lr-route-add r0 10." i ".0.0/16 172.31.0." i + 1)
		if (r)
			say("-- lr-route-add r" r " 0.0.0.0/0 172.31.0.1")
		for (s = r * fan; s < (r + 1) * fan; s++) {
			mac = sprintf("02:01:%02x:%02x:00:", int(s / 256), s % 256)
			net = "10." r "." s % fan "."
			say("-- ls-add s" s " -- lrp-add r" r " r" r "-s" s " " \
			    mac "ff " net "1/24")
			peer("s" s, "s" s "-r", "r" r "-s" s)
			for (p = 0; p < ports; p++)
				say("-- lsp-add s" s " s" s "-p" p \
				    " -- lsp-set-addresses s" s "-p" p " " \
				    mac sprintf("%02x", p) "_" net 10 + p)
		}
	}'
}

make_network() {
	local r words
	# it would compute all of it again after each router
	daemon_end $CENTRAL ovn-northd
	nbd ls-add join
	for ((r = 0; r < ROUTERS; r++)); do
		mapfile -t words < <(router_words "$r")
		nbd "${words[@]}" || die "cannot make router r$r"
	done
	nbd lb-add lb0 10.0.0.250:80 10.0.0.10:80 tcp -- ls-lb-add s0 lb0 \
		-- lrp-set-gateway-chassis r1-join fake0
	northd_start
	nbd --wait=sb sync
}

sb_transact() { # OPERATIONS: JSON, elements of an array
	host $CENTRAL ovsdb-client transact \
		"unix:$DIR/$CENTRAL/ovnsb_db.sock" "[\"OVN_Southbound\",$1]"
}

# claim_all: the ports of all switches, for chassis without a host, but for
# those of the host that is measured.
claim_all() {
	local c chassis words=() ops k SWITCH PORT
	sb_transact '{"op":"select","table":"Datapath_Binding","where":[],
		"columns":["_uuid","external_ids"]}' | jq -r '.[0].rows[] |
		select(.external_ids[1][] | .[0] == "name" and
		(.[1] | test("^s[0-9]+$"))) | ._uuid[1]' | sort -u >"$DIR/switches"
	[ "$(wc -l <"$DIR/switches")" = "$SWITCHES" ] ||
		die "SB has not all switches"
	for ((c = 0; c < CHASSIS; c++)); do
		words+=(-- chassis-add "fake$c" geneve "192.168.210.$((c + 1))")
	done
	sbctl "${words[@]:1}" || die "no chassis in SB"
	for ((c = 0; c < CHASSIS; c++)); do
		chassis=$(sbctl --bare --columns=_uuid find Chassis "name=fake$c")
		ops=$(awk -v c="$c" -v n="$CHASSIS" 'NR % n == c' "$DIR/switches" |
			jq -nRr --arg chassis "$chassis" '[inputs |
			{op: "update", table: "Port_Binding", where: [
			["datapath", "==", ["uuid", .]], ["type", "==", ""]],
			row: {chassis: ["uuid", $chassis]}} | tojson] | join(",")')
		sb_transact "$ops" >/dev/null || die "cannot bind ports to fake$c"
	done
	ops=
	for ((k = 0; k < VIFS; k++)); do
		vif "$k"
		ops+=",{\"op\":\"update\",\"table\":\"Port_Binding\",\"where\":
			[[\"logical_port\",\"==\",\"s$SWITCH-p$PORT\"]],
			\"row\":{\"chassis\":[\"set\",[]]}}"
	done
	sb_transact "${ops#,}" >/dev/null
}

# make_vifs HOST: 0, 1 and the last are guests HOST-gK, the others only there.
make_vifs() {
	local k name words=() SWITCH PORT
	ns_add "$1-rest"
	for ((k = 0; k < VIFS; k++)); do
		vif "$k"
		name=v$k
		words+=(-- --may-exist add-port br-int "$name" -- set interface "$name"
			"external_ids:iface-id=s$SWITCH-p$PORT")
		if ((k < 2 || k == VIFS - 1)); then
			ns_add "$1-g$k"
			cable "$1" $name "$1-g$k" eth0 "$GUEST_MTU"
			on "$1-g$k" sh -ec "
				ethtool -K eth0 tx off >/dev/null 2>&1
				ip link set eth0 address $(mac_of_port "$SWITCH" "$PORT")
				ip addr add $(net_of "$SWITCH").$((10 + PORT))/24 dev eth0
				ip route add default via $(net_of "$SWITCH").1"
		else
			cable "$1" $name "$1-rest" $name "$GUEST_MTU"
		fi
	done
	vsctl "$1" --no-wait --may-exist add-br br-int \
		-- set bridge br-int fail-mode=secure "${words[@]}" \
		-- set Open_vSwitch . external-ids:ovn-encap-type=geneve \
		"external-ids:ovn-remote=unix:$DIR/$CENTRAL/ovnsb_db.sock" \
		"external-ids:xovn-nb-remote=unix:$DIR/$CENTRAL/ovnnb_db.sock" \
		"external-ids:ovn-encap-ip=${NODE_IP[$1]}"
}

start_side() { # KIND
	local node=${HOST_OF[$1]}
	if [ "$1" = xovn ]; then
		daemon "$node" agent env "LD_PRELOAD=$TOOLS/mapwrites.so" \
			"MAPWRITES=$DIR/writes" "$XOVN" --pin "$PINS/$node" agent \
			--db "unix:$DIR/$node/db.sock" --max-ports "$((PORTS * SWITCHES + 10000))"
	else
		vswitchd_start "$node"
		controller_start "$node"
	fi
}

# sb_keep: what each turn begins with.
sb_keep() {
	host $CENTRAL ovsdb-client backup "unix:$DIR/$CENTRAL/ovnsb_db.sock" \
		OVN_Southbound >"$DIR/sb.kept" || die "cannot copy SB"
}

sb_fresh() {
	daemon_end $CENTRAL ovn-northd
	daemon_end $CENTRAL sb-server
	cp "$DIR/sb.kept" "$DIR/$CENTRAL/ovnsb.db"
	central_db_start sb
	northd_start
	nbd --wait=sb sync || die "ovn-northd does not settle"
}

# end_side KIND: the kernel has nothing left.  The chassis need not leave, its
# database goes, too: by a signal ovn-controller ends without leaving.
end_side() {
	local node=${HOST_OF[$1]}
	if [ "$1" = xovn ]; then
		daemon_end "$node" agent
		xovn "$node" detach --all >/dev/null
	else
		daemon_end "$node" ovn-controller KILL
		daemon_end "$node" ovs-vswitchd
	fi
}

up_is() { # NUMBER: of the host's ports
	local n
	n=$(sb_transact '{"op":"select","table":"Port_Binding","where":
		[["up","==",true]],"columns":["logical_port"]}' |
		grep -o logical_port | wc -l)
	[ "$n" = "$1" ]
}

pids_of() { # KIND
	if [ "$1" = xovn ]; then
		echo "${LIVE_PID[node3/agent]}"
	else
		echo "${LIVE_PID[node2/ovn-controller]} ${LIVE_PID[node2/ovs-vswitchd]}"
	fi
}

# cpu_us PID...: microseconds that all their threads have run.
cpu_us() {
	local pid
	for pid; do
		cat "/proc/$pid/task/"*/schedstat
	done | awk '{ us += $1 / 1000 } END { printf "%d\n", us }'
}

# mib PID FIELD
mib() {
	awk -v f="$2:" '$1 == f { print int($2 / 1024) }' "/proc/$1/status"
}

map_mib() { # PID: of the maps that it has open
	cat "/proc/$1/fdinfo/"* 2>/dev/null | awk '/^memlock:/ { b = $2 }
		/^map_id:/ && !seen[$2]++ { sum += b }
		END { print int(sum / 1048576) }'
}

# first_ms FILE START: of the answer of that ping.
first_ms() {
	local at
	at=$(sed -n 's/^\[\([0-9]*\)\.\([0-9]\{3\}\).*bytes from.*/\1\2/p' "$1" |
		head -n 1)
	echo $((${at:-$2} - $2))
}

# measure_start KIND: "PING ROUTED UP CPU", ms.
measure_start() {
	local node=${HOST_OF[$1]} start up near far pids
	spawn near "$node-g0" ping -n -D -i 0.02 10.0.0.11 >"$DIR/near" 2>&1
	vif $((VIFS - 1))
	spawn far "$node-g0" ping -n -D -i 0.02 \
		"$(net_of "$SWITCH").10" >"$DIR/far" 2>&1
	start=$(now_ms)
	start_side "$1"
	until_true 90 up_is "$VIFS" || echo "$1: not all ports come up" >&2
	up=$(now_ms)
	until_true 30 grep -q 'bytes from' "$DIR/near" &&
		until_true 30 grep -q 'bytes from' "$DIR/far" ||
		echo "$1: a ping gets no answer" >&2
	kill "$near" "$far"
	wait "$near" "$far" 2>/dev/null
	nbd --wait=hv sync || echo "$1: the host does not settle" >&2
	# shellcheck disable=SC2046
	pids=$(cpu_us $(pids_of "$1"))
	echo "$(first_ms "$DIR/near" "$start") $(first_ms "$DIR/far" "$start") $((up - start)) $((pids / 1000))"
}

# summary FIELD FILE: "median (lowest..highest)".
summary() {
	awk -v n="$1" 'NF { print $n }' "$2" | sort -g >"$DIR/column"
	echo "$(median <"$DIR/column") ($(head -n 1 "$DIR/column")..$(tail -n 1 "$DIR/column"))"
}

net_init
kinds_set
live_net
for node in $NODES; do
	database "$node" conf.db vswitch
done
central_start
NBD=$(host $CENTRAL ovn-nbctl --detach --pidfile="$DIR/$CENTRAL/nbctl.pid" \
	--log-file="$DIR/$CENTRAL/nbctl.log") || die "no ovn-nbctl daemon"
start=$(now_ms)
make_network
claim_all
JOINER=$(sb_transact '{"op":"select","table":"Port_Binding","where":
	[["logical_port","==","r0-join"]],"columns":["datapath"]}' |
	jq -r '.[0].rows[0].datapath[1]')
for node in node2 node3; do
	confdb_start "$node"
	vsctl "$node" --no-wait init -- set Open_vSwitch . \
		external-ids:system-id="${SYSTEM_ID[$node]}" \
		external-ids:hostname="$node" external-ids:rundir="$DIR/$node"
	make_vifs "$node"
done
vsctl node2 --no-wait set Open_vSwitch . \
	external-ids:ovn-bridge-datapath-type=netdev \
	-- set bridge br-int datapath_type=netdev
vswitchd_start node2
underlay_up node2
daemon_end node2 ovs-vswitchd
nbd --wait=sb sync
sb_keep
echo "made in $((($(now_ms) - start) / 1000)) s: $SWITCHES switches, $ROUTERS routers, $((SWITCHES * PORTS)) ports"

for ((round = 0; round < ROUNDS; round++)); do
	for kind in $BED_KINDS; do
		sb_fresh
		measure_start "$kind" >>"$DIR/start.$kind"
		echo "# $kind start: $(tail -n 1 "$DIR/start.$kind")" >&2
		# shellcheck disable=SC2046
		for pid in $(pids_of "$kind"); do
			echo "$(cat "/proc/$pid/comm") $(mib "$pid" VmRSS) $(mib "$pid" VmHWM) $(map_mib "$pid")"
		done >"$DIR/memory.$kind"
		if ((round == ROUNDS - 1)); then
			[ "$kind" = xovn ] || flows_watch
			for name in $SORTS; do
				measure_change "$kind" "$name" >"$DIR/change.$kind.$name"
			done
		fi
		end_side "$kind"
	done
done

echo "start, ms: median of $ROUNDS (lowest..highest)"
printf '%6s %-24s %-24s %-24s %-24s\n' hosts ping routed up CPU
for kind in $BED_KINDS; do
	printf '%6s %-24s %-24s %-24s %-24s\n' "$kind" \
		"$(summary 1 "$DIR/start.$kind")" "$(summary 2 "$DIR/start.$kind")" \
		"$(summary 3 "$DIR/start.$kind")" "$(summary 4 "$DIR/start.$kind")"
done
echo "memory, MiB"
printf '%6s %-16s %9s %9s %9s\n' hosts process resident highest "BPF maps"
for kind in $BED_KINDS; do
	while read -r line; do
		# shellcheck disable=SC2086
		printf '%6s %-16s %9s %9s %9s\n' "$kind" $line
	done <"$DIR/memory.$kind"
done
# each of them, for figures of other sizes beside these
[ -z "${CHANGES_TO:-}" ] || cp "$DIR"/change.* "$CHANGES_TO"
echo "one change, ms: median (lowest..highest) of N"
printf '%6s %-10s %3s %-24s %-24s %-24s %s\n' hosts change N CPU "--wait=hv" \
	written entries
for name in $SORTS; do
	for kind in $BED_KINDS; do
		printf '%6s %-10s %3d %-24s %-24s %-24s %s\n' "$kind" "$name" \
			"$(wc -l <"$DIR/change.$kind.$name")" \
			"$(summary 1 "$DIR/change.$kind.$name")" \
			"$(summary 2 "$DIR/change.$kind.$name")" \
			"$(summary 4 "$DIR/change.$kind.$name")" \
			"$(summary 3 "$DIR/change.$kind.$name")"
	done
done
