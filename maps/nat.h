/* SPDX-License-Identifier: GPL-2.0 */
/* NAT rules and load balancers: slow path, new connections only, but for
 * "vip", which guests' packets on a switch with load balancers ask, and
 * "maglev", which serves ECMP routes as well. */
#ifndef XOVN_MAPS_NAT_H
#define XOVN_MAPS_NAT_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct datapath_key);
	__type(value, struct router_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} router SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct nat_key);
	__type(value, struct nat_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} nat SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536);
	__type(key, struct snat_key);
	__type(value, struct snat_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} snat SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536);
	__type(key, struct nat_set_key);
	__type(value, struct nat_set_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} nat_set SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct vip_key);
	__type(value, struct vip_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} vip SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct lb_key);
	__type(value, struct lb_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} lb SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct backend_key);
	__type(value, struct backend_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} backend SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct maglev_key);
	__type(value, struct maglev_val);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} maglev SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct affinity_key);
	__type(value, struct affinity_val);
} affinity SEC(".maps");

#endif /* XOVN_MAPS_NAT_H */
