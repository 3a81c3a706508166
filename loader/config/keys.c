// SPDX-License-Identifier: GPL-2.0-only
/* The keys of each section. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/parts.h"
#include "sync/conntrack.h"
#include "sync/limit.h"

enum key_kind {
	KEY_TEXT, /* char * */
	KEY_NUMBER, /* uint32_t */
	KEY_TIMEOUTS, /* host.apply.ct_timeout */
	KEY_YES_NO, /* bool */
	KEY_NO_YES, /* bool, the other way round */
	KEY_IFACE, /* snapshot.ifaces; as often as one likes */
};

struct config_key {
	enum config_section section;
	const char *name;
	enum key_kind kind;
	size_t offset; /* in struct host_config */
	uint32_t lowest, highest;
	enum host_iface_role role;
};

#define AT(member) offsetof(struct host_config, member)

static const struct config_key keys[] = {
	{CONFIG_HOST, "pin", KEY_TEXT, AT(host.pin), 0, 0, 0},
	{CONFIG_HOST, "max-ports", KEY_NUMBER, AT(host.apply.limits.max_ports),
	 MAX_PORTS_LOWEST, MAX_PORTS_HIGHEST, 0},
	{CONFIG_HOST, "ct-max", KEY_NUMBER, AT(host.apply.limits.ct_max),
	 CT_MAX_LOWEST, CT_MAX_HIGHEST, 0},
	{CONFIG_HOST, "ct-timeout", KEY_TIMEOUTS, 0, 0, 0, 0},
	{CONFIG_HOST, "icmp-rate", KEY_NUMBER, AT(host.apply.share.icmp_rate),
	 0, ICMP_RATE_HIGHEST, 0},
	{CONFIG_HOST, "port-share", KEY_NUMBER, AT(host.apply.share.percent), 1,
	 100, 0},
	{CONFIG_HOST, "announce", KEY_NO_YES, AT(host.apply.is_silent), 0, 0,
	 0},
	{CONFIG_SNAPSHOT, "nb", KEY_TEXT, AT(snapshot.nb), 0, 0, 0},
	{CONFIG_SNAPSHOT, "sb", KEY_TEXT, AT(snapshot.sb), 0, 0, 0},
	{CONFIG_SNAPSHOT, "placement", KEY_TEXT, AT(snapshot.placement), 0, 0,
	 0},
	{CONFIG_SNAPSHOT, "chassis", KEY_TEXT, AT(snapshot.chassis), 0, 0, 0},
	{CONFIG_SNAPSHOT, "private-key", KEY_TEXT, AT(snapshot.private_key), 0,
	 0, 0},
	{CONFIG_SNAPSHOT, "certificate", KEY_TEXT, AT(snapshot.certificate), 0,
	 0, 0},
	{CONFIG_SNAPSHOT, "ca-cert", KEY_TEXT, AT(snapshot.ca_cert), 0, 0, 0},
	{CONFIG_SNAPSHOT, "underlay", KEY_IFACE, 0, 0, 0, HOST_UNDERLAY},
	{CONFIG_SNAPSHOT, "localnet", KEY_IFACE, 0, 0, 0, HOST_LOCALNET},
	{CONFIG_SNAPSHOT, "bind", KEY_IFACE, 0, 0, 0, HOST_VIF},
	{CONFIG_AGENT, "db", KEY_TEXT, AT(agent.db), 0, 0, 0},
	{CONFIG_AGENT, "nb", KEY_TEXT, AT(agent.nb), 0, 0, 0},
	{CONFIG_AGENT, "release", KEY_YES_NO, AT(agent.is_releasing), 0, 0, 0},
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

_Static_assert(N_KEYS <= CONFIG_KEYS_MAX, "seen[] has a place for each key");

static const char *const sections[] = {
	[CONFIG_HOST] = "host",
	[CONFIG_SNAPSHOT] = "snapshot",
	[CONFIG_AGENT] = "agent",
};

int config_section_begin(struct config_reader *r, const char *name)
{
	for (size_t i = CONFIG_HOST; i <= CONFIG_AGENT; i++) {
		if (strcmp(sections[i], name))
			continue;
		r->section = i;
		if (i == CONFIG_SNAPSHOT)
			r->c->snapshot.is_there = true;
		if (i == CONFIG_AGENT)
			r->c->agent.is_there = true;
		return 0;
	}
	return config_refuse(r, EINVAL,
			     "unknown section [%.100s]; there are [host], "
			     "[snapshot] and [agent]",
			     name);
}

static int refuse_key(struct config_reader *r, const char *key)
{
	char list[512];
	size_t n = 0;

	for (size_t i = 0; i < N_KEYS; i++)
		if (keys[i].section == r->section)
			n += snprintf(list + n, sizeof(list) - n, "%s%s",
				      n ? ", " : "", keys[i].name);
	return config_refuse(r, EINVAL,
			     "unknown key '%.100s' in [%s]; there are: %s", key,
			     sections[r->section], list);
}

static int set_text(struct config_reader *r, char **text, const char *value)
{
	*text = strdup(value);
	return *text ? 0 : config_refuse(r, ENOMEM, "out of memory");
}

static int set_number(struct config_reader *r, const struct config_key *k,
		      uint32_t *number, const char *value)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(value, &end, 10);
	/* strtoul takes a sign, and wraps around */
	if (errno || *end || *value < '0' || *value > '9' || n < k->lowest ||
	    n > k->highest)
		return config_refuse(r, EINVAL,
				     "%s = %.100s: a number from %u to %u is "
				     "wanted",
				     k->name, value, k->lowest, k->highest);
	*number = n;
	return 0;
}

