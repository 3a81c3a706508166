#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A conf.db served without ovs-vswitchd: real ovs-vsctl and ovsdb-server, and
# the agent's part that serves them, alone (vswitchtool), on one host.
# shellcheck source=selftests/topo/vsctl.sh
. "$(dirname "$0")/vsctl.sh"

vsctl_up

# ---- as typed in OVN's tutorial ----
check "set Open_vSwitch" vsctl set Open_vSwitch . \
	external-ids:ovn-remote=tcp:192.168.209.110:6642 \
	external-ids:ovn-encap-type=geneve \
	external-ids:ovn-encap-ip=192.168.209.111 \
	external-ids:ovn-bridge-mappings=phyNet:br-eth1 \
	external-ids:system-id=id1 external-ids:hostname=node2
expect "an integration bridge is made where nobody has" "secure" \
	"$(soon secure get Bridge br-int fail_mode)"
expect "settings" "settings id=id1 host=node2 remote=tcp:192.168.209.110:6642 nb=tcp:192.168.209.110:6641 encap=geneve:192.168.209.111 csum=1 bridge=br-int mode=auto *" \
	"$(state settings)"
check "del-br br-int" vsctl --no-wait remove Open_vSwitch . external-ids ovn-remote \
	-- del-br br-int
check "add-br br-int -- set Bridge br-int fail-mode=secure" vsctl add-br br-int \
	-- set Bridge br-int fail-mode=secure
check "a bridge's own port is an interface" on host ip link show br-int
expect "its ofport" 65534 "$(get Interface br-int ofport)"
bad=
for i in 1 2 3 4; do
	vsctl --no-wait del-br br-int
	vsctl add-br br-int -- set Bridge br-int fail-mode=secure
	[ "$(get Interface br-int error)" = "[]" ] || bad+=" $i"
done
expect "removed and added again and again" "" "$bad"
check "add-port type=internal" vsctl add-port br-int vm1 -- set Interface vm1 type=internal
expect "ofport" 1 "$(get Interface vm1 ofport)"
expect "no VIF without an iface-id" "" "$(state 'vif vm1')"
check "external_ids:iface-id" vsctl set Interface vm1 external_ids:iface-id=ls1-vm1
expect "a VIF" "vif vm1 xv???????????? * ls1-vm1" "$(state 'vif vm1')"
ns_add vm1
check "ip link set vm1 netns vm1" on host ip link set vm1 netns "$NET-vm1"
check "its address" on vm1 ip link set vm1 address 02:ac:10:ff:00:10
check "up" on vm1 sh -c 'ip addr add 172.18.100.10/24 dev vm1; ip link set vm1 up'
expect "mac_in_use follows into the namespace" "02:ac:10:ff:00:10" \
	"$(soon 02:ac:10:ff:00:10 get Interface vm1 mac_in_use)"
expect "link_state" up "$(soon up get Interface vm1 link_state)"
expect "admin_state" up "$(soon up get Interface vm1 admin_state)"
expect "mtu" 1500 "$(get Interface vm1 mtu)"
expect "ofport stays" 1 "$(get Interface vm1 ofport)"
expect "link_resets" "[1-9]*" "$(get Interface vm1 link_resets)"
on vm1 ping -q -c 2 -i 0.2 -W 1 172.18.100.1 >/dev/null 2>&1
check "statistics: received is what the port has sent" until_true 10 received vm1
expect "no statistics of what nobody sent" 0 "$(get Interface vm1 statistics:tx_packets)"

