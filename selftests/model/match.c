// SPDX-License-Identifier: GPL-2.0-only
/* Does an outcome of the model agree with what the programs did? */
#include <string.h>

#include "compare.h"

#define ARP_TAIL_LEN 100

bool frame_has_tail(const struct frame *f)
{
	return frame_is_arp(f) && get16(IP_OF(f) + 6) == 1 &&
	       f->len == ARP_TAIL_LEN;
}

/* Of an ARP request what is in front of padding counts: one that was made of
 * a longer packet may end in more zeros than Ethernet asks for, since the
 * kernel does not cut what it takes for L4 headers. */
static bool frame_same(const struct frame *a, const struct frame *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	const struct frame *longer = a->len > b->len ? a : b;

	if (memcmp(a->data, b->data, len))
		return false;
	if (a->len == b->len)
		return true;
	while (len < longer->len && !longer->data[len])
		len++;
	return len == longer->len && frame_is_arp(a) &&
	       get16(IP_OF(a) + 6) == 1 && b->len <= ARP_TAIL_LEN;
}

static bool out_same(const struct out *a, const struct out *b)
{
	if (a->kind != b->kind || !frame_same(&a->frame, &b->frame))
		return false;
	if (a->kind != OUT_TUNNEL)
		return a->port == b->port;
	return a->chassis == b->chassis && a->vni == b->vni && a->in == b->in &&
	       a->out == b->out;
}

/* What tells a sender of the MTU: ICMP "fragmentation needed" of IPv4 packets,
 * or the router's question who has the sender's address. */
static bool tells_of_mtu(const struct out *o, uint16_t mtu)
{
	const uint8_t *icmp = ip4_l4(&o->frame, 8);

	if (frame_is_arp(&o->frame))
		return get16(IP_OF(&o->frame) + 6) == 1;
	return frame_is_ip4(&o->frame) && IP_OF(&o->frame)[9] == 1 && icmp &&
	       get32(icmp) >> 16 == 0x0304 && get16(icmp + 6) == mtu;
}

static bool outs_match(const struct result *r, const struct observed *o)
{
	bool used[OUTS_MAX] = {};

	for (size_t i = 0; i < o->n_out; i++) {
		size_t j = 0;

		if (r->fits && tells_of_mtu(&o->out[i], r->fits))
			continue;

		while (j < r->n_out &&
		       (used[j] || !out_same(&r->out[j], &o->out[i])))
			j++;
		if (j == r->n_out)
			return false;
		used[j] = true;
	}
	for (size_t j = 0; j < r->n_out; j++) {
		if (!used[j] && !r->out[j].is_optional)
			return false;
	}
	return true;
}

/* Each drop of the model takes one that was counted, or none if it may. */
static bool drops_match(const struct result *r, size_t i, unsigned int *left)
{
	if (i == r->n_drops) {
		for (int reason = 1; reason < DROP_REASON_COUNT; reason++) {
			if (left[reason])
				return false;
		}
		return true;
	}
	for (int reason = 1; reason < DROP_REASON_COUNT; reason++) {
		if (!left[reason] || !(r->drop[i] >> reason & 1))
			continue;
		left[reason]--;
		if (drops_match(r, i + 1, left))
			return true;
		left[reason]++;
	}
	return (r->drop[i] & 1) && drops_match(r, i + 1, left);
}

bool result_matches(const struct result *r, const struct observed *o)
{
	unsigned int left[DROP_REASON_COUNT];

	if (r->is_lax)
		return true;
	memcpy(left, o->drop, sizeof(left));
	return outs_match(r, o) && drops_match(r, 0, left);
}
