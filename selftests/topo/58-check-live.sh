#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn check --db: conf.db's settings and the databases that it names, on a
# host that an agent serves, on one of stock OVN, and on one that is not set up.
# shellcheck source=selftests/topo/live.sh
. "$(dirname "$0")/live.sh"
KINDS="node1=xovn node2=stock node3=xovn"
VMS=

# looked HOST ARGUMENTS...: into $DIR/json
looked() {
	local node=$1
	shift
	timeout $((60 * SLOW)) ip netns exec "$NET-$node" "$XOVN" --pin "$PINS/$node" \
		check --json --db "unix:$DIR/$node/db.sock" "$@" >"$DIR/json" 2>"$DIR/err"
}

# said: "level check object", but for what is ok.
said() {
	jq -r '.findings[] | select(.level != "ok") |
		"\(.level) \(.check) \(.object // "-")"' "$DIR/json" | paste -s -d ,
}

rows() {
	sbctl --bare --columns=name,hostname list Chassis
	vsctl "$1" --bare --columns=external_ids,other_config,cur_cfg list Open_vSwitch
	sbctl --bare --columns=nb_cfg list SB_Global
}

net_init
# not this machine's system-id.conf
export OVS_SYSCONFDIR=$DIR/etc
live_up
# before it knows enough to make itself a chassis
daemon_end node3 agent
for node in $NODES; do
	vsctl "$node" --no-wait set Open_vSwitch . \
		external_ids:ovn-encap-type=geneve external_ids:ovn-encap-ip="${NODE_IP[$node]}" \
		external_ids:ovn-remote="unix:$DIR/$CENTRAL/ovnsb_db.sock"
done
nbctl ls-add sw -- lsp-add sw lsp-vm1 -- lsp-set-addresses lsp-vm1 02:00:00:00:00:01 \
	-- acl-add sw to-lport 1 ip4 drop
check "a port on node1" vsctl node1 --may-exist add-br br-int -- add-port br-int vm1 \
	-- set Interface vm1 type=internal mtu_request=1500 external_ids:iface-id=lsp-vm1
check "the agent serves it" settled

before=$(rows node1)
looked node1
expect "a host with its agent: exit code" 0 $?
expect "a host with its agent" "warning agent -,warning not_honoured ACL,warning guest_mtu vm1" \
	"$(said)"
expect "its underlay is the one with the tunnel address" "ens3 underlay tc 1442" \
	"$(jq -r '.interfaces[] | "\(.interface) \(.role) \(.mode) \(.guest_mtu)"' "$DIR/json")"
expect "its chassis" "has a row in the SB database" \
	"$(jq -r '.findings[] | select(.check == "chassis").text' "$DIR/json")"
expect "databases with their schemas" "3 of 3" "$(jq -r '[.findings[] |
	select(.text | test("^(OVN_|Open_v).*, schema [0-9]")).check] | "\(length) of 3"' "$DIR/json")"
expect "no row has changed" "$before" "$(rows node1)"

mkdir -p "$DIR/etc/openvswitch"
echo "${SYSTEM_ID[node1]}" >"$DIR/etc/openvswitch/system-id.conf"
looked node1
expect "a name that a start of ovsdb-server keeps" "" "$(said | grep system_id)"
echo other >"$DIR/etc/openvswitch/system-id.conf"
looked node1
expect "one that it would not keep" "*warning system_id $DIR/etc/openvswitch/system-id.conf*" "$(said)"
rm -r "${DIR:?}/etc"

looked node2
expect "a host of stock OVN: exit code" 1 $?
expect "a host of stock OVN" "error ovn_controller -,error ovs_vswitchd -" \
	"$(said | tr , '\n' | grep 'ovn_c\|ovs_v' | paste -s -d ,)"

# what del-port would take from the agent, too
on node2 sh -ec 'ip link add ovs-system type bridge; ip tuntap add tap9 mode tap
	ip link set tap9 master ovs-system up'
looked node2 --localnet tap9:phyNet
expect "a NIC in Open vSwitch's datapath" "*warning master tap9*" "$(said)"
on node2 sh -c 'ip link del tap9; ip link del ovs-system'
expect "no remedy takes the chassis away" "ovn-appctl -t ovn-controller exit --restart*" \
	"$(jq -r '.findings[] | select(.check == "ovn_controller").remedy' "$DIR/json")"

looked node3
expect "a host without agent: exit code" 0 $?
expect "a host without agent" "has no row in the SB database yet*" \
	"$(jq -r '.findings[] | select(.check == "chassis").text' "$DIR/json")"
vsctl node3 --no-wait set Open_vSwitch . external_ids:ovn-encap-ip="${NODE_IP[node1]}"
looked node3
expect "another's tunnel address: exit code" 1 $?
expect "another's tunnel address" \
	"*error encap_ip ${NODE_IP[node1]},error encap_ip ${SYSTEM_ID[node1]}*" "$(said)"
vsctl node3 --no-wait set Open_vSwitch . external_ids:ovn-encap-type=vxlan \
	external_ids:ovn-bridge-mappings=phyNet:br-none,odd \
	external_ids:ovn-remote=tcp:192.168.209.110:1 \
	-- remove Open_vSwitch . external_ids ovn-encap-ip -- remove Open_vSwitch . external_ids system-id
looked node3
expect "not set up: exit code" 1 $?
expect "not set up" "*error system_id system-id,error encap_type ovn-encap-type,error encap_ip ovn-encap-ip,\
warning bridge_mappings ovn-bridge-mappings,warning bridge_mappings phyNet,error nb tcp:192.168.209.110:6641,\
error sb tcp:192.168.209.110:1*" "$(said)"
daemon_end node3 ovsdb-server
looked node3
expect "no conf.db: exit code" 1 $?
expect "no conf.db" "*error conf unix:$DIR/node3/db.sock*" "$(said)"
finish
