# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Two guests on two hosts (or on one, or on none), each way of joining them a
# bed of its own, so that all stand side by side and take turns.
#
#   BED-vm1 eth0 --- vm1 BED-h1 ens3 --- ens3 BED-h2 vm2 --- eth0 BED-vm2
#
#   raw      one cable, no host: what the guests' ends cost
#   here     both guests on one xovn host
#   l2       xovn, one switch             routed   xovn, two switches, a router
#   chain    xovn, two switches, three routers in a row
#   route    Linux routes, no overlay
#   vxbridge kernel VXLAN and bridge      vxroute  kernel VXLAN and routes
#
# Linux gets its strongest: neighbors and FDB known, nothing flooded, no UDP
# checksum on the tunnel.

# shellcheck source=selftests/bench/bed.sh
. "$(dirname "${BASH_SOURCE[0]}")/bed.sh"
NEAR=172.18.100.10
WIRE=${WIRE:-} # not empty: pair_frames
declare -A FAR NEXT # address of vm2; MAC that vm1 sends to

pair_guest() { # BED vm1|vm2 ADDRESS MAC
	on "$1-$2" sh -ec "
		ip link set eth0 address $4
		ip addr add $3/24 dev eth0
		ip route add default via ${3%.*}.1
		sysctl -qw net.ipv4.tcp_metrics_save=0 2>/dev/null || :"
	on "$1-$2" ethtool -K eth0 gro on
}

# pair_frames BED: the underlay as a NIC delivers it (framewire); segments and
# checksums are finished in front of it.
pair_frames() {
	local x
	ns_add "$1-w"
	cable "$1-h1" ens3 "$1-w" w1 1500
	cable "$1-w" w2 "$1-h2" ens3 1500
	for x in w1 w2; do on "$1-w" ethtool -K $x gro on; done
	on "$1-w" "$TOOLS/framewire" w1 w2 || die "no wire of frames in $1"
	for x in h1 h2; do
		on "$1-$x" ethtool -K ens3 tx off tso off >/dev/null 2>&1
		on "$1-$x" tc qdisc replace dev ens3 root pfifo limit 2000
	done
}

# pair_wires BED FAR-ADDRESS FAR-MAC: hosts and guests, no way between them.
pair_wires() {
	local x
	for x in vm1 h1 h2 vm2; do ns_add "$1-$x"; done
	cable "$1-vm1" eth0 "$1-h1" vm1 "$GUEST_MTU"
	cable "$1-vm2" eth0 "$1-h2" vm2 "$GUEST_MTU"
	if [ -z "$WIRE" ]; then
		cable "$1-h1" ens3 "$1-h2" ens3 1500
	else
		pair_frames "$1"
	fi
	for x in h1 h2; do
		on "$1-$x" ethtool -K ens3 gro on
		on "$1-$x" ethtool -K "vm${x#h}" gro on
		on "$1-$x" sysctl -qw net.ipv4.ip_forward=1 \
			net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	done
	pair_guest "$1" vm1 $NEAR "${VM_MAC[vm1]}"
	pair_guest "$1" vm2 "$2" "$3"
	FAR[$1]=$2
}

# neighbors BED WHERE: "IP MAC DEVICE" a line on stdin.
neighbors() {
	local ip mac dev
	while read -r ip mac dev; do
		on "$1-$2" ip neigh replace "$ip" lladdr "$mac" dev "$dev" \
			nud permanent </dev/null
	done
}

pair_raw() { # BED
	ns_add "$1-vm1"
	ns_add "$1-vm2"
	cable "$1-vm1" eth0 "$1-vm2" eth0 "$GUEST_MTU"
	pair_guest "$1" vm1 $NEAR "${VM_MAC[vm1]}"
	pair_guest "$1" vm2 "${VM_IP[vm2]}" "${VM_MAC[vm2]}"
	FAR[$1]=${VM_IP[vm2]} NEXT[$1]=${VM_MAC[vm2]}
	neighbors "$1" vm1 <<<"${VM_IP[vm2]} ${VM_MAC[vm2]} eth0"
	neighbors "$1" vm2 <<<"$NEAR ${VM_MAC[vm1]} eth0"
}

# pair_hosts BED: addresses of the underlay
pair_hosts() {
	local n
	for n in 1 2; do
		on "$1-h$n" ip addr add 10.9.0.$n/24 dev ens3
	done
	neighbors "$1" h1 <<<"10.9.0.2 $(mac_of "$1-h2" ens3) ens3"
	neighbors "$1" h2 <<<"10.9.0.1 $(mac_of "$1-h1" ens3) ens3"
}

