# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the benchmarks share: gateways between an underlay and an outside
# network, one bed per configuration, so that all stand side by side and
# take turns within a round.
#
#   BED-peer ens3 --- ens3 BED-gw ens9 --- e0 BED-ext
#   a chassis         node1, gw1's chassis    192.168.200.1
#
# framegen speaks for both sides; a sink takes the frames out on the other.
# Ratios are what counts: the machine's own speed stands on both sides.

# shellcheck source=selftests/topo/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../topo/lib.sh"
# shellcheck source=selftests/bench/figures.sh
. "$(dirname "${BASH_SOURCE[0]}")/figures.sh"

ROUNDS=${ROUNDS:-5}
SECONDS_EACH=${SECONDS_EACH:-0.5}
CPU=${CPU:-0}
OUTSIDE=192.168.200.1
SNAT_IP=192.168.209.120
CLIENT=172.18.100.10
CLIENTS=20 # addresses of the guest, from CLIENT
GUEST_MAC=02:ac:10:ff:00:10
GW_MAC=02:0a:7f:18:01:02

# by bed: how its far sides are spoken to
declare -A TUNNEL TUNNEL_KEYS TUNNEL_ENDS INNER_MACS OUTSIDE_MAC SINK

# median: of the numbers on stdin.
median() {
	sort -g | awk '{ a[NR] = $1 }
		END { print NR ? (a[int((NR + 1) / 2)] + a[int(NR / 2) + 1]) / 2 : 0 }'
}

# CPU seconds of the thread that takes over when softirqs get too many.
ksoftirqd() {
	awk '{ print $1 / 1e9 }' "/proc/$(pgrep -x "ksoftirqd/$CPU")/schedstat"
}

