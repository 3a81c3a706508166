#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# From ovn-nbctl lsp-add to forwarding: 1 and 1,000 ports whose interfaces
# wait on node2, in one transaction.  "sync" is when ovn-nbctl --wait=hv
# returns, "forwards" when a guest on node3 gets its first answer from the
# last of the ports.  xovn beside stock OVN, alternating.
# shellcheck source=selftests/bench/livebed.sh
. "$(dirname "$0")/livebed.sh"
ROUNDS=${ROUNDS:-5}
PORTS=${PORTS:-1 1000}

port_mac() {
	printf '02:00:00:01:%02x:%02x' $(($1 / 256)) $(($1 % 256))
}

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
		ip link set p1 address $(port_mac 1) up
		ip addr add 10.77.1.1/16 dev p1
		ip neigh replace 10.77.0.1 lladdr 02:00:00:00:00:01 dev p1"
	on probe ip neigh replace 10.77.1.1 lladdr "$(port_mac 1)" dev eth0
}

# bed_round N: "SYNC FORWARDS", milliseconds.
bed_round() {
	local i words=() start sync first pid
	nbctl --wait=hv ls-add bench \
		-- lsp-add bench bench-probe \
		-- lsp-set-addresses bench-probe "02:00:00:00:00:01 10.77.0.1"
	for ((i = $1; i > 0; i--)); do
		words+=(-- lsp-add bench "bench-p$i" -- lsp-set-addresses
			"bench-p$i" "$(port_mac "$i") 10.77.$((1 + (i - 1) / 250)).$(((i - 1) % 250 + 1))")
	done
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

most=$(tr ' ' '\n' <<<"$PORTS" | sort -n | tail -n 1)
declare -A results
# shellcheck disable=SC2086
beds $BED_KINDS
for kind in $BED_KINDS; do
	order "$kind" interfaces "$most"
done
for n in $PORTS; do
	for ((round = 0; round < ROUNDS; round++)); do
		for kind in $BED_KINDS; do
			results[$n,$kind]+="$(order "$kind" round "$n")"$'\n'
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
