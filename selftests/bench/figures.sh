# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Figures of beds that take turns: one value a round and bed, in the file
# $DIR/BED.NAME.  Two beds are compared round by round, since what the machine
# does beside is then on both sides; of these ratios the median counts, and the
# lowest and highest say how far it is to be trusted.
#
# They are printed, and where RESULTS is a directory written to
# $RESULTS/BENCH.json: {"bench", "machine", "figures": [{"name", "unit",
# "better": "more"|"less", "beds": {BED: [VALUE...]}}]}.

RESULTS=${RESULTS:-}
BENCH=$(basename "$0" .sh)

# ratios A B: of two files' values, line by line: "MEDIAN LOW HIGH"
ratios() {
	paste "$1" "$2" | awk '$2 { print $1 / $2 }' | sort -g | awk '
		{ a[NR] = $1 }
		END {
			if (NR)
				print (a[int((NR + 1) / 2)] + a[int(NR / 2) + 1]) / 2,
					a[1], a[NR]
			else
				print 0, 0, 0
		}'
}

# figures NAME TITLE UNIT more|less BEDS PEERS: a line a bed, with its ratio to
# each of the peers.
figures() {
	local name=$1 title=$2 unit=$3 better=$4 beds=$5 peers=$6 bed of
	echo "$title, $unit"
	for bed in $beds; do
		printf '  %-9s %9.3f' "$bed" "$(median <"$DIR/$bed.$name")"
		for of in $peers; do
			if [ "$of" = "$bed" ] || [ ! -s "$DIR/$of.$name" ]; then
				continue
			fi
			ratios "$DIR/$bed.$name" "$DIR/$of.$name" | awk -v of="$of" \
				'{ printf "   %5.2f (%.2f-%.2f) x %s", $1, $2, $3, of }'
		done
		echo
	done
	[ -n "$RESULTS" ] || return 0
	mkdir -p "$RESULTS"
	figure_json "$name" "$title" "$unit" "$better" "$beds"
}

# request_figures TITLE BEDS PEERS: of $DIR/BED.requests, "MEDIAN P99" a line
request_figures() {
	local bed
	for bed in $2; do
		cut -d ' ' -f 1 "$DIR/$bed.requests" >"$DIR/$bed.p50"
		cut -d ' ' -f 2 "$DIR/$bed.requests" >"$DIR/$bed.p99"
	done
	figures p50 "$1, median" us less "$2" "$3"
	figures p99 "the same, 99 of 100 are faster" us less "$2" "$3"
}

# figure_json NAME TITLE UNIT more|less BEDS: behind those of this run
figure_json() {
	local file=$RESULTS/$BENCH.json bed values='{}'
	for bed in $5; do
		values=$(jq -c --arg bed "$bed" --slurpfile v "$DIR/$bed.$1" \
			'.[$bed] = $v' <<<"$values")
	done
	[ -n "$FIGURES_BEGUN" ] || figures_begin "$file"
	FIGURES_BEGUN=1
	jq --arg name "$2" --arg unit "$3" --arg better "$4" \
		--argjson beds "$values" '.figures += [{$name, $unit, $better, $beds}]' \
		"$file" >"$file.new" && mv "$file.new" "$file"
}
FIGURES_BEGUN=

figures_begin() { # FILE
	jq -n --arg bench "$BENCH" --arg kernel "$(uname -r)" \
		--arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		--arg cpus "$(nproc)" --arg rounds "$ROUNDS" \
		'{$bench, machine: {$kernel, $cpu, cpus: ($cpus | tonumber)},
		  rounds: ($rounds | tonumber), figures: []}' >"$1"
}
