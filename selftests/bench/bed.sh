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

ROUNDS=${ROUNDS:-5}
SECONDS_EACH=${SECONDS_EACH:-0.5}
CPU=${CPU:-0}
OUTSIDE=192.168.200.1
SNAT_IP=192.168.209.120
CLIENT=172.18.100.10

# median: of the numbers on stdin.
median() {
	sort -g | awk '{ a[NR] = $1 }
		END { print NR ? (a[int((NR + 1) / 2)] + a[int(NR / 2) + 1]) / 2 : 0 }'
}

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

# bed_wires BED: namespaces and cables.
bed_wires() {
	local x
	for x in peer gw ext; do ns_add "$1-$x"; done
	cable "$1-peer" ens3 "$1-gw" ens3 1500
	cable "$1-gw" ens9 "$1-ext" e0 1500
	on "$1-ext" ip addr add "$OUTSIDE/19" dev e0
	# take frames as from a NIC's driver, with or without an XDP program
	on "$1-gw" ethtool -K ens3 gro on
	on "$1-gw" ethtool -K ens9 gro on
}

# bed_linux BED: kernel VXLAN, routing, nftables masquerade.
bed_linux() {
	local gw=$1-gw vx_mac=02:ac:10:ff:ff:01
	bed_wires "$1"
	on "$1-peer" ip addr add 10.9.0.2/24 dev ens3
	on "$gw" ip addr add 10.9.0.1/24 dev ens3
	on "$gw" ip addr add "$SNAT_IP/19" dev ens9
	on "$gw" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.default.rp_filter=0
	on "$gw" ip link add vx type vxlan id 5 local 10.9.0.1 remote 10.9.0.2 \
		dstport 4789 dev ens3 noudpcsum
	on "$gw" ip link set vx address $vx_mac mtu 1442 up
	on "$gw" ip addr add 172.19.255.1/24 dev vx
	on "$gw" ip neigh replace 172.19.255.2 lladdr 02:ac:10:ff:ff:02 dev vx
	on "$gw" ip route add 172.18.0.0/16 via 172.19.255.2
	on "$gw" ip neigh replace 10.9.0.2 lladdr "$(mac_of "$1-peer" ens3)" dev ens3
	on "$gw" ip neigh replace "$OUTSIDE" lladdr "$(mac_of "$1-ext" e0)" dev ens9
	on "$gw" nft -f - <<-END
		table ip nat {
			chain post {
				type nat hook postrouting priority srcnat
				oifname "ens9" masquerade
			}
		}
	END
	on "$gw" sysctl -qw net.netfilter.nf_conntrack_udp_timeout=120 2>/dev/null
}

# sinks BED xdp|tc TUNNEL FLOWS: on both far sides.
sinks() {
	on "$1-ext" "$TOOLS/framesink" attach "$PINS/$1-out" e0 "$2" plain "$4" &&
		on "$1-peer" "$TOOLS/framesink" attach "$PINS/$1-in" ens3 "$2" \
			"$3" "$4"
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
		--mac 02:ac:10:ff:ff:01,02:ac:10:ff:ff:02 \
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

# shellcheck disable=SC2034 # by bed: how its far sides are spoken to
declare -A TUNNEL TUNNEL_KEYS TUNNEL_ENDS OUTSIDE_MAC