static int set_timeouts(struct config_reader *r, const char *value)
{
	const char *why;
	struct error e;

	if (!ct_timeouts_parse(value, r->c->host.apply.ct_timeout, &e))
		return 0;
	/* what it says is of an option */
	why = e.text + strspn(e.text, "-");
	return config_refuse(r, EINVAL, "%s", why);
}

static int set_yes_no(struct config_reader *r, const struct config_key *k,
		      bool *flag, const char *value)
{
	bool is_yes = !strcmp(value, "yes");

	if (!is_yes && strcmp(value, "no"))
		return config_refuse(r, EINVAL,
				     "%s = %.100s: yes or no is wanted",
				     k->name, value);
	*flag = is_yes == (k->kind == KEY_YES_NO);
	return 0;
}

static int set_value(struct config_reader *r, const struct config_key *k,
		     char *value)
{
	void *at = (char *)r->c + k->offset;

	switch (k->kind) {
	case KEY_TEXT:
		return set_text(r, at, value);
	case KEY_NUMBER:
		return set_number(r, k, at, value);
	case KEY_TIMEOUTS:
		return set_timeouts(r, value);
	case KEY_YES_NO:
	case KEY_NO_YES:
		return set_yes_no(r, k, at, value);
	case KEY_IFACE:
		return config_iface_add(r, k->role, value);
	}
	return -EINVAL;
}

int config_key_set(struct config_reader *r, const char *key, char *value)
{
	size_t i;

	if (r->section == CONFIG_NONE)
		return config_refuse(
			r, EINVAL,
			"'%.100s' stands before the first section; "
			"[host], [snapshot] or [agent] goes above "
			"it",
			key);
	for (i = 0; i < N_KEYS; i++)
		if (keys[i].section == r->section && !strcmp(keys[i].name, key))
			break;
	if (i == N_KEYS)
		return refuse_key(r, key);
	if (r->seen[i] && keys[i].kind != KEY_IFACE)
		return config_refuse(r, EINVAL,
				     "%s is on line %u already; keep one of "
				     "them",
				     key, r->seen[i]);
	if (!*value)
		return config_refuse(r, EINVAL,
				     "%s has no value; add one, or take the "
				     "line out",
				     key);
	r->seen[i] = r->line;
	if (keys[i].offset == AT(host.apply.limits.ct_max))
		r->c->host.has_ct_max = true;
	return set_value(r, &keys[i], value);
}
