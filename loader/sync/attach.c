// SPDX-License-Identifier: GPL-2.0-only
#include "sync/attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/attachment.h"
#include "wire.h"

struct chassis_context {
	struct chassis_val *chassis;
};

static int read_chassis(const void *key, const void *val, void *arg)
{
	struct chassis_context *c = arg;
	uint32_t i = *(const uint32_t *)key;

	if (i < XOVN_MAX_CHASSIS)
		memcpy(&c->chassis[i], val, sizeof(c->chassis[i]));
	return 0;
}

int chassis_read(const struct state *s, struct chassis_val **chassis,
		 struct error *e)
{
	struct chassis_context c;
	int err = 0;

	c.chassis = calloc(XOVN_MAX_CHASSIS, sizeof(*c.chassis));
	*chassis = c.chassis;
	if (!c.chassis)
		return error_set(e, ENOMEM, "out of memory");
	if (s->map_fd[MAP_CHASSIS] >= 0)
		err = map_for_each(s->map_fd[MAP_CHASSIS], sizeof(__u32),
				   sizeof(struct chassis_val), read_chassis,
				   &c);
	if (!err)
		return 0;
	free(c.chassis);
	*chassis = NULL;
	return error_set(e, -err, "%s/chassis: cannot read: %s", s->dir,
			 strerror(-err));
}

/* Clears what is left of interfaces that were deleted; refuses when this one
 * is in use, or another underlay is. */
static int check_free(const struct state *s, struct netlink *nl,
		      const struct iface *iface, struct error *e)
{
	struct attachment a;
	int err;

	if (!attachment_find(s, iface->ifindex, &a)) {
		if (attachment_is_gone(s, &a)) {
			err = attachment_remove(s, nl, &a, e);
			if (err)
				return err;
		} else if (a.val.role == ATTACHMENT_VIF) {
			return error_set(e, EBUSY,
					 "%s: is bound to a logical "
					 "port; xovn unbind %s first",
					 iface->name, iface->name);
		} else {
			return error_set(e, EEXIST,
					 "%s: already attached as "
					 "underlay, mode %s; xovn detach %s "
					 "first to change it",
					 iface->name,
					 a.val.mode == ATTACHMENT_NATIVE ?
						 "native" :
						 "tc",
					 iface->name);
		}
	}
	if (attachment_find_underlay(s, &a))
		return 0;
	if (attachment_is_gone(s, &a))
		return attachment_remove(s, nl, &a, e);
	return error_set(e, EEXIST,
			 "%s: %s is the underlay already, and there "
			 "is one per host; xovn detach %s first",
			 iface->name, a.val.ifname, a.val.ifname);
}

static int check_underlay(const struct state *s, struct netlink *nl,
			  const struct iface *iface, struct error *e)
{
	const uint8_t *ip = s->config.encap_ip;
	uint32_t owner;
	int err;

	if (!iface->is_ethernet)
		return error_set(e, EINVAL, "%s: is no Ethernet interface",
				 iface->name);
	/* Routes and neighbors go with it, so nothing could be set up. */
	if (!iface->is_up)
		return error_set(e, ENETDOWN, "%s: is down; ip link set %s up",
				 iface->name, iface->name);
	err = iface_with_address(nl, ip, iface->ifindex, &owner);
	if (err)
		return error_set(e, -err, "%s: cannot list addresses: %s",
				 iface->name, strerror(-err));
	if (!owner)
		return error_set(e, EADDRNOTAVAIL,
				 "%s: %u.%u.%u.%u, this chassis' encap IP, is "
				 "on no interface here; ip address add "
				 "%u.%u.%u.%u/PREFIX dev %s, or correct the "
				 "placement",
				 iface->name, ip[0], ip[1], ip[2], ip[3], ip[0],
				 ip[1], ip[2], ip[3], iface->name);
	return 0;
}

/* auto: XDP on a veth switches the peer's segmentation offload off and copies
 * every frame; with a NIC it is the fast way. */
static int attach_by_mode(const struct state *s, struct netlink *nl,
			  const struct iface *iface, enum attach_mode mode,
			  struct attachment_val *val,
			  struct attach_result *result, struct error *e)
{
	char *reason = result->reason;
	size_t size = sizeof(result->reason);
	struct error refusal;
	char driver[32];

	iface_driver(iface->name, driver);
	if (mode != ATTACH_AUTO) {
		val->mode = mode == ATTACH_TC ? ATTACHMENT_TC :
						ATTACHMENT_NATIVE;
		snprintf(reason, size, "asked for");
		return attachment_add(s, nl, iface, val, e);
	}
	if (!strcmp(driver, "veth")) {
		val->mode = ATTACHMENT_TC;
		snprintf(reason, size,
			 "auto: veth keeps segmentation offload "
			 "in mode tc only");
		return attachment_add(s, nl, iface, val, e);
	}
	val->mode = ATTACHMENT_NATIVE;
	if (!attachment_add(s, nl, iface, val, &refusal)) {
		snprintf(reason, size, "auto: driver %s takes native XDP",
			 driver[0] ? driver : "(unnamed)");
		return 0;
	}
	val->mode = ATTACHMENT_TC;
	snprintf(reason, size, "auto: %.240s", refusal.text);
	return attachment_add(s, nl, iface, val, e);
}

int tunnels_set(struct state *s, struct netlink *nl, const struct iface *iface,
		struct underlay *u, struct error *e)
{
	struct chassis_val *chassis;
	size_t n = 0;
	int err;

	memset(u, 0, sizeof(*u));
	err = chassis_read(s, &chassis, e);
	if (err)
		return err;
	err = underlay_compute(nl, chassis, s->config.chassis,
			       s->config.encap_ip, iface, false, u, e);
	if (!err)
		err = underlay_write(s, u, false, false, &n, e);
	if (!err) {
		s->config.underlay_ifindex = iface ? iface->ifindex : 0;
		err = state_write_config(s, e);
	}
	free(chassis);
	return err;
}

/* Tunnels after the programs: nobody shall be sent to before replies can be
 * received. */
static int start_tunnels(struct state *s, struct netlink *nl,
			 const struct iface *iface,
			 struct attach_result *result, struct error *e)
{
	struct underlay u;
	int err = tunnels_set(s, nl, iface, &u, e);

	result->n_chassis = u.n_chassis;
	result->n_unreachable = u.n_unreachable;
	memcpy(result->unreachable, u.unreachable, sizeof(u.unreachable));
	underlay_free(&u);
	return err;
}

int attach_underlay(struct state *s, const char *ifname, enum attach_mode mode,
		    struct attach_result *result, struct error *e)
{
	struct attachment_val val = {.role = ATTACHMENT_UNDERLAY};
	struct error second;
	struct netlink nl;
	struct iface iface;
	int err;

	memset(result, 0, sizeof(*result));
	err = netlink_open(&nl);
	if (err)
		return error_set(e, -err, "netlink: %s", strerror(-err));
	err = iface_find(&nl, ifname, &iface, e);
	if (!err)
		err = check_free(s, &nl, &iface, e);
	if (!err)
		err = check_underlay(s, &nl, &iface, e);
	if (!err)
		err = attach_by_mode(s, &nl, &iface, mode, &val, result, e);
	if (err)
		goto out;
	result->mode = val.mode;
	result->has_clsact = val.hook == ATTACHMENT_CLSACT;
	result->mtu = iface.mtu;
	err = start_tunnels(s, &nl, &iface, result, e);
	if (err)
		detach_iface(s, ifname, &second);
out:
	netlink_close(&nl);
	return err;
}
