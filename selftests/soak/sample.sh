# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What a host holds at a time of a soak, a line of a table each, and what must
# hold between the lines.

sample_header() {
	printf '%s\t' seconds host agent_pid agent_kib agent_fds maps programs links
	printf '%s\t' map_kib connections
	printf '%s\t' drops
	echo kernel_drops
}

# sample HOST SECONDS
sample() {
	local pid=${LIVE_PID[$1/agent]} kinds
	kinds=$(in_kernel "$1" | awk '{ n[$1]++ }
		END { print n["map"] + 0 "\t" n["prog"] + 0 "\t" n["link"] + 0 }')
	printf '%s\t%s\t%s\t%s\t%s\t%s\t' "$2" "$1" "$pid" \
		"$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")" \
		"$(find "/proc/$pid/fd" -mindepth 1 2>/dev/null | wc -l)" "$kinds"
	xovn "$1" stats --prometheus | awk '
		/^xovn_map_memory_bytes/ { kib += $NF / 1024 }
		/^xovn_ct_entries/ { ct += $NF }
		/^xovn_drops_total/ { drops += $NF }
		END { printf "%d\t%d\t%d\t", kib, ct, drops }'
	kernel_drops
}

# kernel_drops: frames for which a processor's queue had no room, of the whole
# machine: what is lost so is nobody's fault here.
kernel_drops() {
	local total=0 dropped
	while read -r _ dropped _; do
		total=$((total + 0x$dropped))
	done </proc/net/softnet_stat
	echo $total
}

# column FILE HOST NAME: "SECONDS VALUE" a line
column() {
	awk -F '\t' -v host="$2" -v name="$3" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
		$2 == host { print $1, $c }' "$1"
}

# same_kernel FILE HOST: what it has in the kernel at the end is what it had
# at the beginning.
same_kernel() {
	local name
	for name in maps programs links; do
		expect "$2: $name, from the first sample to the last" \
			"$(column "$1" "$2" "$name" | awk 'NR == 1 { print $2 }')" \
			"$(column "$1" "$2" "$name" | awk 'END { print $2 }')"
	done
}

fds_same() { # FILE HOST
	expect "$2: the agent's descriptors, from the first sample to the last" \
		"$(column "$1" "$2" agent_fds | awk 'NR == 1 { print $2 }')" \
		"$(column "$1" "$2" agent_fds | awk 'END { print $2 }')"
}

# flat FILE HOST COLUMN...: in the last third of the time not more than in the
# second, but for a twentieth.
flat() {
	local name out
	for name in "${@:3}"; do
		out=$(column "$1" "$2" "$name" | awk '
			{ at[NR] = $1; v[NR] = $2 }
			END {
				for (i = 1; i <= NR; i++) {
					third = int(3 * at[i] / (at[NR] + 1))
					if (v[i] > most[third]) most[third] = v[i]
				}
				print (most[2] <= most[1] * 1.05 ? "flat" : "grows") \
					": " most[0] + 0 ", " most[1] + 0 ", " most[2] + 0
			}')
		expect "$2: $name, most of each third: ${out#*: }" "flat:*" "$out"
	done
}

# reasons HOST: what it dropped, under which names; none may be without.
reasons() {
	local out
	out=$(xovn "$1" stats drops --json |
		jq -r 'map(select(.packets > 0) | "\(.reason) \(.packets)") | join(", ")')
	echo "# $1 dropped: ${out:-nothing}"
	expect "$1: each drop has a reason" "" \
		"$(grep -oE '(^|, )(null|UNKNOWN|NONE|[0-9]+) [0-9]+' <<<"$out")"
}