on host ip link add ens9 type veth peer name cable9
check "add-br br-eth1" vsctl add-br br-eth1
expect "a network without a NIC" "network phyNet br-eth1 " "$(state network)"
check "add-port br-eth1 ens9" vsctl add-port br-eth1 ens9
expect "a network" "network phyNet br-eth1 ens9" "$(state network)"
expect "ovs-vsctl show" "*Port ens9 Interface ens9 *ovs_version: xovn-*" "$(vsctl show | tr -s '\n ' ' ')"
expect "no errors" "" "$(vsctl show | grep error)"
expect "driver" veth "$(get Interface ens9 status:driver_name)"
expect "ifindex" "$(on host cat /sys/class/net/ens9/ifindex)" "$(get Interface ens9 ifindex)"
expect "datapath_id" "0000????????????" "$(get Bridge br-eth1 datapath_id)"
expect "iface_types" "\[internal, patch, system, tap]" "$(get Open_vSwitch . iface_types)"

# ---- interfaces that are there already, and iface-id in any order ----
on host ip link add tap5 type veth peer name peer5
check "add-port with an iface-id at once" vsctl add-port br-int tap5 \
	-- set Interface tap5 external_ids:iface-id=lsp5
expect "VIF" "vif tap5 tap5 * lsp5" "$(state 'vif tap5')"
index=$(state 'vif tap5' | cut -d ' ' -f 4)
version=$(state version)
check "another iface-id" vsctl set Interface tap5 external_ids:iface-id=lsp6
expect "VIF" "vif tap5 tap5 $index lsp6" "$(state 'vif tap5')"
check "without" vsctl remove Interface tap5 external_ids iface-id
expect "no VIF" "" "$(state 'vif tap5')"
check "again" vsctl set Interface tap5 external_ids:iface-id=lsp5
expect "VIF" "vif tap5 tap5 $index lsp5" "$(state 'vif tap5')"
expect "versions count" "version [1-9]*" "$(state version)"
check "... up" test "$(state version)" != "$version"
on host ip link del tap5
expect "it goes: error" "could not open network device tap5 (No such device)" \
	"$(soon "could not*" get Interface tap5 error)"
expect "ofport -1" -1 "$(get Interface tap5 ofport)"
expect "no VIF" "" "$(state 'vif tap5')"
on host ip link add tap5 type veth peer name peer5
expect "it comes back: no error" "\[]" "$(soon "\[]" get Interface tap5 error)"
expect "its old ofport" 2 "$(get Interface tap5 ofport)"
check "another ifindex" test "$(state 'vif tap5' | cut -d ' ' -f 4)" != "$index"
fails "the same iface-id twice" "*iface-id lsp5 is that of port tap5*" \
	add-port br-int vm9 -- set Interface vm9 type=internal external_ids:iface-id=lsp5
check "del-port" vsctl del-port vm9

# ---- what cannot be ----
fails "no such device" "*could not open network device nope (No such device)*" \
	add-port br-int nope
on host ip link add nope type veth peer name nopeer
expect "it appears: ofport" "[1-9]" "$(soon "[1-9]" get Interface nope ofport)"
on host ip link add ens9x type veth peer name cable9x
fails "internal, but the name is taken" "*could not add network device ens9x to ofproto (File exists)*" \
	add-port br-int ens9x -- set Interface ens9x type=internal
fails "name too long" "*could not open network device a123456789012345*" \
	add-port br-int a123456789012345 -- set Interface a123456789012345 type=internal
fails "bond" "*xovn does not bond*" add-bond br-int bond0 cable9 peer5
fails "type" "*no interfaces of type gre*" add-port br-int gre0 \
	-- set Interface gre0 type=gre options:remote_ip=192.0.2.1
fails "patch" "*xovn has no patch ports*" add-port br-int p0 \
	-- set Interface p0 type=patch options:peer=p1
fails "second NIC" "*bridge br-eth1 has ens9 already*" add-port br-eth1 cable9x
fails "host's end of another port" "*is the host's end of internal port vm1*" \
	add-port br-int "$(state 'vif vm1' | cut -d ' ' -f 3)"
check "their removal" vsctl del-port ens9x -- del-port a123456789012345 \
	-- del-port bond0 -- del-port gre0 -- del-port p0 -- del-port cable9x \
	-- del-port "$(state 'vif vm1' | cut -d ' ' -f 3)"
