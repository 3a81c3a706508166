// SPDX-License-Identifier: GPL-2.0-only
/* Rows of Load_Balancer. */
#include "model.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nat.h"

/* northd's bound. */
#define AFFINITY_MAX UINT16_MAX

/* "IP", "IP:PORT", "IPv6", "[IPv6]", "[IPv6]:PORT"; port 0 is none, as in
 * OVS's inet_parse_active().  Returns AF_INET, AF_INET6 (ip is not set) or
 * -EINVAL. */
static int endpoint_parse(const char *text, size_t size, uint8_t ip[4],
			  uint16_t *port)
{
	char copy[INET6_ADDRSTRLEN + 16], *host = copy, *colon = NULL;
	uint8_t ip6[16];
	uint32_t value = 0;
	size_t n;

	if (size >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, size);
	copy[size] = '\0';
	if (*copy == '[') {
		n = strcspn(copy, "]");
		if (copy[n] && (!copy[n + 1] || copy[n + 1] == ':'))
			colon = copy[n + 1] ? &copy[n + 1] : NULL;
		else
			return -EINVAL;
		copy[n] = '\0';
		host++;
	} else if (strchr(copy, ':') == strrchr(copy, ':')) {
		colon = strchr(copy, ':');
	}
	if (colon) {
		*colon++ = '\0';
		if (*colon && parse_number(colon, UINT16_MAX, &value))
			return -EINVAL;
	}
	*port = value;
	if (*copy != '[' && inet_pton(AF_INET, host, ip) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, host, ip6) == 1 ? AF_INET6 : -EINVAL;
}

/* lib/lb.c since OVN 22.12: one backend that is malformed, or has a port where
 * the VIP has none or the other way round, and the VIP does not exist. */
static int backends_read(const char *text, struct nb_vip *vip)
{
	struct nb_backend *backend;
	const char *p;
	size_t n = 1;

	for (p = text; *p; p++)
		n += *p == ',';
	vip->backends = calloc(n, sizeof(vip->backends[0]));
	if (!vip->backends)
		return -ENOMEM;
	for (p = text; *p; p += n) {
		p += strspn(p, ",");
		n = strcspn(p, ",");
		if (!n)
			break;
		backend = &vip->backends[vip->n_backends];
		if (endpoint_parse(p, n, backend->ip, &backend->port) !=
			    AF_INET ||
		    !backend->port != !vip->port)
			return -EINVAL;
		vip->n_backends++;
	}
	return 0;
}

static int vip_read(const char *key, const char *value, const char *label,
		    struct nb_lb *lb, struct nb *nb, struct error *e)
{
	struct nb_vip *vip = &lb->vips[lb->n_vips];
	char example[512];
	int err;

	snprintf(example, sizeof(example),
		 "%.100s=\"%.200s\" in load balancer "
		 "%.150s",
		 key, value, label);
	err = endpoint_parse(key, strlen(key), vip->ip, &vip->port);
	if (err == AF_INET6)
		return notice_add(nb, e, 1, example,
				  "IPv6 VIP of a Load_Balancer");
	if (err == AF_INET) {
		err = backends_read(value, vip);
		if (err == -ENOMEM)
			return out_of_memory(e);
		if (!err) {
			lb->n_vips++;
			return 0;
		}
		free(vip->backends);
	}
	memset(vip, 0, sizeof(*vip));
	return notice_add(nb, e, 1, example,
			  "unparsable VIP of a Load_Balancer");
}

static int vips_read(const struct ovsdb_row *row, const char *label,
		     struct nb_lb *lb, struct nb *nb, struct error *e)
{
	size_t i, n = ovsdb_size(row, "vips");
	const char *key;
	int err = 0;

	lb->vips = calloc(n ? n : 1, sizeof(lb->vips[0]));
	if (!lb->vips)
		return out_of_memory(e);
	/* Of variables that every chassis has its own values for. */
	if (option_boolean(row, "template", false))
		return 0;
	for (i = 0; i < n && !err; i++) {
		key = ovsdb_map_key(row, "vips", i);
		err = vip_read(key, ovsdb_map_get(row, "vips", key), label, lb,
			       nb, e);
	}
	return err;
}

static int protocol_read(const struct ovsdb_row *row, struct nb_lb *lb,
			 struct error *e)
{
	const char *protocol = ovsdb_string(row, "protocol", 0);

	if (!*protocol || !strcmp(protocol, "tcp"))
		lb->proto = IPPROTO_TCP;
	else if (!strcmp(protocol, "udp"))
		lb->proto = IPPROTO_UDP;
	else if (!strcmp(protocol, "sctp"))
		lb->proto = IPPROTO_SCTP;
	else
		return row_error(row, e,
				 "protocol \"%.100s\" is none of tcp, udp, "
				 "sctp",
				 protocol);
	return 0;
}

