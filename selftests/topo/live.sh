# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The tutorial's hosts with live databases, on top of net.sh: NB, SB and
# ovn-northd on node1 (the central), and on every host a conf.db with its
# server, and either xovn (one agent) or stock OVN (ovs-vswitchd and
# ovn-controller), as HOST_KIND says.  KINDS="node1=stock node2=xovn" sets
# some of them, LIVE_KIND the others.
#
# A host's files are in $DIR/HOST: db.sock, conf.db, logs NAME.log; on the
# central ovnnb_db.sock and ovnsb_db.sock too.
#
# Stock hosts use Open vSwitch's userspace datapath, which needs no kernel
# module.  It sends tunnel packets only by way of a bridge of its own: ens3
# is a port of br-phys there, which has the host's address.  With
# DATAPATH=system it is the kernel's, and ens3 stays as it is.

# shellcheck source=selftests/topo/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

STOCK=${STOCK:-$TOP/build/stock}
CENTRAL=node1
GATEWAY=${GATEWAY:-node1}
EXT=${VM_IP[ext]}
LIVE_KIND=${LIVE_KIND:-xovn}
KINDS=${KINDS:-}
DATAPATH=${DATAPATH:-netdev}
# seconds that a tool waits for a daemon
TOOL_LIMIT=${TOOL_LIMIT:-60}
# what tests may use; one with another kind of host is skipped
LIVE_READY=${LIVE_READY:-"stock xovn"}
declare -A HOST_KIND LIVE_PID
# as the tutorial's hosts are named in its Southbound database; its node4
# is its gateway, which is node1 here
declare -A SYSTEM_ID=([node1]=f0902ac8-b73c-4710-8339-666b0272cdca
	[node2]=14e60703-321a-4be7-ad04-846eb1ad114d
	[node3]=50583630-5cf9-42a6-8f79-fe676049b591)

# kinds_set: HOST_KIND from KINDS and LIVE_KIND.
kinds_set() {
	local node pair
	for node in $NODES; do
		HOST_KIND[$node]=$LIVE_KIND
	done
	for pair in $KINDS; do
		case $pair in
		node[123]=stock | node[123]=xovn) HOST_KIND[${pair%=*}]=${pair#*=} ;;
		*) die "KINDS: \"$pair\" is not node1|node2|node3=stock|xovn" ;;
		esac
	done
}

all_xovn() {
	[[ "${HOST_KIND[*]}" != *stock* ]]
}

# host_env HOST: sets the array HOST_ENV, what tools and daemons of that
# host find their files by.
host_env() {
	local d=$DIR/$1
	HOST_ENV=("OVS_RUNDIR=$d" "OVS_LOGDIR=$d" "OVS_DBDIR=$d"
		"OVS_SYSCONFDIR=$d" "OVN_RUNDIR=$d" "OVN_LOGDIR=$d"
		"OVN_DBDIR=$d" "OVN_SYSCONFDIR=$d" "PATH=$STOCK/bin:$PATH")
}

# host HOST COMMAND...: there, with that host's databases.
host() {
	local node=$1 HOST_ENV
	shift
	host_env "$node"
	on "$node" env "${HOST_ENV[@]}" "$@"
}

# nbctl ARGUMENTS..., sbctl ARGUMENTS...: on the central.
nbctl() { host $CENTRAL ovn-nbctl --timeout="$TOOL_LIMIT" "$@"; }
sbctl() { host $CENTRAL ovn-sbctl --timeout="$TOOL_LIMIT" "$@"; }

# vsctl HOST ARGUMENTS...
vsctl() {
	local node=$1
	shift
	host "$node" ovs-vsctl --timeout="$TOOL_LIMIT" "$@"
}

# has_error HOST INTERFACE: conf.db has one
# shellcheck disable=SC2317 # called by until_true
has_error() {
	[ "$(vsctl "$1" get Interface "$2" error)" != "[]" ]
}

