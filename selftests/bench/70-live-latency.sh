#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# From ovn-nbctl lsp-add to forwarding: 1 and 1,000 ports in one transaction,
# whose interfaces wait on node2.  "sync" is when ovn-nbctl --wait=hv
# returns, "forwards" when a guest on node3 gets its first answer from the
# last of the ports.  xovn beside stock OVN, alternating.
# shellcheck source=selftests/bench/livebed.sh
. "$(dirname "$0")/livebed.sh"
# Only 20 of the ports have interfaces (INTERFACES): a userspace datapath is
# slow with a thousand of them, and it is the ports that are measured.  The
# one that answers is the last of the transaction.
ROUNDS=${ROUNDS:-5}
INTERFACES=${INTERFACES:-20}
PORTS=${PORTS:-1 1000}

# bed_interfaces N: on node2, the last one in a guest; the prober on node3.
bed_interfaces() {
	local i words=()
	for ((i = 1; i <= $1; i++)); do
		words+=(-- add-port br-int "p$i"
			-- set interface "p$i" type=internal
			"external_ids:iface-id=bench-p$i")
	done
	vsctl node2 "${words[@]}" || exit 1
	guest probe node3 02:00:00:00:00:01 10.77.0.1 bench-probe
	# what answers is always p1: the last of the transaction's commands
	ns_add target
	on node2 ip link set p1 netns "$NET-target"
	on target sh -ec "
		ip link set p1 address 02:00:00:01:00:01 up
		ip addr add 10.77.1.1/16 dev p1
		ip neigh replace 10.77.0.1 lladdr 02:00:00:00:00:01 dev p1"
	on probe ip neigh replace 10.77.1.1 lladdr 02:00:00:01:00:01 dev eth0
}

# bed_round N: "SYNC FORWARDS", milliseconds.
bed_round() {
	local i words=() start sync first pid
	nbctl --wait=hv ls-add bench \
		-- lsp-add bench bench-probe \
		-- lsp-set-addresses bench-probe "02:00:00:00:00:01 10.77.0.1"
	mapfile -t words < <(awk -v n="$1" 'BEGIN {
		for (i = n; i > 0; i--)
			printf "--\nlsp-add\nbench\nbench-p%d\n--\n" \
				"lsp-set-addresses\nbench-p%d\n" \
				"02:00:00:01:%02x:%02x 10.77.%d.%d\n", i, i,
				int(i / 256), i % 256, 1 + int((i - 1) / 250),
				(i - 1) % 250 + 1 }')
	spawn pid probe ping -n -D -i 0.002 10.77.1.1 >"$DIR/first" 2>&1
	start=$(now_ms)
	nbctl --wait=hv "${words[@]}" || exit 1
	sync=$(now_ms)
	until_true 60 grep -q 'bytes from' "$DIR/first"
	kill "$pid"
	wait "$pid" 2>/dev/null
	first=$(sed -n 's/^\[\([0-9]*\)\.\([0-9]\{3\}\).*bytes from.*/\1\2/p' \
		"$DIR/first" | head -n 1)
	echo "$((sync - start)) $((${first:-0} - start))"
	nbctl --wait=hv ls-del bench
}

declare -A results
# shellcheck disable=SC2086
beds $BED_KINDS
for kind in $BED_KINDS; do
	order "$kind" interfaces "$INTERFACES"
done
for n in $PORTS; do
	for ((round = 0; round < ROUNDS; round++)); do
		for kind in $BED_KINDS; do
			got=$(order "$kind" round "$n")
			results[$n,$kind]+=$got$'\n'
			echo "# $kind $n: $got" >&2
		done
	done
done
printf '%8s %8s %12s %12s   (ms, median of %s, lowest to highest)\n' \
	ports hosts sync forwards "$ROUNDS"
for n in $PORTS; do
	for kind in $BED_KINDS; do
		sync=$(awk 'NF { print $1 }' <<<"${results[$n,$kind]}" | sort -g)
		first=$(awk 'NF { print $2 }' <<<"${results[$n,$kind]}" | sort -g)
		printf '%8s %8s %12s %12s   %s..%s %s..%s\n' "$n" "$kind" \
			"$(median <<<"$sync")" "$(median <<<"$first")" \
			"$(head -n 1 <<<"$sync")" "$(tail -n 1 <<<"$sync")" \
			"$(head -n 1 <<<"$first")" "$(tail -n 1 <<<"$first")"
	done
done
