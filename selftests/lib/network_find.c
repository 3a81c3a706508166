// SPDX-License-Identifier: GPL-2.0-only
/* Compiling a test's network and finding things in the image by name. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "network.h"

void net_compile(const struct network *n, const char *chassis,
		 struct compile_output *out)
{
	struct compile_input in = {
		.nb = &n->nb,
		.placement = &n->placement,
		.chassis = chassis,
		.mappings = n->mappings,
		.n_mappings = n->n_mappings,
	};
	struct error e = {};
	int ret = compile(&in, out, &e);

	if (ret)
		fail_msg("compile as %s: %d %s", chassis, ret, e.text);
}

void net_compile_fails(const struct network *n, const char *chassis, int err,
		       const char *const *parts)
{
	struct compile_input in = {
		.nb = &n->nb,
		.placement = &n->placement,
		.chassis = chassis,
		.mappings = n->mappings,
		.n_mappings = n->n_mappings,
	};
	struct compile_output out, empty = {};
	struct error e = {};

	assert_int_equal(-err, compile(&in, &out, &e));
	for (; *parts; parts++)
		if (!strstr(e.text, *parts))
			fail_msg("no \"%s\" in \"%s\"", *parts, e.text);
	assert_null(strchr(e.text, '\n'));
	assert_memory_equal(&out, &empty, sizeof(out));
}

static bool has_note(const struct compile_output *out, const char *text)
{
	for (size_t i = 0; i < out->n_notes; i++)
		if (strstr(out->notes[i], text))
			return true;
	return false;
}

void net_assert_note(const struct compile_output *out, const char *text)
{
	if (has_note(out, text))
		return;
	for (size_t i = 0; i < out->n_notes; i++)
		print_message("note: %s\n", out->notes[i]);
	fail_msg("no note holds \"%s\"", text);
}

void net_assert_no_note(const struct compile_output *out, const char *text)
{
	if (has_note(out, text))
		fail_msg("a note holds \"%s\"", text);
}

/* The entry whose value has the name at the given offset; its key. */
static const void *find_named(const struct compile_output *out,
			      enum image_table_id id, size_t name_offset,
			      const char *name)
{
	const struct image_table *t = &out->image.table[id];
	char stored[XOVN_NAME_LEN];

	name_store(stored, name);
	for (size_t i = 0; i < t->n; i++) {
		const char *at =
			(char *)image_entry(t, i) + t->key_size + name_offset;

		if (!strcmp(at, stored))
			return image_entry(t, i);
	}
	return NULL;
}

uint32_t net_datapath(const struct compile_output *out, const char *name)
{
	const struct datapath_key *key = find_named(
		out, IMAGE_DATAPATH, offsetof(struct datapath_val, name), name);

	assert_non_null(key);
	return key->datapath;
}

struct port_key net_port(const struct compile_output *out, const char *lsp)
{
	const struct port_key *key = find_named(
		out, IMAGE_PORT, offsetof(struct port_val, name), lsp);

	if (!key)
		fail_msg("no port %s", lsp);
	return *key;
}

struct lrp_key net_lrp_key(const struct compile_output *out, const char *lrp)
{
	const struct lrp_key *key =
		find_named(out, IMAGE_LRP, offsetof(struct lrp_val, name), lrp);

	if (!key)
		fail_msg("no lrp %s", lrp);
	return *key;
}

struct port_val *net_port_val(const struct compile_output *out, const char *lsp)
{
	struct port_key key = net_port(out, lsp);

	return image_find(&out->image, IMAGE_PORT, &key);
}

struct lrp_val *net_lrp_val(const struct compile_output *out, const char *lrp)
{
	const struct lrp_key *key =
		find_named(out, IMAGE_LRP, offsetof(struct lrp_val, name), lrp);

	return key ? image_find(&out->image, IMAGE_LRP, key) : NULL;
}

static void to_mac(uint8_t mac[6], const char *text)
{
	assert_int_equal(6,
			 sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0],
				&mac[1], &mac[2], &mac[3], &mac[4], &mac[5]));
}

struct l2_val *net_l2(const struct compile_output *out, const char *sw,
		      const char *mac)
{
	struct l2_key key = {.datapath = net_datapath(out, sw)};

	to_mac(key.mac, mac);
	return image_find(&out->image, IMAGE_L2, &key);
}

struct arp_val *net_arp(const struct compile_output *out, const char *sw,
			const char *ip)
{
	struct arp_key key = {.datapath = net_datapath(out, sw)};

	assert_int_equal(1, inet_pton(AF_INET, ip, key.ip));
	return image_find(&out->image, IMAGE_ARP, &key);
}

struct arp_val *net_nd(const struct compile_output *out, const char *sw,
		       const char *ip)
{
	struct nd_key key = {.datapath = net_datapath(out, sw)};

	assert_int_equal(1, inet_pton(AF_INET6, ip, key.ip));
	return image_find(&out->image, IMAGE_ND, &key);
}

