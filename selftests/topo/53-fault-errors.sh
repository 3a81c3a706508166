#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Errors from the kernel (ENOMEM, E2BIG, EBUSY, EPERM) at the calls by which
# load, attach, bind, unbind and detach change something: exit code 1, one
# line that names the object, and nothing is changed (I8); what takes away is
# completed when it is asked for again.
# shellcheck source=selftests/topo/fault.sh
. "$(dirname "$0")/fault.sh"

# shellcheck disable=SC2317 # all by name
{
	small() { load "$NB" >/dev/null 2>&1; }
	is_small() { unwritten "$NB"; }
	is_large() { unwritten "$DIR/private.db"; }
	bound() { xovn node2 bind vm4 ls2-vm4 >/dev/null 2>&1; }
	unbound() { xovn node2 unbind vm4 >/dev/null 2>&1; }
	attached() { xovn node2 attach ens3 --underlay >/dev/null 2>&1; }
	detached() { xovn node2 detach ens3 >/dev/null 2>&1; }
	nothing() { xovn node2 detach --all >/dev/null 2>&1; }
	has_three() { is_small && links_are 3; }
	has_two() { is_small && links_are 2; }
	any() { :; }
	is_gone() { [ ! -d "$PINS/node2" ] || find "$PINS/node2"; }
}

net_init
net_up
pristine node2
# shellcheck disable=SC2086
check "three hosts" xovn_up $NODES
warm
nb_server "$NB"
extra=()
for i in $(seq 0 9); do
	extra+=(-- lsp-add ls1 "extra$i" -- lsp-set-addresses "extra$i"
		"02:ee:00:00:00:0$i 172.18.100.4$i")
done
nb "${extra[@]:1}" -- lsp-del ls1-vm2 -- lr-add lr-new

ping_start vm1 "${VM_IP[vm3]}"
MOST=16 NOTHING=is_small DONE=is_large
refusals "load of another network" small load --nb "$DIR/private.db" \
	--chassis node2 --placement "$PLACEMENT" --no-announce
small
MOST=12 NOTHING=has_two DONE=has_three
refusals "bind" unbound bind vm4 ls2-vm4
NOTHING=any DONE=has_two
refusals "unbind" bound unbind vm4
bound
expect "I8 and nothing is lost" "0 of many" "$(ping_lost)"
NOTHING=has_two DONE=has_three
refusals "attach" detached attach ens3 --underlay
NOTHING=any DONE=has_two
refusals "detach" attached detach ens3
attached
kernel=$(in_kernel node2)
MOST=4 NOTHING=is_gone DONE=is_small
refusals "first load" nothing load --nb "$NB" --chassis node2 \
	--placement "$PLACEMENT" --no-announce
gone node2
expect "I11 nor of what was loaded before" "" \
	"$(left node2 "${FOOTPRINT[node2]}" "$kernel")"
echo "# $errors errors"
finish
