# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# One host with a conf.db, its server, and vswitchtool, which serves it as the
# agent does.

# shellcheck source=selftests/topo/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

STOCK=${STOCK:-$TOP/build/stock}
# shellcheck disable=SC2034 # set and used by reference
conf_pid='' server_pid=''

# vsctl_for SECONDS ARGUMENTS...; vsctl ARGUMENTS...
vsctl_for() {
	local limit=$1
	shift
	"$STOCK/bin/ovs-vsctl" --timeout="$limit" --db="unix:$DIR/${CONF:-conf}.sock" "$@"
}

vsctl() {
	vsctl_for 60 "$@"
}

# get TABLE ROW COLUMN...: on one line, without quotes.
get() {
	vsctl --no-wait --if-exists get "$@" 2>&1 | tr -d '"' | paste -sd ' '
}

# soon PATTERN COMMAND...: its output, as soon as it matches.
soon() {
	local wanted=$1 got end=$((SECONDS + 20))
	shift
	while got=$("$@"); do
		# shellcheck disable=SC2053
		if [[ $got == $wanted ]] || [ $SECONDS -ge $end ]; then break; fi
		sleep 0.1
	done
	echo "$got"
}

# fails NAME PATTERN COMMAND...: ovs-vsctl says that it went wrong, with that
# text.  (Its exit code is 0 then.)
fails() {
	local name=$1 wanted=$2
	shift 2
	expect "$name" "*Error detected while setting up$wanted" "$(vsctl "$@" 2>&1)"
}

expect_code() {
	local wanted=$1 code
	shift
	"$@"
	code=$?
	[ "$code" = "$wanted" ] || {
		echo "exit code $code"
		return 1
	}
}

# state WORDS: lines that begin so of what the agent reads now.
state() {
	awk -v w="$1" '
		/^settings / { n = 0 }
		{ line[n++] = $0 }
		/^version / { split("", all); m = n
			for (i = 0; i < n; i++) all[i] = line[i] }
		END { for (i = 0; i < m; i++)
			if (index(all[i] " ", w " ") == 1) print all[i] }
	' "$DIR/conf.out"
}

# tool WORDS: tells vswitchtool.
tool() {
	echo "$*" >"$DIR/conf.in"
}

received() {
	[ "$(get Interface "$1" statistics:rx_packets)" -gt 0 ]
}

# pairs: host ends, "IFINDEX NAME PORT", sorted.
pairs() {
	on host ip -j -d link show type veth |
		jq -r '.[] | select((.ifalias // "") | startswith("xovn ")) |
			"\(.ifindex) \(.ifname) \(.ifalias | split(" ")[1]) "' | sort
}

# tool_start CONF, server_start CONF: of that conf.db; "conf" is the first.
tool_start() {
	local conf=$1
	: >"$DIR/$conf.out"
	# shellcheck disable=SC2016 # expands in the shell there
	spawn "${conf}_pid" host sh -c 'exec "$0" "$1" 500 <>"$2"' "$TOOLS/vswitchtool" \
		"unix:$DIR/$conf.sock" "$DIR/$conf.in" >>"$DIR/$conf.out" 2>>"$DIR/tool.log"
	until_true 10 grep -q '^version' "$DIR/$conf.out" || die "$(cat "$DIR/tool.log")"
}

server_start() {
	local conf=$1
	[ -p "$DIR/$conf.in" ] || mkfifo "$DIR/$conf.in"
	spawn server_pid host ovsdb-server --no-chdir --unixctl="$DIR/$conf.ctl" \
		--remote="punix:$DIR/$conf.sock" "$DIR/$conf.db" >>"$DIR/server.log" 2>&1
	until_true 20 serving host "$DIR/$conf.sock" || die "$(cat "$DIR/server.log")"
}

server_stop() {
	kill "$server_pid"
	wait "$server_pid" 2>/dev/null
	rm -f "$DIR/conf.sock"
}

vsctl_up() {
	local made
	if [ ! -x "$STOCK/bin/ovs-vsctl" ] && ! made=$("$TOP/scripts/stock.sh" 2>&1); then
		skip "ovs-vsctl" "${made##*$'\n'}"
		exit 0
	fi
	net_init
	ns_add host
	export OVS_RUNDIR=$DIR
	ovsdb-tool create "$DIR/conf.db" "$STOCK/schema/vswitch.ovsschema"
	server_start conf
	vsctl --no-wait init
	tool_start conf
}

finish_vsctl() {
	expect "nothing was refused" "" "$(grep refuses "$DIR/tool.log")"
	[ "$failures" = 0 ] || sed 's/^/# tool: /' "$DIR/tool.log" | tail -n 20
	finish
}