check "a tag on br-eth1" vsctl set Port ens9 tag=7
expect "is an error" "*xovn has no VLANs on bridge ports*" "$(get Interface ens9 error)"
check "without" vsctl clear Port ens9 tag
expect "it is none" "\[] 1" "$(get Interface ens9 error ofport)"
check "malformed mapping" vsctl set Open_vSwitch . external-ids:ovn-bridge-mappings=phyNet:br-eth1,zzz
expect "is left out" "network phyNet br-eth1 ens9" "$(state network)"
expect "and logged once" 1 "$(grep -c 'ovn-bridge-mappings: zzz is left out' "$DIR/tool.log")"

# ---- requests ----
check "ofport_request, mac, mtu_request" vsctl add-port br-int vm3 -- set Interface vm3 \
	type=internal ofport_request=77 mtu_request=1442 'mac="02:00:00:00:00:33"'
expect "honoured" "77 1442 02:00:00:00:00:33" "$(get Interface vm3 ofport mtu mac_in_use)"
check "mtu_request later" vsctl set Interface vm3 mtu_request=1400
expect "honoured" 1400 "$(soon 1400 get Interface vm3 mtu)"

# ---- what the agent says ----
tool installed vm1 1
expect "ovn-installed" true "$(soon true get Interface vm1 external_ids:ovn-installed)"
expect "ovn-installed-ts" "1[0-9]*" "$(get Interface vm1 external_ids:ovn-installed-ts)"
expect "other keys stay" ls1-vm1 "$(get Interface vm1 external_ids:iface-id)"
tool installed vm1 0
expect "not installed" "{iface-id=ls1-vm1}" "$(soon "{iface-id=ls1-vm1}" get Interface vm1 external_ids)"
tool nb-cfg 5 1700000000000
expect "ovn-nb-cfg" 5 "$(soon 5 get Bridge br-int external_ids:ovn-nb-cfg)"
expect "ovn-nb-cfg-ts" 1700000000000 "$(get Bridge br-int external_ids:ovn-nb-cfg-ts)"
tool error vm1 "vm1: no room"
expect "a port's error" "vm1: no room" "$(soon "vm1: no room" get Interface vm1 error)"
expect "ofport" -1 "$(get Interface vm1 ofport)"
tool error vm1
expect "solved" "\[] 1" "$(soon "\[] 1" get Interface vm1 error ofport)"
tool hold
check "a change that is none to the agent is in effect" vsctl set Bridge br-int external_ids:a=b
check "another waits for it" expect_code 142 vsctl_for 2 add-port br-int vm4 -- \
	set Interface vm4 type=internal external_ids:iface-id=x4
tool release
check "and follows then" vsctl set Bridge br-int external_ids:a=c
expect "cur_cfg" "$(get Open_vSwitch . next_cfg)" "$(get Open_vSwitch . cur_cfg)"
check "del-port" vsctl del-port vm4

# ---- restarts ----
before=$(pairs)
kill -9 "$conf_pid"
wait "$conf_pid" 2>/dev/null
expect "interfaces outlive the agent" "$before" "$(pairs)"
vsctl --no-wait del-port vm3
tool_start conf
check "a pair whose port is gone goes" until_true 10 on host sh -c '! ip link show vm3'
expect "others are adopted" "$(grep -v ' vm3 ' <<<"$before")" "$(pairs)"
expect "the guest's end, too" "02:ac:10:ff:00:10" "$(on vm1 cat /sys/class/net/vm1/address)"
expect "VIF" "vif vm1 xv???????????? * ls1-vm1" "$(state 'vif vm1')"
server_stop
on vm1 ip link set vm1 down
server_start conf
expect "a server that starts again is told the state" "02:ac:10:ff:00:10 down" \
	"$(soon "02:ac:10:ff:00:10 down" get Interface vm1 mac_in_use link_state)"
check "... statistics, too" until_true 10 received vm1
on vm1 ip link set vm1 up

finish_vsctl
