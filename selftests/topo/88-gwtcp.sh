#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# I5: bulk TCP through the gateway with SNAT, floating IP and VIP, either
# side sending; every byte compared, no bad checksum at either end.
# shellcheck source=selftests/topo/gateway.sh
. "$(dirname "$0")/gateway.sh"
FIP=192.168.209.121

for MODE in $MODES; do
	tutorial
	warm_gateway
	nb_server "$DATA/snat-router-lb/nb.db"
	nb lr-nat-add gw1 dnat_and_snat $FIP "${VM_IP[vm2]}" \
		-- lb-add one 192.168.209.57 "${VM_IP[vm4]}" -- lr-lb-add gw1 one
	must "$MODE: load SNAT, a floating IP and VIPs" reload_nb
	head -c 10000000 /dev/urandom >"$DIR/file"
	expect "I5 $MODE: 10 MB vm1 -> ext by SNAT" same "$(transfer vm1 ext)"
	expect "I5 $MODE: 10 MB ext -> vm3, answer to SNAT" same "$(fetch vm3 ext)"
	expect "I5 $MODE: 10 MB ext -> vm1, untranslated" same "$(transfer ext vm1)"
	expect "I5 $MODE: 10 MB ext -> vm2 by its floating IP" same \
		"$(transfer ext vm2 $FIP)"
	expect "I5 $MODE: 10 MB vm2 -> ext by its floating IP" same \
		"$(fetch ext vm2 $FIP)"
	expect "I5 $MODE: 10 MB ext -> VIP" same "$(transfer ext vm4 192.168.209.57)"
	expect "I5 $MODE: 10 MB VIP -> ext" same "$(fetch ext vm4 192.168.209.57)"
	expect "I5 $MODE: 10 MB vm2 -> VIP from inside" same \
		"$(transfer vm2 vm4 192.168.209.57)"
	at_least "$MODE: TCP vm1 -> ext, Mb/s" 50 "$(iperf vm1 ext -t 1)"
	at_least "$MODE: TCP ext -> vm1, Mb/s" 50 "$(iperf vm1 ext -t 1 -R)"
	at_least "$MODE: UDP of 1400 bytes, Mb/s" 5 \
		"$(iperf vm3 ext -t 1 -u -b 20M -l 1400)"
	for where in ext $VMS; do
		expect "I5 $MODE: no bad TCP checksum at $where" 0 "$(bad_checksums "$where")"
	done
	net_down
done
finish
