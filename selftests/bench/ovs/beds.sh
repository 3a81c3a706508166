# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Beds of make bench-ovs: two hosts, four guests and a host outside, once with
# stock OVN and Open vSwitch's kernel datapath, once with xovn, all of one
# Northbound database.
#
#   BED-vm1 ---- vm1 BED-h2 ens3 --- ens3 BED-h1 vm2 ---- BED-vm2
#   BED-near -- near                             vm3 ---- BED-vm3
#                                               ens9 ---- BED-ext
#
# vm1, near and vm2 are on one switch, vm3 is behind router1; h1 has the gateway
# router.  Stock OVN gets its strongest: no UDP checksum on the tunnel.

# shellcheck source=selftests/bench/bed.sh
. "$(dirname "${BASH_SOURCE[0]}")/../bed.sh"
# shellcheck source=selftests/topo/live.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../topo/live.sh"

DATAPATH=system
TOOL_LIMIT=600
NEAR_IP=172.18.100.40
VIP=100.0.0.1
VIP_CLIENT=192.168.201.10
ROUTER1_LS1=02:ac:10:ff:00:01
ROUTER1_LS2=02:ac:10:ff:10:01
VM_MAC[near]=02:ac:10:ff:00:40
VM_IP[near]=$NEAR_IP
VM_IP[vm2]=172.18.100.50 # vm1 has .10 to .29
declare -A GUEST_HOST=([vm1]=h2 [near]=h2 [vm2]=h1 [vm3]=h1)
declare -A GUEST_LSP=([vm1]=ls1-vm1 [near]=ls1-near [vm2]=ls1-vm2 [vm3]=ls2-vm3)

# ovs_nb: $DIR/private.db and $DIR/placement, for all beds
ovs_nb() {
	local i backends=
	for ((i = 0; i < 10; i++)); do
		backends+="${backends:+,}172.18.100.$((10 + i)):80"
	done
	bench_nb -- lsp-add ls1 ls1-near \
		-- lsp-set-addresses ls1-near "${VM_MAC[near]} $NEAR_IP" \
		-- lsp-set-addresses ls1-vm2 "${VM_MAC[vm2]} ${VM_IP[vm2]}" \
		-- lsp-set-addresses ls2-vm3 "${VM_MAC[vm3]} ${VM_IP[vm3]}" \
		-- lb-add web "$VIP:80" "$backends" udp -- lr-lb-add gw1 web ||
		die "no Northbound database"
	PLACEMENT=$DIR/placement
	cat >"$PLACEMENT" <<-END
		${SYSTEM_ID[node1]},node1 ${NODE_IP[node1]} ls1-vm2 ls2-vm3
		${SYSTEM_ID[node2]},node2 ${NODE_IP[node2]} ls1-vm1 ls1-near
	END
}

# ovs_wires BED: namespaces, cables, addresses
ovs_wires() {
	local x n
	for x in h1 h2 ext "${!GUEST_HOST[@]}"; do ns_add "$1-$x"; done
	cable "$1-h1" ens3 "$1-h2" ens3 1500
	cable "$1-h1" ens9 "$1-ext" e0 1500
	on "$1-ext" ip addr add "$OUTSIDE/19" dev e0
	on "$1-ext" ip addr add "$VIP_CLIENT/32" dev e0 # answers ARP
	for n in 1 2; do
		on "$1-h$n" ip addr add "${NODE_IP[node$n]}/19" dev ens3
		# ens9 is in the same subnet
		on "$1-h$n" sysctl -qw net.ipv4.conf.all.arp_ignore=1
	done
	for x in "${!GUEST_HOST[@]}"; do
		cable "$1-$x" eth0 "$1-${GUEST_HOST[$x]}" "$x" "$GUEST_MTU"
		on "$1-$x" sh -ec "
			ip link set eth0 address ${VM_MAC[$x]}
			ip addr add ${VM_IP[$x]}/24 dev eth0
			ip route add default via ${VM_IP[$x]%.*}.1"
		on "$1-$x" ethtool -K eth0 tx off
		# live frames need a NAPI at the other end
		on "$1-${GUEST_HOST[$x]}" ethtool -K "$x" gro on
	done
	for x in "h1 ens3" "h2 ens3" "h1 ens9" "ext e0"; do
		on "$1-${x% *}" ethtool -K "${x#* }" gro on
		on "$1-${x% *}" ethtool -K "${x#* }" tx off tso off
	done
}

# ovs_cable BED: vm1 and near, nothing between
ovs_cable() {
	local x
	for x in vm1 near; do ns_add "$1-$x"; done
	cable "$1-vm1" eth0 "$1-near" eth0 "$GUEST_MTU"
	on "$1-near" ethtool -K eth0 gro on
	on "$1-vm1" ethtool -K eth0 gro on
}

