// SPDX-License-Identifier: GPL-2.0
/*
 * framegen's and framesink's side in the kernel.  "generate_*" run with
 * BPF_F_TEST_XDP_LIVE_FRAMES: each run is one frame on its way into the
 * device of map "out".  "sink_*" take framegen's frames out of the traffic
 * of an interface and leave the rest (ARP, ping) to the stack.  "wire" is
 * framewire's.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "selftests/lib/frames.h"

#define ETH_LEN 14
#define L4 34 /* of the varying part, no IP options */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct frame_config);
} frame_config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct frame_flow);
} flow SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} out SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SINK_COUNTS);
	__type(key, __u32);
	__type(value, __u64);
} count SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct sink_flow); /* number: the protocol */
	__type(value, __u32);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} seen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct frame_flow);
} arrived SEC(".maps");

const volatile __u32 sink_inner = FRAME_PLAIN;
const volatile __u32 sink_flows = 0; /* 0: count only */

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline __u32 sum4(const __u8 *p)
{
	return *(const __u16 *)p + *(const __u16 *)(p + 2);
}

static __always_inline int generate(struct xdp_md *ctx, const int inner)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct frame_config *c;
	struct frame_flow f, *known;
	__u32 zero = 0, n, sum;
	__u8 *p = data + inner;

	c = bpf_map_lookup_elem(&frame_config, &zero);
	if (!c || data + inner + FRAME_LEN > end)
		return XDP_ABORTED;
	/* the pages come back as the device under test left them */
	__builtin_memcpy(data, c->frame, inner + FRAME_LEN);
	n = c->next;
	c->next = n + 1 < c->n_flows ? n + 1 : 0;
	if (c->seed) {
		__u64 s = c->seed;

		/* xorshift64 */
		s ^= s << 13;
		s ^= s >> 7;
		s ^= s << 17;
		c->seed = s;
		known = bpf_map_lookup_elem(&flow, &zero);
		if (!known)
			return XDP_ABORTED;
		f = *known;
		*(__u32 *)f.src |= bpf_htonl((__u32)s & c->random_src);
		*(__u32 *)f.dst |= bpf_htonl((__u32)(s >> 16) & c->random_dst);
		f.sport = bpf_htons(1024 | (s >> 48));
	} else {
		known = bpf_map_lookup_elem(&flow, &n);
		if (!known)
			return XDP_ABORTED;
		f = *known;
	}
	__builtin_memcpy(p + 26, f.src, 4);
	__builtin_memcpy(p + 30, f.dst, 4);
	*(__u16 *)(p + L4) = f.sport;
	*(__u16 *)(p + L4 + 2) = f.dport;
	sum = sum4(f.src) + sum4(f.dst);
	*(__u16 *)(p + 24) = fold(c->ip_sum + sum);
	if (c->l4_sum) { /* TCP */
		*(__u32 *)(p + L4 + 4) = bpf_htonl(n);
		sum += f.sport + f.dport + bpf_htons(n >> 16) +
		       bpf_htons(n & 0xffff);
		*(__u16 *)(p + L4 + 16) = fold(c->l4_sum + sum);
	} else {
		*(__u32 *)(p + L4 + 8) = bpf_htonl(n);
	}
	return bpf_redirect_map(&out, 0, 0);
}

SEC("xdp")
int generate_plain(struct xdp_md *ctx)
{
	return generate(ctx, FRAME_PLAIN);
}

SEC("xdp")
int generate_vxlan(struct xdp_md *ctx)
{
	return generate(ctx, FRAME_VXLAN);
}

SEC("xdp")
int generate_geneve(struct xdp_md *ctx)
{
	return generate(ctx, FRAME_GENEVE);
}

SEC("xdp")
int wire(struct xdp_md *ctx __attribute__((unused)))
{
	return bpf_redirect_map(&out, 0, 0);
}

static __always_inline void count_add(__u32 what)
{
	__u64 *n = bpf_map_lookup_elem(&count, &what);

	if (n)
		(*n)++;
}

static __noinline void note(struct sink_flow *key, __u32 number)
{
	struct frame_flow *before;
	__u32 *owner;

	if (number >= sink_flows) {
		count_add(SINK_STRANGE);
		return;
	}
	bpf_map_update_elem(&seen, key, &number, BPF_NOEXIST);
	owner = bpf_map_lookup_elem(&seen, key);
	if (!owner || *owner != number)
		count_add(SINK_DUPLICATE);
	before = bpf_map_lookup_elem(&arrived, &number);
	if (!before)
		return;
	if (!before->sport && !before->dport) {
		*before = key->flow;
		count_add(SINK_NEW);
	} else if (*(__u64 *)before->src != *(__u64 *)key->flow.src ||
		   before->sport != key->flow.sport ||
		   before->dport != key->flow.dport) {
		count_add(SINK_CHANGED);
	}
}

