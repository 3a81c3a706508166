#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xovn top: in a pipe, and on a terminal by its keys, which it leaves as it
# was.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
NB=$DATA/snat/nb.db
tutorial
on vm1 ping -q -c 3 -i 0.1 -W 1 "${VM_IP[vm3]}" >/dev/null
ping_start vm1 "${VM_IP[vm3]}"

# plain
expect "JSON, three samples, one line each" 3 \
	"$(xovn node2 top --json --interval 0.2 --count 3 | jq -s length)"
expect "JSON has every view" "drops nat ports routes tunnels vips" \
	"$(xovn node2 top --json --once --interval 0.2 | jq -r '[to_entries[] |
		select(.value | type == "array") | .key] - ["nearly_full"] |
		sort | join(" ")')"
expect "the busy port has a rate, the idle one none" "true 0" \
	"$(xovn node2 top --json --once --interval 0.5 | jq -r '.ports |
		map({(.port): .in_packets_per_second}) | add |
		"\(.["ls1-vm1"] > 1) \(.["ls2-vm4"])"')"
expect "by rate" "ls1-vm1" \
	"$(xovn node2 top --once --interval 0.3 | awk 'p { print $1; exit } /^PORT/ { p = 1 }')"
expect "by name" "$(printf 'ls1-vm1\nls2-vm4\noutside-localnet')" \
	"$(xovn node2 top --once --interval 0.1 --sort name |
		awk 'NF && p { print $1 } /^PORT/ { p = 1 }')"
expect "a route" "*172.18.200.0/24*router1-ls2*" \
	"$(xovn node2 top --once --interval 0.1 --view routes)"
expect "a NAT rule" "*snat*172.18.0.0/16 > 192.168.209.120*" \
	"$(xovn node1 top --once --interval 0.1 --view nat)"
for words in "--sort size" "--count 0" "--count x" "--interval 0" "--view all" \
	"--count -18446744073709551615" "--interval nan" "more"; do
	# shellcheck disable=SC2086
	xovn node2 top $words >/dev/null 2>&1
	expect "usage: top $words" 2 $?
done

# on a terminal
screen() { on node2 tmux -S "$DIR/tmux" "$@"; }
# shellcheck disable=SC2317 # called by until_true
screen_has() { screen capture-pane -p | grep -qE -- "$1"; }
keys() { screen send-keys -t top "$@"; }
shows() { # NAME PATTERN
	if until_true 20 screen_has "$2"; then
		pass "$1"
	else
		fail "$1" "not on the screen: $2"$'\n'"$(screen capture-pane -p)"
	fi
}
start() {
	keys "clear; $XOVN --pin $PINS/node2 top --interval 0.5; echo code=\$?" Enter
	shows "$1" "ls1-vm1 +ls1 +vm1 +[1-9]"
}
# a shell without line editing, so that stty tells what top leaves
screen -f /dev/null new-session -d -s top -x 110 -y 30 "env PS1='ready> ' sh"
shows "a shell in tmux" "ready>"
keys "stty -g >$DIR/stty.before" Enter
until_true 20 test -s "$DIR/stty.before"

sane() { # WHAT PATTERN
	shows "$1" "$2"
	rm -f "$DIR/stty.after"
	keys "stty -g >$DIR/stty.after" Enter
	until_true 20 test -s "$DIR/stty.after"
	expect "the terminal is as it was" "$(cat "$DIR/stty.before")" \
		"$(cat "$DIR/stty.after")"
	expect "its screen and cursor, too" "0 1" \
		"$(screen display-message -p '#{alternate_on} #{cursor_flag}')"
}

start "top shows the rate of ls1-vm1"
shows "by packets" "by pps"
keys s
shows "s: by bits" "by bps"
keys Left
shows "left: by packets" "by pps"
keys Tab
shows "Tab: routes" "^router1 +172.18.200.0/24 +router1-ls2 +[1-9]"
keys 5
shows "5: tunnels" "^node3 +192.168.209.112 +[1-9]"
keys '?'
shows "?: help" "q +quit"
keys x
shows "any key leaves it" "^CHASSIS"
screen resize-window -t top -x 70 -y 12
keys 1
shows "a smaller window" "^ls1-vm1.* [1-9]"
expect "no line is longer" 0 "$(screen capture-pane -p | awk 'length > 70' | wc -l)"
screen resize-window -t top -x 110 -y 30
shows "a larger one" "DROPS/s"
keys q
sane "q: exit code 0" "^code=0"
# a shell whose command ends by SIGINT leaves the rest of the line, too
for signal in INT TERM HUP; do
	start "again, for SIG$signal"
	kill -$signal "$(pgrep -f "$PINS/node2 top" | head -n 1)"
	[ $signal = INT ] && code='^ready>$' || code="^code=$((128 + $(kill -l $signal)))"
	sane "SIG$signal" "$code"
done
keys "TERM=nothing $XOVN --pin $PINS/node2 top; echo code=\$?" Enter
shows "a terminal that nobody knows" "TERM=nothing is no terminal"
sane "exit code 1" "^code=1"
# of another session, no signal says that the terminal is gone
keys "setsid sh -c 'echo \$\$ >$DIR/top.pid; exec $XOVN --pin $PINS/node2 top --interval 60' &" Enter
shows "top in a session of its own" "ls1-vm1 +ls1 +vm1"
screen kill-server
# shellcheck disable=SC2317 # called by until_true
top_ended() { ! kill -0 "$(cat "$DIR/top.pid")"; }
check "it ends with its terminal" until_true 10 top_ended
expect "pings went on" "0 of many" "$(ping_lost)"
finish
