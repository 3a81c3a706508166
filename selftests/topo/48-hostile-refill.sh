#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Databases that are emptied, lost and filled again, with ovn-northd and
# without: what is loaded stays until both databases say otherwise, and all
# comes back by itself, with the keys that there are then.
# functions are called by check and until_true
# shellcheck disable=SC2317
# shellcheck source=selftests/topo/hostile.sh
. "$(dirname "$0")/hostile.sh"

bed_up

# Keys that ovn-northd would not give out by itself.
for pair in ls1=77 ls2=99; do
	nbctl --wait=hv set Logical_Switch ${pair%=*} \
		other_config:requested-tnl-key=${pair#*=}
	nbctl --wait=hv remove Logical_Switch ${pair%=*} other_config requested-tnl-key
done

# keys_of SWITCH...: their tunnel keys in SB
keys_of() {
	local switch keys=()
	for switch; do
		keys+=("$(sbctl --bare --columns=tunnel_key find \
			Datapath_Binding external_ids:name="$switch")")
	done
	echo "${keys[*]}"
}

# has_keys LSP: its port in the maps has SB's keys
has_keys() {
	local datapath
	datapath=$(sbctl --bare --columns=datapath find Port_Binding logical_port="$1")
	bpftool -j map dump pinned "$PINS/node1/port" | jq -e --arg n "$1" \
		--argjson d "$(sbctl get Datapath_Binding "$datapath" tunnel_key)" \
		--argjson p "$(sbctl get Port_Binding "$1" tunnel_key)" \
		'any(.[].formatted; .value.name == $n and .key.datapath == $d and
		 .key.port == $p)'
}

answers() {
	on vm1 ping -q -c 1 -W 1 "${VM_IP[vm3]}"
}

# recovers NAME: by itself.
recovers() {
	check "$1: forwards again" until_true 30 answers
	check "$1: with the keys of SB: ls1-vm1" until_true 20 has_keys ls1-vm1
	check "$1: with the keys of SB: ls2-vm3" until_true 20 has_keys ls2-vm3
	survived "$1"
}

# ---- SB ----

sb_refilled() {
	check "keys of before: ls1-vm1" until_true 20 has_keys ls1-vm1
	expect "keys of before: ls1, ls2" "77 99" "$(keys_of ls1 ls2)"
	daemon_end node1 sb-server
	empty sb "$D/ovnsb.db"
	started sb
	check "SB is empty: filled again" until_true 30 has_keys ls2-vm3
	expect "SB is empty: with other keys" "[1-9] [1-9]" "$(keys_of ls1 ls2)"
	recovers "SB is empty"
	expect "SB is empty: a chassis again" node1 \
		"$(sbctl --bare --columns=name list Chassis)"

	# and while nobody fills it
	daemon_end node1 ovn-northd
	daemon_end node1 sb-server
	empty sb "$D/ovnsb.db"
	started sb
	one_line "SB stays empty" "has no datapath (yet)" "closed by the server"
	expect "SB stays empty: forwards" "2/2*" "$(pings vm1 "${VM_IP[vm3]}" -c 2)"
	rests "SB stays empty"
	# the next try finds that there is nothing to try
	vsctl node1 --no-wait remove Open_vSwitch . external_ids system-id
	sleep 1.2
	rests "and there is no system-id"
	vsctl node1 --no-wait set Open_vSwitch . external_ids:system-id=node1
	northd_start
	recovers "SB stays empty"
}

# ---- NB ----

nb_emptied() {
	stopped nb
	started nb
	# ovn-northd does not agree
	northd pause
	nbctl -- --all destroy Logical_Switch -- --all destroy Logical_Router
	one_line "NB is emptied" "Northbound database has no switch"
	rests "NB is emptied"
	expect "NB is emptied: forwards" "2/2*" "$(pings vm1 "${VM_IP[vm3]}" -c 2)"
	# Resumed before it has met the new server, it would agree with the empty
	# NB that it knows.
	daemon_end node1 ovn-northd
	daemon_end node1 nb-server
	started nb "$D/kept-nb.db"
	northd_start
	survived "NB is as before"

	daemon_end node1 ovn-northd
	stopped nb
	empty nb "$D/ovnnb.db"
	started nb
	one_line "NB without its file" "Northbound database has no switch" \
		"closed by the server"
	nbctl init
	expect "NB without its file: forwards" "2/2*" \
		"$(pings vm1 "${VM_IP[vm3]}" -c 2)"
	daemon_end node1 nb-server
	started nb "$D/kept-nb.db"
	northd_start
	survived "NB has its file again"
}

# ovn-northd agrees: that is law, as for other chassis.
nb_law() {
	expect "no ping was lost until NB's end is law" "0 of many" "$(ping_lost)"
	stopped nb
	empty nb "$D/ovnnb.db"
	started nb
	check "ovn-northd agrees with an empty NB" until_true 30 nothing_mapped
	# the Southbound's end may come first
	expect "nothing is said of it" "" "$(said | grep 'warning: ' |
		grep -vE "$CUT|has no datapath \(yet\)")"
	daemon_end node1 nb-server
	started nb "$D/kept-nb.db"
	recovers "NB has its file again"
	ping_start vm1 "${VM_IP[vm3]}"
}

nothing_mapped() {
	! mapped ls1-vm1 && ! mapped ls2-vm3
}

# What ovs-vsctl waits for, as before its first change.
zero_cfg() {
	vsctl node1 --no-wait set Open_vSwitch . next_cfg=0 cur_cfg=0
	rests "cur_cfg is 0"
	survived "cur_cfg is 0"
}

for part in ${PARTS:-zero_cfg sb_refilled nb_emptied nb_law}; do
	$part
done
unharmed
finish
