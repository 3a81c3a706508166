/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config/: /etc/xovn/xovn.conf, what a host is to be after a reboot: lines
 * "key = value" in sections, xovn.conf(5).  Read by xovn start and xovn agent
 * before anything is changed; whatever a line cannot mean is an error that
 * names it.
 *
 *   read.c    lines, sections
 *   keys.c    which keys there are, what each says
 *   ifaces.c  lines that name an interface
 */
#ifndef XOVN_CONFIG_CONFIG_H
#define XOVN_CONFIG_CONFIG_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "sync/apply.h"
#include "sync/attach.h"

#define HOST_CONFIG_PATH "/etc/xovn/xovn.conf"

enum host_iface_role {
	HOST_UNDERLAY,
	HOST_LOCALNET,
	HOST_VIF,
};

struct host_iface {
	enum host_iface_role role;
	char name[IFNAMSIZ];
	char *target; /* network, or LSP; NULL: underlay */
	enum attach_mode mode; /* the same in both roles of an interface */
	unsigned int line;
};

/* Texts are NULL where the file does not say. */
struct host_config {
	char *path;
	struct { /* [host] */
		char *pin;
		struct apply_options apply; /* else the defaults */
		bool has_ct_max;
	} host;
	struct { /* [snapshot] */
		bool is_there;
		char *nb, *sb, *placement, *chassis;
		char *private_key, *certificate, *ca_cert;
		struct host_iface *ifaces; /* by role */
		size_t n_ifaces;
	} snapshot;
	struct { /* [agent] */
		bool is_there;
		char *db, *nb;
		bool is_releasing;
	} agent;
};

/* 0, or -errno with e filled and nothing to free. */
int host_config_read(const char *path, struct host_config *c, struct error *e);
/* Does [snapshot] say all that a load needs?  0, or -EINVAL with e filled. */
int host_config_check_snapshot(const struct host_config *c, struct error *e);
void host_config_free(struct host_config *c);

#endif /* XOVN_CONFIG_CONFIG_H */
