# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What topology tests need beside the network: one "ok" or "not ok" line
# per check (the runner counts them), pings and counters as short strings.

# shellcheck source=selftests/topo/net.sh
. "$(dirname "${BASH_SOURCE[0]}")/net.sh"

# Limits of waiting are for a machine of our time; an emulated one is SLOW
# times slower (selftests/vm/boot).
SLOW=${SLOW:-1}
failures=0
capture_pid=
ping_pid=

pass() {
	echo "ok - $1"
}

fail() {
	echo "not ok - $1"
	[ -z "${2:-}" ] || printf '%s\n' "$2" | head -n 40 | cut -c 1-400 | sed 's/^/#   /'
	failures=$((failures + 1))
}

# check NAME COMMAND...: the command succeeds.
check() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then pass "$name"; else fail "$name" "$* failed: $out"; fi
}

# expect NAME WANTED GOT: WANTED is a pattern of the shell.
expect() {
	# shellcheck disable=SC2053
	if [[ $3 == $2 ]]; then pass "$1"; else fail "$1" "wanted: $2"$'\n'"got:    $3"; fi
}

# at_least NAME MINIMUM NUMBER
at_least() {
	if [ "${3:-0}" -ge "$2" ] 2>/dev/null; then
		pass "$1 ($3)"
	else
		fail "$1" "wanted at least $2, got ${3:-nothing}"
	fi
}

# refused NAME PATTERN COMMAND...: exit code 1 and exactly one line on
# stderr, which matches.
refused() {
	local name=$1 pattern=$2 err code
	shift 2
	err=$("$@" 2>&1 >/dev/null)
	code=$?
	# warnings about what the NB holds and xovn does not honour may precede
	err=$(grep -v '^xovn: warning: ' <<<"$err")
	# shellcheck disable=SC2053
	if [ $code = 1 ] && [ "$(wc -l <<<"$err")" = 1 ] && [[ $err == $pattern ]]; then
		pass "$name"
	else
		fail "$name" "exit code $code, wanted 1 and: $pattern"$'\n'"got: $err"
	fi
}

skip() {
	echo "ok - $1 # SKIP $2"
}

finish() {
	[ "$failures" = 0 ]
	exit
}

# pings VM DESTINATION [ping's options]: "received/sent ttl=N[,N]", and
# what an ICMP error said.
pings() {
	local vm=$1 dst=$2 out
	shift 2
	out=$(on "$vm" ping -n -i 0.2 -W 2 "$@" "$dst" 2>&1)
	awk '
		/ttl=/ { match($0, /ttl=[0-9]+/)
			t = substr($0, RSTART + 4, RLENGTH - 4)
			if (!(t in seen)) ttl = ttl (ttl == "" ? "" : ",") t
			seen[t] = 1 }
		/^From / { sub(/icmp_seq=[0-9]+ /, ""); sub(/^From /, "")
			if (!($0 in said)) note = note "; " $0
			said[$0] = 1 }
		/packets transmitted/ { sent = $1; got = $4 }
		END { print got "/" sent (ttl == "" ? "" : " ttl=" ttl) note }
	' <<<"$out"
}

# Guests' and routers' neighbours learned, so that what follows counts.
warm() {
	local a b
	for a in $VMS; do
		for b in $VMS; do
			[ "$a" = "$b" ] ||
				on "$a" ping -q -c 3 -i 0.1 -W 1 "${VM_IP[$b]}" >/dev/null 2>&1
		done
	done
}

# connect VM PROTOCOL IP PORT: what the kernel says to a connection; a datagram
# that nobody refuses in that time counts as accepted.
connect() {
	local out patience=$((3 * (SLOW + 4) / 5)) limit after
	limit=$patience after="echo accepted"
	if [ "$2" = udp ]; then
		# the kernel says it to whoever reads
		limit=60
		after="{ read -r -t $patience -u 3 || [ \$? -gt 128 ]; } && $after"
	fi
	out=$(on "$1" timeout $limit bash -c "
		exec 3<>/dev/$2/$3/$4 && echo x >&3 && $after" 2>&1)
	case $out in
	*refused*) echo refused ;;
	*accepted*) echo accepted ;;
	*) echo "silent: $out" ;;
	esac
}

