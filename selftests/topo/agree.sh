# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What tests need that compare `xovn trace --follow` with the network: the
# same packets go through both, and every byte at every end must be alike, and
# every drop.  Guests and the physical network are silent: nothing moves but
# what a test sends.
#
# selftests/data/trace/*.flows has the packets, a line each:
#   STATE | NAME | PORT | PACKET
# STATE: what the network knows before, and what is done:
#   cold    routers know no MAC that they must learn
#   warm    they know those of all guests and of ext
#   reply   warm; and the answer that the trace makes up is sent, too
# PORT: LSP of a guest, or outside-localnet: from the physical network.
# PACKET: a microflow or hex digits.  %NAME stands for a MAC.

# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "${BASH_SOURCE[0]}")/gateway.sh"

# shellcheck disable=SC2034 # read by net.sh
GUEST_MTU=1500 # so that guests can send what is too big
LOCALNET=outside-localnet
ENS9_MAC=02:0a:7f:18:01:09
declare -A MAC=([vm1]=${VM_MAC[vm1]} [vm2]=${VM_MAC[vm2]}
	[vm3]=${VM_MAC[vm3]} [vm4]=${VM_MAC[vm4]} [ext]=${VM_MAC[ext]}
	[ls1]=02:ac:10:ff:00:01 [ls2]=02:ac:10:ff:10:01
	[gw1]=02:0a:7f:18:01:02 [ens9]=$ENS9_MAC [all]=ff:ff:ff:ff:ff:ff)
flows=() # "NAME|PORT"
agreed=0

# Guests have no address and say nothing.  The cable of ens9 ends at p9, where
# the physical network is; between the hosts is a switch of framewatch's.
network_silent() {
	local node other vm port
	for vm in $VMS; do
		on "$vm" ip addr flush dev eth0
	done
	on node1 ip link set ens9 address "$ENS9_MAC"
	for port in p1 p2 p3 p9; do
		on wire ip link set "$port" nomaster
	done
	announcements_end
	watch_start
	for node in $NODES; do
		for other in $NODES; do
			[ "$node" = "$other" ] ||
				on "$node" ping -q -c 1 -W 2 "${NODE_IP[$other]}" >/dev/null
		done
	done
}

# Repeated announcements would be in the way: their process ends.
announcements_end() {
	local pids
	pids=$(ip netns pids "$NET-$GATEWAY")
	# shellcheck disable=SC2086
	[ -z "$pids" ] || kill $pids 2>/dev/null
}

watch_start() {
	local vm port points=()
	for vm in $VMS; do
		points+=("${VM_LSP[$vm]}=$NET-$vm:eth0")
	done
	for port in p1 p2 p3; do
		points+=("$port=$NET-wire:$port:wire")
	done
	# of the wire, so that net_down ends it
	coproc WATCH { exec ip netns exec "$NET-wire" \
		"$TOOLS/framewatch" "${points[@]}" \
		"$LOCALNET=$NET-wire:p9" "pass=$NET-node1:ens9:stack"; }
	# subshells do not get a coprocess's own
	exec {to_watch}>&"${WATCH[1]}" {from_watch}<&"${WATCH[0]}"
}

# watch_send PORT HEX WANTED: what arrived, "WHERE HEX" a line, sorted.
watch_send() {
	local line
	echo "$1 $2 $3" >&"$to_watch"
	while read -r line <&"$from_watch" && [ "$line" != . ]; do
		echo "$line"
	done | LC_ALL=C sort
}

