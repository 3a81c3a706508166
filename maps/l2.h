/* SPDX-License-Identifier: GPL-2.0 */
/* Logical switches: destinations, ARP and ND answers, flood groups. */
#ifndef XOVN_MAPS_L2_H
#define XOVN_MAPS_L2_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct datapath_key);
	__type(value, struct datapath_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} datapath SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct l2_key);
	__type(value, struct l2_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} l2 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct l2_key);
	__type(value, struct fdb_val);
} fdb SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct arp_key);
	__type(value, struct arp_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} arp SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct nd_key);
	__type(value, struct arp_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} nd SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct group_key);
	__type(value, struct group_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} group SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct member_key);
	__type(value, struct member_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} member SEC(".maps");

#endif /* XOVN_MAPS_L2_H */