# pair_subnets BED: the hosts are the guests' routers
pair_subnets() {
	pair_wires "$1" "${VM_IP[vm3]}" "${VM_MAC[vm3]}"
	pair_hosts "$1"
	on "$1-h1" ip addr add 172.18.100.1/24 dev vm1
	on "$1-h2" ip addr add 172.18.200.1/24 dev vm2
	neighbors "$1" h1 <<<"$NEAR ${VM_MAC[vm1]} vm1"
	neighbors "$1" h2 <<<"${VM_IP[vm3]} ${VM_MAC[vm3]} vm2"
	NEXT[$1]=$(mac_of "$1-h1" vm1)
	neighbors "$1" vm1 <<<"172.18.100.1 ${NEXT[$1]} eth0"
	neighbors "$1" vm2 <<<"172.18.200.1 $(mac_of "$1-h2" vm2) eth0"
}

pair_route() { # BED
	pair_subnets "$1"
	on "$1-h1" ip route add 172.18.200.0/24 via 10.9.0.2
	on "$1-h2" ip route add 172.18.100.0/24 via 10.9.0.1
}

pair_vxlan() { # BED
	local n
	for n in 1 2; do
		on "$1-h$n" ip link add vx type vxlan id 5 local 10.9.0.$n \
			remote 10.9.0.$((3 - n)) dstport 4789 dev ens3 noudpcsum
		on "$1-h$n" ip link set vx mtu "$GUEST_MTU" up
	done
}

pair_vxroute() { # BED
	pair_subnets "$1"
	pair_vxlan "$1"
	on "$1-h1" ip addr add 10.8.0.1/24 dev vx
	on "$1-h2" ip addr add 10.8.0.2/24 dev vx
	neighbors "$1" h1 <<<"10.8.0.2 $(mac_of "$1-h2" vx) vx"
	neighbors "$1" h2 <<<"10.8.0.1 $(mac_of "$1-h1" vx) vx"
	on "$1-h1" ip route add 172.18.200.0/24 via 10.8.0.2
	on "$1-h2" ip route add 172.18.100.0/24 via 10.8.0.1
}

pair_vxbridge() { # BED
	local n mac
	pair_wires "$1" "${VM_IP[vm2]}" "${VM_MAC[vm2]}"
	pair_hosts "$1"
	pair_vxlan "$1"
	for n in 1 2; do
		on "$1-h$n" ip link add br0 type bridge stp_state 0 mcast_snooping 0
		on "$1-h$n" ip link set vx master br0
		on "$1-h$n" ip link set "vm$n" master br0
		on "$1-h$n" ip link set br0 mtu "$GUEST_MTU" up
		mac=${VM_MAC[vm$n]}
		on "$1-h$n" bridge fdb replace "$mac" dev "vm$n" master static
		on "$1-h$((3 - n))" bridge fdb replace "$mac" dev vx master static
	done
	NEXT[$1]=${VM_MAC[vm2]}
	neighbors "$1" vm1 <<<"${VM_IP[vm2]} ${VM_MAC[vm2]} eth0"
	neighbors "$1" vm2 <<<"$NEAR ${VM_MAC[vm1]} eth0"
}

# pair_load HOST CHASSIS FILE [LOAD OPTION...]
pair_load() {
	xovn "$1" load --nb "$3" --chassis "$2" --placement "$PLACEMENT" "${@:4}"
}

# pair_xovn BED FILE LSP2 ADDRESS MAC GATEWAY [LOAD OPTION...]: GATEWAY: vm2's
# router's MAC, "-" for one switch.
pair_xovn() {
	local bed=$1 file=$2 lsp=$3 ip=$4 mac=$5 next=$6 mode=tc n
	[ -z "$WIRE" ] || mode=native
	shift 6
	pair_wires "$bed" "$ip" "$mac"
	for n in 1 2; do
		on "$bed-h$n" ip addr add "${NODE_IP[node$((n + 1))]}/19" dev ens3
	done
	on "$bed-h1" ping -q -c 1 -W 2 "${NODE_IP[node3]}" >/dev/null
	for n in 1 2; do
		pair_load "$bed-h$n" "node$((n + 1))" "$file" "$@" &&
			xovn "$bed-h$n" attach ens3 --underlay \
				--mode "$mode" || return 1
	done
	xovn "$bed-h1" bind vm1 ls1-vm1 && xovn "$bed-h2" bind vm2 "$lsp" || return 1
	NEXT[$bed]=$next
	[ "$next" != - ] || NEXT[$bed]=$mac
	pair_ready "$bed"
}

# pair_ready BED: neighbors as the guests find them, then kept.
pair_ready() {
	until_true 10 on "$1-vm1" ping -q -c 1 -W 1 "${FAR[$1]}"
}

pair_l2() { # BED
	pair_xovn "$1" "${NB_FILE:-$DATA/base/nb.db}" ls1-vm2 "${VM_IP[vm2]}" \
		"${VM_MAC[vm2]}" - "${@:2}"
}

