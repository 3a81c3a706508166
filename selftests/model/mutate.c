// SPDX-License-Identifier: GPL-2.0-only
/* Changes to a frame: cut, garbled, tagged, checksums spoilt. */
#include <string.h>

#include "random.h"
#include "turn.h"

static void tag(struct frame *f, uint16_t type, uint16_t tci)
{
	if (f->len + 4 > FRAME_MAX)
		return;
	memmove(f->data + 16, f->data + 12, f->len - 12);
	f->len += 4;
	put16(f->data + 12, type);
	put16(f->data + 14, tci);
}

void frame_tag(struct frame *f, uint16_t vlan)
{
	if (vlan)
		tag(f, 0x8100, vlan);
}

void frame_mutate(struct frame *f)
{
	size_t headers = f->len < 90 ? f->len : 90;

	switch (random_below(8)) {
	case 0:
		f->len = 14 + random_below(f->len - 13);
		break;
	case 1:
		tag(f, random_percent(80) ? 0x8100 : 0x88a8, random_below(5));
		break;
	case 2: /* a checksum, if this is IPv4 */
		if (f->len > 26)
			f->data[24 + random_below(2)] ^= 1 + random_below(255);
		break;
	case 3:
		for (size_t i = 14; i < f->len; i++)
			f->data[i] = random_next();
		break;
	default:
		for (int n = 1 + random_below(3); n--;)
			f->data[random_below(headers)] = random_next();
		break;
	}
}

#define INNER_OFF 58 /* of the inner frame in OVN's Geneve */

/* The same once more but for one thing that somebody may go by: no more the
 * same flow, or with another fate.  is_geneve: outer headers are in front. */
void frame_near(struct frame *f, bool is_geneve)
{
	size_t off = is_geneve && random_percent(60) ? INNER_OFF : 0;
	uint8_t *ip = f->data + off + 14;

	if (f->len < off + 42)
		return;
	switch (random_below(8)) {
	case 0:
		ip[8] = random_below(4); /* TTL */
		break;
	case 1: /* a MAC */
		f->data[off + random_below(12)] ^= 1 << random_below(8);
		break;
	case 2: /* an address */
		ip[12 + random_below(8)] ^= 1 << random_below(8);
		break;
	case 3: /* a port, or what Geneve says */
		ip[20 + random_below(is_geneve && !off ? 24 : 4)] ^=
			1 << random_below(8);
		break;
	case 4:
		ip[random_below(20)] ^= 1 << random_below(8);
		break;
	case 5: /* shorter or longer than it says */
		f->len += random_below(20);
		f->len -= random_below(20);
		break;
	case 6:
		if (!is_geneve)
			tag(f, 0x8100, random_below(3));
		return;
	default:
		frame_mutate(f);
		return;
	}
	if (!is_geneve && frame_is_ip4(f) && frame_form(f) == GOOD &&
	    !ip4_is_fragment(f) && random_percent(70))
		frame_sums(f);
}
