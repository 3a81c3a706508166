#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What xovn agent tells systemd: that it forwards, what it waits for, that it
# is alive, that it ends; levels of log lines; options from xovn.conf.  A
# tool stands in systemd's place.  Of the network node1 alone.
# shellcheck source=selftests/topo/live.sh
. "$(dirname "$0")/live.sh"


# agent_begin: as xovn.service does, the log in the journal's place.
agent_begin() {
	: >"$DIR/node1/agent.log"
	daemon node1 agent env NOTIFY_SOCKET="$DIR/notify" WATCHDOG_USEC=1000000 \
		JOURNAL_STREAM="$(stat -c %d:%i "$DIR/node1/agent.log")" \
		"$XOVN" agent --config "$DIR/xovn.conf"
}

# shellcheck disable=SC2317 # until_true calls it
noted() {
	grep -q -- "$1" "$NOTED"
}

# shellcheck disable=SC2317 # until_true calls it
status_is() { # PATTERN: of the last one
	# shellcheck disable=SC2053
	[[ $(grep STATUS= "$NOTED" | tail -n 1) == STATUS=$1 ]]
}

net_init
NOTED=$DIR/noted
eval "$(declare -f agent_start | sed '1s/agent_start/agent_plain/')"
agent_start() { # as live_up calls it
	[ "$1" != node1 ] || return 0
	agent_plain "$1"
}
live_up
cat >"$DIR/xovn.conf" <<-EOF
	[host]
	pin = $PINS/node1
	ct-max = 8192
	[agent]
	db = unix:$DIR/node1/db.sock
EOF
spawn noted_pid wire "$TOOLS/notifyd" "$DIR/notify" >"$NOTED"
until_true 10 test -S "$DIR/notify"

# The servers do not listen yet.
agent_begin
check "without a network it says what it waits for" until_true 20 noted \
	'^STATUS=.*ovn-remote'
expect "and is not ready" 0 "$(grep -c READY=1 "$NOTED")"
check "signs of life come meanwhile" until_true 20 noted '^WATCHDOG=1$'
nbctl set-connection ptcp:6641:0.0.0.0
sbctl set-connection ptcp:6642:0.0.0.0
nbctl ls-add ls1 -- lsp-add ls1 a
vsctl node1 set Open_vSwitch . \
	external_ids:ovn-remote="tcp:${NODE_IP[node1]}:6642" \
	external_ids:ovn-encap-type=geneve \
	external_ids:ovn-encap-ip="${NODE_IP[node1]}"
check "it is ready" until_true 30 noted '^READY=1$'
check "and says that it forwards" until_true 10 noted \
	"^STATUS=forwards, as chassis ${SYSTEM_ID[node1]}"
expect "maps are there then, of the file's size" 8192 \
	"$(xovn node1 stats ct --json | jq .capacity)"
expect "readiness is said once" 1 "$(grep -c READY=1 "$NOTED")"
before=$(grep -c WATCHDOG=1 "$NOTED")
sleep 3
at_least "signs of life, twice in the time that is given" 3 \
	$(($(grep -c WATCHDOG=1 "$NOTED") - before))

daemon_end node1 sb-server
check "what goes wrong is its state" until_true 20 noted \
	'^STATUS=forwards; SB: '
central_db_start sb
check "until it is right again" until_true 20 status_is "forwards, as *"

# Without conf.db, and so without its lock, it waits.
daemon_end node1 agent
daemon_end node1 ovsdb-server
agent_begin
check "a server that does not answer is its state" until_true 20 status_is "conf.db: *"
reads=$(awk '/^syscr/ { print $2 }' "/proc/${LIVE_PID[node1/agent]}/io")
sleep 3
expect "and it sleeps between tries, no thousand calls" 0 \
	"$((($(awk '/^syscr/ { print $2 }' "/proc/${LIVE_PID[node1/agent]}/io") - reads) / 1000))"
confdb_start node1
check "then it forwards again" until_true 20 status_is "forwards, as *"

before=$(grep -c '^STOPPING=1$' "$NOTED")
daemon_end node1 agent
check "at its end" until_true 10 said_more "$NOTED" '^STOPPING=1$' "$before"
expect "the line that it forwards is information" 1 \
	"$(grep -c '^<6>xovn: chassis .* forwards' "$DIR/node1/agent.log")"
at_least "what is wrong is a warning" 1 \
	"$(grep -c '^<4>xovn: warning: ' "$DIR/node1/agent.log")"
expect "every line has a level" 0 "$(grep -vc '^<[346]>xovn: ' "$DIR/node1/agent.log")"

# A failed command ends with an error's line; elsewhere lines are as they are.
sed -i 's/^db/bd/' "$DIR/xovn.conf"
agent_begin
until_true 20 eval '! running node1 agent'
expect "a wrong file is an error" \
	"<3>xovn: agent: $DIR/xovn.conf: line 5: unknown key 'bd' in \[agent\]; *" \
	"$(cat "$DIR/node1/agent.log")"
expect "without the journal there are no levels" \
	"xovn: agent: $DIR/xovn.conf: line 5: *" \
	"$(JOURNAL_STREAM=1:1 "$XOVN" agent --config "$DIR/xovn.conf" 2>&1)"
[ "$failures" = 0 ] || live_logs
finish
