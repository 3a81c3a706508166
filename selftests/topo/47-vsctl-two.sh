#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Interfaces that go, and who may serve what: bridges and ports removed with
# their guests' ends far away, two conf.dbs on one host, two agents on one
# conf.db.
# shellcheck source=selftests/topo/vsctl.sh
. "$(dirname "$0")/vsctl.sh"

vsctl_up
ns_add vm1
ns_add vm2

port_add() { # NAME
	vsctl add-port br-int "$1" -- set Interface "$1" type=internal \
		external_ids:iface-id="lsp-$1"
}

check "a bridge" vsctl add-br br-int
check "port vm1" port_add vm1
check "port vm2" port_add vm2
on host ip link set vm1 netns "$NET-vm1"
on host ip link set vm2 netns "$NET-vm2"
on vm1 ip link set vm1 name eth0

# ---- ports that go ----
check "del-port" vsctl del-port vm1
check "takes the guest's end away" on vm1 sh -c '! ip link show eth0'
expect "no VIF" "" "$(state 'vif vm1')"
index=$(state 'vif vm2' | cut -d ' ' -f 4)
check "del-port and add-port in one" vsctl del-port vm2 -- add-port br-int vm2 \
	-- set Interface vm2 type=internal external_ids:iface-id=lsp-vm2
expect "keep the pair" "vif vm2 xv???????????? $index lsp-vm2" "$(state 'vif vm2')"
check "and the guest's end" on vm2 ip link show vm2
check "another type" vsctl set Interface vm2 type=system
check "is no pair" on vm2 sh -c '! ip link show vm2'
expect "and says what is missing" "could not open network device vm2 (No such device)" \
	"$(get Interface vm2 error)"
check "internal again" vsctl set Interface vm2 type=internal
expect "makes it" "\[]" "$(get Interface vm2 error)"
on host ip link set vm2 netns "$NET-vm2"
index=$(state 'vif vm2' | cut -d ' ' -f 4)
version=$(state version)
ip netns del "$NET-vm2"
again() { [ -n "$(state 'vif vm2')" ] && [ "$(state 'vif vm2' | cut -d ' ' -f 4)" != "$index" ]; }
check "its namespace goes: the port is made again" until_true 20 again
check "in this one" on host ip link show vm2
check "a new version" test "$(state version)" != "$version"

# ---- another conf.db on the same host ----
check "port vm1" port_add vm1
mine=$(pairs)
ovsdb-tool create "$DIR/two.db" "$STOCK/schema/vswitch.ovsschema"
server_start two
CONF=two vsctl --no-wait init
tool_start two
CONF=two check "a bridge of another name" vsctl add-br br-two
CONF=two fails "the same bridge" \
	" 'br-int': could not add network device br-int to ofproto (File exists)*" add-br br-int
CONF=two check "its own port" vsctl add-port br-two vm3 -- set Interface vm3 type=internal
expect "the first one's pairs stay" "$mine" "$(pairs | grep -v -e ' br-two ' -e ' vm3 ')"
check "the first one removes its own" vsctl del-port vm1
expect "... only" "$(grep -v ' vm1 ' <<<"$mine")" "$(pairs | grep -v -e ' br-two ' -e ' vm3 ')"
check "... the other's stays" on host ip link show vm3
CONF=two check "del-br" vsctl del-br br-two
check "takes its ports away" on host sh -c '! ip link show vm3 && ! ip link show br-two'
# shellcheck disable=SC2154 # tool_start's
kill "$two_pid"
wait "$two_pid" 2>/dev/null

# ---- another program on the same conf.db ----
before=$(pairs)
spawn other_pid host "$TOOLS/vswitchtool" "unix:$DIR/conf.sock" 500 \
	>"$DIR/other.out" 2>"$DIR/other.log"
check "without the lock: a warning" until_true 20 grep -q 'holds the lock ovs_vswitchd' "$DIR/other.log"
expect "one" 1 "$(wc -l <"$DIR/other.log")"
expect "and nothing served" "" "$(cat "$DIR/other.out")"
check "the holder serves" vsctl add-port br-int vm4 -- set Interface vm4 type=internal
# shellcheck disable=SC2154 # tool_start's
kill "$conf_pid"
wait "$conf_pid" 2>/dev/null
check "the holder ends: the other goes on" vsctl del-port vm4
check "with the interfaces" on host sh -c '! ip link show vm4'
expect "it has adopted" "$before" "$(pairs)"
check "del-br" vsctl del-br br-int
expect "nothing is left" "" "$(pairs)"

finish_vsctl