# appctl HOST DAEMON ARGUMENTS...
appctl() {
	local node=$1 name=$2
	shift 2
	host "$node" ovs-appctl --timeout=20 -t "$DIR/$node/$name.ctl" "$@"
}

# daemon HOST NAME COMMAND...: in the background; its pid in LIVE_PID.
daemon() {
	local node=$1 name=$2 HOST_ENV pid
	shift 2
	host_env "$node"
	spawn pid "$node" env "${HOST_ENV[@]}" "$@" >>"$DIR/$node/$name.log" 2>&1
	LIVE_PID[$node/$name]=$pid
}

# ovn_daemon HOST NAME COMMAND...: one that takes Open vSwitch's options.
ovn_daemon() {
	local node=$1 name=$2
	shift 2
	# ovn-controller chooses the name of its control socket by itself
	[ "$name" = ovn-controller ] || set -- "$@" --unixctl="$DIR/$node/$name.ctl"
	daemon "$node" "$name" "$@" --no-chdir --pidfile="$DIR/$node/$name.pid" \
		-vsyslog:off -vconsole:info
	[ "$name" != ovn-controller ] || ln -sfn \
		"$name.${LIVE_PID[$node/$name]}.ctl" "$DIR/$node/$name.ctl"
	until_true 20 serving "$node" "$DIR/$node/$(readlink "$DIR/$node/$name.ctl" || echo "$name.ctl")" ||
		die "$name does not start on $node: $(tail -n 5 "$DIR/$node/$name.log")"
}

running() { # HOST NAME
	kill -0 "${LIVE_PID[$1/$2]:-0}" 2>/dev/null && [ -n "${LIVE_PID[$1/$2]:-}" ]
}

# daemon_end HOST NAME [SIGNAL]: returns when it is gone.
daemon_end() {
	local pid=${LIVE_PID[$1/$2]:-}
	[ -n "$pid" ] || return 0
	kill "-${3:-TERM}" "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	unset "LIVE_PID[$1/$2]"
	rm -f "$DIR/$1/$2.ctl" "$DIR/$1/$2.pid"
}

# database HOST FILE SCHEMA
database() {
	[ -e "$DIR/$1/$2" ] ||
		ovsdb-tool create "$DIR/$1/$2" "$STOCK/schema/$3.ovsschema" ||
		die "cannot make the database $2"
}

# confdb_start HOST: conf.db's server.
confdb_start() {
	rm -f "$DIR/$1/db.sock"
	ovn_daemon "$1" ovsdb-server ovsdb-server "$DIR/$1/conf.db" \
		--remote="punix:$DIR/$1/db.sock" \
		--remote=db:Open_vSwitch,Open_vSwitch,manager_options
	until_true 20 serving "$1" "$DIR/$1/db.sock"
}

# central_db_start nb|sb: a database server of the central.
central_db_start() {
	local name=Northbound table=NB_Global
	[ "$1" = nb ] || name=Southbound table=SB_Global
	rm -f "$DIR/$CENTRAL/ovn$1_db.sock"
	ovn_daemon $CENTRAL "$1-server" ovsdb-server "$DIR/$CENTRAL/ovn$1.db" \
		--remote="punix:$DIR/$CENTRAL/ovn$1_db.sock" \
		--remote="db:OVN_$name,$table,connections"
	until_true 20 serving $CENTRAL "$DIR/$CENTRAL/ovn$1_db.sock"
}

northd_start() {
	ovn_daemon $CENTRAL ovn-northd ovn-northd \
		--ovnnb-db="unix:$DIR/$CENTRAL/ovnnb_db.sock" \
		--ovnsb-db="unix:$DIR/$CENTRAL/ovnsb_db.sock"
}

# central_start: what installing ovn-central starts.
central_start() {
	local db
	for db in nb sb; do
		database $CENTRAL ovn$db.db ovn-$db
		central_db_start $db
	done
	nbctl init
	sbctl init
	northd_start
}

