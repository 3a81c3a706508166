#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The forms of a Northbound snapshot mean the same; maps are legible.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
# every record of a map is dumped below
LOAD_OPTIONS="--ct-max 64"
tutorial
expect "show --json is JSON" yes "$(xovn node2 show --json | jq -e . >/dev/null && echo yes)"
want=$(configured node2)
for form in nb.backup nb-dump.json; do
	check "load of $form" xovn node2 load --nb "$DATA/base/$form" \
		--chassis node2 --placement "$PLACEMENT"
	expect "$form gives the same as nb.db" "" \
		"$(diff <(echo "$want") <(configured node2))"
done
ovsdb-tool create-cluster "$DIR/raft.db" "$DATA/base/nb.backup" unix:"$DIR/raft.sock"
check "load of a clustered file" xovn node2 load --nb "$DIR/raft.db" \
	--chassis node2 --placement "$PLACEMENT"
expect "a clustered file gives the same as nb.db" "" \
	"$(diff <(echo "$want") <(configured node2))"
expect "what is not honoured is named: QoS" "*warning*qos_max_rate*ln2*" \
	"$(xovn node2 load --nb "$DATA/gateway/nb.db" --chassis node2 \
		--placement "$PLACEMENT" --dry-run 2>&1)"
check "back to nb.db" xovn node2 load --nb "$NB" --chassis node2 \
	--placement "$PLACEMENT"
warm

maps=0
for pin in "$PINS"/node2/*; do
	id=$(bpftool -j map show pinned "$pin" 2>/dev/null | jq -r '.id // empty')
	[ -n "$id" ] || continue
	maps=$((maps + 1))
	json=$(bpftool -j map dump pinned "$pin" 2>&1)
	# formatted means that the kernel has BTF for key and value
	expect "map $(basename "$pin") dumps legibly" yes "$(jq -r '
		if type != "array" then "no: \(.)"
		elif all(.[]; .formatted or .error) then "yes"
		else "no BTF" end' <<<"$json" 2>&1 | head -n 1)"
done
at_least "maps of a host" 15 "$maps"
expect "map port names ls1-vm1" "*ls1-vm1*" \
	"$(bpftool map dump pinned "$PINS/node2/port")"
# node3 dropped vm3's first packet to vm1, or node2 the answer
expect "map drop names reasons by enum" "*DROP_LR_NEIGHBOR*" "$(bpftool map dump pinned "$PINS/node3/drop"; bpftool map dump pinned "$PINS/node2/drop")"
finish