struct route_val *net_route_in(const struct compile_output *out,
			       enum image_table_id id, const char *router,
			       uint32_t table, const char *prefix)
{
	struct route_key key = {.datapath = net_datapath(out, router),
				.table = table};
	char copy[32], *slash;

	snprintf(copy, sizeof(copy), "%s", prefix);
	slash = strchr(copy, '/');
	assert_non_null(slash);
	*slash = 0;
	key.prefixlen = 64 + atoi(slash + 1);
	assert_int_equal(1, inet_pton(AF_INET, copy, key.ip));
	return image_find(&out->image, id, &key);
}

struct route_val *net_route_val(const struct compile_output *out,
				const char *router, const char *prefix)
{
	return net_route_in(out, IMAGE_ROUTE, router, 0, prefix);
}

const char *net_ecmp(const struct compile_output *out, uint32_t group)
{
	static char text[1024];
	struct ecmp_key key = {.id = group};
	const struct route_val *val;
	char ip[INET_ADDRSTRLEN];

	text[0] = 0;
	for (; (val = image_find(&out->image, IMAGE_ECMP, &key)); key.index++) {
		inet_ntop(AF_INET, val->nexthop, ip, sizeof(ip));
		strcat(text, key.index ? " " : "");
		strcat(text, ip);
	}
	return text;
}

struct network_val *net_network(const struct compile_output *out,
				const char *lsp)
{
	struct port_key key = net_port(out, lsp);

	return image_find(&out->image, IMAGE_NETWORK, &key);
}

struct localnet_val *net_arriving(const struct compile_output *out,
				  uint32_t ifindex, uint32_t vlan)
{
	struct localnet_key key = {.ifindex = ifindex, .vlan = vlan};

	return image_find(&out->image, IMAGE_LOCALNET, &key);
}

struct garp_val *net_garp(const struct compile_output *out, const char *sw,
			  const char *ip)
{
	struct garp_key key = {.datapath = net_datapath(out, sw)};

	assert_int_equal(1, inet_pton(AF_INET, ip, key.ip));
	return image_find(&out->image, IMAGE_GARP, &key);
}

struct router_ip_val *net_router_ip(const struct compile_output *out,
				    const char *router, const char *ip)
{
	struct router_ip_key key = {.datapath = net_datapath(out, router)};

	assert_int_equal(1, inet_pton(AF_INET, ip, key.ip));
	return image_find(&out->image, IMAGE_ROUTER_IP, &key);
}

struct neighbor_val *net_neighbor(const struct compile_output *out,
				  const char *lrp, const char *ip)
{
	struct lrp_key at = net_lrp_key(out, lrp);
	struct neighbor_key key = {.datapath = at.datapath, .port = at.port};

	assert_int_equal(1, inet_pton(AF_INET, ip, key.ip));
	return image_find(&out->image, IMAGE_NEIGHBOR, &key);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *net_members(const struct compile_output *out, const char *datapath,
			uint32_t group)
{
	static char text[1024];
	struct group_key g = {.datapath = net_datapath(out, datapath),
			      .group = group};
	const struct group_val *val = image_find(&out->image, IMAGE_GROUP, &g);
	const struct image_table *t = &out->image.table[IMAGE_MEMBER];
	uint32_t counts[4] = {}, n_listed = 0;
	char words[64][XOVN_NAME_LEN];

	text[0] = 0;
	if (val) {
		counts[MEMBER_VIF] = val->n_vif;
		counts[MEMBER_ROUTER] = val->n_router;
		counts[MEMBER_CHASSIS] = val->n_chassis;
	}
	for (uint32_t kind = MEMBER_VIF; kind <= MEMBER_CHASSIS; kind++) {
		for (uint32_t i = 0; i < counts[kind]; i++) {
			struct member_key key = {g.datapath, group, kind, i};
			struct member_val *m =
				image_find(&out->image, IMAGE_MEMBER, &key);
			struct port_key port = {.datapath = g.datapath};
			struct port_val *p;

			assert_non_null(m);
			assert_true(n_listed < 64);
			if (kind == MEMBER_CHASSIS) {
				snprintf(words[n_listed++], XOVN_NAME_LEN, "%s",
					 out->chassis[m->id].hostname);
				continue;
			}
			port.port = m->id;
			p = image_find(&out->image, IMAGE_PORT, &port);
			assert_non_null(p);
			strcpy(words[n_listed++], p->name);
		}
	}
	/* No member beyond the counts. */
	for (size_t i = 0; i < t->n; i++) {
		const struct member_key *key = (void *)image_entry(t, i);

		if (key->datapath == g.datapath && key->group == group)
			assert_true(key->index < counts[key->kind]);
	}
	qsort(words, n_listed, sizeof(*words), compare_words);
	for (uint32_t i = 0; i < n_listed; i++) {
		strcat(text, i ? " " : "");
		strcat(text, words[i]);
	}
	return text;
}

void net_assert_mac(const uint8_t mac[6], const char *want)
{
	uint8_t bytes[6];

	to_mac(bytes, want);
	assert_memory_equal(mac, bytes, 6);
}

void net_assert_ip(const uint8_t ip[4], const char *want)
{
	char text[INET_ADDRSTRLEN];

	assert_string_equal(inet_ntop(AF_INET, ip, text, sizeof(text)), want);
}
