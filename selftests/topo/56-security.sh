#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The threats of doc/security.md that need whole hosts: a guest that wants
# the host or the underlay, a local user who wants the maps.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
tutorial
warm_gateway

# listen WHERE PORT FILE: what comes by UDP, one line per datagram
listen() {
	spawn listener "$1" timeout 60 tcpdump -i any -n -l -U -p \
		"udp dst port $2" >"$DIR/$3" 2>"$DIR/$3.err"
	until_true 10 grep -q listening "$DIR/$3.err" ||
		die "no tcpdump on $1: $(cat "$DIR/$3.err")"
}
# udp_frame DST-MAC SRC-IP DST-IP PORT: a datagram of vm1, all in hex
udp_frame() {
	echo "$1 02ac10ff0010 0800 $(ip4_header 0020 0000 11 "$2" "$3")" \
		"1111 $4 000c 0000 deadbeef"
}
send() { # WHERE FRAME
	on "$1" "$TOOLS/sendframe" eth0 -n 3 "$2"
}
host_mac=$(on node2 cat /sys/class/net/vm1/address)

# ---- a guest and the host behind it ----
# The stack would take it: the host end has an address there, and a socket.
on node2 ip addr add 172.18.100.99/24 dev vm1
received() { # WHERE: UDP datagrams that its stack took
	on "$1" cat /proc/net/snmp |
		awk '$1 == "Udp:" && $4 ~ /^[0-9]+$/ { print $2 + $3 + $4 }'
}
before=$(received node2)
for mac in "${host_mac//:/}" ffffffffffff 02ac10ff0001; do
	send vm1 "$(udp_frame "$mac" ac12640a ac126463 2222)"
done
sleep 0.2
expect "no frame of a guest reaches its host's stack" "$before" \
	"$(received node2)"
expect "nor does ARP for the host's address" "0/2*" \
	"$(pings vm1 172.18.100.99 -c 2 -W 1)"
before=$(drops node2 L2_UNKNOWN_DST)
send vm1 "$(udp_frame "${host_mac//:/}" ac12640a ac126463 2222)"
expect "frames to the host end's MAC are counted" 3 \
	$(($(drops_are node2 L2_UNKNOWN_DST $((before + 3))) - before))
# without the program the same frames do arrive: the test can fail
before=$(received node2)
check "unbind" xovn node2 unbind vm1
send vm1 "$(udp_frame "${host_mac//:/}" ac12640a ac126463 2222)"
# shellcheck disable=SC2317 # called by until_true
three_more() { [ $(($(received node2) - before)) -ge 3 ]; }
until_true 5 three_more
at_least "without xovn they arrive" 3 $(($(received node2) - before))
on node2 ip addr del 172.18.100.99/24 dev vm1
check "bind" xovn node2 bind vm1 ls1-vm1

# ---- a guest that sends Geneve itself ----
# with the keys of ls2, to a host of the underlay that the gateway reaches
inner="02ac10ff1010 02ac10ff1020 0800 $(ip4_header 0020 0000 11 ac12c814 \
	ac12c80a) 1111 2222 000c 0000 deadbeef"
geneve="0240 6558 000002 00 0102 80 01 0002 0001 $inner"
forged() { # DST-MAC DST-IP: Geneve from vm1
	echo "$1 02ac10ff0010 0800 $(ip4_header 005a 0000 11 ac12640a "$2")" \
		"8000 17c1 0046 0000 $geneve"
}
listen vm3 8738 inner
on vm1 ping -q -c 2 -i 0.2 -W 1 "${NODE_IP[node3]}" >/dev/null 2>&1 # gw1's ARP
before=$(drops node3 TUNNEL_CHASSIS)
send vm1 "$(forged 02ac10ff0001 c0a8d170)"
expect "a host takes no Geneve from a guest" 3 \
	$(($(drops_are node3 TUNNEL_CHASSIS $((before + 3))) - before))
listen vm2 6081 outer
send vm1 "$(forged 02ac10ff0020 ac126414)"
# shellcheck disable=SC2317 # called by until_true
three_came() { [ "$(grep -c 6081 "$DIR/outer")" -ge 3 ]; }
until_true 20 three_came
expect "to another guest it is a datagram like any" 3 \
	"$(grep -c '172.18.100.10.32768 > 172.18.100.20.6081' "$DIR/outer")"
sleep 0.2
expect "and nobody unpacked any of it" 0 "$(grep -c . "$DIR/inner")"

# ---- a local user ----
expect "the pin directory is root's alone" "0 700" \
	"$(on node2 stat -c '%u %a' "$PINS/node2")"
expect "so is every pin" "" "$(on node2 find "$PINS/node2" -type f -perm /077)"
user=$(on node2 setpriv --reuid=65534 --regid=65534 --clear-groups \
	"$XOVN" --pin "$PINS/node2" show 2>&1 </dev/null)
expect "a user without privileges is told one line" "xovn: *: *" "$user"
expect "in one line" 1 "$(wc -l <<<"$user")"
check "and cannot read a map" on node2 sh -c "! setpriv --reuid=65534 \
	--regid=65534 --clear-groups bpftool map dump pinned $PINS/node2/port"
finish
