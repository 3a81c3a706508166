#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Installs the Debian packages that groups of targets need, only those that
# are missing, and says which.  It changes no apt source, starts no service.
# usage: deps.sh GROUP...     groups: build demo test doc fuzz vm bench lint stock deb
set -eu

packages() {
	case $1 in
	build) echo gcc libc6-dev clang bpftool libbpf-dev libelf-dev \
		zlib1g-dev libjansson-dev libssl-dev libmnl-dev \
		libcap-ng-dev libncurses-dev ;;
	demo) echo iproute2 iputils-ping procps kmod mount ethtool iperf3 \
		tshark jq curl ;;
	# openvswitch-common and ovn-common hold the database tools without
	# the daemons' units (those are in -switch, -central, -host).
	test) echo libcmocka-dev tcpdump openvswitch-common ovn-common \
		graphviz tmux mandoc patch ;;
	doc) echo scdoc ;;
	# the sanitizers' and libFuzzer's run time
	fuzz) echo libclang-rt-dev ;;
	# QEMU, and what virtme-ng is made of (selftests/vm/fetch)
	vm) echo qemu-system-x86 busybox-static kmod file python3 \
		python3-argcomplete python3-pkg-resources python3-requests ;;
	bench) echo gnuplot-nox nftables sockperf time ;;
	# what the daemons that stock.sh unpacks are linked against
	stock) echo openvswitch-common ovn-common libcap-ng0 libnuma1 \
		libunbound8 libxdp1 ;;
	deb) echo build-essential debhelper dpkg-dev lintian debootstrap ;;
	lint) echo clang-format clang-tidy cppcheck shellcheck sparse ;;
	*)
		echo "deps.sh: no group named $1; build, demo, test, doc, fuzz, vm, bench, lint, stock, deb" >&2
		exit 2
		;;
	esac
}

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = \
		installed ]
}

missing=
for group; do
	for p in $(packages "$group"); do
		case " $missing " in *" $p "*) continue ;; esac
		command -v dpkg-query >/dev/null && installed "$p" && continue
		missing="$missing $p"
	done
done
missing=${missing# }
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "deps.sh: not a Debian system, nothing installed; needed here" \
		"under Debian's names: $missing" >&2
	exit 0
fi

sudo=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "deps.sh: packages are missing and this is neither root nor" \
			"is there sudo; as root: apt-get install $missing" >&2
		exit 1
	fi
	sudo=sudo
fi

echo "deps.sh: installing: $missing"
as_root() {
	$sudo env DEBIAN_FRONTEND=noninteractive "$@"
}
# How much that is: a minute without a word is long.
# shellcheck disable=SC2086
as_root env LC_ALL=C apt-get install --assume-no --no-install-recommends \
	$missing 2>/dev/null | awk '
	/^Need to get/ { get = $4 " " $5; sub("/.*", "", get) }
	/^After this operation/ {
		print "deps.sh: " get " to fetch, " $4 " " $5 " on the disk"
	}'
# Lists that are absent or too old name packages that are not there to
# fetch: one update, then a second try.
# shellcheck disable=SC2086
if ! as_root apt-get install -y -qq --no-install-recommends $missing \
	>/dev/null 2>&1; then
	echo "deps.sh: package lists are missing or old: apt-get update"
	as_root apt-get update -qq
	if ! as_root apt-get install -y -qq --no-install-recommends $missing \
		>/dev/null; then
		echo "deps.sh: apt-get could not install: $missing; its reason" \
			"is above" >&2
		exit 1
	fi
fi
