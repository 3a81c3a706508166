#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# GRO survives decapsulation: MTU-sized frames on the wire reach the guest
# as large segments.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
MODE=native
tutorial
warm
segmenting_wire

mean_segment() { # FROM TO FILE: mean length of TCP packets with data at TO
	capture "$3" "$2" eth0 -s 96 'tcp dst port 5201 and greater 200'
	iperf "$1" "$2" -t 1 >/dev/null
	capture_end
	tcpdump -nr "$3" 2>/dev/null | sed -n 's/.* length \([0-9]*\).*/\1/p' |
		awk '{ s += $1; n++ } END { print (n > 100 ? int(s / n) : 0) }'
}
wire_frame() {
	capture "$DIR/w.pcap" wire p3 -s 96 'udp dst port 6081 and greater 200'
	iperf vm1 vm2 -n 2M >/dev/null
	capture_end
	tshark -r "$DIR/w.pcap" -T fields -e frame.len 2>/dev/null | sort -n | tail -n 1
}
# the bed itself: with segments on the wire, no frame exceeds the MTU
longest=$(wire_frame)
expect "the wire carries frames of at most 1514 bytes ($longest)" yes \
	"$([ "${longest:-9999}" -le 1514 ] && echo yes)"
for pair in "vm1 vm2" "vm4 vm3" "vm1 vm3"; do
	read -r from to <<<"$pair"
	at_least "mean TCP segment handed to $to by $from, bytes" 20000 \
		"$(mean_segment "$from" "$to" "$DIR/$from-$to.pcap")"
done
finish
