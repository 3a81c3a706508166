# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What tests of counters need beside the gateway's: snapshots of all that
# `xovn stats --prometheus` says, and what has changed between two.

# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "${BASH_SOURCE[0]}")/gateway.sh"

# Neighbours that are known stay known: no ARP among what is counted.
quiet() {
	local where
	for where in $VMS ext; do
		on "$where" ip -j neigh show dev eth0 |
			jq -r '.[] | select(.lladdr) | "\(.dst) \(.lladdr)"' |
			while read -r ip mac; do
				on "$where" ip neigh replace "$ip" lladdr "$mac" \
					dev eth0 nud permanent
			done
	done
}

# snapshot NAME: of all hosts
snapshot() {
	local node
	for node in $NODES; do
		xovn "$node" stats --prometheus >"$DIR/$1.$node"
	done
}

value() { # FILE SAMPLE
	# not by -v, which takes backslashes for its own
	sample="$2 " awk 'index($0, ENVIRON["sample"]) == 1 { print $NF }' "$1"
}

# counted NAME NUMBER HOST SAMPLE: between the last two snapshots
counted() {
	local before after
	before=$(value "$DIR/before.$3" "$4")
	after=$(value "$DIR/after.$3" "$4")
	expect "$1" "$2" "$((${after:-0} - ${before:-0}))"
}

port_sample() { # packets|bytes PORT SWITCH in|out
	echo "xovn_port_$1_total{port=\"$2\",datapath=\"$3\",direction=\"$4\"}"
}

tunnel_sample() { # packets|bytes HOST tx|rx
	local chassis
	chassis=$(awk -v h=",$2" 'sub(h, "", $1) { print $1 }' "$PLACEMENT")
	echo "xovn_tunnel_$1_total{chassis=\"$chassis\",direction=\"$3\"}"
}

# exposition FILE: prints what breaks the rules of the text format 0.0.4.
exposition() {
	awk '
		function bad(why) { print NR ": " why ": " $0 }
		/^# HELP [a-z_]+ .+/ {
			if ($3 in help) bad("second HELP")
			help[$3] = 1
			next
		}
		/^# TYPE [a-z_]+ (counter|gauge)$/ {
			if ($3 in type) bad("second TYPE")
			if (!($3 in help)) bad("TYPE without HELP")
			if (($4 == "counter") != ($3 ~ /_total$/)) bad("name and type")
			type[$3] = $4
			family = $3
			next
		}
		{
			line = $0
			if (!match(line, /^[a-z_]+/)) { bad("no name"); next }
			name = substr(line, 1, RLENGTH)
			line = substr(line, RLENGTH + 1)
			if (name != family) bad("not in one piece with its family")
			if (sub(/^[{]/, "", line)) {
				while (match(line, /^[a-z_]+="([^"\\]|\\["\\n])*"/)) {
					line = substr(line, RLENGTH + 1)
					if (!sub(/^,/, "", line)) break
				}
				if (!sub(/^[}]/, "", line)) bad("labels")
			}
			if (line !~ /^ [0-9]+$/) bad("value")
			sample = substr($0, 1, length($0) - length(line))
			if (sample in seen) bad("twice")
			seen[sample] = 1
			n++
		}
		END { if (n < 100) print "only " n " samples" }
	' "$1"
}

# shrunk BEFORE AFTER: counters that went back, or away.
shrunk() {
	awk '
		/^#/ { next }
		{ v = $NF; sub(/ [^ ]*$/, "") }
		!/^[a-z_]+_total/ { next }
		NR == FNR { before[$0] = v; next }
		{ if (v + 0 < before[$0] + 0) print "back: " $0; delete before[$0] }
		END { for (s in before) print "gone: " s }
	' "$1" "$2"
}
