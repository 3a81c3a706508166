# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The package's services under a suite's systemd; sourced by run.

BOOTED='' # process 1, as it is called here
GROUP='' # its cgroup
SUITE_NOW=''

# boot_up ROOT
boot_up() {
	local launcher
	setpriv --pdeathsig KILL selftests/deb/boot "$1" 3>"$WORK/group" >"$WORK/boot.log" 2>&1 </dev/null &
	launcher=$!
	until_true 20 eval 'BOOTED=$(pgrep -x -P '$launcher' systemd)' || return 1
	GROUP=$(cat "$WORK/group")
	until_true 60 eval 'booted systemctl is-system-running | grep -q "running\|degraded"'
}

boot_down() {
	[ -n "$BOOTED" ] || return 0
	kill -KILL "$BOOTED" 2>/dev/null
	wait
	[ ! -d "$GROUP" ] || find "$GROUP" -depth -type d -exec rmdir {} \; 2>/dev/null
	BOOTED='' GROUP=''
}

# booted COMMAND...: there
booted() {
	nsenter -t "$BOOTED" -a env LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

# pinned: links in the kernel
pinned() {
	booted sh -c 'cd /sys/fs/bpf/xovn 2>/dev/null && echo link_*'
}

# state UNIT
state() {
	booted systemctl show -p ActiveState,SubState --value "$1" | paste -s -d ' '
}

# logged UNIT PRIORITY: its messages of that level
logged() {
	booted journalctl -b -u "$1" -p "$2..$2" -o cat --no-pager
}

# links_unit ROOT: interfaces as a host has them after a boot, and a guest's.
links_unit() {
	cat >"$1/etc/systemd/system/test-links.service" <<-END
		[Unit]
		DefaultDependencies=no
		Before=network-pre.target
		Wants=network-pre.target
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=/bin/sh -ec 'ip link add ens3 type veth peer name far; \
			ip link set far up; ip link set ens3 up; \
			ip addr add 192.168.209.111/19 dev ens3; \
			ip link add tap0 type veth peer name g0'
		[Install]
		WantedBy=sysinit.target
	END
	mkdir -p "$1/etc/systemd/system/sysinit.target.wants"
	ln -sf ../test-links.service "$1/etc/systemd/system/sysinit.target.wants"
	# ovs-vswitchd's place is xovn's
	ln -sf /dev/null "$1/etc/systemd/system/ovs-vswitchd.service"
}

snapshot_service() { # SUITE ROOT
	local suite=$1
	cp selftests/data/base/nb.db selftests/data/placement "$2/etc/xovn"
	cat >>"$2/etc/xovn/xovn.conf" <<-END
		[snapshot]
		nb = /etc/xovn/nb.db
		placement = /etc/xovn/placement
		chassis = node2
		underlay = ens3
		bind = tap0 ls1-vm1
		bind = tap1 ls2-vm4
	END
	boot_up "$2" || return 1 # not by check(), whose variables are its own
	pass "$suite: its systemd boots"
	expect "$suite: no service is started by itself" "inactive dead" "$(state xovn-snapshot)"
	check "$suite: xovn-snapshot" booted systemctl enable --now xovn-snapshot
	expect "$suite: what there is is attached and bound" "link_ens3_tc link_tap0_vif" "$(pinned)"
	expect "$suite: a guest that is not there yet is a warning in the journal" \
		"*tap1: is not there yet*" "$(logged xovn-snapshot warning)"
	booted ip link add tap1 type veth peer name g1
	check "$suite: a reload" booted systemctl reload xovn-snapshot
	expect "$suite: binds it" "link_ens3_tc link_tap0_vif link_tap1_vif" "$(pinned)"
	check "$suite: stopped" booted systemctl stop xovn-snapshot
	expect "$suite: it leaves the kernel forwarding" \
		"link_ens3_tc link_tap0_vif link_tap1_vif" "$(pinned)"
	boot_down
	boot_up "$2"
	until_true 60 eval '[ "$(state xovn-snapshot)" = "active exited" ]'
	expect "$suite: a boot brings all of it back" "link_ens3_tc link_tap0_vif" "$(pinned)"
	booted systemctl disable --now xovn-snapshot >/dev/null 2>&1
	booted xovn detach --all >/dev/null
}

# exposure UNIT [--threshold=N]: as "2.7 OK"; false: it is more than N tenths
exposure() {
	booted systemd-analyze security --no-pager "${@:2}" "$1.service" >"$WORK/exposure"
	local code=$?
	sed -n 's/.*Overall exposure level/exposure level/p' "$WORK/exposure"
	return $code
}

# as_written COMMAND: of a page, by root there; for page
as_written() {
	local first=${1%%$'\n'*}
	check "$SUITE_NOW: agent.md: ${first%%  *# *}" booted bash -c "$1"
}

agent_service() { # SUITE
	local suite=$1 before unit
	SUITE_NOW=$1
	booted ip addr add 192.168.209.110/19 dev ens3 # the central's
	booted ovn-nbctl set-connection ptcp:6641:192.168.209.110
	booted ovn-sbctl set-connection ptcp:6642:192.168.209.110
	booted ovn-nbctl ls-add ls1 -- lsp-add ls1 a -- lsp-add ls1 b -- \
		lsp-set-addresses a "02:00:00:00:00:11 10.1.0.11" -- \
		lsp-set-addresses b "02:00:00:00:00:12 10.1.0.12"
	booted systemctl start ovsdb-server
	booted systemctl start --no-block xovn
	until_true 20 eval '[[ $(booted systemctl show -p StatusText xovn) == *"this host is no chassis"* ]]'
	expect "$suite: xovn is not ready before it can be, and says why" \
		"activating start" "$(state xovn)"
	# a new host, as Debian's Open vSwitch leaves it
	booted systemctl stop xovn
	booted sh -c 'rm /etc/systemd/system/ovs-vswitchd.service
		systemctl daemon-reload; systemctl start openvswitch-switch'
	expect "$suite: ovs-vswitchd runs" "active running" "$(state ovs-vswitchd)"
	booted ovs-vsctl --no-wait set Open_vSwitch . external_ids:system-id=mine
	expect "$suite: check: a name that the next boot takes back" \
		"*system-id.conf: has *-*-*when ovsdb-server is started again*and no more mine*" \
		"$(booted xovn check --db unix:/var/run/openvswitch/db.sock 2>&1)"
	page as_written doc/agent.md "A host" 1
	expect "$suite: it is ready" "active running" "$(state xovn)"
	expect "$suite: with what it has to say" "StatusText=forwards, as chassis host-a" \
		"$(booted systemctl show -p StatusText xovn)"
	expect "$suite: check: one that stays" "" \
		"$(booted xovn check --db unix:/var/run/openvswitch/db.sock 2>&1 | grep "started again")"
	booted ovs-vsctl --timeout=20 --may-exist add-br br-int -- \
		add-port br-int ga -- set Interface ga type=internal external_ids:iface-id=a -- \
		add-port br-int gb -- set Interface gb type=internal external_ids:iface-id=b
	booted ovn-nbctl --timeout=20 --wait=hv sync
	booted sh -ec 'i=1; for g in ga gb; do
		ip netns add $g; ip link set $g netns $g
		ip -n $g link set $g address 02:00:00:00:00:1$i mtu 1400 up
		ip -n $g addr add 10.1.0.1$i/24 dev $g; i=2; done'
	expect "$suite: guests ping, hardened as it is" "*3 received*" \
		"$(booted ip netns exec ga ping -q -c 3 -i 0.2 10.1.0.12)"
	expect "$suite: the tap for packets that wait is there" "*xovn-up*" \
		"$(booted ip -br link)"
	expect "$suite: nothing is wrong" "" "$(logged xovn err)"
	for unit in xovn xovn-snapshot; do
		check "$suite: systemd-analyze: $(exposure $unit)" exposure $unit --threshold=30
	done
	before=$(booted systemctl show -p MainPID xovn)
	check "$suite: upgraded" booted dpkg --force-confold -i /later.deb
	until_true 60 eval '[ "$(state xovn)" = "active running" ]'
	expect "$suite: it is the new program that runs" 1 \
		"$([ "$(booted systemctl show -p MainPID xovn)" != "$before" ] && echo 1)"
	booted systemctl stop xovn
	expect "$suite: stopped, the kernel forwards on" "*3 received*" \
		"$(booted ip netns exec ga ping -q -c 3 -i 0.2 10.1.0.12)"
	check "$suite: removed" booted dpkg -P xovn
	expect "$suite: it leaves nothing in the kernel" "0" \
		"$(booted sh -c 'ls -d /sys/fs/bpf/xovn 2>/dev/null | wc -l')"
	expect "$suite: nor an interface" 0 "$(booted ip -br link | grep -c 'br-int\|xv\|xovn-up')"
}

services() { # SUITE
	local dir=$WORK/$1-systemd version
	root "$1" clean "$dir" || return 1
	version=$(dpkg-deb -f "$WORK/$1.deb" Version)
	cp "$WORK/$1.deb" "$dir/xovn.deb"
	bumped "$WORK/$1.deb" "${version}+1" "$dir/later.deb"
	inside "$dir" dpkg -i /xovn.deb >/dev/null 2>&1
	links_unit "$dir"
	if snapshot_service "$1" "$dir"; then
		agent_service "$1"
	elif grep -q 'no cgroups' "$WORK/boot.log"; then
		skip "$1: services" "$(cat "$WORK/boot.log")"
	else
		fail "$1: its systemd boots" "$(cat "$WORK/boot.log")"
	fi
	boot_down
	rm -rf --one-file-system "$dir"
}