# stream CLIENT SERVER ADDRESS [STREAMS]: Gb/s of TCP from one namespace to
# another per CPU used, both ends on one CPU
stream() {
	local server out before
	spawn server "$2" iperf3 -s -1 >/dev/null 2>&1
	until_true 20 listening "$2" 5201
	before=$(ksoftirqd)
	out=$(on "$1" timeout 30 iperf3 -J -c "$3" -A "$CPU,$CPU" -P "${4:-1}" \
		-t "${STREAM_SECONDS:-3}" 2>/dev/null)
	jq -n --argjson o "${out:-null}" --argjson before "$before" \
		--argjson after "$(ksoftirqd)" '($o.end // {}) |
		(((.cpu_utilization_percent.host_total // 0) +
		  (.cpu_utilization_percent.remote_total // 0)) / 100 +
		 ($after - $before) / (.sum_received.seconds // 1)) as $cpu |
		(.sum_received.bits_per_second // 0) / 1e9 / $cpu'
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
}

# requests CLIENT SERVER ADDRESS [SERVER'S OWN]: "MEDIAN P99" in microseconds, of
# a request of 64 bytes by TCP and its answer, both ends on one CPU
requests() {
	local server out
	spawn server "$2" taskset -c "$CPU" sockperf server --tcp \
		-i "${4:-$3}" -p 7002 >/dev/null 2>&1
	until_true 20 listening "$2" 7002
	out=$(on "$1" timeout 30 taskset -c "$CPU" sockperf ping-pong --tcp \
		-i "$3" -p 7002 -m 64 -t "${REQUEST_SECONDS:-2}" --full-rtt 2>/dev/null)
	awk '/percentile 50.000/ { p50 = $NF } /percentile 99.000/ { p99 = $NF }
		END { print p50 + 0, p99 + 0 }' <<<"$out"
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
}

# lost: what the log of framegen's runs says that was sent and did not arrive
lost() {
	awk '$2 > $4 { n++; lost += $2 - $4; all += $2 }
		END { if (n) printf "frames lost: %d of %d, in %d runs of %d\n",
			lost, all, n, NR }' "$DIR/log"
}

mpps() { sed -n 's/.* mpps //p'; }

mac_of() { # NAMESPACE INTERFACE
	on "$1" cat "/sys/class/net/$2/address"
}

# flows N [CLIENTS]: framegen's file of N flows, inside to outside.
flows() {
	awk -v n="$1" -v clients="${2:-1}" -v to="$OUTSIDE" 'BEGIN {
		for (i = 0; i < n; i++) {
			j = int(i / clients)
			printf "172.18.100.%d %d %s %d\n", 10 + i % clients,
				1024 + j % 32768, to, 5500 + int(j / 32768)
		}
	}'
}

# bed_wires BED: namespaces and cables; a guest behind the other chassis.
bed_wires() {
	local x
	for x in vm peer gw ext; do ns_add "$1-$x"; done
	cable "$1-vm" eth0 "$1-peer" vm "$GUEST_MTU"
	cable "$1-peer" ens3 "$1-gw" ens3 1500
	cable "$1-gw" ens9 "$1-ext" e0 1500
	on "$1-vm" ip link set eth0 address "$GUEST_MAC"
	on "$1-vm" ip addr add "$CLIENT/24" dev eth0
	on "$1-vm" ip route add default via 172.18.100.1
	on "$1-ext" ip addr add "$OUTSIDE/19" dev e0
	# live frames need a NAPI at the other end, with or without XDP there
	on "$1-peer" ethtool -K ens3 gro on
	on "$1-gw" ethtool -K ens3 gro on
	on "$1-gw" ethtool -K ens9 gro on
	on "$1-ext" ethtool -K e0 gro on
}

# bed_linux BED: kernel VXLAN, bridge at the guest's host, routing and
# nftables masquerade at the gateway, no flooding and no neighbor look-ups.
bed_linux() {
	local gw=$1-gw peer=$1-peer x
	bed_wires "$1"
	on "$peer" ip addr add 10.9.0.2/24 dev ens3
	on "$gw" ip addr add 10.9.0.1/24 dev ens3
	on "$gw" ip addr add "$SNAT_IP/19" dev ens9
	on "$gw" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.default.rp_filter=0
	on "$gw" ip link add vx type vxlan id 5 local 10.9.0.1 remote 10.9.0.2 \
		dstport 4789 dev ens3 noudpcsum
	on "$gw" ip link set vx address $GW_MAC mtu 1442 up
	on "$gw" ip addr add 172.18.100.1/24 dev vx
	on "$gw" ip neigh replace 10.9.0.2 lladdr "$(mac_of "$peer" ens3)" dev ens3
	on "$gw" ip neigh replace "$OUTSIDE" lladdr "$(mac_of "$1-ext" e0)" dev ens9
	for ((x = 10; x < 10 + CLIENTS; x++)); do
		on "$gw" ip neigh replace 172.18.100.$x lladdr $GUEST_MAC dev vx
	done
	on "$gw" nft -f - <<-END
		table ip nat {
			chain post {
				type nat hook postrouting priority srcnat
				oifname "ens9" masquerade
			}
		}
	END
	on "$peer" ip link add vx type vxlan id 5 local 10.9.0.2 remote 10.9.0.1 \
		dstport 4789 dev ens3 noudpcsum
	on "$peer" ip link add br0 type bridge stp_state 0 mcast_snooping 0
	on "$peer" ip link set vx mtu 1442 master br0 up
	on "$peer" ip link set vm master br0
	on "$peer" ip link set br0 mtu 1442 up
	on "$peer" bridge fdb replace $GW_MAC dev vx master static
	on "$peer" bridge fdb replace $GUEST_MAC dev vm master static
	on "$peer" ip neigh replace 10.9.0.1 lladdr "$(mac_of "$gw" ens3)" dev ens3
	on "$1-vm" ip neigh replace 172.18.100.1 lladdr $GW_MAC dev eth0
	TUNNEL[$1]=vxlan TUNNEL_KEYS[$1]=5 TUNNEL_ENDS[$1]=10.9.0.2,10.9.0.1
	INNER_MACS[$1]=$GW_MAC,$GUEST_MAC SINK[$1]=tc
	OUTSIDE_MAC[$1]=$(mac_of "$gw" ens9)
}

# shellcheck disable=SC2120 # often without
# bench_nb [OVN-NBCTL COMMAND...]: the tutorial's network with SNAT; guests'
# addresses known, so that nothing waits for ARP; a route to everywhere.
bench_nb() {
	local x addresses=$GUEST_MAC
	for ((x = 10; x < 10 + CLIENTS; x++)); do
		addresses+=" 172.18.100.$x"
	done
	# nobody waits for the third host of the tutorial
	grep -v node3 "$DATA/placement" >"$DIR/placement"
	PLACEMENT=$DIR/placement
	ns_add wire # where lib.sh runs the database server
	nb_server "$DATA/base/nb.db"
	nb lsp-set-addresses ls1-vm1 "$addresses" \
		-- lr-nat-add gw1 snat $SNAT_IP 172.18.0.0/16 \
		-- lr-route-add gw1 0.0.0.0/0 $OUTSIDE "$@"
}

# gateway_keys HOST: VNI, ingress and egress key of what goes to gw1.
gateway_keys() {
	xovn "$1" show --json | jq -r '.switches[] | select(.name == "ls3") |
		(.ports | map({(.name): .key}) | add) as $port |
		"\(.key),\($port["ls3-router1"]),\($port["ls3-gw1"])"'
}

# bed_xovn BED native|tc [LOAD OPTION...]: the gateway runs xovn; the other
# chassis only speaks for itself, until bed_host.
bed_xovn() {
	local bed=$1 mode=$2
	shift 2
	bed_wires "$bed"
	on "$bed-peer" ip addr add 192.168.209.111/19 dev ens3
	on "$bed-gw" ip addr add 192.168.209.110/19 dev ens3
	on "$bed-gw" ping -q -c 1 -W 2 192.168.209.111
	xovn "$bed-gw" load --nb "$DIR/private.db" --chassis node1 \
		--placement "$PLACEMENT" "$@" &&
		xovn "$bed-gw" attach ens3 --underlay --mode "$mode" &&
		xovn "$bed-gw" attach ens9 --localnet phyNet --mode "$mode" ||
		return 1
	TUNNEL[$bed]=geneve TUNNEL_ENDS[$bed]=192.168.209.111,192.168.209.110
	TUNNEL_KEYS[$bed]=$(gateway_keys "$bed-gw")
	INNER_MACS[$bed]=02:ac:10:ff:ff:01,02:ac:10:ff:ff:02
	OUTSIDE_MAC[$bed]=$GW_MAC SINK[$bed]=tc
	[ "$mode" = tc ] || SINK[$bed]=xdp
	[ "$mode" = tc ] || segments "$bed"
	# the neighbor outside
	until_true 2 on "$bed-ext" ping -q -c 1 -W 1 $SNAT_IP
	return 0
}

# segments BED: what enters XDP has its checksums made and is no longer than
# the MTU, and waits in a queue instead of being dropped.
segments() {
	on "$1-peer" ethtool -K ens3 tx off tso off
	on "$1-ext" ethtool -K e0 tx off tso off
	on "$1-peer" tc qdisc replace dev ens3 root pfifo limit 2000
	on "$1-ext" tc qdisc replace dev e0 root pfifo limit 2000
}

# bed_host BED [LOAD OPTION...]: xovn on the other chassis too, for the guest.
bed_host() {
	local bed=$1
	shift
	xovn "$bed-peer" load --nb "$DIR/private.db" --chassis node2 \
		--placement "$PLACEMENT" "$@" &&
		xovn "$bed-peer" attach ens3 --underlay --mode tc &&
		xovn "$bed-peer" bind vm ls1-vm1 || return 1
	until_true 5 on "$bed-vm" ping -q -c 1 -W 1 $OUTSIDE
}

# sinks BED FLOWS: on both far sides; with FLOWS they note them.
sinks() {
	on "$1-ext" "$TOOLS/framesink" attach "$PINS/$1-out" e0 "${SINK[$1]}" \
		plain "$2" &&
		on "$1-peer" "$TOOLS/framesink" attach "$PINS/$1-in" ens3 \
			"${SINK[$1]}" "${TUNNEL[$1]}" "$2"
}

sinks_gone() {
	rm -rf "$PINS/$1-out" "$PINS/$1-in"
}

# send_out BED FILE OPTION...: frames from inside, by tunnel.
send_out() {
	local bed=$1 file=$2 gw
	shift 2
	gw=$(mac_of "$bed-gw" ens3)
	on "$bed-peer" taskset -c "$CPU" "$TOOLS/framegen" --flows "$file" \
		--mac "${INNER_MACS[$bed]}" \
		--outer "$gw,$(mac_of "$bed-peer" ens3),${TUNNEL_ENDS[$bed]}" \
		"--${TUNNEL[$bed]}" "${TUNNEL_KEYS[$bed]}" "$@" ens3
}

# send_in BED FILE OPTION...: plain frames from outside.
send_in() {
	local bed=$1 file=$2
	shift 2
	on "$bed-ext" taskset -c "$CPU" "$TOOLS/framegen" --flows "$file" \
		--mac "${OUTSIDE_MAC[$bed]},$(mac_of "$bed-ext" e0)" "$@" e0
}

# nic_program BED MODE: the pin of the program that sees the NIC's frames.
nic_program() {
	if [ "$2" = native ]; then
		echo "$PINS/$1-gw/prog_nic_xdp"
	else
		echo "$PINS/$1-gw/prog_nic_ingress"
	fi
}

# shared_ports N: N flows of CLIENTS clients, all from the same source ports
# to the same eight services.
shared_ports() {
	awk -v n="$1" -v clients=$CLIENTS -v to=$OUTSIDE 'BEGIN {
		for (i = 0; i < n; i++) {
			j = int(i / clients)
			printf "172.18.100.%d %d %s %d\n", 10 + i % clients,
				1024 + int(j / 8), to, 5500 + j % 8
		}
	}'
}

# tuples BED FILE: the flows twice from inside, then an answer to each; leaves
# framegen's file of the answers in $DIR/answers.  Prints
# "seen N of N, duplicate N, changed N, answered N, astray N".
tuples() {
	local bed=$1 n seen answered
	n=$(wc -l <"$2")
	sinks "$bed" "$n" || return 1
	send_out "$bed" "$2" --count "$n" >/dev/null
	send_out "$bed" "$2" --count "$n" >/dev/null
	on "$bed-ext" "$TOOLS/framesink" answers "$PINS/$bed-out" >"$DIR/answers"
	send_in "$bed" "$DIR/answers" --count "$n" >/dev/null
	seen=$(on "$bed-ext" "$TOOLS/framesink" counts "$PINS/$bed-out")
	answered=$(on "$bed-peer" "$TOOLS/framesink" counts "$PINS/$bed-in")
	# an answer must come to whom the flow is from, and from whom it went to
	on "$bed-peer" "$TOOLS/framesink" answers "$PINS/$bed-in" >"$DIR/returned"
	echo "seen $(counted new "$seen") of $n," \
		"duplicate $(counted duplicate "$seen")," \
		"changed $(counted changed "$seen")," \
		"answered $(counted new "$answered")," \
		"astray $(paste -d ' ' "$2" "$DIR/returned" |
			awk '$5 != "0.0.0.0" && $7 != "0.0.0.0" &&
				($1 != $5 || $2 != $6 || $3 != $7 || $4 != $8)' | wc -l)"
	sinks_gone "$bed"
}

counted() { # WHAT COUNTS
	sed -n "s/.*\<$1 \([0-9]*\).*/\1/p" <<<"$2"
}

# ct_events HOST: those that there were.
ct_events() {
	xovn "$1" stats ct | awk '/^EVENT/ { on = 1; next } on && $2' | sed 's/^/  /'
}
