/* SPDX-License-Identifier: GPL-2.0 */
/* What the agent is told, and whether there is one. */
#ifndef XOVN_MAPS_UPCALL_H
#define XOVN_MAPS_UPCALL_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20); /* bytes */
} upcall SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct upcall_ctl);
} upcall_ctl SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UPCALL_HOPS);
	__type(key, struct neighbor_key);
	__type(value, struct upcall_hop_val);
} upcall_hop SEC(".maps");

#endif /* XOVN_MAPS_UPCALL_H */