pair_routed() { # BED
	pair_xovn "$1" "${NB_FILE:-$DATA/base/nb.db}" ls2-vm3 "${VM_IP[vm3]}" \
		"${VM_MAC[vm3]}" 02:ac:10:ff:00:01 "${@:2}"
}

# ls1 - router1 - ra - rb - ls2, which loses its leg on router1
pair_chain() { # BED
	nb_server "$DATA/base/nb.db"
	nb lrp-del router1-ls2 -- lsp-del ls2-router1 \
		-- lr-add ra -- lr-add rb \
		-- lrp-add router1 router1-ra 02:00:00:00:0a:01 10.7.1.1/24 peer=ra-router1 \
		-- lrp-add ra ra-router1 02:00:00:00:0a:02 10.7.1.2/24 peer=router1-ra \
		-- lrp-add ra ra-rb 02:00:00:00:0a:03 10.7.2.1/24 peer=rb-ra \
		-- lrp-add rb rb-ra 02:00:00:00:0a:04 10.7.2.2/24 peer=ra-rb \
		-- lrp-add rb rb-ls2 02:ac:10:ff:10:01 172.18.200.1/24 \
		-- lsp-add ls2 ls2-rb -- lsp-set-type ls2-rb router \
		-- lsp-set-addresses ls2-rb router -- lsp-set-options ls2-rb router-port=rb-ls2 \
		-- lr-route-add router1 172.18.200.0/24 10.7.1.2 \
		-- lr-route-add ra 172.18.200.0/24 10.7.2.2 \
		-- lr-route-add ra 172.18.100.0/24 10.7.1.1 \
		-- lr-route-add rb 172.18.100.0/24 10.7.2.1
	cp "$DIR/private.db" "$DIR/chain.db"
	NB_FILE=$DIR/chain.db pair_routed "$1" "${@:2}"
}

pair_here() { # BED: both guests on node3
	local bed=$1
	ns_add "$bed-vm1"
	ns_add "$bed-vm2"
	ns_add "$bed-h1"
	cable "$bed-vm1" eth0 "$bed-h1" vm1 "$GUEST_MTU"
	cable "$bed-vm2" eth0 "$bed-h1" vm2 "$GUEST_MTU"
	on "$bed-h1" ethtool -K vm1 gro on
	pair_guest "$bed" vm1 $NEAR "${VM_MAC[vm1]}"
	pair_guest "$bed" vm2 "${VM_IP[vm2]}" "${VM_MAC[vm2]}"
	sed 's/ls1-vm1//; s/ls1-vm2/ls1-vm1 ls1-vm2/' "$DATA/placement" >"$DIR/here"
	PLACEMENT=$DIR/here pair_load "$bed-h1" node3 "$DATA/base/nb.db" "${@:2}" &&
		xovn "$bed-h1" bind vm1 ls1-vm1 &&
		xovn "$bed-h1" bind vm2 ls1-vm2 || return 1
	FAR[$bed]=${VM_IP[vm2]} NEXT[$bed]=${VM_MAC[vm2]}
	pair_ready "$bed"
}

# pair_up BEDS: side by side
pair_up() {
	local bed
	net_init
	ns_add wire
	for bed in $1; do
		"pair_$bed" "$bed" >"$DIR/up.log" 2>&1 || die "$bed: $(cat "$DIR/up.log")"
	done
}

# pair_flows BED N: framegen's file of N flows, vm1 to vm2
pair_flows() {
	awk -v n="$2" -v from=$NEAR -v to="${FAR[$1]}" 'BEGIN {
		for (i = 0; i < n; i++)
			print from, 1024 + i % 32768, to, 5500 + int(i / 32768) }'
}

# pair_send BED FILE OPTION...: frames of vm1
pair_send() {
	local bed=$1 file=$2
	shift 2
	on "$bed-vm1" taskset -c "$CPU" "$TOOLS/framegen" --flows "$file" \
		--mac "${NEXT[$bed]},${VM_MAC[vm1]}" "$@" eth0
}

pair_sink() { # BED: at vm2; what it has
	on "$1-vm2" "$TOOLS/framesink" attach "$PINS/$1-out" eth0 tc plain 0
}

# pair_tcp UNDERLAY BEDS PEERS: figures of TCP streams from vm1 to vm2
pair_tcp() {
	local n bed round
	for n in ${STREAMS:-1 4}; do
		for bed in $2; do : >"$DIR/$bed.tcp"; done
		for ((round = 0; round < ROUNDS; round++)); do
			for bed in $2; do
				stream "$bed-vm1" "$bed-vm2" "${FAR[$bed]}" "$n" \
					>>"$DIR/$bed.tcp"
			done
		done
		figures tcp "TCP, $n streams, $1" "Gb/s per CPU" more "$2" "$3"
	done
}
