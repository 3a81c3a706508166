// SPDX-License-Identifier: GPL-2.0-only
/* Physical networks: what is announced on them. */
#include <errno.h>
#include <string.h>

#include "tables.h"

int tables_add_garp(struct tables *c, const struct topo_lsp *router_lsp,
		    const uint8_t mac[6], const uint8_t ip[4])
{
	const struct topo_switch *sw = router_lsp->sw;
	struct garp_key key = {.datapath = sw->key};
	struct garp_val val = {};
	int ret;

	if (!sw->localnet)
		return 0;
	memcpy(key.ip, ip, sizeof(key.ip));
	memcpy(val.mac, mac, sizeof(val.mac));
	val.port = sw->localnet->key;
	ret = tables_add(c, IMAGE_GARP, &key, &val, NULL);
	return ret == -EEXIST ? 0 : ret;
}