vswitchd_start() {
	local options=()
	[ "$DATAPATH" = system ] || options=(--disable-system)
	ovn_daemon "$1" ovs-vswitchd ovs-vswitchd "unix:$DIR/$1/db.sock" \
		${options[@]+"${options[@]}"}
}

controller_start() {
	ovn_daemon "$1" ovn-controller ovn-controller "unix:$DIR/$1/db.sock"
}

# agent_start HOST
agent_start() {
	daemon "$1" agent "$XOVN" --pin "$PINS/$1" agent \
		--db "unix:$DIR/$1/db.sock" --pidfile "$DIR/$1/agent.pid"
}

# underlay_up HOST: a stock host's address, on a bridge of the datapath.
underlay_up() {
	vsctl "$1" --may-exist add-br br-phys \
		-- set bridge br-phys datapath_type=netdev \
		"other_config:hwaddr=\"$(on "$1" cat /sys/class/net/ens3/address)\"" \
		-- --may-exist add-port br-phys ens3 ||
		die "no bridge br-phys on $1: $(tail -n 5 "$DIR/$1/ovs-vswitchd.log")"
	on "$1" sh -ec "
		ip addr flush dev ens3
		ip link set br-phys up
		ip addr replace ${NODE_IP[$1]}/19 dev br-phys"
}

# host_start HOST: what installing the packages starts.
host_start() {
	database "$1" conf.db vswitch
	confdb_start "$1"
	vsctl "$1" --no-wait init -- set Open_vSwitch . \
		external-ids:system-id="${SYSTEM_ID[$1]}" \
		external-ids:hostname="$1" external-ids:rundir="$DIR/$1"
	if [ "${HOST_KIND[$1]}" = xovn ]; then
		agent_start "$1"
	else
		# of br-int, which ovn-controller makes
		vsctl "$1" --no-wait set Open_vSwitch . \
			external-ids:ovn-bridge-datapath-type="$DATAPATH"
		vswitchd_start "$1"
		[ "$DATAPATH" = system ] || underlay_up "$1"
		controller_start "$1"
	fi
}

# live_net: hosts, wire and ext, no guests.
live_net() {
	local node VMS=
	net_up
	for node in $NODES; do
		mkdir "$DIR/$node"
		# a NIC gets finished checksums
		on "$node" ethtool -K ens3 tx off >/dev/null 2>&1
	done
	on ext ethtool -K eth0 tx off >/dev/null 2>&1
	on wire ethtool -K p9 tx off >/dev/null 2>&1
	# section 11 types it
	on ext ip route del 172.18.0.0/16
}

# live_up: the network, the central and the hosts, with nothing typed yet.
live_up() {
	local node
	kinds_set
	[ -x "$STOCK/bin/ovn-northd" ] ||
		die "no stock daemons in $STOCK; get them with scripts/stock.sh"
	live_net
	for node in $NODES; do
		host_start "$node"
	done
	central_start
}

# settled: every host has what NB says now.
settled() {
	nbctl --wait=hv sync
}

# live_logs: the ends of all logs, for a failure.
live_logs() {
	local f
	for f in "$DIR"/node?/*.log; do
		printf '== %s\n' "${f#"$DIR"/}"
		tail -n 5 "$f"
	done
}

# live_help: how to look around, for KEEP=1.
live_help() {
	local HOST_ENV
	host_env $CENTRAL
	cat <<-EOF2

		The network stays up. As root:
		  N="ip netns exec $NET-node1 env ${HOST_ENV[*]}"
		  \$N ovn-nbctl show
		  \$N ovn-sbctl show
		  \$N ovs-vsctl show
		  X="ip netns exec $NET-node1 $XOVN --pin $PINS/node1"
		  \$X show
		  \$X stats drops
		  ip netns exec $NET-vm1 ping $EXT
		  ip netns exec $NET-wire tshark -i p2 -d udp.port==6081,geneve
		node1, node2, node3 are hosts (logs and databases in $DIR/node1 ...),
		vm1..vm4 guests, ext is a host of the physical network.
		To remove it:
		  sh $DIR/down
	EOF2
}
