# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Root directories of Debian's suites, kept in a cache, and commands in them;
# sourced by run and first-hour, which have a directory $WORK.
CACHE=${XOVN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/xovn}/deb
# shellcheck disable=SC2034 # used by who sources it
declare -A SUITE=([12]=bookworm [13]=trixie)
# what a test in a root needs beside the package; its systemd boots
CLEAN="systemd systemd-sysv dbus iproute2 iputils-ping procps openvswitch-switch
	ovn-central"
mkdir -p "$CACHE" || die "cannot write to $CACHE; XOVN_CACHE=DIRECTORY names another"

# Debian's archive as it is called here.
mirror() {
	# shellcheck disable=SC2016 # apt's
	apt-get indextargets --no-release-info --format '$(REPO_URI)' |
		grep -m 1 '/debian/\?$'
}

# contained COMMAND...: it ends with the shell that waits for it; unshare(1)
# itself minds no signal.
contained() {
	setpriv --pdeathsig KILL "$@" </dev/null &
	wait $!
}

# inside ROOT COMMAND...: in a mount, process and network namespace of its
# own, with a proc, a sysfs and a bpffs that end with it.
inside() {
	local root=$1
	shift
	# shellcheck disable=SC2016 # expands there
	contained unshare --mount --pid --net --fork --kill-child chroot "$root" sh -ec '
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mount -t bpf bpf /sys/fs/bpf
		ip link set lo up 2>/dev/null || :
		export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root
		exec "$@"' sh "$@"
}

# online ROOT COMMAND...: the same with the network of this machine, for apt.
online() {
	local root=$1
	shift
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	# shellcheck disable=SC2016
	contained unshare --mount --pid --fork --kill-child chroot "$root" sh -ec '
		mount -t proc proc /proc
		export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root
		exec "$@"' sh "$@"
}

# keep TAR ROOT: in one piece
keep() {
	tar -C "$2" -cf "$1.part" . && mv "$1.part" "$1"
}

# root SUITE KIND DIRECTORY: a fresh one; KIND is base, build or clean.
root() {
	local suite=$1 kind=$2 dir=$3 tar=$CACHE/$1-$2.tar
	mkdir -p "$dir"
	if [ -e "$tar" ]; then
		tar -C "$dir" -xf "$tar"
		return
	fi
	echo "# $suite: making the root \"$kind\" for the first time"
	case $kind in
	base)
		debootstrap --variant=minbase "$suite" "$dir" "$(mirror)" &&
			online "$dir" apt-get clean
		;;
	build)
		root "$suite" base "$dir" && mkdir -p "$dir/src/debian" &&
			cp scripts/debian/control scripts/debian/changelog "$dir/src/debian" &&
			online "$dir" apt-get build-dep -y --no-install-recommends /src &&
			rm -r "$dir/src" && online "$dir" apt-get install -y \
			--no-install-recommends lintian && online "$dir" apt-get clean
		;;
	clean)
		# the package's dependencies, so that it alone differs
		root "$suite" base "$dir" && cp "$WORK/$suite.deb" "$dir/xovn.deb" &&
			online "$dir" sh -ec "
				apt-get install -y --no-install-recommends ${CLEAN//[$'\n\t']/ } \
					\$(dpkg-deb -f /xovn.deb Depends | sed 's/([^)]*)//g; s/,/ /g')
				apt-get clean; rm /xovn.deb"
		;;
	esac >"$WORK/log" 2>&1 && keep "$tar" "$dir"
}
