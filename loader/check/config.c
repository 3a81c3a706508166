// SPDX-License-Identifier: GPL-2.0-only
/* What xovn.conf says, for what the command line leaves open. */
#include "check/check.h"

#include <string.h>

#include "config/config.h"
#include "sync/iface.h"

#define GROUP "config"

static void fill(const char **option, const char *text)
{
	if (!*option)
		*option = text;
}

static void add_snapshot(struct check *c)
{
	struct check_options *o = c->options;
	const struct host_config *h = &c->config;
	struct error e;

	if (host_config_check_snapshot(h, &e))
		check_add(c, CHECK_ERROR, GROUP, "snapshot", h->path, NULL,
			  "%s", e.text);
	fill(&o->nb, h->snapshot.nb);
	fill(&o->chassis, h->snapshot.chassis);
	if (!o->placement)
		fill(&o->sb, h->snapshot.sb);
	if (!o->sb)
		fill(&o->placement, h->snapshot.placement);
	fill(&o->tls.private_key, h->snapshot.private_key);
	fill(&o->tls.certificate, h->snapshot.certificate);
	fill(&o->tls.ca_cert, h->snapshot.ca_cert);
	for (size_t i = 0; i < h->snapshot.n_ifaces; i++) {
		const struct host_iface *iface = &h->snapshot.ifaces[i];

		if (iface->role != HOST_VIF)
			check_nic_add(o, iface->name, iface->target,
				      iface->mode);
	}
}

void check_config(struct check *c)
{
	struct check_options *o = c->options;
	struct host_config *h = &c->config;
	struct error e;

	if (!o->config)
		return;
	if (host_config_read(o->config, h, &e)) {
		check_add(c, CHECK_ERROR, GROUP, "file", o->config, NULL, "%s",
			  e.text);
		return;
	}
	if (!h->snapshot.is_there && !h->agent.is_there)
		check_add(c, CHECK_WARNING, GROUP, "file", o->config,
			  "xovn.conf(5)",
			  "has neither a section [snapshot] nor [agent], so "
			  "that only the host is looked at");
	else
		check_add(c, CHECK_OK, GROUP, "file", o->config, NULL,
			  "every line of it means something");
	fill(&o->pin, h->host.pin);
	if (!o->has_limits)
		o->limits = h->host.apply.limits;
	if (h->snapshot.is_there)
		add_snapshot(c);
	if (h->agent.is_there) {
		fill(&o->db, h->agent.db ? h->agent.db : o->default_db);
		if (!h->snapshot.is_there)
			fill(&o->nb, h->agent.nb);
	}
}

static bool has_port(const struct nb *nb, const char *lsp)
{
	for (size_t i = 0; i < nb->n_switches; i++)
		for (size_t j = 0; j < nb->switches[i].n_ports; j++)
			if (!strcmp(nb->switches[i].ports[j].name, lsp))
				return true;
	return false;
}

void check_bindings(struct check *c)
{
	for (size_t i = 0; i < c->config.snapshot.n_ifaces; i++) {
		const struct host_iface *vif = &c->config.snapshot.ifaces[i];
		struct iface iface;
		struct error e;

		if (vif->role != HOST_VIF)
			continue;
		if (c->has_nb && !has_port(&c->nb, vif->target))
			check_add(c, CHECK_WARNING, GROUP, "bind", vif->target,
				  "correct the line, or ovn-nbctl lsp-add",
				  "the NB has no such port, which %s is to be "
				  "by line %u",
				  vif->name, vif->line);
		if (iface_find(&c->nl, vif->name, &iface, &e))
			check_add(c, CHECK_WARNING, GROUP, "bind", vif->name,
				  "xovn start binds it once it is there", "%s",
				  e.text);
		else
			check_guest_add(c, vif->name, iface.mtu);
	}
}