# ovs_ready BED: all ways are open, neighbors found
ovs_ready() {
	local ip
	for ip in $NEAR_IP "${VM_IP[vm2]}" "${VM_IP[vm3]}" "$OUTSIDE"; do
		until_true 20 on "$1-vm1" ping -q -c 1 -W 5 "$ip" || {
			echo "no way from vm1 to $ip"
			return 1
		}
	done
}

# ovs_bed_tc BED: xovn, by TC, or what BED is named by
ovs_bed_tc() {
	local n x
	ovs_wires "$1"
	for n in 1 2; do
		xovn "$1-h$n" load --nb "$DIR/private.db" --chassis "node$n" \
			--placement "$PLACEMENT" &&
			xovn "$1-h$n" attach ens3 --underlay --mode "$1" || return 1
	done
	xovn "$1-h1" attach ens9 --localnet phyNet --mode "$1" || return 1
	for x in "${!GUEST_HOST[@]}"; do
		xovn "$1-${GUEST_HOST[$x]}" bind "$x" "${GUEST_LSP[$x]}" || return 1
	done
	ovs_ready "$1"
}

# upcalls_mend BED: an ovs-vswitchd that begins while the machine has nothing else
# to do has been seen to lose each upcall, for good; begun again it does not
upcalls_mend() {
	local n
	on "$1-vm1" ping -q -c 3 -W 1 "${VM_IP[vm2]}" >/dev/null
	for n in 1 2; do
		host "$1-h$n" ovs-appctl -t "$DIR/$1-h$n/ovs-vswitchd.ctl" dpctl/show |
			grep -q 'hit:0 missed:[0-9]* lost:[1-9]' || continue
		echo "# $1-h$n: upcalls are lost, ovs-vswitchd begins again" >&2
		daemon_end "$1-h$n" ovs-vswitchd
		vswitchd_start "$1-h$n"
	done
}

# ovs_bed_ovs BED: stock OVN, the central on h1
ovs_bed_ovs() {
	local n x
	ovs_wires "$1"
	CENTRAL=$1-h1
	for n in 1 2; do
		SYSTEM_ID[$1-h$n]=${SYSTEM_ID[node$n]}
		HOST_KIND[$1-h$n]=stock
		mkdir "$DIR/$1-h$n"
	done
	cp "$DIR/private.db" "$DIR/$CENTRAL/ovnnb.db"
	central_start
	sbctl set-connection ptcp:6642
	for n in 1 2; do
		host_start "$1-h$n"
		vsctl "$1-h$n" --may-exist add-br br-int -- set Open_vSwitch . \
			"external-ids:ovn-remote=tcp:${NODE_IP[node1]}:6642" \
			external-ids:ovn-encap-type=geneve \
			external-ids:ovn-encap-csum=false \
			"external-ids:ovn-encap-ip=${NODE_IP[node$n]}" || return 1
	done
	vsctl "$1-h1" add-br br-ext -- add-port br-ext ens9 -- set Open_vSwitch . \
		external-ids:ovn-bridge-mappings=phyNet:br-ext || return 1
	for x in "${!GUEST_HOST[@]}"; do
		vsctl "$1-${GUEST_HOST[$x]}" add-port br-int "$x" \
			-- set Interface "$x" "external_ids:iface-id=${GUEST_LSP[$x]}" ||
			return 1
	done
	settled || return 1
	upcalls_mend "$1"
	settled && ovs_ready "$1" || return 1
	# the kernel's, not user space's
	host "$1-h1" ovs-appctl -t "$DIR/$1-h1/ovs-vswitchd.ctl" dpif/show |
		grep '^system@'
}

# ovs_sink BED NAMESPACE FLOWS: a new one at that guest or outside
ovs_sink() {
	local dev=eth0
	[ "$2" != ext ] || dev=e0
	rm -rf "$PINS/$1-$2"
	on "$1-$2" "$TOOLS/framesink" attach "$PINS/$1-$2" $dev tc plain "$3" ||
		die "no sink on $1-$2"
}

# ovs_send BED NAMESPACE MAC FILE OPTION...: frames of its flows to that MAC
ovs_send() {
	local bed=$1 from=$2 mac=$3 file=$4 dev=eth0
	shift 4
	[ "$from" != ext ] || dev=e0
	on "$bed-$from" taskset -c "$CPU" "$TOOLS/framegen" --flows "$file" \
		--mac "$mac,$(mac_of "$bed-$from" "$dev")" "$@" "$dev"
}
