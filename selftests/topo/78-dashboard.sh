#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# doc/grafana/xovn.json against what xovn stats --prometheus really says: each
# metric and label that the dashboard names is there, and it has every metric.
# NAT rules, VIPs and drops are there to have samples of all families.
# shellcheck source=selftests/topo/counts.sh
. "$(dirname "$0")/counts.sh"
DASHBOARD=${DASHBOARD:-$TOP/doc/grafana/xovn.json}

# asked: "METRIC LABEL" of each query, with the labels of its legend; those
# that Prometheus adds are left out.
asked() {
	jq -r '[.. | objects | select(has("expr"))][] |
		"\(.expr)\t\(.legendFormat)"' "$DASHBOARD" |
		awk -F '\t' '{
			n = m = 0
			text = $1
			while (match(text, /xovn_[a-z_]+/)) {
				metric[++n] = substr(text, RSTART, RLENGTH)
				text = substr(text, RSTART + RLENGTH)
			}
			text = $1
			while (match(text, /(by|on) \([a-z_, ]+\)|[a-z_]+=~?"/)) {
				word = substr(text, RSTART, RLENGTH)
				text = substr(text, RSTART + RLENGTH)
				gsub(/^(by|on) \(|[=~")]/, "", word)
				k = split(word, part, /, */)
				for (i = 1; i <= k; i++) label[++m] = part[i]
			}
			text = $2
			while (match(text, /\{\{[a-z_]+\}\}/)) {
				label[++m] = substr(text, RSTART + 2, RLENGTH - 4)
				text = substr(text, RSTART + RLENGTH)
			}
			for (i = 1; i <= n; i++) {
				print metric[i], "-"
				for (j = 1; j <= m; j++) print metric[i], label[j]
			}
		}' | grep -v -e ' instance$' -e ' job$' | sort -u
}

# said FILE: the same of an exposition
said() {
	awk '!/^#/ {
		match($0, /^[a-z_]+/)
		name = substr($0, 1, RLENGTH)
		print name, "-"
		text = substr($0, RLENGTH + 1)
		while (match(text, /[{,][a-z_]+="/)) {
			print name, substr(text, RSTART + 1, RLENGTH - 3)
			text = substr(text, RSTART + RLENGTH)
		}
	}' "$1" | sort -u
}

tutorial
must "load snat-router-lb" reload "$DATA/snat-router-lb/nb.db"
pings vm1 "${VM_IP[vm4]}" -c 1 >/dev/null
# spoofed: a drop that has a place
on vm1 "$TOOLS/sendframe" eth0 "02ac10ff0020 02ac10ff0099 0800" 45
for node in $NODES; do
	xovn "$node" stats --prometheus
done >"$DIR/said"
said "$DIR/said" >"$DIR/have"
asked >"$DIR/want"
at_least "metrics and labels in the dashboard" 80 "$(wc -l <"$DIR/want")"
expect "each is in what xovn says" "" "$(comm -23 "$DIR/want" "$DIR/have")"
expect "and each metric of xovn is in the dashboard" "" \
	"$(comm -13 <(cut -d ' ' -f 1 "$DIR/want" | uniq) \
		<(cut -d ' ' -f 1 "$DIR/have" | uniq))"
expect "panels have numbers of their own, and lie beside each other" true "$(jq '
	[.panels[].id] as $ids | ($ids | length) == ($ids | unique | length) and
	([.panels[].gridPos | . as $p | range($p.y; $p.y + $p.h) as $y |
		range($p.x; $p.x + $p.w) as $x | "\($x),\($y)"] |
		length == (unique | length)) and
	all(.panels[].gridPos; .x + .w <= 24)' "$DASHBOARD")"
net_down
finish