static __always_inline bool is_ours(void *data, void *end)
{
	__u8 *p = data + sink_inner;
	struct sink_flow key = {};
	__u32 number;

	if ((void *)p + FRAME_LEN > end)
		return false;
	if (sink_inner &&
	    (*(__u16 *)(data + 12) != bpf_htons(0x0800) ||
	     *(__u8 *)(data + 23) != 17 ||
	     *(__u16 *)(data + 36) !=
		     bpf_htons(sink_inner == FRAME_VXLAN ? 4789 : 6081)))
		return false;
	if (*(__u16 *)(p + 12) != bpf_htons(0x0800) || p[ETH_LEN] != 0x45)
		return false;
	if (p[23] == 17) {
		number = bpf_ntohl(*(__u32 *)(p + L4 + 8));
		if (*(__u32 *)(p + L4 + 12) != bpf_htonl(FRAME_MAGIC))
			return false;
	} else if (p[23] == 6 && p[L4 + 13] == 2 && p[L4 + 12] == 0x50) {
		number = bpf_ntohl(*(__u32 *)(p + L4 + 4));
	} else {
		return false;
	}
	count_add(SINK_FRAMES);
	if (!sink_flows)
		return true;
	__builtin_memcpy(key.flow.src, p + 26, 4);
	__builtin_memcpy(key.flow.dst, p + 30, 4);
	key.flow.sport = *(__u16 *)(p + L4);
	key.flow.dport = *(__u16 *)(p + L4 + 2);
	key.number = p[23];
	note(&key, number);
	return true;
}

SEC("xdp")
int sink_xdp(struct xdp_md *ctx)
{
	return is_ours((void *)(long)ctx->data, (void *)(long)ctx->data_end) ?
		       XDP_DROP :
		       XDP_PASS;
}

SEC("tc")
int sink_tc(struct __sk_buff *skb)
{
	return is_ours((void *)(long)skb->data, (void *)(long)skb->data_end) ?
		       2 /* TC_ACT_SHOT */ :
		       0;
}

/* ---- progrun ---- */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct touch_bucket);
	__uint(map_flags, BPF_F_MMAPABLE);
} touch_index SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct touch_record);
	__uint(map_flags, BPF_F_MMAPABLE);
} touch_record SEC(".maps");

const volatile __u32 touch_n = 1, touch_mask = 0;
__u32 touch_next;

/* A connection's turn: its bucket, and both lines of its record. */
SEC("xdp")
int touch(struct xdp_md *ctx __attribute__((unused)))
{
	__u32 n = touch_next + 1 < touch_n ? touch_next + 1 : 0, key;
	struct touch_bucket *bucket;
	struct touch_record *record;

	touch_next = n;
	key = n * 0x9e3779b1;
	key = (key ^ key >> 15) & touch_mask;
	bucket = bpf_map_lookup_elem(&touch_index, &key);
	if (!bucket)
		return XDP_ABORTED;
	key = bucket->record;
	record = bpf_map_lookup_elem(&touch_record, &key);
	if (!record)
		return XDP_ABORTED;
	record->word[15] = record->word[0] + 1;
	return XDP_DROP;
}

SEC("xdp")
int nothing_xdp(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_DROP;
}

SEC("tc")
int nothing_tc(struct __sk_buff *skb __attribute__((unused)))
{
	return 0;
}

/* What no encapsulation can be without: room for the outer headers, these, and
 * the inner packet's MACs, TTL and checksum. */
SEC("tc")
int write_encap(struct __sk_buff *skb)
{
	__u8 *p;

	if (bpf_skb_adjust_room(
		    skb, FRAME_GENEVE, BPF_ADJ_ROOM_MAC,
		    BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 |
			    BPF_F_ADJ_ROOM_ENCAP_L4_UDP |
			    BPF_F_ADJ_ROOM_ENCAP_L2_ETH |
			    BPF_F_ADJ_ROOM_NO_CSUM_RESET |
			    ((__u64)ETH_LEN << BPF_ADJ_ROOM_ENCAP_L2_SHIFT)))
		return 0;
	p = (void *)(long)skb->data;
	if ((void *)p + FRAME_MAX > (void *)(long)skb->data_end)
		return 0;
	__builtin_memcpy(p, p + FRAME_LEN, FRAME_GENEVE);
	__builtin_memcpy(p + FRAME_GENEVE, p, ETH_LEN);
	*(__u16 *)(p + FRAME_GENEVE + 22) -= 1;
	*(__u16 *)(p + FRAME_GENEVE + 24) += 1;
	return bpf_redirect(skb->ifindex, 0);
}

/* The same, to a guest of this host. */
SEC("tc")
int write_macs(struct __sk_buff *skb)
{
	__u8 *p = (void *)(long)skb->data;

	if ((void *)p + FRAME_LEN > (void *)(long)skb->data_end)
		return 0;
	__builtin_memcpy(p, p + FRAME_LEN - ETH_LEN, ETH_LEN - 2);
	*(__u16 *)(p + 22) -= 1;
	*(__u16 *)(p + 24) += 1;
	return bpf_redirect(skb->ifindex, 0);
}

char _license[] SEC("license") = "GPL";
