# shellcheck shell=bash disable=SC2154 # what 72-live-scale.sh has set
# SPDX-License-Identifier: GPL-2.0-only
# One change of the large network (72-live-scale.sh) after the other, and how
# long each takes until it is in the maps, or in ovs-vswitchd's flow tables.

# flows_watch: node2/flows.log has each flow that comes or goes on the stock host
flows_watch() {
	daemon node2 flows ovs-ofctl --timestamp monitor br-int 'watch:!initial'
	until_true 10 test -s "$DIR/node2/flows.log" || die "no flows are seen"
}

# written KIND FROM START: "N MS": entries or flows behind the first FROM lines
# of what was noted, and milliseconds from START to the last one
written() {
	if [ "$1" = xovn ]; then
		# once a second, whatever happens: upcall_ctl
		tail -n "+$(($2 + 1))" "$DIR/writes" |
			awk '$3 != "upcall_ctl" { printf "%.3f %d\n", $1 / 1000, $2 }'
	else
		tail -n "+$(($2 + 1))" "$DIR/node2/flows.log" | flow_times
	fi | awk -v start="$3" '{ n += $2; last = $1 }
		END { printf "%d %.1f\n", n, n ? last - start : 0 }'
}

# flow_times: "MILLISECONDS N" of what ovs-ofctl prints
flow_times() {
	local word clock ms=0
	while read -r word clock _; do
		case $word in
		????-??-??) ms=$(date -d "$word ${clock%:}" +%s%3N) ;;
		event=*) echo "$ms 1" ;;
		esac
	done
}

# change NAME I: the words of ovn-nbctl in WORDS.
change() {
	WORDS=()
	case $1 in
	sync) WORDS=(sync) ;;
	lsp-add) WORDS=(lsp-add s$((SWITCHES / 2)) "new$2" -- lsp-set-addresses
		"new$2" "02:03:00:00:00:$(printf %02x "$2") $(net_of $((SWITCHES / 2))).$((200 + $2))") ;;
	address)
		vif 2
		WORDS=(lsp-set-addresses "s$SWITCH-p$PORT"
			"$(mac_of_port "$SWITCH" "$PORT") $(net_of "$SWITCH").$((100 + $2))")
		;;
	route) WORDS=(lr-route-add r0 "192.168.$2.0/24" 172.31.0.2) ;;
	nat) WORDS=(lr-nat-add r1 dnat_and_snat "172.31.1.$2" "10.1.0.$((9 + $2))") ;;
	backend) WORDS=(set load_balancer lb0
		"vips:\"10.0.0.250:80\"=\"10.0.0.10:80,10.0.0.11:$((80 + $2))\"") ;;
	mac)
		WORDS=(sync)
		sb_transact "{\"op\":\"insert\",\"table\":\"MAC_Binding\",\"row\":{
			\"logical_port\":\"r0-join\",\"ip\":\"172.31.2.$2\",
			\"mac\":\"02:04:00:00:00:$(printf %02x "$2")\",
			\"datapath\":[\"uuid\",\"$JOINER\"]}}" >/dev/null
		;;
	esac
}

undo() { # NAME
	local i words=()
	for ((i = 1; i <= CHANGES; i++)); do
		case $1 in
		lsp-add) words+=(-- --if-exists lsp-del "new$i") ;;
		route) words+=(-- --if-exists lr-route-del r0 "192.168.$i.0/24") ;;
		nat) words+=(-- --if-exists lr-nat-del r1 dnat_and_snat "172.31.1.$i") ;;
		esac
	done
	[ "$1" != mac ] || sb_transact '{"op":"delete","table":"MAC_Binding",
		"where":[]}' >/dev/null
	[ ${#words[@]} = 0 ] || nbd "${words[@]:1}"
	nbd --wait=hv sync
}

# measure_change KIND NAME: lines "CPU-ms WAIT-ms ENTRIES WRITTEN-ms".
measure_change() {
	local i pids before start end from WORDS limit=$((SECONDS + SORT_LIMIT))
	local noted=$DIR/writes
	[ "$1" = xovn ] || noted=$DIR/node2/flows.log
	read -r -a pids <<<"$(pids_of "$1")"
	for ((i = 1; i <= CHANGES && (i == 1 || SECONDS < limit); i++)); do
		before=$(cpu_us "${pids[@]}")
		from=$(wc -l <"$noted")
		start=$(now_ms)
		change "$2" $i
		nbd --wait=hv "${WORDS[@]}" || die "$1: $2 fails"
		end=$(now_ms)
		# what the daemons do after they have said that they have it
		sleep 0.1
		awk -v us=$(($(cpu_us "${pids[@]}") - before)) -v ms=$((end - start)) \
			-v written="$(written "$1" "$from" "$start")" \
			'BEGIN { printf "%.1f %d %s\n", us / 1000, ms, written }'
	done
	undo "$2" >&2
}