# teach PORT ROUTER-MAC MAC IP ROUTER-IP: an ARP answer to a router.
teach() {
	local hex
	# shellcheck disable=SC2086 # an address is four words
	hex=$(printf '%s%s08060001080006040002%s%02x%02x%02x%02x%s%02x%02x%02x%02x' \
		"$2" "$3" "$3" ${4//./ } "$2" ${5//./ })
	watch_send "$1" "${hex//:/}" 0
}

learn() {
	local vm
	for vm in $VMS; do
		case ${VM_LSP[$vm]} in
		ls1-*) teach "${VM_LSP[$vm]}" "${MAC[ls1]}" "${MAC[$vm]}" "${VM_IP[$vm]}" 172.18.100.1 ;;
		*) teach "${VM_LSP[$vm]}" "${MAC[ls2]}" "${MAC[$vm]}" "${VM_IP[$vm]}" 172.18.200.1 ;;
		esac
	done >/dev/null
	teach "$LOCALNET" "${MAC[gw1]}" "${MAC[ext]}" "$EXT" "$GW" >/dev/null
}

# What hosts have learned, a JSON text: {map, key, mac, value}.
learned_read() {
	local node map
	for node in $NODES; do
		for map in learned fdb frag; do
			echo "map dump pinned $PINS/$node/$map"
		done
	done | bpftool -j batch file - | jq -c '[.[] | .command[3] as $map |
		.output[] | {map: $map, key, mac: .formatted.value.mac, value}]'
}

# learned_restore JSON: what hosts have learned is that and no more.
learned_restore() {
	jq -nr --argjson now "$(learned_read)" --argjson want "$1" '
		def id: {map, key, mac};
		($now | map(id)) as $n | ($want | map(id)) as $w |
		($now[] | select([id] | inside($w) | not) |
			"map delete pinned \(.map) key \(.key | join(" "))"),
		($want[] | select([id] | inside($n) | not) |
			"map update pinned \(.map) key \(.key | join(" ")) value \(.value | join(" "))")
		' >"$DIR/restore"
	[ ! -s "$DIR/restore" ] || bpftool batch file "$DIR/restore" >/dev/null
}

# --neigh options for what a host has learned
neighbors() {
	"$XOVN" --pin "$PINS/$1" show --json | jq -r '[.. | objects |
		select(.neighbors?) | .name as $port | .neighbors[] |
		select(.source == "learned") | "--neigh=\($port),\(.ip),\(.mac)"] |
		unique[]'
}

