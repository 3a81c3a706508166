/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VIPs of the load balancers that this chassis needs, each with its id: those
 * of all switches, and of the gateway routers here.
 */
#ifndef XOVN_COMPILE_VIP_H
#define XOVN_COMPILE_VIP_H

#include "tables.h"

#define ENDPOINT_LEN 24 /* "255.255.255.255:65535" */

/* The text is what the id is made from: "UUID/IP:PORT" or "UUID/IP". */
struct lb_vip {
	char text[36 + 1 + ENDPOINT_LEN];
	const struct nb_vip *nb;
	uint32_t id;
	bool has_backends; /* in the tables, with these: */
	uint32_t n_backends, n_slots;
};

/* Load balancers are numbered in the order of their uuids here. */
struct vip_list {
	const struct nb_lb **lbs;
	uint32_t *ranks; /* number of nb.lbs[i] */
	struct lb_vip *vips; /* sorted by text, so by load balancer */
	size_t n_vips;
	size_t *first; /* in vips, of a load balancer; one more at the end */
};

/* 0 or -ENOMEM, or that of keys_assign(); to be freed in any case. */
int vip_list_init(struct vip_list *l, struct tables *c);
void vip_list_free(struct vip_list *l);

/* Have these load balancers, indices into nb.lbs, any VIP? */
bool vips_any(const struct nb *nb, const uint32_t *lbs, size_t n_lbs);

/* "IP:PORT"; port 0: "IP". */
void endpoint_format(char text[ENDPOINT_LEN], const uint8_t ip[4],
		     uint16_t port);
static inline const char *vip_endpoint(const struct lb_vip *vip)
{
	return vip->text + 37;
}

#endif /* XOVN_COMPILE_VIP_H */
