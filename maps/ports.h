/* SPDX-License-Identifier: GPL-2.0 */
/* Logical switch ports and the interfaces bound to them.  Sizes: loader/sync. */
#ifndef XOVN_MAPS_PORTS_H
#define XOVN_MAPS_PORTS_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct vif_key);
	__type(value, struct vif_val);
} vif SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct port_key);
	__type(value, struct port_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} port SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct port_sec_key);
	__type(value, struct port_sec_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} port_sec SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct localnet_key);
	__type(value, struct localnet_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} localnet SEC(".maps");

#endif /* XOVN_MAPS_PORTS_H */
