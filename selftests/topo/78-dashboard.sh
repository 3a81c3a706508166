#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# doc/grafana/xovn.json against what xovn stats --prometheus really says: each
# metric and label that the dashboard names is there, and it has every metric.
# NAT rules, VIPs and drops are there to have samples of all families.
# make dashboard: a Prometheus, too, which scrapes the hosts by node_exporter
# and is asked every query of it.
# shellcheck source=selftests/topo/counts.sh
. "$(dirname "$0")/counts.sh"
DASHBOARD=${DASHBOARD:-$TOP/doc/grafana/xovn.json}
PROMETHEUS=${PROMETHEUS:-} # directory of the programs

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
# contradictions: of a dashboard, each in a line
contradictions() {
	jq -r --rawfile have "$DIR/have" '
		["short", "pps", "cps", "Bps", "bytes", "percentunit", "s"] as $units |
		[.templating.list[].name] as $variables |
		def of(what): "\(.id) \(.title): \(what)";
		([.panels[].id] | group_by(.)[] | select(length > 1) |
			"two panels of number \(.[0])"),
		([.panels[] | .gridPos as $p | range($p.y; $p.y + $p.h) as $y |
			range($p.x; $p.x + $p.w) as $x | "\($x),\($y)"] | group_by(.)[] |
			select(length > 1) | "two panels at \(.[0])"),
		(.panels[] | select(.gridPos | .x + .w > 24) | of("wider than the page")),
		(.panels[] | select(.type | IN("row", "stat", "table", "timeseries") | not) |
			of("type \(.type)")),
		(.panels[] | select(.type != "row") |
			(select(.fieldConfig.defaults.unit // "short" | IN($units[]) | not) |
				of("unit \(.fieldConfig.defaults.unit)")),
			(select([.datasource, .targets[].datasource] |
				any(.type != "prometheus" or .uid != "${datasource}")) |
				of("another datasource")),
			(select([.targets[].refId] | length != (unique | length)) |
				of("two queries of a name")),
			(. as $panel | .targets[].expr | . as $expr |
				[scan("\\$(\\w+)")[]] | .[] |
				select(IN($variables[], "__rate_interval") | not) as $name |
				$panel | of("no variable \($name)")),
			# what cron(8) writes each minute moves in steps
			(select(([.targets[].expr] | any(contains("$__rate_interval"))) and
				.interval != "2m") | of("a rate of less than two minutes"))),
		(.templating.list[] | select(.type == "query") |
			.query.query | capture("label_values\\((?<m>\\w+), (?<l>\\w+)\\)") |
			.m as $m | select($have | split("\n") | index("\($m) -") | not) |
			"a variable of \($m)")' "$1"
}

# faulty WANTED FILTER: the dashboard, so changed, is found wrong
faulty() {
	jq "$2" "$DASHBOARD" >"$DIR/faulty.json"
	expect "found: $1" "*$1*" "$(contradictions "$DIR/faulty.json")"
}

expect "no panel contradicts another, or itself" "" "$(contradictions "$DASHBOARD")"
faulty "two panels of number 2" '(.panels[] | select(.id == 3)).id = 2'
faulty "two panels at 0,1" '(.panels[] | select(.id == 3)).gridPos.x = 0'
faulty "unit pints" '(.panels[] | select(.id == 8)).fieldConfig.defaults.unit = "pints"'
faulty "another datasource" '(.panels[] | select(.id == 8)).targets[0].datasource.uid = "x"'
faulty "no variable node" '(.panels[] | select(.id == 2)).targets[0].expr |= sub("host"; "node")'
faulty "a rate of less" '(.panels[] | select(.id == 8)) |= del(.interval)'
faulty "a variable of xovn_hosts" '.templating.list[1].query.query = "label_values(xovn_hosts, instance)"'

# ---- make dashboard ----

# As cron(8) does it, but each second, and traffic of all kinds.
metrics_write() {
	local node
	while [ ! -e "$DIR/enough" ]; do
		for node in $NODES; do
			xovn "$node" stats --textfile "$DIR/$node.d/xovn.prom"
		done
		pings vm1 "${VM_IP[vm4]}" -c 2
		pings vm1 "${VM_IP[ext]}" -c 2
		connect ext tcp 192.168.209.55 8000
		on vm1 "$TOOLS/sendframe" eth0 "02ac10ff0020 02ac10ff0099 0800" 45
		sleep 0.5
	done >/dev/null 2>&1
}

prometheus_up() {
	local node targets=
	for node in $NODES; do
		mkdir "$DIR/$node.d"
		spawn exporter "$node" "$PROMETHEUS/prometheus-node-exporter" \
			--collector.disable-defaults --collector.textfile \
			--collector.textfile.directory="$DIR/$node.d" \
			--web.listen-address="${NODE_IP[$node]}:9100" >"$DIR/exporter.$node" 2>&1
		targets+="${targets:+, }\"${NODE_IP[$node]}:9100\""
	done
	cat >"$DIR/prometheus.yml" <<-EOF
		global: {scrape_interval: 1s}
		scrape_configs: [{job_name: node, static_configs: [{targets: [$targets]}]}]
	EOF
	spawn exporter node1 "$PROMETHEUS/prometheus" --config.file="$DIR/prometheus.yml" \
		--storage.tsdb.path="$DIR/tsdb" --web.listen-address=127.0.0.1:9090 \
		>"$DIR/prometheus.log" 2>&1
}

# ask QUERY: number of series, or why there are none
ask() {
	on node1 curl -s --data-urlencode "query=$1" 127.0.0.1:9090/api/v1/query |
		jq -r 'if .status == "success" then .data.result | length else .error end'
}

# shellcheck disable=SC2317 # until_true calls it
scraped() {
	[ "$(ask 'count(rate(xovn_info[10s]))')" = 1 ] &&
		[ "$(ask 'count(rate(xovn_drops_at_total[10s]) > 0)')" = 1 ]
}

queries_asked() {
	local node title expr
	for node in $NODES; do
		expect "promtool has nothing to say of $node's metrics" "" \
			"$(xovn "$node" stats --prometheus | "$PROMETHEUS/promtool" check metrics 2>&1)"
	done
	prometheus_up
	check "Prometheus" until_true 20 listening node1 9090
	metrics_write &
	check "hosts are scraped" until_true 30 scraped
	sleep 3
	jq -r '.panels[] | .title as $title | .targets[]? | [$title, .expr] | @tsv' \
		"$DASHBOARD" >"$DIR/queries"
	while IFS=$'\t' read -r title expr; do
		expr=${expr//\$__rate_interval/10s} expr=${expr//\$host/.*}
		at_least "$title: $expr" 1 "$(ask "$expr")"
	done <"$DIR/queries"
	expect "hosts to choose from" "3" "$(on node1 curl -s \
		'127.0.0.1:9090/api/v1/label/instance/values?match\[\]=xovn_info' | jq '.data | length')"
	touch "$DIR/enough"
	wait $!
}

if [ -n "$PROMETHEUS" ]; then
	queries_asked
else
	skip "a Prometheus that is asked its queries" "make dashboard does"
fi
net_down
finish
