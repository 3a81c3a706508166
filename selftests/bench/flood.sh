# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Floods, and connections that are to live through them; for the benchmark
# and the topology test.

# shellcheck source=selftests/bench/bed.sh
. "$(dirname "${BASH_SOURCE[0]}")/bed.sh"
VIP=192.168.209.55
hold_ext=
hold_vm=

flood_nb() {
	bench_nb -- lb-add web $VIP:80 "$CLIENT:7000,172.18.100.11:7000" tcp \
		-- lb-add names $VIP:53 "$CLIENT:7000,172.18.100.11:7000" udp \
		-- lb-add nobody $VIP:81 "$CLIENT:7999" tcp \
		-- lr-lb-add gw1 web -- lr-lb-add gw1 names -- lr-lb-add gw1 nobody
}

# guest_addresses BED: all that the NB says the guest has.
guest_addresses() {
	local x
	for ((x = 11; x < 10 + CLIENTS; x++)); do
		on "$1-vm" ip addr add 172.18.100.$x/24 dev eth0
	done
}

# flood_bed BED MODE [LOAD OPTION...]
flood_bed() {
	local bed=$1 mode=$2
	shift 2
	bed_xovn "$bed" "$mode" "$@" >"$DIR/up.log" 2>&1 &&
		bed_host "$bed" "$@" >>"$DIR/up.log" 2>&1 || return 1
	guest_addresses "$bed"
	# answers to sources that do not exist end here
	on "$bed-ext" ip route add blackhole 64.0.0.0/3
}

# hold_start BED N: N connections to the VIP, N through SNAT.
hold_start() {
	local bed=$1 server
	spawn server "$bed-vm" "$TOOLS/tcphold" serve 7000
	spawn server "$bed-ext" "$TOOLS/tcphold" serve 7001
	until_true 20 listening "$bed-vm" 7000
	until_true 20 listening "$bed-ext" 7001
	spawn hold_ext "$bed-ext" "$TOOLS/tcphold" hold $VIP 80 "$2" 500 \
		>"$DIR/hold.ext" 2>"$DIR/hold.ext.log"
	spawn hold_vm "$bed-vm" "$TOOLS/tcphold" hold $OUTSIDE 7001 "$2" 500 \
		>"$DIR/hold.vm" 2>"$DIR/hold.vm.log"
	until_true 40 grep -q open "$DIR/hold.ext"
	until_true 40 grep -q open "$DIR/hold.vm"
	# SIGUSR1: from now on they count
	kill -USR1 "$hold_ext" "$hold_vm"
}

# hold_end BED ext|vm: "open N held N lost N idle N bytes N"
hold_end() {
	local pid=$hold_ext
	[ "$2" = ext ] || pid=$hold_vm
	kill -TERM "$pid"
	until_true 40 grep -q held "$DIR/hold.$2"
	paste -sd ' ' "$DIR/hold.$2"
}

# noted BED: connections that wanted a record so far.
noted() {
	echo $(($(events "$1-gw" CREATED) + $(events "$1-gw" FULL)))
}

flood_send() { # BED KIND N
	local bed=$1 kind=$2 n=$3 tcp=()
	[[ $kind != syn-* ]] || tcp=(--tcp S)
	case $kind in
	syn-vip) echo "64.0.0.0 0 $VIP 80" ;;
	syn-closed) echo "64.0.0.0 0 $VIP 81" ;;
	udp-vip) echo "64.0.0.0 0 $VIP 53" ;;
	*) echo "172.18.0.0 0 64.0.0.0 80" ;;
	esac >"$DIR/flood"
	case $kind in
	*-snat) send_out "$bed" "$DIR/flood" --count "$n" --random-src 16 \
		--random-dst 29 "${tcp[@]}" ;;
	*) send_in "$bed" "$DIR/flood" --count "$n" --random-src 29 "${tcp[@]}" ;;
	esac
}

# flood BED KIND N: until N connections were asked for; what does not fit
# into the ring of a veth is lost before the gateway sees it.
flood() {
	local first sent=0 start=$SECONDS seen=0 chunk=$3
	first=$(noted "$1")
	while [ $seen -lt "$3" ] && [ $sent -lt $(($3 * 100)) ]; do
		flood_send "$1" "$2" "$chunk" >/dev/null || return 1
		sent=$((sent + chunk))
		chunk=$(($3 / 2))
		seen=$(($(noted "$1") - first))
	done
	echo "$seen connections begun by $sent frames in $((SECONDS - start)) s"
}

# backends N: the last of "N - 1, N" is the one that comes and goes.
backends() {
	seq -s , -f '172.18.100.%.0f:7000' 10 $((9 + $1))
}

# asked BED N FILE: which backend answers from each of N source ports.
asked() {
	# a connection closed by the last round begins anew
	on "$1-ext" "$TOOLS/tcphold" ask $VIP 80 20000 "$2" | sort >"$3"
}

backends_set() { # BED N
	nb --may-exist lb-add web $VIP:80 "$(backends "$2")" tcp
	xovn "$1-gw" load --nb "$DIR/private.db" --chassis node1 \
		--placement "$PLACEMENT" >"$DIR/up.log" 2>&1 ||
		die "$(cat "$DIR/up.log")"
}

# backend_change BED N ASKED: without the last of N backends, and with it.
backend_change() {
	local bed=$1 n=$2 asked=$3
	asked "$bed" "$asked" "$DIR/before"
	backends_set "$bed" $((n - 1))
	asked "$bed" "$asked" "$DIR/without"
	backends_set "$bed" "$n"
	asked "$bed" "$asked" "$DIR/again"
	awk '{ n[$2]++ } END { for (b in n) { if (!min || n[b] < min) min = n[b]
		if (n[b] > max) max = n[b] }
		printf "%d connections, per backend %d to %d, unanswered %d\n",
			NR, min, max, n["none"] }' "$DIR/before"
	join "$DIR/before" "$DIR/without" | awk -v gone="172.18.100.$((9 + n))" -v n="$n" '
		{ if ($2 == gone) had++; else if ($2 != $3) moved++
		  if ($3 == gone) wrong++; if ($3 == "none") none++ }
		END { printf "removed: %.1f %% had it, %.1f %% moved besides (1/n: %.1f %%), to it %d, unanswered %d\n",
			100 * had / NR, 100 * moved / NR, 100 / n, wrong, none }'
	join "$DIR/before" "$DIR/again" | awk '
		{ if ($2 != $3) moved++; if ($3 == "none") none++ }
		END { printf "and back: %.1f %% differ from before, unanswered %d\n",
			100 * moved / NR, none }'
}

# events HOST NAME: of enum ct_event, how often so far.
events() {
	bpftool map dump pinned "$PINS/$1/ct_event" -j 2>/dev/null |
		jq --arg e "CT_EVENT_$2" '[.[].formatted |
			select(.key.event == $e) | .values[].value.count] | add // 0'
}