static int selection_fields_read(const struct ovsdb_row *row, const char *label,
				 struct nb_lb *lb, struct nb *nb,
				 struct error *e)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} fields[] = {
		{"eth_src", LB_F_BY_ETH_SRC}, {"eth_dst", LB_F_BY_ETH_DST},
		{"ip_src", LB_F_BY_IP_SRC},   {"ip_dst", LB_F_BY_IP_DST},
		{"tp_src", LB_F_BY_TP_SRC},   {"tp_dst", LB_F_BY_TP_DST},
	};
	size_t i, j, n = ovsdb_size(row, "selection_fields");
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		const char *name = ovsdb_string(row, "selection_fields", i);

		for (j = 0; j < sizeof(fields) / sizeof(fields[0]); j++)
			if (!strcmp(name, fields[j].name))
				break;
		if (j < sizeof(fields) / sizeof(fields[0]))
			lb->selection_fields |= fields[j].flag;
		else
			err = notice_add(nb, e, 1, label,
					 "Load_Balancer selection_fields "
					 "%.100s",
					 name);
	}
	return err;
}

static int hairpin_read(const struct ovsdb_row *row, const char *label,
			struct nb_lb *lb, struct nb *nb, struct error *e)
{
	const char *text = ovsdb_map_get(row, "options", "hairpin_snat_ip");
	struct nb_address a;
	const char *rest;
	int err;

	if (!text)
		return 0;
	err = parse_host_ips(text, &a, &rest);
	if (err == -ENOMEM)
		return out_of_memory(e);
	if (!err && a.n_ip4) {
		lb->has_hairpin_ip = true;
		memcpy(lb->hairpin_snat_ip, a.ip4->addr,
		       sizeof(lb->hairpin_snat_ip));
	}
	if (err || *rest)
		err = notice_add(nb, e, 1, label,
				 "unparsable hairpin_snat_ip of a "
				 "Load_Balancer");
	if (!err && a.n_ip6)
		err = notice_add(nb, e, 1, label, "IPv6 hairpin_snat_ip");
	address_free(&a);
	return err;
}

static int affinity_read(const struct ovsdb_row *row, const char *label,
			 struct nb_lb *lb, struct nb *nb, struct error *e)
{
	const char *text = ovsdb_map_get(row, "options", "affinity_timeout");

	if (!text)
		return 0;
	if (parse_number(text, UINT32_MAX, &lb->affinity_timeout))
		return notice_add(nb, e, 1, label,
				  "unparsable affinity_timeout of a "
				  "Load_Balancer");
	if (lb->affinity_timeout <= AFFINITY_MAX)
		return 0;
	lb->affinity_timeout = AFFINITY_MAX;
	return notice_add(nb, e, 1, label, "affinity_timeout beyond %d s",
			  AFFINITY_MAX);
}

static int responder_read(const struct ovsdb_row *row, const char *label,
			  struct nb_lb *lb, struct nb *nb, struct error *e)
{
	const char *text = ovsdb_map_get(row, "options", "neighbor_responder");

	lb->neighbor_responder = NB_RESPOND_REACHABLE;
	if (!text || !strcmp(text, "reachable"))
		return 0;
	if (!strcmp(text, "all"))
		lb->neighbor_responder = NB_RESPOND_ALL;
	else if (!strcmp(text, "none"))
		lb->neighbor_responder = NB_RESPOND_NONE;
	else
		return notice_add(nb, e, 1, label,
				  "neighbor_responder that is none of "
				  "reachable, all, none");
	return 0;
}

int lb_read(const struct ovsdb_row *row, struct nb_lb *lb, struct nb *nb,
	    struct error *e)
{
	const char *label;
	int err;

	ovsdb_uuid_format(ovsdb_row_uuid(row), lb->uuid);
	lb->name = strdup(ovsdb_string(row, "name", 0));
	if (!lb->name)
		return out_of_memory(e);
	label = *lb->name ? lb->name : lb->uuid;
	lb->reject = option_boolean(row, "reject", false);
	lb->skip_snat = option_boolean(row, "skip_snat", false);
	lb->ct_flush = option_boolean(row, "ct_flush", false);
	err = protocol_read(row, lb, e);
	if (!err)
		err = vips_read(row, label, lb, nb, e);
	if (!err)
		err = selection_fields_read(row, label, lb, nb, e);
	if (!err)
		err = hairpin_read(row, label, lb, nb, e);
	if (!err)
		err = affinity_read(row, label, lb, nb, e);
	if (!err)
		err = responder_read(row, label, lb, nb, e);
	return err ? err : unsupported_lb(row, nb, e);
}

void lb_free(struct nb_lb *lb)
{
	size_t i;

	for (i = 0; i < lb->n_vips; i++)
		free(lb->vips[i].backends);
	free(lb->vips);
	free(lb->name);
}
