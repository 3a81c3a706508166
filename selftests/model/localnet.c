// SPDX-License-Identifier: GPL-2.0-only
/* The physical network: ovn-architecture(7) "localnet".  The NIC stays the
 * host's: a frame that the logical network has nobody for is the host's
 * alone, a broadcast is for both. */
#include <string.h>

#include "drop.h"
#include "model.h"

bool switch_has_localnet(const struct logical *net, int sw)
{
	return net->localnet >= 0 && net->lsp[net->localnet].sw == sw;
}

void model_external(struct model *m, const struct frame *f)
{
	int lsp = m->net->localnet;
	const struct lsp *p = &m->net->lsp[lsp];
	struct walk w = {.f = *f, .sw = p->sw, .inport = lsp};
	uint16_t tag = 0;
	uint64_t reasons;
	int to;

	if (frame_is_tagged(f)) {
		/* The kernel takes no tag off so short a frame. */
		if (f->len < 20) {
			m->result.is_overflow = true;
			return;
		}
		tag = get16(f->data + 14) & 0xfff;
		w.f.len -= 4;
		memmove(w.f.data + 12, f->data + 16, w.f.len - 12);
	}
	if (tag != p->tag)
		return;
	to = switch_port_of_mac(m->net, p->sw, f->data);
	if (!is_multicast(f->data) && (to < 0 || to == lsp ||
				       (m->net->lsp[to].type == LSP_VIF &&
					m->net->lsp[to].chassis != m->here)))
		return;
	m->result.is_taken = true;
	reasons = switch_refuses(m, p, &w.f);
	if (reasons)
		model_drop(m, reasons);
	else
		switch_ingress(m, &w);
}