# drops_read [FORGET]: "drop REASON" a line for each packet that any host has
# dropped since the last call with an argument.
drops_read() {
	local node
	for node in $NODES; do
		"$XOVN" --pin "$PINS/$node" stats drops --json
	done | jq -rs --argjson before "$(cat "$DIR/drops" 2>/dev/null || echo '{}')" '
		(add | reduce .[] as $d ({}; .[$d.reason] += $d.packets)) |
		tojson, (to_entries[] | .key as $reason |
			range(.value - ($before[.key] // 0)) | "drop \($reason)")
		' >"$DIR/drops.now"
	sed 1d "$DIR/drops.now"
	[ $# = 0 ] || sed -n 1p "$DIR/drops.now" >"$DIR/drops"
}

connections_flush() {
	local node
	for node in $NODES; do
		"$XOVN" --pin "$PINS/$node" ct flush >/dev/null
	done
}

# trace_flows FILE STATE [options]: traces of the file's packets of a state:
# their names in flows, and for the one of number N
#   $DIR/N.frame   "PORT HEX", what it begins with
#   $DIR/N.want    lines as of watch_send and drops_read: what comes of it
# and of its answer N.answer.frame, N.answer.want.
trace_flows() {
	local file=$1 state=$2 name want port packet mac
	shift 2
	flows=()
	while IFS='|' read -r want name port packet; do
		[ "${want// /}" = "$state" ] || continue
		name=${name# } name=${name% }
		for mac in "${!MAC[@]}"; do
			packet=${packet//%$mac/${MAC[$mac]}}
		done
		flows+=("$name|${port// /}")
		echo "${port// /} $packet"
	done <"$file" >"$DIR/batch"
	[ ${#flows[@]} -gt 0 ] || return 0
	rm -rf "$DIR/flow"
	mkdir "$DIR/flow"
	"$XOVN" trace --nb "$NB" --placement "$PLACEMENT" --mode "$MODE" --follow \
		--json --batch "$DIR/batch" "$@" >"$DIR/trace.json" || return 1
	# A packet that is dropped and another built of it is no output of kind
	# drop, but its step stands there.  A tag of no VLAN device is gone where
	# the host's stack can be watched.
	jq -nr '[inputs] | to_entries[] | .key as $n | .value |
		[.runs[] | if .answer then ".answer" else "" end] as $part |
		(.runs[] | "\($n)\(if .answer then ".answer" else "" end).frame " +
			"\(.port) \(.packet)"),
		(.steps[] | select(.stage == "drop") |
			"\($n)\($part[.run]).want drop \(.detail | split(":")[0])"),
		(.outputs[] | "\($n)\($part[.run]).want " +
			if .kind == "drop" then empty
			elif .kind == "pass" then .packet | "pass " +
				if .[24:28] == "8100" then .[:24] + .[32:] else . end
			else "\(.port // .kind) \(.packet)" end)' "$DIR/trace.json" |
		LC_ALL=C sort -s -k 1,1 |
		awk -v dir="$DIR/flow" '{
			file = dir "/" $1
			if (file ~ /frame$/ && seen[file]++) next
			sub(/^[^ ]* /, "")
			print >file }'
	for packet in "$DIR"/flow/*.want; do
		LC_ALL=C sort -o "$packet" "$packet"
	done
}

# both NUMBER[.answer] PORT: sends the frame; fails, with the difference in
# $DIR/difference, where the network does not do what the trace says.
both() {
	local want=$DIR/flow/$1.want frame drops got end=$((SECONDS + 5))
	read -r _ frame <"$DIR/flow/$1.frame"
	touch "$want"
	drops=$(grep -c '^drop ' "$want")
	got=$(watch_send "$2" "$frame" $(($(wc -l <"$want") - drops)))
	while true; do
		{
			drops_read forget
			[ -z "$got" ] || echo "$got"
		} | LC_ALL=C sort >"$DIR/got"
		cmp -s "$want" "$DIR/got" && return
		[ "$(grep -c '^drop ' "$DIR/got")" -lt "$drops" ] || break
		[ $SECONDS -lt $end ] || break
		got=$(cat "$DIR/got")
	done
	{
		echo "$2 $frame"
		diff -U 9 --label trace --label network "$want" "$DIR/got"
	} >"$DIR/difference"
	return 1
}

# flow_check NUMBER NAME PORT STATE
flow_check() {
	local port
	if ! both "$1" "$3"; then
		fail "$2" "$(cat "$DIR/difference")"
		return
	fi
	if [ "$4" = reply ]; then
		if [ ! -e "$DIR/flow/$1.answer.frame" ]; then
			fail "$2" "the trace has no answer"
			return
		fi
		read -r port _ <"$DIR/flow/$1.answer.frame"
		[ "$port" != phyNet ] || port=$LOCALNET
		if ! both "$1.answer" "$port"; then
			fail "$2" "its answer: $(cat "$DIR/difference")"
			return
		fi
	fi
	pass "$2"
}

# agree FILE STATE...: each packet of the file that is of these states.
agree() {
	local file=$1 state known i name port options node
	shift
	for state; do
		known='[]' options=()
		learned_restore "$known"
		if [ "$state" != cold ]; then
			learn
			known=$(learned_read)
			mapfile -t options < <(for node in $NODES; do
				neighbors "$node"
			done | sort -u)
		fi
		[ "$state" != reply ] || options+=(--reply)
		if ! trace_flows "$file" "$state" "${options[@]}" 2>"$DIR/trace.log"; then
			fail "$MODE: trace of $file" "$(cat "$DIR/trace.log")"
			continue
		fi
		drops_read forget >/dev/null
		for ((i = 0; i < ${#flows[@]}; i++)); do
			IFS='|' read -r name port <<<"${flows[i]}"
			[ "$NB" = "$DATA/base/nb.db" ] || connections_flush
			learned_restore "$known"
			flow_check $i "$MODE: $state: $name" "$port" "$state"
		done
		agreed=$((agreed + i))
	done
}
