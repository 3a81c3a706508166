# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the demo shows and compares: each check prints what the tutorial
# says beside what came, and is kept for the table at the end.

rows=() # "section|check|tutorial|here|ok or NO"
section=
bad=0
SHOWN="sections 5 to 14"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
if [ ! -t 1 ]; then say() { printf '\n== %s\n' "$*"; }; fi

# begin NUMBER TITLE: a section of the tutorial.
begin() {
	section=$1
	say "$1. $2"
}

# show WHERE COMMAND...: as a user at that prompt sees it.
show() {
	local where=$1
	shift
	echo "$where# $*"
	on "$where" "$@"
}

# show_xovn HOST ARGUMENTS...: the same for xovn, without --pin.
show_xovn() {
	local node=$1
	shift
	echo "$node# xovn ${*//$TOP\//}"
	xovn "$node" "$@"
}

# compare CHECK TUTORIAL HERE: alike, or the demo fails.
compare() {
	local verdict=ok
	if [ "$2" != "$3" ]; then
		verdict=NO
		bad=$((bad + 1))
	fi
	printf '  tutorial: %s   here: %s   %s\n' "$2" "$3" "$verdict"
	rows+=("$section|$1|$2|$3|$verdict")
}

# ping_check WHERE DESTINATION TTL [ping's options]: all replies have the
# TTL and at most the first is lost: the first packet to an address whose
# MAC nobody knows yet becomes the router's ARP request.
ping_check() {
	local where=$1 dst=$2 ttl=$3 out here
	shift 3
	out=$(show "$where" ping -c 3 -i 0.3 -W 1 "$@" "$dst")
	echo "$out"
	here=$(awk '
		match($0, /ttl=[0-9]+/) {
			t = substr($0, RSTART, RLENGTH)
			if (!(t in seen)) ttl = ttl (ttl == "" ? "" : " ") t
			seen[t] = 1
			n++
		}
		/packets transmitted/ { sent = $1 }
		END {
			if (!n || n < sent - 1)
				ttl = "lost " (sent - n) " of " sent
			print ttl
		}
	' <<<"$out")
	compare "$where -> $dst" "ttl=$ttl" "$here"
}

# servers VM...: "i am VM" on port 8000.
servers() {
	local vm
	# shellcheck disable=SC2034 # net_down ends them
	local pid
	for vm; do
		echo "$vm# talkd 8000 $vm &      (the tutorial: python -m SimpleHTTPServer 8000)"
		spawn pid "$vm" "$TOP/build/tools/talkd" 8000 "$vm" >"$DIR/talkd.$vm"
		wait_for 50 grep -q ready "$DIR/talkd.$vm" || die "no server on $vm"
	done
}

wait_for() { # TENTHS COMMAND...
	local n=$1
	shift
	until "$@" 2>/dev/null; do
		n=$((n - 1))
		[ $n -gt 0 ] || return 1
		sleep 0.1
	done
}

# curl_check WHERE VIP SERVERS: every backend answers within 40 requests.
curl_check() {
	local i
	echo "$1# for i in {1..40}; do curl $2:8000; done | sort | uniq -c"
	for ((i = 0; i < 40; i++)); do
		on "$1" curl -s -m 3 "$2:8000" || echo "curl exit $?"
	done | sort | uniq -c | tee "$DIR/curl"
	compare "$1 -> $2:8000, who answers" "$3" \
		"$(sed 's/^ *[0-9]* i am //' "$DIR/curl" | xargs)"
}

# timeout_check WHERE ADDRESS WHAT: curl gets no answer.
timeout_check() {
	echo "$1# curl -m 2 $2:8000"
	on "$1" curl -s -m 2 "$2:8000"
	compare "$1 -> $2:8000 ($3)" "curl exit 28" "curl exit $?"
}

# load_all FILE: a snapshot on all hosts.
load_all() {
	local node
	for node in $NODES; do
		show_xovn "$node" load --nb "$1" --chassis "$node" \
			--placement "$PLACEMENT" || die "load failed on $node"
	done
}

# watch WHERE INTERFACE FILTER FILE: a capture; watch_end.
watch() {
	spawn watch_pid "$1" tshark -q -i "$2" -f "$3" -w "$4" 2>"$4.log"
	# -w makes the file when the capture runs
	wait_for 100 test -s "$4"
}

watch_end() {
	sleep 0.5
	kill "$watch_pid" 2>/dev/null
	wait "$watch_pid" 2>/dev/null
}

check_tcp() {
	local server out rate
	echo "vm2# iperf3 -s -1 &"
	spawn server vm2 iperf3 -s -1 >/dev/null 2>&1
	# shellcheck disable=SC2317 # called by wait_for
	listens() { [ -n "$(on vm2 ss -Hltn 'sport = :5201')" ]; }
	wait_for 50 listens
	echo "vm1# iperf3 -c ${VM_IP[vm2]} -t 2"
	out=$(on vm1 timeout 20 iperf3 -J -c "${VM_IP[vm2]}" -t 2)
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	jq -r '.error // (.end | "sent     \(.sum_sent.bytes) bytes, \(.sum_sent.retransmits // 0) retransmits",
		"received \(.sum_received.bytes) bytes in \(.sum_received.seconds) s")' <<<"$out"
	rate=$(jq -r '.end.sum_received.bits_per_second // 0 |
		. / 1e9 * 100 | round / 100' <<<"$out" 2>/dev/null)
	echo "${rate:-0} Gb/s"
	compare "TCP vm1 -> vm2" connects \
		"$([ "${rate:-0}" != 0 ] && echo connects || echo no data)"
}

# Three pings' Geneve packets as tshark reads them off the wire.
check_wire() {
	local file=$DIR/wire.pcapng src dst df vni class type data info
	watch wire p2 'udp port 6081' "$file"
	on vm3 ping -q -c 2 -i 0.2 "${VM_IP[vm1]}" >/dev/null
	on vm1 ping -q -c 1 "${VM_IP[vm2]}" >/dev/null
	watch_end
	echo "underlay# tshark -d udp.port==6081,geneve  (VNI = datapath; option data = in port key, out port key)"
	tshark -r "$file" -d udp.port==6081,geneve -Y geneve -o ip.check_checksum:TRUE \
		-T fields -E separator=' ' -E occurrence=f \
		-e ip.src -e ip.dst -e ip.flags.df -e geneve.vni \
		-e geneve.option.class -e geneve.option.type -e geneve.option.unknown.data \
		2>>"$file.log" >"$DIR/outer"
	# the inner packet, in the summary column
	tshark -r "$file" -d udp.port==6081,geneve -Y geneve \
		-T fields -e _ws.col.Info 2>>"$file.log" >"$DIR/inner"
	paste -d ' ' "$DIR/outer" "$DIR/inner" | head -n 12 | while read -r src dst df vni class type data info; do
		echo "  $src > $dst DF=$df VNI=$vni option $class/$type data=$data | $info"
	done
	compare "Geneve on the wire" "OVN option, DF" "$(
		awk '$3 !~ /^(1|True)$/ || $5 !~ /0x0*102$/ || $6 !~ /0x0*80$/ { wrong = 1 }
			END { print (wrong || NR < 6 ? "something else" : "OVN option, DF") }' "$DIR/outer")"
}

# summary: the table, and the exit code.
summary() {
	local row s c t h v
	printf '\n%-3s %-44s %-18s %-18s\n' "" check tutorial here
	for row in "${rows[@]}"; do
		IFS='|' read -r s c t h v <<<"$row"
		printf '%-3s %-44s %-18s %-18s %s\n' "$s" "$c" "$t" "$h" "$v"
	done
	echo
	if [ $bad -gt 0 ]; then
		echo "demo: NOT working: $bad of ${#rows[@]} checks differ from the tutorial"
		return 1
	fi
	echo "demo: all of it worked: ${#rows[@]} checks as in the tutorial, $SHOWN"
}

keep_help() {
	cat <<-EOF2

		The network stays up. As root:
		  X="ip netns exec $NET-node1 $XOVN --pin $PINS/node1"
		  \$X show
		  \$X ct list
		  \$X stats drops
		  bpftool map dump pinned $PINS/node1/port
		  ip netns exec $NET-vm1 ping ${VM_IP[ext]}
		  ip netns exec $NET-wire tshark -i p2 -d udp.port==6081,geneve
		node1, node2, node3 are hosts, vm1..vm4 guests, ext is a host of the
		physical network, wire is what connects hosts and ext.
		To remove it:
		  sh $DIR/down
	EOF2
}
