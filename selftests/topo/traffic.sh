# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Traffic that lasts, on four paths of the tutorial's last network, and what of
# it was lost:
#
#   path    from  to
#   l2      vm1   vm2   one switch, two hosts
#   routed  vm1   vm3   two switches
#   snat    vm4   ext   by way of the gateway's address
#   lb      ext   VIP   one of vm1, vm3
#
# On each: numbered datagrams, new connections by TCP and UDP, held ones.

# shellcheck disable=SC2034 # read by lib.sh
{
	NB=${NB:-$(dirname "${BASH_SOURCE[0]}")/../data/snat-router-lb/nb.db}
}
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "${BASH_SOURCE[0]}")/gateway.sh"
VIP=192.168.209.55
PATHS=${PATHS:-"l2 routed snat lb"}
# an emulated machine cannot send more
UDP_RATE=${UDP_RATE:-$((2500 / SLOW))}  # datagrams a second on each path
FLOW_RATE=${FLOW_RATE:-$((125 / SLOW))} # connections a second, TCP and UDP each
FLOW_PORT=7000
SEQ_PORT=7001
LB_SEQ_PORT=7002
declare -A FROM=([l2]=vm1 [routed]=vm1 [snat]=vm4 [lb]=ext)
declare -A TO=([l2]=${VM_IP[vm2]} [routed]=${VM_IP[vm3]} [snat]=$EXT [lb]=$VIP)
declare -A SEQ_AT=([l2]=vm2 [routed]=vm3 [snat]=ext [lb]="vm1 vm3")
declare -A PID
pid=

# start NAME WHERE COMMAND...: returns when it says that it is ready.
start() {
	local name=$1 where=$2
	shift 2
	spawn pid "$where" "$@" >"$DIR/$name" 2>"$DIR/$name.err"
	PID[$name]=$pid
	until_true 20 grep -q ready "$DIR/$name" || die "$name: $(cat "$DIR/$name.err")"
}

stop() { # NAME...
	local name
	for name; do
		kill -TERM "${PID[$name]}"
	done
	for name; do
		wait "${PID[$name]}"
		unset "PID[$name]"
	done
}

traffic_servers() {
	local where
	servers ext vm1 vm2 vm3
	for where in ext vm1 vm2 vm3; do
		start "serve.$where" "$where" "$TOOLS/flows" serve $FLOW_PORT
	done
}

traffic_start() {
	local path where port
	for path in $PATHS; do
		port=$SEQ_PORT
		[ "$path" != lb ] || port=$LB_SEQ_PORT
		for where in ${SEQ_AT[$path]}; do
			start "recv.$path.$where" "$where" "$TOOLS/udpseq" recv $port
		done
		start "hold.$path" "${FROM[$path]}" "$TOOLS/talk" hold "${TO[$path]}" \
			$PORT -c 20
		for where in tcp udp; do
			start "$where.$path" "${FROM[$path]}" "$TOOLS/flows" open $where \
				"${TO[$path]}" $FLOW_PORT "$FLOW_RATE"
		done
		start "send.$path" "${FROM[$path]}" "$TOOLS/udpseq" send \
			"${TO[$path]}" $port "$UDP_RATE"
	done
	sleep 1
}

# rcvbuf_errors WHERE...: datagrams that a socket had no room for
rcvbuf_errors() {
	local where
	for where; do
		on "$where" awk '/^Udp:/ { v = $6 } END { print v }' /proc/net/snmp
	done | awk '{ n += $1 } END { print n + 0 }'
}

# traffic_end WHAT: a line for each kind on each path.
traffic_end() {
	local what=$1 path where sent received names held
	sleep 1
	for path in $PATHS; do
		names=
		for where in ${SEQ_AT[$path]}; do
			names+=" recv.$path.$where"
		done
		stop "send.$path"
		sleep 0.5
		# shellcheck disable=SC2086
		stop $names "tcp.$path" "udp.$path"
		kill -INT "${PID[hold.$path]}"
		until_true 20 grep -q 'lost of' "$DIR/hold.$path"
		held=$(grep 'lost of' "$DIR/hold.$path")
		sent=$(sed -n 's/^sent //p' "$DIR/send.$path")
		received=$(for where in $names; do cat "$DIR/$where"; done |
			sed -n 's/^received \([0-9]*\),.*/\1/p' |
			awk '{ n += $1 } END { print n }')
		expect "I9 $what, $path: of $sent datagrams lost" 0 $((sent - received))
		[ "$sent" = "$received" ] || for where in $names; do
			sed "s/^/#   $where: /" "$DIR/$where"
		done
		expect "I9 $what, $path: new connections, UDP: $(grep opened "$DIR/udp.$path")" \
			"*opened [1-9]*, lost 0,*" "$(grep opened "$DIR/udp.$path")"
		expect "I9 $what, $path: new connections, TCP: $(grep opened "$DIR/tcp.$path")" \
			"*opened [1-9]*, lost 0,*" "$(grep opened "$DIR/tcp.$path")"
		expect "I9 $what, $path: held connections" "0 lost of 20" "$held"
	done
	echo "# sockets without room: $(rcvbuf_errors ext vm1 vm2 vm3)"
}
