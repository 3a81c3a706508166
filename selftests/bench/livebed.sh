# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Clusters for live benchmarks: the same three hosts with all of one kind,
# stock or xovn, so that both stand side by side and take turns.  Each is a
# process of its own, which gets its orders one by one:
#
#   beds KIND...         starts them; bed_main reads orders in each
#   order KIND WORDS...  runs bed_WORDS there and prints what it prints
#
# shellcheck source=selftests/topo/live.sh
. "$(dirname "${BASH_SOURCE[0]}")/../topo/live.sh"

TOOL_LIMIT=300
BED_DONE="-- done --"
BED_KINDS=${BED_KINDS:-$LIVE_READY}
declare -A BED_IN BED_OUT

# median: of the numbers on stdin.
median() {
	sort -g | awk '{ a[NR] = $1 }
		END { print NR ? (a[int((NR + 1) / 2)] + a[int(NR / 2) + 1]) / 2 : 0 }'
}

# bed_main KIND: a cluster that has joined the central; reads orders.
bed_main() {
	local words node
	trap '' INT # net_down when the orders end
	LIVE_KIND=$1 KINDS=
	net_init
	live_up >&2
	nbctl set-connection ptcp:6641
	sbctl set-connection ptcp:6642
	for node in $NODES; do
		vsctl "$node" --may-exist add-br br-int \
			-- set bridge br-int fail-mode=secure \
			-- set Open_vSwitch . \
			"external-ids:ovn-remote=tcp:${NODE_IP[$CENTRAL]}:6642" \
			external-ids:ovn-encap-type=geneve \
			"external-ids:ovn-encap-ip=${NODE_IP[$node]}" || exit 1
	done
	settled || exit 1
	echo "$BED_DONE"
	while read -r -a words; do
		"bed_${words[0]}" "${words[@]:1}" </dev/null
		echo "$BED_DONE"
	done
	net_down
}

beds() {
	local kind in out dir
	dir=$(mktemp -d "${TMPDIR:-/tmp}/xovn-beds.XXXXXX") || exit 1
	trap beds_end EXIT
	for kind; do
		mkfifo "$dir/in" "$dir/out"
		(bed_main "$kind") <"$dir/in" >"$dir/out" &
		exec {in}>"$dir/in" {out}<"$dir/out"
		rm "$dir/in" "$dir/out"
		BED_IN[$kind]=$in BED_OUT[$kind]=$out
		bed_answer "$kind"
	done
	rmdir "$dir"
}

# beds_end: the end of the orders ends a bed.
beds_end() {
	local kind
	trap - EXIT
	for kind in "${!BED_IN[@]}"; do
		exec {BED_IN[$kind]}>&-
	done
	wait
}

bed_answer() {
	local line
	while read -r -u "${BED_OUT[$1]}" line; do
		[ "$line" != "$BED_DONE" ] || return 0
		printf '%s\n' "$line"
	done
	die "the bed of $1 hosts ended; what it said is above"
}

order() {
	local kind=$1
	shift
	echo "$*" >&"${BED_IN[$kind]}"
	bed_answer "$kind"
}

# now_ms: milliseconds of the day's clock.
now_ms() {
	echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

# guest NAME HOST MAC IP LSP: a veth pair, its host end on br-int.
guest() {
	ns_add "$1"
	cable "$2" "$1" "$1" eth0 "$GUEST_MTU"
	on "$1" sh -ec "
		ethtool -K eth0 tx off >/dev/null 2>&1
		ip link set eth0 address $3
		ip addr add $4/16 dev eth0"
	vsctl "$2" add-port br-int "$1" -- set interface "$1" "external_ids:iface-id=$5"
}