# arp_answer VM IP: who answers.
arp_answer() {
	on "$1" sh -c "ip neigh flush dev eth0; ip route replace $2 dev eth0
		ping -q -c 1 -W 1 $2 >/dev/null; ip -j neigh show $2
		ip route del $2 dev eth0" | jq -r '.[0].lladdr // "nobody"'
}

# drops HOST REASON: how often the host has dropped for that reason.
drops() {
	xovn "$1" stats drops --json |
		jq --arg r "$2" '[.. | objects | select((.reason? // .name?) == $r) |
			(.packets // .count)] | add // 0'
}

# drops_are HOST REASON NUMBER: soon; what has been sent may wait for a processor.
drops_are() {
	until_true 5 drops_equal "$@"
	drops "$1" "$2"
}

# shellcheck disable=SC2317 # called by until_true
drops_equal() {
	[ "$(drops "$1" "$2")" = "$3" ]
}

# configured HOST: what show says, less what packets change.
configured() {
	xovn "$1" show --json |
		jq -S 'del(.. | .counters?, .drops?, .age?)'
}

# ip4_header LENGTH FRAGMENT PROTO SRC DST, all hex: for sendframe.
ip4_header() {
	local h="4500$1 0000$2 40$3 0000 $4 $5" sum=0 hex i
	hex=${h// /}
	for ((i = 0; i < 40; i += 4)); do sum=$((sum + 0x${hex:i:4})); done
	while [ $((sum >> 16)) -gt 0 ]; do
		sum=$(((sum & 0xffff) + (sum >> 16)))
	done
	printf '%s%04x%s' "${hex:0:20}" $((sum ^ 0xffff)) "${hex:24}"
}

# footprint HOST: what I11 says that xovn must leave as it was.
footprint() {
	on "$1" sh -c '
		ip -d -o link; ip addr; tc qdisc show
		for i in $(ls /sys/class/net); do
			tc filter show dev $i ingress
			tc filter show dev $i egress
			ethtool -k $i
		done 2>/dev/null
		ip neigh show nud permanent; ip route; ip rule; bpftool net show
		sysctl -a --pattern "^net\.(ipv4|core)" 2>/dev/null' |
		sed 's/ state [A-Z]*//; s/valid_lft.*//'
}

# in_kernel HOST: "map ID", "prog ID", "link ID" of all that is pinned, and
# of what hangs on that: a link's program, a program's maps.  Not by bpftool's
# own list of pins, which ends where another test's bpffs goes away.
in_kernel() {
	find "$PINS/$1" -type f | sed 's|.*/link_|link show pinned &|; t
		s|.*/prog_|prog show pinned &|; t
		s|^|map show pinned |' | bpftool -j batch file - >"$DIR/pinned"
	jq -r '[.[].output | .prog_id, select(.type? and .tag?).id | values] |
		unique[] | "prog show id \(.)"' "$DIR/pinned" |
		bpftool -j batch file - >"$DIR/programs"
	jq -nr --slurpfile pin "$DIR/pinned" --slurpfile prog "$DIR/programs" '
		def ids($kind): $pin[0][] |
			select(.command[0] == $kind).output.id;
		([ids("map"), $prog[0][].output.map_ids[]?] | unique[] |
			"map \(.)"),
		($prog[0][].output.id | "prog \(.)"), (ids("link") | "link \(.)")'
}

# shellcheck disable=SC2317 # called by until_true
kernel_has_not() { # map|prog|link ID
	! bpftool "$1" show id "$2" >/dev/null 2>&1
}

# unnumbered: a footprint without what an interface that is made again gets
# anew: its number, thus its place in lists, and its MAC.
unnumbered() {
	sed -E 's/^[0-9]+: //; s/@if[0-9]+//; s/ether [0-9a-f:]+//
		s/link-netns(id)? [^ ]+//; s/if_index [0-9]+//' | sort
}

# left HOST FOOTPRINT IN-KERNEL [FILTER]: what is there of those, nothing if
# all is as it was before.
left() {
	local kind id filter=${4:-cat}
	find "$PINS/$1" 2>/dev/null
	while read -r kind id; do
		# the kernel frees them later
		[ -z "$id" ] || until_true 20 kernel_has_not "$kind" "$id" ||
			echo "$kind $id"
	done <<<"$3"
	diff <($filter <<<"$2") <(footprint "$1" | $filter)
}

# pristine HOST...: what there is without xovn, for gone.
declare -A FOOTPRINT
pristine() {
	local node
	for node; do
		FOOTPRINT[$node]=$(footprint "$node")
	done
}

# gone HOST [FILTER]: detach --all, and nothing is left (I11): links, qdiscs,
# filters, neighbors, routes, offloads, sysctls, pins, programs, maps.
gone() {
	local kernel
	kernel=$(in_kernel "$1")
	# a list without them would find nothing
	at_least "$1: the kernel has programs and maps of it" 20 \
		"$(grep -c 'map\|prog' <<<"$kernel")"
	check "$1: detach --all" xovn "$1" detach --all
	expect "I11 $1: nothing is left" "" \
		"$(left "$1" "${FOOTPRINT[$1]}" "$kernel" "${2:-}")"
}

# injected HOST [options of inject] ARGUMENTS OF xovn
injected() {
	local node=$1 options=()
	shift
	while [[ $1 == -* ]]; do
		options+=("$1")
		[ "$1" = -a ] || {
			options+=("$2")
			shift
		}
		shift
	done
	on "$node" "$TOOLS/inject" "${options[@]}" \
		"$XOVN" --pin "$PINS/$node" "$@"
}

# places LOG MOST: numbers in inject's log where one kind of change begins or
# ends, not more than MOST of them; with FULL=1 all.
places() {
	awk -v full="${FULL:-}" '
		{ n = $1; $1 = "" }
		NR == 1 || $0 != last || full { if (NR > 1) print before; print n }
		{ last = $0; before = n }
		END { print n }' "$1" | sort -nu |
		awk -v full="${FULL:-}" -v most="$2" '
			{ place[NR] = $1 }
			END { for (i = 1; i <= NR; i++)
				if (full || NR <= most || i == NR ||
				    int(i * most / NR) != int((i - 1) * most / NR))
					print place[i] }'
}

# until_true SECONDS COMMAND...
until_true() {
	local end=$((SECONDS + $1 * SLOW))
	shift
	until "$@" >/dev/null 2>&1; do
		# $SECONDS turns over at any time
		[ $SECONDS -le $end ] || return 1
		sleep 0.1
	done
}

listening() { # NAMESPACE PORT
	[ -n "$(on "$1" ss -Hltn "sport = :$2")" ]
}

# serving NAMESPACE SOCKET: it takes connections; its file is there before.
serving() {
	on "$1" awk -v s="$2" '$4 == "00010000" && $8 == s { n++ }
		END { exit !n }' /proc/net/unix
}

# ended PID: it has closed all that it had open.
# shellcheck disable=SC2317 # called by until_true
ended() {
	[ ! -e "/proc/$1" ] || grep -q '^State:.[ZX]' "/proc/$1/status"
}

# capture FILE NAMESPACE INTERFACE [FILTER]: returns when it is running.
capture() {
	local file=$1 ns=$2 dev=$3
	shift 3
	spawn capture_pid "$ns" tcpdump -i "$dev" --immediate-mode -B 16384 \
		-U -n -w "$file" "$@" 2>"$file.log"
	until_true 20 grep -q 'listening on' "$file.log"
}

# ping_start VM DESTINATION: every 20 ms in the background; ping_lost ends it
# and prints "lost of sent".
ping_start() {
	spawn ping_pid "$1" ping -n -q -i 0.02 "$2" >"$DIR/ping.log" 2>&1
	sleep 0.2
}

# said_more FILE TEXT N: more than N lines have it
# shellcheck disable=SC2317 # called by until_true
said_more() {
	[ "$(grep -c "$2" "$1")" -gt "$3" ]
}

# ping_count: "sent received", as of now.
ping_count() {
	local n
	n=$(grep -c '% loss' "$DIR/ping.log")
	kill -QUIT "$ping_pid" &&
		until_true 20 said_more "$DIR/ping.log" '% loss' "$n" &&
		tr -d '\r' <"$DIR/ping.log" |
		sed -n 's|^\([0-9]*\)/\([0-9]*\) packets,.*|\2 \1|p' | tail -n 1
}

# The least of what it has lost as often as it is asked: what is on its way is
# not lost.
ping_lost() {
	local sent received lost='' all=0 _
	sleep 0.2
	for _ in {1..20}; do
		read -r sent received < <(ping_count) || break
		all=$sent
		[ "${lost:-$sent}" -lt $((sent - received)) ] ||
			lost=$((sent - received))
		[ "$lost" != 0 ] || break
		sleep 0.1
	done
	kill -INT "$ping_pid"
	# not "wait": in $(...) it is no child of ours
	until_true 20 ended "$ping_pid"
	[ "$all" -lt 10 ] || all=many
	echo "${lost:-all} of $all"
}

# nb_server [FILE]: this test's own Northbound database, $DIR/private.db,
# empty or a copy of FILE, with a server; nb is ovn-nbctl on it.
nb_server() {
	export OVS_RUNDIR=$DIR OVN_RUNDIR=$DIR
	# one at a time
	if [ -S "$DIR/nb.ctl" ]; then
		ovs-appctl -t "$DIR/nb.ctl" exit
		until_true 20 test ! -S "$DIR/nb.ctl"
	fi
	rm -f "$DIR/private.db" "$DIR/nb.sock"
	if [ -n "${1:-}" ]; then
		cp "$1" "$DIR/private.db"
	else
		# the schema is the first record of every database file; its own
		# file comes with ovn-central, which would start daemons
		sed -n 2p "$DATA/base/nb.db" >"$DIR/schema"
		ovsdb-tool create "$DIR/private.db" "$DIR/schema"
	fi
	# shellcheck disable=SC2034 # net_down ends it
	local nb_pid
	spawn nb_pid wire ovsdb-server --no-chdir --remote="punix:$DIR/nb.sock" \
		--unixctl="$DIR/nb.ctl" "$DIR/private.db" >"$DIR/nb.log" 2>&1
	until_true 20 serving wire "$DIR/nb.sock" || die "$(cat "$DIR/nb.log")"
}

nb() {
	ovn-nbctl --db="unix:$DIR/nb.sock" "$@"
}

# captured: it has written all that the kernel has for it.
# shellcheck disable=SC2317 # called by until_true
captured() {
	local log n
	log=$(readlink "/proc/$capture_pid/fd/2") || return 0
	n=$(grep -c 'by filter' "$log")
	kill -USR1 "$capture_pid" 2>/dev/null || return 0
	until_true 20 said_more "$log" 'by filter' "$n" &&
		tail -n 1 "$log" | awk '{ exit $2 != $5 }'
}

capture_end() {
	sleep 0.3
	until_true 2 captured
	kill "$capture_pid" 2>/dev/null
	wait "$capture_pid" 2>/dev/null
}

# The underlay as a NIC delivers it: segments and checksums done before the
# wire, and a queue in front of it instead of drops.
segmenting_wire() {
	local node
	for node in $NODES; do
		on "$node" ethtool -K ens3 tx off tso off >/dev/null 2>&1
		on "$node" tc qdisc replace dev ens3 root pfifo limit 2000
	done
}

# iperf FROM TO [options]: Mb/s received, 0 when there was no connection.
iperf() {
	local from=$1 to=$2 server out
	shift 2
	spawn server "$to" iperf3 -s -1 >/dev/null 2>&1
	until_true 20 listening "$to" 5201
	out=$(on "$from" timeout $((30 * SLOW)) iperf3 -J -c "${VM_IP[$to]}" "$@" 2>/dev/null)
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	jq -n --argjson o "${out:-null}" \
		'($o.end.sum_received.bits_per_second // 0) / 1e6 | floor'
}

# transfer FROM TO [IP]: "same" if $DIR/file arrives by TCP as it was sent.
transfer() {
	local server ip=${3:-${VM_IP[$2]}}
	spawn server "$2" timeout $((20 * SLOW)) "$TOOLS/tcpfile" recv 5000 >"$DIR/got"
	until_true 20 listening "$2" 5000
	on "$1" timeout $((20 * SLOW)) "$TOOLS/tcpfile" send "$ip" 5000 <"$DIR/file"
	wait "$server"
	cmp "$DIR/file" "$DIR/got" && echo same
}

# tutorial: the usual beginning of a test.
tutorial() {
	net_init
	net_up
	# shellcheck disable=SC2086
	xovn_up $NODES >"$DIR/up.log" 2>&1 || {
		fail "load, attach and bind on three hosts" "$(cat "$DIR/up.log")"
		finish
	}
}
