/* SPDX-License-Identifier: GPL-2.0 */
/* What a guest may send (TC). */
#ifndef XOVN_BPF_ADMIT_H
#define XOVN_BPF_ADMIT_H

#include "flow.h"
#include "portsec.h"
#include "switch.h"

/* ls_in_admission, ls_in_check_port_sec, ls_in_lookup_fdb. */
static __always_inline int vif_admit(struct __sk_buff *skb, struct flow *f,
				     const struct port_policy *policy)
{
	int ret;

	if (policy->flags & PORT_F_DISABLED) {
		f->outport = f->inport;
		return -DROP_PORT_DISABLED;
	}
	if (f->flags & FLOW_VLAN || skb->vlan_present)
		return -DROP_VLAN_TAGGED;
	if (mac_is_multicast(f->eth_src))
		return -DROP_SRC_MULTICAST;
	ret = port_sec_in(f, policy);
	TRACE(f, PORT_SEC_IN, -ret, 0, 0);
	if (ret)
		return ret;
	if (policy->flags & PORT_F_LEARN)
		fdb_learn(f, f->datapath, f->eth_src, f->inport);
	return 0;
}

#endif /* XOVN_BPF_ADMIT_H */
